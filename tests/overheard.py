"""All that is told of a run, as it is really written; and the words that may not be in it."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rules.verdict import State
from syncd import log
from syncd.log import output
from syncd.log.events import page

STYLES = ("json", "text")
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass
class Overheard:
    """The lines of the log in both forms, and what was added to them."""

    streams: tuple[io.StringIO, ...] = field(
        default_factory=lambda: tuple(io.StringIO() for _ in STYLES)
    )
    more: list[str] = field(default_factory=list)

    def add(self, metrics: bytes) -> None:
        """What a page of metrics tells; what it explains is the same on every one."""
        lines = metrics.decode().splitlines()
        self.more.append("\n".join(line for line in lines if not line.startswith("# ")))

    @property
    def text(self) -> str:
        return "\n".join([*(one.getvalue() for one in self.streams), *self.more])

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.streams[0].getvalue().splitlines()]


@contextmanager
def overheard() -> Iterator[Overheard]:
    """Both forms of the log from debug on, of all that is told meanwhile."""
    found = Overheard()
    writers = []
    for style, stream in zip(STYLES, found.streams, strict=True):
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("JOURNAL_STREAM", raising=False)
            patch.setattr(sys, "stderr", stream)
            writers.append(output.writer("debug", style))
    for one in writers:
        log.hear(one)
    try:
        yield found
    finally:
        for one in writers:
            log.unhear(one)


def private_in(text: str, whole: Iterable[str], words: Iterable[str] = ()) -> list[str]:
    """What of this is in a text: `whole` anywhere in it, `words` as words, whatever their case.
    The words that events, metrics and our modules are made of are nobody's."""
    folded = text.casefold()
    there, ours = set(_WORD.findall(folded)), _ours()
    found = {one.casefold() for one in words} & there
    for one in whole:
        if len(one) > 3 and not one.isalpha() and one.casefold() in folded:
            found |= {one} if set(_WORD.findall(one.casefold())) - ours else set()
    return sorted(found - ours)


@cache
def _ours() -> set[str]:
    modules = " ".join(str(path) for name in _CODE for path in (_HERE / name).rglob("*.py"))
    states = " ".join(State)
    metrics = (_HERE / "docs" / "metrics.md").read_text(encoding="utf-8")
    return set(_WORD.findall(f"{page()} {modules} {metrics} {states}".casefold()))


_HERE = Path(__file__).resolve().parents[1]
_CODE = ("syncd", "connectors", "rules")


def world_of(folder: Path) -> tuple[set[str], set[str]]:
    """Everything private in a folder of mail, calendars, cards and tasks: whole values (addresses,
    names, subjects, titles, places, notes, Message-IDs, keys, paths), and each word of those."""
    whole: set[str] = {str(folder)}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.suffix in (".ics", ".vcf"):
            whole |= _values(path.read_text(encoding="utf-8"))
            whole.add(path.name)
        elif path.parent.name in ("cur", "new"):
            whole |= _of_mail(path.read_bytes())
            whole.add(path.name)
    words = {word for one in whole for word in _WORD.findall(one)}
    return whole, words


def _values(text: str) -> set[str]:
    """Of each line of an iCalendar or vCard file, unfolded, what is behind the colon."""
    found = set()
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        name, _, value = line.partition(":")
        if name.split(";")[0] in _FIELDS and not value.isupper():
            found |= {value, value.replace("\\", ""), value.removeprefix("mailto:")}
            found |= set(re.findall(r'CN="?([^";:]+)', name))
    return found


_FIELDS = {
    "SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "UID", "ORGANIZER", "ATTENDEE", "URL", "FN",
    "N", "NICKNAME", "EMAIL", "TEL", "ORG", "TITLE", "NOTE", "ADR", "CONFERENCE",
}  # fmt: skip


def _of_mail(data: bytes) -> set[str]:
    """Of a mail, what its headers name and every line of its text."""
    head, _, body = data.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")
    found = {line.strip() for line in body.splitlines() if " " in line.strip()}
    for line in re.sub(r"\n[ \t]+", " ", head).splitlines():
        name, _, value = line.partition(":")
        if name.casefold() in _HEADERS:
            value = str(make_header(decode_header(value))) if "=?" in value else value
            found |= {one.strip(' "') for one in re.split(r"[<>,]", value)}
    return found


_HEADERS = {
    "from", "to", "cc", "bcc", "reply-to", "sender", "subject", "message-id", "in-reply-to",
    "references", "list-id",
}  # fmt: skip
