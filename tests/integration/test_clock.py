"""A clock more than two days off the servers': nothing is decided, written or closed until it is
right. Where no server tells the time, only a clock that plainly went back is called wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from acceptance_world import ANA, Home

from connectors.errors import Unavailable
from connectors.memory.source import MemorySource
from connectors.memory.world import World
from connectors.records import Facet
from syncd import log
from syncd.log.veil import veiled
from syncd.pipeline import once
from syncd.pipeline.report import Report

from worlds import ANA as ME
from worlds import BEN, Lab, coffee, day, mail

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, task: {title: "After meeting"}}
"""


def real(lab: Lab, now: datetime) -> Report:
    """A run at what the machine takes for now."""
    database = lab.open()
    try:
        return once(lab.shop(database), now, real=True)
    finally:
        database.close()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Ben and Ana had coffee; the task about it is written."""
    lab = Lab(tmp_path, rules=RULES)
    lab.world.put_event(coffee(day(0.1), BEN))
    lab.world.clock = day(1)
    assert not real(lab, day(1)).failed
    assert len(lab.tasks(day(1))) == 1
    return lab


def stored(lab: Lab) -> object:
    return lab.view(day(1)), {r: i.change for r, i in lab.world.items[Facet.TASKS].items()}


@pytest.mark.parametrize(("off", "word"), [(-400, "behind"), (-2.5, "behind"), (60, "ahead")])
def test_a_wrong_clock_does_nothing(lab: Lab, off: float, word: str) -> None:
    """With a clock that is off nothing is read, closed or expired, however much there is to do; it
    is told, and the first run at the right time does it all."""
    lab.world.deliver(mail(ME, BEN, day(1.2), "Thanks"))
    lab.world.clock = day(2)
    before = stored(lab)
    for _ in range(2):
        report = real(lab, day(2) + timedelta(days=off))
        assert (report.failed, report.outcomes) == (True, [])
        assert word in report.clock
        assert "home" in report.clock
        assert stored(lab) == before
    assert not real(lab, day(2)).failed
    assert lab.tasks(day(2)) == []


def test_two_days_are_borne(lab: Lab) -> None:
    """Up to two days, and whatever moment the owner names, are no trouble."""
    lab.world.clock = day(3)
    assert not real(lab, day(1.1)).failed
    assert not real(lab, day(4.9)).failed
    assert not lab.once(day(40)).failed


def test_one_server_that_is_wrong(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where servers disagree one that agrees with us is believed; one that does not answer, or
    does not say, is none."""
    lab.worlds["odd"] = World(clock=day(900))
    assert not real(lab, day(1)).failed
    lab.world.clock = None
    assert real(lab, day(1)).clock

    def mute(_: MemorySource) -> datetime | None:
        raise Unavailable("it does not answer")

    monkeypatch.setattr(MemorySource, "server_time", mute)
    assert not real(lab, day(1)).failed


def test_a_server_that_fails_is_asked_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is, also what nobody foresaw: it stops no other account, and no word of it is
    told but its kind, since it may quote a token."""
    lab.worlds["odd"] = World(clock=day(1))
    asked: list[str] = []
    told: list[object] = []

    def hear(_name: str, facts: Mapping[str, object]) -> None:
        told.append(veiled(facts))

    def fails(source: MemorySource) -> datetime | None:
        if source.world is lab.world:
            asked.append(source.scope)
            raise ValueError("Invalid header value b'Bearer sesame'")
        return source.world.clock

    monkeypatch.setattr(MemorySource, "server_time", fails)
    log.hear(hear)
    try:
        report = real(lab, day(200))
    finally:
        log.unhear(hear)
    assert "server of odd" in report.clock
    assert len(asked) == 1
    assert ("ValueError" in str(told), "sesame" in f"{told}{report}") == (True, False)


def test_a_clock_that_went_back(tmp_path: Path) -> None:
    """Without servers: mail of a time in which we ran before shows that the clock went back. A few
    mails with forged dates, or having run too early once, show nothing."""
    home = Home(tmp_path)
    for number in range(3):
        home.mail(f"guest{number}@c{number}.example.com", ANA, day(20 + number))
    home.mail(ANA, "ben@example.com", day(0))

    def real_once(number: float) -> tuple[int, str]:
        with time_machine.travel(day(number), tick=False):
            result = home.syncd_now("once")
        return result.code, result.err

    assert real_once(1) == (0, "")  # three mails dated ahead
    assert real_once(23) == (0, "")
    code, told = real_once(10)
    assert (code, "went back by 13 days" in told) == (1, True)
    with time_machine.travel(day(10), tick=False):
        status = home.syncd_now("status", "--json")
    assert (status.code, status.json["trouble"][0]["kind"]) == (1, "clock")
    assert real_once(23.1) == (0, "")
    with time_machine.travel(day(23.1), tick=False):
        assert home.syncd_now("status").code == 0
    assert real_once(500) == (0, "")  # ahead, with nobody to say so
    assert real_once(24) == (0, "")  # and back again, without mail of that time
