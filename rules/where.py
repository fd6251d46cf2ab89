"""What must be true of a person for a rule to speak: typed conditions over `Facts`.

An absent fact makes its condition false: somebody who never was in touch has no `silent_for`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeAlias, TypeVar

from rules.history import Facts

Measure = TypeVar("Measure", float, timedelta)

STAGES = ("contact", "acquaintance", "connection", "dormant")
CHANNELS = ("mail", "elsewhere")
FLAGS = ("colleague", "wanted", "online_only", "scheduled")
COUNTS = ("sent", "received", "meetings", "in_person", "calls", "days", "interactions")
BOUNDS = ("above", "below", "at_least", "at_most")
FACTS = ("stage", "tier", "tags", "domain", "channel", *FLAGS, "strength", "silent_for", "counts")

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Range(Generic[Measure]):
    """Bounds on a number or a length of time; each one given must hold."""

    above: Measure | None = None
    below: Measure | None = None
    at_least: Measure | None = None
    at_most: Measure | None = None

    def holds(self, value: Measure) -> bool:
        """Whether the value lies within every bound."""
        return (
            (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )

    def bounds(self) -> tuple[Measure, ...]:
        """The values at which `holds` may change."""
        given = (self.above, self.below, self.at_least, self.at_most)
        return tuple(bound for bound in given if bound is not None)


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
    """Time since the last interaction within bounds."""

    range: Range[timedelta]


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened, within bounds."""

    name: str
    range: Range[float]


Condition: TypeAlias = All | AnyOf | Not | OneOf | Flag | Strength | Silence | Count

ALWAYS = All()


def holds(where: Condition, facts: Facts, tier: str | None) -> bool:
    """Whether the condition is true of these facts; `tier` is the tier's name."""
    match where:
        case All(items):
            return all(holds(item, facts, tier) for item in items)
        case AnyOf(items):
            return any(holds(item, facts, tier) for item in items)
        case Not(item):
            return not holds(item, facts, tier)
        case OneOf("stage", values):
            return facts.stage in values
        case OneOf("tier", values):
            return tier in values
        case OneOf("tags", values):
            return not values.isdisjoint(facts.tags)
        case OneOf("domain", values):
            return any(_within(domain, values) for domain in facts.domain)
        case OneOf(_, values):
            return facts.channel in values
        case Flag(fact, value):
            return bool(getattr(facts, fact)) is value
        case Strength(bounds):
            return bounds.holds(facts.strength)
        case Silence(spans):
            return facts.silent_for is not None and spans.holds(facts.silent_for)
        case Count(name, bounds):
            return bounds.holds(facts.counts.get(name, 0))


def failing(where: Condition, facts: Facts, tier: str | None) -> tuple[str, ...]:
    """The names of the conditions that keep `where` from holding, for people to read."""
    items = where.items if isinstance(where, All) else (where,)
    names: list[str] = []
    for item in items:
        if isinstance(item, All):
            names.extend(failing(item, facts, tier))
        elif not holds(item, facts, tier):
            names.append(_name(item))
    return tuple(dict.fromkeys(names))


def strengths(where: Condition) -> frozenset[float]:
    """The strengths at whose crossing the condition may change, for `History.next_change`."""
    return frozenset(
        bound
        for leaf in _leaves(where)
        if isinstance(leaf, Strength)
        for bound in leaf.range.bounds()
    )


def silences(where: Condition) -> frozenset[timedelta]:
    """The silences at which the condition may change, for `History.next_change`: the bound itself
    for `at_least` and `below`, the moment after it for `above` and `at_most`."""
    moments: set[timedelta] = set()
    for leaf in _leaves(where):
        if isinstance(leaf, Silence):
            span = leaf.range
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
    """Whether it asks for the tier."""
    return any(isinstance(leaf, OneOf) and leaf.fact == "tier" for leaf in _leaves(where))


def _leaves(where: Condition) -> Iterator[Condition]:
    if isinstance(where, All | AnyOf):
        for item in where.items:
            yield from _leaves(item)
    elif isinstance(where, Not):
        yield from _leaves(where.item)
    else:
        yield where


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
