"""Tasks that are out: moved, closed with a reason, kept for the owner, opened again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.planner.desk import (
    day,
    edited,
    event,
    followed,
    on,
    only,
    out,
    task_of,
    verdict,
)

from rules.verdict import State, Verdict
from syncd.planner import Complete, Status, Update, unjudged

M2 = "meeting:m2"


def newer(state: State = State.OPEN, at: float = 10) -> Verdict:
    return verdict(state, M2, at)


def test_satisfied_closes_it_with_the_reason() -> None:
    """The owner reads why: what happened, and when."""
    call = event("meeting:call", 3)
    result = followed(
        [verdict(State.SATISFIED, by="meeting:call")],
        [out()],
        now=4,
        events={"meeting:call": call},
    )
    row = only(result)
    why = 'Closed by syncd: a meeting "Coffee" on 2026-03-05.'
    assert (row.state, row.satisfied_by) == (State.SATISFIED, "meeting:call")
    assert (task_of(row).status, task_of(row).closed_why) == (Status.CLOSED, why)
    assert result.intents == (Complete(row.key, "home", day(4), why),)


def test_expired_completes_it_as_expired() -> None:
    """Later than that it is pointless."""
    result = followed([verdict(State.EXPIRED)], [out()], now=61)
    assert task_of(only(result)).status is Status.EXPIRED
    assert isinstance(result.intents[0], Complete)


def test_a_moved_due_date_shifts_expires_with_it() -> None:
    """Ten days later due is ten days later expired, and the other way round."""
    later = edited(out(), due=on(40))
    row = only(followed([verdict()], [later], now=1))
    assert (row.expires, row.next) == (day(70), day(70))
    ended = verdict(State.EXPIRED)
    assert task_of(only(followed([ended], [later], now=65))).status is Status.OPEN
    assert task_of(only(followed([ended], [later], now=71))).status is Status.EXPIRED
    sooner = edited(out(), due=on(20))
    assert task_of(only(followed([verdict()], [sooner], now=51))).status is Status.EXPIRED


def test_a_due_date_taken_away_shifts_nothing() -> None:
    """It says that the owner wants no date, not when it ends."""
    assert only(followed([verdict()], [edited(out(), due=None)], now=1)).expires == day(60)


@pytest.mark.parametrize("state", [State.WAITING, State.HELD, State.OPEN])
def test_a_task_that_is_out_stays_out(state: State) -> None:
    """`where` never closes a task, and a pause does not take it back."""
    row = only(followed([verdict(state)], [out()], now=1))
    assert (row.state, task_of(row).status) == (State.OPEN, Status.OPEN)


@pytest.mark.parametrize("anchor", ["meeting:m1", M2])
def test_a_task_that_is_out_keeps_its_reasons(anchor: str) -> None:
    """`explain` says why it is there, not what would hold it back if it were not."""
    row = out()
    waits = replace(newer(State.WAITING), reasons=("before:remind",))
    if anchor != M2:
        waits = replace(verdict(State.WAITING), reasons=("where:wanted",))
    kept = only(followed([waits], [row], {row.key: verdict()}, now=10))
    assert (kept.anchor, kept.reasons) == (anchor, row.reasons)


def test_only_what_is_off_the_current_anchor_wants_to_be_judged() -> None:
    """What the current verdicts say already is not asked twice; closed tasks are never asked."""
    rows = [out(), out("meeting:m0", status=Status.DONE)]
    assert unjudged([verdict()], rows) == ()
    assert unjudged([newer()], rows) == (rows[0],)


def test_after_delivery_a_newer_anchor_moves_the_task() -> None:
    """Same key, newer anchor, and the untouched due date goes with it."""
    row = out()
    result = followed([newer()], [row], {row.key: verdict()}, now=10)
    moved = only(result)
    assert (moved.key, moved.anchor, moved.due, moved.expires) == (row.key, M2, on(40), day(70))
    assert task_of(moved).evidence == (M2, "meeting:m1")
    assert result.intents == (Update(row.key, "home", due=on(40), anchored=True),)


def test_a_touched_due_date_stays_when_the_anchor_moves() -> None:
    """The owner's hand wins; the end moves by as much as the owner moved the date."""
    row = edited(out(), due=on(33))
    result = followed([newer()], [row], {row.key: verdict()}, now=10)
    assert result.intents == (Update(row.key, "home", anchored=True),)
    assert (only(result).expires, task_of(only(result)).theirs.due) == (day(73), on(33))


def test_a_newer_anchor_that_still_waits_moves_it_as_well() -> None:
    """A task that is out speaks for the rule, so nothing new is due before."""
    row = out()
    assert only(followed([newer(State.WAITING)], [row], {row.key: verdict()}, now=10)).anchor == M2


@pytest.mark.parametrize(
    "current",
    [
        verdict(evidence="meeting:m0", at=-5),
        verdict(evidence=M2, at=10, settled=False),
        newer(State.SATISFIED),
        newer(State.EXPIRED),
    ],
    ids=["older", "back-filling", "satisfied", "expired"],
)
def test_an_anchor_that_does_not_take_over(current: Verdict) -> None:
    """Late evidence of older things moves nothing, nor does what is not open."""
    row = out()
    result = followed([current], [row], {row.key: verdict()}, now=10)
    assert (only(result).anchor, result.intents) == ("meeting:m1", ())


def test_a_muted_rule_moves_nothing() -> None:
    """What is out stays out, and no longer follows new evidence."""
    row = out()
    result = followed([newer()], [row], {row.key: verdict()}, now=10, muted=frozenset({"*"}))
    assert only(result).anchor == "meeting:m1"


def test_what_satisfied_the_old_anchor_may_anchor_a_new_verdict() -> None:
    """The second meeting closes the task of the first and starts the clock again."""
    row = out()
    done = verdict(State.SATISFIED, by=M2)
    result = followed([newer()], [row], {row.key: done}, now=10)
    assert {one.state for one in result.tracked} == {State.SATISFIED, State.HELD}
    assert [type(one) for one in result.intents] == [Complete]


def test_a_newer_anchor_in_time_keeps_it_from_expiring() -> None:
    """Seen a week late or at once, the same evidence leads to the same task."""
    row = out()
    gone = verdict(State.EXPIRED)
    assert only(followed([newer(at=50)], [row], {row.key: gone}, now=65)).anchor == M2
    result = followed([newer(at=62)], [row], {row.key: gone}, now=65)
    assert {one.state for one in result.tracked} == {State.EXPIRED, State.HELD}


def test_void_closes_an_untouched_task() -> None:
    """The evidence turned out not to be real."""
    row = out()
    result = followed([], [row], {row.key: None}, now=2)
    assert (only(result).state, task_of(only(result)).status) == (State.VOID, Status.CLOSED)
    assert isinstance(result.intents[0], Complete)


@pytest.mark.parametrize("change", [{"title": "Ring Ana"}, {"notes": "hers"}, {"due": on(9)}])
def test_void_leaves_an_edited_task_open(change: dict[str, object]) -> None:
    """It is the owner's now: a report line, and nothing is written."""
    row = edited(out(), **change)
    result = followed([], [row], {row.key: None}, now=2)
    assert (only(result).state, task_of(only(result)).status) == (State.VOID, Status.OPEN)
    assert result.intents == ()


def test_void_never_reopens() -> None:
    """Evidence that comes and goes does not make tasks come and go."""
    row = out()
    closed = only(followed([], [row], {row.key: None}, now=2))
    again = followed([verdict()], [closed], now=3)
    assert (again.rows, again.intents) == ((), ())


def test_an_edited_task_of_a_void_verdict_serves_the_next_one() -> None:
    """There is at most one open task for a person and a rule, the owner's included."""
    row = edited(out(), title="Ring Ana")
    kept = only(followed([], [row], {row.key: None}, now=2))
    assert only(followed([newer()], [kept], now=10)).anchor == M2


def test_an_anchor_that_moved_goes_back_when_the_newer_one_was_not_real() -> None:
    """The key still says what the task is about."""
    row = out()
    moved = only(followed([newer()], [row], {row.key: verdict()}, now=10))
    back = only(followed([verdict()], [moved], {row.key: None}, now=11))
    assert (back.key, back.anchor, back.state) == (row.key, "meeting:m1", State.OPEN)


def test_satisfied_opens_again_as_the_same_task_when_it_is_undone() -> None:
    """The meeting that satisfied it was cancelled."""
    closed = only(followed([verdict(State.SATISFIED, by=M2)], [out()], now=4))
    why = task_of(closed).closed_why
    result = followed([verdict()], [closed], now=5)
    assert (only(result).key, only(result).state) == (closed.key, State.OPEN)
    assert (only(result).satisfied_by, task_of(only(result)).closed_why) == ("", "")
    assert result.intents == (Update(closed.key, "home", reopen=True, unsay=why),)


@pytest.mark.parametrize("state", [State.WAITING, State.HELD, State.SATISFIED, State.EXPIRED])
def test_it_opens_again_only_when_it_is_open(state: State) -> None:
    """A meeting that was moved pauses the rule: the closed task stays closed meanwhile."""
    closed = only(followed([verdict(State.SATISFIED, by=M2)], [out()], now=4))
    assert followed([verdict(state)], [closed], now=5).intents == ()


def test_a_satisfied_anchor_that_is_no_longer_current_stays_closed() -> None:
    """The newer anchor speaks for the rule."""
    closed = only(followed([verdict(State.SATISFIED, by="x")], [out()], now=4))
    result = followed([newer()], [closed], now=10)
    assert [one.state for one in result.rows] == [State.HELD]


def test_a_ticked_task_is_an_answer_for_its_anchor() -> None:
    """The rules may still call it open; the owner does not."""
    row = replace(out(status=Status.DONE), state=State.SATISFIED)
    assert followed([verdict()], [row], now=5).rows == ()


def test_the_due_date_moves_when_the_rules_own_date_does() -> None:
    """A meeting that was moved moves what counts from its end."""
    result = followed([verdict(due=35)], [out()], now=1)
    assert [one.due for one in result.intents if isinstance(one, Update)] == [on(35)]


def test_a_due_date_that_was_adjusted_when_written_is_left_alone() -> None:
    """It was past already; it does not move to the next working day every day."""
    row = out(due=on(7))
    row = replace(row, due=on(3))
    assert followed([verdict(due=3)], [row], now=6).intents == ()


def test_what_nobody_judges_any_more_ends_when_it_would_have() -> None:
    """Its rule was taken out of the configuration."""
    row = out()
    assert task_of(only(followed([], [row], now=59))).status is Status.OPEN
    assert task_of(only(followed([], [row], now=60))).status is Status.EXPIRED


def test_late_evidence_may_close_while_an_account_is_back_filling() -> None:
    """Only opening has to wait."""
    result = followed([verdict(State.SATISFIED, settled=False)], [out()], now=4)
    assert task_of(only(result)).status is Status.CLOSED


@pytest.mark.parametrize("state", [State.SATISFIED, State.EXPIRED, State.OPEN])
def test_during_an_incident_tasks_keep_their_state(state: State) -> None:
    """Nothing is rewritten until the owner says what happened."""
    result = followed([verdict(state)], [out()], now=61, incident=True)
    assert (result.rows, result.intents) == ((), ())


def test_a_closed_task_that_the_owner_opened_again_stays_open() -> None:
    """The owner's hand wins over the reason we had."""
    row = replace(out(), state=State.SATISFIED)
    result = followed([verdict(State.SATISFIED)], [row], now=5)
    assert (result.rows, result.intents) == ((), ())
