"""A support module: `syncd run` as a process of its own, heard through its log."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any

PATIENCE = 60.0  # seconds; a machine that runs many tests at once is slow


class Running:
    """A daemon, from its start to its end; a context manager that kills it. Its configuration has
    to say `log: json`."""

    def __init__(self, config: Path, now: str) -> None:
        program = [sys.executable, "-m", "syncd", "-v", "--config", str(config), "--now", now]
        environment = {key: os.environ[key] for key in os.environ if key != "JOURNAL_STREAM"}
        self._process = subprocess.Popen(
            [*program, "run"], stderr=subprocess.PIPE, text=True, env=environment
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

    def heard(self, name: str, **facts: Any) -> dict[str, Any]:
        """The next event of that name with these facts; those before it are passed over."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except Empty:
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
                self._events.get(timeout=1)

    def settled(self) -> None:
        """It watches everything, and has read it once."""
        self.heard("daemon.settled")

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

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
