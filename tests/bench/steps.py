"""A crowd and twenty rules: what the engine's small steps cost.

    python steps.py FOLDER PEOPLE    build the state
    python steps.py FOLDER           open it, and measure

    nothing due        the question that a daemon asks before it sleeps on
    one new message    from the item in hand to what all rules make of it, stored
    a moment has come  one person judged again

Every few steps some bare transactions are made in the same file (one row inserted each), so that
the ratio says what the machine's hour does not.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import crowd
import crowd_state
from crowd import END
from pysqlite3 import dbapi2

from connectors.memory.world import World
from connectors.records import Batch, Message, Seen
from syncd.people import person_id
from syncd.pipeline import Workshop
from syncd.pipeline.read import TextReader
from syncd.pipeline.step import Step, decider_of, settler_of, step
from syncd.store import facts, observations, people
from syncd.store.agenda import Agenda
from syncd.store.portions import Terms
from syncd.store.sightings import Where
from syncd.store.times import from_int

_ASKS = 20_000
_WARM = 20
_BARE = 25
_FIRST = 100_000  # the place of the first new mail in somebody's order


class Engine:
    """The crowd's workshop, and a clock that moves on a little with each step."""

    def __init__(self, shop: Workshop, world: World) -> None:
        self.shop = shop
        self.world = world
        self.now = self._start()
        self.place = _FIRST + int((self.now - END) / timedelta(seconds=1))
        self.terms = Terms("home", shop.ignore, None, shop.indexer.row)
        mail = [one for one in shop.accounts[0].sources if one.facet == "mail"]
        self.reader = TextReader(shop.database, shop.owner.zone, {"home": mail})

    def _start(self) -> datetime:
        """A moment after all that has been measured in this state before."""
        with self.shop.database.read() as connection:
            as_of = facts.get(connection, self.shop.database.owner, "as_of")
        return max(END, from_int(int(as_of or 0))) + timedelta(minutes=1)

    def catch_up(self) -> None:
        """Read what texts are wanted, and have everybody settled and judged."""
        self.reader.read()
        with self.shop.database.read() as connection:
            gallery = self.shop.gallery(connection)
            decider = decider_of(self.shop, connection, gallery, self.now)
        settler_of(self.shop, gallery, self.now).settle()
        decider.follow()

    def message(self, number: int) -> Message:
        """A new mail of somebody, or to them, of a moment ago."""
        self.now += timedelta(seconds=1)
        self.place += 1
        at = self.now.replace(microsecond=0)
        return crowd.mail(number, self.place, at, sent=bool(self.place % 2))

    def take(self, message: Message) -> Step:
        """One step with one new message."""
        seen = Seen(f"memory//{message.message_id}", "1", (message,))
        portion = self.terms.portion(Batch((seen,), ""))
        where = Where(self.shop.database.owner, "home", "mail")
        return step(
            self.shop,
            self.now,
            lambda connection: observations.apply(
                connection, where, portion.taken, self.shop.indexer, self.now
            ),
        )


def build(folder: Path, count: int) -> None:
    started = time.perf_counter()
    shop, _ = crowd_state.build(folder, count)
    built = time.perf_counter() - started
    compared = crowd_state.proven(shop, count)
    shop.database.close()
    size = (folder / "syncd.db").stat().st_size // 1_000_000
    print(f"  built in {built:.0f} s, {size} MB; {compared} of the copies made anew: the same")


def measure(folder: Path) -> None:
    world = World()
    engine = Engine(crowd_state.opened(folder, world), world)
    path = folder / "syncd.db"
    engine.catch_up()
    ask(engine)
    for number in list(crowd_state.tens())[:_WARM]:
        engine.take(engine.message(number))
    gc.freeze()  # as the program does once it has started
    tens = list(crowd_state.tens())[_WARM : _WARM + 300]
    ten = timed("one new message, person with 10", path, messages(engine, tens))  # goal: 2 ms
    engine.catch_up()
    timed("  with its text read as well", path, with_texts(engine, tens[:100]))
    thousands = [*crowd_state.thousands()] * 5
    thousand = timed("one new message, person with 1,000", path, messages(engine, thousands))
    few = list(range(0, crowd_state.TEMPLATES, 10))
    again = [crowd_state.thousands()[0]] * 30
    timed("  one and the same of them", path, messages(engine, again))
    timed("one new message, person with a few", path, messages(engine, few))
    print(f"  1,000 interactions against 10: {thousand / ten:.1f} x")
    timed("a moment has come, person with 10", path, moments(engine, tens[:100]))


def ask(engine: Engine) -> None:
    with Agenda(engine.shop.database) as agenda:
        assert not agenda.is_due(engine.now)
        started, busy = time.perf_counter(), time.thread_time()
        for _ in range(_ASKS):
            agenda.is_due(engine.now)
        cpu, each = (time.thread_time() - busy) / _ASKS, (time.perf_counter() - started) / _ASKS
    print(
        f"  {'nothing due':<36} {each * 1e6:8.1f} µs  CPU {cpu * 1e6:6.1f} µs an ask (goal: 10 µs)",
        flush=True,
    )


Work = tuple[Callable[[], object], Callable[[], object]]  # what is not timed before, and what is


def messages(engine: Engine, numbers: Sequence[int]) -> list[Work]:
    def one(number: int) -> Work:
        made: list[Message] = []
        return lambda: made.append(engine.message(number)), lambda: engine.take(made.pop())

    return [one(number) for number in numbers]


def with_texts(engine: Engine, numbers: Sequence[int]) -> list[Work]:
    """The text is in memory: what a source takes to fetch it is left out."""

    def one(number: int) -> Work:
        made: list[Message] = []

        def before() -> None:
            message = engine.message(number)
            engine.world.deliver(message, crowd.text(number, engine.place))
            made.append(message)

        def work() -> None:
            engine.take(made.pop())
            assert engine.reader.read() == 1
            assert step(engine.shop, engine.now).folded == 1

        return before, work

    return [one(number) for number in numbers]


def moments(engine: Engine, numbers: Sequence[int]) -> list[Work]:
    database = engine.shop.database

    def one(number: int) -> Work:
        who = person_id(frozenset({crowd.mailbox(number).addr}))
        now: list[datetime] = []

        def before() -> None:
            engine.now += timedelta(seconds=1)
            now.append(engine.now)
            with database.begin(repeatable=True) as connection:
                people.set_next(connection, database.owner, {who: engine.now})

        def work() -> None:
            assert step(engine.shop, now.pop()).judged == 1

        return before, work

    return [one(number) for number in numbers]


def timed(label: str, path: Path, works: Sequence[Work]) -> float:
    """Print the median and the 99th of the milliseconds, of processor time as well, and of how many
    bare transactions it is the processor time; returns the median of that."""
    bare = Bare(path)
    took, cpu, peer = [], [], []
    for place, (before, work) in enumerate(works, 1):
        before()
        started, busy = time.perf_counter(), time.thread_time()
        work()
        cpu.append((time.thread_time() - busy) * 1e3)
        took.append((time.perf_counter() - started) * 1e3)
        # Not after each: what another connection writes empties the cache of ours.
        if place % _BARE == 0:
            peer += [bare.commit() for _ in range(_BARE)]
    bare.close()
    middle, high = statistics.median(took), sorted(took)[int(len(took) * 0.99)]
    busy = statistics.median(cpu)
    print(
        f"  {label:<36} {middle:8.2f} ms  p99 {high:7.2f} ms  CPU {busy:7.2f} ms"
        f"  {busy / statistics.median(peer):6.0f} x a bare transaction",
        flush=True,
    )
    return busy


class Bare:
    """What the same file takes without us: one row and a commit."""

    def __init__(self, path: Path) -> None:
        self._connection = dbapi2.connect(str(path), isolation_level=None)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS bare (at INTEGER)")

    def commit(self) -> float:
        """Milliseconds of processor time."""
        started = time.thread_time()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO bare VALUES (1)")
        self._connection.execute("COMMIT")
        return (time.thread_time() - started) * 1e3

    def close(self) -> None:
        self._connection.execute("DROP TABLE bare")
        self._connection.close()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        build(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        measure(Path(sys.argv[1]))
