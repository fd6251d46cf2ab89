"""Outbox --deliver--> Task: the task lists of a pass, written to where that may be done.

restored?   the state may be older than the lists: read all of each before writing
twins       of several tasks with one key the oldest stays
write       what is queued, unless the owner wants nothing written
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from connectors.contract import TaskList
from connectors.errors import ConnectorError
from syncd import log, outbox
from syncd.outbox import Summary
from syncd.pipeline.hand import doubt, older_than, trust
from syncd.pipeline.observe import Outcome
from syncd.planner import Policy
from syncd.store import ledger_outbox
from syncd.store.database import Database
from syncd.store.lock import raise_generation, was_restored


def notice_restored(database: Database, accounts: Collection[str]) -> None:
    """An older copy of the state that was put back doubts everything it has not confirmed."""
    if not was_restored(database):
        return
    log.event("state.restored")
    with database.begin() as connection:
        ledger_outbox.doubt_all(connection, database.owner)
        doubt(connection, database.owner, accounts)
    raise_generation(database)


def settle_twins(
    database: Database, account: str, tasks: TaskList, outcome: Outcome, now: datetime
) -> None:
    """Remove what a reading found twice; trouble is noted with the reading."""
    try:
        outbox.settle_twins(database, database.owner, account, tasks, outcome.twins, now)
    except ConnectorError as error:
        # They stay twins until the list answers again: the next reading finds them again.
        outcome.error, outcome.error_kind = str(error), type(error).__name__


def write(
    database: Database, lists: Mapping[str, TaskList], now: datetime, policy: Policy
) -> Summary:
    """Write what is queued for these lists. In preview nothing is; in a pause nothing new."""
    owner, summary = database.owner, Summary()
    with database.read() as connection:
        doubtful = older_than(connection, owner, lists)
        pending = [
            name for name in lists if ledger_outbox.next_try(connection, owner, name) is not None
        ]
    if pending and not policy.preview:
        raise_generation(database)
        for some in ({n for n in lists if n in doubtful}, {n for n in lists if n not in doubtful}):
            outbox.deliver(
                database,
                owner,
                {name: lists[name] for name in lists if name in some},
                now,
                restored=bool(some & doubtful),
                eager=True,
                creating=not policy.paused(now),
                summary=summary,
            )
        # Whatever copy was made while that was going on is older than the lists.
        raise_generation(database)
    settled = doubtful - summary.failed.keys()
    if settled:
        with database.begin() as connection:
            trust(connection, owner, settled)
    return summary
