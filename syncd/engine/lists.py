"""The task lists of one owner: which may be written to, and when there is something to write."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syncd import unwriting
from syncd.engine.guard import guarded
from syncd.engine.mailbox import leave_if_dismissed
from syncd.outbox import Summary
from syncd.pipeline.doubt import older_than
from syncd.pipeline.incidents import incident
from syncd.pipeline.lists import write
from syncd.pipeline.observe import Outcome
from syncd.pipeline.switches import in_force
from syncd.pipeline.workshop import Workshop
from syncd.retry import Retries
from syncd.store import ledger_outbox, removals
from syncd.store.health import Place
from syncd.store.removals import Removal

_AGAIN = timedelta(minutes=1)  # after a delivery that left something undone

# What waits to be done in a list now; each is another one once it was tried.
Waiting = tuple[object, ...]


class Lists:
    """A list is written to when it was read, and lost nothing; one that the state may be older
    than, when it was read behind everything that its tasks may be about."""

    def __init__(self) -> None:
        self._read: dict[str, bool] = {}  # lists that were read; True: behind everything else
        self._left: dict[str, tuple[datetime, Waiting]] = {}

    def was_read(self, account: str, outcome: Outcome, *, behind_all: bool) -> None:
        """A list was read, well or not."""
        if outcome.error or outcome.held or outcome.paused:
            self._read.pop(account, None)
        else:
            self._read[account] = behind_all

    def forget(self) -> None:
        """What was left undone may be tried at once."""
        self._left.clear()

    def wants_reading(self, shop: Workshop, account: str, asked: Set[Place]) -> bool:
        """Whether a list has to be read once more before it may be written to."""
        if self._read.get(account, True) or not asked >= shop.places:
            return False
        with shop.database.read() as connection:
            return bool(older_than(connection, shop.database.owner, (account,)))

    def next(self, shop: Workshop, account: str, now: datetime) -> datetime | None:
        """When there is something to write; `now` or earlier means now."""
        with shop.database.read() as connection:
            if not self._may_write(shop, account, connection):
                return None
            waiting = _waiting(shop, account, connection, now)
            if not waiting:
                return _later(shop, account, connection, now)
        last, left = self._left.get(account, (now, ()))
        return last + _AGAIN if set(waiting) <= set(left) else now

    def deliver(self, shop: Workshop, account: str, now: datetime, retries: Retries) -> Summary:
        """Write what waits, and forget in it whoever is forgotten."""
        database = guarded(shop.database)
        with database.read() as connection:
            database.check(connection)  # who is forgotten has to be known
            if not self._may_write(shop, account, connection):
                return Summary()
            before = _waiting(shop, account, connection, now)
            policy = in_force(connection, database.owner, shop.policy).policy
        lists = {account: shop.lists[account]}
        summary = write(
            database, lists, now, policy, retries,
            beside=shop.lists, eager=False, go_on=leave_if_dismissed,
        )  # fmt: skip
        leave_if_dismissed()
        if any(isinstance(one, Removal) for one in before):
            forgotten = shop.ignore.forgotten
            troubles = unwriting.finish_forgetting(database, database.owner, lists, forgotten)
            if account in troubles:
                summary.failed.setdefault(account, troubles[account])
        if summary.created or summary.updated or summary.completed or summary.aside:
            self._left.pop(account, None)  # something went: look at once what there is now
            return summary
        with database.read() as connection:
            after = _waiting(shop, account, connection, now)
        # What came to be meanwhile is for the next delivery, which may be at once.
        self._left[account] = (now, tuple(one for one in after if one in before))
        return summary

    def _may_write(self, shop: Workshop, account: str, connection: Connection) -> bool:
        owner = shop.database.owner
        if account not in self._read or incident(connection, owner, account):
            return False
        return self._read[account] or not older_than(connection, owner, (account,))


def _waiting(shop: Workshop, account: str, connection: Connection, now: datetime) -> Waiting:
    owner = shop.database.owner
    policy = in_force(connection, owner, shop.policy).policy
    found: list[object] = [*removals.of_lists(connection, owner, account)]
    if not policy.preview:
        found += ledger_outbox.due(connection, owner, account, now, creating=not policy.paused(now))
        found += older_than(connection, owner, (account,))
    return tuple(found)


def _later(shop: Workshop, account: str, connection: Connection, now: datetime) -> datetime | None:
    """When what failed is to be tried again; there is nothing to do now."""
    owner = shop.database.owner
    policy = in_force(connection, owner, shop.policy).policy
    if policy.preview:
        return None
    creating = not policy.paused(now)
    return ledger_outbox.next_try(connection, owner, account, creating=creating)
