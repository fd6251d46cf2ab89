"""What becomes of a verdict, sentence by sentence, as far as the pure planner decides it.

The numbers count the promises about tasks in their order: 1-4 keys, 5-8 past moments, 9-13 budget,
14-21 the owner's hand (`test_section_8_hand.py`), 22-25 off switches, 26-27 closing. What needs
files or a list is in `tests/acceptance/test_section_8.py`, under the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from unit.planner.desk import (
    ANA,
    POLICY,
    RULE,
    day,
    edited,
    followed,
    held,
    key,
    on,
    only,
    out,
    task_of,
    verdict,
)

from rules.verdict import State
from syncd.planner import (
    Candidate,
    Complete,
    Status,
    Tracked,
    draw,
    due_day,
    mint,
    next_draw,
    passed_over,
    too_late,
    unplaced,
)

# --- keys ---------------------------------------------------------------------------------------


def test_8_01_a_key_is_minted_once_and_kept() -> None:
    """A key comes from the rule and the anchor's evidence, and outlives a merge, a split and a
    newer anchor."""
    row = held()
    assert row.key == mint(RULE, "meeting:m1", ANA)
    elsewhere = replace(row, person="p-other")
    assert only(followed([verdict()], [elsewhere])).key == row.key
    older = out()
    newer = verdict(evidence="meeting:m2", at=10)
    moved = only(followed([newer], [older], {older.key: verdict()}, now=10))
    assert (moved.key, moved.anchor) == (older.key, "meeting:m2")


def test_8_02_a_newer_anchor_replaces_what_was_not_delivered() -> None:
    """Until a task is out, only the newest occurrence counts."""
    result = followed([verdict(evidence="meeting:m2", at=5)], [held()], now=5)
    assert only(result).key == key("meeting:m2")
    assert result.vanished == (key("meeting:m1"),)


@pytest.mark.parametrize(("mine", "expected"), [(None, on(40)), (on(33), on(33))])
def test_8_03_a_delivered_task_stays_and_its_untouched_date_moves(
    mine: date | None, expected: date
) -> None:
    """A newer anchor moves the date of the task that is there, unless the owner had moved it."""
    row = out() if mine is None else edited(out(), due=mine)
    result = followed([verdict(evidence="meeting:m2", at=10)], [row], {row.key: verdict()}, now=10)
    (intent,) = result.intents
    assert (only(result).key, getattr(intent, "due", None) or mine) == (row.key, expected)


@pytest.mark.parametrize("first", [0, 3])
def test_8_04_of_two_open_tasks_the_older_stays(first: float) -> None:
    """When two people turn out to be one, the younger task closes, whichever is listed first."""
    older, younger = out(), out("meeting:m2", at=3)
    rows = [older, younger] if not first else [younger, older]
    result = followed([verdict(evidence="meeting:m2", at=3)], rows, {older.key: verdict()}, now=4)
    states = {row.key: task_of(row).status for row in result.tracked}
    assert states == {older.key: Status.OPEN, younger.key: Status.CLOSED}


# --- past moments -------------------------------------------------------------------------------

CAUSES = ("first start", "new account", "new rule", "outage", "late evidence")


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize(
    ("late", "state"), [(13.9, State.HELD), (14, State.HELD), (14.1, State.MISSED)]
)
def test_8_05_and_06_what_is_found_too_late_is_missed(
    cause: str, late: float, state: State
) -> None:
    """Found open more than 14 days after its moment it gets no task, whatever the cause: the
    planner sees the same in each, a verdict nobody had found before. What waited before counts as
    not found."""
    before = [held()] if cause == "outage" else []
    waiting = [replace(row, state=State.WAITING, found_at=None) for row in before]
    row = only(followed([verdict()], waiting, now=late))
    assert (row.state, row.task) == (state, None)
    assert ("missed:catch-up" in row.reasons) is (state is State.MISSED)
    assert only(followed([verdict()], [row], now=late + 1)).state is state


@pytest.mark.parametrize(
    ("today", "due", "expected"),
    [
        (0, on(1), on(1)),
        (0, on(0), on(0)),
        (0, on(-1), on(1)),
        (4, on(0), on(7)),  # a Friday: Monday
        (5, on(0), on(7)),
    ],
)
def test_8_07_a_due_date_in_the_past_is_the_next_working_day(
    today: float, due: date, expected: date
) -> None:
    """A task that is written after its due date is due on the next working day."""
    assert due_day(due, POLICY, day(today)) == expected


def test_8_08_a_back_filling_account_delivers_nothing_and_may_close() -> None:
    """While an account is first read nothing becomes a candidate; what is out closes all the
    same."""
    row = only(followed([verdict(settled=False)]))
    assert (row.state, row.reasons[0]) == (State.HELD, "facet:back-filling")
    done = verdict(State.SATISFIED, settled=False, by="message:1")
    (intent,) = followed([done], [out()], now=3).intents
    assert isinstance(intent, Complete)


# --- budget -------------------------------------------------------------------------------------


def candidate(name: str, **values: object) -> Candidate:
    known = {"priority": 50, "due": on(20), "strength": 0.5}
    return Candidate(name, **(known | values))  # type: ignore[arg-type]  # fields by name


def test_8_09_the_draw_goes_by_priority_date_strength_and_key() -> None:
    """Higher priority first, then what is due sooner, then the stronger tie, then the key."""
    cards = [
        candidate("f"),
        candidate("e"),
        candidate("d", strength=0.9),
        candidate("c", due=on(10)),
        candidate("b", priority=60),
    ]
    assert draw(cards, 0, 0, POLICY, day(0)) == ("b", "c", "d", "e", "f")


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        (day(0), None, day(0).replace(hour=7, minute=30)),
        (day(0), day(0), day(1).replace(hour=7, minute=30)),
        (day(4), day(4), day(7).replace(hour=7, minute=30)),  # Friday, then Monday
        (day(5), None, day(7).replace(hour=7, minute=30)),
    ],
)
def test_8_09_once_a_working_day(now: datetime, last: datetime | None, expected: datetime) -> None:
    """The draw is at its time on working days, and made up for on the same day."""
    assert next_draw(last, replace(POLICY, at=time(7, 30)), now) == expected


def test_8_10_the_open_limit_looks_seven_days_ahead() -> None:
    """What is due within a week waits while enough is open; what is due later does not."""
    cards = [candidate("far", due=on(8)), candidate("near", due=on(7))]
    assert draw(cards, 0, 15, POLICY, day(0)) == ("far",)


def test_8_11_urgent_is_outside_the_number_of_the_day() -> None:
    """An urgent task comes at once, though the day's number is used up."""
    cards = [candidate("a"), candidate("u", urgent=True, priority=1)]
    assert draw(cards, 5, 0, POLICY, day(0)) == ("u",)
    assert draw(cards, 0, 0, POLICY, day(0), daily=False) == ("u",)


@pytest.mark.parametrize("already", range(7))
def test_8_12_a_run_draws_what_is_left_of_the_day(already: int) -> None:
    """Five a day, however many runs there are."""
    cards = [candidate(str(n)) for n in range(9)]
    assert len(draw(cards, already, 0, POLICY, day(0))) == max(0, 5 - already)


@pytest.mark.parametrize("reason", ["budget", "preview", "pause:owner", "pause:scheduled"])
def test_8_13_what_is_held_still_expires(reason: str) -> None:
    """Whatever holds it back, at its end it is expired."""
    row = replace(held(), reasons=(reason,))
    assert only(followed([verdict(State.EXPIRED)], [row], now=61)).state is State.EXPIRED


# --- off switches -------------------------------------------------------------------------------

PAUSED = replace(POLICY, paused_until=day(20))


@pytest.mark.parametrize("muted", [frozenset({RULE}), frozenset({"*"})])
def test_8_22_a_mute_stops_what_is_new_and_leaves_what_is_out(muted: frozenset[str]) -> None:
    """No candidate, no newer anchor, no second opening; a task that is out stays and closes."""
    assert only(followed([verdict()], muted=muted)).state is State.MUTED
    row, newer = out(), verdict(evidence="meeting:m2", at=5)
    kept = followed([newer], [row], {row.key: verdict()}, now=5, muted=muted)
    assert (only(kept).anchor, kept.intents) == ("meeting:m1", ())
    done = followed([verdict(State.SATISFIED, by="x")], [row], now=5, muted=muted)
    assert [type(intent) for intent in done.intents] == [Complete]
    undone = followed([verdict()], [only(done)], now=6, muted=muted)
    assert (task_of(only(undone)).status, undone.intents) == (Status.CLOSED, ())
    again = followed([verdict()], [only(undone)], now=7)
    assert task_of(only(again)).status is Status.OPEN


def test_8_23_a_pause_holds_back_what_is_new() -> None:
    """During it nothing is drawn, urgent or not; closing goes on; at its end the row is due."""
    row = only(followed([verdict()], policy=PAUSED, now=1))
    assert (row.state, row.reasons[0], row.next) == (State.HELD, "pause:owner", day(20))
    assert draw([candidate("u", urgent=True)], 0, 0, PAUSED, day(1)) == ()
    assert draw([candidate("u", urgent=True)], 0, 0, PAUSED, day(20)) == ("u",)
    done = verdict(State.SATISFIED, by="x")
    closed = followed([done], [out()], now=5, policy=PAUSED)
    assert [type(intent) for intent in closed.intents] == [Complete]
    undone = followed([verdict()], [only(closed)], now=6, policy=PAUSED)
    assert (undone.intents, undone.next) == ((), day(20))
    again = followed([verdict()], [only(undone)], now=20, policy=PAUSED)
    assert task_of(only(again)).status is Status.OPEN


@pytest.mark.parametrize(
    ("found", "end", "state"), [(1, 13, State.HELD), (1, 15, State.MISSED), (None, 15, State.HELD)]
)
def test_8_24_what_came_up_meanwhile_is_judged_anew(
    found: float | None, end: float, state: State
) -> None:
    """Within 14 days of its moment it is a candidate, later it is missed; what was found before
    the pause is no later for it."""
    policy = replace(POLICY, paused_until=day(end))
    rows = [held()] if found is None else []
    paused = only(followed([verdict()], rows, now=found or 1, policy=policy))
    assert paused.reasons[0] == "pause:owner"
    assert only(followed([verdict()], [paused], now=end, policy=policy)).state is state


def test_8_25_a_preview_shows_and_writes_nothing() -> None:
    """It is held by preview, and no draw takes it; without preview it is a candidate at once."""
    preview = replace(POLICY, preview=True)
    row = only(followed([verdict()], policy=preview))
    assert (row.state, row.reasons[0]) == (State.HELD, "preview")
    assert draw([candidate("u", urgent=True)], 0, 0, preview, day(0)) == ()
    assert only(followed([verdict()], [row], now=20)).reasons[0] == "budget"


# --- states -------------------------------------------------------------------------------------

CHANGES: tuple[Callable[[Tracked], Tracked], ...] = (
    lambda row: edited(row, title="Mine"),
    lambda row: edited(row, notes="Mine"),
    lambda row: edited(row, due=on(9)),
)


def test_7_31_void_closes_what_is_untouched_and_never_reopens() -> None:
    """The evidence was not real: an untouched task closes for good."""
    row = out()
    gone = followed([], [row], {row.key: None}, now=3)
    after = only(gone)
    assert (after.state, task_of(after).status) == (State.VOID, Status.CLOSED)
    again = only(followed([verdict()], [after], now=4))
    assert (again.state, task_of(again).status) == (State.VOID, Status.CLOSED)


@pytest.mark.parametrize("change", CHANGES)
def test_7_32_void_leaves_what_the_owner_edited(change: Callable[[Tracked], Tracked]) -> None:
    """An edited task is theirs: the verdict is void, the task stays open."""
    row = change(out())
    gone = followed([], [row], {row.key: None}, now=3)
    assert (only(gone).state, task_of(only(gone)).status) == (State.VOID, Status.OPEN)
    assert gone.intents == ()


@pytest.mark.parametrize(
    ("later", "expected"), [(1, [State.VOID]), (0, [])], ids=["seen before", "never seen"]
)
def test_7_33_what_was_only_held_is_void_as_well(later: float, expected: list[State]) -> None:
    """What the owner could see as held is shown as void; what nobody saw leaves no trace. Were the
    evidence real after all, it would be judged like a new one."""
    row = held()
    gone = followed([], [row], {row.key: None}, now=later)
    assert [one.state for one in gone.tracked] == expected
    assert gone.intents == ()
    kept = followed([], gone.tracked, {one.key: None for one in gone.tracked}, now=later + 1)
    assert kept.tracked == gone.tracked
    again = only(followed([verdict()], gone.tracked, now=later + 1))
    assert (again.key, again.state) == (row.key, State.HELD)
    newer = verdict(State.WAITING, evidence="meeting:m2", at=1)
    assert only(followed([newer], gone.tracked, now=later + 1)).state is State.WAITING


def test_7_34_satisfied_undone_opens_the_same_task() -> None:
    """The meeting that closed it was cancelled: the same task opens again."""
    closed = only(followed([verdict(State.SATISFIED, by="meeting:m9")], [out()], now=5))
    again = followed([verdict()], [closed], now=6)
    assert (only(again).key, task_of(only(again)).status) == (key(), Status.OPEN)
    assert [getattr(intent, "reopen", False) for intent in again.intents] == [True]


def test_7_35_an_anchor_that_is_moved_ahead_puts_its_task_off() -> None:
    """The meeting turns out to be still to come: an untouched task closes, and is the same task
    when it took place; an edited one stays; one that is cancelled meanwhile is void."""
    row = out()
    put_off = followed([], [row], moved={row.key: day(9)}, now=3)
    after = only(put_off)
    assert (after.state, after.reasons) == (State.WAITING, ("anchor:moved",))
    assert task_of(after).status is Status.CLOSED
    assert [type(intent) for intent in put_off.intents] == [Complete]
    assert only(followed([], [after], now=4)) == after
    again = followed([verdict(at=9)], [after], now=9)
    assert (only(again).key, task_of(only(again)).status) == (row.key, Status.OPEN)
    gone = only(followed([], [after], {row.key: None}, now=5))
    assert (gone.state, task_of(gone).status) == (State.VOID, Status.CLOSED)
    mine = edited(row, title="Mine")
    kept = followed([], [mine], moved={row.key: day(9)}, now=3)
    assert (task_of(only(kept)).status, kept.intents) == (Status.OPEN, ())


def test_7_35_a_moved_anchor_takes_over_what_came_between() -> None:
    """Another meeting has a task of its own when the moved one takes place: one task, and its date
    is the newer anchor's."""
    first, between = out(), out("meeting:m2", at=4)
    waits = only(followed([], [first], moved={first.key: day(9)}, now=3))
    after = followed(
        [verdict(at=9)],
        [waits, between],
        {between.key: verdict(evidence="meeting:m2", at=4)},
        now=9,
    )
    live = [row for row in after.tracked if row.live]
    assert [(row.key, row.anchor) for row in live] == [(between.key, "meeting:m1")]
    assert [getattr(intent, "due", None) for intent in after.intents] == [on(39)]


def test_7_36_an_anchor_without_a_row_says_why() -> None:
    """Beside an open task a newer anchor waits; of somebody muted it is muted; what was over
    before it could be a task says so."""
    row, newer = out(), verdict(evidence="meeting:m2", at=5)
    shown = [
        unplaced(one, [row], muted, {})[0]
        for one, muted in (
            (newer, frozenset[str]()),
            (newer, frozenset({RULE})),
            (verdict(State.EXPIRED, evidence="meeting:m2"), frozenset({RULE})),
        )
    ]
    assert shown == [State.WAITING, State.MUTED, State.EXPIRED]


@pytest.mark.parametrize(
    ("row", "passed"),
    [
        (held(), False),
        (out(), False),
        (out(status=Status.DONE), True),
        (out(status=Status.DISMISSED), True),
        (out(status=Status.CLOSED), False),
        (replace(held(), state=State.MISSED), True),
    ],
)
def test_8_19_what_was_answered_or_missed_makes_way(row: Tracked, passed: bool) -> None:
    """The next open loop is asked about; so is it where the oldest is found too late."""
    assert passed_over([row]) == ({(RULE, "meeting:m1")} if passed else set())
    assert [too_late(verdict(), POLICY, day(n)) for n in (14, 14.1)] == [False, True]
    assert not too_late(verdict(State.WAITING), POLICY, day(30))
