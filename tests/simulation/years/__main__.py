"""`make simulate`: years of invented owners against the promises.

    python -m simulation.years SEED [--months 6] [--verbose]
    python -m simulation.years --seeds 40 [--minutes 3] [--from 1] [--months 6] [--jobs 2]

Every tenth owner has one of the accounts on a real Dovecot and a real Radicale, where both are
installed, for a third of the months; with --servers every one has, for all of them. Of every
twentieth two have one of the accounts at Google (a fake on loopback) and one has no other account,
for half of the months; one has one at an Exchange server and one at Microsoft 365, for a third of
them. With --google and --microsoft every one has, and some have no other.

Each seed is a world of its own. One that fails prints where, what happened last, and the one
command that shows it again. Exit code 1 when there was any, but for those whose finding is known
and still open (`open.txt`): they run and are named all the same, and one that holds now is to be
taken off the list.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from servers import dovecot
from simulation.years.figures import Figures
from simulation.years.year import Year

OPEN = Path(__file__).with_name("open.txt")
_SERVED = 10
# What seeds of every twenty end so: whose cloud one of the accounts is in, and whether it is alone.
_CLOUDS = {
    5: ("google", False), 15: ("google", False), 11: ("google", True),
    17: ("exchange", False), 13: ("graph", False),
}  # fmt: skip
_COST = {"google": 2, "exchange": 3, "graph": 3}  # a month there, in months of a local account
_MICROSOFT = ("exchange", "graph")
_FAST = Path("/dev/shm")  # states are small, short-lived, and wait for no disk there


@dataclass(frozen=True, slots=True)
class Result:
    """What one seed came to; `trouble` is "" where all was well."""

    seed: int
    months: int
    seconds: float
    figures: Figures
    trouble: str = ""


def is_served(seed: int, *, every: bool = False) -> bool:
    """Whether this one's owner has an account on real servers."""
    return (every or seed % _SERVED == 0) and not why_not()


def cloud_of(seed: int, every: str = "") -> tuple[str, bool]:
    """In whose cloud one of this one's accounts is, and whether there is no other. `every`:
    everybody's is at "google", or at "microsoft"."""
    if every == "google":
        return "google", seed % 4 == 0 or seed % 20 == 11
    usual = _CLOUDS.get(seed % 20, ("", False))
    if every == "microsoft" and usual[0] not in _MICROSOFT:
        return _MICROSOFT[seed % 2], seed % 6 < 2
    return usual


def length(seed: int, months: int) -> int:
    """How many of the months are simulated: on servers and in clouds one costs as much as two or
    three."""
    return max(1, months // (3 if is_served(seed) else _COST.get(cloud_of(seed)[0], 1)))


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked for. `months` is what each seed has whose owner is where everybody is to be.
    `cloud`: see `cloud_of`."""

    months: int
    servers: bool = False
    cloud: str = ""

    def of(self, seed: int) -> dict[str, Any]:
        """How many months this seed has, and where its owner is: what `Year` takes."""
        served = not self.cloud and is_served(seed, every=self.servers)
        cloud, alone = ("", False) if self.servers else cloud_of(seed, self.cloud)
        months = self.months if self.servers or self.cloud else length(seed, self.months)
        return {"months": months, "served": served, "cloud": cloud, "alone": alone}


def why_not() -> str:
    """What servers are missing here; "" for none."""
    return dovecot.why_not() or (
        "" if find_spec("radicale") else "no Radicale: pip install radicale"
    )


def simulate(seed: int, months: int, *, verbose: bool = False, **where: Any) -> Result:
    """One seed, in a folder of its own. `where` its owner's accounts are: see `Year`."""
    began = time.perf_counter()
    home = _FAST if _FAST.is_dir() else None
    with tempfile.TemporaryDirectory(dir=home, prefix=f"syncd-{seed}-") as folder:
        year = Year(seed, months, Path(folder), **where)
        if verbose:
            year.tell = _say
        try:
            year.run()
        except KeyboardInterrupt:
            raise
        # `Outdated`, `Stale` and `Crash` are no `Exception`, and none of them may get out either.
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is shown with its seed
            return Result(
                seed, months, time.perf_counter() - began, year.figures, _told(year, error)
            )
    return Result(seed, months, time.perf_counter() - began, year.figures)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _told(year: Year, error: BaseException) -> str:
    shown = str(error)
    if not isinstance(error, AssertionError) or not shown:
        shown = "".join(traceback.format_exception(error)).rstrip()
    acts = "\n".join(f"    {act}" for act in year.acts)
    where = " SERVERS=1" if year.served else ""
    if year.cloud:
        where = " GOOGLE=1" if year.cloud == "google" else " MICROSOFT=1"
    return (
        f"seed {year.seed} broke at {year.step}:\n  {shown}\n  what happened last:\n{acts}\n"
        f"  again: make simulate SEED={year.seed} MONTHS={year.months}{where}"
    )


def open_findings(months: int) -> dict[int, str]:
    """By seed: what it found and nobody mended yet, in worlds of so many months."""
    lines = [line.split(maxsplit=2) for line in OPEN.read_text("utf-8").splitlines()]
    return {
        int(one[0]): one[2]
        for one in lines
        if len(one) == 3 and one[0].isdigit() and one[1] == str(months)
    }


def many(first: int, least: int, kind: Kind, jobs: int, minutes: float) -> int:
    """So many seeds at least, more if they fit into these minutes; returns how many failed."""
    began = time.perf_counter()
    total, number, seconds, compared = Figures(), 0, 0.0, 0
    failed: list[int] = []
    passed: list[int] = []
    on_servers: list[float] = []
    in_clouds: dict[str, list[float]] = defaultdict(list)
    known = open_findings(kind.months)
    with ProcessPoolExecutor(jobs) as pool:
        running: dict[Future[Result], int] = {}
        seeds = count(first)

        def begin() -> None:
            seed = next(seeds)
            running[pool.submit(simulate, seed, **kind.of(seed))] = seed

        for _ in range(min(least, jobs)):
            begin()
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                seed = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    lost = sorted({seed, *running.values()})
                    _say(f"a process that ran one of the seeds {lost} is gone: killed, or a crash")
                    return len(failed) + len(lost)
                number, seconds = number + 1, seconds + result.seconds
                where = kind.of(result.seed)
                on_servers += [result.seconds] if where["served"] else []
                in_clouds[where["cloud"]].append(result.seconds)
                compared += result.figures.compared
                total.add(result.figures)
                if not result.trouble:
                    passed.append(result.seed)
                elif result.seed in known:
                    _say(f"seed {result.seed}: still open: {known[result.seed]}")
                else:
                    failed.append(result.seed)
                    _say(result.trouble)
                in_time = time.perf_counter() - began + seconds / number < 60 * minutes
                if number + len(running) < least or in_time:
                    begin()
    _say(
        f"{number} seeds x {kind.months} months in {time.perf_counter() - began:.0f} s "
        f"({seconds / max(1, number):.1f} s each): {total.line()}; "
        f"{compared} of them in another order as well"
    )
    for name in filter(None, sorted(in_clouds)):
        each = sum(in_clouds[name]) / len(in_clouds[name])
        _say(f"{len(in_clouds[name])} of them with an account of kind {name} ({each:.1f} s each)")
    if on_servers:
        each = sum(on_servers) / len(on_servers)
        _say(f"{len(on_servers)} of them on Dovecot and Radicale ({each:.1f} s each)")
    elif not kind.cloud and (lacking := why_not()):
        _say(f"NONE OF THEM ON SERVERS: {lacking}")
    for seed in sorted(known.keys() & set(passed)):
        _say(f"seed {seed}: holds now: take it off {OPEN.name}")
    still = sorted(known.keys() & set(range(first, first + number)) - set(passed))
    kept = f"every promise was kept, but for the open findings {still}" if still else ""
    _say(f"failed: {sorted(failed)}" if failed else kept or "every promise was kept")
    return len(failed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m simulation.years")
    parser.add_argument("seed", nargs="?", type=int)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=2)
    everybody = parser.add_mutually_exclusive_group()
    everybody.add_argument("--servers", action="store_true", help="everybody on Dovecot, Radicale")
    for name in ("google", "microsoft"):
        everybody.add_argument(
            f"--{name}", dest="cloud", action="store_const", const=name, default="",
            help=f"everybody at {name.title()}",
        )  # fmt: skip
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    kind = Kind(asked.months, asked.servers, asked.cloud)
    if asked.seed is None:
        failed = many(asked.first, asked.seeds, kind, asked.jobs, asked.minutes)
        return 1 if failed else 0
    if asked.servers and (lacking := why_not()):
        parser.error(f"--servers: {lacking}")
    result = simulate(asked.seed, verbose=asked.verbose, **kind.of(asked.seed))
    _say(result.trouble or f"seed {asked.seed}: {result.figures.line()} in {result.seconds:.1f} s")
    return 1 if result.trouble else 0


if __name__ == "__main__":
    sys.exit(main())
