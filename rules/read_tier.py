"""Reads the tiers of a rule file (and of a test file), noting every mistake."""

from __future__ import annotations

from rules import slips
from rules.model import Tier
from rules.read_time import read_cadence
from rules.read_where import WhereReader
from rules.source import Node, Reader
from rules.where import NO_TIER

TIER_KEYS = ("name", "people", "where", "cadence")


def read_tier(reader: Reader, node: Node) -> tuple[Tier, Node | None]:
    """A tier, and where its name stands; None where it has none."""
    found = reader.mapping(node, TIER_KEYS, "a tier", ("name",), slips.TIER_KEYS)
    name = reader.string(found["name"], "name") if "name" in found else None
    if name == NO_TIER:
        reader.problem(
            found["name"], f"a tier cannot be named {name!r}: it stands for being in none"
        )
    people: list[str] = []
    if "people" in found:
        for item in reader.items(found["people"], "people"):
            person = reader.string(item, "a person")
            if person:
                people.append(person)
    where = None
    if "where" in found:
        where = WhereReader(reader, tier_allowed=False).read(found["where"])
    cadence = read_cadence(reader, found["cadence"]) if "cadence" in found else None
    tier = Tier(name or "", tuple(people), where, cadence)
    return tier, found["name"] if name else None
