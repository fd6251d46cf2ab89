"""What looks private never comes out of the log, in whatever fact it was put."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.load import load
from syncd import log
from syncd.log import output
from syncd.log.veil import ADDRESS, PATH, SECRET, TEXT, veiled

_WORDS = st.text("abcdefghijklmnopqrstuvwxyzäßéö", min_size=3, max_size=9)
_RANDOM = st.binary(min_size=8, max_size=8).map(lambda seed: hashlib.sha256(seed).digest())
_TOKENS = st.one_of(
    _RANDOM.map(lambda raw: base64.urlsafe_b64encode(raw[:24]).decode()),
    _RANDOM.map(lambda raw: raw.hex()),
    _RANDOM.map(lambda raw: raw[:10].hex()),
    _RANDOM.map(lambda raw: "eyJ" + base64.b64encode(raw).decode()),
    _RANDOM.map(lambda raw: f"ya29.{base64.urlsafe_b64encode(raw[:9]).decode()}"),
    _WORDS.map(lambda word: f"Bearer {word}"),
    _WORDS.map(lambda word: f"password={word}"),
    _WORDS.map(lambda word: f"https://ana:{word}@mail.example.org/"),
    _WORDS.map(lambda word: f"https://mail.example.org/?access_token={word}"),
)
_PATHS = st.one_of(
    st.lists(_WORDS, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts)),
    st.lists(_WORDS, min_size=2, max_size=4).map("/".join),
    _WORDS.map(lambda word: f"~{word}"),
    _WORDS.map(lambda word: f"C:\\{word}"),
    _WORDS.map(lambda word: f"{word}.eml"),
    _WORDS.map(lambda word: f"file:///{word}.ics"),
)
_ADDRESSES = st.one_of(
    st.emails(),
    st.builds("{}@{}.example.org".format, _WORDS, _WORDS),
    st.builds("{0} <{0}@{1}.org>".format, _WORDS, _WORDS),
    st.builds("<{}.{}@{}.example.net>".format, st.integers(1), _WORDS, _WORDS),
    st.builds("mailto:{}%40{}.org".format, _WORDS, _WORDS),
)
_TEXTS = st.lists(_WORDS, min_size=2, max_size=6).map(" ".join)
_PRIVATE = st.one_of(_ADDRESSES, _TOKENS, _PATHS, _TEXTS)
_WRAPS: list[Callable[[str], Any]] = [
    lambda value: value,
    lambda value: [1, value],
    lambda value: {"a": {"b": (value,)}},
    lambda value: {value: 1},
    lambda value: {value},
    lambda value: f" {value}\n",
    lambda value: value.encode(),
    Path,
    lambda value: type("Odd", (), {"__repr__": lambda _: value, "__str__": lambda _: value})(),
    ValueError,
    lambda value: [KeyError(value)],
    lambda value: ExceptionGroup(value, [OSError(value)]),
]


def _leaves(value: Any) -> Iterator[str]:
    """Every text that is anywhere in it, unescaped."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield str(value)


@given(
    value=_PRIVATE,
    wrap=st.sampled_from(_WRAPS),
    fact=st.sampled_from(["account", "error", "reason", "value", "path", "at", "said", "subject"]),
    style=st.sampled_from(["json", "text"]),
)
def test_it_never_comes_out(value: str, wrap: Callable[[str], Any], fact: str, style: str) -> None:
    """An address, a token, a path or a text, in any fact, however deep, in either form."""
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        write = output.writer("debug", style)
        write("source.failed", {fact: wrap(value), "account": "work"} | {fact: wrap(value)})
    text = stream.getvalue()
    assert text.count("\n") == 1
    if style == "json":
        text += "\n".join(_leaves(json.loads(text)))
    assert value not in text
    for part in value.replace("<", " ").replace(">", " ").split():
        if "@" in part or "/" in part:
            assert part not in text


@given(value=_PRIVATE, depth=st.integers(0, 3))
def test_an_error_tells_its_kind_and_places_alone(value: str, depth: int) -> None:
    """Its message quotes the mail; its local variables hold it; its causes do, too."""

    def deeper(left: int) -> None:
        private = value
        try:
            if left:
                deeper(left - 1)
            json.loads(private + "{")
        except ValueError as error:
            raise LookupError(private) from error

    with pytest.raises(LookupError) as raised:
        deeper(depth)
    found = veiled({"error": raised.value})
    assert found["error"] == "LookupError"
    assert "Error" in found["error_cause"]
    assert value not in str(found)
    assert set(found) == {"error", "error_at", "error_cause"}


def test_an_error_names_our_places_innermost_first() -> None:
    """Module and line of our code, and not of the libraries between."""
    with pytest.raises(TypeError) as raised:
        load([("a.yaml", 5)])  # type: ignore[list-item]
    places = veiled({"error": raised.value})["error_at"].split(" < ")
    assert places[-1].startswith("rules.load:")
    for place in places:
        module, line = place.split(":")
        assert module.startswith("rules.")
        assert line.isdigit()


@pytest.mark.parametrize(
    "value",
    [
        "mail", "SignInNeeded", "SSLCertVerificationError", "call-in-30-days", "work", "127.0.0.1",
        "call-them-back-within-90-days-of-that", "[::1]:9464", "3.11.7", "syncd.pipeline.step:88",
        "2026-03-11T09:00:00.123456+00:00", "2026-03-11", "source.batch_committed", "",
        "in_person_meeting", "+1.5", "IncompatibleSchemaError", "no",
    ],
)  # fmt: skip
def test_plain_words_stay(value: str) -> None:
    """Kinds, states, rules, versions and moments are what an event is made of."""
    assert veiled({"value": value}) == {"value": value}


@pytest.mark.parametrize(
    ("name", "value", "veil"),
    [
        ("value", "ana@example.org", ADDRESS),
        ("value", "Ana Silva <ana@example.org>", ADDRESS),
        ("value", "/home/ana/Maildir", PATH),
        ("value", "Maildir/cur/1:2,S", PATH),
        ("value", Path("Maildir"), PATH),
        ("value", "syncd.db", PATH),
        ("value", "imaps://ana:hunter2@mail.example.org", SECRET),
        ("value", "+351912345678", SECRET),
        ("value", "Coffee with Ben", TEXT),
        ("value", "x" * 65, SECRET),
        ("value", "Grüße", TEXT),
        ("value", object(), TEXT),
        ("value", b"bytes", TEXT),
        ("token", "short", SECRET),
        ("password", 1234, SECRET),
        ("client_secret", ["a"], SECRET),
        ("api_key", "a", SECRET),
    ],
)
def test_what_it_becomes(name: str, value: Any, veil: str) -> None:
    """Each kind has its veil, and what is told under a secret's name is one."""
    assert veiled({name: value}) == {name: veil}


def test_numbers_and_moments_are_themselves() -> None:
    """Moments in ISO 8601, spans in seconds; a number of a kind of its own is a number."""
    moment = datetime(2026, 3, 11, 9, tzinfo=UTC)
    facts = {"a": 1, "b": True, "c": None, "d": moment, "e": date(2026, 3, 11), "f": 0.25}
    found = veiled(facts | {"g": timedelta(minutes=2)})
    assert found == facts | {"d": moment.isoformat(), "e": "2026-03-11", "g": 120.0}


def test_accounts_are_called_by_their_names_or_numbers() -> None:
    """A name that is an address would be one in the log as well; any other is the owner's word."""
    log.know(["büro", "ana@example.org", "home"])
    try:
        told = [veiled({"account": n})["account"] for n in ("büro", "ana@example.org", "home")]
        assert told == ["büro", "account-2", "home"]
        assert veiled({"account": "ben@example.org"})["account"] == ADDRESS
        assert log.called("ana@example.org") == "account-2"
    finally:
        log.know(())
