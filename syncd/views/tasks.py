"""The tasks that were written, and on request everything that may still become one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from rules.verdict import State
from syncd.inference.model import Dossier
from syncd.pipeline.decide import Decider
from syncd.pipeline.people import Portrait
from syncd.planner import Status, Tracked
from syncd.store import errands, ledger, ledger_tasks, people
from syncd.views.errands import errand_shown
from syncd.views.explain import evidence_of, interactions_of, person_of, verdict_of
from syncd.views.reasons import current
from syncd.views.waits import reasons_of

_NOT_YET = (State.WAITING, State.HELD, State.MUTED, State.MISSED, State.VOID)


def tasks_list(
    connection: Connection, decider: Decider, now: datetime, *, everything: bool = False
) -> list[dict[str, Any]]:
    """The rows of `tasks --json`; with `everything` also those that have not come (waiting, held,
    muted, missed, void), and the `reasons` of all."""
    owner = decider.gallery.owner_id
    rows = ledger_tasks.delivered(connection, owner)
    if everything:
        shown = {row.key for row in rows}
        later = ledger.in_state(connection, owner, (*_NOT_YET, State.OPEN))
        rows += [row for row in later if row.key not in shown]
    portraits = _portraits(connection, decider, rows, now)
    return [
        entry(connection, decider, portraits[row.person], row, reasons=everything)
        for row in rows
        if row.person in portraits
    ]


def _portraits(
    connection: Connection, decider: Decider, rows: Sequence[Tracked], now: datetime
) -> dict[str, Portrait]:
    ids = sorted({row.person for row in rows})
    found = {one.row.id: one for one in decider.gallery.look(connection, ids, now)}
    missing = [who for who in ids if who not in found]
    return found | _bare(connection, decider, missing, now) if missing else found


def _bare(
    connection: Connection, decider: Decider, ids: Sequence[str], now: datetime
) -> dict[str, Portrait]:
    """People of whom nothing can be inferred now: what is stored of them, and no claim. Their tasks
    stand in the list all the same."""
    gallery = decider.gallery
    addrs = people.addresses_of(connection, gallery.owner_id, ids)
    found = {}
    for who, row in people.load(connection, gallery.owner_id, ids).items():
        dossier = Dossier(frozenset(addrs.get(who, ())))
        history = gallery.portraits.history(who, row.name, dossier, (), now)
        found[who] = Portrait(row, tuple(sorted(dossier.addresses)), dossier, (), history)
    return found


def entry(
    connection: Connection,
    decider: Decider,
    portrait: Portrait,
    row: Tracked,
    *,
    reasons: bool = False,
) -> dict[str, Any]:
    """One task, as its list has it; for a verdict without one, as it would be written."""
    task, whys = row.task, reasons_of(connection, decider, portrait, row)
    whys = current(whys, paused=decider.policy.paused(decider.now))
    anchors = [row.anchor]
    if task is not None:
        anchors = [*task.evidence, *anchors]
        title, notes, due = task.theirs.title, task.theirs.notes, task.theirs.due
        status, created, why = str(task.status), task.created, task.closed_why
        if task.delivered_at is None and task.status is Status.OPEN:
            # Decided, and the list has not confirmed it: the owner cannot see it there yet.
            status, whys = str(State.HELD), ("list:unconfirmed", *whys)
    else:
        drafted = decider.draft(portrait, row, connection)
        title, notes, due = "", "", row.due
        if drafted is not None:
            title, notes, due = drafted[0].title, drafted[0].notes, drafted[0].due
        status, created, why = str(row.state), None, ""
    found = {
        "key": row.key,
        "rule": row.rule,
        # Whoever turned out to be no person keeps the address that the task is about.
        "person": person_of(portrait) if portrait.addrs else person_of(portrait, row.addr),
        "title": title,
        "notes": notes,
        "due": due,
        "status": status,
        "created": created,
        "closed_why": why or None,
        "evidence": evidence_of(portrait, anchors),
    }
    return found | {"reasons": list(whys)} if reasons else found


def explain_task(
    connection: Connection, decider: Decider, key: str, now: datetime
) -> dict[str, Any] | None:
    """The object of `explain KEY --json`; None where no task or verdict has that key."""
    owner = decider.gallery.owner_id
    row = ledger.by_key(connection, owner, [key]).get(key)
    if row is None:
        return None
    portraits = _portraits(connection, decider, [row], now)
    portrait = portraits.get(row.person)
    if portrait is None:
        return None
    found = {
        "task": entry(connection, decider, portrait, row),
        "verdict": verdict_of(row, reasons_of(connection, decider, portrait, row)),
        "interactions": interactions_of(portrait.claims),
    }
    beside = [errand_shown(one) for one in errands.of_key(connection, owner, key)]
    return found | {"errands": beside} if beside else found
