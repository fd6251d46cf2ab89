"""Scheduling messages as mail brings them: invitations, answers, cancellations, counters."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import BadItem
from connectors.formats.ical import read_calendar
from connectors.formats.itip import AHEAD, BEFORE, INSTANCES_LIMIT, read_itip
from connectors.records import Attendee, Mailbox, Meeting, PartStat
from connectors.wire import pack, unpack

LISBON = ZoneInfo("Europe/Lisbon")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMES = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\n"


def read(method: str, *events: str, at: datetime = AT) -> list[Meeting]:
    """A calendar part with that method ("" for none), read in Lisbon."""
    head = f"METHOD:{method}\n" if method else ""
    body = "".join(f"BEGIN:VEVENT\nUID:u@example.org\n{event}\nEND:VEVENT\n" for event in events)
    data = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n"
    return read_itip(data.replace("\n", "\r\n").encode(), LISBON, at)


@pytest.mark.parametrize(
    ("written", "method"),
    [("REQUEST", "request"), ("reply", "reply"), ("", "publish"), ("PUBLISH", "publish"),
     ("COUNTER", "counter"), ("DECLINECOUNTER", "declinecounter"), ("REFRESH", "refresh"),
     ("X-ODD", "publish")],
)  # fmt: skip
def test_methods(written: str, method: str) -> None:
    """Each method is told in lower case; none, or an unknown one, is a publication."""
    (meeting,) = read(written, TIMES)
    assert (meeting.method, meeting.uid, meeting.recurrence_id) == (method, "u@example.org", "")
    assert not meeting.recurring


OUTLOOK_REPLY = """\
ATTENDEE;PARTSTAT=DECLINED;CN=Rui Costa:MAILTO:rui@example.com
COMMENT;LANGUAGE=pt-PT:\\n
SUMMARY;LANGUAGE=pt-PT:Declined: Budget
DTSTART;TZID=W. Europe Standard Time:20260310T100000
DTEND;TZID=W. Europe Standard Time:20260310T110000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:20260301T110000Z
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:0
X-MICROSOFT-CDO-APPT-SEQUENCE:0
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY"""
GOOGLE_REPLY = """\
DTSTART:20260310T090000Z
DTEND:20260310T100000Z
DTSTAMP:20260301T110000Z
ORGANIZER;CN=ana@example.org:mailto:ana@example.org
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=rui@exam
 ple.com;X-NUM-GUESTS=0:mailto:rui@example.com
LAST-MODIFIED:20260201T110000Z
SEQUENCE:0
STATUS:CONFIRMED
SUMMARY:Budget"""
APPLE_REPLY = """\
DTSTAMP:20260301T110000Z
DTSTART;TZID=Europe/Berlin:20260310T100000
DTEND;TZID=Europe/Berlin:20260310T110000
ATTENDEE;CN="Rui Costa";EMAIL="rui@example.com";PARTSTAT=TENTATIVE;CUTYPE=INDIVIDUAL:mailto:2_
 GAYDAMBQGAYDAMBQGA@imip.me.com
ORGANIZER;CN="Ana":mailto:ana@example.org
X-APPLE-NEEDS-REPLY:TRUE"""


@pytest.mark.parametrize(
    ("reply", "partstat", "name"),
    [
        (OUTLOOK_REPLY, PartStat.DECLINED, "Rui Costa"),
        (GOOGLE_REPLY, PartStat.ACCEPTED, ""),
        (APPLE_REPLY, PartStat.TENTATIVE, "Rui Costa"),
    ],
)
def test_replies(reply: str, partstat: PartStat, name: str) -> None:
    """Outlook, Google and Apple: one attendee and what they say, as new as the answer."""
    (meeting,) = read("REPLY", reply)
    assert meeting.attendees == (Attendee(Mailbox("rui@example.com", name), partstat),)
    assert meeting.start == datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert meeting.modified == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert (meeting.method, meeting.recurrence_id, meeting.status) == ("reply", "", "confirmed")


@pytest.mark.parametrize("method", ["REPLY", "CANCEL", "COUNTER", "REFRESH", "DECLINECOUNTER"])
def test_what_concerns_a_whole_series_is_one_record(method: str) -> None:
    """A series is never expanded for an answer or a cancellation; an instance keeps its id."""
    (meeting,) = read(method, TIMES + "RRULE:FREQ=DAILY")
    assert (meeting.recurrence_id, meeting.recurring) == ("", True)
    assert meeting.status == ("cancelled" if method == "CANCEL" else "confirmed")
    (meeting,) = read(method, TIMES + "RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000")
    assert (meeting.recurrence_id, meeting.recurring) == ("2026-03-09T09:00:00Z", True)


@pytest.mark.parametrize("method", ["REPLY", "CANCEL", "REFRESH"])
def test_an_answer_may_come_without_times(method: str) -> None:
    """RFC 5546 lets a reply or a cancellation name nothing but the UID: it is as old as it is."""
    (meeting,) = read(method, "DTSTAMP:20260301T110000Z")
    assert meeting.start == meeting.end == datetime(2026, 3, 1, 11, tzinfo=UTC)
    (meeting,) = read(method, "SEQUENCE:1")
    assert meeting.start == AT
    (meeting,) = read(method, "RECURRENCE-ID:20260309T090000Z")
    assert meeting.start == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_an_invitation_needs_a_time() -> None:
    """Nobody can be invited to an event without a start."""
    with pytest.raises(BadItem, match="without a start"):
        read("REQUEST", "SUMMARY:when?")


def test_an_invitation_to_a_series() -> None:
    """It becomes its instances around the mail: from 31 days before to 400 days after, 200 at
    most, the earliest."""
    weekly = read("REQUEST", "DTSTART:20200101T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY")
    assert weekly[0].start >= AT - BEFORE - timedelta(hours=1)
    assert weekly[-1].start < AT + AHEAD
    assert len(weekly) == 61
    daily = read("REQUEST", TIMES + "RRULE:FREQ=DAILY")
    assert len(daily) == INSTANCES_LIMIT
    assert daily[0].recurrence_id == "2026-03-10T09:00:00Z"
    assert {m.method for m in daily} == {"request"}
    assert read("REQUEST", TIMES + "RRULE:FREQ=DAILY;COUNT=3", at=AT + timedelta(900)) == []


def test_an_old_invitation_to_one_event_is_read() -> None:
    """A single event is read whenever it is."""
    assert len(read("REQUEST", TIMES, at=AT + timedelta(5000))) == 1


def test_an_invitation_with_an_exception() -> None:
    """Exceptions come with the series, moved and cancelled ones alike."""
    found = read(
        "REQUEST",
        TIMES + "RRULE:FREQ=WEEKLY;COUNT=3",
        "RECURRENCE-ID:20260317T090000Z\nDTSTART:20260318T090000Z\nSUMMARY:moved",
    )
    assert [m.recurrence_id[:10] for m in found] == ["2026-03-10", "2026-03-17", "2026-03-24"]
    assert found[1].start.day == 18


def test_added_instances() -> None:
    """ADD brings new instances of a series that it does not repeat: known by their start."""
    (meeting,) = read("ADD", "DTSTART:20260312T090000Z\nSEQUENCE:2")
    assert (meeting.recurrence_id, meeting.recurring) == ("2026-03-12T09:00:00Z", True)
    assert meeting.method == "add"


def test_of_two_versions_the_newer_counts() -> None:
    """Outlook sends some parts twice."""
    (meeting,) = read("REQUEST", TIMES + "SUMMARY:a\nSEQUENCE:2", TIMES + "SUMMARY:b")
    assert meeting.title == "a"


@pytest.mark.parametrize(
    "event",
    [
        TIMES,
        TIMES + "RRULE:FREQ=WEEKLY;COUNT=5",
        "DTSTART;VALUE=DATE:20260310\nRRULE:FREQ=WEEKLY;COUNT=3",
        "DTSTART;TZID=Europe/Paris:20260310T000000\nDURATION:P1D\nRRULE:FREQ=WEEKLY;COUNT=3",
        "DTSTART:20260310T090000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260311T090000",
    ],
)
def test_keys_are_those_of_the_calendar(event: str) -> None:
    """The same event in mail and in a calendar has the same uid and recurrence ids."""
    calendar = (
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u@example.org\n{event}\nEND:VEVENT\nEND:VCALENDAR"
    )
    meetings = read_calendar(calendar.encode(), AT - BEFORE, AT + AHEAD, LISBON).meetings
    keys = [(m.uid, m.recurrence_id, m.start, m.end) for m in meetings]
    assert keys == [(m.uid, m.recurrence_id, m.start, m.end) for m in read("REQUEST", event)]


@pytest.mark.parametrize("data", [b"", b"hello", b"BEGIN:VCARD\nEND:VCARD"])
def test_what_is_no_calendar(data: bytes) -> None:
    """Anything else is a bad item."""
    with pytest.raises(BadItem):
        read_itip(data, LISBON, AT)


def test_a_part_without_events() -> None:
    """A task or free-busy times are no meetings, and not broken."""
    assert read_itip(b"BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR", LISBON, AT) == []


def test_every_scheduling_message_of_the_corpora(corpora: Path) -> None:
    """Every method that the corpora hold is read, and packs; nothing but BadItem is raised."""
    paths = [p for p in (corpora / "ics").rglob("*.ics") if b"METHOD:" in p.read_bytes()]
    if not paths:
        pytest.skip("the corpus ics is absent")
    methods: Counter[str] = Counter()
    for path in paths:
        data = path.read_bytes()
        # One message each, as mail has them: some fixtures hold hundreds.
        for part in data.replace(b"\r\n", b"\n").split(b"\nEND:VCALENDAR")[:-1]:
            try:
                meetings = read_itip(part + b"\nEND:VCALENDAR\n", LISBON, AT)
            except BadItem:
                continue
            methods.update({m.method for m in meetings})
            for meeting in meetings:
                assert unpack("meeting", pack(meeting)) == meeting
                assert meeting.end >= meeting.start
    assert methods.keys() == {
        "request", "reply", "cancel", "counter", "declinecounter", "refresh", "add", "publish",
    }  # fmt: skip
