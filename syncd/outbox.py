"""Decided writes, delivered exactly once.

    read one entry, mark it as perhaps written   a transaction
    look (only in doubt), write                  the network; no transaction is open
    confirm                                      a transaction

The intent and its key were committed together with the verdict. Whatever breaks between two of
these steps leaves an entry in doubt, and whoever is in doubt looks before writing. What the owner
changed in the meantime is found by comparing, and stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from connectors.contract import Draft, Remote, TaskList
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Refused,
    SignInNeeded,
    Unavailable,
)
from connectors.records import Task
from syncd.planner import Complete, Copy, Intent, Status, TaskState, Tracked, Write, to_write
from syncd.planner.words import plain
from syncd.store import facts, health, ledger, ledger_hand, ledger_outbox, sources
from syncd.store.errors import StoreError
from syncd.store.ledger_outbox import ASIDE, DOUBT, READY, Entry

_AGAIN = timedelta(minutes=1)  # after an answer that left it open what happened
_DRAFTED = "drafted:"  # begins the fact that says how a task was first drafted
_ROUNDS = 3  # of reading anew and deciding anew within one delivery
_GIVE_UP = 20  # tries until an item that always conflicts is set aside
_FAULTS = 5  # tries until one is that makes the list's connector break


class Transactions(Protocol):
    """What opens a transaction and commits it at its end: an engine, or our database."""

    def begin(self) -> AbstractContextManager[Connection]: ...


@dataclass(slots=True)
class Summary:
    """What one delivery came to. `failed` holds, by account, the trouble that stopped it."""

    created: int = 0
    updated: int = 0
    completed: int = 0
    aside: int = 0  # refused by their list for what they are
    doubtful: int = 0  # may have been written; looked for the next time
    failed: dict[str, ConnectorError] = field(default_factory=dict)
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
    stuck: set[str] = field(default_factory=set)  # keys whose earlier entry has to go first

    def all(self) -> None:
        last = 0
        while True:
            self.go_on()
            with self.transactions.begin() as connection:
                entry = ledger_outbox.after(connection, self.owner, self.account, last)
                if entry is None:
                    return
                last = entry.id
                early = entry.not_before > self.now and not self.eager
                waits = isinstance(entry.work, Draft) and not self.creating
                if entry.key in self.stuck or early or waits:
                    self.stuck.add(entry.key)
                    continue
                row = self._begun(connection, entry)
            if row is not None and row.task is not None:
                self._one(entry, row, row.task)

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
                ledger_outbox.drop(connection, self.owner, entry)
                return None
        ledger_outbox.mark(connection, self.owner, entry, DOUBT, tries=1)
        return row

    def _one(self, entry: Entry, row: Tracked, task: TaskState) -> None:
        self.summary.tried.add(self.account)
        entry = replace(entry, tries=entry.tries + 1)
        try:
            if isinstance(entry.work, Draft):
                self._create(entry, entry.work, task)
            else:
                self._change(entry, entry.work, row, task)
        except BadItem as error:
            self.summary.aside += 1
            self._mark(entry, ASIDE, str(error))
        except (Ambiguous, Conflict) as error:
            self.stuck.add(entry.key)
            self._again(entry, str(error), _GIVE_UP)
        except (SignInNeeded, Refused) as error:
            # Certainly not written now; what was in doubt before still is.
            self._mark(entry, entry.state, str(error))
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

    # --- creating ---

    def _create(self, entry: Entry, draft: Draft, task: TaskState) -> None:
        doubt = entry.state == DOUBT or self.restored
        cancelled = task.status is not Status.OPEN
        found: Sequence[Remote] = ()
        if doubt:
            # Even where a second one cannot come to be: it may have been deleted since.
            found = self.tasks.find(draft.key)
            if not self.tasks.creates_once:
                self._remember(draft)
        if found:
            self._found(entry, found)
        elif cancelled:
            with self.transactions.begin() as connection:
                ledger_outbox.drop_key(connection, self.owner, entry.key)
        else:
            try:
                remote = self.tasks.create(draft)
            except Ambiguous:
                # A look at once settles most of it; a second write has to wait for the next try.
                found = self.tasks.find(draft.key)
                if not found:
                    raise
                self._found(entry, found)
                return
            # Where a key can only be created once, it may have been there already, and been edited.
            older = self.tasks.creates_once and _second(remote.task) != _second(draft)
            self._created(entry, remote, fresh=not doubt and not older)

    def _remember(self, draft: Draft) -> None:
        """A first writing of it may still land, as it was drafted, long after this one: by then our
        own words may be others."""
        text = _digest(Copy(draft.title, draft.notes, draft.due))
        with self.transactions.begin() as connection:
            facts.put(connection, self.owner, _DRAFTED + draft.key, text)

    def _found(self, entry: Entry, found: Sequence[Remote]) -> None:
        """It was written before. When its owner deleted it since, that is an answer."""
        remote = next((one for one in found if not one.deleted), found[0])
        self._created(entry, remote, fresh=False)

    def _created(self, entry: Entry, remote: Remote, *, fresh: bool) -> None:
        """Confirm a creation. What a fresh one came back as counts as our own words: a list may
        shorten a title; one that was found may carry the owner's hand already."""
        with self.transactions.begin() as connection:
            row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
            if row is not None and row.task is not None and row.task.ref is None:
                if fresh:
                    ours = _copy(remote.task)
                    row = row.having(replace(row.task, ours=ours, theirs=ours))
                seen = ledger_hand.observe(connection, self.owner, row, _seen(remote), self.now)
                if remote.deleted:
                    ledger_hand.dismiss(connection, self.owner, seen.tracked, self.now)
            if not remote.deleted:
                self._know(connection, remote)
            ledger_outbox.drop(connection, self.owner, entry)
        self.summary.created += 1

    def _know(self, connection: Connection, remote: Remote) -> None:
        """The list need not tell us what we wrote ourselves: its next reading finds it known,
        unless the owner was at it since."""
        sources.acknowledge(connection, self.owner, self.account, "tasks", remote.ref, remote.stamp)

    # --- changing ---

    def _change(self, entry: Entry, intent: Intent, row: Tracked, task: TaskState) -> None:
        for round_ in range(_ROUNDS):
            write = to_write(task, intent)
            if not write:
                break
            try:
                remote = self._write(intent, task, write)
            except (Ambiguous, Conflict):
                if round_ == _ROUNDS - 1:
                    raise
                read = self._read_again(entry)
                if read is None:
                    break
                task = read
                continue
            self._changed(entry, task, remote, write)
            return
        with self.transactions.begin() as connection:
            ledger_outbox.drop(connection, self.owner, entry)

    def _write(self, intent: Intent, task: TaskState, write: Write) -> Remote:
        remote = _remote(intent.key, task)
        if isinstance(intent, Complete):
            return self.tasks.complete(remote, intent.at, write.notes)
        return self.tasks.update(
            remote,
            title=write.title,
            notes=write.notes,
            due=write.due,
            completed=write.completed,
        )

    def _read_again(self, entry: Entry) -> TaskState | None:
        """The task after another look at the list; None where the list no longer has it."""
        found = self.tasks.find(entry.key)
        with self.transactions.begin() as connection:
            row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
            alive = [one for one in found if not one.deleted]
            if not alive or row is None or row.task is None:
                return None  # what a deletion means is said by the list itself, when it is read
            ref = row.task.ref
            remote = next((one for one in alive if one.ref == ref), alive[0])
            seen = ledger_hand.observe(connection, self.owner, row, _seen(remote), self.now)
            return seen.tracked.task

    def _changed(self, entry: Entry, before: TaskState, remote: Remote, write: Write) -> None:
        with self.transactions.begin() as connection:
            row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
            if row is not None and row.task is not None:
                task, now = row.task, _copy(remote.task)
                ours = replace(
                    task.ours,
                    title=task.ours.title if write.title is None else now.title,
                    notes=task.ours.notes if write.notes is None else now.notes,
                    due=task.ours.due if write.due is None else now.due,
                    completed=now.completed,
                )
                task = replace(task, ours=ours)
                if task.stamp == before.stamp:
                    task = replace(task, theirs=now, ref=remote.ref, stamp=remote.stamp)
                # Else the list was read since: what was read then is newer than this answer.
                ledger.put_task(connection, self.owner, row, task)
            self._know(connection, remote)
            ledger_outbox.drop(connection, self.owner, entry)
        if isinstance(entry.work, Complete):
            self.summary.completed += 1
        else:
            self.summary.updated += 1


def settle_twins(
    transactions: Transactions,
    owner: str,
    account: str,
    tasks: TaskList,
    keys: Sequence[str],
    now: datetime,
    go_on: Callable[[], None] = lambda: None,
) -> int:
    """Of several tasks with one key keep the oldest and remove the others, unless the owner was
    at them; returns how many were removed. Raises the list's errors; `go_on`: see `deliver`."""
    removed = 0
    for key in keys:
        go_on()
        found = [one for one in tasks.find(key) if not one.deleted]
        with transactions.begin() as connection:
            row = ledger.by_key(connection, owner, [key]).get(key)
            if not found or row is None or row.task is None or row.task.account != account:
                continue
            ours, drafted = row.task.ours, facts.get(connection, owner, _DRAFTED + key)
            if row.task.ref != found[0].ref:
                ledger_hand.observe(connection, owner, row, _seen(found[0]), now)
        for twin in found[1:]:
            copy = replace(_copy(twin.task), completed=False)
            alike = not replace(row.task, ours=ours, theirs=copy).touched
            if (alike or _digest(copy) == drafted) and not twin.task.completed:
                tasks.remove(twin)
                removed += 1
    return removed


def _second(one: Task | Draft) -> datetime | None:
    """When it was created; lists keep whole seconds."""
    return None if one.created is None else one.created.replace(microsecond=0)


def _digest(text: Copy) -> str:
    """Tells whether a text is the one that was drafted, and nothing of what it says."""
    parts = (plain(text.title), plain(text.notes), text.due)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _remote(key: str, task: TaskState) -> Remote:
    theirs = task.theirs
    seen = Task(key, theirs.title, theirs.notes, theirs.due, theirs.completed)
    return Remote(task.ref or "", task.stamp or "", seen)


def _copy(task: Task) -> Copy:
    return Copy(task.title, task.notes, task.due, task.completed)


def _seen(remote: Remote) -> ledger_hand.Found:
    return ledger_hand.Found(remote.ref, remote.stamp, remote.task)
