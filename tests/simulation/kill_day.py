"""`kill -9` at random moments of a busy day: nothing is lost, nothing is doubled.

    python tests/simulation/kill_day.py --kills 500 --seed 1 [--folder DIR] [--spread 0.5]
    python tests/simulation/kill_day.py --servers --kills 100

A real `syncd run` works on real files, or with --servers on a Dovecot and a Radicale, on which
other programs work all the while. It is killed as often as asked, at the moment of its start, while
it starts, or soon after something happened; the day goes on. Then it may finish, and must agree
with a state that never saw a kill: the same files read from nothing. Nothing is wrong when the exit
code is 0; the folder stays where it failed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, monotonic_ns, sleep

from inotify_simple import INotify, flags

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[folder]) for folder in (1, 2)]

from mortal import mortal
from simulation.busy_day import Day
from simulation.day_after import differences

START = datetime(2026, 6, 15, 5, 30, tzinfo=UTC)  # a Monday; the day's tasks are drawn at 6:30
HOURS = 22
_READY = 60.0  # seconds; a machine may be busy
_QUIET = 1.5  # seconds without a tick of the processor
_START, _STARTS = "at its start", "while it starts"
_EVENT, _WRITES = "after something happened", "as it writes a task"
_MOMENTS = {_START: 1, _STARTS: 4, _EVENT: 8, _WRITES: 7}  # how often


@dataclass(slots=True)
class Victim:
    """One `syncd run` from its start to its end."""

    process: subprocess.Popen[bytes]
    bell: socket.socket

    def ready(self) -> bool:
        """Whether it says that it is ready, in time."""
        deadline = monotonic() + _READY
        while monotonic() < deadline and self.process.poll() is None:
            try:
                if b"READY=1" in self.bell.recv(4096):
                    return True
            except TimeoutError:
                continue
        return False

    def kill(self) -> int:
        """End it the hard way; returns how it ended."""
        self.process.kill()
        return self.process.wait(_READY)

    def rest(self) -> None:
        """Wait until it does nothing any more."""
        before, since = self._busy(), monotonic()
        deadline = since + 10 * _READY
        while monotonic() - since < _QUIET:
            assert monotonic() < deadline, "it never rests"
            sleep(_QUIET / 10)
            if (now := self._busy()) != before:
                before, since = now, monotonic()

    def _busy(self) -> int:
        """Nanoseconds of processor time so far; another number each time while it wants more."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
            asleep = (task / "stat").read_text().rpartition(")")[2].split()[0] == "S"
            total += 0 if asleep else monotonic_ns()
        return total


@contextmanager
def running(folder: Path, now: datetime, output: Path) -> Iterator[Victim]:
    """A daemon whose clock starts at `now`; what it says is added to `output`."""
    address = str(folder / "notify")
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell, output.open("ab") as file:
        bell.bind(address)
        bell.settimeout(0.1)
        command = [sys.executable, "-m", "syncd", "--config", str(folder / "syncd.yaml")]
        process = subprocess.Popen(
            mortal([*command, "--now", now.isoformat(), "run"]),
            env={**os.environ, "NOTIFY_SOCKET": address},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=Path(__file__).resolve().parents[2],
        )
        try:
            yield Victim(process, bell)
        finally:
            process.kill()
            process.wait(_READY)


@dataclass(slots=True)
class Figures:
    """What happened."""

    kills: Counter[str] = field(default_factory=Counter)  # by the moment
    acts: int = 0
    found: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def kill_all_day(
    folder: Path,
    kills: int,
    seed: int,
    spread: float,
    told: Callable[[str], None],
    *,
    servers: bool = False,
) -> tuple[Figures, list[str]]:
    """The whole day in `folder`; what happened, and what is wrong."""
    place, acts = folder / "killed", random.Random(seed + 1)
    if not servers:
        return _kill(Day(place, acts, START), folder, kills, random.Random(seed), spread, told)
    from simulation.served_day import ServedDay

    with ExitStack() as stack:
        day = ServedDay(place, acts, START, stack)
        return _kill(day, folder, kills, random.Random(seed), spread, told)


def _kill(
    day: Day,
    folder: Path,
    kills: int,
    chance: random.Random,
    spread: float,
    told: Callable[[str], None],
) -> tuple[Figures, list[str]]:
    started = monotonic()
    day.begin()
    figures, output = Figures(), folder / "output"
    for number in range(kills):
        day.now = START + timedelta(hours=HOURS) * number / kills
        ended, moment = one_life(day, chance, spread, output, figures)
        figures.kills[moment] += 1
        if ended != -signal.SIGKILL:
            return figures, [f"life {number} ended by itself ({ended}): see {output}"]
        if number % 25 == 24:
            told(f"{number + 1} kills, {figures.acts} acts, {monotonic() - started:.0f} s")
    end = START + timedelta(hours=HOURS)
    with running(day.folder, end, output) as last:
        if not last.ready():
            return figures, [f"the last life did not start: see {output}"]
        last.rest()
        last.process.send_signal(signal.SIGTERM)
        if code := last.process.wait(_READY):
            return figures, [f"the last life ended with {code}: see {output}"]
    wrong, figures.found = differences(day, folder / "clean", end + timedelta(minutes=5))
    figures.seconds = monotonic() - started
    return figures, wrong


def one_life(
    day: Day, chance: random.Random, spread: float, output: Path, figures: Figures
) -> tuple[int, str]:
    """Start it, have things happen, kill it; how it ended, and when that was."""
    acts = chance.randint(0, 5)
    figures.acts += acts
    moment = chance.choices(list(_MOMENTS), list(_MOMENTS.values()))[0]
    with running(day.folder, day.now, output) as victim:
        if moment in (_EVENT, _WRITES):
            if not victim.ready():
                return victim.kill(), moment
            with writings(day.folder / "tasks") as list_:
                for _ in range(acts):
                    day.something()
                    if chance.random() < 0.5:
                        sleep(chance.random() * spread / 4)
                if moment == _WRITES:
                    select.select([list_], [], [], _READY / 12)
                    spread /= 20
            # Most of what follows something follows at once.
            sleep(spread * chance.random() ** 2)
        else:
            for _ in range(acts):
                day.something()
            if moment == _STARTS:
                sleep(chance.random())
        return victim.kill(), moment


@contextmanager
def writings(folder: Path) -> Iterator[INotify]:
    """What tells when something is about to be written to the task list."""
    folder.mkdir(exist_ok=True)
    with INotify() as inotify:
        inotify.add_watch(folder, flags.CREATE)
        yield inotify


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spread", type=float, default=0.5, help="seconds after the last act")
    parser.add_argument("--servers", action="store_true", help="on a Dovecot and a Radicale")
    parser.add_argument("--folder", type=Path, help="where; default: a temporary one")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="syncd-kills-"))
    folder.mkdir(parents=True, exist_ok=True)

    def told(text: str) -> None:
        print(text, flush=True)  # noqa: T201  # a program for a terminal

    figures, wrong = kill_all_day(
        folder, given.kills, given.seed, given.spread, told, servers=given.servers
    )
    kills = ", ".join(f"{count} {moment}" for moment, count in sorted(figures.kills.items()))
    told(f"killed: {kills}; {figures.acts} acts in between; {figures.seconds:.0f} s")
    told(json.dumps(figures.found))
    for line in wrong:
        told(f"WRONG: {line}")
    if wrong:
        which = " --servers" if given.servers else ""
        seed = f"--kills {given.kills} --seed {given.seed}{which}"
        told(f"again: python {__file__} {seed}; see {folder}")
        sys.exit(1)
    if given.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
