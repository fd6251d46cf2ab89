"""Time and memory of a command, and of all processes that it starts."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.02  # seconds between two looks at the memory
_PAGE = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the wall and on all processors, and the largest sum of resident memory
    in MB."""

    seconds: float
    cpu: float
    peak: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run it to its end. Raises CalledProcessError when it fails."""
    peak = 0.0
    ended = threading.Event()
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL
    )

    def watch() -> None:
        nonlocal peak
        while not ended.wait(_EVERY):
            peak = max(peak, sum(map(_resident, family(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Run(seconds, used.ru_utime + used.ru_stime, peak)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for one in found:
        try:
            for tasks in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (tasks / "children").read_text().split())
        except OSError:
            continue  # it has ended
    return found


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Ours against a peer's: the median ratio of runs that were made in turn, and the medians."""

    ours: Run
    peer: Run
    ratio: float


def paired(ours: Callable[[], Run], peer: Callable[[], Run], times: int) -> Pair:
    """Run both, one after the other, so that a slow hour of the machine slows both."""
    runs = [(ours(), peer()) for _ in range(times)]
    return Pair(
        _median([one for one, _ in runs]),
        _median([other for _, other in runs]),
        statistics.median(one.seconds / other.seconds for one, other in runs),
    )


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        statistics.median(one.seconds for one in runs),
        statistics.median(one.cpu for one in runs),
        statistics.median(one.peak for one in runs),
    )
