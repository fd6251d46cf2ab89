"""Dates and deeds in a person's words, for tasks and their evidence."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from syncd.inference.model import Claim, ClaimKind, Mode
from syncd.relationships.timeline import nature_of

# Not strftime: its month names follow the machine's locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LONGEST_TITLE = 100

_MODES = {
    Mode.IN_PERSON: ", in person",
    Mode.VIDEO: ", video",
    Mode.PHONE: ", phone",
    Mode.UNKNOWN: "",
}
_ASIDE = {ClaimKind.TASK: " (task ticked)", ClaimKind.LOG: " (logged)"}


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day on the owner's wall."""
    return moment.astimezone(zone).date()


def in_words(day: date, today: date) -> str:
    """`3 March`, with the year where it is not this one."""
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    return text if day.year == today.year else f"{text} {day.year}"


def clean(title: str) -> str:
    """A subject or title on one line, cut where it gets long."""
    text = " ".join(title.split())
    return text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1].rstrip() + "…"


def bracketed(text: str) -> str:
    """` (text)`, or nothing."""
    return f" ({text})" if text else ""


def link_of(claim: Claim) -> str:
    """Where it can be opened: its own link, else the first that its evidence has."""
    return claim.link or next((where.link for where in claim.evidence if where.link), "")


def evidence_line(claim: Claim, zone: tzinfo) -> str:
    """`2026-03-03 meeting, in person: Coffee (Café Aurora)`, and where it can be opened."""
    nature = nature_of(claim)
    if nature.meeting:
        what = "meeting" + _MODES[claim.mode]
    elif nature.call:
        what = "call"
    else:
        what = "message sent" if nature.sent else "message received"
    what += _ASIDE.get(claim.kind, "")
    title, place = clean(claim.title), clean(claim.place)
    tail = f": {title}" if title else ""
    link = link_of(claim)
    opened = f" <{link}>" if link else ""
    return f"{day_of(claim.at, zone).isoformat()} {what}{tail}{bracketed(place)}{opened}"
