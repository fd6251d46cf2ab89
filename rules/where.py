"""What must be true of a person for a rule to speak: typed conditions over `Facts`.

An absent fact makes its condition false: somebody who never was in touch has no `silent_for`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Generic, TypeAlias, TypeVar

from rules.durations import Clock, Duration
from rules.history import Facts
from rules.values import value

# A fixed length, or one that depends on the calendar or the person.
Length: TypeAlias = timedelta | Duration

Measure = TypeVar("Measure", float, timedelta)
Bound = TypeVar("Bound")
_PLAIN = Clock(UTC)

STAGES = ("contact", "acquaintance", "connection", "dormant")
CHANNELS = ("mail", "elsewhere")
FLAGS = ("colleague", "wanted", "online_only", "scheduled")
COUNTS = ("sent", "received", "meetings", "in_person", "calls", "days", "interactions")
BOUNDS = ("above", "below", "at_least", "at_most")
FACTS = ("stage", "tier", "tags", "domain", "channel", *FLAGS, "strength", "silent_for", "counts")

NO_TIER = "none"  # what `tier` is of somebody who is in none
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Range(Generic[Bound]):
    """Bounds on a number or a length of time; each one given must hold."""

    above: Bound | None = None
    below: Bound | None = None
    at_least: Bound | None = None
    at_most: Bound | None = None


@value
class Terms:
    """What a condition is read by besides the facts: the tier that stood at the anchor, with its
    cadence, and the owner's calendar."""

    tier: str | None = None
    cadence: Duration | None = None
    clock: Clock = _PLAIN


@dataclass(frozen=True, slots=True)
class All:
    """Every one holds; with none in it, always true."""

    items: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: Condition


@dataclass(frozen=True, slots=True)
class OneOf:
    """`stage`, `tier`, `tags`, `domain` or `channel` is (or, of several, has) one of these."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no fact is so."""

    fact: str
    value: bool


@dataclass(frozen=True, slots=True)
class Strength:
    """Tie strength, 0 to 1, within bounds."""

    range: Range[float]


@dataclass(frozen=True, slots=True)
class Silence:
    """Time since the last interaction within bounds. A length that is no `timedelta` runs from that
    interaction's end; where it is unknown the condition does not hold."""

    range: Range[Length]


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened, within bounds."""

    name: str
    range: Range[float]


Condition: TypeAlias = All | AnyOf | Not | OneOf | Flag | Strength | Silence | Count

ALWAYS = All()


def within(bounds: Range[Measure], value: Measure) -> bool:
    """Whether the value lies within every bound."""
    return (
        (bounds.above is None or value > bounds.above)
        and (bounds.below is None or value < bounds.below)
        and (bounds.at_least is None or value >= bounds.at_least)
        and (bounds.at_most is None or value <= bounds.at_most)
    )


def holds(where: Condition, facts: Facts, terms: Terms) -> bool:
    """Whether the condition is true of these facts."""
    match where:
        case All(items):
            return all(holds(item, facts, terms) for item in items)
        case AnyOf(items):
            return any(holds(item, facts, terms) for item in items)
        case Not(item):
            return not holds(item, facts, terms)
        case OneOf("stage", values):
            return facts.stage in values
        case OneOf("tier", values):
            return (terms.tier or NO_TIER) in values
        case OneOf("tags", values):
            return bool(facts.tags) and not _folded(values).isdisjoint(_folded(facts.tags))
        case OneOf("domain", values):
            return any(_within(domain, values) for domain in facts.domain)
        case OneOf(_, values):
            return facts.channel in values
        case Flag(fact, value):
            return bool(getattr(facts, fact)) is value
        case Strength(bounds):
            return within(bounds, facts.strength)
        case Silence(lengths):
            spans = _spans(lengths, facts, terms)
            return (
                spans is not None
                and facts.silent_for is not None
                and within(spans, facts.silent_for)
            )
        case Count(name, bounds):
            return within(bounds, facts.counts.get(name, 0))


def _spans(lengths: Range[Length], facts: Facts, terms: Terms) -> Range[timedelta] | None:
    """The bounds as time elapsed since the last interaction. None: one of them is unknown."""
    spans = []
    for length in (lengths.above, lengths.below, lengths.at_least, lengths.at_most):
        span = _span(length, facts, terms) if isinstance(length, Duration) else length
        if span is None and length is not None:
            return None
        spans.append(span)
    return Range(*spans)


def _span(length: Duration, facts: Facts, terms: Terms) -> timedelta | None:
    since, clock = facts.silent_since, terms.clock
    if since is None:
        return None
    moment = length.after(since, clock.zone, clock.working_days, terms.cadence, facts.rhythm)
    return None if moment is None else moment - since


def failing(where: Condition, facts: Facts, terms: Terms) -> tuple[str, ...]:
    """The names of the conditions that keep `where` from holding, for people to read."""
    items = where.items if isinstance(where, All) else (where,)
    names: list[str] = []
    for item in items:
        if isinstance(item, All):
            names.extend(failing(item, facts, terms))
        elif not holds(item, facts, terms):
            names.append(_name(item))
    return tuple(dict.fromkeys(names))


def strengths(where: Condition) -> frozenset[float]:
    """The levels below which a falling strength changes the condition, for `History.next_change`:
    the bound itself for `at_least` and `below`, the next number above it for `above` and `at_most`,
    which change already when strength is equal to the bound."""
    levels: set[float] = set()
    for leaf in _leaves(where):
        if isinstance(leaf, Strength):
            span = leaf.range
            levels.update(at for at in (span.at_least, span.below) if at is not None)
            equal = (at for at in (span.above, span.at_most) if at is not None)
            levels.update(math.nextafter(at, math.inf) for at in equal)
    return frozenset(levels)


def silences(where: Condition, facts: Facts, terms: Terms) -> frozenset[timedelta]:
    """The silences at which the condition may change, for `History.next_change`: the bound itself
    for `at_least` and `below`, the moment after it for `above` and `at_most`. They hold until the
    next interaction."""
    moments: set[timedelta] = set()
    for leaf in _leaves(where):
        span = _spans(leaf.range, facts, terms) if isinstance(leaf, Silence) else None
        if span is not None:
            moments.update(at for at in (span.at_least, span.below) if at is not None)
            moments.update(at + _TICK for at in (span.above, span.at_most) if at is not None)
    return frozenset(moments)


def moves(where: Condition) -> bool:
    """Whether it may change by the mere passing of time, without any event."""
    return any(
        isinstance(leaf, Strength | Silence)
        or (isinstance(leaf, OneOf) and leaf.fact == "stage")
        or (isinstance(leaf, Flag) and leaf.fact == "scheduled")
        for leaf in _leaves(where)
    )


def mentions_tier(where: Condition) -> bool:
    """Whether it asks for the tier or its cadence."""
    return any(
        (isinstance(leaf, OneOf) and leaf.fact == "tier")
        or (isinstance(leaf, Silence) and _by_cadence(leaf.range))
        for leaf in _leaves(where)
    )


def _by_cadence(lengths: Range[Length]) -> bool:
    given = (lengths.above, lengths.below, lengths.at_least, lengths.at_most)
    return any(isinstance(length, Duration) and length.unit == "cadence" for length in given)


def _leaves(where: Condition) -> Iterator[Condition]:
    if isinstance(where, All | AnyOf):
        for item in where.items:
            yield from _leaves(item)
    elif isinstance(where, Not):
        yield from _leaves(where.item)
    else:
        yield where


def _folded(words: frozenset[str]) -> set[str]:
    return {word.casefold() for word in words}


def _within(domain: str, wanted: frozenset[str]) -> bool:
    """A domain counts with everything below it: `example.org` also means `mail.example.org`."""
    labels = domain.casefold().split(".")
    return any(".".join(labels[start:]) in wanted for start in range(len(labels)))


def _name(item: Condition) -> str:
    match item:
        case OneOf(fact, _) | Flag(fact, _):
            return fact
        case Count(name, _):
            return f"counts.{name}"
        case Strength():
            return "strength"
        case Silence():
            return "silent_for"
        case Not(inner):
            return f"not.{_name(inner)}"
        case AnyOf():
            return "any"
        case All():
            return "all"
