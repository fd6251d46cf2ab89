"""Calendars as meetings: times, recurrence, people, ways of meeting, and what is broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import BadItem
from connectors.formats.ical import Reading, read_calendar
from connectors.formats.series import INSTANCES_LIMIT
from connectors.records import Attendee, Mailbox, Meeting, PartStat

LISBON = ZoneInfo("Europe/Lisbon")
START = datetime(2016, 1, 1, tzinfo=UTC)
END = datetime(2027, 4, 1, tzinfo=UTC)


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar of events, each given as its lines."""
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def read(*events: str, head: str = "") -> Reading:
    """The calendar, read for the usual window by somebody in Lisbon."""
    return read_calendar(calendar(*events, head=head), START, END, LISBON)


def one(*lines: str, head: str = "") -> Meeting:
    """The only meeting of a calendar with one event."""
    start = (
        [] if any(line.startswith("DTSTART") for line in lines) else ["DTSTART:20260302T090000Z"]
    )
    (meeting,) = read("\n".join(("UID:a@example.org", *start, *lines)), head=head).meetings
    return meeting


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "start", "end", "all_day"),
    [
        (
            ["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"],
            "2026-03-02T09:00",
            "2026-03-02T10:00",
            False,
        ),
        (
            ["DTSTART;TZID=Europe/Berlin:20260702T090000", "DURATION:PT30M"],
            "2026-07-02T07:00",
            "2026-07-02T07:30",
            False,
        ),
        (
            ["DTSTART;TZID=W. Europe Standard Time:20260302T090000"],
            "2026-03-02T08:00",
            "2026-03-02T08:00",
            False,
        ),
        (
            ["DTSTART;TZID=/vendor.example/Europe/Berlin:20260302T090000"],
            "2026-03-02T08:00",
            "2026-03-02T08:00",
            False,
        ),
        (
            ["DTSTART;TZID=No Such Zone:20260702T090000"],
            "2026-07-02T08:00",
            "2026-07-02T08:00",
            False,
        ),
        (["DTSTART:20260702T090000"], "2026-07-02T08:00", "2026-07-02T08:00", False),
        (["DTSTART;VALUE=DATE:20260702"], "2026-07-01T23:00", "2026-07-02T23:00", True),
        (
            ["DTSTART;VALUE=DATE:20260702", "DTEND;VALUE=DATE:20260704"],
            "2026-07-01T23:00",
            "2026-07-03T23:00",
            True,
        ),
        (
            ["DTSTART:20260302T090000Z", "DTEND:20260302T080000Z"],
            "2026-03-02T09:00",
            "2026-03-02T09:00",
            False,
        ),
    ],
)
def test_times(lines: list[str], start: str, end: str, all_day: bool) -> None:
    """Zones by any name, floating times and dates become UTC; no end is before its start."""
    meeting = one(*lines)
    assert (meeting.start, meeting.end, meeting.all_day) == (at(start), at(end), all_day)


def test_floating_times_follow_the_calendar_if_it_says_so() -> None:
    """X-WR-TIMEZONE is where a calendar's floating times are local."""
    meeting = one("DTSTART:20260302T090000", head="X-WR-TIMEZONE:America/New_York\n")
    assert meeting.start == at("2026-03-02T14:00")


CUSTOM = """\
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
"""


@pytest.mark.parametrize(("offset", "hour"), [("+0300", 6), ("-0500", 14), ("+0500", 4)])
def test_zones_of_one_file_do_not_leak_into_the_next(offset: str, hour: int) -> None:
    """Two files may define a zone of the same name differently."""
    meeting = one(
        "DTSTART;TZID=Customized Time Zone:20260302T090000", head=CUSTOM.format(offset=offset)
    )
    assert meeting.start.hour == hour


WEEKLY = """\
UID:w@example.org
DTSTART;TZID=Europe/Lisbon:20260302T090000
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=5
EXDATE;TZID=Europe/Lisbon:20260309T090000
SUMMARY:One on one
SEQUENCE:1
"""
MOVED = """\
UID:w@example.org
RECURRENCE-ID;TZID=Europe/Lisbon:20260316T090000
DTSTART;TZID=Europe/Lisbon:20260317T150000
DURATION:PT2H
SUMMARY:One on one, moved
"""
CANCELLED = """\
UID:w@example.org
RECURRENCE-ID;TZID=Europe/Lisbon:20260323T090000
DTSTART;TZID=Europe/Lisbon:20260323T090000
STATUS:CANCELLED
SUMMARY:One on one
"""


def test_a_series_with_its_exceptions() -> None:
    """Excluded instances are absent, moved ones keep their identity, cancelled ones say so."""
    found = [
        (m.recurrence_id, m.start.isoformat()[:16], m.status, m.title)
        for m in read(WEEKLY, MOVED, CANCELLED).meetings
    ]
    assert found == [
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00", "confirmed", "One on one"),
        ("2026-03-16T09:00:00Z", "2026-03-17T15:00", "confirmed", "One on one, moved"),
        ("2026-03-23T09:00:00Z", "2026-03-23T09:00", "cancelled", "One on one"),
        ("2026-03-30T08:00:00Z", "2026-03-30T08:00", "confirmed", "One on one"),
    ]


def test_an_override_without_its_series_is_an_instance() -> None:
    """Invited to one instance only: it is recurring, and known by its original start."""
    (meeting,) = read(MOVED).meetings
    assert meeting.recurring
    assert meeting.recurrence_id == "2026-03-16T09:00:00Z"


def test_dates_and_rdates() -> None:
    """A series of whole days is named by dates; RDATE adds instances."""
    meetings = read(
        "UID:d@example.org\nDTSTART;VALUE=DATE:20260302\nRDATE;VALUE=DATE:20260310,20260312"
    ).meetings
    assert [m.recurrence_id for m in meetings] == ["2026-03-02", "2026-03-10", "2026-03-12"]
    assert all(m.all_day and m.end - m.start == timedelta(days=1) for m in meetings)


def test_this_and_future() -> None:
    """RANGE=THISANDFUTURE moves the rest of the series; every instance has its own identity."""
    moved = MOVED.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    meetings = read(WEEKLY, moved).meetings
    assert len({m.recurrence_id for m in meetings}) == len(meetings) == 4
    assert [m.title for m in meetings] == ["One on one"] + 3 * ["One on one, moved"]


@pytest.mark.parametrize(
    ("rule", "beyond"),
    [
        ("RRULE:FREQ=WEEKLY", True),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260401T000000Z", False),
        ("RRULE:FREQ=WEEKLY;UNTIL=20300401T000000Z", True),
        ("RDATE:20300101T090000Z", True),
        ("RDATE:20260401T090000Z", False),
        ("SUMMARY:no rule", False),
    ],
)
def test_what_lies_beyond_the_window_is_announced(rule: str, beyond: bool) -> None:
    """A file that may hold later instances is marked, so that only those are read again."""
    assert read(f"UID:a\nDTSTART:20260302T090000Z\n{rule}").beyond is beyond


def test_an_event_beyond_the_window_is_announced() -> None:
    """A single event far ahead is not read yet, and not forgotten."""
    assert read("UID:a\nDTSTART:20300101T090000Z") == Reading([], True)


def test_instances_are_bounded() -> None:
    """An endless series keeps its newest instances; one that repeats every second is no meeting."""
    meetings = read("UID:a\nDTSTART:20000101T090000Z\nRRULE:FREQ=DAILY;BYHOUR=9,15").meetings
    assert len(meetings) == INSTANCES_LIMIT
    assert meetings[-1].start > END - timedelta(days=2)
    with pytest.raises(BadItem):
        read("UID:a\nDTSTART:20200101T090000Z\nRRULE:FREQ=SECONDLY")


@pytest.mark.parametrize(
    ("lines", "field", "expected"),
    [
        (["STATUS:TENTATIVE"], "status", "tentative"),
        (["STATUS:cancelled"], "status", "cancelled"),
        (["TRANSP:TRANSPARENT"], "busy", "free"),
        (["TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"], "busy", "oof"),
        (["X-MICROSOFT-CDO-BUSYSTATUS:OOF"], "kind", "oof"),
        (["X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"], "busy", "elsewhere"),
        (["X-MICROSOFT-CDO-INTENDEDSTATUS:FREE"], "busy", "free"),
        (["CATEGORIES:Work,Birthday"], "kind", "birthday"),
        (["CATEGORIES:Travel"], "kind", "travel"),
        (["X-GOOGLE-EVENT-TYPE:focusTime"], "kind", "focus"),
        (["X-GOOGLE-EVENT-TYPE:FOCUS_TIME"], "kind", "focus"),
        (["X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"], "all_day", True),
        (["SEQUENCE:4"], "sequence", 4),
        (["DTSTAMP:20260301T080000Z"], "modified", at("2026-03-01T08:00")),
        (["LOCATION:Café Central\\, Rua Nova 1"], "place", "Café Central, Rua Nova 1"),
        (["LOCATION:+351 21 000 00 00"], "phone", "+351210000000"),
        (["SUMMARY:Call Ana (+351 21 000 00 00)"], "phone", "+351210000000"),
        (
            ["X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij"],
            "link",
            "https://meet.google.com/abc-defg-hij",
        ),
        (
            ["CONFERENCE;VALUE=URI:https://chat.example.org/room"],
            "link",
            "https://chat.example.org/room",
        ),
        (["URL:https://example.org/event"], "link", ""),
        (["URL:https://meet.example.org/room"], "link", "https://meet.example.org/room"),
        (
            ["DESCRIPTION:Join: <https://acme.zoom.us/j/123?pwd=x>\\nsecret"],
            "link",
            "https://acme.zoom.us/j/123?pwd=x",
        ),
        (["DESCRIPTION:see https://example.org/agenda"], "link", ""),
        (
            ["ORGANIZER;CN=Ana Silva:MAILTO:ana@example.org"],
            "organizer",
            Mailbox("ana@example.org", "Ana Silva"),
        ),
        (["ORGANIZER;EMAIL=ana@example.org:urn:uuid:1"], "organizer", Mailbox("ana@example.org")),
        (["ORGANIZER:invalid:nomail"], "organizer", None),
    ],
)
def test_properties(lines: list[str], field: str, expected: object) -> None:
    """Each property lands in its field, in every spelling that providers use."""
    assert getattr(one(*lines), field) == expected


def test_attendees() -> None:
    """Answers, rooms and optional people are told apart; one address is one attendee."""
    meeting = one(
        "ATTENDEE;CN=Rui;PARTSTAT=ACCEPTED:mailto:rui@example.com",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:RUI@example.com",
        "ATTENDEE;CUTYPE=ROOM;PARTSTAT=TENTATIVE:mailto:room1@example.com",
        "ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:bea@example.net",
        "ATTENDEE:urn:uuid:2",
    )
    assert meeting.attendees == (
        Attendee(Mailbox("rui@example.com", "Rui"), PartStat.ACCEPTED),
        Attendee(Mailbox("room1@example.com"), PartStat.TENTATIVE, "room"),
        Attendee(Mailbox("bea@example.net"), PartStat.UNKNOWN, "individual", True),
    )


def test_methods() -> None:
    """A cancellation cancels; a reply or a counter-proposal is no meeting."""
    assert one(head="METHOD:CANCEL\n").status == "cancelled"
    assert read("UID:a\nDTSTART:20260302T090000Z", head="METHOD:REPLY\n").meetings == []


def test_the_description_is_never_kept() -> None:
    """Nothing of what an invitation says survives but a conference link."""
    assert "secret" not in repr(one("DESCRIPTION:a secret plan"))


def test_one_broken_event_leaves_the_others() -> None:
    """Broken events are left out; a file with nothing else is a bad item."""
    broken = "UID:b\nDTSTART:nonsense\nSUMMARY:words"
    good = "UID:g\nDTSTART:20260302T090000Z"
    assert [m.uid for m in read(broken, good).meetings] == ["g"]
    with pytest.raises(BadItem) as caught:
        read(broken)
    assert "words" not in str(caught.value)


def test_a_broken_line_leaves_the_series_together() -> None:
    """What is saved of a broken file still knows which override belongs to which series."""
    data = calendar(WEEKLY, MOVED).replace(b"END:VCALENDAR", b"NO COLON HERE\r\nEND:VCALENDAR")
    assert len(read_calendar(data, START, END, LISBON).meetings) == 4


def test_an_event_that_was_cut_off_swallows_no_other() -> None:
    """An event without its end is left out and counted; the next one is read."""
    good = "UID:g\nDTSTART:20260302T090000Z"
    cut = b"BEGIN:VEVENT\r\nUID:c\r\nDTSTART:20260302T090000Z\r\nBEGIN:VEVENT"
    before = calendar(good).replace(b"BEGIN:VEVENT", cut)
    after = calendar(good).replace(b"END:VCALENDAR", cut.rpartition(b"\r\n")[0])
    for data in (before, after):
        reading = read_calendar(data, START, END, LISBON)
        assert [m.uid for m in reading.meetings] == ["g"]
        assert reading.broken == "1 of its entries cannot be read"


def test_a_broken_alarm_costs_nothing() -> None:
    """An event is read whatever its alarm looks like."""
    alarm = "BEGIN:VALARM\nTRIGGER:never\nACTION:DISPLAY\nEND:VALARM"
    reading = read(f"UID:a\nDTSTART:20260302T090000Z\n{alarm}")
    assert [m.uid for m in reading.meetings] == ["a"]
    assert reading.broken == ""


def test_a_duplicate_with_a_higher_sequence_wins() -> None:
    """Of two versions of one event in a file the newer is read."""
    old = "UID:a\nDTSTART:20260302T090000Z\nSEQUENCE:0\nSUMMARY:old"
    new = "UID:a\nDTSTART:20260303T090000Z\nSEQUENCE:2\nSUMMARY:new"
    assert [m.title for m in read(new, old).meetings] == ["new"]


@pytest.mark.parametrize("data", [b"", b"hello", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"\xff\xfe\x00"])
def test_what_is_no_calendar(data: bytes) -> None:
    """Anything else is a bad item."""
    with pytest.raises(BadItem):
        read_calendar(data, START, END, LISBON)


def test_an_empty_calendar_is_fine() -> None:
    """A calendar without events holds no meetings, and is not broken."""
    assert read() == Reading([], False)


WHOLE = calendar(
    WEEKLY, MOVED, "UID:s\nDTSTART:20260302T090000Z\nATTENDEE;CN=Rui:mailto:r@example.org"
)


@settings(max_examples=150)
@given(st.binary(max_size=60), st.integers(0, len(WHOLE)), st.integers(0, 40))
def test_mutated_calendars_never_fail_otherwise(noise: bytes, position: int, cut: int) -> None:
    """Whatever bytes arrive: meetings that end no earlier than they start, or BadItem."""
    data = WHOLE[:position] + noise + WHOLE[position + cut :]
    try:
        meetings = read_calendar(data, START, END, LISBON).meetings
    except BadItem:
        return
    for meeting in meetings:
        assert meeting.start <= meeting.end
        (meeting.title + meeting.uid).encode("utf-8")
