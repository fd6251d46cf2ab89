"""Invented owners, some months of each; `simulation/years/__main__.py` runs many more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulation.years import __main__ as years

KEPT = Path(years.__file__).with_name("regressions.txt")


def _kept() -> Iterator[tuple[int, int]]:
    for line in KEPT.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            seed, months, _ = line.split(maxsplit=2)
            yield int(seed), int(months)


@pytest.mark.parametrize("seed", [5])
def test_every_promise_is_kept_for_some_weeks(seed: int) -> None:
    """Whatever people, accounts, the owner, the machine and time do."""
    result = years.simulate(seed, 1)
    assert not result.trouble, result.trouble
    assert result.figures.undisturbed > 3
    assert result.figures.readings > 20


def test_some_weeks_on_servers() -> None:
    """The same with mail on a Dovecot, calendar, cards and tasks on a Radicale, and connections
    that break."""
    if lacking := years.why_not():
        pytest.skip(lacking)
    result = years.simulate(12, 1, served=True)
    assert not result.trouble, result.trouble
    assert result.figures.undisturbed > 3
    assert result.figures.readings > 100
    assert result.figures.tasks > 3


@pytest.mark.parametrize(
    ("seed", "cloud", "alone"),
    [(7, "google", False), (4, "google", True), (12, "exchange", False), (12, "graph", False)],
)
def test_some_weeks_in_a_cloud(seed: int, cloud: str, alone: bool) -> None:
    """The same with mail, calendar, contacts and tasks at Google, at an Exchange server or at
    Microsoft 365: beside a local account that has copies of some, or with no other."""
    result = years.simulate(seed, 1, cloud=cloud, alone=alone)
    assert not result.trouble, result.trouble
    assert result.figures.undisturbed > 3
    assert result.figures.readings > 100
    assert result.figures.tasks > 3


@pytest.mark.parametrize(("seed", "months"), list(_kept()))
def test_what_broke_once_holds(seed: int, months: int) -> None:
    """Each of these seeds found something, as `regressions.txt` tells."""
    result = years.simulate(seed, months)
    assert not result.trouble, result.trouble
