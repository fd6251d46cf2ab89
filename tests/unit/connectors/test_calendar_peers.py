"""Our reading of calendars against icalendar's and recurring-ical-events' of the same bytes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import BadItem
from connectors.formats.event import Entry, read_span
from connectors.formats.ical import read_calendar
from connectors.formats.invitees import attendees_of
from connectors.formats.lines import parse
from connectors.formats.words import clean
from connectors.formats.zones import Zones

ZONE = ZoneInfo("UTC")
START = datetime(2016, 1, 1, tzinfo=UTC)
END = datetime(2027, 4, 1, tzinfo=UTC)


def calendars(corpora: Path) -> Iterator[tuple[str, bytes, list[Any]]]:
    """Name, bytes and icalendar's reading of every calendar that icalendar takes as it stands, but
    for the few that keep it busy for seconds."""
    found = (path for path in (corpora / "ics").rglob("*.ics") if "zoneinfo" not in path.name)
    paths = sorted(path for path in found if path.stat().st_size < 50_000)
    if not paths:
        pytest.skip("the corpus ics is absent")
    for path in paths:
        data = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                read = icalendar.Calendar.from_ical(data, multiple=True)
            except Exception:  # noqa: BLE001  # it raises anything at all on broken input
                continue
        yield path.name, data, [c for c in read if c.name == "VCALENDAR"]


def one(event: Any, name: str) -> Any:
    """The first value of a property that may be repeated."""
    value = event.get(name)
    return value[0] if isinstance(value, list) else value


def moment(value: date, zone: Any) -> datetime:
    """A date or time of icalendar as UTC."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def differs(theirs: Any, ours: Entry) -> str:
    """The first property in which the two differ, "" where they agree."""
    for name in ("UID", "SUMMARY", "LOCATION"):
        # We take \" for ", as those mean it who write it.
        if clean(str(one(theirs, name) or "")).replace('\\"', '"')[:200] != ours.event.text(
            name, 200
        ):
            return name
    started = one(theirs, "DTSTART")
    if hasattr(started, "dt"):
        span = read_span(ours)
        if span.start.is_date:  # in whose zone is another question
            same = f"{started.dt:%Y%m%d}" == f"{span.start.wall:%Y%m%d}"
        else:
            same = span.at(span.start.wall)[0] == moment(started.dt, ours.zones.local)
        if not same:
            return "DTSTART"
    invited = theirs.get("ATTENDEE", [])
    invited = invited if isinstance(invited, list) else [invited]
    addrs = {str(value).lower().removeprefix("mailto:") for value in invited}
    return "" if addrs == {a.mailbox.addr.lower() for a in attendees_of(ours.event)} else "ATTENDEE"


def test_icalendar_reads_the_same(corpora: Path) -> None:
    """Identity, title, place, start and invitees of every event of the corpora are icalendar's.

    The differences left are its own: dates it takes for midnights, addresses that are none, and
    parameters in place of a value.
    """
    count = 0
    differences: list[tuple[str, str]] = []
    for name, data, theirs in calendars(corpora):
        ours = parse(data).calendars
        events = [event for calendar in theirs for event in calendar.walk("VEVENT")]
        entries = [
            Entry(event, Zones(calendar, ZONE), "")
            for calendar in ours
            for event in calendar.walk("VEVENT")
        ]
        if len(events) != len(entries):
            # It drops events that are broken, and those outside a calendar.
            assert len(events) < len(entries), name
            continue
        for event, entry in zip(events, entries, strict=True):
            count += 1
            try:
                if found := differs(event, entry):
                    differences.append((name, found))
            except ValueError:  # a start that neither can read
                continue
    assert count > 1_000
    assert len(differences) <= 0.005 * count, differences


def theirs_in(calendar: Any) -> list[tuple[datetime, datetime]]:
    """The instances in the window as recurring-ical-events finds them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = recurring_ical_events.of(calendar, components=["VEVENT"]).between(START, END)
    spans = ((moment(e["DTSTART"].dt, ZONE), moment(e["DTEND"].dt, ZONE)) for e in found)
    return sorted((begins, max(begins, ends)) for begins, ends in spans if ends >= START)


@st.composite
def series(draw: st.DrawFn) -> bytes:
    """A weekly, monthly or daily series with dates taken out, put in, moved and cancelled."""
    zone = draw(st.sampled_from(["Europe/Lisbon", "America/New_York", "Asia/Tokyo"]))
    begins = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(zone))
    rule = draw(st.sampled_from(["DAILY;INTERVAL=3", "WEEKLY", "WEEKLY;INTERVAL=2;BYDAY=MO,TH"]))
    ends = draw(st.sampled_from([f"COUNT={draw(st.integers(3, 20))}", "UNTIL=20260701T000000Z"]))

    def at(moment: datetime) -> str:
        return f";TZID={zone}:{moment:%Y%m%dT%H%M%S}"

    days = [begins + timedelta(days=draw(st.integers(0, 80))) for _ in range(3)]
    lines = [f"DTSTART{at(begins)}", "DURATION:PT1H", f"RRULE:FREQ={rule};{ends}"]
    lines += [f"EXDATE{at(day)}" for day in days[: draw(st.integers(0, 2))]]
    if days[2] not in days[:2] and draw(st.booleans()):  # they take a day out as a whole
        lines.append(f"RDATE{at(days[2] + timedelta(hours=5))}")
    events = ["\n".join(lines)]
    if draw(st.booleans()):
        first = begins + timedelta(days=7 if "WEEKLY" in rule else 3)
        if first not in days[:2] and "INTERVAL=2" not in rule:
            to = first + timedelta(hours=draw(st.integers(-30, 30)))
            events.append(f"RECURRENCE-ID{at(first)}\nDTSTART{at(to)}\nDURATION:PT2H")
    body = "".join(f"BEGIN:VEVENT\nUID:s\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{body}END:VCALENDAR\n".encode()


@settings(max_examples=60)
@given(series())
def test_recurring_ical_events_finds_the_same(data: bytes) -> None:
    """Series with exceptions have the instances that recurring-ical-events gives them."""
    ours = read_calendar(data, START, END, ZONE).meetings
    assert sorted((m.start, m.end) for m in ours) == theirs_in(icalendar.Calendar.from_ical(data))
    assert len({m.recurrence_id for m in ours}) == len(ours)


def test_the_series_of_the_corpora(corpora: Path) -> None:
    """All instances of nearly every calendar are those that recurring-ical-events finds.

    Where they differ on purpose: rules that exclude (EXRULE), several versions of one event, ends
    that a change of the clocks moves, rules that only one of the two can read.
    """
    same: list[str] = []
    other: list[str] = []
    for name, data, theirs in calendars(corpora):
        if len(theirs) != 1:
            continue
        try:
            expected = theirs_in(theirs[0])
            reading = read_calendar(data, START, END, ZONE)
        except (BadItem, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            continue
        local = Zones(parse(data).calendars[0], ZONE).local
        if local != ZONE:  # its X-WR-TIMEZONE converts the times themselves
            continue
        starts = [begins for begins, _ in expected]
        (same if starts == sorted(m.start for m in reading.meetings) else other).append(name)
    assert len(same) > 150
    assert len(other) <= 0.04 * len(same), other
