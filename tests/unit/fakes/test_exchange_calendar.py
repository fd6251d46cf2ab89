"""Calendars as the fake of Exchange has them, by the real client library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.errors import ErrorCalendarViewRangeTooBig, ErrorItemNotFound
from fakes.exchange import recurrence
from fakes.exchange.clients import ask, client, codes
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange
from fakes.exchange.world import Clock, letter
from fakes.exchange.xml import Element

__all__ = ["clock", "exchange"]

BOB = "Bob Stone <bob@example.org>"
NINE = datetime(2026, 11, 3, 9, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def span(ana: Any, days: int = 28) -> Any:
    """A view of the calendar from that Tuesday on."""
    start = EWSDateTime.from_datetime(NINE - 9 * HOUR)
    return ana.calendar.view(start=start, end=start + timedelta(days=days))


def starts(ana: Any, days: int) -> list[str]:
    """When what is in such a view starts, in UTC."""
    return [f"{one.start:%m-%d %H:%M}" for one in span(ana, days).only("start")]


@pytest.mark.parametrize(
    ("pattern", "count", "days"),
    [
        (recurrence.daily(2), 3, ["11-03", "11-05", "11-07"]),
        (recurrence.weekly("Tuesday Thursday", 2), 4, ["11-03", "11-05", "11-17", "11-19"]),
        (recurrence.weekly("Weekday"), 5, ["11-03", "11-04", "11-05", "11-06", "11-09"]),
        (recurrence.monthly(31), 3, ["11-30", "12-31", "01-31"]),
        (recurrence.monthly_nth("Last", "Friday"), 2, ["11-27", "12-25"]),
        (recurrence.monthly_nth("First", "WeekendDay"), 2, ["12-05", "01-02"]),
        (recurrence.yearly(3, "November"), 2, ["11-03", "11-03"]),
        (recurrence.yearly_nth("Second", "Tuesday", "November"), 1, ["11-10"]),
    ],
)
def test_patterns(exchange: FakeExchange, pattern: Element, count: int, days: list[str]) -> None:
    """Each pattern of EWS, expanded by a view."""
    calendar = exchange.account().calendar
    calendar.add("series", NINE, NINE + HOUR, repeats=pattern, count=count)
    with client(exchange) as ana:
        assert starts(ana, 600) == [f"{day} 09:00" for day in days]
        assert ana.calendar.get().recurrence.boundary.number == count


@pytest.mark.parametrize("seed", [0, 5])
def test_a_series_with_exceptions(exchange: FakeExchange, clock: Clock, seed: int) -> None:
    """What was moved, cancelled and deleted of it; in a view, of the series itself, and by the ids
    of its occurrences."""
    exchange.reset(clock, seed)
    calendar = exchange.account().calendar
    guests = [(BOB, "Accept")]
    series = calendar.add(
        "Weekly", NINE, NINE + HOUR, guests=guests, repeats=recurrence.weekly("Tuesday"), count=5
    )
    second, third, fourth = (NINE + number * 7 * DAY for number in (1, 2, 3))
    calendar.move_instance(series, second, second + 2 * HOUR, second + 3 * HOUR)
    calendar.cancel_instance(series, third)
    calendar.answer(series, "bob@example.org", "Decline", third)
    with client(exchange) as ana:
        gone = next(one for one in span(ana) if one.start == fourth)
        calendar.delete_instance(series, fourth)
        found = list(span(ana, 60))
        assert [(one.type, f"{one.start:%d %H}") for one in found] == [
            ("Occurrence", "03 09"),
            ("Exception", "10 11"),
            ("Exception", "17 09"),
            ("Occurrence", "01 09"),
        ]
        assert [one.original_start for one in found[1:3]] == [second, third]
        assert [one.is_cancelled for one in found] == [False, False, True, False]
        assert len({one.uid for one in found}) == 1
        answers = [one.required_attendees[0].response_type for one in found]
        assert answers == ["Accept", "Accept", "Decline", "Accept"]
        with pytest.raises(ErrorItemNotFound):
            ana.calendar.get(id=gone.id)
        master = ana.calendar.get()
        assert (master.type, master.my_response_type) == ("RecurringMaster", "Organizer")
        assert [one.original_start for one in master.modified_occurrences] == [second, third]
        assert [one.start for one in master.deleted_occurrences] == [fourth]
        assert master.last_occurrence.start == NINE + 28 * DAY


def test_zones_and_days(exchange: FakeExchange) -> None:
    """A series keeps its hour where the clock changes; an all-day item is days."""
    calendar = exchange.account().calendar
    start = datetime(2026, 3, 24, 8, tzinfo=UTC)  # nine in Berlin
    daily = recurrence.weekly("Tuesday")
    calendar.add(
        "Berlin", start, start + HOUR, repeats=daily, count=3, zone="W. Europe Standard Time"
    )
    calendar.add("Holiday", date(2026, 11, 10), date(2026, 11, 12))
    with client(exchange) as ana:
        first = EWSDateTime.from_datetime(start - DAY)
        view = ana.calendar.view(start=first, end=first + timedelta(days=30)).only("start")
        assert [one.start.hour for one in view] == [8, 7, 7]
        holiday = ana.calendar.get(subject="Holiday")
        assert (holiday.is_all_day, holiday.start) == (True, date(2026, 11, 10))
        assert len(list(ana.protocol.get_timezones([EWSTimeZone("Europe/Berlin")]))) == 1


def test_invitations(exchange: FakeExchange) -> None:
    """Who organizes, who answered what, and the mails about it."""
    account = exchange.account()
    event = account.calendar.add(
        "Lunch",
        NINE,
        NINE + HOUR,
        organizer=BOB,
        guests=[("ana@example.com", "Unknown")],
        uid="lunch@google.com",
        JoinOnlineMeetingUrl="https://teams.example.com/1",
    )
    raw = letter(BOB, account.address, "Lunch")
    account.calendar.mail_request(event, raw)
    account.calendar.mail_cancellation(event, raw)
    account.calendar.mail_response(event, raw, "Tentative")
    with client(exchange) as ana:
        found = ana.calendar.get()
        assert (found.organizer.email_address, found.uid) == ("bob@example.org", "lunch@google.com")
        assert (found.my_response_type, found.is_meeting) == ("NoResponseReceived", True)
        account.calendar.respond(event, "Accept")
        account.calendar.cancel(event)
        found = ana.calendar.get()
        assert (found.my_response_type, found.is_cancelled) == ("Accept", True)
        kinds = {(type(one).__name__, one.item_class.rpartition(".")[2]) for one in ana.inbox.all()}
        assert kinds == {
            ("MeetingRequest", "Request"),
            ("MeetingCancellation", "Canceled"),
            ("MeetingResponse", "Tent"),
        }


def test_limits(exchange: FakeExchange) -> None:
    """A view is of two years at most, and takes no restriction."""
    with client(exchange) as ana, pytest.raises(ErrorCalendarViewRangeTooBig):
        list(span(ana, 800))
    view = """<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>
        </m:ItemShape><m:CalendarView StartDate="2026-11-01T00:00:00Z"
        EndDate="2026-12-01T00:00:00Z"/><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/>
        </m:ParentFolderIds></m:FindItem>"""
    assert codes(ask(exchange, view)) == ["ErrorCalendarFolderIsInvalidForCalendarView"]
