"""Outbox --deliver--> Task: the task lists of a pass, written to where that may be done.

twins       of several tasks with one key the oldest stays
write       what is queued, unless the owner wants nothing written
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from connectors.contract import TaskList
from connectors.errors import ConnectorError, Paused, Unavailable
from syncd import log, outbox, twins
from syncd.outbox import Summary
from syncd.pipeline.doubt import may_be_elsewhere, older_than, trust
from syncd.pipeline.health import Ward
from syncd.pipeline.incidents import ask
from syncd.pipeline.observe import Outcome
from syncd.planner import Policy
from syncd.retry import Retries
from syncd.store import health, ledger_outbox
from syncd.store.database import Database
from syncd.store.errors import StoreBeside
from syncd.store.health import Place
from syncd.store.lock import raise_generation


def settle_twins(
    database: Database,
    account: str,
    tasks: TaskList,
    outcome: Outcome,
    now: datetime,
    go_on: Callable[[], None] = lambda: None,
) -> None:
    """Remove what a reading found twice; trouble is noted with it. `go_on`: see `write`."""
    try:
        twins.settle_twins(
            database, database.owner, account, tasks, outcome.twins, now, go_on=go_on
        )
    except Paused as pause:
        outcome.paused = str(pause)
    except ConnectorError as error:
        # They stay twins until the list answers again: the next reading goes on with them.
        outcome.failed(error)


def write(
    database: Database,
    lists: Mapping[str, TaskList],
    now: datetime,
    policy: Policy,
    retries: Retries | None = None,
    *,
    beside: Collection[str] = (),
    eager: bool = True,
    go_on: Callable[[], None] = lambda: None,
) -> Summary:
    """Write what is queued for these lists. In preview nothing is; in a pause nothing new, nor
    while it may stand in a list `beside` them (`may_be_elsewhere`). Unless `eager`, what failed a
    moment ago is left for later. `go_on` is called before each entry, and may raise what ends it
    there: nothing is half done then."""
    owner, summary = database.owner, Summary()
    with database.read() as connection:
        doubtful = older_than(connection, owner, lists)
        elsewhere = may_be_elsewhere(connection, owner, lists, beside, now)
        pending = [
            name for name in lists if ledger_outbox.next_try(connection, owner, name) is not None
        ]
    wanted = bool(pending) and not policy.preview
    trouble = _raised(database) if wanted else None
    if trouble is not None:
        summary.failed |= dict.fromkeys(pending, trouble)
    elif wanted:
        for some in ({n for n in lists if n in doubtful}, {n for n in lists if n not in doubtful}):
            outbox.deliver(
                database,
                owner,
                {name: lists[name] for name in lists if name in some},
                now,
                restored=bool(some & doubtful),
                eager=eager,
                creating=not (elsewhere or policy.paused(now)),
                summary=summary,
                go_on=go_on,
            )
        for name, keys in summary.missing.items():
            with database.begin() as connection:
                ask(connection, owner, name, keys)
        # Whatever copy was made while that was going on is older than the lists.
        trouble = _raised(database)
        if trouble is not None:
            summary.failed |= dict.fromkeys(pending, trouble)
        _tell(summary)
    note(database, Ward(owner, now, retries), lists, summary)
    settled = doubtful - summary.failed.keys() - summary.paused.keys()
    if settled:
        with database.begin() as connection:
            trust(connection, owner, settled)
    return summary


def _raised(database: Database) -> Unavailable | None:
    """Raise the generation; what keeps that from being done."""
    try:
        raise_generation(database)
    except StoreBeside as error:
        return Unavailable(str(error))
    return None


def _tell(summary: Summary) -> None:
    counts = (summary.created, summary.updated, summary.completed, len(summary.failed))
    if any(counts):
        created, updated, completed, failed = counts
        log.event(
            "outbox.delivered",
            created=created,
            updated=updated,
            completed=completed,
            failed=failed,
        )


def note(
    database: Database,
    ward: Ward,
    lists: Collection[str],
    summary: Summary,
) -> None:
    """How the writing to each list fared. Where nothing is left to be written, nothing is wrong;
    what was left for later says nothing, unless that is all it has come to for long."""
    with database.read() as connection:
        sick = {
            row.place.account
            for row in health.load(connection, database.owner)
            if row.place.facet == health.DELIVERY
            and (row.state != health.UP or row.pauses.times > 0)
        }
        idle = {
            name
            for name in sick
            if ledger_outbox.next_try(connection, database.owner, name) is None
        }
    for name in lists:
        place = Place(name, health.DELIVERY)
        if name in summary.failed:
            with database.begin() as connection:
                ward.ill(connection, place, summary.failed[name])
        elif name in summary.tried or name in idle:
            with database.begin() as connection:
                ward.well(connection, place)
        elif name in summary.paused:
            with database.begin() as connection:
                vain = ward.in_vain(connection, place, summary.paused[name])
                if vain is not None:
                    ward.ill(connection, place, vain)
                    summary.failed[name] = vain
                    del summary.paused[name]
