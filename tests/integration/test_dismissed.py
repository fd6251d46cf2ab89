"""A configuration that is read again while a task is on its way to its list."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from threading import enumerate as threads
from typing import Any

import pytest

from connectors.contract import Draft, Remote
from connectors.memory.tasks import MemoryTasks
from connectors.records import Facet
from syncd.daemon import Daemon
from syncd.engine.deliverer import Deliverer
from syncd.engine.voice import Voice
from syncd.pipeline import Workshop

from worlds import BEN, CLEO, DORA, Lab, coffee, day

PATIENCE = 30.0
RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, urgent: true,
     task: {title: "After {{ first_name }}"}}
"""


class Slow:
    """Writing a task takes until `answer`; counts how many are written at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.answer = Event(), Event()
        self.titles: list[str] = []
        self.most = 0
        self._now = 0
        self._lock = Lock()
        create: Callable[[MemoryTasks, Draft], Remote] = MemoryTasks.create

        def slowly(tasks: MemoryTasks, draft: Draft) -> Remote:
            with self._lock:
                self.titles.append(draft.title)
                self._now += 1
                self.most = max(self.most, self._now)
            self.begun.set()
            assert self.answer.wait(PATIENCE)
            try:
                return create(tasks, draft)
            finally:
                with self._lock:
                    self._now -= 1

        monkeypatch.setattr(MemoryTasks, "create", slowly)


def until(wanted: Callable[[], Any]) -> None:
    pause = Event()
    for _ in range(int(PATIENCE * 100)):
        if wanted():
            return
        pause.wait(0.01)
    raise AssertionError(wanted)


def deliverers() -> list[Deliverer]:
    return [one for one in threads() if isinstance(one, Deliverer)]


@pytest.mark.parametrize("preview", [False, True], ids=["as before", "preview"])
def test_who_is_dismissed_writes_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, preview: bool
) -> None:
    """The task that is on its way arrives; the others are written once, by the successor, or not
    at all where nothing is to be written any more."""
    slow = Slow(monkeypatch)
    lab = Lab(tmp_path, rules=RULES, creates_once=False)
    for number, who in enumerate((BEN, CLEO, DORA)):
        lab.world.put_event(coffee(day(0.1 + number / 10), who))
    database = lab.open()
    known = set(threads())
    trouble: list[BaseException] = []

    def reload() -> Workshop:
        lab.policy = replace(lab.policy, preview=preview)
        return lab.shop(database)

    def clock() -> datetime:
        return day(2)

    def meanwhile() -> None:
        try:
            assert slow.begun.wait(PATIENCE)
            (before,) = [one for one in deliverers() if one not in known]
            os.kill(os.getpid(), signal.SIGHUP)
            until(lambda: before.dismissed and {*deliverers()} - known - {before})
            until(daemon._engine.has_read_all)
            slow.answer.set()
            before.join(PATIENCE)
            assert not before.is_alive()
            if not preview:
                until(lambda: len(lab.world.alive(Facet.TASKS)) == 3)
        except BaseException as error:  # noqa: BLE001  # raised below, in the main thread
            trouble.append(error)
        os.kill(os.getpid(), signal.SIGTERM)

    daemon = Daemon(lab.shop(database), clock, reload, Voice(), real=False)
    thread = Thread(target=meanwhile, daemon=True)
    thread.start()
    assert daemon.run() == 0
    thread.join(PATIENCE)
    database.close()
    assert not trouble
    assert slow.most == 1
    assert len(slow.titles) == len(set(slow.titles)) == (1 if preview else 3)
