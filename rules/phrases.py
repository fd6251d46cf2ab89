"""Days in words, and the note that goes with an invitation to connect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from rules.cut import cut
from rules.history import Event

# What LinkedIn and others take as a note with an invitation to connect.
MAX_CONNECTION_NOTE = 300

# Not strftime: its month names follow the machine's locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LONGEST = 70  # a title or place that is longer is no help to anybody's memory
_DEEDS = (
    ("in_person_meeting", "meet you"),
    ("call", "talk to you"),
    ("meeting", "meet you"),
)


def month_day(day: date) -> str:
    """`3 March`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def in_words(day: date, today: date) -> str:
    """`3 March`, with the year where it is not this one."""
    text = month_day(day)
    return text if day.year == today.year else f"{text} {day.year}"


def connection_note(
    first_name: str, anchor: Event, events: Sequence[Event], now: datetime, zone: tzinfo
) -> str:
    """Where and when the two met, to be sent with an invitation to connect.

    What started the clock where that was a meeting or call, else the newest one up to `now`.
    """
    hello = f"Hello {cut(first_name, LONGEST)}" if "@" not in first_name else "Hello"
    greeting = f"{hello}, it was good to"
    met = next((event for event in _newest_first(anchor, events, now) if _deed(event)), None)
    if met is None:
        return f"{greeting} be in touch{_about(anchor, first_name)}. Shall we stay connected?"
    day = in_words(met.at.astimezone(zone).date(), now.astimezone(zone).date())
    text = f"{greeting} {_deed(met)} on {day}{_at(met)}{_about(met, first_name)}."
    return cut(f"{text} Shall we stay in touch?", MAX_CONNECTION_NOTE)


def _newest_first(anchor: Event, events: Sequence[Event], now: datetime) -> list[Event]:
    return [anchor, *(event for event in reversed(events) if event.end <= now)]


def _deed(event: Event) -> str:
    return next((deed for kind, deed in _DEEDS if kind in event.kinds), "")


def _about(event: Event, first_name: str) -> str:
    """Its title, unless it is the owner's own note about them ("Coffee with Ana")."""
    title = " ".join(event.title.split())
    if not title or not event.kinds or first_name.casefold() in title.casefold():
        return ""
    return f' ("{cut(title, LONGEST)}")'


def _at(event: Event) -> str:
    """The place, where it is one: no conference's address, no telephone number."""
    where = " ".join(event.where.split())
    remote = "call" in event.kinds or "://" in where or where.lower().startswith("www.")
    return f" at {cut(where, LONGEST)}" if any(map(str.isalpha, where)) and not remote else ""
