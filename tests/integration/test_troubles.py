"""What ails a daemon: 503 and a plain line for it, a metric of its kind, a word in `status`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance_world import Home
from integration.test_metrics import NOW, Watched, home, watched

from connectors.errors import SignInNeeded
from syncd import log, wiring
from syncd.cli.status import lines_of
from syncd.store import ailments, health, lock, trouble
from syncd.store.ailments import Ailment
from syncd.store.health import Place
from syncd.store.times import to_int
from syncd.views.status import status_of

__all__ = ["home", "watched"]  # fixtures

GRAVE = {
    trouble.DISK: "disk takes nothing",
    trouble.CLOCK: "clock of this machine is wrong",
    ailments.CONFIGURATION: "configuration is wrong",
    ailments.WORKER: "thread of the daemon fails",
}
PRIVATE = "the thread 'watch ana@example.org mail' in /home/ana"


@pytest.mark.parametrize("kind", GRAVE)
def test_what_is_grave_is_not_well(watched: Watched, kind: str) -> None:
    """One line, which quotes nothing that may be private."""
    watched.once()
    watched.pulse.ailing = (Ailment(kind, NOW, PRIVATE), Ailment(kind, NOW, PRIVATE))
    code, _, text = watched.get("/healthz")
    assert code == 503
    (line,) = text.splitlines()
    assert GRAVE[kind] in line
    assert "ana" not in line
    found = watched.samples()
    assert found[f'syncd_troubles{{kind="{kind}"}}'] == 2
    assert sum(value for key, value in found.items() if key.startswith("syncd_troubles")) == 2


def test_what_is_mild_is_well(watched: Watched) -> None:
    """All work is done: it is only counted."""
    watched.once()
    watched.pulse.ailing = tuple(Ailment(kind, NOW, PRIVATE) for kind in ailments.MILD)
    assert watched.get("/healthz")[::2] == (200, "ok\n")
    found = watched.samples()
    assert all(found[f'syncd_troubles{{kind="{kind}"}}'] == 1 for kind in ailments.MILD)


def test_an_account_that_is_down(watched: Watched) -> None:
    """It is named as it is in the metrics: one that is an address by its number; one that is not
    configured any more is nobody's trouble."""
    watched.once()
    names = ["home", "ana@example.org", "former"]
    log.know(names)
    with watched.database.begin() as connection:
        for name in names:
            place = Place(name, "mail")
            health.failed(connection, watched.database.owner, place, SignInNeeded("no"), NOW)
    watched.telemetry.accounts = names[:2]
    code, _, text = watched.get("/healthz")
    assert code == 503
    assert [line.partition(":")[0] for line in text.splitlines()] == [
        "account home is down",
        "account account-2 is down",
    ]


@pytest.fixture
def held(watched: Watched) -> Iterator[Path]:
    """A daemon runs on the state; its lock file."""
    path = lock.path_of(watched.database.engine.url)
    assert path is not None
    watched.once()
    with lock.held(path):
        yield path


def told(watched: Watched) -> tuple[list[str], list[str], bool]:
    """The kinds, the lines before everything else, and whether the owner is needed."""
    database = watched.database
    with database.read() as connection:
        policy = wiring.policy_of(watched.assembly.settings)
        status = status_of(connection, database.owner, ["home"], True, policy, NOW, set())
    lines = lines_of(status)
    first = next(number for number, line in enumerate(lines) if line.startswith("As of"))
    return [one["kind"] for one in status["ailments"]], lines[:first], status["failed"]


def test_status_says_so_while_it_runs(watched: Watched, held: Path) -> None:
    """What is noted, and an engine that hangs, which only the lock file can say; of a daemon that
    has left there is nothing to say, and the next one begins with nothing."""
    database = watched.database
    with database.begin() as connection:
        noted = [
            Ailment(ailments.WORKER, NOW, "a thread fails"),
            Ailment(ailments.METRICS, NOW, "the port is taken"),
        ]
        ailments.note(connection, database.owner, noted)
    kinds, lines, failed = told(watched)
    assert (kinds, failed) == (["worker", "metrics"], True)
    assert lines == [f"Since {NOW:%Y-%m-%d %H:%M} UTC: {one.words}" for one in noted]
    ailments.note_late(database, NOW)
    lock.note(held, generation=7)
    beside = lock.read(database.engine.url)
    assert beside is not None
    assert (beside.generation, beside.late) == (7, to_int(NOW))
    assert told(watched)[0] == ["engine", "worker", "metrics"]
    with database.begin() as connection:
        ailments.note(connection, database.owner, noted[1:])
    ailments.note_late(database, None)
    assert told(watched)[::2] == (["metrics"], False)


def test_who_left_has_no_ailment(watched: Watched, home: Home) -> None:
    """Neither is what a killed daemon noted told, nor does its successor take it over."""
    watched.once()
    path = lock.path_of(watched.database.engine.url)
    assert path is not None
    with lock.held(path), watched.database.begin() as connection:
        ailments.note(connection, watched.database.owner, [Ailment("worker", NOW, "it fails")])
        lock.note(path, late=to_int(NOW))
    assert told(watched)[0] == []
    with lock.held(path):
        beside = lock.read(watched.database.engine.url)
        assert beside is not None
        assert beside.late is None
    assert home.syncd("status").code == 0
