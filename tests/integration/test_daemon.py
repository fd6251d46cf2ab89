"""The daemon over the reference connector, in this process: what hangs, breaks or is set aside."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from connectors.contract import Known
from connectors.errors import Unavailable
from connectors.memory.source import MemoryMail
from connectors.records import Batch, Facet
from syncd.daemon import Daemon, Refused
from syncd.engine import timekeeper
from syncd.engine.voice import Voice
from syncd.pipeline import Account, Workshop
from syncd.pipeline.act import stored
from syncd.store import acts, facts, health, refused
from syncd.store.database import Database
from syncd.store.errors import StoreError
from syncd.store.health import Place
from syncd.store.poke import poke

from worlds import ANA, BEN, Lab, day, mail

PATIENCE = 30.0
RULES = """
version: 1
rules:
  - {id: answer, since: message_received, until: [message_sent], due: 2d, urgent: true,
     task: {title: Answer}}
"""


class Hanging(MemoryMail):
    """A source whose network never answers."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.world, "hanging")
        self.asked = Event()
        self._never = Event()

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        self.asked.set()
        self._never.wait()
        yield from super().changes(cursor, known, now)


class Broken(MemoryMail):
    """A source with a fault of its own."""

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        raise ZeroDivisionError


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Ana, who wrote to Ben before."""
    found = Lab(tmp_path, rules=RULES)
    found.world.deliver(mail(ANA, BEN, day(-3), name="first"))
    return found


def clock() -> datetime:
    return day(1)


def never() -> Workshop:
    raise Refused(["it is wrong"])


class Watched:
    """A daemon that lives in the main thread, while another does `meanwhile` and then ends it."""

    def __init__(self, lab: Lab, *more: Account) -> None:
        self.database: Database = lab.open()
        shop = lab.shop(self.database)
        self.shop = replace(shop, accounts=(*shop.accounts, *more))
        self.code: int | None = None
        self.seconds = 0.0
        self.trouble: BaseException | None = None
        self.daemon: Daemon | None = None

    @property
    def blocked(self) -> str:
        return "" if self.daemon is None else self.daemon._loop.blocked

    def live(
        self,
        meanwhile: Callable[[], None],
        *,
        at: Callable[[], datetime] = clock,
        reload: Callable[[], Workshop] = never,
        real: bool = False,
        voice: Voice | None = None,
    ) -> None:
        ended: list[float] = []

        def act() -> None:
            try:
                meanwhile()
            except BaseException as error:  # noqa: BLE001  # raised below, in the main thread
                self.trouble = error
            ended.append(time.monotonic())
            if not daemon._mailbox._closed:
                os.kill(os.getpid(), signal.SIGTERM)

        thread = Thread(target=act, daemon=True)
        daemon = self.daemon = Daemon(self.shop, at, reload, voice or Voice(), real=real)
        thread.start()
        try:
            self.code = daemon.run()
            self.seconds = time.monotonic() - ended[0]
        finally:
            thread.join(PATIENCE)
        self.database.close()
        if self.trouble is not None:
            raise self.trouble


def until(wanted: Callable[[], Any]) -> Any:
    """What is wanted, once it is there."""
    end = time.monotonic() + PATIENCE
    pause = Event()
    while not (found := wanted()):
        assert time.monotonic() < end, wanted
        pause.wait(0.01)
    return found


def tasks(lab: Lab) -> int:
    return len(lab.world.alive(Facet.TASKS))


def test_who_hangs_keeps_nobody(lab: Lab) -> None:
    """One account never answers: the others are read and written all the same, and the daemon
    leaves at once."""
    hanging = Hanging(lab)
    daemon = Watched(lab, Account("slow", (hanging,)))

    def meanwhile() -> None:
        assert hanging.asked.wait(PATIENCE)
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))

    daemon.live(meanwhile)
    assert daemon.code == 0
    assert daemon.seconds < 1.5


def test_who_breaks_is_ill_alone(lab: Lab) -> None:
    """A fault in a connector is noted with its account, and tried again later; the others work."""
    daemon = Watched(lab, Account("odd", (Broken(lab.world, "odd"),)))
    place = Place("odd", "mail", "odd")

    def row() -> Any:
        with daemon.database.read() as connection:
            return health.get(connection, daemon.database.owner, place)

    def meanwhile() -> None:
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))
        found = until(row)
        assert found.state != health.UP
        assert found.next_try is not None

    daemon.live(meanwhile)
    assert daemon.code == 0


def test_a_list_that_is_down_gets_its_task_later(lab: Lab) -> None:
    """What could not be written is written when the list says that it may be tried again."""
    daemon = Watched(lab)

    def meanwhile() -> None:
        until(lambda: _read(daemon.database))
        lab.world.fail_next(Unavailable("busy", wait=0.01))
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))

    daemon.live(meanwhile)
    assert daemon.code == 0


def test_a_wrong_configuration_is_refused(lab: Lab) -> None:
    """SIGHUP with a configuration that is wrong: it is noted, and the old one goes on."""
    daemon = Watched(lab)

    def noted() -> Any:
        with daemon.database.read() as connection:
            return refused.standing(connection, daemon.database.owner)

    def meanwhile() -> None:
        until(lambda: _read(daemon.database))
        os.kill(os.getpid(), signal.SIGHUP)
        assert until(noted)["mistakes"] == ["it is wrong"]
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))

    daemon.live(meanwhile)
    assert daemon.code == 0


def test_a_fault_of_the_engine_ends_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody goes on half dead: what broke it is raised, for whoever starts it anew."""
    daemon = Watched(lab)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("syncd.engine.judge.Judge.start", broken)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError):
        Daemon(daemon.shop, clock, never, Voice(), real=False).run()
    assert signal.getsignal(signal.SIGTERM) is before
    daemon.database.close()


def test_a_wrong_clock_decides_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started two months ahead of its server, and told to read its configuration, it writes
    nothing; what the owner says meanwhile is followed when the clock is right."""
    monkeypatch.setattr(timekeeper, "_WRONG", 0.05)
    lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
    lab.once(day(1))
    assert tasks(lab) == 1
    (before,) = lab.world.alive(Facet.TASKS).values()
    change = before.change
    daemon = Watched(lab)
    moment, reloaded = [day(62)], Event()
    lab.world.clock = day(2)

    def again() -> Workshop:
        reloaded.set()
        return daemon.shop

    def meanwhile() -> None:
        until(lambda: "days ahead" in daemon.blocked)
        until(lambda: daemon.daemon and daemon.daemon._voice.pulse.ailing)
        os.kill(os.getpid(), signal.SIGHUP)
        assert reloaded.wait(PATIENCE)
        with stored(daemon.database) as connection:
            facts.put(connection, daemon.database.owner, "said", "something")
        until(lambda: "days ahead" in daemon.blocked)
        assert before.change == change
        assert len(lab.tasks(day(2))) == 1
        moment[0] = day(2)
        until(lambda: not daemon.blocked)
        lab.world.deliver(mail(ANA, BEN, day(1.5), name="third", answers="second"))
        until(lambda: lab.world.task(next(iter(lab.world.alive(Facet.TASKS)))).completed)

    daemon.live(meanwhile, at=lambda: moment[0], reload=again, real=True)
    assert daemon.code == 0


def test_an_act_while_the_configuration_is_read(lab: Lab) -> None:
    """The owner says something just then: neither is lost."""
    daemon = Watched(lab)
    owner = daemon.database.owner

    def refuse() -> Workshop:
        with stored(daemon.database):
            pass
        raise Refused(["it is wrong"])

    def done() -> bool:
        with daemon.database.read() as connection:
            told = refused.standing(connection, owner)
            return told is not None and acts.followed(connection, owner) == 1

    def meanwhile() -> None:
        until(lambda: _read(daemon.database))
        os.kill(os.getpid(), signal.SIGHUP)
        until(done)

    daemon.live(meanwhile, reload=refuse)
    assert daemon.code == 0


def test_it_leaves_long_work(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that takes too long is undone rather than waited for; leaving itself is not
    hurried by that."""
    daemon = Watched(lab)
    begun = Event()

    def long(*_: object) -> None:
        begun.set()
        Event().wait(PATIENCE)

    def meanwhile() -> None:
        until(lambda: _read(daemon.database))
        monkeypatch.setattr("syncd.engine.judge.Judge.wake", long)
        with stored(daemon.database):
            pass
        until(lambda: poke(daemon.database) and begun.is_set())

    daemon.live(meanwhile)
    assert daemon.code == 0
    assert daemon.seconds < 2


def test_a_state_that_is_removed(lab: Lab) -> None:
    """Nobody goes on writing into a file that is not there any more."""
    daemon = Watched(lab)

    def meanwhile() -> None:
        until(lambda: _read(daemon.database))
        (lab.folder / "syncd.db").unlink()
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: daemon.daemon is not None and daemon.daemon._mailbox._closed)

    with pytest.raises(StoreError, match="removed"):
        daemon.live(meanwhile)
    daemon.database.close()


def _read(database: Database) -> bool:
    with database.read() as connection:
        rows = health.load(connection, database.owner)
    return any(row.place.facet == "tasks" and row.last_ok is not None for row in rows)
