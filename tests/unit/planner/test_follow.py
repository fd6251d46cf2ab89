"""Verdicts that are no tasks yet: found in time or missed, held, muted, replaced, gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.planner.desk import (
    ANA,
    POLICY,
    RULE,
    day,
    followed,
    held,
    key,
    only,
    out,
    task_of,
    verdict,
)

from rules.verdict import State
from syncd.planner import Complete, Status

OPEN, HELD, WAITING = State.OPEN, State.HELD, State.WAITING
GONE = frozenset({"*"})


@pytest.mark.parametrize(
    ("found", "expected"),
    [(0, HELD), (13.9, HELD), (14, HELD), (14.1, State.MISSED), (50, State.MISSED)],
)
def test_first_found_open_later_than_catch_up_is_missed(found: float, expected: State) -> None:
    """First start, new account, new rule, outage and late evidence: a report line, no task."""
    assert only(followed([verdict()], now=found)).state is expected


def test_missed_is_final() -> None:
    """Nothing that is learned later makes a task of it."""
    row = only(followed([verdict()], now=20))
    assert followed([verdict(opened=19)], [row], now=21).rows == ()


def test_catch_up_counts_from_the_moment_nothing_held_it_back() -> None:
    """A pause that ended yesterday opened it yesterday, whenever its `remind` was."""
    assert only(followed([verdict(opened=29)], now=30)).state is HELD


def test_what_was_found_in_time_is_never_missed() -> None:
    """A verdict held by the budget for weeks still becomes a task."""
    row = held()
    assert only(followed([verdict()], [row], now=40)).reasons == ("budget",)


def test_what_a_pause_held_in_time_is_not_missed_when_it_opens() -> None:
    """The pause is the owner's calendar, not an outage."""
    paused = verdict(HELD, reasons=("pause:scheduled",))
    row = only(followed([paused], now=1))
    assert (row.state, row.reasons, row.found_at) == (HELD, ("pause:scheduled",), day(1))
    assert only(followed([verdict()], [row], now=30)).reasons == ("budget",)


def test_an_open_verdict_is_held_by_the_budget_until_it_is_drawn() -> None:
    """It has a key and no task."""
    row = only(followed([verdict()]))
    assert (row.key, row.addr, row.reasons, row.task) == (key(), ANA, ("budget",), None)


def test_in_preview_it_is_held_by_preview() -> None:
    """`tasks --all` shows what would be written."""
    row = only(followed([verdict()], policy=replace(POLICY, preview=True)))
    assert (row.state, row.reasons) == (HELD, ("preview",))


def test_a_waiting_verdict_is_kept_with_its_next_moment() -> None:
    """`explain` shows it, and the daemon knows when to look again."""
    result = followed([verdict(WAITING, remind=5)])
    assert (only(result).state, result.next) == (WAITING, day(60))


def test_a_held_verdict_still_expires() -> None:
    """What nobody had room for in time is not written late."""
    assert only(followed([verdict(State.EXPIRED)], [held()], now=61)).state is State.EXPIRED


def test_what_was_never_open_leaves_no_trace() -> None:
    """Years of satisfied verdicts are not worth a row each."""
    waiting = only(followed([verdict(WAITING)]))
    assert followed([verdict(State.SATISFIED)]).tracked == ()
    assert followed([verdict(State.SATISFIED)], [waiting]).vanished == (waiting.key,)


def test_a_facet_that_is_still_back_filling_delivers_nothing() -> None:
    """Neither a task nor a verdict on being too late."""
    assert only(followed([verdict(settled=False)])).reasons == ("facet:back-filling",)
    assert only(followed([verdict(settled=False)], now=90)).state is HELD


def test_after_the_back_fill_it_counts_when_it_was_first_found() -> None:
    """A back-fill of three weeks must not miss what was fresh when it began."""
    row = only(followed([verdict(settled=False)], now=1))
    assert only(followed([verdict()], [row], now=22)).reasons == ("budget",)


def test_a_newer_anchor_replaces_an_undelivered_row() -> None:
    """One row per person and rule speaks, the newest."""
    row = held()
    result = followed([verdict(evidence="meeting:m2", at=5)], [row], now=5)
    assert result.vanished == (row.key,)
    assert only(result).key == key("meeting:m2")


def test_a_row_whose_anchor_is_not_real_vanishes() -> None:
    """It never had a task, so there is nothing to close."""
    row = held()
    assert followed([], [row]).vanished == (row.key,)


def test_the_same_again_changes_nothing() -> None:
    """Following twice with the same arguments writes nothing the second time."""
    first = followed([verdict()])
    again = followed([verdict()], first.tracked)
    assert (again.rows, again.vanished, again.intents) == ((), (), ())


def test_a_key_is_kept_when_the_address_of_the_evidence_is_another_later() -> None:
    """Merges and splits change who somebody is, not what a task is called."""
    row = replace(held(), addr="ana@example.net", key=key("other"))
    assert only(followed([verdict()], [row], now=1)).key == row.key


def test_a_muted_rule_makes_no_candidate() -> None:
    """`syncd mute PERSON --rule R`, or all rules of the person."""
    for muted in (frozenset({RULE}), GONE):
        row = only(followed([verdict()], muted=muted))
        assert (row.state, row.found_at, row.reasons) == (State.MUTED, None, ("mute:owner",))
    assert only(followed([verdict()], muted=frozenset({"another"}))).state is HELD


@pytest.mark.parametrize(("later", "expected"), [(10, HELD), (20, State.MISSED)])
def test_what_was_muted_is_judged_anew_within_catch_up(later: float, expected: State) -> None:
    """The end of a mute does not bring back what was due in the middle of it."""
    row = only(followed([verdict()], muted=GONE))
    assert only(followed([verdict()], [row], now=later)).state is expected


def test_a_deleted_task_is_a_no_for_that_anchor() -> None:
    """The same evidence never leads to a task again."""
    row = replace(out(status=Status.DISMISSED), state=State.MUTED)
    result = followed([verdict()], [row], now=1)
    assert (result.rows, result.intents) == ((), ())


def test_one_deletion_does_not_mute_the_rule() -> None:
    """The next meeting is another question."""
    row = replace(out(status=Status.DISMISSED), state=State.MUTED)
    result = followed([verdict(evidence="meeting:m2", at=5)], [row], now=5)
    assert [one.state for one in result.rows] == [HELD]


def test_two_deletions_for_the_same_rule_and_person_are_a_mute() -> None:
    """Whoever deletes twice has answered for good."""
    rows = [
        replace(out(f"meeting:m{n}", n, status=Status.DISMISSED), state=State.MUTED) for n in (1, 2)
    ]
    third = [verdict(evidence="meeting:m3", at=5)]
    (row,) = followed(third, rows, now=5).rows
    assert (row.state, row.reasons) == (State.MUTED, ("mute:deleted-twice",))
    (row,) = followed(third, rows, now=5, unmuted={RULE: day(4)}).rows
    assert row.state is HELD
    (row,) = followed(third, rows, now=5, unmuted={"*": day(1.5)}).rows
    assert row.state is HELD


def test_deletions_for_another_rule_mute_nothing_here() -> None:
    """Two for the same rule, not two of any."""
    rows = [
        replace(out(f"meeting:m{n}", n, status=Status.DISMISSED, rule=f"r{n}"), state=State.MUTED)
        for n in (1, 2)
    ]
    result = followed([verdict(evidence="meeting:m3", at=5)], rows, now=5)
    assert [one.state for one in result.rows] == [HELD]


def test_during_an_incident_nothing_becomes_a_candidate() -> None:
    """A list that may be lost is not written to."""
    assert only(followed([verdict()], incident=True)).reasons == ("list:incident",)


def test_the_next_moment_is_the_earliest_of_all() -> None:
    """The daemon sleeps until then."""
    verdicts = [verdict(WAITING, expires=9), verdict(WAITING, rule="thank", expires=7)]
    assert followed(verdicts).next == day(7)


def test_a_moment_that_has_passed_hides_no_later_one() -> None:
    """A closed row that waits for a moved meeting stays as it is, also behind that meeting."""
    stays = replace(out(rule="ready", status=Status.CLOSED), state=WAITING, next=day(2))
    result = followed([verdict(WAITING, rule="thank", expires=7)], [stays], now=3)
    assert result.next == day(7)


def test_rules_do_not_disturb_each_other() -> None:
    """One row each, whatever the others do."""
    rows = followed([verdict(), verdict(rule="thank")]).rows
    assert {row.rule for row in rows} == {RULE, "thank"}


def test_two_rows_on_one_anchor_after_a_merge_become_one() -> None:
    """Two people in one meeting turn out to be one: whichever got a task speaks."""
    first = out()
    second = replace(held(), key=key("twin"))
    result = followed([verdict()], [second, first], now=1)
    assert (result.vanished, only(result).key) == ((second.key,), first.key)


def test_merging_two_people_keeps_the_older_of_two_open_tasks() -> None:
    """The newer one is completed with the reason, whatever it is anchored at."""
    older, newer = out("meeting:m1", 0), out("meeting:m2", 3)
    current = verdict(evidence="meeting:m2", at=3)
    result = followed([current], [newer, older], {older.key: verdict()}, now=4)
    states = {row.key: task_of(row).status for row in result.tracked}
    assert states == {older.key: Status.OPEN, newer.key: Status.CLOSED}
    closing = [intent.key for intent in result.intents if isinstance(intent, Complete)]
    assert closing == [newer.key]
    kept = next(row for row in result.tracked if row.key == older.key)
    assert kept.anchor == "meeting:m2"  # it speaks for both now


def test_after_the_split_the_closed_one_opens_again() -> None:
    """A merge can be undone, and so can what it closed."""
    older, newer = out("meeting:m1", 0), out("meeting:m2", 3)
    current = verdict(evidence="meeting:m2", at=3)
    merged = followed([current], [newer, older], {older.key: verdict()}, now=4)
    mine = next(row for row in merged.tracked if row.key == newer.key)
    assert task_of(only(followed([current], [mine], now=5))).status is Status.OPEN


def test_rows_of_tasks_are_kept_when_their_rule_is_gone() -> None:
    """A key that was used is never forgotten: its task may still be in the list."""
    assert followed([], [out(status=Status.DONE)], now=1).vanished == ()
