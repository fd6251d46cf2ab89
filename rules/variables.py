"""The variables of a template: what a task may print about a person and what started its clock.

All of it comes from mail, calendars, cards and the owner, so it is cleaned of control characters
and bounded before any template sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.cut import cut, units
from rules.durations import Clock
from rules.history import Event, History, Subject
from rules.phrases import connection_note

MAX_VALUE = 4096  # of one variable
LONGEST = 120  # of a name, a title, a place: a task is no place to read more
_LONGEST_LINE = 1024
_LONGEST_LINK = 1024  # half a link opens nothing, so a longer one is left out

SINCE_FIELDS = ("title", "when", "where", "link")
NOTHING: Mapping[str, object] = {}
FROM_CONTEXT = ("evidence", "gives", "asks", "promises", "notes", "mutual", "next_meeting")
VARIABLES = ("name", "first_name", "person", "since", "days", *FROM_CONTEXT, "connection_note")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Since:
    """`since` in a template: what started the clock."""

    title: str = ""
    when: str = ""  # the date in the owner's zone, as 2026-03-05
    where: str = ""
    link: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.where, self.when) if part)


def variables(
    anchor: Event,
    history: History,
    now: datetime,
    clock: Clock,
    more: Mapping[str, object] = NOTHING,
) -> dict[str, str | int | Since]:
    """What a template may print, cleaned of control characters and bounded."""
    subject = history.subject
    address = subject.addresses[0] if subject.addresses else ""
    name = cut(_line(subject.name), LONGEST) or _line(address)
    since = Since(
        title=cut(_line(anchor.title), LONGEST),
        when=anchor.at.astimezone(clock.zone).date().isoformat(),
        where=cut(_line(anchor.where), LONGEST),
        link=_link(anchor.link),
    )
    days = now.astimezone(clock.zone).date() - anchor.end.astimezone(clock.zone).date()
    context = {**history.context_at(now, anchor.evidence), **more}
    values: dict[str, str | int | Since] = {
        "name": name,
        "first_name": cut(_line(subject.first_name), LONGEST) or name,
        "person": _person(subject, name),
        "since": since,
        "days": max(days.days, 0),
    }
    for key in FROM_CONTEXT:
        values[key] = _text(context, key)
    values["connection_note"] = connection_note(
        str(values["first_name"]), anchor, history.events, now, clock.zone
    )
    return values


def _person(subject: Subject, name: str) -> str:
    address = _line(subject.addresses[0]) if subject.addresses else ""
    return f"{name} <{address}>" if address and address != name else name


def _text(context: Mapping[str, object], key: str) -> str:
    value = context.get(key)
    text = "" if value is None else str(value)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(_CONTROL.sub("", line).rstrip() for line in lines).strip()
    if units(text) <= MAX_VALUE:
        return text
    # A line that is cut in the middle is kept only where it is the only one.
    whole, newline, _ = cut(text, MAX_VALUE - 1).rpartition("\n")
    return f"{whole}\n…" if newline else cut(text, MAX_VALUE)


def _line(text: str) -> str:
    return cut(" ".join(_CONTROL.sub(" ", text).split()), _LONGEST_LINE)


def _link(text: str) -> str:
    """A link that can be clicked: what ends one in plain text is written as RFC 3986 wants it."""
    link = _CONTROL.sub("", text).strip().replace(" ", "%20")
    return link if len(link) <= _LONGEST_LINK else ""
