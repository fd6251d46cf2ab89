"""Verdicts: where a rule stands with a person, and when that can change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.evaluate import Clock, evaluate, find_anchor, judge, next_anchor, tier_of
from rules.history import Event, Facts, Subject
from rules.load import load
from rules.memory import IMPLIED, MemoryHistory, Period
from rules.model import Rule, RuleSet, Tier
from rules.verdict import State, Verdict

CLOCK = Clock(ZoneInfo("Europe/Lisbon"))
ANA = Subject("p1", "Ana Silva", ("ana@example.org",))
START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def event(kind: str, at: float, evidence: str = "", hours: float = 0, **more: object) -> Event:
    kinds = frozenset({kind, *IMPLIED.get(kind, ())})
    begins = day(at)
    made = Event(kinds, begins, begins + timedelta(hours=hours), evidence or f"{kind}@{at:g}")
    return replace(made, **more)  # type: ignore[arg-type]


def history(*events: Event, **facts: object) -> MemoryHistory:
    period = Period(day(-400), replace(Facts(), **facts))  # type: ignore[arg-type]
    return MemoryHistory(ANA, events, (period,))


def rules(fields: str, tiers: str = "[]") -> RuleSet:
    text = f"version: 1\ntiers: {tiers}\nrules:\n  - {{id: r, task: {{title: x}}, {fields}}}\n"
    return load([("r.yaml", text)])


def verdict(ruleset: RuleSet, past: MemoryHistory, now: float) -> Verdict:
    (only,) = evaluate(ruleset, past, day(now), CLOCK)
    return only


CALL = rules("since: meeting, until: [call, message_sent], remind: 2d, due: 10d, expires: 20d")


def test_waiting_open_expired() -> None:
    """A clock waits until `remind`, is open until `expires`, and names each next moment."""
    past = history(event("meeting", 0))
    found = [verdict(CALL, past, now) for now in (0, 1.99, 2, 19.99, 20, 99)]
    assert [v.state for v in found] == [
        State.WAITING,
        State.WAITING,
        State.OPEN,
        State.OPEN,
        State.EXPIRED,
        State.EXPIRED,
    ]
    assert [v.next for v in found] == [day(2), day(2), day(20), day(20), None, None]
    assert [v.opened_at for v in found[2:4]] == [day(2), day(2)]
    assert found[4].closed_at == found[4].expires == day(20)


def test_times_run_from_the_end_of_the_anchor() -> None:
    """remind, due and expires all run from when the anchor was over."""
    found = verdict(CALL, history(event("meeting", 0, hours=3)), 1)
    assert found.remind == day(2) + timedelta(hours=3)
    assert found.due_at == day(10) + timedelta(hours=3)
    assert found.expires == day(20) + timedelta(hours=3)


def test_due_is_a_date_in_the_owners_zone() -> None:
    """The due date is the day in the owner's zone, not in UTC."""
    late = rules("since: meeting, due: 24h")
    past = history(event("meeting", 13.5 / 24))  # 23:30 UTC
    auckland = Clock(ZoneInfo("Pacific/Auckland"))
    assert evaluate(late, past, day(1), auckland)[0].due == date(2026, 3, 4)
    assert verdict(late, past, 1).due == date(2026, 3, 3)


def test_expires_thirty_days_after_due_by_default() -> None:
    """Without `expires` a clock runs out 30 days after due."""
    found = verdict(rules("since: meeting, due: 10d"), history(event("meeting", 0)), 1)
    assert found.expires == datetime(2026, 4, 11, 9, tzinfo=UTC)  # summer time by then


def test_satisfied_closes_at_once_also_before_remind() -> None:
    """An event of `until` satisfies as it ends, whether or not the task had appeared."""
    for at in (1, 5):
        found = verdict(CALL, history(event("meeting", 0), event("call", at, "c", hours=1)), 9)
        assert (found.state, found.satisfied_by, found.next) == (State.SATISFIED, "c", None)
        assert found.closed_at == day(at) + timedelta(hours=1)
        assert found.reasons == ("until:call",)


def test_the_first_satisfying_event_counts() -> None:
    """Of several satisfying events the earliest is the reason."""
    past = history(event("meeting", 0), event("call", 4), event("message_sent", 3, "m"))
    assert verdict(CALL, past, 9).satisfied_by == "m"


def test_too_late_does_not_satisfy() -> None:
    """What happens at `expires` or later leaves the clock expired."""
    for at, state in ((20, State.EXPIRED), (25, State.EXPIRED), (19.99, State.SATISFIED)):
        assert verdict(CALL, history(event("meeting", 0), event("call", at)), 30).state is state


def test_only_events_after_the_anchor_satisfy() -> None:
    """`until` needs a later end, or the same end and a later start; never the own evidence."""
    meeting = event("meeting", 0, "m", hours=1)
    end = 1 / 24
    same_end = event("message_sent", end, "mail")
    assert verdict(CALL, history(meeting, same_end), 1).satisfied_by == "mail"
    longer = event("call", -1 / 24, "long", hours=2)
    assert verdict(CALL, history(meeting, longer), 1).state is State.WAITING
    before = event("message_sent", 0.01, "mail")
    assert verdict(CALL, history(meeting, before), 1).state is State.WAITING
    own = event("call", 0.5, "m")
    assert verdict(CALL, history(meeting, own), 1).state is State.WAITING
    message = rules("since: message_received, until: message_sent, due: 1d")
    twins = history(event("message_received", 0), event("message_sent", 0))
    assert verdict(message, twins, 0.1).state is State.OPEN


def test_a_large_meeting_anchors_nothing_but_satisfies() -> None:
    """An anchor needs a group of at most five; what stops the clock may be larger."""
    assert not evaluate(CALL, history(event("meeting", 0, size=6)), day(1), CLOCK)
    meet = rules("since: call, until: meeting, due: 9d")
    past = history(event("call", 0), event("meeting", 1, size=7))
    assert verdict(meet, past, 2).state is State.SATISFIED
    assert verdict(CALL, history(event("meeting", 0, size=5)), 1).state is State.WAITING


def test_the_newest_anchor_restarts_the_clock() -> None:
    """Other than loops, rules start at the newest occurrence."""
    past = history(event("meeting", 0, "old"), event("call", 1), event("meeting", 5, "new"))
    assert verdict(CALL, past, 4).anchor.evidence == "old"
    found = verdict(CALL, past, 6)
    assert (found.anchor.evidence, found.state) == ("new", State.WAITING)


ANSWER = rules("since: asked_me, until: resolved, remind: 1d, due: 3d, expires: 9d")


def test_loops_anchor_at_the_oldest_open_one() -> None:
    """Closed, satisfied and expired loops are passed over; without an open one the newest stays."""
    closed = event("asked_me", 0, "a", closed_at=day(2), closed_by="m")
    past = history(closed, event("asked_me", 1, "b"), event("asked_me", 4, "c"))
    assert [verdict(ANSWER, past, now).anchor.evidence for now in (1.5, 2, 9.9, 11, 40)] == [
        "a",
        "b",
        "b",
        "c",
        "c",
    ]
    assert verdict(ANSWER, past, 40).state is State.EXPIRED


def test_resolved_is_the_closing_of_the_anchors_own_loop() -> None:
    """`resolved` satisfies when, and by what, the loop of the anchor was closed."""
    past = history(event("asked_me", 0, "a", closed_at=day(2), closed_by="m"))
    found = verdict(ANSWER, past, 5)
    assert (found.state, found.closed_at, found.satisfied_by) == (State.SATISFIED, day(2), "m")
    assert found.reasons == ("until:resolved",)
    assert verdict(ANSWER, past, 1.5).state is State.OPEN
    late = history(event("asked_me", 0, "a", closed_at=day(9), closed_by="m"))
    assert verdict(ANSWER, late, 20).state is State.EXPIRED


def test_whichever_closes_first_is_the_reason() -> None:
    """Between the closing of the loop and another event of `until` the earlier one counts."""
    ruleset = rules("since: asked_me, until: [call, resolved], due: 9d")
    asked = event("asked_me", 0, "a", closed_at=day(2), closed_by="m")
    assert verdict(ruleset, history(asked, event("call", 4)), 5).satisfied_by == "m"
    assert verdict(ruleset, history(asked, event("call", 1, "c")), 5).satisfied_by == "c"


FIRST = rules("since: first_meeting, until: message_sent, due: 2d")


def test_first_meeting() -> None:
    """Only the first real meeting counts as the first, whatever its mode."""
    past = history(event("meeting", 0, "m1"), event("in_person_meeting", 5, "m2"))
    assert verdict(FIRST, past, 6).anchor.evidence == "m1"
    assert not evaluate(FIRST, history(event("message_sent", 0)), day(1), CLOCK)


def test_first_is_unknown_during_back_fill_and_near_the_cut() -> None:
    """While a facet back-fills, or near the cut of the history, nothing is known to be first."""
    past = history(event("meeting", 0), event("meeting", 9))
    past.first_known = False
    assert not evaluate(FIRST, past, day(1), CLOCK)
    past.first_known, past.first_after = True, day(1)
    assert not evaluate(FIRST, past, day(10), CLOCK)
    past.first_after = day(0)
    assert evaluate(FIRST, past, day(10), CLOCK)


def test_a_crowded_first_meeting_does_not_make_the_second_one_first() -> None:
    """The first meeting stays the first, even where it was too large to anchor."""
    past = history(event("meeting", 0, size=6), event("meeting", 5))
    assert not evaluate(FIRST, past, day(6), CLOCK)


def test_until_first_meeting() -> None:
    """As `until` a first meeting is only the first one."""
    ruleset = rules("since: message_sent, until: first_meeting, due: 9d")
    past = history(event("message_sent", 0), event("meeting", 1))
    assert verdict(ruleset, past, 2).reasons == ("until:first_meeting",)
    past = history(event("meeting", -1), event("message_sent", 0), event("meeting", 1))
    assert verdict(ruleset, past, 2).state is State.OPEN


GUARDED = rules("since: meeting, remind: 2d, due: 10d, expires: 20d, where: {wanted: true}")


def test_where_waits_and_is_tested_again() -> None:
    """While `where` is false the verdict waits; it opens the moment it is true."""
    past = history(event("meeting", 0))
    past.periods += (Period(day(5), Facts(wanted=True)),)
    found = [verdict(GUARDED, past, now) for now in (3, 5, 8)]
    assert [v.state for v in found] == [State.WAITING, State.OPEN, State.OPEN]
    assert found[0].reasons == ("where:wanted",)
    assert [v.opened_at for v in found] == [None, day(5), day(5)]
    past.periods += (Period(day(9), Facts()),)
    assert verdict(GUARDED, past, 10).state is State.WAITING


def test_pause_holds() -> None:
    """A meeting on the calendar holds the task back until it begins."""
    ruleset = rules("since: meeting, remind: 2d, due: 9d, expires: 20d, pause_while: scheduled")
    past = history(event("meeting", 0))
    past.periods += (Period(day(1), Facts(scheduled=True)), Period(day(6), Facts()))
    held, opened = verdict(ruleset, past, 3), verdict(ruleset, past, 7)
    assert (held.state, held.reasons, held.next) == (State.HELD, ("pause:scheduled",), day(6))
    assert (opened.state, opened.opened_at) == (State.OPEN, day(6))
    assert verdict(ruleset, past, 21).state is State.EXPIRED


def test_silence_opens_at_the_exact_moment() -> None:
    """`above` a silence is true only after it, and `next` names that very moment."""
    for bound, at in (("at_least", timedelta(0)), ("above", timedelta(microseconds=1))):
        ruleset = rules(
            f"since: meeting, due: 10d, expires: 20d, where: {{silent_for: {{{bound}: 5d}}}}"
        )
        past = history(event("meeting", 0))
        found = verdict(ruleset, past, 1)
        assert (found.state, found.next) == (State.WAITING, day(5) + at)
        opened = evaluate(ruleset, past, day(5) + at, CLOCK)[0]
        assert (opened.state, opened.opened_at) == (State.OPEN, day(5) + at)


def test_strength_opens_as_it_decays() -> None:
    """`next` is the moment at which decay crosses a bound of `where`."""
    ruleset = rules("since: meeting, due: 60d, where: {strength: {below: 0.25}}")
    past = history(event("meeting", 0))
    past.periods = (Period(day(0), Facts(strength=0.5), timedelta(days=10)),)
    found = verdict(ruleset, past, 1)
    assert found.next is not None
    assert abs(found.next - day(10)) < timedelta(seconds=1)
    assert evaluate(ruleset, past, found.next, CLOCK)[0].state is State.OPEN


def test_delivered_tasks_only_close_by_until_and_expires() -> None:
    """Once delivered, `where` and pause no longer matter."""
    past = history(event("meeting", 0), scheduled=True)
    paused = rules(
        "since: meeting, until: call, remind: 2d, due: 9d, expires: 20d,"
        " where: {wanted: true}, pause_while: scheduled"
    ).rules[0]
    anchor = past.events[0]

    def after(now: float, known: MemoryHistory = past) -> Verdict:
        return judge(paused, anchor, known, day(now), CLOCK, True, tiers=())

    assert [after(now).state for now in (0, 3, 20)] == [State.OPEN, State.OPEN, State.EXPIRED]
    assert after(3).next == day(20)
    assert after(9, history(anchor, event("call", 8))).state is State.SATISFIED


CADENCE = rules(
    "since: interaction, remind: cadence, due: cadence x 2, expires: cadence x 3",
    "[{name: inner, people: [ANA@example.org], cadence: 10d}, {name: rest, where: {wanted: true}}]",
)


def test_cadence_is_the_tiers() -> None:
    """Cadence is that of the tier; without one the rule does not apply."""
    past = history(event("message_sent", 0))
    found = verdict(CADENCE, past, 1)
    assert (found.remind, found.due_at) == (day(10), day(20))
    past.subject = Subject("p2", "Bo", ("bo@example.org",))
    assert not evaluate(CADENCE, past, day(1), CLOCK)
    wanted = history(event("message_sent", 0), wanted=True)
    wanted.subject = past.subject
    assert not evaluate(CADENCE, wanted, day(1), CLOCK)


def test_a_delivered_task_whose_length_became_unknown_is_void() -> None:
    """Judging an anchor of a rule that no longer applies says so instead of guessing."""
    past = history(event("message_sent", 0))
    found = judge(CADENCE.rules[0], past.events[0], past, day(5), CLOCK, True, tiers=())
    assert (found.state, found.reasons, found.next) == (State.VOID, ("unknown:cadence",), None)


def test_tier_and_rhythm_as_they_stood_at_the_anchor() -> None:
    """What changes after the anchor does not move its times."""
    ruleset = rules(
        "since: meeting, due: rhythm x 3, where: {tier: warm}",
        "[{name: warm, where: {strength: {above: 0.4}}}]",
    )
    past = history(event("meeting", 0), strength=0.5, rhythm=timedelta(days=4))
    past.periods += (Period(day(1), Facts(strength=0.1, rhythm=timedelta(days=9))),)
    found = verdict(ruleset, past, 2)
    assert (found.state, found.due_at) == (State.OPEN, day(12))
    no_rhythm = history(event("meeting", 0), strength=0.5)
    assert not evaluate(ruleset, no_rhythm, day(2), CLOCK)


def test_strength_below_starts_a_clock() -> None:
    """A tie that decays starts the clock at the crossing, which can be foreseen."""
    ruleset = rules("since: {strength_below: 0.25}, until: interaction, due: 7d")
    past = history(event("meeting", 0, "m"))
    past.periods = (Period(day(0), Facts(strength=0.5), timedelta(days=10)),)
    assert not evaluate(ruleset, past, day(9), CLOCK)
    crossing = next_anchor(ruleset, past, day(9))
    assert crossing is not None
    assert abs(crossing - day(10)) < timedelta(seconds=1)
    (found,) = evaluate(ruleset, past, crossing, CLOCK)
    assert (found.state, found.anchor.evidence, found.anchor.end) == (
        State.OPEN,
        "m#below:0.25",
        crossing,
    )
    assert find_anchor(ruleset.rules[0], "m#below:0.25", past) == found.anchor
    assert next_anchor(CALL, past, day(9)) is None


def test_find_anchor() -> None:
    """An anchor is found by its evidence while it is real and what the rule starts at."""
    past = history(event("meeting", 0, "a"), event("meeting", 1, "b"), event("call", 2, "c"))
    past.first_known = False
    first: Rule = FIRST.rules[0]
    assert find_anchor(first, "b", past) == past.events[1]
    assert find_anchor(first, "c", past) is None
    assert find_anchor(first, "x", past) is None
    crowd = history(event("meeting", 0, "a", size=6))
    assert find_anchor(CALL.rules[0], "a", crowd) is None


def test_tier_of() -> None:
    """The first tier that fits: named by address, id or name, by facts, or open to everybody."""
    warm = rules("since: call, due: 1d", "[{name: w, where: {strength: {above: 0.4}}}]").tiers[0]
    by_name, by_id = Tier("n", ("ana silva",)), Tier("i", ("p1",))
    rest = Tier("rest")

    def tier(*tiers: Tier, strength: float = 0) -> str | None:
        found = tier_of(RuleSet((), tiers), ANA, Facts(strength=strength))
        return found.name if found else None

    assert tier(warm, by_name, rest) == "n"
    assert tier(warm, by_id, rest, strength=0.5) == "w"
    assert tier(by_id) == "i"
    assert tier(warm, rest) == "rest"
    assert tier(warm) is None
    assert tier(replace(warm, people=("ana@example.org",))) == "w"


def test_nothing_in_the_future_counts() -> None:
    """An event that is not over yet neither starts nor stops a clock."""
    past = history(event("meeting", 0, hours=1), event("call", 3, hours=1), event("meeting", 9))
    assert not evaluate(CALL, past, day(0.01), CLOCK)
    assert verdict(CALL, past, 3.01).state is State.OPEN
    assert verdict(CALL, past, 3.1).state is State.SATISFIED


def test_verdicts_come_in_the_order_of_the_rules() -> None:
    """Each rule with an anchor has one verdict, in the order of the files, with its priority."""
    both = RuleSet((replace(CALL.rules[0], id="b", priority=9), FIRST.rules[0]))
    found = evaluate(both, history(event("meeting", 0)), day(1), CLOCK)
    assert [(v.rule, v.priority, v.person) for v in found] == [("b", 9, "p1"), ("r", 50, "p1")]


@pytest.mark.parametrize(
    "since", ["card_added", "task_done", "meeting_scheduled", "shared_with_me"]
)
def test_any_event_starts_a_clock(since: str) -> None:
    """Events that are no interaction start clocks as well."""
    ruleset = rules(f"since: {since}, until: interaction, due: 5d")
    past = history(event(since, 0), event("message_sent", 2))
    assert verdict(ruleset, past, 1).state is State.OPEN
    assert verdict(ruleset, past, 2).state is State.SATISFIED
