"""Verdict --plan--> OutboxEntry: candidates become tasks, within the owner's limits.

The decision and the intent to write it are one transaction, so a crash between them cannot happen.
It does not wait for the disk: nothing is written to a list before its delivery has committed a
transaction that does; what a power cut undoes is drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from rules.model import RuleSet
from syncd.pipeline.decide import Decider
from syncd.pipeline.people import Portrait
from syncd.planner import Tracked, draw
from syncd.store import ledger, ledger_tasks

_NOBODY: Mapping[str, Portrait] = {}


def draw_tasks(decider: Decider, *, daily: bool = True) -> int:
    """Turn candidates into tasks within the limits (urgent ones alone, unless `daily`); returns
    how many."""
    if not decider.tasks_in or not (daily or urgent_rules(decider.ruleset)):
        return 0
    with decider.database.begin(repeatable=True) as connection:
        return draw_in(decider, connection, daily=daily)


def urgent_rules(ruleset: RuleSet) -> set[str]:
    """The ids of the rules whose tasks are not drawn by the day."""
    return {rule.id for rule in ruleset.rules if rule.urgent}


def draw_in(
    decider: Decider,
    connection: Connection,
    *,
    daily: bool,
    painted: Mapping[str, Portrait] = _NOBODY,
) -> int:
    """`draw_tasks` in this transaction; `painted` are portraits made in it, of people about whom
    nothing was written since but verdicts."""
    owner, policy, now = decider.database.owner, decider.policy, decider.now
    if policy.off(now):
        return 0  # before a crowd of candidates is looked at
    urgent = urgent_rules(decider.ruleset)
    waiting = ledger_tasks.candidates(connection, owner, urgent, alone=not daily)
    if not waiting:
        return 0
    if decider.incidents:
        blocked = _bound_for_incidents(decider, connection, [one.key for one in waiting], painted)
        waiting = [one for one in waiting if one.key not in blocked]
    # Urgent tasks are outside all limits.
    today, soon = ledger_tasks.counts(connection, owner, policy, now, urgent) if daily else (0, 0)
    drawn = draw(waiting, today, soon, policy, now, daily=daily)
    rows = ledger.by_key(connection, owner, drawn)
    portraits = _look(decider, connection, rows, painted)
    decided = 0
    for key in drawn:
        portrait = portraits.get(rows[key].person)
        if portrait is not None:
            with decider.trying.person(connection, portrait.row.id):
                decided += _decide(decider, connection, portrait, rows[key])
    return decided


def _look(
    decider: Decider,
    connection: Connection,
    rows: Mapping[str, Tracked],
    painted: Mapping[str, Portrait],
) -> dict[str, Portrait]:
    whose = sorted({row.person for row in rows.values()})
    found = {who: painted[who] for who in whose if who in painted}
    others = [who for who in whose if who not in found]
    if others:
        trying = decider.trying
        looked = decider.gallery.look(connection, others, decider.now, trying=trying)
        found |= {portrait.row.id: portrait for portrait in looked}
    return found


def _decide(decider: Decider, connection: Connection, portrait: Portrait, row: Tracked) -> bool:
    drafted = decider.draft(portrait, row, connection)
    if drafted is None:
        return False
    draft, rule, account = drafted
    target = _target(decider, account)
    if target is None:
        return False
    owner, means = decider.database.owner, rule.done_means
    return ledger_tasks.decide(connection, owner, row.key, target, draft, means, decider.now)


def _target(decider: Decider, account: str) -> str | None:
    return decider.tasks_in.get(account) or decider.tasks_in.get("default")


def _bound_for_incidents(
    decider: Decider,
    connection: Connection,
    keys: Sequence[str],
    painted: Mapping[str, Portrait],
) -> set[str]:
    """Which of these candidates would go to a list that is not to be written now."""
    rows = ledger.by_key(connection, decider.database.owner, keys)
    portraits = _look(decider, connection, rows, painted)
    blocked = set()
    for key, row in rows.items():
        portrait = portraits.get(row.person)
        if portrait is None:
            continue
        blocked.add(key)  # unless it is found out where it would go
        with decider.trying.person(connection, portrait.row.id):
            drafted = decider.draft(portrait, row, connection)
            if drafted is None or _target(decider, drafted[2]) not in decider.incidents:
                blocked.discard(key)
    return blocked
