"""Tasks are written once, and rightly, whatever breaks on the way to a CalDAV list."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from simulation.cut_day import Day

pytest.importorskip("radicale", reason="no Radicale: pip install radicale")


@pytest.mark.parametrize("seed", [3, 8, 13])
def test_a_day_of_broken_connections(seed: int, tmp_path: Path) -> None:
    """Short days of `cut_day.py`, which runs alone for as many as one likes: requests and answers
    are cut at any byte, the server restarts, the process ends."""
    day = Day(tmp_path, random.Random(seed))
    wrong = day.run()
    assert not wrong, (day.troubles, wrong)
    assert day.broken or "life" in day.troubles
