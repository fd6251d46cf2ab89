"""What the owner does to a task, sentence by sentence; numbered as in `test_section_8.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from unit.planner.desk import RULE, day, edited, followed, key, on, out, task_of, verdict

from connectors.records import Task
from rules.verdict import State
from syncd.planner import Act, Complete, Status, Tracked, deletions, hand, in_bulk, to_write


def seen(row: Tracked, **changes: object) -> Task:
    """The task of a row as its list has it, with these changes."""
    copy = task_of(row).theirs
    task = Task(row.key, copy.title, copy.notes, copy.due, copy.completed)
    return replace(task, **changes)  # type: ignore[arg-type]  # fields by name


def test_8_14_an_echo_is_no_act() -> None:
    """What equals our own last write was not the owner."""
    row = out()
    assert hand(row, seen(row), day(1)).acts == frozenset()


def test_8_15_a_moved_date_takes_the_end_with_it() -> None:
    """Ten days later, ten days longer."""
    row = out()
    after = hand(row, seen(row, due=on(40)), day(1))
    assert after.acts == {Act.MOVED}
    assert after.tracked.expires == row.expires + timedelta(days=10)


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        ({}, "You met.\n\nWhy."),
        ({"title": "Mine"}, "You met.\n\nWhy."),
        ({"due": on(3)}, "You met.\n\nWhy."),
        ({"notes": "Mine"}, None),
    ],
)
def test_8_16_a_reason_goes_below_untouched_notes_only(
    change: dict[str, object], notes: str | None
) -> None:
    """Closing writes neither title nor date, and notes only where they are still ours."""
    task = replace(task_of(edited(out(), **change)), status=Status.CLOSED)
    write = to_write(task, Complete(key(), "home", day(3), "Why."))
    assert (write.title, write.notes, write.due, write.completed) == (None, notes, None, True)


def test_8_17_a_tick_satisfies_and_is_taken_back() -> None:
    """Ticked, the verdict is satisfied on the day of the tick; unticked, all is as before."""
    row = out(means="call")
    ticked = hand(row, seen(row, completed=True, completed_at=day(2)), day(5)).tracked
    assert (ticked.state, task_of(ticked).ticked_at) == (State.SATISFIED, day(2))
    again = hand(ticked, seen(ticked, completed=False), day(6)).tracked
    assert (again.state, task_of(again).ticked_at) == (State.OPEN, None)


@pytest.mark.parametrize(
    ("count", "minutes", "bulk"), [(5, 10, False), (6, 10, True), (6, 10.1, False), (7, 0, True)]
)
def test_8_18_more_than_five_ticks_within_ten_minutes_say_nothing(
    count: int, minutes: float, bulk: bool
) -> None:
    """Six within ten minutes are tidying up; five are five."""
    step = timedelta(minutes=minutes) / max(count - 1, 1)
    ticks = [day(0) + step * n for n in range(count)]
    assert [in_bulk(at, ticks) for at in ticks] == [bulk] * count


def deleted(evidence: str, at: float) -> Tracked:
    return hand(out(evidence, at), None, day(at + 1)).tracked


def test_8_19_a_deletion_is_a_no_and_two_are_a_mute() -> None:
    """The first says no to its anchor, the second to the rule; unmuting forgets them."""
    one, two = deleted("meeting:m1", 0), deleted("meeting:m2", 5)
    third = verdict(evidence="meeting:m3", at=10)
    kept = followed([verdict()], [one], now=3).tracked
    assert [task_of(row).status for row in kept] == [Status.DISMISSED]
    states = [
        {row.key: row.state for row in followed([third], rows, now=10, unmuted=since).tracked}
        for rows, since in (([one], {}), ([one, two], {}), ([one, two], {RULE: day(7)}))
    ]
    assert [found[key("meeting:m3")] for found in states] == [State.HELD, State.MUTED, State.HELD]


@pytest.mark.parametrize(
    ("gone", "before", "after", "incident"),
    [(2, 9, 7, False), (3, 9, 6, True), (1, 3, 0, True), (1, 2, 1, False)],
)
def test_8_20_three_deletions_or_a_vanished_list_are_no_answer(
    gone: int, before: int, after: int, incident: bool
) -> None:
    """So many at once are rarely meant one by one; an empty list was more likely lost. Meanwhile
    no task is touched."""
    rows = [out(f"meeting:{n}") for n in range(gone)]
    assert deletions(rows, before, after) is incident
    done = verdict(State.SATISFIED, by="message:1")
    assert followed([done], [out()], now=3, incident=True).intents == ()


def test_8_21_lines_of_the_owners_are_told() -> None:
    """What stands in neither of our copies is theirs, and told once."""
    row = out()
    after = hand(row, seen(row, notes="You met.\nneeds: a tiler\ntags: investor"), day(1))
    assert after.lines == ("needs: a tiler", "tags: investor")
    assert hand(after.tracked, seen(after.tracked), day(2)).lines == ()


def test_8_19_a_cancelled_task_is_a_no_as_well() -> None:
    """Given up in the list without being deleted; taken back, it is open again."""
    row = out()
    no = hand(row, seen(row, cancelled=True), day(1))
    assert (set(no.acts), task_of(no.tracked).status) == ({Act.DELETED}, Status.DISMISSED)
    assert hand(no.tracked, seen(row, cancelled=True), day(2)).acts == frozenset()
    again = hand(no.tracked, seen(row), day(3))
    assert task_of(again.tracked).status is Status.OPEN


@pytest.mark.parametrize(
    ("notes", "lines"),
    [
        ("You met Ana\nat the harbour.", ()),
        ("You met\nAna at the\nharbour.\n- needs: a tiler", ("needs: a tiler",)),
        ("You met Ana at the harbour.\n\n* offers: sails\n•", ("offers: sails", "•")),
    ],
)
def test_8_21_only_new_words_are_the_owners(notes: str, lines: tuple[str, ...]) -> None:
    """Words of ours in other lines are not theirs; the mark of a list is no part of a line."""
    row = out(notes="You met Ana at the harbour.")
    assert hand(row, seen(row, notes=notes), day(1)).lines == lines


CLOSING = "Closed by syncd: you wrote on 2026-03-05."


def test_8_33_our_own_closing_is_no_tick() -> None:
    """A state older than its list finds a task closed with a sentence of ours below it: that was
    no tick, counts as no contact, and is no line of the owner's."""
    row = out(means="call")
    remote = seen(row, completed=True, completed_at=day(3), notes=f"You met.\n\n{CLOSING}")
    after = hand(row, remote, day(4))
    assert (after.acts, after.lines) == (frozenset(), ())
    task = task_of(after.tracked)
    assert (task.status, task.ticked_at, task.closed_why) == (Status.CLOSED, None, CLOSING)
    assert not task.touched
    mine = seen(row, completed=True, completed_at=day(3), notes=f"Mine.\n\n{CLOSING}")
    edited_too = hand(row, mine, day(4))
    assert (set(edited_too.acts), edited_too.lines) == ({Act.NOTED}, ("Mine.",))
    assert task_of(edited_too.tracked).status is Status.CLOSED


def test_8_33_a_sentence_that_was_known_is_not_ours_again() -> None:
    """Where the sentence stood below it before, as after the owner opened it again, a tick is a
    tick."""
    row = out(notes=f"You met.\n\n{CLOSING}")
    after = hand(row, seen(row, completed=True, completed_at=day(3)), day(4))
    assert after.acts == {Act.TICKED}
