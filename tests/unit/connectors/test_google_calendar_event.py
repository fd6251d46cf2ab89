"""Events as the Calendar API gives them, and the meetings that they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import BadItem
from connectors.formats.ical import read_calendar
from connectors.google.calendar_event import (
    is_called_off,
    is_cancelled,
    is_closed,
    meeting_of,
    span_of,
)
from connectors.records import Attendee, Mailbox, Meeting, PartStat

LISBON = ZoneInfo("Europe/Lisbon")

# The shape of developers.google.com/workspace/calendar/api/v3/reference/events, names invented.
LUNCH: dict[str, Any] = {
    "kind": "calendar#event",
    "etag": '"3181161784712000"',
    "id": "7cbh8rpc10lrc0ckih9tafss99",
    "status": "confirmed",
    "htmlLink": "https://www.google.com/calendar/event?eid=N2NiaDhycGMxMGxyYzBja2loOXRhZnNzOTk",
    "created": "2026-10-20T08:14:52.000Z",
    "updated": "2026-10-21T10:00:00.123Z",
    "summary": "Lunch",
    "location": "Rua Augusta 1, Lisboa",
    "creator": {"email": "ana@example.com", "self": True},
    "organizer": {"email": "ana@example.com", "displayName": "Ana Silva", "self": True},
    "start": {"dateTime": "2026-10-26T12:30:00Z", "timeZone": "Europe/Lisbon"},
    "end": {"dateTime": "2026-10-26T13:30:00Z", "timeZone": "Europe/Lisbon"},
    "iCalUID": "7cbh8rpc10lrc0ckih9tafss99@google.com",
    "sequence": 2,
    "attendees": [
        {
            "email": "ana@example.com",
            "displayName": "Ana Silva",
            "organizer": True,
            "self": True,
            "responseStatus": "accepted",
        },
        {"email": "bob@example.org", "displayName": "Bob Stone", "responseStatus": "declined"},
    ],
    "reminders": {"useDefault": True},
    "eventType": "default",
}
INSTANCE: dict[str, Any] = {
    **LUNCH,
    "id": "7cbh8rpc10lrc0ckih9tafss99_20261026T123000Z",
    "recurringEventId": "7cbh8rpc10lrc0ckih9tafss99",
    "originalStartTime": {"dateTime": "2026-10-26T12:30:00Z", "timeZone": "Europe/Lisbon"},
}


def read(base: dict[str, Any] = LUNCH, **changed: Any) -> Meeting:
    """The meeting, where some members are different; None takes one away."""
    event = {name: value for name, value in {**base, **changed}.items() if value is not None}
    return meeting_of(event, LISBON)


def guest(email: str, **more: Any) -> dict[str, Any]:
    return {"email": email, "responseStatus": "needsAction", **more}


def test_an_event_as_documented() -> None:
    """Everything that matters of an event is in its meeting."""
    assert read() == Meeting(
        uid="7cbh8rpc10lrc0ckih9tafss99@google.com",
        recurrence_id="",
        start=datetime(2026, 10, 26, 12, 30, tzinfo=UTC),
        end=datetime(2026, 10, 26, 13, 30, tzinfo=UTC),
        title="Lunch",
        place="Rua Augusta 1, Lisboa",
        organizer=Mailbox("ana@example.com", "Ana Silva"),
        attendees=(
            Attendee(Mailbox("ana@example.com", "Ana Silva"), PartStat.ACCEPTED),
            Attendee(Mailbox("bob@example.org", "Bob Stone"), PartStat.DECLINED),
        ),
        sequence=2,
        modified=datetime(2026, 10, 21, 10, 0, 0, 123000, tzinfo=UTC),
        url="https://www.google.com/calendar/event?eid=N2NiaDhycGMxMGxyYzBja2loOXRhZnNzOTk",
    )


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({}, ("default", "busy")),
        ({"eventType": "focusTime"}, ("focus", "busy")),
        ({"eventType": "outOfOffice"}, ("oof", "oof")),
        ({"eventType": "outOfOffice", "transparency": "transparent"}, ("oof", "free")),
        ({"eventType": "workingLocation", "transparency": "transparent"}, ("location", "free")),
        ({"eventType": "birthday", "transparency": "transparent"}, ("birthday", "free")),
        ({"eventType": "fromGmail"}, ("travel", "busy")),
        ({"eventType": "somethingNew"}, ("default", "busy")),
        ({"transparency": "transparent"}, ("default", "free")),
        ({"transparency": "opaque"}, ("default", "busy")),
    ],
)
def test_what_kind_it_is(told: dict[str, Any], meant: tuple[str, str]) -> None:
    """Only events of the plain kind are meetings; the others say what they are."""
    found = read(**told)
    assert (found.kind, found.busy) == meant


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("accepted", PartStat.ACCEPTED),
        ("declined", PartStat.DECLINED),
        ("tentative", PartStat.TENTATIVE),
        ("needsAction", PartStat.UNKNOWN),
        (None, PartStat.UNKNOWN),
    ],
)
def test_answers(told: str | None, meant: PartStat) -> None:
    """What a guest answered."""
    (found,) = read(attendees=[{"email": "bob@example.org", "responseStatus": told}]).attendees
    assert found.partstat is meant


def test_guests() -> None:
    """Rooms are no people, who has no address is nobody, and everybody is there once."""
    found = read(
        attendees=[
            guest("room1@resource.calendar.google.com", resource=True, displayName="Tejo"),
            guest("bob@example.org", optional=True),
            guest("BOB@example.org", responseStatus="accepted"),
            {"id": "1043", "displayName": "Somebody", "responseStatus": "accepted"},
            guest("no address"),
        ]
    )
    assert found.attendees == (
        Attendee(Mailbox("room1@resource.calendar.google.com", "Tejo"), kind="resource"),
        Attendee(Mailbox("bob@example.org"), optional=True),
    )


@pytest.mark.parametrize(
    "told",
    [
        {"attendeesOmitted": True},
        {"guestsCanSeeOtherGuests": False, "organizer": {"email": "bob@example.org"}},
    ],
)
def test_guests_that_are_kept_from_us(told: dict[str, Any]) -> None:
    """Beyond 200 guests, or where the list is hidden, an event of many looks like one of two."""
    assert "group" in {one.kind for one in read(**told).attendees}
    assert "group" not in {one.kind for one in read(guestsCanSeeOtherGuests=False).attendees}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({}, "ana@example.com"),
        ({"attendees": None}, None),
        ({"organizer": {"email": "c_1@group.calendar.google.com"}}, "ana@example.com"),
        (
            {"organizer": {"email": "c_1@group.calendar.google.com"}, "creator": None},
            "c_1@group.calendar.google.com",
        ),
        ({"organizer": {"email": "bob@example.org"}}, "bob@example.org"),
        ({"organizer": {"displayName": "Somebody"}}, None),
    ],
)
def test_who_convenes(told: dict[str, Any], meant: str | None) -> None:
    """The organiser; in a shared calendar whoever wrote it there; of a note to oneself nobody."""
    organizer = read(**told).organizer
    assert (organizer and organizer.addr) == meant


MEET = {"entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij"}
PHONE = {"entryPointType": "phone", "uri": "tel:+351-21-000-0000", "pin": "123"}


@pytest.mark.parametrize(
    ("told", "link", "phone"),
    [
        ({"conferenceData": {"entryPoints": [PHONE, MEET]}}, MEET["uri"], ""),
        ({"conferenceData": {"entryPoints": [PHONE]}}, "", "+351210000000"),
        ({"conferenceData": {"createRequest": {"requestId": "1"}}}, "", ""),
        ({"hangoutLink": MEET["uri"]}, MEET["uri"], ""),
        ({"location": "https://zoom.us/j/1"}, "https://zoom.us/j/1", ""),
        ({"location": "+351 21 000 0000"}, "", "+351210000000"),
        ({"description": '<a href="https://zoom.us/j/2">Join</a>'}, "https://zoom.us/j/2", ""),
        ({"description": "Agenda: https://example.org/page"}, "", ""),
    ],
)
def test_ways_of_meeting(told: dict[str, Any], link: str, phone: str) -> None:
    """A link to a video call, or a number where there is none."""
    found = read(**{"location": None, **told})
    assert (found.link, found.phone) == (link, phone)


@pytest.mark.parametrize(
    ("start", "end", "begins", "hours", "all_day"),
    [
        ({"date": "2026-10-25"}, {"date": "2026-10-26"}, "2026-10-24T23:00", 25, True),
        ({"date": "2026-10-26"}, {"date": "2026-10-28"}, "2026-10-26T00:00", 48, True),
        (
            {"dateTime": "2026-07-01T09:00:00+01:00"},
            {"dateTime": "2026-07-01T10:00:00+01:00"},
            "2026-07-01T08:00",
            1,
            False,
        ),
        (
            {"dateTime": "2026-07-01T09:00:00", "timeZone": "America/New_York"},
            {"dateTime": "2026-07-01T10:00:00", "timeZone": "America/New_York"},
            "2026-07-01T13:00",
            1,
            False,
        ),
        (
            {"dateTime": "2026-07-01T00:00:00-04:00", "timeZone": "America/New_York"},
            {"dateTime": "2026-07-02T00:00:00-04:00", "timeZone": "America/New_York"},
            "2026-07-01T04:00",
            24,
            True,
        ),
        (  # over the end of summer time
            {"dateTime": "2026-10-25T00:30:00+01:00"},
            {"dateTime": "2026-10-25T02:30:00Z"},
            "2026-10-24T23:30",
            3,
            False,
        ),
        (
            {"dateTime": "2026-07-01T09:00:00Z"},
            {"dateTime": "2026-07-01T08:00:00Z"},
            "2026-07-01T09:00",
            0,
            False,
        ),
    ],
)
def test_when(start: Any, end: Any, begins: str, hours: int, all_day: bool) -> None:
    """Dates are days where the owner is; times have an offset, else a zone; nothing ends before it
    begins."""
    found = read(start=start, end=end)
    assert found.start == datetime.fromisoformat(f"{begins}+00:00")
    assert (found.end - found.start).total_seconds() == hours * 3600
    assert found.all_day is all_day


@pytest.mark.parametrize(
    ("original", "identity"),
    [
        ({"dateTime": "2026-10-26T12:30:00Z"}, "2026-10-26T12:30:00Z"),
        ({"dateTime": "2026-10-19T13:30:00+01:00"}, "2026-10-19T12:30:00Z"),
        ({"dateTime": "2026-10-19T13:30:00", "timeZone": "Europe/Lisbon"}, "2026-10-19T12:30:00Z"),
        ({"date": "2026-10-26"}, "2026-10-26"),
    ],
)
def test_instances(original: Any, identity: str) -> None:
    """An instance is known by when it was to start, wherever it was moved."""
    found = read(INSTANCE, originalStartTime=original)
    assert found.recurrence_id == identity
    assert found.recurring
    assert found.uid == read().uid


def test_an_event_of_which_little_is_told() -> None:
    """What is missing is left empty; without an iCalUID the id stands in."""
    bare = {name: LUNCH[name] for name in ("id", "start", "end")}
    found = meeting_of({**bare, "summary": "Lunch"}, LISBON)
    assert found.uid == f"{LUNCH['id']}@google.com"
    assert (found.attendees, found.organizer, found.url, found.modified) == ((), None, "", None)
    assert is_closed(bare)
    assert not is_closed(LUNCH)
    assert is_cancelled({"id": "1", "status": "cancelled"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": None},
        {"end": {}},
        {"start": {"dateTime": "soon"}},
        {"start": {"date": "2026-13-01"}},
        {"start": {"dateTime": "0001-01-01T00:00:00+14:00"}},
        {"start": "2026-10-26"},
        {"attendees": [3]},
        {"sequence": "many"},
    ],
)
def test_what_cannot_be_read(wrong: dict[str, Any]) -> None:
    """It is set aside, in words of our own."""
    with pytest.raises(BadItem, match="an event"):
        read(**wrong)


@pytest.mark.parametrize(
    ("told", "off"),
    [
        ({"updated": "2026-10-26T13:00:00Z"}, True),
        ({"updated": "2026-10-26T14:00:00Z"}, False),
        ({"updated": None}, False),
        ({"iCalUID": None}, False),
        ({"end": None}, False),
        ({"status": "confirmed"}, False),
    ],
)
def test_what_was_called_off(told: dict[str, Any], off: bool) -> None:
    """What was deleted before its end, if it still says when that was."""
    event = {**LUNCH, "status": "cancelled", **told}
    event = {name: value for name, value in event.items() if value is not None}
    assert is_called_off(event, LISBON) is off
    if off:
        assert meeting_of(event, LISBON).status == "cancelled"


def test_what_is_within_a_window() -> None:
    """As timeMin and timeMax have it: what ends as the window begins is out of it."""
    span = span_of(LUNCH, LISBON)
    assert span.touches(span.start, span.end)
    assert not span.touches(span.end, span.end.replace(year=2027))
    assert not span.touches(span.start.replace(year=2025), span.start)


ICS = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
X-WR-TIMEZONE:Europe/Lisbon
BEGIN:VEVENT
DTSTART;TZID=Europe/Lisbon:20261026T123000
DTEND;TZID=Europe/Lisbon:20261026T133000
{more}DTSTAMP:20261101T000000Z
ORGANIZER;CN=Ana Silva:mailto:ana@example.com
UID:7cbh8rpc10lrc0ckih9tafss99@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Ana Silva;X-NUM-GUESTS=0:
 mailto:ana@example.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=Bob Stone;X-NUM-GUESTS=0:
 mailto:bob@example.org
LAST-MODIFIED:20261021T100000Z
LOCATION:Rua Augusta 1\\, Lisboa
SEQUENCE:2
STATUS:CONFIRMED
SUMMARY:Lunch
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("event", "more"),
    [
        (LUNCH, ""),
        (INSTANCE, "RECURRENCE-ID;TZID=Europe/Lisbon:20261026T123000\n"),
        (
            {**LUNCH, "hangoutLink": MEET["uri"]},
            f"X-GOOGLE-CONFERENCE:{MEET['uri']}\n",
        ),
    ],
)
def test_the_twin_in_icalendar(event: dict[str, Any], more: str) -> None:
    """The export of the same event says the same, but for the link to its page."""
    data = ICS.format(more=more).replace("\n", "\r\n").encode()
    window = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    (twin,) = read_calendar(data, *window, LISBON).meetings
    told = read({**event, "updated": "2026-10-21T10:00:00Z", "htmlLink": ""})
    assert told == twin
