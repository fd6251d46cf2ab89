"""What ails a daemon is told, seen beside it, and got over; nothing dies unnoticed."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from inotify_simple import INotify
from integration.test_clock_jumps import full_disk
from integration.test_daemon import PATIENCE, RULES, Watched, clock, never, tasks, until

from connectors.contract import Known
from connectors.local import watch
from connectors.local.account import LocalAccount
from connectors.memory.source import MemoryMail
from connectors.records import Batch
from syncd import log, retry
from syncd.daemon import Daemon, EngineDied, Refused
from syncd.engine import checkup, faults, loop
from syncd.engine.deliverer import Deliverer
from syncd.engine.judge import Judge
from syncd.engine.listener import Listener
from syncd.engine.voice import Voice
from syncd.engine.worker import Worker
from syncd.pipeline import Account, Workshop
from syncd.pipeline.act import stored
from syncd.store import acts, ailments, facts, trouble
from syncd.store.database import Database
from syncd.store.poke import poke
from syncd.telemetry import Pulse

from worlds import ANA, BEN, LISBON, Lab, day, mail

Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Ana, who wrote to Ben before."""
    found = Lab(tmp_path, rules=RULES)
    found.world.deliver(mail(ANA, BEN, day(-3), name="first"))
    return found


@pytest.fixture
def told() -> Iterator[Told]:
    """Every event."""
    found: Told = []

    def hear(name: str, facts: Mapping[str, Any]) -> None:
        found.append((name, dict(facts)))

    log.hear(hear)
    yield found
    log.unhear(hear)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks around, and tries again, at once."""
    monkeypatch.setattr("syncd.daemon.LOOK_UP", 0.05)
    monkeypatch.setattr(checkup, "_APART", 0.0)
    monkeypatch.setattr(retry, "FIRST", 0.02)
    monkeypatch.setattr(faults, "PROVEN", 1.5)


def names(told: Told) -> list[str]:
    return [name for name, _ in told]


def standing(database: Database) -> list[str]:
    with database.read() as connection:
        return [one.kind for one in ailments.standing(connection, database.owner)]


class Leaper(MemoryMail):
    """A source whose library ends the thread it is in, until it is cured."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.world, "leaper")
        self.cured = Event()

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        if not self.cured.is_set():
            raise SystemExit(0)
        yield from super().changes(cursor, known, now)


@pytest.mark.usefixtures("quick")
def test_a_library_that_ends_its_thread(lab: Lab, told: Told) -> None:
    """It is told and seen while it lasts, tried again and again, and over when it is over; the
    other accounts work."""
    leaper = Leaper(lab)
    daemon = Watched(lab, Account("odd", (leaper,)))

    def meanwhile() -> None:
        until(lambda: names(told).count("worker.failed") > 2)
        until(lambda: standing(daemon.database) == [ailments.WORKER])
        assert daemon.daemon is not None
        (ailment,) = daemon.daemon._voice.pulse.ailing
        assert "'watch odd mail'" in ailment.words
        assert "SystemExit" in ailment.words
        assert ailment.since == day(1)
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))
        leaper.cured.set()
        until(lambda: standing(daemon.database) == [])
        assert daemon.daemon._voice.pulse.ailing == ()

    daemon.live(meanwhile)
    assert daemon.code == 0
    tries = [facts["tries"] for name, facts in told if name == "worker.failed"]
    assert tries == list(range(1, len(tries) + 1))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", [Deliverer, Listener])
def test_a_thread_that_dies_has_a_successor(
    lab: Lab, told: Told, monkeypatch: pytest.MonkeyPatch, kind: type[Worker]
) -> None:
    """Whatever ended it: the next one does its work."""
    daemon = Watched(lab)
    real, deaths = Worker._guarded, [MemoryError("none"), SystemExit(0)]

    def dying(one: Worker) -> None:
        if isinstance(one, kind) and deaths:
            raise deaths.pop(0)
        real(one)

    monkeypatch.setattr(Worker, "_guarded", dying)

    def meanwhile() -> None:
        until(lambda: names(told).count("worker.died") == 2)
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))
        until(lambda: poke(daemon.database))
        until(lambda: standing(daemon.database) == [])

    daemon.live(meanwhile)
    assert daemon.code == 0
    died = [facts for name, facts in told if name == "worker.died"]
    assert {facts["worker"] for facts in died} == {kind.__name__}
    assert [facts["kind"] for facts in died] == ["MemoryError", "SystemExit"]


def test_nothing_ends_the_engine_as_if_all_were_well(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SystemExit in what it does by itself is a fault that ends the process."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    monkeypatch.setattr(Judge, "start", leave)
    daemon = Watched(lab)
    with pytest.raises(EngineDied):
        Daemon(daemon.shop, clock, never, Voice(), real=False).run()
    daemon.database.close()


@pytest.mark.usefixtures("quick")
def test_a_job_that_ends_its_thread(lab: Lab, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a job of somebody's it is theirs to bear: the engine goes on, and they try again."""
    real, left = Judge.take_portion, [SystemExit(0)]

    def leave(judge: Judge, *given: Any) -> int:
        if left:
            raise left.pop()
        return real(judge, *given)

    monkeypatch.setattr(Judge, "take_portion", leave)
    lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
    daemon = Watched(lab)
    daemon.live(lambda: until(lambda: tasks(lab)) and None)
    assert daemon.code == 0
    assert {"job.failed", "worker.failed"} <= set(names(told))


def test_an_engine_that_hangs(lab: Lab, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else notes it, for `status`, and that it is over."""
    daemon = Watched(lab)
    go_on, real = Event(), Judge.take_portion

    def hang(judge: Judge, *given: Any) -> int:
        assert go_on.wait(PATIENCE)
        return real(judge, *given)

    def meanwhile() -> None:
        until(lambda: daemon.daemon is not None and daemon.daemon._engine.has_read_all())
        assert standing(daemon.database) == []
        monkeypatch.setattr(Judge, "take_portion", hang)
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: standing(daemon.database) == [ailments.ENGINE])
        go_on.set()
        until(lambda: standing(daemon.database) == [])

    monkeypatch.setattr("syncd.engine.listener._AGAIN", 0.05)
    monkeypatch.setattr("syncd.daemon.LOOK_UP", 0.05)
    daemon.live(meanwhile, voice=Voice(pulse=Pulse(grace=0.3)))
    assert daemon.code == 0
    mine = [name for name in names(told) if name.startswith("engine.")]
    assert mine == ["engine.stuck", "engine.went_on"]


@pytest.mark.usefixtures("quick")
def test_a_full_disk_and_a_refused_configuration(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks after the machine is told of each, and of neither once it is over."""
    monkeypatch.setattr(loop, "_STORE_AGAIN", timedelta(seconds=0.1))
    monkeypatch.setattr("syncd.engine.worker._STORE_AGAIN", 0.1)
    daemon, wrong, begun = Watched(lab), Event(), time.monotonic()
    wrong.set()

    def reload() -> Workshop:
        if wrong.is_set():
            raise Refused(["it is wrong"])
        return lab.shop(daemon.database)

    def ailing() -> set[str]:
        assert daemon.daemon is not None
        return {one.kind for one in daemon.daemon._voice.pulse.ailing}

    def meanwhile() -> None:
        until(lambda: daemon.daemon is not None and daemon.daemon._engine.has_read_all())
        assert ailing() == set()
        with full_disk():
            lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
            until(lambda: ailing() == {trouble.DISK})
        until(lambda: ailing() == set())
        os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: ailing() == {ailments.CONFIGURATION})
        wrong.clear()
        os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: ailing() == set())
        until(lambda: tasks(lab))

    def passing() -> datetime:
        return day(1) + timedelta(seconds=time.monotonic() - begun)

    daemon.live(meanwhile, at=passing, reload=reload)
    assert daemon.code == 0


@pytest.mark.usefixtures("quick")
def test_too_few_watches_are_told_once(
    lab: Lab, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three folders that cannot be watched are polled: one line in the log, the limit to raise in
    `status`, and the mail is read all the same; with watches again, one line more."""
    refuse = Event()
    refuse.set()

    def limited(**given: Any) -> INotify:
        if refuse.is_set():
            raise OSError(errno.EMFILE, "Too many open files")
        return INotify(**given)

    monkeypatch.setattr(watch, "INotify", limited)
    folders = [tmp_path / "post" / name for name in ("one", "two", "three")]
    for folder in folders:
        (folder / "cur").mkdir(parents=True)
        (folder / "new").mkdir()
    local = LocalAccount("files", tmp_path, mail=folders, zone=LISBON)
    daemon = Watched(lab, Account("files", tuple(local.sources()), poll=0.2))

    def meanwhile() -> None:
        until(lambda: standing(daemon.database) == [ailments.WATCHING] * 3)
        with daemon.database.read() as connection:
            words = [one.words for one in ailments.standing(connection, daemon.database.owner)]
        assert all("max_user_instances" in one and "sysctl" in one for one in words)
        letter = f"From: {BEN.addr}\nTo: {ANA.addr}\nMessage-ID: <a@b>\nSubject: Plan?\n"
        letter += "Date: Mon, 02 Mar 2026 12:00:00 +0000\n\nCould you send me the plan?\n"
        (folders[0] / "new" / "1").write_text(letter, encoding="utf-8")
        until(lambda: ("source.batch_committed", "files") in [
            (name, facts.get("account")) for name, facts in told if facts.get("items")
        ])  # fmt: skip
        refuse.clear()
        until(lambda: standing(daemon.database) == [])

    daemon.live(meanwhile)
    mine = [(name, facts) for name, facts in told if name.startswith("account.")]
    assert [name for name, _ in mine] == ["account.hindered", "account.unhindered"]
    assert mine[0][1]["account"] == "files"


def test_a_hundred_hangups_are_two_reloads(lab: Lab, told: Told) -> None:
    """However many come while one is answered, the configuration is read once more for all."""
    daemon = Watched(lab)
    reads = []

    def reload() -> Workshop:
        reads.append(time.monotonic())
        return lab.shop(daemon.database)

    def meanwhile() -> None:
        until(lambda: daemon.daemon is not None and daemon.daemon._engine.has_read_all())
        for _ in range(100):
            os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: "config.reloaded" in names(told))
        lab.world.deliver(mail(BEN, ANA, day(0.5), name="second"))
        until(lambda: tasks(lab))

    daemon.live(meanwhile, reload=reload)
    assert daemon.code == 0
    assert 1 <= len(reads) <= 2


def test_a_thousand_pokes_are_a_few_beats(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """One is answered at once; of many in a row, some twenty a second."""
    daemon = Watched(lab)
    kinds: list[str] = []
    beat = loop.Loop.beat

    def counted(one: loop.Loop, most: float) -> str:
        kinds.append(beat(one, most))
        return kinds[-1]

    monkeypatch.setattr(loop.Loop, "beat", counted)

    def meanwhile() -> None:
        until(lambda: daemon.daemon is not None and daemon.daemon._engine.has_read_all())
        begun, pause = time.monotonic(), Event()
        for _ in range(1000):
            assert poke(daemon.database)
            pause.wait(0.0005)  # whoever hears it has time to
        until(lambda: "poke" in kinds)
        with stored(daemon.database) as connection:
            facts.put(connection, daemon.database.owner, "said", "something")
        assert poke(daemon.database)
        until(lambda: followed(daemon.database))
        assert kinds.count("poke") <= 3 + (time.monotonic() - begun) / 0.05

    daemon.live(meanwhile)
    assert daemon.code == 0


def followed(database: Database) -> bool:
    """What was said last is known."""
    with database.read() as connection:
        last = acts.number(connection, database.owner)
        return acts.followed(connection, database.owner) == last
