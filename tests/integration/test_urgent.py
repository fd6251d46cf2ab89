"""What an urgent task costs from the mail that asks for it to the intent: two jobs, two
transactions, nobody looked at twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from connectors.records import Facet
from syncd.engine.engine import Engine
from syncd.engine.mailbox import Job
from syncd.pipeline.people import Gallery
from syncd.planner import Policy
from syncd.store import ledger_outbox
from syncd.store.database import Database

from worlds import ANA, BEN, CLEO, LISBON, WEEKDAYS, Lab, day, mail

RULES = """
version: 1
rules:
  - {id: asked, since: asked_me, until: [resolved], due: 5d, urgent: true, task: {title: "Answer"}}
  - {id: wrote, since: message_received, until: [message_sent], due: 9d, task: {title: "Wrote"}}
"""


class Watched:
    """An engine of which every job of the thread that writes is noted, and every transaction."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **policy: Any) -> None:
        rules = Policy(zone=LISBON, working_days=WEEKDAYS, **policy)
        self.lab = Lab(folder, rules=RULES, policy=rules)
        for number, who in enumerate((BEN, CLEO)):
            self.lab.world.deliver(mail(ANA, who, day(-30 - number)), "Hello")
            self.lab.world.deliver(mail(who, ANA, day(-29 - number)), "Hello")
        self.lab.once(day(-1))
        self.database = self.lab.open()
        self.jobs: list[str] = []
        self.commits: list[bool] = []  # whether it waits for the disk
        self.looks = 0
        self.engine = Engine(self.lab.shop(self.database), run=self._run)
        self.account = self.engine.shop.accounts[0]
        self.engine.start(day(0))
        for source in self.account.readable:
            self.engine.read("home", source, day(0))
        self.engine.hand("home", day(0))
        self.engine.wake(day(0))
        begin, look = Database.begin, Gallery.look

        @contextmanager
        def noted(database: Database, *, repeatable: bool = False) -> Iterator[Connection]:
            self.commits.append(not repeatable)
            with begin(database, repeatable=repeatable) as connection:
                yield connection

        def counted(gallery: Gallery, *given: Any, **more: Any) -> Any:
            self.looks += 1
            return look(gallery, *given, **more)

        monkeypatch.setattr(Database, "begin", noted)
        monkeypatch.setattr(Gallery, "look", counted)
        self.jobs.clear()

    def _run(self, kind: str, job: Job, now: datetime) -> Any:
        self.jobs.append(kind)
        return job(now)

    def mail(self) -> None:
        """Read what has come in, and the texts that are wanted of it."""
        source = next(one for one in self.account.readable if one.facet == Facet.MAIL)
        assert not self.engine.read("home", source, day(0)).error
        self.engine.texts(day(0), source)

    @property
    def decided(self) -> list[str]:
        """The titles that wait to be written."""
        with self.database.read() as connection:
            found = ledger_outbox.due(connection, self.database.owner, "home", day(0))
            keys = [row[2] for row in found]
            works = [
                entry.work
                for key in keys
                for entry in ledger_outbox.of_key(connection, self.database.owner, key)
            ]
        return [getattr(work, "title", "") for work in works]


def test_a_mail_that_asks_is_two_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its header and its text are a step each; the task is decided in the second one, with the
    portrait that it has folded. None of it waits for the disk: the delivery does."""
    watched = Watched(tmp_path, monkeypatch)
    watched.lab.world.deliver(mail(BEN, ANA, day(-0.01)), "Could you send me the plan?")
    watched.mail()
    assert watched.jobs == ["read", "texts"]
    assert watched.commits == [False, False]
    assert watched.looks == 0
    assert watched.decided == ["Answer"]
    assert watched.engine.deliver("home", day(0)).created == 1
    assert True in watched.commits


def test_only_what_is_urgent_is_drawn_by_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not waits for the day's draw, and both are there after it."""
    watched = Watched(tmp_path, monkeypatch)
    watched.lab.world.deliver(mail(CLEO, ANA, day(-0.02)), "The weather is fine.")
    watched.lab.world.deliver(mail(BEN, ANA, day(-0.01)), "Could you send me the plan?")
    watched.mail()
    assert watched.decided == ["Answer"]
    watched.engine.wake(day(1))
    assert sorted(watched.decided) == ["Answer", "Wrote", "Wrote"]


def test_a_preview_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Urgent or not, it is held back until the owner says so."""
    watched = Watched(tmp_path, monkeypatch, preview=True)
    watched.lab.world.deliver(mail(BEN, ANA, day(-0.01)), "Could you send me the plan?")
    watched.mail()
    assert watched.jobs == ["read", "texts"]
    assert watched.decided == []
