"""A condition held against one person: each part, what is true of them, and whether that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from rules.describe_where import short
from rules.history import Facts
from rules.where import (
    ALWAYS,
    NO_TIER,
    All,
    AnyOf,
    Condition,
    Count,
    Flag,
    Not,
    OneOf,
    Silence,
    Strength,
    Terms,
    holds,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One part of `where`. `value`: what is true of the person; "" where `parts` say it."""

    condition: str
    value: str
    holds: bool
    parts: tuple[Check, ...] = ()


def checks(where: Condition, facts: Facts, terms: Terms) -> tuple[Check, ...]:
    """The conditions that must all hold, each checked."""
    if where == ALWAYS:
        return ()
    items = where.items if isinstance(where, All) else (where,)
    return tuple(_check(item, facts, terms) for item in items)


def _check(item: Condition, facts: Facts, terms: Terms) -> Check:
    true = holds(item, facts, terms)
    match item:
        case All(items) | AnyOf(items):
            parts = tuple(_check(part, facts, terms) for part in items)
            return Check("all of" if isinstance(item, All) else "any of", "", true, parts)
        case Not(All() | AnyOf() as inner):
            return Check("not", "", true, (_check(inner, facts, terms),))
        case Not(inner):
            return Check(short(item), _value(inner, facts, terms), true)
        case _:
            return Check(short(item), _value(item, facts, terms), true)


def _value(item: Condition, facts: Facts, terms: Terms) -> str:
    match item:
        case OneOf("tier", _):
            return terms.tier or NO_TIER
        case OneOf("tags", _):
            return ", ".join(sorted(facts.tags)) or "no tags"
        case OneOf("domain", _):
            return ", ".join(sorted(facts.domain)) or "no domain"
        case OneOf(fact, _):
            return str(getattr(facts, fact))
        case Flag(fact, _):
            return "true" if getattr(facts, fact) else "false"
        case Strength():
            return f"{facts.strength:.3g}"
        case Silence():
            return "never in touch" if facts.silent_for is None else days(facts.silent_for)
        case Count(name, _):
            return str(facts.counts.get(name, 0))
        case Not(inner):
            return _value(inner, facts, terms)
        case _:
            return ""


def days(span: timedelta) -> str:
    """A length of time to read: `12 days`, `5 hours`."""
    whole = span / timedelta(days=1)
    if whole >= 2:
        return f"{whole:.0f} days"
    return f"{span / timedelta(hours=1):.0f} hours"
