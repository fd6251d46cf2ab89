"""What the simulation remembers of its owner: the oracle asks for nothing that cannot be known."""

from __future__ import annotations

from datetime import UTC, datetime

from simulation.years.owner import Memory
from simulation.years.tasks import Ours

from connectors.records import Task

NOW = datetime(2026, 7, 30, tzinfo=UTC)


def _task(key: str, *, completed: bool = True) -> Ours:
    task = Task(key, "Answer Bea", "notes", completed=completed, completed_at=NOW)
    return Ours("home", f"ref-{key}", task, "answer", f"{key}@example.net")


def test_behind_a_restore_our_closing_may_pass_for_a_tick() -> None:
    """Closed since the copy was made, with notes that are the owner's: whose hand that was is
    written nowhere. What the copy knows for closed, and what our own words close, is no tick."""
    memory = Memory(
        edits={"theirs": {"notes": "x"}, "known": {"notes": "x"}, "open": {"notes": "x"}}
    )
    memory.edits["retitled"] = {"title": "x"}
    tasks = [_task(key) for key in ("theirs", "known", "retitled", "untouched")]
    memory.forgotten_who_closed([*tasks, _task("open", completed=False)], {"known"})
    assert memory.answered == {("answer", "theirs@example.net")}
