"""A configuration read anew: whatever goes wrong meanwhile, the daemon lives on the old one."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from integration.test_ailing import Told, names, told
from integration.test_daemon import PATIENCE, RULES, Watched, until

from syncd.engine import reread
from syncd.engine.mailbox import Letter
from syncd.engine.voice import Voice
from syncd.pipeline import Workshop
from syncd.store import ailments, refused
from syncd.store.errors import StoreError, StoreWrong
from syncd.telemetry import Telemetry

from worlds import ANA, BEN, Lab, day, mail

__all__ = ["told"]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Ana, who wrote to Ben before."""
    found = Lab(tmp_path, rules=RULES)
    found.world.deliver(mail(ANA, BEN, day(-3), name="first"))
    return found


class Configured(Watched):
    """What SIGHUP meets is the next of `errors`; behind them the configuration is right."""

    def __init__(self, lab: Lab, *errors: Exception) -> None:
        super().__init__(lab)
        self.errors = list(errors)
        self.reread = 0

    def reload(self) -> Workshop:
        self.reread += 1
        if self.errors:
            raise self.errors.pop(0)
        return replace(self.shop, elsewhere=frozenset(("new.example.org",)))

    @property
    def crew(self) -> object:
        assert self.daemon is not None
        return self.daemon._loop.crew

    def is_new(self) -> bool:
        assert self.daemon is not None
        return bool(self.daemon._engine.shop.elsewhere) and self.crew is not None

    def is_settled(self) -> bool:
        return self.daemon is not None and self.daemon._engine.has_read_all()

    def refused(self) -> list[str]:
        with self.database.read() as connection:
            found = refused.standing(connection, self.database.owner)
        return [] if found is None else list(found["mistakes"])


def hup() -> None:
    os.kill(os.getpid(), signal.SIGHUP)


def tell_sleep(daemon: Configured, asleep: Event) -> None:
    """`asleep` is set when the daemon next finds nothing to do."""
    assert daemon.daemon is not None
    mailbox = daemon.daemon._mailbox
    take = mailbox.take

    def taken(timeout: float | None) -> Letter | None:
        if timeout and not len(mailbox):
            asleep.set()
        return take(timeout)

    mailbox.take = taken  # type: ignore[method-assign]
    mailbox.post("time")


def test_a_fault_is_a_refusal(lab: Lab, told: Told) -> None:
    """Of whatever kind: nobody is dismissed, `status` says what it was, and the log where."""
    daemon = Configured(lab, ZeroDivisionError(), StoreWrong("the key is lost"))

    def meanwhile() -> None:
        until(daemon.is_settled)
        crew = daemon.crew
        hup()
        until(lambda: any("(ZeroDivisionError)" in one for one in daemon.refused()))
        assert daemon.crew is crew
        hup()
        until(lambda: daemon.refused() == ["the key is lost"])
        assert daemon.crew is crew
        hup()
        until(daemon.is_new)
        assert daemon.refused() == []

    daemon.live(meanwhile, reload=daemon.reload)
    assert daemon.code == 0
    (first, _) = [facts for name, facts in told if name == "config.refused"]
    assert isinstance(first["error"], ZeroDivisionError)


def test_the_state_is_away(lab: Lab, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no mistake of the configuration: it is read again until the state answers."""
    monkeypatch.setattr(reread, "_AGAIN", 0.05)
    daemon = Configured(lab, StoreError("does not answer"), StoreError("does not answer"))

    def meanwhile() -> None:
        until(daemon.is_settled)
        hup()
        until(daemon.is_new)
        assert daemon.refused() == []

    daemon.live(meanwhile, reload=daemon.reload)
    assert daemon.code == 0
    assert daemon.reread == 3
    assert names(told).count("state.busy") == 2
    assert "config.refused" not in names(told)


def test_metrics_stay_behind(lab: Lab, told: Told) -> None:
    """What cannot be counted is an ailment; the new configuration is used all the same."""
    daemon = Configured(lab)
    wrong = [False]

    def count(before: Telemetry | None) -> Telemetry | None:
        if wrong[0]:
            raise OSError("no")
        return before

    def standing() -> list[str]:
        with daemon.database.read() as connection:
            return [one.kind for one in ailments.standing(connection, daemon.database.owner)]

    def meanwhile() -> None:
        until(daemon.is_settled)
        wrong[0] = True
        hup()
        until(daemon.is_new)
        until(lambda: standing() == [ailments.METRICS])
        wrong[0] = False
        hup()
        until(lambda: standing() == [])

    daemon.live(meanwhile, reload=daemon.reload, voice=Voice(count=count))
    assert daemon.code == 0
    assert names(told).count("metrics.left_behind") == 1


def test_it_leaves_while_another_one_writes(lab: Lab) -> None:
    """Whoever hangs in a transaction is not waited for: nothing is left to be stored."""
    daemon = Configured(lab, ZeroDivisionError())
    inside, over, asleep = Event(), Event(), Event()

    def hang() -> None:
        with daemon.database.begin():
            inside.set()
            over.wait(PATIENCE)

    hanging = Thread(target=hang)

    def meanwhile() -> None:
        until(daemon.is_settled)
        hup()
        until(daemon.refused)
        hanging.start()
        assert inside.wait(PATIENCE)
        tell_sleep(daemon, asleep)
        assert asleep.wait(PATIENCE)  # what was still to be stored has waited, or is

    daemon.live(meanwhile, reload=daemon.reload)
    over.set()
    hanging.join(PATIENCE)
    assert daemon.code == 0
    assert daemon.seconds < 3  # whoever waits for the lock waits for five


def test_it_is_not_said_of_who_runs_next(lab: Lab) -> None:
    """What a daemon noted of itself is over with it."""
    daemon = Configured(lab, ZeroDivisionError())

    def meanwhile() -> None:
        until(daemon.is_settled)
        hup()
        until(daemon.refused)

    daemon.live(meanwhile, reload=daemon.reload)
    following = Configured(lab)
    assert following.refused() == []

    def look() -> None:
        until(following.is_settled)
        assert following.refused() == []

    following.live(look, reload=following.reload)
    assert following.code == 0
