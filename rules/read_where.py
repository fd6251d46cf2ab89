"""Reads `where` from a rule file into typed conditions, noting every mistake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rules.durations import elapsed
from rules.source import Node, Reader, unknown
from rules.where import (
    BOUNDS,
    CHANNELS,
    COUNTS,
    FACTS,
    FLAGS,
    STAGES,
    All,
    AnyOf,
    Condition,
    Count,
    Flag,
    Measure,
    Not,
    OneOf,
    Range,
    Silence,
    Strength,
)

KEYS = ("all", "any", "not", *FACTS)
MAX_COUNT = 1_000_000


class WhereReader:
    """Reads conditions; `tiers` collects every tier that is named, to be checked once all files are
    known."""

    def __init__(self, reader: Reader, tier_allowed: bool = True) -> None:
        self.reader = reader
        self.keys = KEYS if tier_allowed else tuple(key for key in KEYS if key != "tier")
        self.tier_allowed = tier_allowed
        self.tiers: list[Node] = []

    def read(self, node: Node, what: str = "where") -> Condition:
        """One mapping: all of its keys must hold."""
        if node.kind == "map" and not self.tier_allowed:
            for key, _ in node.value:
                if key.raw == "tier":
                    self.reader.problem(key, "a tier cannot ask for the tier")
            pairs = tuple(pair for pair in node.value if pair[0].raw != "tier")
            node = Node("map", pairs, node.raw, node.line, node.column)
        found = self.reader.mapping(node, self.keys, what)
        items = [self._one(key, value) for key, value in found.items()]
        return items[0] if len(items) == 1 else All(tuple(items))

    def _one(self, key: str, node: Node) -> Condition:
        reader = self.reader
        if key in ("all", "any"):
            items = tuple(self.read(item, f"an item of {key}") for item in reader.items(node, key))
            if node.kind == "list" and not items:
                reader.problem(node, f"{key} must not be empty")
            return All(items) if key == "all" else AnyOf(items)
        if key == "not":
            return Not(self.read(node, "not"))
        if key in FLAGS:
            return Flag(key, bool(reader.boolean(node, key)))
        if key == "strength":
            return Strength(self._range(node, key, lambda n, w: reader.number(n, w, 0, 1)))
        if key == "silent_for":
            return Silence(self._range(node, key, self._elapsed))
        if key == "counts":
            return self._counts(node)
        return OneOf(key, self._words(key, node))

    def _words(self, key: str, node: Node) -> frozenset[str]:
        known = {"stage": STAGES, "channel": CHANNELS}.get(key)
        words: set[str] = set()
        items = self.reader.items(node, key, single=True)
        if node.kind == "list" and not items:
            self.reader.problem(node, f"{key} must not be an empty list")
        for item in items:
            word = self.reader.choice(item, key, known) if known else self.reader.string(item, key)
            if word is None:
                continue
            if key == "tier":
                self.tiers.append(item)
            if key == "domain":
                word = self._domain(item, word)
            words.add(word)
        return frozenset(words)

    def _domain(self, node: Node, word: str) -> str:
        plain = word.casefold().strip(".")
        if "@" in word or "*" in word or "." not in plain:
            hint = plain.rpartition("@")[2].removeprefix("*").strip(".")
            example = hint if "." in hint else "example.org"
            self.reader.problem(
                node,
                f"domain must be a mail domain, not {word!r}: write {example} (it covers "
                "everything below it)",
            )
        return plain

    def _counts(self, node: Node) -> Condition:
        reader = self.reader
        found = reader.mapping(node, COUNTS, "counts")
        if node.kind == "map" and not node.value:
            reader.problem(node, "counts must name what to count")
        items = tuple(
            Count(
                name,
                self._range(
                    value, f"counts.{name}", lambda n, w: reader.number(n, w, 0, MAX_COUNT, True)
                ),
            )
            for name, value in found.items()
        )
        return items[0] if len(items) == 1 else All(items)

    def _elapsed(self, node: Node, what: str) -> timedelta | None:
        text = node.raw if node.kind == "int" else self.reader.string(node, what)
        if text is None:
            return None
        try:
            return elapsed(text)
        except ValueError as error:
            self.reader.problem(node, f"{what}: {error}")
            return None

    def _range(
        self, node: Node, what: str, read: Callable[[Node, str], Measure | None]
    ) -> Range[Measure]:
        if node.kind != "map":
            raw = node.raw if node.kind in ("int", "float", "str") else "…"
            self.reader.problem(
                node, f"{what} needs a bound ({', '.join(BOUNDS)}): write {{at_least: {raw}}}"
            )
            return Range()
        if not node.value:
            self.reader.problem(node, f"{what} needs a bound: {', '.join(BOUNDS)}")
        found = self.reader.mapping(node, BOUNDS, what)
        values = {key: read(value, f"{what}.{key}") for key, value in found.items()}
        for one, other in (("above", "at_least"), ("below", "at_most")):
            if one in values and other in values:
                self.reader.problem(found[other], f"{what}: write {one} or {other}, not both")
        bounds = Range(**values)
        low = bounds.above if bounds.above is not None else bounds.at_least
        high = bounds.below if bounds.below is not None else bounds.at_most
        if low is not None and high is not None:
            closed = bounds.above is None and bounds.below is None
            if low > high or (low == high and not closed):
                self.reader.problem(node, f"{what}: no value lies within these bounds")
        return bounds


def check_tiers(named: list[tuple[Reader, Node]], known: list[str]) -> None:
    """Notes every tier that a `where` names and no file defines."""
    for reader, node in named:
        if node.raw not in known:
            reader.problem(node, unknown("tier", node.raw, known))
