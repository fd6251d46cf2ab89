"""A real `syncd run` to be measured: when it is ready, what it costs, when it rests."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
_READY = 600.0
_PAGE = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Daemon:
    """The process, and the seconds from its start until it said that it was ready."""

    pid: int
    start: float

    def busy(self) -> int:
        """Nanoseconds of processor time so far."""
        return sum(int((task / "schedstat").read_text().split()[0]) for task in self._tasks())

    def wakes(self) -> int:
        """How often one of its threads went to sleep of its own will, and so was woken."""
        total = 0
        for task in self._tasks():
            lines = (task / "status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))
        return total

    def resident(self) -> float:
        """MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE

    def threads(self) -> int:
        """How many it has."""
        return len(list(self._tasks()))

    def rest(self, quiet: float = 2.0) -> float:
        """Wait until it has done nothing for `quiet` seconds; seconds until it began to."""
        started = perf_counter()
        before, since = self.busy(), started
        while perf_counter() - since < quiet:
            select.select([], [], [], quiet / 10)
            if (now := self.busy()) != before or not self._asleep():
                before, since = now, perf_counter()
        return since - started

    def _asleep(self) -> bool:
        """Whether no thread waits for a processor, of which there may be too few."""
        states = (
            (task / "stat").read_text().rpartition(")")[2].split()[0] for task in self._tasks()
        )
        return all(state == "S" for state in states)

    def _tasks(self) -> Iterator[Path]:
        return Path(f"/proc/{self.pid}/task").iterdir()


@contextmanager
def running(config: Path) -> Iterator[Daemon]:
    """`syncd run`, from when it is ready until it was told to leave."""
    with tempfile.TemporaryDirectory() as place:
        address = f"{place}/notify"
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell,
            (config.parent / "log").open("wb") as log,
        ):
            bell.bind(address)
            bell.settimeout(1)
            started = perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "syncd", "--config", str(config), "run"],
                env={**os.environ, "NOTIFY_SOCKET": address},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                _await(bell, process)
                yield Daemon(process.pid, perf_counter() - started)
                process.send_signal(signal.SIGTERM)
                if process.wait(_READY):
                    sys.exit(f"syncd run ended with {process.returncode}: see {log.name}")
            finally:
                process.kill()
                process.wait()


def _await(bell: socket.socket, process: subprocess.Popen[bytes]) -> None:
    deadline = perf_counter() + _READY
    while process.poll() is None and perf_counter() < deadline:
        try:
            if b"READY=1" in bell.recv(4096):
                return
        except TimeoutError:
            continue
    sys.exit(f"syncd run did not start ({process.poll()})")
