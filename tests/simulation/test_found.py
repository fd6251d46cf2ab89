"""Histories that the machine found, as short as they could be made: each broke a promise once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulation.test_owner_machine import Owner

from syncd.inference.model import Mode


@pytest.fixture
def state() -> Iterator[Owner]:
    machine = Owner()
    machine.a_first_day()
    yield machine
    machine.teardown()


def test_ignored_no_more_and_not_read_again_yet(state: Owner) -> None:
    """What the owner says between the two is no reason to believe that nothing ever happened."""
    state.whom_to_ignore_changes(whom=("mill.example.com",))
    state.the_owner_logs(ago=1560, mode=Mode.IN_PERSON, who=2)
    state.whom_to_ignore_changes(whom=())
    state.the_clock_is_put_back(minutes=1)
    state.the_owner_splits(who=2)
    state.a_pass()


def test_what_was_logged_is_still_to_come(state: Owner) -> None:
    """A clock that is put back behind a log, and goes on, changes nothing in the end."""
    state.the_owner_logs(ago=0, mode=Mode.IN_PERSON, who=0)
    state.a_pass()
    before = state.main.listed()
    state.the_clock_is_put_back(minutes=45)
    state.a_pass()
    state.time_passes(minutes=60)
    assert [task for task in before if task not in state.main.listed()] == []
