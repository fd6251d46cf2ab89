"""The clock is set while the daemon runs: forward, back, a little and far."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from daemons import answering, titles
from inside import Clock, Inside, until

from connectors.records import Facet
from syncd.engine import timekeeper

from worlds import ANA as OWNER
from worlds import BEN, Lab, day, mail

BIRKIN = "ben@birkin.example.com"
THANK = """\
  - id: thank
    since: meeting
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Thank {{ first_name }}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """It is noon, and from one to two Ana has coffee with Ben."""
    found = answering(tmp_path, f"Ben Birkin <{BIRKIN}>")
    found.write("mine.yaml", (tmp_path / "mine.yaml").read_text(encoding="utf-8") + THANK)
    both = {ANA: "ACCEPTED", BIRKIN: "ACCEPTED"}
    found.event(at("2026-06-15T13:00"), "Coffee", organizer=ANA, attendees=both)
    return found


def files(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home.folder / "tasks").glob("*.ics")}


def test_the_machine_slept_and_the_clock_was_set_back(home: Home) -> None:
    """What ended meanwhile has its task at once. Set back before that end nothing is taken back or
    written twice, and what comes then is seen; set forward again it goes on from there."""
    daemon = Inside.of(home)

    def meanwhile() -> None:
        assert titles(home) == []
        daemon.set_clock(at("2026-06-15T18:00"), lambda: titles(home) == ["Thank Ben"])
        before = files(home)
        home.mail(f"Ben Birkin <{BIRKIN}>", ANA, at("2026-06-15T12:10"), "Could you call me?")
        daemon.set_clock(at("2026-06-15T12:20"), lambda: len(titles(home)) == 2)
        assert titles(home) == ["Answer Ben", "Thank Ben"]
        assert before.items() <= files(home).items()
        daemon.set_clock(at("2026-06-15T19:00"), lambda: not daemon.blocked)
        home.mail(ANA, BIRKIN, at("2026-06-15T18:50"))
        until(lambda: titles(home) == ["x Answer Ben", "x Thank Ben"])

    daemon.live(meanwhile)
    assert daemon.code == 0
    home.once("2026-06-15T20:00:00+00:00")
    assert titles(home) == ["x Answer Ben", "x Thank Ben"]


def test_far_ahead_and_right_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set two months ahead of its server under way it expires and closes nothing; as soon as it is
    right again it goes on with what came meanwhile."""
    monkeypatch.setattr(timekeeper, "_WRONG", 0.05)
    rules = (
        "version: 1\nrules:\n  - {id: answer, since: message_received, until: [message_sent],"
        " due: 2d, urgent: true, task: {title: Answer}}\n"
    )
    lab = Lab(tmp_path, rules=rules)
    lab.world.deliver(mail(OWNER, BEN, day(-3), name="first"))
    lab.world.deliver(mail(BEN, OWNER, day(0.5), name="second"))
    lab.world.clock = day(1)
    shop = lab.shop(lab.open())
    daemon = Inside(replace(shop), Clock(day(1)))

    def written() -> list[bool]:
        return [lab.world.task(ref).completed for ref in lab.world.alive(Facet.TASKS)]

    def meanwhile() -> None:
        until(lambda: written() == [False] and lab.tasks(day(1)))  # which is noted behind it
        daemon.set_clock(day(62), lambda: "days ahead" in daemon.blocked)
        lab.world.deliver(mail(OWNER, BEN, day(0.9), name="third", answers="second"))
        assert written() == [False]
        assert [one["status"] for one in lab.tasks(day(1))] == ["open"]
        daemon.set_clock(day(1.1), lambda: not daemon.blocked)
        until(lambda: written() == [True])

    daemon.live(meanwhile, real=True)
    assert daemon.code == 0
