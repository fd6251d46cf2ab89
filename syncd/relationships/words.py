"""Dates and deeds in a person's words, for tasks and their evidence."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from rules import phrases, variables
from rules.cut import cut
from syncd.inference.model import Claim, ClaimKind, Mode
from syncd.inference.threads import bare_subject
from syncd.relationships.timeline import nature_of

_LONGEST_TITLE = 100
_LONGEST_LINK = 500

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


def clean(title: str) -> str:
    """A subject or title on one line, cut where it gets long."""
    return cut(" ".join(title.split()), _LONGEST_TITLE)


def title_of(claim: Claim) -> str:
    """What it was about: a mail's subject without "Re:" and "Fwd:"."""
    title = claim.title
    if claim.kind is not ClaimKind.MESSAGE or not (":" in title or "\uff1a" in title):
        return title
    return bare_subject(title)


def quoted(title: str) -> tuple[str, ...]:
    """Every way in which tasks quote a title or place, always in the same order."""
    return tuple(
        cut(text, limit)
        for text in (" ".join(title.split()), bare_subject(title))
        for limit in (_LONGEST_TITLE, variables.LONGEST, phrases.LONGEST)
    )


def bracketed(text: str) -> str:
    """` (text)`, or nothing."""
    return f" ({text})" if text else ""


def link_of(claim: Claim) -> str:
    """Where it can be opened: its own link, else the first that its evidence has."""
    if claim.link:
        return claim.link
    for where in claim.evidence:
        if where.link:
            return where.link
    return ""


def opened(claim: Claim) -> str:
    """` <link>`, or nothing; a link that nobody could click is left out."""
    link = link_of(claim).strip().replace(" ", "%20")
    return f" <{link}>" if link and len(link) <= _LONGEST_LINK else ""


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
    if "://" in place and link_of(claim):
        place = ""  # where a video meeting takes place is its link
    day = day_of(claim.at, zone).isoformat()
    return f"{day} {what}{tail}{bracketed(place)}{opened(claim)}"
