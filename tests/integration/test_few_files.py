"""A process that may open no more files: the account says so in plain words, and goes on after."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd import wiring
from syncd.engine.engine import Engine
from syncd.store import health
from syncd.store.database import Database
from syncd.store.lock import exclusive

from worlds import day

CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts: [{name: home, kind: local, mail: [Maildir], tasks: tasks, poll: 5m}]
rules: [rules.yaml]
state: sqlite:///syncd.db
"""
RULES = """\
version: 1
rules:
  - {id: hello, since: message_sent, due: 9d, urgent: true, task: {title: "Hello", notes: ""}}
"""


@contextmanager
def none_left() -> Iterator[None]:
    """No file can be opened by this process."""
    free = os.open("/dev/null", os.O_RDONLY)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Home:
    """Ana's folders, and an engine on them."""

    def __init__(self, folder: Path) -> None:
        for name in ("cur", "new", "tmp"):
            (folder / "Maildir" / name).mkdir(parents=True)
        (folder / "tasks").mkdir()
        (folder / "rules.yaml").write_text(RULES)
        (folder / "syncd.yaml").write_text(CONFIG)
        self.folder = folder
        assembly = wiring.assemble(folder / "syncd.yaml")
        self.database: Database = wiring.open_state(assembly)
        self.engine = Engine(wiring.open_workshop(assembly, self.database))
        self.now = day(0)
        self.source = self.engine.shop.accounts[0].readable[0]

    def send(self, number: int, at: datetime) -> None:
        """A mail of Ana's to somebody."""
        (self.folder / "Maildir" / "new" / f"m{number}.host").write_text(
            f"From: ana@example.org\nTo: Ben Archer <ben{number}@example.com>\n"
            f"Date: {at.astimezone(UTC):%a, %d %b %Y %H:%M:%S} +0000\n"
            f"Message-ID: <m{number}@example.org>\nSubject: Hello\n\nHello\n"
        )

    def ill(self) -> dict[str, str]:
        """What is wrong with each facet that is not well."""
        with self.database.read() as connection:
            rows = health.load(connection, self.database.owner)
        return {row.place.facet: row.error for row in rows if row.state != health.UP}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    found = Home(tmp_path)
    with exclusive(found.database):
        found.engine.start(found.now)
        found.send(0, found.now - timedelta(days=40))
        assert not found.engine.read("home", found.source, found.now).error
        assert not found.engine.hand("home", found.now).error
        found.engine.wake(found.now)
        yield found
    found.database.close()


def test_a_source_is_degraded_and_read_later(home: Home) -> None:
    """Nothing ends, no mail is set aside; the limit to raise is named, and read it is once it
    may."""
    home.send(1, home.now)
    with none_left():
        outcome = home.engine.read("home", home.source, home.now)
    assert outcome.error_kind == "Unavailable"
    assert "too many files are open" in home.ill()["mail"]
    assert "LimitNOFILE" in home.ill()["mail"]
    until = home.engine.retries.until(health.Place("home", "mail", home.source.scope))
    assert until is not None
    assert home.now < until <= home.now + timedelta(minutes=15)
    outcome = home.engine.read("home", home.source, until)
    assert (outcome.error, outcome.changed) == ("", 1)
    assert home.ill() == {}


def test_a_list_is_degraded_and_written_later(home: Home) -> None:
    """The task is not lost and not set aside: it is written once that is possible."""
    home.send(1, home.now)
    assert not home.engine.read("home", home.source, home.now).error
    assert home.engine.next_delivery("home", home.now) == home.now
    with none_left():
        summary = home.engine.deliver("home", home.now)
    assert (summary.created, summary.aside) == (0, 0)
    assert "too many files are open" in home.ill()["delivery"]
    later = home.engine.next_delivery("home", home.now)
    assert later is not None
    assert home.now < later <= home.now + timedelta(minutes=15)
    assert home.engine.deliver("home", later).created == 1
    assert home.ill() == {}
    assert len(list((home.folder / "tasks").glob("*.ics"))) == 1


def test_what_cannot_wait_is_polled_as_configured(home: Home) -> None:
    """`poll:` is a length, and goes to whoever watches the account."""
    assert [account.poll for account in home.engine.shop.accounts] == [300.0]
