"""How many tasks wait to be written, and how many of them the next draw takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from rules.model import RuleSet
from syncd.planner import Policy, draw
from syncd.store import ledger_tasks


@dataclass(frozen=True, slots=True)
class Coming:
    """Numbers of tasks: `all` that wait for the draw, those it would take `now`."""

    all: int
    now: int
    paused: bool


def coming(
    connection: Connection, owner: str, ruleset: RuleSet, policy: Policy, now: datetime
) -> Coming:
    """As if there were no preview; a pause still holds."""
    urgent = {rule.id for rule in ruleset.rules if rule.urgent}
    waiting = ledger_tasks.candidates(connection, owner, urgent)
    today, soon = ledger_tasks.counts(connection, owner, policy, now, urgent)
    drawn = draw(waiting, today, soon, replace(policy, preview=False), now)
    return Coming(len(waiting), len(drawn), policy.paused(now))
