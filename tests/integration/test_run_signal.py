"""A signal that does not interrupt the daemon's sleep ends it at once all the same."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from threading import Event, get_ident, main_thread

from acceptance_world import Home
from inside import Inside, until

LONG = 1.5  # seconds in which the main thread is not woken by anything else


def switches() -> int:
    """How often the main thread fell asleep so far."""
    lines = Path(f"/proc/self/task/{main_thread().native_id}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("voluntary")))


def test_one_that_another_thread_gets(tmp_path: Path) -> None:
    """As one that comes just before the main thread falls asleep it leaves that one asleep: for up
    to forty seconds, in which whoever wants it to end would have killed it."""
    daemon = Inside.of(Home(tmp_path))
    told: list[float] = []

    def sleeps() -> bool:
        before = switches()
        return not Event().wait(LONG) and switches() == before

    def meanwhile() -> None:
        until(sleeps)
        told.append(time.monotonic())
        signal.pthread_kill(get_ident(), signal.SIGTERM)
        until(lambda: daemon.has_left)

    daemon.live(meanwhile)
    assert daemon.code == 0
    assert daemon.left_at - told[0] < LONG
