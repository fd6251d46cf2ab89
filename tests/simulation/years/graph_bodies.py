"""Records as Outlook would have Graph tell them."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.records import Attendee, Card, Meeting, PartStat

_ANSWERS: Final = {
    PartStat.ACCEPTED: "accepted", PartStat.DECLINED: "declined",
    PartStat.TENTATIVE: "tentativelyAccepted", PartStat.DELEGATED: "none",
    PartStat.UNKNOWN: "notResponded",
}  # fmt: skip
_BUSY: Final = {"free": "free", "oof": "oof"}
# How the organizer stands among the guests; "": not at all.
HOSTS: Final = ("", "none", "organizer")
_NEVER: Final = "0001-01-01T00:00:00Z"


def span(one: Meeting, zone: ZoneInfo) -> tuple[datetime | date, datetime | date]:
    """When it is, days as days where the owner is."""
    if not one.all_day:
        return one.start, one.end
    return one.start.astimezone(zone).date(), one.end.astimezone(zone).date()


def event(one: Meeting, owner: str) -> dict[str, Any]:
    """The members of an event (microsoft.graph.event), None for those that it has not. The owner's
    own answer stands beside the list of guests, where its organizer may be missing."""
    host = one.organizer.addr if one.organizer is not None else owner
    way = HOSTS[sha256(one.uid.encode()).digest()[0] % len(HOSTS)]
    mine = next((guest for guest in one.attendees if guest.mailbox.addr == owner), None)
    fields: dict[str, Any] = {
        "subject": one.title,
        "attendees": [
            _guest(guest, way if guest.mailbox.addr == host else _ANSWERS[guest.partstat])
            for guest in one.attendees
            if way or guest.mailbox.addr != host
        ],
        "isCancelled": one.status == "cancelled",
        "showAs": _BUSY.get(one.busy, "busy"),
        "place": one.place or None,
        "onlineMeeting": {"joinUrl": one.link} if one.link else None,
    }
    if host != owner and mine is not None:
        fields["responseStatus"] = _status(_ANSWERS[mine.partstat])
    return fields


def contact(card: Card) -> dict[str, Any]:
    """A contact (microsoft.graph.contact)."""
    given, _, family = card.name.partition(" ")
    return {
        "displayName": card.name,
        "givenName": given,
        "surname": family or None,
        "emailAddresses": [{"name": card.name, "address": addr} for addr in card.addrs],
        # Outlook keeps a day as noon.
        "birthday": f"{card.birthday}T11:59:00Z" if card.birthday else None,
    }


def _guest(guest: Attendee, answer: str) -> dict[str, Any]:
    box = guest.mailbox
    kind = "resource" if guest.kind in ("room", "resource") else "required"
    named = {"name": box.name or box.addr, "address": box.addr}
    return {"type": kind, "status": _status(answer), "emailAddress": named}


def _status(answer: str) -> dict[str, str]:
    return {"response": answer, "time": _NEVER}
