"""The list itself: made once, missed when it is gone, found when it is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext

import pytest
from contract.ledger import Ledger
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from google_tasks_desk import ANA, KEY, LIST, Desk, gone, own_id, told

from connectors.errors import Refused, Unavailable, Vanished
from connectors.google.survey import survey

__all__ = ["clock", "google"]


@pytest.fixture
def desk(google: FakeGoogle) -> Iterator[Desk]:
    desk = Desk(google)
    with closing(desk.tasks):
        yield desk


def _titles(desk: Desk) -> list[str]:
    return [one.title for one in desk.lists.all.values()]


def test_a_reading_makes_no_list(desk: Desk) -> None:
    """A list that is not there yet holds nothing; whoever may not make one says so."""
    assert desk.read() == []
    assert desk.read() == []
    desk.tasks.writable = False
    with pytest.raises(Refused, match="Follow-ups"):
        desk.create()
    assert list(desk.tasks.find(KEY)) == []
    assert _titles(desk) == ["My Tasks"]


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "truncated", "nonsense", "broken"])
def test_a_list_whose_making_was_not_answered_is_looked_for(desk: Desk, fault: str) -> None:
    """Never a second one of that name."""
    getattr(desk.google.faults, fault)("tasks.tasklists.insert")
    with pytest.raises(Unavailable):
        desk.create()
    desk.create()
    assert _titles(desk) == ["My Tasks", LIST]
    assert len(desk.alive(LIST)) == 1


def test_a_list_that_was_made_after_all_changes_nothing(desk: Desk) -> None:
    """It stands empty beside ours, which is known by what it holds, and by its id from then on."""
    late = desk.google.faults.late("tasks.tasklists.insert")
    with pytest.raises(Unavailable):
        desk.create()
    remote = desk.create()
    late.land()
    assert _titles(desk) == ["My Tasks", LIST, LIST]
    desk.restart()
    assert [task.key for task in told(desk.read())] == [KEY]
    desk.restart()
    other = desk.create("syncd-" + "1" * 24)
    assert other.ref.rpartition("/")[0] == remote.ref.rpartition("/")[0]


def test_a_list_that_is_deleted_is_an_incident(desk: Desk) -> None:
    """Nothing of it is taken for deleted, nothing is written, no other is made, however often it
    is asked, and after a restart."""
    desk.create()
    desk.read()
    desk.lists.delete_list(desk.lists.named(LIST).id)
    for act in (lambda: desk.tasks.find(KEY), desk.create, desk.read, desk.restart, desk.read):
        with nullcontext() if act == desk.restart else pytest.raises(Vanished, match="restore"):
            act()
    for write in (lambda: desk.tasks.find(KEY), desk.create):
        with pytest.raises(Vanished):
            write()
    assert _titles(desk) == ["My Tasks"]


def test_a_list_made_anew_is_another_one(desk: Desk) -> None:
    """Found by its name; what the old one held is gone, whatever was moved away before is not."""
    moved, lost = desk.create(), desk.create("syncd-" + "1" * 24)
    desk.read()
    desk.lists.move_to(own_id(moved), desk.lists.default.id)
    desk.read()
    desk.lists.delete_list(desk.lists.named(LIST).id)
    with pytest.raises(Vanished):
        desk.read()
    anew = desk.lists.add_list(LIST)
    assert gone(desk.read()) == {lost.ref}
    assert [ref.split("/")[2] for ref in desk.ledger.stamps] == [desk.lists.default.id]
    assert desk.create("syncd-" + "2" * 24).ref.split("/")[2] == anew


def test_a_list_that_was_accepted_as_deleted_is_made_again(desk: Desk) -> None:
    """Whoever said so begins with nothing: no cursor and nothing known."""
    desk.create()
    desk.read()
    desk.lists.delete_list(desk.lists.named(LIST).id)
    with pytest.raises(Vanished):
        desk.read()
    desk.ledger = Ledger()
    assert desk.read() == []
    desk.create("syncd-" + "2" * 24)
    assert _titles(desk) == ["My Tasks", LIST]


def test_a_survey_sees_all_lists(desk: Desk) -> None:
    """However many pages they take."""
    for number in range(1_001):
        desk.lists.add_list(f"List {number}")
    only = {"mail": False, "calendars": False, "contacts": False}
    made = list(survey(desk.api, ANA, **only, tasks=LIST))
    assert made[1:] == [f"tasks: the list {LIST} is made with the first task"]
    desk.lists.add_list(f" {LIST} ")
    assert list(survey(desk.api, ANA, **only, tasks=LIST))[1:] == [
        f"tasks: the list {LIST} is there"
    ]
