"""Properties of verdicts over histories that nobody thought of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.evaluate import Clock, evaluate, judge, next_anchor
from rules.history import LOOPS, Event, Facts, Subject
from rules.load import load
from rules.memory import IMPLIED, MemoryHistory, Period
from rules.verdict import State, Verdict

CLOCK = Clock(ZoneInfo("Europe/Lisbon"))
START = datetime(2026, 3, 2, tzinfo=UTC)
HOURS = 24 * 60
STEP = 7  # hours: small against every length below, and in step with none

RULES = load(
    [
        (
            "properties.yaml",
            """\
version: 1
tiers:
  - {name: warm, where: {strength: {above: 0.4}}, cadence: 5d}
rules:
  - {id: plain, since: meeting, until: [call], remind: 1d, due: 5d, expires: 9d, task: {title: x}}
  - {id: first, since: first_meeting, until: [message_sent, meeting], due: 48h, task: {title: x}}
  - id: guarded
    since: interaction
    until: [in_person_meeting]
    due: 20d
    where: {wanted: true, silent_for: {above: 3d}, not: {stage: dormant}}
    pause_while: scheduled
    task: {title: x}
  - {id: loop, since: asked_me, until: resolved, remind: 12h, due: 3d, task: {title: x}}
  - {id: work, since: call, due: 2 working days, expires: 3 working days, task: {title: x}}
  - {id: tier, since: interaction, remind: cadence, due: cadence x 2, task: {title: x}}
  - {id: rhythm, since: meeting, due: rhythm x 2, where: {tier: warm}, task: {title: x}}
  - {id: decay, since: {strength_below: 0.3}, until: [interaction], due: 7d, task: {title: x}}
  - {id: fading, since: call, due: 30d, where: {strength: {below: 0.4}}, task: {title: x}}
""",
        )
    ]
)

_kinds = st.sampled_from(
    ["meeting", "in_person_meeting", "call", "message_sent", "message_received", "asked_me"]
)


@st.composite
def _events(draw: st.DrawFn) -> tuple[Event, ...]:
    events = []
    for number in range(draw(st.integers(0, 8))):
        kind = draw(_kinds)
        at = START + timedelta(hours=draw(st.integers(0, HOURS)))
        end = at + timedelta(hours=draw(st.integers(0, 2)))
        closed = draw(st.none() | st.integers(0, 300)) if kind in LOOPS else None
        events.append(
            Event(
                frozenset({kind, *IMPLIED.get(kind, ())}),
                at,
                end,
                f"e{number}",
                size=draw(st.sampled_from([1, 2, 5, 6])),
                closed_at=None if closed is None else end + timedelta(hours=closed),
                closed_by="" if closed is None else "closing",
            )
        )
    return tuple(events)


@st.composite
def _periods(draw: st.DrawFn) -> tuple[Period, ...]:
    starts = draw(st.lists(st.integers(-48, HOURS), max_size=4, unique=True))
    return tuple(
        Period(
            START + timedelta(hours=hours),
            Facts(
                stage=draw(st.sampled_from(["acquaintance", "dormant"])),
                wanted=draw(st.booleans()),
                scheduled=draw(st.booleans()),
                strength=draw(st.sampled_from([0.0, 0.2, 0.5, 0.9])),
                rhythm=draw(st.sampled_from([None, timedelta(days=7), timedelta(hours=180)])),
            ),
            draw(st.sampled_from([None, timedelta(days=3), timedelta(days=20)])),
        )
        for hours in starts
    )


@st.composite
def histories(draw: st.DrawFn) -> MemoryHistory:
    subject = Subject("p1", "Ana Silva", ("ana@example.org",))
    return MemoryHistory(subject, draw(_events()), draw(_periods()))


def known_at(history: MemoryHistory, now: datetime) -> MemoryHistory:
    """What of a history is known at a moment."""
    events = tuple(
        replace(event, closed_at=None, closed_by="")
        if event.closed_at is not None and event.closed_at > now
        else event
        for event in history.events
        if event.end <= now
    )
    periods = tuple(period for period in history.periods if period.since <= now)
    return MemoryHistory(history.subject, events, periods)


def state(verdict: Verdict) -> Verdict:
    return replace(verdict, next=None, anchor=replace(verdict.anchor, closed_at=None, closed_by=""))


def states(history: MemoryHistory, now: datetime) -> list[Verdict]:
    return [state(verdict) for verdict in evaluate(RULES, history, now, CLOCK)]


def _happenings(history: MemoryHistory) -> list[datetime]:
    """The moments at which the world, not the clock, changes something."""
    moments = {event.end for event in history.events}
    moments |= {event.closed_at for event in history.events if event.closed_at is not None}
    return sorted(moments | {period.since for period in history.periods})


@settings(max_examples=60, deadline=None)
@given(histories())
def test_jumping_sees_what_stepping_sees(history: MemoryHistory) -> None:
    """From `next` to `next`, with what happens between, no change of any verdict is missed."""
    end = START + timedelta(hours=HOURS * 2)
    happenings = _happenings(history)
    jumps = [START - timedelta(days=3)]
    while jumps[-1] < end:
        now = jumps[-1]
        known = known_at(history, now)
        moments = [verdict.next for verdict in evaluate(RULES, known, now, CLOCK)]
        moments.append(next_anchor(RULES, known, now))
        moments.append(next((moment for moment in happenings if moment > now), None))
        later = [moment for moment in moments if moment is not None]
        assert all(moment > now for moment in later)
        jumps.append(min(later, default=end))
    assert len(jumps) < 400
    seen, index = states(history, jumps[0]), 0
    moment = jumps[0]
    while moment < end:
        while index + 1 < len(jumps) and jumps[index + 1] <= moment:
            index += 1
            seen = states(known_at(history, jumps[index]), jumps[index])
        assert states(known_at(history, moment), moment) == seen
        moment += timedelta(hours=STEP)


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, HOURS * 2))
def test_the_future_is_no_evidence(history: MemoryHistory, hours: int) -> None:
    """What has not happened yet changes no verdict."""
    now = START + timedelta(hours=hours)
    assert states(history, now) == states(known_at(history, now), now)


@settings(max_examples=40, deadline=None)
@given(histories(), st.integers(0, HOURS * 2), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    history: MemoryHistory, hours: int, chance: object
) -> None:
    """Verdicts depend on the set of events, byte for byte."""
    now = START + timedelta(hours=hours)
    shuffled = list(history.events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    other = MemoryHistory(history.subject, tuple(shuffled), history.periods[::-1])
    assert repr(evaluate(RULES, history, now, CLOCK)) == repr(evaluate(RULES, other, now, CLOCK))


@settings(max_examples=40, deadline=None)
@given(histories(), st.booleans())
def test_final_is_final(history: MemoryHistory, delivered: bool) -> None:
    """An anchor that was satisfied or has expired stays so, at the same moment, as time passes;
    a delivered one is never anything but open before that."""
    closed: dict[tuple[str, str], Verdict] = {}
    for rule in RULES.rules:
        for anchor in history.events:
            if rule.since not in anchor.kinds:
                continue
            for hours in range(0, HOURS * 2, 60):
                now = START + timedelta(hours=hours)
                if now < anchor.end:
                    continue
                found = judge(rule, anchor, history, now, CLOCK, delivered, tiers=RULES.tiers)
                key = rule.id, anchor.evidence
                if key in closed:
                    assert state(found) == state(closed[key])
                elif found.state in (State.SATISFIED, State.EXPIRED, State.VOID):
                    closed[key] = found
                elif delivered:
                    assert found.state is State.OPEN


@settings(max_examples=60, deadline=None)
@given(
    histories(), st.integers(0, HOURS * 2), st.sets(st.sampled_from([r.id for r in RULES.rules]))
)
def test_only_what_is_over_is_left_out(
    history: MemoryHistory, hours: int, traced: set[str]
) -> None:
    """Of rules that are not traced, clocks that were stopped or have run out may be missing;
    everything else is there, and the same."""
    now = START + timedelta(hours=hours)
    known = known_at(history, now)
    everything = evaluate(RULES, known, now, CLOCK)
    found = evaluate(RULES, known, now, CLOCK, traced=traced)
    over = (State.SATISFIED, State.EXPIRED)
    wanted = [one for one in everything if one.rule in traced or one.state not in over]
    assert [one for one in everything if one in found] == list(found)
    assert [one for one in found if one in wanted] == wanted


def test_most_of_what_is_over_is_left_out() -> None:
    """Whether it ran out long ago or was stopped in time, it is not there."""
    met = Event(frozenset({"meeting", "interaction"}), START, START, "met")
    called = Event(frozenset({"call"}), START + timedelta(days=1), START + timedelta(days=1), "c")
    history = MemoryHistory(Subject("p1", "Ana Silva"), (met, called), ())
    for days in (2, 90):
        now = START + timedelta(days=days)
        assert "plain" in {one.rule for one in evaluate(RULES, history, now, CLOCK)}
        assert "plain" not in {one.rule for one in evaluate(RULES, history, now, CLOCK, traced=())}
    alone = MemoryHistory(Subject("p1", "Ana Silva"), (met,), ())
    late = START + timedelta(days=90)
    assert "plain" in {one.rule for one in evaluate(RULES, alone, late, CLOCK)}
    assert "plain" not in {one.rule for one in evaluate(RULES, alone, late, CLOCK, traced=())}
