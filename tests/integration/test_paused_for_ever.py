"""Pauses that never let anything through: trouble after a day, and over with the first batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from engine_acts import act

from connectors.contract import Draft, Known, Remote
from connectors.errors import ConnectorError, CursorExpired, Paused, Unavailable
from connectors.memory.source import MemoryMail
from connectors.memory.world import World
from connectors.records import Batch, Facet
from syncd.cli.once import code_of, paused_of, troubles_of
from syncd.cli.status import lines_of
from syncd.engine.engine import Engine
from syncd.pipeline.doubt import doubt, older_than
from syncd.pipeline.observe import Outcome, Reader
from syncd.retry import Retries
from syncd.store import health, sources
from syncd.store.database import Database
from syncd.store.health import DELIVERY, DOWN, UP, Health, Place
from syncd.store.pauses import Pauses
from syncd.views.status import status_of

from worlds import ANA, BEN, CLEO, Lab, day, mail

NOW = day(2)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MAIL = Place("home", "mail", "memory")
ENOUGH = Paused("it gives so much at a time", 60.0, "ask for more")
RULES = """
version: 1
rules:
  - {id: answer, since: message_received, until: [message_sent], due: 2d, urgent: true,
     task: {title: "Answer {{ first_name }}"}}
"""


class Rationed(MemoryMail):
    """A mailbox that gives so many batches at a reading; `empty` ones are without a mail."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "memory", batch=1)
        self.rations = 0
        self.empty = False
        self.end: ConnectorError = ENOUGH

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        left = self.rations
        for batch in super().changes(cursor, known, now):
            if not left:
                raise self.end
            left -= 1
            yield Batch((), batch.cursor, batch.done) if self.empty else batch


class Desk:
    """A rationed mailbox, read by whom `Retries` tell when to come."""

    def __init__(self, lab: Lab, database: Database) -> None:
        self.database = database
        self.world = lab.world
        for number in range(40):
            self.world.deliver(mail(CLEO, ANA, day(-30 + number / 10), "n", name=f"n{number}"))
        self.source = Rationed(self.world)
        self.shop = lab.shop(database)
        self.retries = Retries()

    def read(self, now: datetime) -> Outcome:
        reader = Reader(
            self.database, self.shop.indexer, self.shop.ignore, now, retries=self.retries
        )
        return reader.observe("home", self.source)

    def row(self) -> Health:
        with self.database.read() as connection:
            found = health.get(connection, self.database.owner, MAIL)
        assert found is not None
        return found

    def error(self) -> str:
        with self.database.read() as connection:
            return sources.get(connection, self.database.owner, *MAIL).error


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    lab = Lab(tmp_path, rules=RULES)
    database = lab.open()
    yield Desk(lab, database)
    database.close()


def test_of_what_moments_it_takes() -> None:
    """Three, some hours apart, over more than a day."""

    def found(*hours: float) -> bool:
        pauses = Pauses()
        for hour in hours:
            pauses = pauses.one_more(NOW + hour * HOUR)
        since = pauses.in_vain(NOW + hours[-1] * HOUR)
        assert since in (None, NOW + min(hours) * HOUR)
        return since is not None

    assert not found(0)
    assert not found(0, 25, 25.9), "the day's quota comes anew"
    assert found(0, 8, 16, 26.1)
    assert found(0, 25, 49), "run once a day"
    assert not found(0, 7 * 24)
    assert found(0, 7 * 24, 14 * 24), "run once a week"
    assert not found(0, 7 * 24, 7 * 24 + 1 / 60, 7 * 24 + 7), "asleep, then asked again and again"
    assert found(0, 7 * 24, 7 * 24 + 8.1)
    assert not found(100, 0, 30), "a clock that was ahead"


def test_an_outage_from_the_first_pause_to_the_first_batch(desk: Desk) -> None:
    """Asked each minute it is well for a day, then down since the first of them; it is asked when
    it said all the same, and one mail ends it."""
    desk.source.rations = 3
    assert desk.read(NOW - HOUR).items == 3
    desk.source.rations = 0
    for hour in range(27):
        outcome = desk.read(NOW + hour * HOUR)
        assert (outcome.error, outcome.in_vain, desk.row().state) == ("", False, UP)
        assert outcome.paused == str(ENOUGH)
    now = NOW + 27 * HOUR
    for _ in range(2):
        outcome = desk.read(now)
        assert (outcome.paused, outcome.error_kind, outcome.in_vain) == ("", "Paused", True)
        assert outcome.error == desk.row().error == desk.error()
        assert outcome.error == (
            f"nothing has been let through since {NOW:%Y-%m-%d %H:%M} UTC: it gives so much at a "
            "time; ask for more"
        )
        row = desk.row()
        assert (row.state, row.since, row.last_ok) == (DOWN, NOW, NOW - HOUR)
        assert (row.remedy, row.next_try) == ("wait", now + MINUTE)
        assert desk.retries.until(MAIL) == now + MINUTE
    desk.source.rations = 1
    outcome = desk.read(now + MINUTE)
    assert (outcome.items, outcome.error, bool(outcome.paused)) == (1, "", True)
    assert (desk.row().state, desk.row().pauses, desk.error()) == (UP, Pauses(), "")
    desk.source.rations = 0
    assert desk.read(now + 2 * MINUTE).paused


@pytest.mark.parametrize("empty", [False, True], ids=["a mail", "a batch that was filtered"])
@pytest.mark.parametrize("end", [ENOUGH, Unavailable("it is away")], ids=["pauses", "fails"])
def test_a_batch_now_and_then_is_enough(desk: Desk, end: ConnectorError, *, empty: bool) -> None:
    """A back-fill of many days is none, whatever a reading ends with."""
    desk.source.empty = empty
    for hour in range(0, 24 * 4, 4):
        brings = hour % 24 == 20
        desk.source.rations, desk.source.end = int(brings), end if brings else ENOUGH
        outcome = desk.read(NOW + hour * HOUR)
        assert (outcome.moved, outcome.in_vain) == (brings, False)


def test_a_reading_that_ends_is_enough(desk: Desk) -> None:
    """Also one without news, of which nothing is written within a quarter of an hour."""
    desk.source.rations = 99
    desk.read(NOW)
    for number in range(12):
        now = NOW + number * 8 * HOUR
        desk.source.rations = 0
        assert not desk.read(now).in_vain
        desk.source.rations = 99
        assert not desk.read(now + MINUTE).paused
        assert desk.row().pauses == Pauses()


def test_a_reading_of_a_list_that_ends_is_enough(tmp_path: Path) -> None:
    """Also one of which nothing is written: from then on it takes a day anew."""
    lab = Lab(tmp_path, rules=RULES)
    database = lab.open()
    engine = Engine(lab.shop(database))
    engine.start(NOW)
    act(engine, "hand home", NOW)
    for hour in (0.1, 9, 18, 27, 36):
        now = NOW + hour * HOUR
        lab.world.fail_next(ENOUGH)
        assert engine.hand("home", now).in_vain is (hour == 36)
        if hour < 1:
            act(engine, "hand home", now + MINUTE)
    act(engine, "hand home", NOW + 37 * HOUR)
    with database.read() as connection:
        rows = health.load(connection, database.owner)
    assert [(row.state, row.pauses) for row in rows] == [(UP, Pauses())]
    database.close()


def test_other_trouble_leaves_it_as_it_is(desk: Desk) -> None:
    """An outage of another kind lets nothing through either; that a cursor is lost is not told as
    the first pause."""
    desk.source.rations = 99
    desk.read(NOW)
    desk.source.rations = 0
    errors: list[Callable[[], ConnectorError]] = [
        lambda: Unavailable("it is away"),
        lambda: CursorExpired("forgotten"),
    ]
    for number in range(4):
        desk.world.fail_next(errors[number % 2]())
        desk.read(NOW + number * 9 * HOUR)
        desk.read(NOW + number * 9 * HOUR + MINUTE)
    assert desk.row().state == DOWN
    assert desk.row().pauses.times == 4


def told(lab: Lab, now: datetime) -> tuple[list[str], bool]:
    """What `status` says of the accounts, and whether the owner is needed."""
    database = lab.open()
    shop = lab.shop(database)
    with database.read() as connection:
        names, rules = list(lab.worlds), {rule.id for rule in shop.ruleset.rules}
        status = status_of(
            connection, database.owner, names, True, lab.policy, now, rules, shop.lists
        )
    database.close()
    return lines_of(status), bool(status["failed"])


def test_an_account_that_lets_nothing_through(tmp_path: Path) -> None:
    """`once`, run once a day, and `status` say so from the third day on, and since when; another
    account is read all the while, and all is well again when it lets something through."""
    lab = Lab(tmp_path, {"home": World(), "away": World()}, rules=RULES)
    lab.once(NOW)
    shut = f"nothing has been let through since {NOW + DAY:%Y-%m-%d %H:%M} UTC: "
    now = NOW
    for number in range(1, 5):
        now = NOW + number * DAY
        lab.world.deliver(mail(CLEO, ANA, now - HOUR, "n", name=f"n{number}"))
        lab.worlds["away"].fail_next(ENOUGH, 9)
        report = lab.once(now)
        lines, failed = told(lab, now)
        vain = number >= 3
        assert (code_of(report), failed) == (vain, vain)
        assert len(paused_of(report)) == (0 if vain else 4)
        assert (
            troubles_of(report)
            == [f"syncd: away: contacts, calendar, mail, tasks: {shut}{ENOUGH}; ask for more"]
            * vain
        )
        assert any(line.startswith("away is down since 2026-03-") for line in lines) is vain
        assert sum(shut in line for line in lines) == 4 * vain
        assert sum(one.items for one in report.outcomes if one.account == "home") == 1
    lab.worlds["away"]._failures.clear()
    report = lab.once(now + HOUR)
    lines, failed = told(lab, now + HOUR)
    assert (code_of(report), failed) == (0, False)
    assert not any("let through" in line or "down" in line for line in lines)


def test_a_list_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read well, and pauses at each write: well for a day, then down with the words of it;
    the first task that it takes ends that, though it pauses at the second."""
    lab = Lab(tmp_path, rules=RULES)
    for who in (BEN, CLEO):
        lab.world.deliver(mail(ANA, who, day(-9), name=f"to {who.name}"))
    lab.once(day(-1))
    for who in (BEN, CLEO):
        lab.world.deliver(mail(who, ANA, day(1), "Question", name=f"of {who.name}"), "What now?")
    database = lab.open()
    engine = Engine(lab.shop(database))
    engine.start(NOW)
    for name in ("read home 0", "read home 1", "read home 2", "texts", "hand home"):
        act(engine, name, NOW)
    with database.begin() as connection:
        doubt(connection, database.owner, ["home"])
    place, now = Place("home", DELIVERY), NOW
    for hour in (0, 9, 18, 27):
        now = NOW + hour * HOUR
        act(engine, "hand home", now)
        lab.world.fail_next(ENOUGH)
        summary = engine.deliver("home", now)
        vain = hour == 27
        assert (bool(summary.failed), bool(summary.paused)) == (vain, not vain)
        lines, failed = told(lab, now)
        assert failed is vain
        assert sum("nothing has been let through since" in line for line in lines) == vain
        with database.read() as connection:
            row = health.get(connection, database.owner, place)
            assert older_than(connection, database.owner, ["home"]), "not all was looked for"
        assert row is not None
        assert (row.state, row.since) == ((DOWN, NOW) if vain else (row.state, row.since))
        assert (row.state == DOWN) is vain
    tasks = engine.shop.lists["home"]

    def create(draft: Draft, made: Callable[[Draft], Remote] = tasks.create) -> Remote:
        remote = made(draft)
        lab.world.fail_next(ENOUGH)
        return remote

    monkeypatch.setattr(tasks, "create", create)
    act(engine, "hand home", now + HOUR)
    summary = engine.deliver("home", now + HOUR)
    assert (summary.created, [*summary.paused], summary.failed) == (1, ["home"], {})
    with database.read() as connection:
        row = health.get(connection, database.owner, place)
    assert row is not None
    assert (row.state, row.pauses) == (UP, Pauses())
    assert not told(lab, now + HOUR)[1]
    lab.world._failures.clear()
    act(engine, "hand home", now + 2 * HOUR)
    assert engine.deliver("home", now + 2 * HOUR).created == 1
    assert len(lab.world.alive(Facet.TASKS)) == 2
    database.close()
