"""Who is one person: addresses joined by the cards that carry them.

A card that carries two addresses says they are one person's. An address that stands on cards with
different names (a family's, an office's) joins nobody: better two halves than a false whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardSays:
    """One card, as far as identity cares. Addresses are normalised."""

    name: str
    addrs: frozenset[str]


def joining(cards: Collection[CardSays], joinable: Collection[str]) -> frozenset[str]:
    """The addresses that may join: personal ones (`joinable`), named alike on all their cards."""
    names: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        for addr in card.addrs:
            names[addr].add(" ".join(card.name.lower().split()))
    return frozenset(addr for addr in joinable if len(names[addr] - {""}) <= 1)


def components(
    addrs: Iterable[str], cards: Collection[CardSays], joinable: Collection[str]
) -> list[frozenset[str]]:
    """Split addresses into people; the result depends on the sets alone, never on their order."""
    leader = {addr: addr for addr in addrs}

    def find(addr: str) -> str:
        while leader[addr] != addr:
            leader[addr] = leader[leader[addr]]
            addr = leader[addr]
        return addr

    allowed = joining(cards, joinable)
    for card in cards:
        together = sorted(card.addrs & allowed & leader.keys())
        for other in together[1:]:
            leader[find(other)] = find(together[0])
    groups: dict[str, set[str]] = defaultdict(set)
    for addr in leader:
        groups[find(addr)].add(addr)
    return sorted((frozenset(group) for group in groups.values()), key=min)
