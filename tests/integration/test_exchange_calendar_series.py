"""Series at an Exchange server: sync tells of one item, a view of its instances, and what is known
is what there is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from contract.ledger import Ledger
from exchange_calendar_world import DAY, HOUR, Desk, desk_of
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.recurrence import daily, monthly_nth, weekly
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item
from fakes.exchange.world import Clock

from connectors.exchange import calendar_series, raw
from connectors.records import Meeting, PartStat, Seen

__all__ = ["clock", "exchange"]

BOB = "Bob <bob@example.org>"


@pytest.fixture
def desk(exchange: FakeExchange, clock: Clock) -> Iterator[Desk]:
    with desk_of(exchange, clock) as desk:
        yield desk


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_a_series_with_everything(desk: Desk) -> None:
    """Instances keep their original start where they were moved, and their own words and answers;
    one that was called off is cancelled, one that was deleted is not there."""
    first = desk.at(0)  # a Monday
    series = desk.add("1:1", first, repeats=weekly("Monday"), count=6, guests=[(BOB, "Accept")])
    starts = [first + 7 * DAY * number for number in range(6)]
    desk.own.move_instance(series, starts[1], starts[1] + 3 * HOUR, starts[1] + 4 * HOUR)
    desk.own.delete_instance(series, starts[2])
    desk.own.cancel_instance(series, starts[3])
    desk.own.edit_instance(series, starts[4], Subject="1:1 with cake")
    desk.own.answer(series, "bob@example.org", "Decline", starts[5])
    desk.read()
    told = desk.meetings(series)
    assert [one.recurrence_id for one in told] == [_stamp(at) for at in starts if at != starts[2]]
    assert [one.start for one in told] == [
        starts[0], starts[1] + 3 * HOUR, starts[3], starts[4], starts[5],
    ]  # fmt: skip
    assert [one.status == "cancelled" for one in told] == [False, False, True, False, False]
    assert told[3].title == "1:1 with cake"
    answers = [one.attendees[0].partstat for one in told]
    assert answers == [PartStat.ACCEPTED] * 4 + [PartStat.DECLINED]
    assert len({one.uid for one in told}) == 1
    assert all(one.recurring for one in told)


def test_one_change_tells_the_series_anew(desk: Desk) -> None:
    """An instance that goes, moves or is answered comes back as its whole series; what did not
    change is not told."""
    series = desk.add("1:1", desk.at(0), repeats=weekly("Monday"), count=3)
    other = desk.add("Lunch", desk.at(1))
    desk.read()
    assert len(desk.meetings(series)) == 3
    desk.own.delete_instance(series, desk.at(7))
    (item,) = desk.read()
    assert item.ref == desk.ref(series)
    assert [one.start for one in desk.meetings(series)] == [desk.at(0), desk.at(14)]
    desk.own.move_instance(series, desk.at(14), desk.at(15), desk.at(15) + HOUR)
    desk.read()
    assert [one.start for one in desk.meetings(series)] == [desk.at(0), desk.at(15)]
    assert desk.meetings(series)[1].recurrence_id == _stamp(desk.at(14))
    assert desk.meeting(other).title == "Lunch"
    assert desk.read() == []
    desk.own.delete(series)
    desk.read()
    assert len(desk.ledger.observations) == 1


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("W. Europe Standard Time", 9, 8),
        ("Pacific Standard Time", 18, 17),
        ("Tokyo Standard Time", 1, 1),
    ],
)
def test_clocks_change_within_a_series(desk: Desk, zone: str, winter: int, summer: int) -> None:
    """Ten o'clock there is ten o'clock there, in winter and in summer."""
    first = datetime(2026, 12, 7, winter, tzinfo=UTC)
    series = desk.add("1:1", first, repeats=weekly("Monday"), until=date(2027, 7, 5), zone=zone)
    desk.read()
    hours = {one.start.month: one.start.astimezone(UTC).hour for one in desk.meetings(series)}
    assert (hours[1], hours[6]) == (winter, summer)


def test_days_that_repeat(desk: Desk) -> None:
    """They are known by their days, as in iCalendar, and are days where the owner is."""
    day = date(2026, 11, 6)
    series = desk.own.add(
        "Market", day, day + DAY, repeats=weekly("Friday"), count=2, zone="Tokyo Standard Time"
    )
    desk.read()
    told = desk.meetings(series)
    assert [one.recurrence_id for one in told] == ["2026-11-06", "2026-11-13"]
    assert [one.start.isoformat() for one in told] == [
        "2026-11-06T00:00:00+00:00",
        "2026-11-13T00:00:00+00:00",
    ]
    assert all(one.all_day for one in told)


def test_the_window_moves(desk: Desk) -> None:
    """A series without an end shows more as time passes, and nothing else is read for it."""
    series = desk.add("Club", desk.at(0), repeats=monthly_nth("First", "Monday"))
    desk.add("Lunch", desk.at(1))
    desk.read()
    before = len(desk.meetings(series))
    assert before in (13, 14)
    desk.clock.advance(days=150)
    assert desk.read() == []
    desk.clock.advance(days=100)
    (item,) = desk.read()
    assert item.ref == desk.ref(series)
    assert len(desk.meetings(series)) > before + 6
    assert desk.read() == []


def test_more_than_a_view_shows_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers cut views off: the rest is asked for in parts, and no instance comes twice."""
    monkeypatch.setattr(calendar_series, "LISTED", 10)
    series = desk.add("Stand-up", desk.at(0), repeats=daily(), count=40)
    others = [desk.add(f"Lunch {number}", desk.at(number)) for number in range(15)]
    desk.read()
    assert [one.start for one in desk.meetings(series)] == [desk.at(day) for day in range(40)]
    assert all(len(desk.meetings(one)) == 1 for one in others)
    desk.ana.find_limit = 7  # of the server's own
    desk.own.edit(series, Subject="Stand-up!")
    desk.read()
    assert [one.title for one in desk.meetings(series)] == ["Stand-up!"] * 40


def test_a_server_that_never_says_that_it_is_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked some more, and not for ever."""
    shows = raw.view
    monkeypatch.setattr(raw, "view", lambda *asked: raw.View(shows(*asked).items, False))
    series = desk.add("Stand-up", desk.at(0), repeats=daily(), count=40)
    desk.read()
    assert [one.start for one in desk.meetings(series)] == [desk.at(day) for day in range(40)]
    assert desk.exchange.count("FindItem") == 3


def test_an_instance_that_cannot_be_had(desk: Desk) -> None:
    """The others are told, and that one of them is broken."""
    series = desk.add("1:1", desk.at(0), repeats=weekly("Monday"), count=3)
    desk.own.edit_instance(series, desk.at(7), Subject="1:1 with cake")
    desk.exchange.faults.trouble("GetItem", "ErrorItemCorrupt", skip=1)
    (item,) = desk.read()
    assert isinstance(item, Seen)
    assert item.broken == "an instance of a series that cannot be read"
    assert [one.start for one in desk.meetings(series)] == [desk.at(0), desk.at(14)]


def test_a_server_without_the_latest_fields(desk: Desk) -> None:
    """It is asked for the others."""
    item = desk.add("Lunch", desk.at(1))
    desk.exchange.faults.trouble("GetItem", "ErrorInvalidPropertyRequest")
    desk.read()
    assert desk.meeting(item).title == "Lunch"
    assert desk.exchange.count("GetItem") == 2


def test_a_series_that_began_long_ago(exchange: FakeExchange, clock: Clock) -> None:
    """Views reach over two years at most; a series of ten is asked for in steps."""
    with desk_of(exchange, clock) as desk:
        series = desk.add("Review", desk.at(-3000), repeats=monthly_nth("Last", "Friday"))
        desk.read()
        assert len(desk.meetings(series)) > 100


def test_a_lost_state_is_no_loss(desk: Desk) -> None:
    """All is read again and compared: what went meanwhile is gone, what stayed is not told."""
    series = desk.add("1:1", desk.at(0), repeats=weekly("Monday"), count=3)
    gone = desk.add("Lunch", desk.at(1))
    desk.read()
    before = desk.ref(gone)
    desk.own.delete(gone)
    desk.ana.states.forget()
    items = desk.read()
    assert desk.trouble is None
    assert [item.ref for item in items] == [before]
    assert len(desk.meetings(series)) == 3


def test_calendars_by_name(desk: Desk) -> None:
    """Known by their id from then on; one that is not there is told after the others were read."""
    folder = desk.ana.mailbox.make_folder("Team", folder_class="IPF.Appointment")
    team = desk.ana.calendar_in("Team")
    item, mine = desk.add("Retro", desk.at(1), team), desk.add("Lunch", desk.at(1))
    desk.restart(chosen=["Team", "Nowhere"])
    desk.read()
    assert str(desk.trouble) == (
        "there is no calendar 'Nowhere': correct `calendars:` (there are: Calendar, Team)"
    )
    assert list(desk.ledger.observations) == [desk.ref(item)]
    desk.ana.mailbox.rename_folder(folder, "Squad")
    desk.restart(chosen=["Team"])
    assert desk.read() == []
    assert desk.trouble is None
    desk.ana.mailbox.delete_folder(folder)
    desk.restart(chosen=["Team", "Calendar"])
    desk.read()
    assert desk.trouble is not None
    assert set(desk.ledger.observations) == {desk.ref(item), desk.ref(mine)}


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens(exchange: FakeExchange, clock: Clock, seed: int) -> None:
    """And wherever a reading is cut off: in the end it is known what a first reading would tell."""
    dice = random.Random(seed)
    exchange.reset(clock, seed)
    with desk_of(exchange, clock) as desk:
        made: list[Item] = []
        for number in range(40):
            _act(desk, dice, number, made)
        desk.read()
        assert desk.trouble is None
        known = _certain(desk)
        desk.ledger = Ledger()
        desk.restart()
        desk.read()
        assert known == _certain(desk)
        assert known


def _certain(desk: Desk) -> dict[str, list[Meeting]]:
    """What is known of the time that every window shows."""
    known = {}
    for ref, told in desk.ledger.observations.items():
        inside = [one for one in told if isinstance(one, Meeting)]
        if inside := [one for one in inside if one.start < desk.at(200)]:
            known[ref] = inside
    return known


def _act(desk: Desk, dice: random.Random, number: int, made: list[Item]) -> None:
    act = dice.choice(
        ["add", "series", "edit", "move", "one", "one", "drop", "read", "read", "days"]
    )
    if act == "add":
        made.append(desk.add(f"event {number}", desk.at(dice.randrange(-20, 60))))
    elif act == "series":
        start = desk.at(dice.randrange(-20, 60))
        more: dict[str, Any] = {"count": dice.randrange(2, 6)} if number % 4 else {}
        made.append(desk.add(f"series {number}", start, repeats=daily(9), zone="UTC", **more))
    elif act == "read":
        if dice.random() < 0.3:
            desk.ana.states.forget()
        desk.read(batches=dice.randrange(1, 4))
        assert desk.trouble is None
    elif act == "days":
        desk.clock.advance(days=dice.randrange(1, 120))
    elif made:
        item = dice.choice(made)
        series = "Recurrence" in item.props
        if act == "edit":
            desk.own.edit(item, Subject=f"as {number}")
        elif act == "move" and not series:
            start = desk.at(dice.randrange(-20, 60))
            desk.own.move(item, start, start + HOUR)
        elif act == "one" and series:
            _one(desk, dice, item)
        elif act == "drop":
            made.remove(item)
            desk.own.delete(item)


def _one(desk: Desk, dice: random.Random, item: Item) -> None:
    start = datetime.fromisoformat(item.text("Start")) + timedelta(days=9 * dice.randrange(2))
    if start in item.deleted:
        return
    if dice.random() < 0.5 and start not in item.deleted:
        desk.own.move_instance(item, start, start + HOUR, start + 2 * HOUR)
    elif not item.deleted:
        desk.own.delete_instance(item, start)
