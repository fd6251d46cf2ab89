"""Where each rule stands with a person, and the next moment that can change.

A rule is a clock. It starts at its anchor, one real occurrence of `since`; all its times run from
the anchor's end.

- An event stops the clock when it ended strictly after the anchor's end, or at the same moment but
  began later. Two messages of the same second say nothing about which answers which, so neither
  counts; a message sent as a meeting ends does.
- At `expires` the verdict is expired; what happens at that very moment or later is too late.
- `where` and `pause_while` decide whether a task appears, never whether it stays.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rules.durations import Clock, Duration
from rules.history import Event, Facts, History, Subject
from rules.model import RESOLVED, Rule, RuleSet, StrengthBelow, Tier
from rules.verdict import State, Verdict
from rules.where import ALWAYS, failing, holds, moves, silences, strengths

GROUP = 5  # an anchor in a larger group says little about any one person
# The walk over past changes is as long as a person's history within one clock; beyond this many
# steps the present moment stands for the first one.
MAX_STEPS = 5_000

_AFTER_DUE = Duration(30, "d")
_FIRST = {"first_meeting": "meeting", "first_contact": "interaction"}
_EVER = datetime(3000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Times:
    remind: datetime
    due: datetime
    expires: datetime
    tier: str | None


def evaluate(
    ruleset: RuleSet, history: History, now: datetime, clock: Clock
) -> tuple[Verdict, ...]:
    """The verdict on the current anchor of each rule that has one, in the order of the rules."""
    verdicts = []
    for rule in ruleset.rules:
        anchor = current_anchor(rule, history, now, clock, ruleset.tiers)
        if anchor is None:
            continue
        times = _times(rule, anchor, history, clock, ruleset.tiers)
        if times is not None:
            verdicts.append(_judge(rule, anchor, times, history, now, clock, delivered=False))
    return tuple(verdicts)


def judge(
    rule: Rule,
    anchor: Event,
    history: History,
    now: datetime,
    clock: Clock,
    delivered: bool = False,
    *,
    tiers: tuple[Tier, ...],
) -> Verdict:
    """The verdict on one particular anchor. `delivered`: its task is in the owner's list, so only
    `until` and `expires` close it. Void, with the reason `unknown:cadence` or `unknown:rhythm`,
    where the rule does not apply to this person because that length is unknown."""
    times = _times(rule, anchor, history, clock, tiers)
    if times is not None:
        return _judge(rule, anchor, times, history, now, clock, delivered)
    due = anchor.end.astimezone(clock.zone).date()
    units = [span.unit for span in (rule.remind, rule.due, rule.expires) if span]
    reasons = tuple(f"unknown:{unit}" for unit in ("cadence", "rhythm") if unit in units)
    return Verdict(
        rule=rule.id,
        person=history.subject.id,
        anchor=anchor,
        state=State.VOID,
        remind=anchor.end,
        due=due,
        due_at=anchor.end,
        expires=anchor.end,
        opened_at=None,
        closed_at=None,
        next=None,
        reasons=reasons,
        priority=rule.priority,
    )


def current_anchor(
    rule: Rule, history: History, now: datetime, clock: Clock, tiers: tuple[Tier, ...]
) -> Event | None:
    """The newest occurrence of `since`, or the oldest one that is still open. None: there is none,
    or it is not known yet."""
    if rule.anchor == "newest":
        return next(_occurrences(rule, history, now, newest_first=True), None)
    newest = None
    for anchor in _occurrences(rule, history, now, newest_first=False):
        newest = anchor
        if anchor.closed_at is not None and anchor.closed_at <= now:
            continue
        times = _times(rule, anchor, history, clock, tiers)
        if times is None or now >= times.expires:
            continue
        if _satisfied(rule, anchor, times, history, now) is None:
            return anchor
    return newest


def find_anchor(rule: Rule, evidence: str, history: History) -> Event | None:
    """The occurrence of `since` with this evidence, for a task delivered earlier. None: it is no
    longer real, or no longer what the rule starts at. A first meeting stays an anchor when an
    earlier one becomes known, or while another account is still back-filling."""
    if isinstance(rule.since, StrengthBelow):
        events = history.strength_below(rule.since.level, _EVER)
        kind = ""
    else:
        events = history.events
        kind = _FIRST.get(rule.since, rule.since)
    for event in events:
        starts = not kind or kind in event.kinds or rule.since in event.kinds
        if starts and event.evidence == evidence and event.size <= GROUP:
            return event
    return None


def next_anchor(ruleset: RuleSet, history: History, now: datetime) -> datetime | None:
    """The next moment at which a rule may get a new anchor by the mere passing of time: a tie
    decaying below a `strength_below`. No verdict speaks for an anchor that is not there yet."""
    levels = frozenset(
        rule.since.level for rule in ruleset.rules if isinstance(rule.since, StrengthBelow)
    )
    return history.next_change(now, levels, frozenset()) if levels else None


def tier_of(ruleset: RuleSet, subject: Subject, facts: Facts) -> Tier | None:
    """The first tier the person belongs to: named in it (address, id or full name), matching its
    `where`, or in a tier that has neither."""
    return _tier(ruleset.tiers, subject, facts)


def _tier(tiers: tuple[Tier, ...], subject: Subject, facts: Facts) -> Tier | None:
    names = {text.casefold() for text in (subject.id, subject.name, *subject.addresses)}
    for tier in tiers:
        named = any(person.casefold() in names for person in tier.people)
        matches = tier.where is not None and holds(tier.where, facts, None)
        if named or matches or (not tier.people and tier.where is None):
            return tier
    return None


def _times(
    rule: Rule, anchor: Event, history: History, clock: Clock, tiers: tuple[Tier, ...]
) -> _Times | None:
    """The clock's moments, with tier, cadence and rhythm as they stood at the anchor."""
    tier, rhythm = None, None
    if rule.needs_tier:
        facts = history.facts_at(anchor.end)
        tier, rhythm = _tier(tiers, history.subject, facts), facts.rhythm
    cadence = tier.cadence if tier else None

    def after(span: Duration, moment: datetime) -> datetime | None:
        return span.after(moment, clock.zone, clock.working_days, cadence, rhythm)

    remind, due = after(rule.remind, anchor.end), after(rule.due, anchor.end)
    if remind is None or due is None:
        return None
    expires = after(rule.expires, anchor.end) if rule.expires else after(_AFTER_DUE, due)
    if expires is None:
        return None
    return _Times(remind, due, expires, tier.name if tier else None)


def _judge(
    rule: Rule,
    anchor: Event,
    times: _Times,
    history: History,
    now: datetime,
    clock: Clock,
    delivered: bool,
) -> Verdict:
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    upcoming: datetime | None = None
    satisfied_by = ""
    if satisfied := _satisfied(rule, anchor, times, history, now):
        state = State.SATISFIED
        closed_at, satisfied_by, reason = satisfied
        reasons: tuple[str, ...] = (f"until:{reason}",)
    elif now >= times.expires:
        state, closed_at, reasons = State.EXPIRED, times.expires, ("expired",)
    elif delivered:
        state, reasons, upcoming = State.OPEN, (f"since:{rule.since}",), times.expires
        opened_at = _opened_at(rule, times, history, now)
    elif now < times.remind:
        state, reasons = State.WAITING, ("before:remind",)
        upcoming = min(times.remind, times.expires)
    else:
        state, reasons = _gate(rule, times.tier, history.facts_at(now))
        upcoming = _next(rule, times, history, now)
        if state is State.OPEN:
            opened_at = _opened_at(rule, times, history, now) or now
    return Verdict(
        rule=rule.id,
        person=history.subject.id,
        anchor=anchor,
        state=state,
        remind=times.remind,
        due=times.due.astimezone(clock.zone).date(),
        due_at=times.due,
        expires=times.expires,
        opened_at=opened_at,
        closed_at=closed_at,
        next=upcoming,
        reasons=reasons,
        satisfied_by=satisfied_by,
        priority=rule.priority,
    )


def _gate(rule: Rule, tier: str | None, facts: Facts) -> tuple[State, tuple[str, ...]]:
    """Whether a task may appear: `where` must hold, and nothing pause it."""
    if not holds(rule.where, facts, tier):
        missing = failing(rule.where, facts, tier)
        return State.WAITING, tuple(f"where:{name}" for name in missing)
    if rule.pause_while == "scheduled" and facts.scheduled:
        return State.HELD, ("pause:scheduled",)
    return State.OPEN, (f"since:{rule.since}",)


def _next(rule: Rule, times: _Times, history: History, now: datetime) -> datetime:
    """When the gate may open or shut by itself, at the latest when the clock expires."""
    if rule.pause_while or moves(rule.where):
        change = history.next_change(now, strengths(rule.where), silences(rule.where))
        if change is not None:
            return min(change, times.expires)
    return times.expires


def _opened_at(rule: Rule, times: _Times, history: History, now: datetime) -> datetime | None:
    """The first moment from `remind` to now (before `expires`) at which nothing held the task back.
    None: never."""
    moment: datetime | None = times.remind
    if times.remind > now:
        return None
    if rule.where == ALWAYS and not rule.pause_while:
        return times.remind
    levels, spans = strengths(rule.where), silences(rule.where)
    for _ in range(MAX_STEPS):
        if moment is None or moment > now:
            return None
        if _gate(rule, times.tier, history.facts_at(moment))[0] is State.OPEN:
            return moment
        moment = history.next_change(moment, levels, spans)
    return None


def _satisfied(
    rule: Rule, anchor: Event, times: _Times, history: History, now: datetime
) -> tuple[datetime, str, str] | None:
    """When, by what evidence and as which event of `until` the clock was stopped in time."""
    best: tuple[datetime, str, str] | None = None
    wanted = set(rule.until)
    if RESOLVED in wanted:
        closed = anchor.closed_at
        if closed is not None and closed <= now and closed < times.expires:
            best = closed, anchor.closed_by, RESOLVED
    firsts = {kind: _first(kind, history, now) for kind in wanted & _FIRST.keys()}
    plain = wanted - firsts.keys()
    events = history.events
    for index in range(bisect_left(events, anchor.end, key=_end), len(events)):
        event = events[index]
        if event.end > now or event.end >= times.expires or (best and event.end > best[0]):
            break
        hits = set() if plain.isdisjoint(event.kinds) else plain & event.kinds
        if firsts:
            hits |= {kind for kind, first in firsts.items() if first is event}
        after = event.end > anchor.end or event.at > anchor.at
        if hits and after and event.evidence != anchor.evidence:
            reason = next(kind for kind in rule.until if kind in hits)
            return event.end, event.evidence, reason
    return best


def _occurrences(
    rule: Rule, history: History, now: datetime, newest_first: bool
) -> Iterator[Event]:
    """The real occurrences of `since` that are over by now, in groups small enough."""
    since = rule.since
    kind: str | None = None  # None: what is listed is what is wanted
    if isinstance(since, StrengthBelow):
        events = history.strength_below(since.level, now)
        stop = len(events)
    elif since in _FIRST:
        first = _first(since, history, now)
        events = (first,) if first else ()
        stop = len(events)
    else:
        events, kind = history.events, since
        stop = bisect_right(events, now, key=_end)
    for index in range(stop - 1, -1, -1) if newest_first else range(stop):
        event = events[index]
        if (kind is None or kind in event.kinds) and event.size <= GROUP and event.end <= now:
            yield event


def _first(kind: str, history: History, now: datetime) -> Event | None:
    """The first event of its kind; None while that cannot be known."""
    if not history.first_known:
        return None
    base = _FIRST[kind]
    for event in history.events:
        if event.end > now:
            return None
        if base in event.kinds or kind in event.kinds:
            known = history.first_after is None or event.end >= history.first_after
            return event if known else None
    return None


def _end(event: Event) -> datetime:
    return event.end


__all__ = [
    "Clock",
    "current_anchor",
    "evaluate",
    "find_anchor",
    "judge",
    "next_anchor",
    "tier_of",
]
