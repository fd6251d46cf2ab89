"""Decided writes, delivered exactly once.

    read one entry, mark it as perhaps written   a transaction
    look (only in doubt), write                  the network; no transaction is open
    confirm                                      a transaction

The intent and its key were committed together with the verdict. Whatever breaks between two of
these steps leaves an entry in doubt, and whoever is in doubt looks before writing. What the owner
changed in the meantime is found by comparing, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.contract import Draft, Remote, TaskList
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)
from syncd.planner import MANY_DELETIONS, Complete, Status, TaskState, Tracked, to_write
from syncd.store import health, ledger, ledger_hand, ledger_outbox
from syncd.store.errors import StoreError
from syncd.store.ledger_outbox import ASIDE, DOUBT, READY, Entry
from syncd.writer import Transactions, Writer

_AGAIN = timedelta(minutes=1)  # after an answer that left it open what happened
_GIVE_UP = 20  # tries until an item that always conflicts is set aside
_FAULTS = 5  # tries until one is that makes the list's connector break


@dataclass(slots=True)
class Summary:
    """What one delivery came to. `failed` holds, by account, the trouble that stopped it."""

    created: int = 0
    updated: int = 0
    completed: int = 0
    aside: int = 0  # refused by their list for what they are
    doubtful: int = 0  # may have been written; looked for the next time
    failed: dict[str, ConnectorError] = field(default_factory=dict)
    # By account, why it goes on later though nothing is wrong.
    paused: dict[str, Paused] = field(default_factory=dict)
    # By account, keys of tasks that it held once: so many are an incident, and no answer.
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Accounts whose lists were written to, or asked.
    tried: set[str] = field(default_factory=set, compare=False)


def deliver(
    transactions: Transactions,
    owner: str,
    lists: Mapping[str, TaskList],
    now: datetime,
    *,
    restored: bool = False,
    eager: bool = False,
    creating: bool = True,
    summary: Summary | None = None,
    go_on: Callable[[], None] = lambda: None,
) -> Summary:
    """Write what is pending for each list (by account), oldest first. One failing list stops no
    other, one bad item not its list.

    With `restored` every creation looks first, since the state may be older than the list. With
    `eager` nothing is left for later because it failed a moment ago. Unless `creating`, new tasks
    wait. What is done is added to `summary`, if given. `go_on` is called before each entry, and may
    raise what ends it there.
    """
    summary = summary or Summary()
    for account, tasks in lists.items():
        run = _Run(
            transactions, owner, account, tasks, now, summary, restored, eager, creating, go_on
        )
        try:
            run.all()
        except Unavailable as error:
            if isinstance(error, Paused):
                summary.paused[account] = error
                if not run.wrote:  # it says nothing of how the list fares
                    summary.tried.discard(account)
            else:
                summary.failed[account] = error
            with transactions.begin() as connection:
                until = now + timedelta(seconds=error.wait)
                ledger_outbox.postpone(connection, owner, account, until)
        except (SignInNeeded, Refused) as error:
            summary.failed[account] = error
    return summary


@dataclass(slots=True)
class _Run:
    """One delivery to one list."""

    transactions: Transactions
    owner: str
    account: str
    tasks: TaskList
    now: datetime
    summary: Summary
    restored: bool
    eager: bool
    creating: bool
    go_on: Callable[[], None]
    wrote: bool = False  # something was confirmed
    stuck: set[str] = field(default_factory=set)  # keys whose earlier entry has to go first
    deleted: list[tuple[Entry, Remote]] = field(default_factory=list)  # since they were written

    def all(self) -> None:
        last = 0
        while True:
            self.go_on()
            with self.transactions.begin() as connection:
                entry = ledger_outbox.after(connection, self.owner, self.account, last)
                if entry is None:
                    break
                last = entry.id
                early = entry.not_before > self.now and not self.eager
                waits = not self.creating and self._creates(connection, entry)
                if entry.key in self.stuck or early or waits:
                    self.stuck.add(entry.key)
                    continue
                row = self._begun(connection, entry)
            if row is not None and row.task is not None:
                self._one(entry, row.task)
        if len(self.deleted) >= MANY_DELETIONS:
            self.summary.missing[self.account] = tuple(entry.key for entry, _ in self.deleted)
            return
        for entry, remote in self.deleted:
            self._writer().answer(entry, remote)

    def _creates(self, connection: Connection, entry: Entry) -> bool:
        """Whether it is about a task that the list is not known to have."""
        if not isinstance(entry.work, Draft):
            return False
        row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
        return row is None or row.task is None or row.task.ref is None

    def _writer(self) -> Writer:
        return Writer(
            self.transactions, self.owner, self.account, self.tasks, self.now, self.restored
        )

    def _begun(self, connection: Connection, entry: Entry) -> Tracked | None:
        """The row to write for, with the entry marked; None when there is nothing to write."""
        row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
        if row is None or row.task is None:
            ledger_outbox.drop_key(connection, self.owner, entry.key)
            return None
        task = row.task
        if isinstance(entry.work, Draft):
            if task.ref is not None:
                ledger_outbox.drop(connection, self.owner, entry)
                return None
            if task.status is not Status.OPEN and entry.state == READY and not self.restored:
                # Closed before it was ever written: the list never hears of it.
                ledger_outbox.drop_key(connection, self.owner, entry.key)
                return None
        else:
            if task.ref is None:
                # Its creation was cancelled or set aside: there is nothing to change.
                ledger_outbox.drop(connection, self.owner, entry)
                return None
            if not to_write(task, entry.work):
                if entry.state == READY and not self.restored:
                    # What the list has of it was not written by us.
                    ledger_outbox.drop(connection, self.owner, entry)
                else:
                    ledger_hand.settle(connection, self.owner, row, entry)
                return None
        ledger_outbox.mark(connection, self.owner, entry, DOUBT, tries=1)
        return row

    def _one(self, entry: Entry, task: TaskState) -> None:
        self.summary.tried.add(self.account)
        entry = replace(entry, tries=entry.tries + 1)
        writer = self._writer()
        try:
            if isinstance(entry.work, Draft):
                remote = writer.create(entry, entry.work, task)
                if remote is not None and remote.deleted and task.status is Status.OPEN:
                    self.deleted.append((entry, remote))
                    self.stuck.add(entry.key)
                else:
                    self.summary.created += remote is not None
                    self.wrote |= remote is not None
            elif not writer.change(entry, entry.work, task):
                return
            else:
                self.wrote = True
                closed = isinstance(entry.work, Complete)
                self.summary.completed += closed
                self.summary.updated += not closed
        except BadItem as error:
            self.summary.aside += 1
            self._mark(entry, ASIDE, str(error))
        except (Ambiguous, Conflict) as error:
            self.stuck.add(entry.key)
            self._again(entry, str(error), _GIVE_UP)
        except (SignInNeeded, Refused, Paused) as error:
            # Certainly not written now; what was in doubt before still is.
            words = entry.error if isinstance(error, Paused) else str(error)
            self._mark(entry, entry.state, words)
            raise
        except Unavailable as error:
            self._mark(entry, DOUBT, str(error))
            raise
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # one write that breaks the list stops no other
            self.stuck.add(entry.key)
            self._again(entry, health.words_of(error), _FAULTS)

    def _again(self, entry: Entry, error: str, most: int) -> None:
        """Try an entry later, or no more once it was tried `most` times."""
        if entry.tries >= most:
            self.summary.aside += 1
            self._mark(entry, ASIDE, error)
        else:
            self.summary.doubtful += 1
            self._mark(entry, DOUBT, error, self.now + _AGAIN)

    def _mark(
        self, entry: Entry, state: str, error: str, not_before: datetime | None = None
    ) -> None:
        with self.transactions.begin() as connection:
            ledger_outbox.mark(
                connection, self.owner, entry, state, not_before=not_before, error=error
            )
