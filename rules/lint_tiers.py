"""Tiers to which nobody can belong, for warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.lint_where import Both, No, formula_of, known, possible
from rules.model import Tier
from rules.where import NO_TIER, All, AnyOf, Condition, Not, OneOf


def named_tiers(*conditions: Condition) -> list[str]:
    """Names to try where it does not matter which tiers there are: those that conditions name, and
    one that none of them does."""
    names = {word for where in conditions for word in _tier_words(where)}
    return [*sorted(names - {NO_TIER}), "(another)"]


def reachable(tiers: Sequence[Tier]) -> list[Tier]:
    """The tiers somebody may belong to."""
    gone = {name for name, _ in unreached(tiers)}
    return [tier for tier in tiers if tier.name not in gone]


def unreached(tiers: Sequence[Tier]) -> Iterator[tuple[str, str]]:
    """(name, what is wrong) of each tier to which nobody can belong."""
    taken: list[Tier] = []
    for tier in tiers:
        before = Both(tuple(formula_of(one.where) for one in taken if one.where), every=False)
        everybody = next((one for one in taken if _takes_everybody(one)), None)
        own = formula_of(tier.where) if tier.where is not None else None
        if everybody is not None:
            reason = f"{everybody.name!r} above it takes everybody; the first match wins"
            yield tier.name, f"tier {tier.name!r} is never reached: {reason}"
        elif own is not None and not tier.people and not possible(Both((own, known(own)))):
            yield tier.name, f"tier {tier.name!r} has nobody in it: its where can never hold"
        elif own is not None and not tier.people and not possible(Both((own, No(before)))):
            reason = "whoever is in it belongs to one above it; the first match wins"
            yield tier.name, f"tier {tier.name!r} is never reached: {reason}"
        taken.append(tier)


def _takes_everybody(tier: Tier) -> bool:
    if tier.where is None:
        return not tier.people
    return not possible(No(formula_of(tier.where)))


def _tier_words(where: Condition) -> Iterator[str]:
    if isinstance(where, All | AnyOf):
        for item in where.items:
            yield from _tier_words(item)
    elif isinstance(where, Not):
        yield from _tier_words(where.item)
    elif isinstance(where, OneOf) and where.fact == "tier":
        yield from where.values
