"""Series at Microsoft: their instances, exceptions and those that were taken out, whatever Graph
leaves open of how it tells them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from fakes.google.world import Clock
from fakes.graph import recurrence
from fakes.graph.fixtures import clock, graph
from fakes.graph.meeting import guests
from fakes.graph.server import FakeGraph
from graph_calendar_world import HOUR, Desk

from connectors.errors import Paused
from connectors.graph import calendar_events
from connectors.records import PartStat

__all__ = ["clock", "graph"]

SEEDS = range(4)
FIRST = datetime(2026, 11, 3, 9, tzinfo=UTC)  # a Tuesday
WEEK = timedelta(days=7)


@pytest.fixture(params=SEEDS)
def desk(
    graph: FakeGraph, clock: Clock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Graph of one seed: how large pages are, whether a series comes along, what comes twice."""
    monkeypatch.setattr(calendar_events, "PAGE", 4)
    graph.reset(clock, request.param)
    made = Desk(graph, clock)
    with closing(made.source):
        yield made


def weekly(desk: Desk, count: int = 6) -> str:
    return desk.own.add(
        "Weekly",
        FIRST,
        FIRST + HOUR,
        repeats=recurrence.weekly("tuesday", count=count),
        attendees=guests("bob@example.org"),
        zone="Europe/Lisbon",
    )


def test_a_series_is_its_instances(desk: Desk) -> None:
    """One UID, named by when each was to start; the series itself is no meeting."""
    weekly(desk)
    desk.settle()
    found = desk.meetings()
    assert [one.start for one in found] == [FIRST + number * WEEK for number in range(6)]
    assert len({one.uid for one in found}) == 1
    assert [one.recurrence_id for one in found] == [
        f"{FIRST + number * WEEK:%Y-%m-%dT%H:%M:%SZ}" for number in range(6)
    ]
    assert all(one.recurring and one.title == "Weekly" for one in found)
    assert {one.mailbox.addr for one in found[0].attendees} == {"bob@example.org"}
    assert desk.settle() == []


def test_what_happens_to_instances(desk: Desk) -> None:
    """One is moved, one is answered, one is called off, one is taken out: the others stay."""
    series = weekly(desk)
    desk.settle()
    days = [FIRST + number * WEEK for number in range(6)]
    desk.own.move_instance(series, days[1], days[1] + 2 * HOUR, days[1] + 3 * HOUR)
    desk.own.answer_instance(series, days[2], "bob@example.org", "declined")
    desk.own.cancel_instance(series, days[3])
    desk.own.delete_instance(series, days[4])
    desk.settle()
    found = desk.meetings()
    assert [one.start for one in found] == [
        days[0], days[1] + 2 * HOUR, days[2], days[3], days[5],
    ]  # fmt: skip
    assert found[1].recurrence_id == f"{days[1]:%Y-%m-%dT%H:%M:%SZ}"
    assert found[2].attendees[0].partstat is PartStat.DECLINED
    assert [one.status for one in found] == ["confirmed"] * 3 + ["cancelled", "confirmed"]
    assert len({one.uid for one in found}) == 1
    assert desk.settle() == []
    assert desk.afresh() == desk.ledger.stamps


def test_what_happens_to_the_whole_series(desk: Desk) -> None:
    """It is called something else, moved, made shorter, deleted: every instance follows."""
    series = weekly(desk)
    desk.settle()
    desk.own.edit(series, subject="Jour fixe")
    desk.settle()
    assert desk.titles() == ["Jour fixe"] * 6
    desk.own.move(series, FIRST + HOUR, FIRST + 2 * HOUR)
    desk.settle()
    assert [one.start.hour for one in desk.meetings()] == [10] * 6
    desk.own.edit(series, repeats=recurrence.weekly("tuesday", count=3))
    desk.settle()
    assert len(desk.meetings()) == 3
    desk.own.delete(series)
    desk.settle()
    assert desk.meetings() == []
    assert desk.ledger.stamps == {}


def test_an_event_becomes_a_series_and_back(desk: Desk) -> None:
    """What it was by itself is gone."""
    event = desk.own.add("Weekly", FIRST, FIRST + HOUR)
    desk.settle()
    (single,) = desk.meetings()
    assert (single.recurring, single.recurrence_id) == (False, "")
    desk.own.edit(event, repeats=recurrence.weekly("tuesday", count=3))
    desk.settle()
    assert [one.recurring for one in desk.meetings()] == [True] * 3
    desk.own.edit(event, repeats=None)
    desk.settle()
    assert [one.recurring for one in desk.meetings()] == [False]
    assert desk.afresh() == desk.ledger.stamps


def test_days_in_a_row(desk: Desk) -> None:
    """All-day instances are named by their days, which are the owner's; one with a time, too."""
    series = desk.own.add(
        "Fair", date(2026, 11, 9), date(2026, 11, 10), repeats=recurrence.daily(count=3)
    )
    desk.own.move_instance(series, date(2026, 11, 10), desk.at(9, hour=15), desk.at(9, hour=16))
    desk.settle()
    found = desk.meetings()
    assert [one.recurrence_id for one in found] == ["2026-11-09", "2026-11-10", "2026-11-11"]
    assert [one.start for one in found] == [
        datetime(2026, 11, 9, tzinfo=UTC),
        datetime(2026, 11, 10, 15, tzinfo=UTC),
        datetime(2026, 11, 11, tzinfo=UTC),
    ]


def test_an_instance_leaves_the_window(desk: Desk) -> None:
    """It is moved beyond what is read, and back."""
    series = weekly(desk, count=2)
    desk.settle()
    far = FIRST + timedelta(days=900)
    desk.own.move_instance(series, FIRST, far, far + HOUR)
    desk.settle()
    assert len(desk.meetings()) == 1
    desk.own.move_instance(series, FIRST, FIRST + HOUR, FIRST + 2 * HOUR)
    desk.settle()
    assert len(desk.meetings()) == 2


def test_whatever_happens_a_first_reading_says_the_same(desk: Desk) -> None:
    """Acts in any order between readings, some of them interrupted: in the end what is known is
    what is there."""
    random = Random(desk.graph.whims.seed)
    series = [weekly(desk, count=5), weekly(desk, count=3)]
    events = [desk.add(f"event {number}", number * 9 - 20) for number in range(6)]
    for _ in range(8):
        desk.read(random.choice([1, 2, 10_000]))
        assert desk.trouble is None or isinstance(desk.trouble, Paused)
        if random.randrange(4) == 0:
            desk.restart()
        if random.randrange(5) == 0:
            desk.graph.account("ana@example.com").forget_tokens()
        days = [FIRST + number * WEEK for number in range(3)]
        one, day = random.choice(series), random.choice(days)
        act = random.randrange(6)
        try:
            if act == 0:
                desk.own.delete_instance(one, day)
            elif act == 1:
                desk.own.move_instance(one, day, day + 5 * HOUR, day + 6 * HOUR)
            elif act == 2:
                desk.own.edit_instance(one, day, subject=f"Once {random.randrange(9)}")
            elif act == 3:
                desk.own.edit(one, subject=f"Weekly {random.randrange(9)}")
            elif act == 4 and events:
                desk.own.delete(events.pop())
            elif events:
                desk.own.edit(random.choice(events), subject=f"event {random.randrange(9)}")
        except StopIteration:
            continue  # it was taken out before
    desk.settle()
    desk.settle()
    assert desk.afresh() == desk.ledger.stamps
    assert desk.settle() == []


def test_many_series_are_read_in_the_end(graph: FakeGraph, clock: Clock) -> None:
    """Where Graph puts off parts of what is asked at once, the next reading goes on with the
    others: what was answered is not asked for again."""
    graph.reset(clock, 11)
    desk = Desk(graph, clock)
    for number in range(12):
        start = FIRST + number * HOUR
        repeats = recurrence.weekly("tuesday", count=2)
        series = desk.own.add(f"Weekly {number}", start, start + HOUR, repeats=repeats)
        desk.own.edit_instance(series, start, subject=f"Once {number}")
    with closing(desk.source):
        desk.settle()
    assert len(desk.titles()) == 24
    assert graph.count("events.get") < 60
