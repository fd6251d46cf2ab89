"""What a daemon costs with one idle account at a provider: `python clouds.py FOLDER [SECONDS]`.

For each kind, against a fake of its provider on loopback with some mails, meetings and contacts:
until it rests after its start, and then, over the seconds asked for, processor time, wake-ups of
all its threads together, and memory.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import exchange_home
import google_home
import graph_home
import pytest
from daemon import running
from fakes.exchange.server import running_exchange
from fakes.google.server import running_google
from fakes.google.world import letter
from fakes.graph.server import running_graph

_MAILS = 150


def _now() -> datetime:
    return datetime.now(UTC)


def _letters() -> Iterator[tuple[bytes, datetime]]:
    """Mails of as many people."""
    for number in range(_MAILS):
        at = _now() - timedelta(days=1 + number / 10)
        who = f"Ben Archer <ben{number}@example.org>"
        yield letter(who, google_home.ANA, f"Note {number}", at=at), at


@contextmanager
def _google(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    with running_google(_now) as google:
        home = google_home.google_home(folder, google, patch)
        mailbox = google.account(google_home.ANA).mailbox
        for raw, at in _letters():
            mailbox.deliver(raw, at=at)
        home.meets("Lunch", timedelta(days=1), google_home.guest("ben1@example.org"))
        _done(home.syncd("login").code)
        yield home.folder / "syncd.yaml"


@contextmanager
def _graph(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    with running_graph(_now) as graph:
        home = graph_home.graph_home(folder, graph, patch)
        account = graph.account(graph_home.ANA)
        for raw, at in _letters():
            account.mailbox.deliver(raw, at=at)
        graph_home.fill(account, _now())
        _done(home.syncd("login").code)
        yield home.folder / "syncd.yaml"


@contextmanager
def _exchange(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    patch.delenv("SYNCD_GRAPH_ENDPOINT", raising=False)
    with running_exchange(_now) as exchange:
        home = exchange_home.exchange_home(folder, exchange)
        account = exchange.account(exchange_home.ANA)
        for raw, at in _letters():
            account.mailbox.deliver(raw, at=at)
        exchange_home.fill(account, _now())
        yield home.folder / "syncd.yaml"


def _done(code: int) -> None:
    if code:
        sys.exit(f"syncd login ended with {code}")


KINDS = {"google": _google, "graph": _graph, "exchange": _exchange}


def measure(kind: str, folder: Path, seconds: float) -> None:
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, KINDS[kind](folder, patch) as config:  # noqa: SIM117
        with running(config) as daemon:
            rested = daemon.rest(5)
            first = daemon.busy()
            began, cpu, wakes = perf_counter(), daemon.busy(), daemon.wakes()
            while (left := began + seconds - perf_counter()) > 0:
                select.select([], [], [], left)
            minutes = (perf_counter() - began) / 60
            cpu, wakes = daemon.busy() - cpu, daemon.wakes() - wakes
            sys.stdout.write(
                f"  {kind:<9} rests after {daemon.start + rested:4.1f} s "
                f"({first / 1e9:.2f} s CPU); then {cpu / 1e6 / minutes:5.1f} ms CPU and "
                f"{wakes / minutes:5.1f} wake-ups a minute, {daemon.resident():.1f} MB\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    base, *given = sys.argv[1:]
    for one in KINDS:
        measure(one, Path(base) / one, float(given[0]) if given else 60.0)
