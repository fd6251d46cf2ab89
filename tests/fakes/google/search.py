"""A support module: the search operators of Gmail that this fake knows.

One that it does not know fails the test: guessing would be lying.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from typing import Final

from fakes.google.mailbox import Letter, Mailbox

_PLACES: Final = {
    "inbox": "INBOX", "sent": "SENT", "drafts": "DRAFT", "draft": "DRAFT", "spam": "SPAM",
    "trash": "TRASH", "chats": "CHAT", "chat": "CHAT",
}  # fmt: skip
_STATES: Final = {
    "unread": "UNREAD", "starred": "STARRED", "important": "IMPORTANT", "chat": "CHAT",
}  # fmt: skip
_SPANS: Final = {"h": 1, "d": 24, "m": 24 * 30, "y": 24 * 365}  # hours


class UnknownOperator(ValueError):
    """The fake cannot tell what Gmail would find."""


def finder(query: str, mailbox: Mailbox) -> tuple[Callable[[Letter], bool], bool]:
    """What finds a message, and whether the query itself reaches into spam and trash."""
    tests: list[Callable[[Letter], bool]] = []
    everywhere = False
    for word in shlex.split(query):
        inverse, word = word.startswith("-"), word.removeprefix("-")
        if word in {"OR", "AND", "AROUND"} or word[:1] in set("({"):
            raise UnknownOperator(f"search: {word!r} is not known to this fake")
        found = _test(word, mailbox)
        everywhere |= not inverse and word in {"in:anywhere", "in:spam", "in:trash"}
        tests.append(_not(found) if inverse else found)
    return lambda letter: all(one(letter) for one in tests), everywhere


def _not(found: Callable[[Letter], bool]) -> Callable[[Letter], bool]:
    return lambda letter: not found(letter)


def header(letter: Letter, name: str) -> str:
    """A header in plain text, "" where there is none."""
    value = letter.parsed.get(name)
    return "" if value is None else str(make_header(decode_header(str(value))))


def _test(word: str, mailbox: Mailbox) -> Callable[[Letter], bool]:
    operator, colon, value = word.partition(":")
    if not colon:
        return lambda letter: word.lower() in letter.raw.decode("utf-8", "replace").lower()
    if operator in {"after", "newer", "before", "older"}:
        limit = _moment(value)
        later = operator in {"after", "newer"}
        return lambda letter: (letter.at >= limit) if later else (letter.at < limit)
    if operator in {"newer_than", "older_than"}:
        match = re.fullmatch(r"(\d+)([hdmy])", value)
        if match is None:
            raise UnknownOperator(f"search: {word!r} is no span")
        limit = mailbox.now() - timedelta(hours=int(match[1]) * _SPANS[match[2]])
        return lambda letter: (letter.at >= limit) is (operator == "newer_than")
    if operator == "in" and value == "anywhere":
        return lambda letter: True
    if operator in {"in", "is", "label", "category"}:
        label = _label(operator, value, mailbox)
        return lambda letter: label in letter.labels
    if operator == "rfc822msgid":
        wanted = value.strip("<>")
        return lambda letter: header(letter, "Message-ID").strip().strip("<>") == wanted
    if operator in {"from", "to", "cc", "bcc", "subject"}:
        return lambda letter: value.lower() in header(letter, operator).lower()
    raise UnknownOperator(f"search: {operator}: is not known to this fake")


def _label(operator: str, value: str, mailbox: Mailbox) -> str:
    names = {name.lower().replace(" ", "-"): found for found, name in mailbox.labels.items()}
    if operator == "category":
        return "CATEGORY_" + {"primary": "PERSONAL"}.get(value, value.upper())
    known = {**(_STATES if operator == "is" else _PLACES), **names}
    found = known.get(value.lower(), "" if operator == "is" else value.upper())
    if not found:
        raise UnknownOperator(f"search: {operator}:{value} is not known to this fake")
    return found


def _moment(value: str) -> datetime:
    """Seconds since 1970, or a day (here: of UTC)."""
    if re.fullmatch(r"\d{9,11}", value):
        return datetime.fromtimestamp(int(value), UTC)
    match = re.fullmatch(r"(\d{4})[/-](\d\d?)[/-](\d\d?)", value)
    if match is None:
        raise UnknownOperator(f"search: {value!r} is no date")
    return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
