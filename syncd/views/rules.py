"""The rules as their owner configured them: what each does, and how many people stand where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from rules import describe
from rules.describe_where import as_data
from rules.model import Rule
from syncd.planner import Tracked
from syncd.store import ledger_tasks
from syncd.store.schema import verdict

_PACK = "pack "


def left_open(connection: Connection, owner: str, rule: str) -> list[Tracked]:
    """The open tasks of one rule, those that end first at the top."""
    rows = [row for row in ledger_tasks.open_tasks(connection, owner) if row.rule == rule]
    return sorted(rows, key=lambda row: (row.expires, row.key))


def standing(connection: Connection, owner: str) -> dict[str, dict[str, int]]:
    """How many verdicts are in which state, by rule."""
    query = (
        select(verdict.c.rule, verdict.c.state, func.count())
        .where(verdict.c.owner == owner)
        .group_by(verdict.c.rule, verdict.c.state)
        .order_by(verdict.c.rule, verdict.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for rule, state, number in connection.execute(query):
        found.setdefault(rule, {})[state] = number
    return found


def rules_list(
    rules: Sequence[Rule], counts: Mapping[str, Mapping[str, int]]
) -> list[dict[str, Any]]:
    """The rows of `rules list --json`, in the order of the configuration."""
    return [_row(rule, counts.get(rule.id, {})) for rule in rules]


def _row(rule: Rule, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "about": rule.about,
        **source_of(rule),
        "since": describe.event(rule.since),
        "until": [describe.event(event) for event in rule.until],
        "remind": str(rule.remind),
        "due": str(rule.due),
        "expires": str(rule.expires) if rule.expires else None,
        "where": as_data(rule.where),
        "urgent": rule.urgent,
        "in_words": {
            "since": describe.clause(rule.since),
            "until": describe.until(rule),
            "due": describe.length(rule.due),
        },
        "verdicts": dict(counts),
    }


def rule_shown(rule: Rule, counts: Mapping[str, int]) -> dict[str, Any]:
    """The object of `rules show RULE --json`."""
    return {
        **_row(rule, counts),
        "does": describe.paragraph(rule),
        "yaml": describe.to_yaml(rule),
    }


def source_of(rule: Rule) -> dict[str, Any]:
    """Where it comes from: a pack, or a file and line."""
    name, line = rule.source
    pack = name.removeprefix(_PACK) if name.startswith(_PACK) else None
    return {"pack": pack, "file": None if pack else name, "line": line}
