"""Where a clock starts: the occurrences of `since`, and which of them is the anchor.

An anchor is one real occurrence in a group of at most five, identified by its evidence. Loop
events are anchored at the oldest one that is open, the others at the newest, unless the rule says
otherwise.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter

from rules.durations import Clock
from rules.history import EVENTS, LOOPS, Event, History
from rules.model import Rule, RuleSet, StrengthBelow, Tier
from rules.stops import BIRTHDAY, EVER, FIRST, first_known, stop_of
from rules.times import times_of

_END = attrgetter("end")
_NEVER = datetime.min.replace(tzinfo=UTC)
GROUP = 5  # an anchor in a larger group says little about any one person


def current_anchor(
    rule: Rule,
    history: History,
    now: datetime,
    clock: Clock,
    tiers: Sequence[Tier],
    passed: Collection[tuple[str, str]] = (),
) -> Event | None:
    """The newest occurrence of `since`, or the oldest one that is still open and not `passed` over,
    as (rule id, evidence); the newest, where none is. None: there is none, or not known yet."""
    last = history.newest
    if last is not None and rule.anchor == "newest" and rule.since in last.kinds:
        if last.size <= GROUP:
            return last
    elif rule.since in EVENTS and rule.since not in FIRST and rule.since not in history.by_kind:
        return None  # it never happened, as most of what rules start at
    newest = _newest(rule, history, now)
    if rule.anchor == "newest" or newest is None:
        return newest
    # What is older than the longest the clock can run has expired.
    oldest = now - rule.longest if rule.longest is not None else _NEVER
    for anchor in _occurrences(rule, history, now, since=oldest):
        if anchor.closed_at is not None and anchor.closed_at <= now:
            continue
        if passed and (rule.id, anchor.evidence) in passed:
            continue
        times = times_of(rule, anchor, history, clock, tiers)
        if times is None or now >= times.expires:
            continue
        if stop_of(rule, anchor, times.expires, history, now) is None:
            return anchor
    return newest


def is_long_over(rule: Rule, history: History, now: datetime) -> bool:
    """Whether each clock that this rule ever started has run for longer than it can."""
    if rule.longest is None:
        return False
    last = history.newest
    if last is not None and rule.since in last.kinds:
        return last.end < now - rule.longest
    events = _all_of(rule, history, now)
    return not events or events[-1].end < now - rule.longest


def is_untouched(rule: Rule, history: History, now: datetime) -> bool:
    """Whether `newest` starts no clock of this rule, and no other has come up since: what was over
    is over, and what never started has not."""
    newest = history.newest
    if newest is None:
        return False
    if isinstance(rule.since, StrengthBelow):
        return history.is_steady(rule.since.level, now)
    return rule.since not in newest.kinds


def find_anchor(rule: Rule, evidence: str, history: History) -> Event | None:
    """The occurrence of `since` with this evidence, for a task delivered earlier. None: it is no
    longer real, or no longer what the rule starts at. A first meeting stays an anchor when an
    earlier one becomes known, or while another account is still back-filling."""
    listed: list[Sequence[Event]]
    if isinstance(rule.since, StrengthBelow):
        listed = [history.strength_below(rule.since.level, EVER)]
    else:
        kinds = dict.fromkeys((FIRST.get(rule.since, rule.since), rule.since))
        listed = [history.by_kind.get(kind, ()) for kind in kinds]
    for event in chain(*listed):
        if event.evidence == evidence and event.size <= GROUP:
            return event
    history.reach(_NEVER)
    return None


def next_anchor(ruleset: RuleSet, history: History, now: datetime) -> datetime | None:
    """The next moment strictly after `now` at which a rule gets a new anchor by the mere passing of
    time: a tie decays below a `strength_below`, or a birthday draws near. No verdict speaks for an
    anchor that is not there yet. None: never."""
    starts = ruleset.starts
    moments: list[datetime] = []
    for since in starts:
        if isinstance(since, StrengthBelow):
            fall = history.next_fall(since.level, now)
            moments += [] if fall is None else [fall]
    if BIRTHDAY in starts:
        birthday = history.next_birthday(now)
        moments += [] if birthday is None else [birthday]
    return min(moments, default=None)


def _all_of(rule: Rule, history: History, now: datetime) -> Sequence[Event]:
    """The occurrences of `rule.since`, oldest first; some may be after `now`."""
    if isinstance(rule.since, StrengthBelow):
        return history.strength_below(rule.since.level, now)
    if rule.since in FIRST:
        first = _first(rule.since, history, now)
        return (first,) if first else ()
    return history.by_kind.get(rule.since, ())


def _newest(rule: Rule, history: History, now: datetime) -> Event | None:
    """The newest real occurrence of `rule.since` up to now, in a group small enough."""
    for event in reversed(_all_of(rule, history, now)):
        if event.end <= now and event.size <= GROUP:
            return event
    return None


def _occurrences(
    rule: Rule, history: History, now: datetime, since: datetime = _NEVER
) -> Iterator[Event]:
    """The real occurrences of `rule.since` from `since` to now, in groups small enough."""
    events = _all_of(rule, history, now)
    if rule.since not in LOOPS:
        history.reach(since)
    begin, end = bisect_left(events, since, key=_END), bisect_right(events, now, key=_END)
    for index in range(begin, end):
        if events[index].size <= GROUP:
            yield events[index]


def _first(kind: str, history: History, now: datetime) -> Event | None:
    """The first event of its kind; None while that cannot be known."""
    if not history.first_known:
        return None
    event = first_known(kind, history, now)
    cut = history.first_after
    return None if event is None or (cut is not None and event.end < cut) else event
