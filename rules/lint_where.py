"""Whether a condition can ever hold, or ever fail: a small search over the values of facts.

Every fact is cut into the few values that a condition can tell apart (a bound, what lies below and
above it), and all of them are tried, with what is already decided pruning the rest. What is known
to be true of real relationships narrows the search. Where there is too much to try, the answer is
that anything is possible: a warning must be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from rules.durations import Duration
from rules.where import (
    CHANNELS,
    FLAGS,
    NO_TIER,
    STAGES,
    All,
    AnyOf,
    Condition,
    Count,
    Flag,
    Not,
    OneOf,
    Silence,
    Strength,
)

MAX_STEPS = 4_000
NEVER = None  # `silent_for` of somebody who was never in touch
DORMANT_HOURS = 180 * 24

Fact: TypeAlias = tuple[str, ...]
Values: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """A fact has one of these values; of a range, any for which `test` holds."""

    fact: Fact
    range: Any  # a `Range`, or a frozenset of values

    def holds(self, value: Any) -> bool:
        if isinstance(self.range, frozenset):
            return value in self.range
        return value is not NEVER and bool(self.range.holds(value))


@dataclass(frozen=True, slots=True)
class Both:
    """Every one, or (with `every` false) at least one."""

    items: tuple[Formula, ...]
    every: bool = True


@dataclass(frozen=True, slots=True)
class No:
    """The opposite."""

    item: Formula


Formula: TypeAlias = Is | Both | No


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of plain numbers (hours for silence), as `rules.where.Range`."""

    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        return (
            (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )

    def given(self) -> Iterator[float]:
        for bound in (self.above, self.below, self.at_least, self.at_most):
            if bound is not None:
                yield bound


def formula_of(where: Condition) -> Formula:
    """A condition as a formula over facts."""
    match where:
        case All(items):
            return Both(tuple(map(formula_of, items)))
        case AnyOf(items):
            return Both(tuple(map(formula_of, items)), every=False)
        case Not(item):
            return No(formula_of(item))
        case OneOf("tags" | "domain" as fact, values):
            # Somebody has several of these at once: each is a fact of its own.
            each = tuple(Is((fact, word.casefold()), frozenset({True})) for word in sorted(values))
            return Both(each, every=False)
        case OneOf(fact, values):
            return Is((fact,), values)
        case Flag(fact, value):
            return Is((fact,), frozenset({value}))
        case Strength(bounds):
            return Is(("strength",), _numbers(bounds))
        case Silence(spans):
            return _silence(spans)
        case Count(name, bounds):
            return Is(("counts", name), _numbers(bounds))


def possible(formula: Formula, tiers: Iterable[str] = ()) -> bool:
    """Whether some values of the facts make it true. `tiers` are the names there are."""
    facts: dict[Fact, set[float]] = {}
    _collect(formula, facts)
    domains = {fact: _values(fact, bounds, tiers) for fact, bounds in facts.items()}
    return _search(formula, sorted(domains), domains, {}, [MAX_STEPS])


def at_least(name: str, number: int) -> Formula:
    """`counts` of this name are this or more."""
    return Is(("counts", name), Bounds(at_least=number))


def is_one(fact: str, *values: Any) -> Formula:
    return Is((fact,), frozenset(values))


def silent(bounds: Bounds) -> Formula:
    """Silence, in hours, is within these bounds."""
    return Is(("silent_for",), bounds)


def strength(bounds: Bounds) -> Formula:
    """Tie strength is within these bounds."""
    return Is(("strength",), bounds)


def known(formula: Formula) -> Formula:
    """What is true of every real relationship, as far as the facts in `formula` are concerned."""
    facts: dict[Fact, set[float]] = {}
    _collect(formula, facts)
    names = {fact[0] for fact in facts} | {fact[1] for fact in facts if fact[0] == "counts"}
    laws = [(law, about) for law, about in _LAWS if len(about & names) > 1]
    tagged = [fact for fact in facts if fact[0] == "tags"]
    more = [_if(Is(tag, frozenset({True})), is_one("wanted", True)) for tag in tagged]
    return Both((*(law for law, _ in laws), *more, *_subdomains(facts)))


def _if(cause: Formula, effect: Formula) -> Formula:
    return Both((No(cause), effect), every=False)


def _none(name: str) -> Formula:
    return No(at_least(name, 1))


_CONTACT = is_one("stage", "contact")
# What follows from how facts are made (syncd/relationships), with the facts each law is about.
_LAWS: tuple[tuple[Formula, frozenset[str]], ...] = tuple(
    (law, frozenset(about.split()))
    for law, about in (
        (_if(_CONTACT, _none("meetings")), "stage meetings"),
        (_if(_CONTACT, _none("in_person")), "stage in_person"),
        (_if(_CONTACT, _none("calls")), "stage calls"),
        (_if(_CONTACT, Both((_none("sent"), _none("received")), False)), "stage sent received"),
        (_if(_CONTACT, is_one("online_only", False)), "stage online_only"),
        (_if(is_one("stage", "acquaintance"), _none("meetings")), "stage meetings"),
        (_if(is_one("stage", "acquaintance"), _none("in_person")), "stage in_person"),
        (
            _if(is_one("stage", "dormant"), silent(Bounds(at_least=DORMANT_HOURS))),
            "stage silent_for",
        ),
        (_if(is_one("stage", "dormant"), is_one("channel", "mail")), "stage channel"),
        (_if(is_one("online_only", True), _none("in_person")), "online_only in_person"),
        (_if(is_one("online_only", True), at_least("days", 5)), "online_only days"),
        (_if(at_least("in_person", 1), at_least("meetings", 1)), "in_person meetings"),
    )
)


def _subdomains(facts: Mapping[Fact, Any]) -> Iterator[Formula]:
    """Whoever is at mail.example.org is at example.org."""
    domains = [fact for fact in facts if fact[0] == "domain"]
    for one in domains:
        for other in domains:
            if one[1].endswith("." + other[1]):
                yield _if(Is(one, frozenset({True})), Is(other, frozenset({True})))


def _numbers(bounds: Any) -> Bounds:
    return Bounds(bounds.above, bounds.below, bounds.at_least, bounds.at_most)


def _silence(spans: Any) -> Formula:
    bounds = {name: getattr(spans, name) for name in ("above", "below", "at_least", "at_most")}
    hours = {name: None if span is None else _hours(span) for name, span in bounds.items()}
    if any(hours[name] is None for name, span in bounds.items() if span is not None):
        # Months, cadence and rhythm are no fixed number of hours: that may be anything.
        return Is(("length", repr(spans)), frozenset({True}))
    return silent(Bounds(**hours))


def _hours(span: timedelta | Duration) -> float | None:
    if isinstance(span, timedelta):
        return span / timedelta(hours=1)
    factor = {"h": 1.0, "d": 24.0, "w": 168.0}.get(span.unit)
    return None if factor is None else span.amount * factor


def _collect(formula: Formula, facts: dict[Fact, set[float]]) -> None:
    if isinstance(formula, No):
        _collect(formula.item, facts)
    elif isinstance(formula, Both):
        for item in formula.items:
            _collect(item, facts)
    else:
        bounds = facts.setdefault(formula.fact, set())
        if isinstance(formula.range, Bounds):
            bounds.update(formula.range.given())
        elif formula.fact == ("tier",):
            bounds.update(formula.range)


def _values(fact: Fact, bounds: Iterable[Any], tiers: Iterable[str]) -> Values:
    if fact == ("stage",):
        return STAGES
    if fact == ("channel",):
        return CHANNELS
    if fact == ("tier",):
        return (*tiers, NO_TIER)
    if fact[0] == "counts":
        near = {round(bound) + step for bound in bounds for step in (-1, 0, 1)}
        return tuple(sorted(number for number in near | {0} if number >= 0))
    if fact == ("strength",):
        return _cells(bounds, 1.0)
    if fact == ("silent_for",):
        return (NEVER, *_cells(bounds, None))
    assert fact[0] in (*FLAGS, "tags", "domain", "length"), fact
    return (True, False)


def _cells(bounds: Iterable[float], top: float | None) -> Values:
    """Each bound, and one value between every two and at either end; from 0 up to `top`."""
    ends = sorted({0.0, *bounds, *([] if top is None else [top])})
    between = [(low + high) / 2 for low, high in pairwise(ends)]
    beyond = [] if top is not None else [ends[-1] + 1]
    return tuple(sorted({*ends, *between, *beyond}))


def _search(
    formula: Formula,
    facts: list[Fact],
    domains: Mapping[Fact, Values],
    chosen: dict[Fact, Any],
    steps: list[int],
) -> bool:
    steps[0] -= 1
    if steps[0] < 0:
        return True
    truth = _truth(formula, chosen)
    if truth is not None:
        return truth
    fact, *rest = facts
    return any(
        _search(formula, rest, domains, {**chosen, fact: value}, steps) for value in domains[fact]
    )


def _truth(formula: Formula, chosen: Mapping[Fact, Any]) -> bool | None:
    """True, False, or None where that hangs on facts that are not chosen yet."""
    if isinstance(formula, Is):
        return formula.holds(chosen[formula.fact]) if formula.fact in chosen else None
    if isinstance(formula, No):
        truth = _truth(formula.item, chosen)
        return None if truth is None else not truth
    truths = {_truth(item, chosen) for item in formula.items}
    decided = not formula.every  # the value that settles it by itself
    if decided in truths:
        return decided
    return None if None in truths else not decided
