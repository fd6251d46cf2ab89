"""How a calendar entry is spelled (RFC 5545): properties, folding, zones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from syncd.demo.mime import Party


@dataclass(frozen=True, slots=True)
class Guest:
    """An ATTENDEE. `kind` is CUTYPE, `answer` is PARTSTAT."""

    party: Party
    answer: str = "ACCEPTED"
    kind: str = "INDIVIDUAL"
    role: str = "REQ-PARTICIPANT"


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT; a series carries its moved and cancelled instances in `instances`."""

    uid: str
    title: str
    start: datetime | date  # a date makes it all-day
    end: datetime | date  # exclusive
    made: datetime
    organizer: Party | None = None
    guests: tuple[Guest, ...] = ()
    place: str = ""
    link: str = ""
    notes: str = ""
    status: str = "CONFIRMED"
    free: bool = False  # TRANSP
    busy: str = ""  # X-MICROSOFT-CDO-BUSYSTATUS: OOF, WORKINGELSEWHERE …
    rule: str = ""
    dropped: tuple[datetime, ...] = ()  # EXDATE
    original: datetime | None = None  # RECURRENCE-ID
    instances: tuple[Event, ...] = ()
    sequence: int = 0
    utc: bool = False  # as services export it; otherwise as desktop programs do, with a zone

    @property
    def timed(self) -> tuple[datetime, datetime] | None:
        """Start and end of an entry that has hours."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return self.start, self.end
        return None


# daylight rule, standard rule, offsets from UTC in winter and in summer, names
_ZONES = {
    "Europe/Lisbon": ("010000", "020000", "+0000", "+0100", "WET", "WEST"),
    "Europe/London": ("010000", "020000", "+0000", "+0100", "GMT", "BST"),
    "Europe/Berlin": ("020000", "030000", "+0100", "+0200", "CET", "CEST"),
}


def document(event: Event, method: str = "") -> bytes:
    """The whole VCALENDAR of one entry; `method` is set when it travels by mail (RFC 5546)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Demo Calendar//EN"]
    lines.append("CALSCALE:GREGORIAN")
    if method:
        lines.append(f"METHOD:{method}")
    if (zone := _zone(event)) != "UTC":
        lines += _timezone(zone)
    for one in (event, *event.instances):
        lines += _event(one)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_utc(event.made)}"
    yield f"CREATED:{_utc(event.made)}"
    yield f"LAST-MODIFIED:{_utc(event.made)}"
    yield _when("DTSTART", event.start, event)
    yield _when("DTEND", event.end, event)
    if event.original is not None:
        yield _when("RECURRENCE-ID", event.original, event)
    if event.rule:
        yield f"RRULE:{event.rule}"
    for dropped in event.dropped:
        yield _when("EXDATE", dropped, event)
    yield f"SUMMARY:{_escaped(event.title)}"
    if event.place:
        yield f"LOCATION:{_escaped(event.place)}"
    if event.notes:
        yield f"DESCRIPTION:{_escaped(event.notes)}"
    if event.link:
        yield f"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:{event.link}"
    if event.organizer is not None:
        yield f"ORGANIZER;{_name(event.organizer)}:mailto:{event.organizer.address}"
    for guest in event.guests:
        yield (
            f"ATTENDEE;{_name(guest.party)};CUTYPE={guest.kind};ROLE={guest.role};"
            f"PARTSTAT={guest.answer};RSVP=TRUE:mailto:{guest.party.address}"
        )
    yield f"STATUS:{event.status}"
    yield f"TRANSP:{'TRANSPARENT' if event.free else 'OPAQUE'}"
    yield f"SEQUENCE:{event.sequence}"
    if event.busy:
        yield f"X-MICROSOFT-CDO-BUSYSTATUS:{event.busy}"
    yield "END:VEVENT"


def _zone(event: Event) -> str:
    if event.utc or not isinstance(event.start, datetime):
        return "UTC"
    return str(event.start.tzinfo)


def _when(name: str, value: datetime | date, event: Event) -> str:
    if not isinstance(value, datetime):
        return f"{name};VALUE=DATE:{value:%Y%m%d}"
    zone = _zone(event)
    if zone == "UTC":
        return f"{name}:{_utc(value)}"
    return f"{name};TZID={zone}:{value:%Y%m%dT%H%M%S}"


def _utc(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _timezone(zone: str) -> Iterable[str]:
    summer, winter, standard, daylight, name, summer_name = _ZONES[zone]
    return (
        "BEGIN:VTIMEZONE",
        f"TZID:{zone}",
        "BEGIN:DAYLIGHT",
        f"DTSTART:19810329T{summer}",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        f"TZOFFSETFROM:{standard}",
        f"TZOFFSETTO:{daylight}",
        f"TZNAME:{summer_name}",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        f"DTSTART:19961027T{winter}",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        f"TZOFFSETFROM:{daylight}",
        f"TZOFFSETTO:{standard}",
        f"TZNAME:{name}",
        "END:STANDARD",
        "END:VTIMEZONE",
    )


def _name(party: Party) -> str:
    return f'CN="{party.name}"' if "," in party.name or ":" in party.name else f"CN={party.name}"


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 octets a line, without cutting a character in two (RFC 5545, 3.1)."""
    if len(line.encode()) <= 75:
        return line + "\r\n"
    done: list[str] = []
    now, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            done.append(now)
            now, size = " ", 1
        now, size = now + char, size + width
    return "\r\n".join((*done, now)) + "\r\n"
