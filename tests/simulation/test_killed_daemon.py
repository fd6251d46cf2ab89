"""A daemon that is killed again and again on a busy day loses nothing and doubles nothing."""

from __future__ import annotations

from pathlib import Path

from simulation.kill_day import kill_all_day


def test_a_daemon_that_is_killed_all_day(tmp_path: Path) -> None:
    """A short day of `kill_day.py`, which runs alone for as many kills as one likes: a real
    `syncd run`, real files, real kills, compared with a state that never saw one."""
    told: list[str] = []
    figures, wrong = kill_all_day(tmp_path, kills=10, seed=7, spread=0.2, told=told.append)
    assert not wrong, "\n".join(wrong)
    assert figures.kills.total() == 10
    assert figures.found["observation"] > 200
