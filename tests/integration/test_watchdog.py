"""The service manager's watchdog is fed by what the engine does, and by nothing else that lives."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from acceptance_world import ANA, at
from daemons import PATIENCE, Running, answering
from pysqlite3 import dbapi2

BEN = "Ben Birkin <ben@birkin.example.com>"
FED = 0.2  # seconds between two signs of life
HELD = 7 * FED  # well below the five seconds for which a busy state is waited for


class Manager:
    """Hears what a service says, as systemd does."""

    def __init__(self, path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(str(path))
        self.environment = {
            "NOTIFY_SOCKET": str(path),
            "WATCHDOG_USEC": str(int(2 * FED * 1_000_000)),
        }

    def heard(self, word: str, seconds: float) -> bool:
        """Whether it says so within so many seconds, from now on."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._line.settimeout(left)
            try:
                said = self._line.recv(4096).decode()
            except TimeoutError:
                return False
            if word in said.splitlines():
                return True
        return False

    def feeds(self) -> bool:
        """Whether it goes on doing so."""
        return all(self.heard("WATCHDOG=1", PATIENCE) for _ in range(3))

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    found = Manager(tmp_path / "notify")
    yield found
    found.close()


@contextmanager
def holding(state: Path) -> Iterator[None]:
    """Another process writes to the state, and takes its time: whoever wants to write waits."""
    other = dbapi2.connect(str(state), isolation_level=None, timeout=PATIENCE)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.rollback()
        other.close()


def test_only_progress_feeds_it(tmp_path: Path, manager: Manager) -> None:
    """While the thread that writes is kept from it, other threads live and answer, and nothing is
    fed: a timer of its own would go on. Free again, it does its work and feeds."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    home = answering(tmp_path, BEN, more=f"metrics: {{listen: {port}}}\n")
    with Running(home.config, home.now, more=manager.environment) as daemon:
        assert manager.heard("READY=1", PATIENCE)
        daemon.settled()
        assert manager.feeds()
        with holding(home.database):
            home.mail(BEN, ANA, at("2026-06-15T11:00"), "Could you send me the plan?")
            end = time.monotonic() + PATIENCE
            while manager.heard("WATCHDOG=1", 3 * FED):
                assert time.monotonic() < end, "it is fed whatever the engine does"
            assert _answers(port)
            assert not manager.heard("WATCHDOG=1", HELD)
            assert _answers(port)
        assert manager.feeds()
        daemon.heard("outbox.delivered", created=1)
        assert manager.feeds()
        assert daemon.stop()[0] == 0


def _answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        return b"syncd_engine_queue_length" in answer.read()
