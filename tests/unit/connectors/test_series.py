"""Series with their exceptions: what is there, when, and under which original start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.formats.ical import Reading, read_calendar

LISBON = ZoneInfo("Europe/Lisbon")
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
WEEKLY = "DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRRULE:FREQ=WEEKLY;COUNT=4"
DAYS = "DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=WEEKLY;COUNT=4"


def read(*events: str, head: str = "", zone: ZoneInfo = LISBON) -> Reading:
    """The events of one UID, read for the spring of 2026."""
    body = "".join(f"BEGIN:VEVENT\nUID:s@example.org\n{event}\nEND:VEVENT\n" for event in events)
    data = f"BEGIN:VCALENDAR\n{head}{body}END:VCALENDAR\n".encode()
    return read_calendar(data, START, END, zone)


def said(reading: Reading) -> list[str]:
    """Each instance as original start, start, hours, title."""
    return [
        f"{m.recurrence_id[5:16]} {m.start:%m-%dT%H:%M} {(m.end - m.start) / timedelta(hours=1):g}"
        f" {m.title}".rstrip()
        for m in reading.meetings
    ]


def instances(*events: str, head: str = "", zone: ZoneInfo = LISBON) -> list[str]:
    """What `said` says of the events."""
    return said(read(*events, head=head, zone=zone))


WHOLE = [
    "03-02T09:00 03-02T09:00 1",
    "03-09T09:00 03-09T09:00 1",
    "03-16T09:00 03-16T09:00 1",
    "03-23T09:00 03-23T09:00 1",
]


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        ("EXDATE:20260309T090000Z", [1]),
        ("EXDATE:20260309T090000Z,20260316T090000Z", [1, 2]),
        ("EXDATE:20260309T090000Z\nEXDATE:20260316T090000Z", [1, 2]),
        ("EXDATE;TZID=Europe/Berlin:20260309T100000", [1]),
        ("EXDATE;TZID=W. Europe Standard Time:20260309T100000", [1]),
        ("EXDATE;VALUE=DATE:20260309", [1]),
        ("EXDATE:20260302T090000Z", [0]),
        ("EXDATE:20260310T090000Z", []),
        ("EXDATE:nonsense,20260309T090000Z", [1]),
        ("EXRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2", [2]),
        ("EXDATE:", []),
    ],
)
def test_excluded_instances_are_not_there(lines: str, missing: list[int]) -> None:
    """EXDATE takes instances out, in any zone and by the day; also the old EXRULE."""
    expected = [text for index, text in enumerate(WHOLE) if index not in missing]
    assert instances(f"{WEEKLY}\n{lines}") == expected


@pytest.mark.parametrize(
    ("lines", "added"),
    [
        ("RDATE:20260310T110000Z", ["03-10T11:00 03-10T11:00 1"]),
        ("RDATE;VALUE=PERIOD:20260310T110000Z/PT3H", ["03-10T11:00 03-10T11:00 3"]),
        (
            "RDATE;VALUE=PERIOD:20260310T110000Z/20260310T130000Z,20260311T110000Z/PT30M",
            ["03-10T11:00 03-10T11:00 2", "03-11T11:00 03-11T11:00 0.5"],
        ),
        ("RDATE;TZID=Europe/Berlin:20260310T120000", ["03-10T11:00 03-10T11:00 1"]),
        ("RDATE;VALUE=DATE:20260310", ["03-10T09:00 03-10T09:00 1"]),
        ("RDATE:20260309T090000Z", []),
    ],
)
def test_added_instances(lines: str, added: list[str]) -> None:
    """RDATE adds instances, a PERIOD with its own length; one that is there is there once."""
    assert instances(f"{WEEKLY}\n{lines}") == sorted(WHOLE + added)


@pytest.mark.parametrize(
    ("events", "broken"),
    [
        ([f"{WEEKLY}\nRDATE:soon,20260309T090000Z/later"], "rule"),
        ([WEEKLY, "RECURRENCE-ID:x"], "exception"),
        ([WEEKLY, "RECURRENCE-ID:20260309T090000Z\nDTSTART:soon"], "exception"),
    ],
)
def test_what_cannot_be_read_costs_no_more_than_itself(events: list[str], broken: str) -> None:
    """Dates and exceptions that cannot be read are left out, and told."""
    reading = read(*events)
    assert said(reading) == WHOLE
    assert broken in reading.broken


MOVED = (
    "RECURRENCE-ID:20260309T090000Z\nDTSTART:20260311T140000Z\nDTEND:20260311T160000Z\n"
    "SUMMARY:moved"
)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (MOVED, "03-09T09:00 03-11T14:00 2 moved"),
        (MOVED.replace(":20260309T090000Z", ";TZID=Europe/Berlin:20260309T100000"),
         "03-09T09:00 03-11T14:00 2 moved"),
        (MOVED.replace(":20260309T090000Z", ";VALUE=DATE:20260309"),
         "03-09T09:00 03-11T14:00 2 moved"),
        (MOVED.replace(":20260309T090000Z", ";RANGE=THISANDPRIOR:20260309T090000Z"),
         "03-09T09:00 03-11T14:00 2 moved"),
        ("RECURRENCE-ID:20260309T090000Z\nSUMMARY:only renamed\nDURATION:PT1H",
         "03-09T09:00 03-09T09:00 1 only renamed"),
    ],
)  # fmt: skip
def test_a_moved_instance_keeps_its_original_start(override: str, expected: str) -> None:
    """RECURRENCE-ID names the instance, in whatever zone or form it is written."""
    assert instances(WEEKLY, override) == sorted([WHOLE[0], expected, WHOLE[2], WHOLE[3]])
    assert instances(override, WEEKLY) == instances(WEEKLY, override)


def test_a_cancelled_instance_says_so() -> None:
    """Cancelled is not excluded: the core must learn of it."""
    meetings = read(WEEKLY, "RECURRENCE-ID:20260316T090000Z\nSTATUS:CANCELLED").meetings
    assert [m.status for m in meetings] == ["confirmed", "confirmed", "cancelled", "confirmed"]


@pytest.mark.parametrize(
    ("to", "count", "beyond"),
    [("20260112T090000Z", 3, False), ("20270112T090000Z", 3, True), ("20260501T090000Z", 4, False)],
)
def test_moved_out_of_the_window(to: str, count: int, beyond: bool) -> None:
    """An instance that was moved out of the window is not in it; a later window may have it."""
    reading = read(WEEKLY, f"RECURRENCE-ID:20260309T090000Z\nDTSTART:{to}\nDURATION:PT1H")
    assert (len(reading.meetings), reading.beyond) == (count, beyond)


def test_moved_into_the_window() -> None:
    """An instance of long ago that was moved here is here, under its original start."""
    old = WEEKLY.replace("2026", "2024")
    assert instances(old, MOVED.replace("20260309", "20240318")) == [
        "03-18T09:00 03-11T14:00 2 moved"
    ]


def test_this_and_future_moves_the_rest() -> None:
    """RANGE=THISANDFUTURE shifts and renames what follows; single overrides still win, and a second
    one starts anew. Everybody keeps the original start."""
    onward = MOVED.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE")
    single = "RECURRENCE-ID:20260316T090000Z\nDTSTART:20260316T070000Z\nSUMMARY:early"
    assert instances(WEEKLY, onward) == [
        WHOLE[0],
        "03-09T09:00 03-11T14:00 2 moved",
        "03-16T09:00 03-18T14:00 2 moved",
        "03-23T09:00 03-25T14:00 2 moved",
    ]
    assert instances(WEEKLY, onward, single)[2] == "03-16T09:00 03-16T07:00 0 early"
    second = (
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T090000Z\nDTSTART:20260323T200000Z\nSUMMARY:late"
    )
    assert instances(WEEKLY, second, onward)[1:] == [
        "03-09T09:00 03-11T14:00 2 moved",
        "03-16T09:00 03-18T14:00 2 moved",
        "03-23T09:00 03-23T20:00 0 late",
    ]


def test_this_and_future_may_cancel() -> None:
    """A series that was ended early: what follows is cancelled, what was is not."""
    end = "RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T090000Z\nSTATUS:CANCELLED"
    assert [m.status for m in read(WEEKLY, end).meetings] == 2 * ["confirmed"] + 2 * ["cancelled"]


@pytest.mark.parametrize(
    ("first", "second", "title"),
    [
        ("SEQUENCE:1\nSUMMARY:a", "SEQUENCE:2\nSUMMARY:b", "b"),
        ("SEQUENCE:2\nSUMMARY:a", "SEQUENCE:1\nSUMMARY:b", "a"),
        ("DTSTAMP:20260101T000000Z\nSUMMARY:a", "DTSTAMP:20260102T000000Z\nSUMMARY:b", "b"),
        ("LAST-MODIFIED:20260103T000000Z\nSUMMARY:a", "DTSTAMP:20260102T000000Z\nSUMMARY:b", "a"),
        ("SEQUENCE:x\nSUMMARY:a", "SUMMARY:b", "b"),
    ],
)
def test_of_two_versions_the_newer_counts(first: str, second: str, title: str) -> None:
    """Higher SEQUENCE, then later stamp, then later in the file; for masters and for overrides."""
    head = "DTSTART:20260302T090000Z\n"
    assert [m.title for m in read(head + first, head + second).meetings] == [title]
    head = "RECURRENCE-ID:20260309T090000Z\n"
    assert [m.title for m in read(WEEKLY, head + first, head + second).meetings][1] == title


def test_a_newer_master_drops_what_it_excludes() -> None:
    """An override older than a master that no longer has the instance is stale."""
    newer = f"{WEEKLY}\nEXDATE:20260309T090000Z\nSEQUENCE:2"
    assert len(instances(newer, f"{MOVED}\nSEQUENCE:1")) == 3
    assert len(instances(newer, f"{MOVED}\nSEQUENCE:2")) == 4
    assert len(instances(f"{WEEKLY}\nSEQUENCE:2", MOVED.replace("0309T09", "0310T09"))) == 4


def test_a_cancellation_without_times_cancels() -> None:
    """METHOD:CANCEL may bring no times at all: the version before it is cancelled."""
    data = (
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:c\n{WEEKLY}\nEND:VEVENT\nEND:VCALENDAR\n"
        "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:c\nSEQUENCE:1\nEND:VEVENT\nEND:VCALENDAR"
    )
    reading = read_calendar(data.encode(), START, END, LISBON)
    assert {m.status for m in reading.meetings} == {"cancelled"}
    assert len(reading.meetings) == 4


def test_overrides_in_another_calendar_of_the_file() -> None:
    """One file may hold several VCALENDARs, with a series in one and its exception in the next."""
    data = "".join(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:c\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
        for event in (WEEKLY, MOVED)
    )
    assert len(read_calendar(data.encode(), START, END, LISBON).meetings) == 4


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("20260316T090000Z", 3),
        ("20260316T085959Z", 2),
        ("20260316", 3),
        ("20260316T090000", 3),
        ("99991231T235959Z", 13),
        ("20260101T000000Z", 0),
    ],
)
def test_until_is_inclusive(until: str, count: int) -> None:
    """UNTIL in every form that writers use; a date includes its whole day."""
    lines = WEEKLY.replace("COUNT=4", f"UNTIL={until}")
    assert len(instances(lines)) == count


@pytest.mark.parametrize(
    ("until", "zone", "count"),
    [
        ("20260316", LISBON, 3),
        ("20260315T230000Z", BERLIN, 3),  # Exchange: midnight in Berlin
        ("20260316T235959Z", BERLIN, 3),
        ("20260316T000000Z", BERLIN, 3),
    ],
)
def test_until_of_whole_days(until: str, zone: ZoneInfo, count: int) -> None:
    """A series of dates that ends at a time ends on the day that is meant."""
    found = instances(DAYS.replace("COUNT=4", f"UNTIL={until}"), zone=zone)
    assert len(found) == count


@pytest.mark.parametrize(
    "original",
    [";VALUE=DATE:20260309", ":20260309T000000Z", ":20260308T230000Z",
     ";TZID=Europe/Berlin:20260309T000000"],
)  # fmt: skip
def test_whole_days_are_known_by_their_date(original: str) -> None:
    """An exception to a series of dates may name its instance by a time (Exchange does)."""
    override = f"RECURRENCE-ID{original}\nDTSTART;VALUE=DATE:20260310\nSUMMARY:moved"
    found = [(m.recurrence_id, m.title) for m in read(DAYS, override, zone=BERLIN).meetings]
    assert found[1] == ("2026-03-09", "moved")
    assert len(found) == 4
    assert len(instances(f"{DAYS}\nEXDATE{original}", zone=BERLIN)) == 3


def test_wall_clock_times_follow_the_zone() -> None:
    """Nine in Berlin is nine in Berlin, before and after the clocks change."""
    found = instances(
        "DTSTART;TZID=Europe/Berlin:20260327T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4"
    )
    assert [text.split()[1] for text in found] == [
        "03-27T08:00", "03-28T08:00", "03-29T07:00", "03-30T07:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("20260329T023000", "03-29T01:30"),  # does not exist: the offset before the gap
        ("20261025T023000", "10-25T00:30"),  # exists twice: the first one
    ],
)
def test_gaps_and_overlaps(start: str, expected: str) -> None:
    """RFC 5545 section 3.3.5."""
    data = (
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:g\nDTSTART;TZID=Europe/Berlin:{start}\n"
        "END:VEVENT\nEND:VCALENDAR"
    )
    (meeting,) = read_calendar(data.encode(), START, END + timedelta(365), LISBON).meetings
    assert f"{meeting.start:%m-%dT%H:%M}" == expected


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        ("DTEND;TZID=Europe/Berlin:20260330T000000", 23),  # the clocks went forward
        ("DURATION:P1D", 23),
        ("DURATION:PT24H", 24),
        ("DURATION:P1W", 167),
        ("DURATION:P1DT2H30M", 25.5),
        ("DURATION:-PT1H", 0),
        ("DURATION:nonsense", 0),
        ("DTEND:nonsense\nDURATION:PT2H", 2),
        ("", 0),
    ],
)
def test_lengths(lines: str, hours: float) -> None:
    """Days are counted by the calendar, hours by the clock; what is broken lasts nothing."""
    (meeting,) = read(f"DTSTART;TZID=Europe/Berlin:20260329T000000\n{lines}").meetings
    assert (meeting.end - meeting.start) / timedelta(hours=1) == hours


def test_a_rule_that_cannot_be_read_leaves_what_is_certain() -> None:
    """The first instance and the exceptions are real, whatever the rule says."""
    reading = read(WEEKLY.replace("WEEKLY", "OFTEN"), MOVED)
    assert said(reading) == [WHOLE[0], "03-09T09:00 03-11T14:00 2 moved"]
    assert reading.broken == "a rule of repetition that cannot be read"


def test_an_empty_rule_is_none() -> None:
    """RRULE: without a value, as some exporters write: a single event."""
    (meeting,) = read(WEEKLY.replace("FREQ=WEEKLY;COUNT=4", "")).meetings
    assert (meeting.recurrence_id, meeting.recurring) == ("", False)


def test_a_series_that_lost_its_rule() -> None:
    """An override of the only instance replaces it: it is no second meeting."""
    single = "DTSTART:20260309T090000Z\nDTEND:20260309T100000Z"
    assert instances(single, MOVED) == ["03-09T09:00 03-11T14:00 2 moved"]


def test_a_series_that_is_written_out() -> None:
    """Events that share a UID, none newer than the other, are instances of one another; of those
    with the same start the later in the file counts."""
    events = [f"DTSTART:202603{day}T090000Z\nSUMMARY:{day}" for day in ("02", "09", "16")]
    assert instances(*events, f"{events[1]}b") == [
        "03-02T09:00 03-02T09:00 0 02",
        "03-09T09:00 03-09T09:00 0 09b",
        "03-16T09:00 03-16T09:00 0 16",
    ]
    assert instances(*events[:2], f"{events[2]}\nSEQUENCE:1") == [" 03-16T09:00 0 16"]


def test_the_budget_of_a_file() -> None:
    """A thousand series that never end cost no more than a file may cost."""
    bomb = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:19000101T000000Z\nRRULE:FREQ=DAILY;COUNT=999999\n"
        "END:VEVENT\n"
        for n in range(60)
    )
    reading = read_calendar(f"BEGIN:VCALENDAR\n{bomb}END:VCALENDAR".encode(), START, END, LISBON)
    assert reading.broken == "it repeats too often to be a meeting"
    assert reading.meetings
