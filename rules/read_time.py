"""Reads lengths of time from a rule file, noting every mistake."""

from __future__ import annotations

import re

from rules import slips
from rules.durations import CADENCE_PATTERN, Duration, parse
from rules.source import Node, Reader, shown

LONGEST_CADENCE_HOURS = 10 * 366 * 24


def read_duration(reader: Reader, node: Node | None, what: str) -> Duration | None:
    """A duration; None where there is none, or a wrong one."""
    if node is None:
        return None
    if node.kind not in ("int", "str"):
        reader.problem(node, f"{what} must be a length of time such as 30d, not {shown(node)}")
        return None
    text = node.raw if node.kind == "int" else reader.string(node, what)
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        reader.problem(node, f"{what}: {slips.duration(text) or error}")
        return None


def read_cadence(reader: Reader, node: Node) -> Duration | None:
    """The cadence of a tier: a length that does not depend on the person."""
    cadence = read_duration(reader, node, "cadence")
    if cadence is None:
        return None
    span = cadence.span()
    if span is None or not re.fullmatch(CADENCE_PATTERN, node.raw):
        reader.problem(node, "cadence must be a length of its own above 0, such as 45d")
    elif span[0] > LONGEST_CADENCE_HOURS:
        reader.problem(node, "cadence must be at most 10 years")
    return cadence
