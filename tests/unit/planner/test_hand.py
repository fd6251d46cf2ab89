"""The owner's hand: told apart from our own echo, and never overruled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from unit.planner.desk import day, edited, held, on, out, task_of

from connectors.records import Task
from rules.verdict import State
from syncd.planner import Act, Copy, Status, Tracked, deletions, hand, in_bulk


def remote(row: Tracked, **changes: object) -> Task:
    """The task as the list has it after somebody changed it there."""
    theirs = task_of(row).theirs
    same = Task(row.key, theirs.title, theirs.notes, theirs.due, theirs.completed)
    return replace(same, **changes)  # type: ignore[arg-type]  # names are checked by `replace`


def test_what_equals_our_last_write_is_an_echo() -> None:
    """Reading back what we wrote is nobody's act."""
    row = out()
    assert hand(row, remote(row), day(1)) == hand(row, remote(row), day(2))
    assert hand(row, remote(row), day(1)).acts == frozenset()
    behind = edited(row, title="as it was read before", due=on(9))
    ours = task_of(row).ours
    assert hand(behind, Task(row.key, ours.title, ours.notes, ours.due), day(1)).acts == set()


def test_white_space_is_nobodys_hand() -> None:
    """Lists change line ends and cut trailing blanks."""
    row = out(notes="one\ntwo ")
    assert hand(row, remote(row, notes="one\r\ntwo\n"), day(1)).acts == set()


def test_what_we_are_about_to_write_is_ours_as_well() -> None:
    """A write that landed without an answer must not look like the owner's."""
    row = out()
    writing = Copy("Call Ana", "You met.", on(40))
    seen = hand(row, remote(row, due=on(40)), day(1), [writing])
    assert (seen.acts, task_of(seen.tracked).touched, seen.tracked.expires) == (
        frozenset(),
        False,
        row.expires,
    )


def test_a_tick_satisfies_the_anchor() -> None:
    """On the day of the tick, by the task itself."""
    row = out(means="call")
    seen = hand(row, remote(row, completed=True, completed_at=day(3)), day(5))
    assert seen.acts == {Act.TICKED}
    assert (seen.tracked.state, seen.tracked.satisfied_by) == (State.SATISFIED, f"task:{row.key}")
    assert (task_of(seen.tracked).status, task_of(seen.tracked).ticked_at) == (Status.DONE, day(3))


@pytest.mark.parametrize("completed_at", [None, day(9)])
def test_a_tick_is_never_in_the_future(completed_at: datetime | None) -> None:
    """Nothing in the future is an interaction, whatever a device's clock says."""
    row = out()
    seen = hand(row, remote(row, completed=True, completed_at=completed_at), day(5))
    assert task_of(seen.tracked).ticked_at == day(5)


def test_a_tick_taken_back_opens_it_again() -> None:
    """With the contact that it stood for."""
    row = out(means="call")
    ticked = hand(row, remote(row, completed=True), day(3)).tracked
    seen = hand(ticked, remote(row, completed=False), day(4))
    assert seen.acts == {Act.UNTICKED}
    assert (seen.tracked.state, seen.tracked.satisfied_by) == (State.OPEN, "")
    assert (task_of(seen.tracked).status, task_of(seen.tracked).ticked_at) == (Status.OPEN, None)


def test_our_own_completion_is_no_tick() -> None:
    """Nor is the moment before it arrived an untick."""
    row = out()
    closing = row.having(replace(task_of(row), status=Status.CLOSED))
    assert hand(closing, remote(row), day(1)).acts == set()
    seen = hand(closing, remote(row, completed=True), day(1))
    assert (seen.acts, task_of(seen.tracked).status) == (frozenset(), Status.CLOSED)


def test_our_own_reopening_is_no_act_either() -> None:
    """The list still shows it completed until the update is delivered."""
    row = edited(out(), completed=True)
    seen = hand(row, remote(row, completed=True), day(1))
    assert (seen.acts, task_of(seen.tracked).status) == (frozenset(), Status.OPEN)


def test_what_we_closed_and_the_owner_opened_is_open() -> None:
    """The verdict stays closed: nothing of the past changed."""
    row = edited(out(status=Status.CLOSED), completed=True)
    row = replace(row, state=State.SATISFIED)
    seen = hand(row, remote(row, completed=False), day(5))
    assert seen.acts == {Act.UNTICKED}
    assert (seen.tracked.state, task_of(seen.tracked).status) == (State.SATISFIED, Status.OPEN)


@pytest.mark.parametrize(
    ("due", "expires"), [(on(40), day(70)), (on(20), day(50)), (None, day(60))]
)
def test_a_moved_due_date_shifts_expires_with_it(due: date | None, expires: datetime) -> None:
    """By as many days as the owner moved it."""
    row = out()
    seen = hand(row, remote(row, due=due), day(1))
    assert seen.acts == {Act.MOVED}
    assert seen.tracked.expires == expires
    assert task_of(seen.tracked).touched_due


def test_moving_twice_shifts_from_our_own_date() -> None:
    """Forth and back is where it was."""
    row = out()
    moved = hand(row, remote(row, due=on(40)), day(1)).tracked
    back = hand(moved, remote(row, due=on(30)), day(2)).tracked
    assert (back.expires, task_of(back).touched_due) == (row.expires, False)


def test_an_edited_title_or_note_is_remembered_as_touched() -> None:
    """So that it is never overwritten."""
    row = out()
    seen = hand(row, remote(row, title="Ring Ana", notes="You met.\nneeds: a plumber"), day(1))
    assert seen.acts == {Act.RETITLED, Act.NOTED}
    assert task_of(seen.tracked).touched_title
    assert task_of(seen.tracked).touched_notes


def test_lines_that_the_owner_writes_are_told_once() -> None:
    """They become notes on the person."""
    row = out()
    seen = hand(row, remote(row, notes="You met.\n\nneeds: a plumber\n"), day(1))
    assert seen.lines == ("needs: a plumber",)
    again = remote(seen.tracked, notes="You met.\nneeds: a plumber\noffers: a van")
    assert hand(seen.tracked, again, day(2)).lines == ("offers: a van",)
    assert hand(seen.tracked, remote(seen.tracked), day(2)).lines == ()


def test_a_deleted_task_is_dismissed() -> None:
    """A "no" for that anchor."""
    seen = hand(out(), None, day(1))
    assert seen.acts == {Act.DELETED}
    assert (seen.tracked.state, task_of(seen.tracked).status) == (State.MUTED, Status.DISMISSED)
    assert hand(seen.tracked, None, day(2)).acts == set()


@pytest.mark.parametrize("status", [Status.DONE, Status.CLOSED, Status.EXPIRED])
def test_clearing_away_what_is_done_says_nothing(status: Status) -> None:
    """Lists offer to delete completed tasks; that is no answer."""
    row = out(status=status)
    assert hand(row, None, day(1)).tracked == row


def test_a_deleted_task_that_comes_back_is_open_again() -> None:
    """Taken out of the bin, or deleted only by a list that was moving it."""
    row = out()
    gone = hand(row, None, day(1)).tracked
    seen = hand(gone, remote(row), day(2))
    assert (seen.acts, seen.tracked.state) == (frozenset({Act.RESTORED}), State.OPEN)
    done = hand(gone, remote(row, completed=True), day(2))
    assert task_of(done.tracked).status is Status.DONE


def test_a_row_without_a_task_has_no_hand() -> None:
    """Nothing was written that anybody could touch."""
    assert hand(held(), None, day(1)).acts == set()


@pytest.mark.parametrize(
    ("live", "done", "before", "after", "incident"),
    [
        (1, 0, 5, 4, False),
        (2, 0, 5, 3, False),
        (3, 0, 9, 6, True),
        (2, 5, 9, 2, False),  # clearing away what is done
        (1, 0, 1, 0, False),  # the only task of a list
        (2, 0, 4, 0, True),  # the list was there, and is empty
        (0, 4, 4, 0, False),
    ],
)
def test_three_deletions_or_a_vanished_list_are_an_incident(
    live: int, done: int, before: int, after: int, incident: bool
) -> None:
    """So many answers at once are none."""
    gone = [out(f"meeting:a{n}") for n in range(live)]
    gone += [out(f"meeting:b{n}", status=Status.DONE) for n in range(done)]
    assert deletions(gone, before, after) is incident


@pytest.mark.parametrize(
    ("minutes", "bulk"),
    [
        ([0, 1, 2, 3, 4], False),
        ([0, 1, 2, 3, 4, 5], True),
        ([0, 2, 4, 6, 8, 10], True),
        ([0, 2, 4, 6, 8, 11], False),
        ([0, -9, -8, -7, 8, 9], False),  # six around it, but never six within ten minutes
        ([0, -9, -7, -5, -3, -1], True),
    ],
)
def test_more_than_five_ticks_within_ten_minutes_only_acknowledge(
    minutes: list[int], bulk: bool
) -> None:
    """Whoever ticks so many is tidying up."""
    ticks = [day(0) + timedelta(minutes=n) for n in minutes]
    assert in_bulk(day(0), ticks) is bulk
