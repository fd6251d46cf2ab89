"""What every task list owes the core. Subclasses define the fixture `tasks`."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from contract.ledger import Ledger

from connectors.contract import Draft, TaskList
from connectors.errors import Conflict
from connectors.records import Gone, Seen, Task

CREATED = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
NOTES = "Line one, with a comma; and \\ a backslash\n\nÇa va? 日本語 " + "long " * 40


def draft(key: str = "k-1", title: str = "Call Ana, maybe; soon", notes: str = NOTES) -> Draft:
    """A task with everything that has to be escaped."""
    return Draft(key, title, notes, date(2026, 3, 30), CREATED, "https://example.org/e/1", 70)


class TaskListContract:
    """The tests."""

    def test_a_created_task_is_what_was_asked_for(self, tasks: TaskList) -> None:
        """Title, notes, due date and key come back as they were given, in any script."""
        remote = tasks.create(draft())
        expected = Task("k-1", "Call Ana, maybe; soon", NOTES, date(2026, 3, 30), created=CREATED)
        assert remote.task == expected
        (found,) = tasks.find("k-1")
        assert found == remote

    def test_creating_twice_makes_one(self, tasks: TaskList) -> None:
        """Where a list creates once, the same key never makes two; the first stays as it is."""
        if not tasks.creates_once:
            pytest.skip("this list has no creation key")
        first = tasks.create(draft())
        assert tasks.create(draft(title="Another title")) == first
        assert len(tasks.find("k-1")) == 1

    def test_our_own_write_is_read_back(self, tasks: TaskList) -> None:
        """Reading the list tells what was written, so that the core can see an echo in it."""
        ledger = Ledger()
        ledger.read(tasks)
        remote = tasks.create(draft())
        (item,) = ledger.read(tasks)
        assert item == Seen(remote.ref, remote.stamp, (remote.task,))

    def test_updates_change_only_what_is_given(self, tasks: TaskList) -> None:
        """What is None stays."""
        remote = tasks.create(draft())
        moved = tasks.update(remote, due=date(2026, 4, 2))
        assert moved.task.due == date(2026, 4, 2)
        assert moved.task.title == remote.task.title
        renamed = tasks.update(moved, title="Write to Ana", notes="shorter")
        assert (renamed.task.title, renamed.task.notes) == ("Write to Ana", "shorter")
        assert renamed.task.due == date(2026, 4, 2)
        assert len({remote.stamp, moved.stamp, renamed.stamp}) == 3

    def test_a_stale_stamp_is_a_conflict(self, tasks: TaskList) -> None:
        """Whoever has not seen the last change may not overwrite it."""
        remote = tasks.create(draft())
        tasks.update(remote, title="Somebody was faster")
        with pytest.raises(Conflict):
            tasks.update(remote, title="And we were not")
        with pytest.raises(Conflict):
            tasks.complete(remote, CREATED)
        assert tasks.find("k-1")[0].task.title == "Somebody was faster"

    def test_a_completed_task_is_found(self, tasks: TaskList) -> None:
        """Completing keeps the task, says when, and `find` still knows it."""
        at = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
        done = tasks.complete(tasks.create(draft()), at, notes="You met on 5 March.")
        assert done.task.completed
        assert done.task.completed_at == at
        assert done.task.notes == "You met on 5 March."
        assert [remote.task.completed for remote in tasks.find("k-1")] == [True]

    def test_a_completed_task_opens_again(self, tasks: TaskList) -> None:
        """Undoing a completion leaves no trace of it."""
        done = tasks.complete(tasks.create(draft()), CREATED)
        opened = tasks.update(done, completed=False)
        assert not opened.task.completed
        assert opened.task.completed_at is None

    def test_removing_twice_is_fine(self, tasks: TaskList) -> None:
        """A removed task is told as gone, and removing what is gone is no error."""
        remote = tasks.create(draft())
        ledger = Ledger()
        ledger.read(tasks)
        tasks.remove(remote)
        tasks.remove(remote)
        assert ledger.read(tasks) == [Gone(remote.ref)]

    def test_an_unknown_key_finds_nothing(self, tasks: TaskList) -> None:
        """Looking for a key that was never written is no error."""
        tasks.create(draft())
        assert list(tasks.find("k-2")) == []

    def test_a_removed_task_is_a_conflict_for_an_update(self, tasks: TaskList) -> None:
        """Updating what somebody deleted says so, and does not bring it back."""
        remote = tasks.create(draft())
        tasks.remove(remote)
        with pytest.raises(Conflict):
            tasks.update(remote, title="Back again")
