"""A support module: `syncd run` as a process of its own, heard through its log."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any

from acceptance_world import ANA, Home, at
from mortal import mortal

PATIENCE = 60.0  # seconds; a machine that runs many tests at once is slow
_ENDED: dict[str, Any] = {"event": ""}  # it says nothing any more

RULES = """\
version: 1
rules:
  - id: answer
    since: message_received
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Answer {{ first_name }}"}
"""


def answering(folder: Path, *known: str, more: str = "") -> Home:
    """Who of these writes to Ana has to be answered: she wrote to them a while ago."""
    limits = "limits: {per_day: 100, open: 100}\n"
    home = Home(folder, rules="mine.yaml", more=f"log: json\n{limits}{more}")
    home.write("mine.yaml", RULES)
    for who in known:
        home.mail(ANA, who, at("2026-06-01T09:00"))
    return home


def titles(home: Home) -> list[str]:
    """The tasks in the list: their titles, a completed one with an x."""
    found = []
    for path in (home.folder / "tasks").glob("*.ics"):
        lines = path.read_text(encoding="utf-8").splitlines()
        title = next(line for line in lines if line.startswith("SUMMARY:"))
        done = "STATUS:COMPLETED" in lines
        found.append(f"{'x ' if done else ''}{title.removeprefix('SUMMARY:')}")
    return sorted(found)


class Running:
    """A daemon, from its start to its end; a context manager that kills it. Its configuration has
    to say `log: json`. `verbose` has it tell everything whatever `log:` says; `more` is for its
    environment."""

    def __init__(
        self, config: Path, now: str, *, verbose: bool = True, more: Mapping[str, str] | None = None
    ) -> None:
        flags = ["-v"] if verbose else []
        program = [sys.executable, "-m", "syncd", *flags, "--config", str(config), "--now", now]
        environment = {key: os.environ[key] for key in os.environ if key != "JOURNAL_STREAM"}
        environment.update(more or {})
        self._process = subprocess.Popen(
            mortal([*program, "run"]), stderr=subprocess.PIPE, text=True, env=environment
        )
        self.pid = self._process.pid
        self.lines: list[str] = []
        self._events: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.lines.append(line)
                if line.startswith("{"):
                    self._events.put(json.loads(line))
        self._events.put(_ENDED)

    def heard(self, name: str, **facts: Any) -> dict[str, Any]:
        """The next event of that name with these facts; those before it are passed over."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except Empty:
                break
            if event is _ENDED:
                break
            if event["event"] == name and facts.items() <= event.items():
                return event
        raise AssertionError(f"{name} {facts} was not heard in:\n{''.join(self.lines)}")

    def until(self, true: Callable[[], Any]) -> None:
        """Something is true, looked at whenever the daemon has done something."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, "".join(self.lines)
            with contextlib.suppress(Empty):
                assert self._events.get(timeout=0.2) is not _ENDED, "".join(self.lines)

    def settled(self) -> None:
        """It watches everything, and has read it once."""
        self.heard("daemon.settled")

    def reload(self) -> None:
        """Read the configuration anew."""
        self.tell(signal.SIGHUP)

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        """The exit code of one that leaves by itself."""
        return self._process.wait(PATIENCE)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """The exit code, and after how many seconds."""
        begun = time.monotonic()
        self.tell(number)
        code = self._process.wait(PATIENCE)
        return code, time.monotonic() - begun

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
