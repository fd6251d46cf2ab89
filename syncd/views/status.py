"""How things stand: accounts, what was set aside, what waits, what needs the owner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from connectors.records import Facet
from rules.verdict import State
from syncd.pipeline.doubt import unread_beside
from syncd.pipeline.incidents import incident
from syncd.pipeline.switches import in_force
from syncd.planner import Policy
from syncd.store import (
    ailments,
    aliases,
    errands,
    facts,
    health,
    ledger,
    ledger_outbox,
    ledger_tasks,
    people,
    refused,
    removals,
    shred,
    sources,
    trouble,
)
from syncd.store.health import Place
from syncd.store.schema import observation
from syncd.store.sources import SourceRow
from syncd.store.times import from_int
from syncd.views.aside import items_aside, people_aside
from syncd.views.errands import errands_of
from syncd.views.health import health_of
from syncd.views.reasons import current, in_incident
from syncd.views.switches import Reporter


def status_of(
    connection: Connection,
    owner: str,
    accounts: list[str],
    has_task_list: bool,
    policy: Policy,
    now: datetime,
    rules: Collection[str],
    lists: Collection[str] = (),
) -> dict[str, Any]:
    """Plain data; `failed` says that something needs the owner. `policy` as configured,
    `rules` the ids of those in use, `lists` the accounts that tasks are written to."""
    reporter = Reporter(connection, owner, policy, now)
    rows = [row for row in sources.load(connection, owner) if row.account in accounts]
    fared = {row.place for row in health.load(connection, owner)}
    # What failed and has no health any more is not configured any more.
    rows = [row for row in rows if not row.error or not fared or _place(row) in fared]
    counts = sources.counts(connection, owner)
    kinds = select(observation.c.kind, func.count().label("number")).where(
        observation.c.owner == owner
    )
    grouped = connection.execute(kinds.group_by(observation.c.kind))
    seen = {row.kind: row.number for row in grouped}
    incidents = {
        account: keys for account in accounts if (keys := incident(connection, owner, account))
    }
    held = ledger.in_state(connection, owner, [State.HELD])
    read = {row.account for row in rows if row.facet == Facet.TASKS}
    in_use = in_force(connection, owner, policy).policy
    paused = in_use.paused(now)
    as_of = facts.get(connection, owner, "as_of")
    stopped = trouble.standing(connection, owner)
    troubles = ledger_outbox.troubles(connection, owner)
    fare = health_of(connection, owner, accounts)
    wrong = refused.standing(connection, owner)
    ailing = ailments.standing(connection, owner)
    opened = ledger_tasks.open_tasks(connection, owner)
    elsewhere = _tally(
        [r.task.account for r in opened if r.task and r.task.account not in accounts]
    )
    unwritten = [r.task for r in opened if r.task is not None and r.task.delivered_at is None]
    beside = {} if in_use.preview else unread_beside(connection, owner, lists, now)
    wait = _tally([task.account for task in unwritten if task.account in beside])
    return {
        "as_of": from_int(int(as_of)) if as_of else None,
        "trouble": [{"kind": one.kind, "since": one.since, "words": one.words} for one in stopped],
        "accounts": [
            {
                "account": row.account,
                "facet": row.facet,
                "scope": row.scope,
                "items": sources.read_by(connection, owner, row),
                "complete": row.done_at is not None,
                "last_success": row.ok_at,
                "error": row.error or None,
                "error_kind": row.error_kind or None,
                "error_at": row.error_at,
            }
            for row in rows
        ],
        "health": fare,
        "configuration_refused": wrong,
        "ailments": [{"kind": one.kind, "since": one.since, "words": one.words} for one in ailing],
        "items": [
            {"account": account, "facet": facet, "state": state, "count": n}
            for (account, facet, state), n in sorted(counts.items())
        ],
        "observations": seen,
        "aliases": [
            {"address": addr, "reasons": list(reasons)}
            for addr, reasons in aliases.load(connection, owner).items()
        ],
        "people": people.count(connection, owner),
        "set_aside": items_aside(connection, owner),
        "people_set_aside": people_aside(connection, owner),
        "tasks": {
            "open": len(opened),
            "unwritten": len(unwritten),
            "out_of_reach": elsewhere,  # by the account that is not configured any more
            "held": len(held),
            "held_by": _tally(
                in_incident(
                    [current(row.reasons, paused=paused)[0] for row in held if row.reasons],
                    everywhere=bool(read) and read <= incidents.keys(),
                )
            ),
            "without_rule": [
                {"key": row.key, "rule": row.rule, "until": row.expires}
                for row in opened
                if row.rule not in rules
            ],
            "has_list": has_task_list,
        },
        "undelivered": [
            {"key": one.key, "account": one.account, "state": one.state, "error": one.error}
            for one in troubles
        ],
        "errands": errands_of(connection, owner),
        "overwriting": facts.get(connection, owner, shred.DUE) == "yes",
        "forgetting": [
            {"account": one.account, "key": one.key, "op": one.op, "error": one.error or None}
            for one in removals.pending(connection, owner)
        ],
        "incidents": [
            {"account": account, "missing": keys, "tasks": reporter.named(keys)}
            for account, keys in sorted(incidents.items())
        ],
        "unread_lists": [
            {"account": account, "tasks": count, "unread": sorted(beside[account])}
            for account, count in wait.items()
        ],
        "off": reporter.off(),
        "report": reporter.report(),
        "next": people.next_moment(connection, owner),
        "failed": bool(stopped or wrong)
        or any(one.kind not in ailments.MILD for one in ailing)
        or bool(incidents)
        or bool(elsewhere)
        or any(one.error for one in removals.pending(connection, owner))
        or any(row.error for row in rows)
        or any(one["state"] == health.DOWN for one in fare)
        or any(one.state == ledger_outbox.ASIDE or one.error for one in troubles)
        or any(True for _ in errands.troubles(connection, owner)),
    }


def _place(row: SourceRow) -> Place:
    return Place(row.account, row.facet, row.scope)


def _tally(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))
