"""Events at Microsoft as they come, change and go, and what becomes of deltaLinks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.google.world import Clock
from fakes.graph.fixtures import clock, graph
from fakes.graph.meeting import guests
from graph_calendar_world import ANA, DAY, HOUR, Desk, desk, told

from connectors.errors import BadItem, Paused, Refused, SignInNeeded, Unavailable
from connectors.graph import calendar_events
from connectors.graph.calendar import parts_of
from connectors.graph.calendar_event import Holder, meeting_of
from connectors.records import Bad, Meeting, PartStat

__all__ = ["clock", "desk", "graph"]

DELTA = "calendarView.delta"


def test_the_newest_come_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all calendars the last months are told before anything older, and nothing twice; when
    nothing moves, one request for the list and one for each calendar is all."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    team = desk.calendars.add("Team")
    for days in (-900, -500, -1, 3):
        desk.add(f"own {days}", days)
        desk.add(f"team {days}", days, team)
    desk.restart(history=date(2024, 1, 1))
    names = told(desk.read())
    assert sorted(names) == desk.titles()
    assert len(names) == 8
    assert set(names[:4]) == {"own -1", "own 3", "team -1", "team 3"}
    assert desk.trouble is None
    before = len(desk.graph.log)
    assert told(desk.read()) == []
    asked = [one.method for one in desk.graph.log[before:]]
    assert sorted(asked) == ["calendarView.delta", "calendarView.delta", "calendars.list"]


@pytest.mark.parametrize(
    "code", ["SyncStateNotFound", "resyncRequired", "SyncStateInvalid", "ErrorInvalidSyncStateData"]
)
def test_a_lost_sync_state(desk: Desk, code: str) -> None:
    """That calendar is read anew: what came, changed and went meanwhile is told, nothing else."""
    events = [desk.add(f"event {number}", number - 100) for number in range(5)]
    desk.read()
    desk.own.delete(events[1])
    desk.own.edit(events[2], subject="changed")
    desk.add("new", 5)
    desk.graph.faults.lost_state(DELTA, code=code)
    assert sorted(told(desk.read())) == sorted(["new", "changed", "-" + events[1]])
    assert desk.trouble is None
    assert told(desk.read()) == []


def test_a_page_that_graph_forgot(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that was left goes on at its page; where that is refused it begins again."""
    monkeypatch.setattr(calendar_events, "PAGE", 2)
    for number in range(9):
        desk.add(f"event {number}", number - 300)
    desk.read(batches=3)
    assert 0 < len(desk.titles()) < 9
    desk.graph.account(ANA).forget_tokens()
    desk.restart()
    desk.read()
    assert len(desk.titles()) == 9
    assert desk.trouble is None


def test_ten_restarts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is interrupted goes on where it was; what changes meanwhile is told in the end."""
    monkeypatch.setattr(calendar_events, "PAGE", 3)
    events = [desk.add(f"event {number:02}", number * 10 - 600) for number in range(30)]
    for turn in range(10):
        desk.read(batches=2)
        desk.own.edit(events[turn], subject=f"event {turn:02} again")
        desk.own.delete(events[-1 - turn])
        desk.restart()
    desk.read()
    titles = [f"event {number:02} again" for number in range(10)]
    assert desk.titles() == sorted(titles + [f"event {number:02}" for number in range(10, 20)])


def test_what_a_listing_passes_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While all is compared something is deleted, and the pages shift: what is there stays."""
    monkeypatch.setattr(calendar_events, "_IDS", 2)
    events = [desk.add(f"event {number}", number - 100) for number in range(6)]
    desk.read()
    desk.graph.account(ANA).forget_tokens()
    desk.graph.faults.meanwhile("calendarView.list", lambda: desk.own.delete(events[0]), skip=2)
    desk.read()
    desk.read()
    assert desk.titles() == [f"event {number}" for number in range(1, 6)]


def test_time_passes(desk: Desk, clock: Clock) -> None:
    """The window moves: an event that was too far away is told, and nothing else anew."""
    desk.add("far", 500)
    desk.add("near", 3)
    assert told(desk.read()) == ["near"]
    clock.advance(days=100)
    assert told(desk.read()) == []
    clock.advance(days=110)
    assert told(desk.read()) == ["far"]
    assert told(desk.read()) == []


def test_ten_years(desk: Desk) -> None:
    """Microsoft answers for five at once: a longer window is read in parts."""
    for days in (-3600, -2500, -1300, -30, 300):
        desk.add(f"event {days}", days)
    desk.restart(history=date(2016, 11, 1))
    desk.read()
    assert desk.trouble is None
    assert len(desk.titles()) == 5
    assert {one.ref for one in desk.source.census()} == desk.ledger.stamps.keys()
    assert desk.read() == []
    parts = parts_of(datetime(2016, 11, 1, tzinfo=UTC), datetime(2027, 12, 7, tzinfo=UTC))
    assert len(parts) == 3
    assert all(one.end - one.start <= timedelta(days=1_800) for one in parts)
    newest, *older = parts
    assert [newest.start, *(one.start for one in older)] == [
        *(one.end for one in older),
        datetime(2016, 11, 1, tzinfo=UTC),
    ]


def test_answers_come_in(desk: Desk) -> None:
    """Of guests to the owner's own event, and the owner's to another."""
    own = desk.add("own", 1, attendees=guests("bob@example.org"))
    other = desk.add(
        "invited", 2, organizer="eve@example.org", attendees=guests(ANA, "bob@example.org")
    )
    desk.read()
    desk.own.answer(own, "bob@example.org", "accepted")
    desk.own.respond(other, "declined")
    desk.read()
    mine, invited = desk.meetings()
    assert [one.partstat for one in mine.attendees] == [PartStat.ACCEPTED]
    answers = {one.mailbox.addr: one.partstat for one in invited.attendees}
    assert answers == {ANA: PartStat.DECLINED, "bob@example.org": PartStat.UNKNOWN}
    assert mine.organizer is not None
    assert mine.organizer.addr == ANA


@pytest.mark.parametrize("seed", [0, 1])
def test_one_meeting_whatever_the_provider(desk: Desk, clock: Clock, seed: int) -> None:
    """One that came from Google keeps its UID, wrapped up or not, also in its instances."""
    desk.graph.reset(clock, seed)
    desk.add("from Google", 1, uid="abc@google.com")
    desk.read()
    (meeting,) = desk.meetings()
    assert meeting.uid == "abc@google.com"


def test_cancelled_and_deleted(desk: Desk) -> None:
    """Its organizer takes it back: it says so; then somebody removes it."""
    event = desk.add("lunch", 1, attendees=guests("bob@example.org"))
    desk.read()
    desk.own.cancel(event)
    desk.read()
    assert [one.status for one in desk.meetings()] == ["cancelled"]
    desk.own.delete(event)
    assert told(desk.read()) == ["-" + event]


def test_a_draft_is_nobodys_meeting(desk: Desk) -> None:
    """Until it is sent."""
    event = desk.add("plan", 1, isDraft=True, attendees=guests("bob@example.org"))
    assert desk.read() == []
    desk.own.edit(event, isDraft=False)
    assert told(desk.read()) == ["plan"]


def test_what_is_bad_is_set_aside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One event that cannot be read stops nothing else, and is asked for again."""

    def spoilt(event: Mapping[str, Any], zone: ZoneInfo, holder: Holder) -> Meeting:
        if event.get("subject") == "odd":
            raise BadItem("", "it is odd")
        return meeting_of(event, zone, holder)

    monkeypatch.setattr(calendar_events, "meeting_of", spoilt)
    odd = desk.add("odd", 1)
    desk.add("even", 2)
    items = desk.read()
    (bad,) = (item for item in items if isinstance(item, Bad))
    assert bad.ref == desk.ref(odd)
    assert desk.titles() == ["even"]
    monkeypatch.undo()
    (again,) = desk.source.read_again([bad.ref], desk.ledger.cursor or "")
    assert told([again]) == ["odd"]


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("too_many", Paused),
        ("broken", Unavailable),
        ("cut_before", Unavailable),
        ("truncated", Unavailable),
        ("html", Unavailable),
        ("forbidden", Refused),
    ],
)
def test_trouble_loses_nothing(desk: Desk, fault: str, trouble: type[Exception]) -> None:
    """Whatever breaks, the next reading tells what there is."""
    desk.add("before", 1)
    desk.read()
    desk.add("after", 2)
    # A connection that was left open may have ended: it is tried over a new one.
    getattr(desk.graph.faults, fault)(DELTA, times=None)
    desk.read()
    assert isinstance(desk.trouble, trouble)
    desk.graph.faults.clear()
    desk.clock.advance(minutes=5)
    assert told(desk.read()) == ["after"]
    assert desk.trouble is None


def test_signed_out(desk: Desk) -> None:
    """Everything stops, and nothing is taken for deleted."""
    desk.add("before", 1)
    desk.read()
    desk.graph.faults.dead_token(times=None)
    desk.read()
    assert isinstance(desk.trouble, SignInNeeded)
    assert desk.titles() == ["before"]


def test_a_day_is_the_owners(desk: Desk) -> None:
    """All-day events are days in the owner's zone, wherever they were made."""
    desk.own.add("fair", date(2026, 7, 1), date(2026, 7, 3), zone="Asia/Tokyo")
    desk.read()
    (fair,) = desk.meetings()
    assert (fair.all_day, fair.start, fair.end - fair.start) == (
        True,
        datetime(2026, 6, 30, 23, tzinfo=UTC),
        2 * DAY,
    )


def test_the_server_says_what_time_it_is(desk: Desk) -> None:
    """Asked for it each time."""
    assert desk.source.server_time() == desk.clock()
    desk.clock.advance(hours=3)
    assert desk.source.server_time() == desk.clock()
    assert desk.source.dated([desk.ref(desk.own.add("x", desk.at(5), desk.at(5) + HOUR))])
