"""The moments of one clock: when its task appears, is due and is pointless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from rules.durations import Clock
from rules.history import Event, Facts, History, Subject
from rules.model import AFTER_DUE, Rule, RuleSet, Tier
from rules.where import Terms, holds


class Times(NamedTuple):
    """What a rule says of one anchor; all of it runs from the anchor's end."""

    remind: datetime
    due: datetime
    expires: datetime
    terms: Terms  # what `where` is read by: the tier as it stood at the anchor


def times_of(
    rule: Rule, anchor: Event, history: History, clock: Clock, tiers: Sequence[Tier]
) -> Times | None:
    """The clock's moments, with tier, cadence and rhythm as they stood at the anchor. None: the
    rule uses a cadence or rhythm that was unknown then, so it does not apply."""
    tier, rhythm = None, None
    if rule.needs_tier:
        facts = history.facts_at(anchor.end)
        tier, rhythm = first_tier(tiers, history.subject, facts, clock), facts.rhythm
    cadence = tier.cadence if tier else None
    given = clock.zone, clock.working_days, cadence, rhythm
    remind = rule.remind.after(anchor.end, *given)
    due = rule.due.after(anchor.end, *given)
    if remind is None or due is None:
        return None
    if rule.expires:
        expires = rule.expires.after(anchor.end, *given)
    else:
        expires = AFTER_DUE.after(due, *given)
    if expires is None:
        return None
    terms = Terms(tier.name, cadence, clock) if tier else Terms(clock=clock)
    return Times(remind, due, expires, terms)


def tier_of(
    ruleset: RuleSet, subject: Subject, facts: Facts, clock: Clock | None = None
) -> Tier | None:
    """The first tier the person belongs to: named in it (address, id or full name), matching its
    `where`, or in a tier that has neither. `clock`: in UTC by default."""
    return first_tier(ruleset.tiers, subject, facts, clock or Clock(UTC))


def first_tier(tiers: Sequence[Tier], subject: Subject, facts: Facts, clock: Clock) -> Tier | None:
    """See `tier_of`."""
    terms = Terms(clock=clock)
    for tier in tiers:
        if (
            (tier.where is not None and holds(tier.where, facts, terms))
            or (tier.people and _is_named(subject, tier))
            or (tier.where is None and not tier.people)
        ):
            return tier
    return None


def _is_named(subject: Subject, tier: Tier) -> bool:
    names = {text.casefold() for text in (subject.id, subject.name, *subject.addresses)}
    return any(person.casefold() in names for person in tier.people)
