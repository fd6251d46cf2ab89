"""Reads `where` from a rule file into typed conditions, noting every mistake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rules import slips
from rules.durations import Duration, elapsed
from rules.read_time import read_duration
from rules.source import Node, Reader, shown, unknown
from rules.where import (
    BOUNDS,
    CHANNELS,
    COUNTS,
    FACTS,
    FLAGS,
    NO_TIER,
    STAGES,
    All,
    AnyOf,
    Bound,
    Condition,
    Count,
    Flag,
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
        if node.kind != "map":
            self.reader.problem(node, f"{what} must be conditions: {_conditions(node)}")
            return All()
        found = self.reader.mapping(node, self.keys, what, slips=slips.WHERE_KEYS)
        items = [self._one(key, value) for key, value in found.items()]
        return items[0] if len(items) == 1 else All(tuple(items))

    def _one(self, key: str, node: Node) -> Condition:
        reader = self.reader
        if key in ("all", "any"):
            if node.kind != "list":
                each = "[{wanted: true}, {colleague: false}]"
                reader.problem(
                    node, f"{key} must be a list of conditions, not {shown(node)}: write {each}"
                )
                return All()
            items = tuple(self.read(item, f"an item of {key}") for item in reader.items(node, key))
            if not items:
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
            if key == "tier" and word != NO_TIER:
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
        if node.kind in ("int", "str"):
            reader.problem(node, "counts must name what to count: write {sent: {at_least: 3}}")
            return All()
        found = reader.mapping(node, COUNTS, "counts", slips=slips.COUNT_KEYS)
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

    def _elapsed(self, node: Node, what: str) -> timedelta | Duration | None:
        """A length of silence; what is always the same number of hours as elapsed time."""
        span = read_duration(self.reader, node, what)
        return elapsed(str(span)) if span is not None and span.unit in ("h", "d", "w") else span

    def _range(
        self, node: Node, what: str, read: Callable[[Node, str], Bound | None]
    ) -> Range[Bound]:
        if node.kind != "map":
            raw = node.raw if node.kind in ("int", "float", "str") else "…"
            self.reader.problem(
                node, f"{what} needs a bound ({', '.join(BOUNDS)}): write {slips.bound(raw)}"
            )
            return Range()
        if not node.value:
            self.reader.problem(node, f"{what} needs a bound: {', '.join(BOUNDS)}")
        found = self.reader.mapping(node, BOUNDS, what, slips=slips.BOUND_KEYS)
        values = {key: read(value, f"{what}.{key}") for key, value in found.items()}
        for one, other in (("above", "at_least"), ("below", "at_most")):
            if one in values and other in values:
                self.reader.problem(found[other], f"{what}: write {one} or {other}, not both")
        bounds = Range(**values)
        low = bounds.above if bounds.above is not None else bounds.at_least
        high = bounds.below if bounds.below is not None else bounds.at_most
        if low is not None and high is not None:
            closed = bounds.above is None and bounds.below is None
            if _more(low, high) or (low == high and not closed):
                self.reader.problem(node, f"{what}: no value lies within these bounds")
        return bounds


def _more(one: object, other: object) -> bool:
    """Whether one bound is above the other for everybody."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return one > other
    if isinstance(one, timedelta) and isinstance(other, timedelta):
        return one > other
    spans = [
        Duration(span / timedelta(hours=1), "h") if isinstance(span, timedelta) else span
        for span in (one, other)
    ]
    first, second = spans
    return (
        isinstance(first, Duration) and isinstance(second, Duration) and first.surely_longer(second)
    )


def _conditions(node: Node) -> str:
    """What to write instead of something that is no mapping."""
    if node.kind == "list":
        return "write {all: […]} where every one must hold, or {any: […]} where one is enough"
    meant = slips.condition(node.raw) if node.kind == "str" else ""
    if node.kind == "null":
        return "write such as {stage: connection, wanted: true}, or remove the key"
    return f"write {meant or '{stage: connection, wanted: true}'}, not {shown(node)}"


def check_tiers(named: list[tuple[Reader, Node]], known: list[str]) -> None:
    """Notes every tier that a `where` names and no file defines."""
    for reader, node in named:
        if node.raw not in known:
            reader.problem(node, unknown("tier", node.raw, known))
