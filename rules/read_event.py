"""Reads `since` and `until` from a rule file, noting every mistake."""

from __future__ import annotations

import re

from rules import slips
from rules.history import EVENTS, LOOPS
from rules.model import RESOLVED, StrengthBelow
from rules.source import Node, Reader, shown

BELOW = "strength_below"


def read_since(reader: Reader, node: Node | None) -> str | StrengthBelow:
    """The event that starts a rule; "" where there is none, or a wrong one."""
    if node is None:
        return ""
    if node.kind == "map":
        return _strength_below(reader, node, "since") or ""
    if node.kind == "list" or (node.kind == "str" and "," in node.raw):
        reader.problem(node, "since must be one event: write one rule for each event")
        return ""
    if node.raw == RESOLVED:
        reader.problem(node, f"since cannot be {RESOLVED!r}: it may stand in until")
        return ""
    if node.raw == BELOW:
        reader.problem(node, f"{BELOW} needs a level: write {{{BELOW}: 0.3}}")
        return ""
    return reader.choice(node, "event", sorted(EVENTS), slips.EVENTS) or ""


def read_until(
    reader: Reader, node: Node | None, since: str | StrengthBelow
) -> tuple[str | StrengthBelow, ...]:
    """The events that stop a rule; one may stand alone, without a list."""
    if node is None:
        return ()
    events: list[str | StrengthBelow] = []
    for item in reader.items(node, "until", single=True):
        event = _end(reader, item, since)
        if event is None:
            continue
        if event in events:
            reader.problem(item, f"{event} is listed twice in until")
        events.append(event)
    return tuple(events)


def _end(reader: Reader, node: Node, since: str | StrengthBelow) -> str | StrengthBelow | None:
    if node.kind == "map" and any(key.raw == BELOW for key, _ in node.value):
        return _strength_below(reader, node, "until")
    if node.raw == BELOW:
        reader.problem(node, f"{BELOW} needs a level: write {{{BELOW}: 0.3}}")
        return None
    if advice := _no_event(node):
        reader.problem(node, f"until must name events: {advice}")
        return None
    event = reader.choice(node, "event", (*sorted(EVENTS), RESOLVED), slips.EVENTS)
    if event == RESOLVED and since and since not in LOOPS:
        loops = ", ".join(sorted(LOOPS))
        reader.problem(node, f"resolved needs a loop as since ({loops}): {since} opens none")
    return event


def _strength_below(reader: Reader, node: Node, what: str) -> StrengthBelow | None:
    found = reader.mapping(node, (BELOW,), what)
    level = found.get(BELOW)
    if level is None:
        if not node.value:
            reader.problem(node, f"{what} must name an event")
        return None
    value = reader.number(level, BELOW, 0, 1)
    if value == 0:
        reader.problem(level, f"{BELOW} must be above 0: nothing is below it")
    return StrengthBelow(value) if value else None


def _no_event(node: Node) -> str:
    """What to write where an event of `until` is something else altogether; "" where it is text."""
    if node.kind in ("map", "list"):
        return f"write a list such as [call, meeting], not {shown(node)}"
    words = re.split(r"[,\s|/]+", node.raw.strip())
    if len(words) > 1 and any(word in EVENTS for word in words):
        return f"write [{', '.join(word for word in words if word not in ('or', 'and'))}]"
    if re.fullmatch(r"\d+[a-z ]*", node.raw):
        return f"{node.raw} is a time: write expires: {node.raw}"
    return ""
