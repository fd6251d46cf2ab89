"""Records as Google's own programs would write them through its APIs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fakes.google.recurrence import when

from connectors.records import Attendee, Card, Mailbox, Meeting, PartStat

_ANSWERS: Final = {
    PartStat.ACCEPTED: "accepted", PartStat.DECLINED: "declined", PartStat.TENTATIVE: "tentative",
    PartStat.DELEGATED: "needsAction", PartStat.UNKNOWN: "needsAction",
}  # fmt: skip


def event(one: Meeting, owner: str, zone: str) -> dict[str, Any]:
    """The members of an event (Calendar v3, Events). An entry of the owner's own has them for its
    organizer, as Google has it."""
    series = {"timeZone": zone} if one.recurrence_id else {}
    fields: dict[str, Any] = {
        "iCalUID": one.uid,
        "summary": one.title,
        "organizer": _box(one.organizer) if one.organizer else {"email": owner},
        "start": {**when(one.start), **series},
        "end": {**when(one.end), **series},
        "location": one.place or None,
        "status": one.status,
        "sequence": one.sequence,
        "transparency": "transparent" if one.busy == "free" else "opaque",
        "eventType": "outOfOffice" if one.busy == "oof" else "default",
        "attendees": [_guest(guest) for guest in one.attendees] or None,
    }
    if one.link:
        point = {"entryPointType": "video", "uri": one.link}
        fields["conferenceData"] = {"conferenceId": "r", "entryPoints": [point]}
    return {name: value for name, value in fields.items() if value is not None}


def dates(instances: Sequence[Meeting]) -> str:
    """The days of a series, as a line of its recurrence (RFC 5545 section 3.8.5.2)."""
    starts = (datetime.fromisoformat(one.recurrence_id).astimezone(UTC) for one in instances)
    return "RDATE:" + ",".join(f"{at:%Y%m%dT%H%M%SZ}" for at in starts)


def contact(card: Card) -> dict[str, Any]:
    """A contact (People v1, Person)."""
    given, _, family = card.name.partition(" ")
    person: dict[str, Any] = {
        "names": [{"givenName": given, "familyName": family}],
        "emailAddresses": [{"value": addr} for addr in card.addrs],
    }
    if card.birthday:
        year, month, day = map(int, card.birthday.split("-"))
        person["birthdays"] = [{"date": {"year": year, "month": month, "day": day}}]
    return person


def _box(box: Mailbox) -> dict[str, Any]:
    return {"email": box.addr, **({"displayName": box.name} if box.name else {})}


def _guest(guest: Attendee) -> dict[str, Any]:
    room = {"resource": True} if guest.kind in ("room", "resource") else {}
    return {**_box(guest.mailbox), **room, "responseStatus": _ANSWERS[guest.partstat]}
