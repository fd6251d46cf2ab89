"""Records as Outlook would write them in a mailbox on an Exchange server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from fakes.exchange.people import single
from fakes.exchange.xml import t

from connectors.formats.windows_name import windows_name
from connectors.records import Attendee, Card, Meeting, PartStat

_ANSWERS: Final = {
    PartStat.ACCEPTED: "Accept", PartStat.DECLINED: "Decline", PartStat.TENTATIVE: "Tentative",
    PartStat.DELEGATED: "Unknown", PartStat.UNKNOWN: "NoResponseReceived",
}  # fmt: skip
_BUSY: Final = {"free": "Free", "oof": "OOF"}
# How the organizer stands among the guests; "": not at all.
_HOSTS: Final = ("", "Unknown", "Organizer")


def span(one: Meeting, zone: ZoneInfo) -> tuple[datetime | date, datetime | date]:
    """When it is, days as days where the owner is."""
    if not one.all_day:
        return one.start, one.end
    return one.start.astimezone(zone).date(), one.end.astimezone(zone).date()


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """What Windows calls it."""
    return windows_name(zone, at.year)


def event(one: Meeting, owner: str) -> dict[str, Any]:
    """The properties of an item beside its times, by the names of their elements (CalendarItem)."""
    host = one.organizer.addr if one.organizer is not None else owner
    own = next((guest for guest in one.attendees if guest.mailbox.addr == owner), None)
    mine = "Organizer" if host == owner else _ANSWERS[own.partstat] if own else "Unknown"
    rooms = [one for one in one.attendees if one.kind in ("room", "resource")]
    people = [one for one in one.attendees if one not in rooms]
    way = _HOSTS[sha256(one.uid.encode()).digest()[0] % len(_HOSTS)]
    fields: dict[str, Any] = {
        "Subject": one.title,
        "RequiredAttendees": t("RequiredAttendees", list(_guests(people, host, way))),
        "Resources": t("Resources", list(_guests(rooms, host, way))),
        "LegacyFreeBusyStatus": _BUSY.get(one.busy, "Busy"),
        "Location": one.place or None,
        "JoinOnlineMeetingUrl": one.link or None,
        "MyResponseType": mine,
        "IsCancelled": "true" if one.status == "cancelled" else None,
        "AppointmentSequenceNumber": str(one.sequence),
    }
    for name in ("RequiredAttendees", "Resources"):
        fields[name] = fields[name] if len(fields[name]) else None
    if host != owner and one.organizer is not None:
        fields["Organizer"] = single("Organizer", f"{one.organizer.name} <{host}>")
    return fields


def contact(card: Card) -> dict[str, Any]:
    """The properties of a contact beside its name and addresses."""
    if not card.birthday:
        return {}
    return {"Birthday": f"{card.birthday}T11:59:00Z"}


def _guests(guests: list[Attendee], host: str, way: str) -> Iterator[Any]:
    for guest in guests:
        answer, box = _ANSWERS[guest.partstat], guest.mailbox
        if box.addr == host:
            answer = way
        if answer:
            told = t("Mailbox", t("Name", box.name or box.addr), t("EmailAddress", box.addr),
                     t("RoutingType", "SMTP"), t("MailboxType", "Mailbox"))  # fmt: skip
            yield t("Attendee", told, t("ResponseType", answer))
