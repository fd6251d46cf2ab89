"""The clock of a machine that is suspended, set ahead, set back: driven beat by beat, without a
thread, on a clock and a stopwatch of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import Connection, event, select
from sqlalchemy import Engine as Driver

from connectors.errors import Unavailable
from connectors.records import Facet
from syncd.engine.engine import Engine
from syncd.engine.loop import LOOK_UP, Loop
from syncd.engine.mailbox import Letter, Mailbox
from syncd.store import schema
from syncd.store.errors import StoreError
from syncd.store.health import Place
from syncd.store.lock import exclusive
from syncd.telemetry import Pulse

from worlds import ANA, BEN, Lab, coffee, day, mail

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], remind: 3d, due: 10d, expires: 300d,
     urgent: true, task: {title: "After meeting"}}
"""


class Keeper:
    """A timekeeper that does not answer by itself."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> None:
        self.rung += 1


@dataclass
class Machine:
    """`wall` is what its clock says; `seconds` pass without anybody setting them."""

    lab: Lab
    wall: datetime = field(default_factory=lambda: day(1))
    seconds: float = 1000.0

    def __post_init__(self) -> None:
        self.database = self.lab.open()
        self.engine = Engine(self.lab.shop(self.database))
        self.keeper = Keeper()
        mailbox, pulse = Mailbox(), Pulse()
        self.loop = Loop(
            self.engine, mailbox, lambda: self.wall, pulse, lambda: None, lambda: self.seconds
        )
        assert self.loop.begin()
        (account,) = self.engine.shop.accounts
        for source in account.readable:
            self.engine.read(account.name, source, self.wall)
        self.engine.hand(account.name, self.wall)
        self.beat()

    def passes(self, time: timedelta) -> None:
        """Awake: both go on."""
        self.wall += time
        self.seconds += time.total_seconds()

    def beat(self) -> None:
        """As the daemon does it."""
        self.loop.begin()
        self.loop.beat(0)
        self.loop.begin()

    def deliver(self) -> None:
        self.engine.deliver("home", self.wall)

    @property
    def blocked(self) -> str:
        return self.loop.blocked

    @property
    def tasks(self) -> int:
        return len(self.lab.world.alive(Facet.TASKS))

    def put_off(self) -> list[int]:
        with self.database.read() as connection:
            return list(connection.execute(select(schema.outbox.c.not_before)).scalars())


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Ana met Ben; in three days a task is due to appear."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.put_event(coffee(day(0.1), BEN))
    database = lab.open()
    with exclusive(database):
        found = Machine(lab)
        yield found
        found.loop.close()
        found.database.close()
    database.close()


@contextmanager
def full_disk() -> Iterator[None]:
    """Commits fail in the words of SQLite."""

    def refuse(_: Connection) -> None:
        raise dbapi2.OperationalError("database or disk is full")

    event.listen(Driver, "commit", refuse)
    try:
        yield
    finally:
        event.remove(Driver, "commit", refuse)


def test_a_job_that_comes_with_a_jump_is_refused(machine: Machine) -> None:
    """What a worker brings just as the clock is set far ahead is not done at that moment."""
    machine.loop.timekeeper = machine.keeper
    done: list[datetime] = []
    letter = Letter("read", done.append)
    machine.wall += timedelta(days=60)
    machine.loop._mailbox._queue.put(letter)
    machine.beat()
    assert machine.blocked
    assert isinstance(letter.error, StoreError)
    assert done == []


def test_it_wakes_when_its_moment_comes(machine: Machine) -> None:
    """It rests until then or the next look-up, whichever is first, and is no second late."""
    assert machine.loop._rest(1e9) == LOOK_UP
    for _ in range(5):  # the hours at which tasks are drawn come in between
        assert machine.loop.next is not None
        assert machine.tasks == 0
        machine.passes(machine.loop.next - machine.wall - timedelta(seconds=5))
        assert 4.9 < machine.loop._rest(1e9) <= 5
        machine.passes(timedelta(seconds=6))
        machine.beat()
        machine.deliver()
        if machine.tasks:
            break
    assert machine.wall >= day(3)
    assert machine.tasks == 1


def test_a_machine_that_slept(machine: Machine) -> None:
    """Its stopwatch stood still: what has come to be due is done at the first look, and the clock
    is looked at because it may have been set. More than two days are doubted first."""
    machine.loop.timekeeper = cast("Any", machine.keeper)
    machine.wall += timedelta(hours=30)
    machine.beat()
    assert machine.keeper.rung == 1
    assert not machine.blocked
    machine.wall += timedelta(days=3)
    machine.beat()
    assert machine.keeper.rung == 2
    assert "is being looked at" in machine.blocked
    machine.deliver()
    assert machine.tasks == 0
    machine.loop.clock_is("")
    machine.beat()
    machine.deliver()
    assert machine.tasks == 1


def test_nobody_says_what_time_it_is(machine: Machine) -> None:
    """Who is asked hangs: after ten seconds it goes on by its own clock, and rests as before."""
    machine.loop.timekeeper = cast("Any", machine.keeper)
    machine.wall += timedelta(days=5)
    machine.beat()
    assert machine.blocked
    assert 0 < machine.loop._rest(1e9) <= 10
    machine.passes(timedelta(seconds=10))
    machine.beat()
    assert not machine.blocked
    assert machine.loop._rest(1e9) == LOOK_UP
    machine.deliver()
    assert machine.tasks == 1


def test_a_clock_that_was_ahead_is_set_back(machine: Machine) -> None:
    """What failed while it was ahead is tried by the right clock, not in twelve days."""
    ahead = timedelta(days=12)
    place = Place("home", "mail", "home")
    machine.wall += ahead
    machine.beat()
    machine.lab.world.fail_next(Unavailable("busy", wait=6 * 86_400))
    machine.deliver()
    assert machine.tasks == 0
    machine.engine.retries.failed(place, Unavailable("busy"), machine.wall)
    machine.wall -= ahead - timedelta(days=4)
    machine.beat()
    assert machine.engine.retries.open(place, machine.wall)
    assert machine.put_off() in ([], [0])
    moment = machine.engine.next_delivery("home", machine.wall)
    assert moment is None or moment <= machine.wall
    machine.deliver()
    assert machine.tasks == 1


def blocked_by_the_disk(machine: Machine) -> Callable[[], None]:
    machine.loop.no_room(machine.wall)
    return lambda: None


def blocked_by_the_clock(machine: Machine) -> Callable[[], None]:
    machine.loop.clock_is("the clock is 12 days ahead")
    return lambda: machine.loop.clock_is("")


@pytest.mark.parametrize("block", [blocked_by_the_disk, blocked_by_the_clock])
def test_it_goes_back_while_nothing_may_be_done(
    machine: Machine, block: Callable[[Machine], Callable[[], None]]
) -> None:
    """It is not forgotten: when something may be done again, which is not put off by twelve days
    either, everything that the wrong clock had put off is tried."""
    ahead = timedelta(days=12)
    machine.wall += ahead
    machine.beat()
    machine.lab.world.fail_next(Unavailable("busy", wait=6 * 86_400))
    machine.deliver()
    place = Place("home", "mail", "home")
    machine.engine.retries.failed(place, Unavailable("busy"), machine.wall)
    release = block(machine)
    assert machine.blocked
    with full_disk():
        machine.wall -= ahead - timedelta(days=4)
        machine.loop.beat(0)
        assert machine.blocked
        assert not machine.loop.begin()
    release()
    machine.passes(timedelta(seconds=31))
    machine.beat()
    assert not machine.blocked
    assert machine.engine.retries.open(place, machine.wall)
    machine.deliver()
    assert machine.tasks == 1


def test_it_goes_back_and_the_state_is_busy(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the database just then: it is done half a minute later, and meanwhile
    nothing spins."""
    machine.wall -= timedelta(hours=5)
    other = dbapi2.connect(str(machine.lab.folder / "syncd.db"), isolation_level=None)
    with machine.database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    starts: list[datetime] = []
    start = Engine.start

    def counted(engine: Engine, now: datetime) -> None:
        starts.append(now)
        start(engine, now)

    monkeypatch.setattr(Engine, "start", counted)
    try:
        for _ in range(3):
            machine.beat()
        assert machine.loop.stale
        assert len(starts) <= 1
        assert 0 < machine.loop._rest(1e9) <= 30
    finally:
        other.execute("ROLLBACK")
        other.close()
    machine.passes(timedelta(seconds=31))
    machine.beat()
    assert not machine.loop.stale
    assert starts


def test_mail_from_after_a_clock_that_went_back(machine: Machine) -> None:
    """What it judged too late is judged by the clock as it is: a task that had come to be due is
    not closed, and the answer that follows closes it."""
    machine.passes(timedelta(days=4))
    machine.beat()
    machine.deliver()
    machine.wall -= timedelta(days=1, hours=12)
    machine.beat()
    machine.lab.world.deliver(mail(ANA, BEN, day(3.4), "Thanks"))
    (account,) = machine.engine.shop.accounts
    for source in account.readable:
        machine.engine.read("home", source, machine.wall)
    machine.beat()
    machine.deliver()
    (task,) = machine.lab.world.alive(Facet.TASKS)
    assert machine.lab.world.task(task).completed
