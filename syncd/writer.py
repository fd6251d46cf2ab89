"""One decided write, made: created or changed in its list, and confirmed.

Whoever is in doubt looks before writing. What the owner changed in the meantime is found by
comparing, and stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from connectors.contract import Draft, Remote, TaskList
from connectors.errors import Ambiguous, Conflict, Paused, Refused, SignInNeeded
from connectors.records import Task
from syncd.planner import (
    Complete,
    Copy,
    Hand,
    Intent,
    Status,
    TaskState,
    Tracked,
    Write,
    to_write,
)
from syncd.planner.words import plain
from syncd.store import answers, drafts, ledger, ledger_hand, ledger_outbox, sources
from syncd.store.ledger_outbox import DOUBT, Entry

_NOT_NOW = (SignInNeeded, Refused, Paused)  # of a write they say that it was not made
_ROUNDS = 3  # of reading anew and deciding anew within one delivery


class Transactions(Protocol):
    """What opens a transaction and commits it at its end: an engine, or our database."""

    def begin(self) -> AbstractContextManager[Connection]: ...


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes to one list. Raises the list's errors; then the entry is as it was."""

    transactions: Transactions
    owner: str
    account: str
    tasks: TaskList
    now: datetime
    restored: bool = False  # the list may have been written to after the state was

    def create(self, entry: Entry, draft: Draft, task: TaskState) -> Remote | None:
        """Create a task that is not in the list; returns it as it is there now. One that was
        written before and deleted since is returned as it was, for `answer`; None where it is not
        wanted any more."""
        doubt = entry.state == DOUBT or self.restored
        cancelled = task.status is not Status.OPEN
        found: Sequence[Remote] = ()
        if doubt:
            # Even where a second one cannot come to be: it may have been deleted since.
            found = self.tasks.find(draft.key)
            if not self.tasks.creates_once:
                self._remember(draft)
        if found:
            return self._found(entry, found, cancelled=cancelled)
        if cancelled:
            with self.transactions.begin() as connection:
                ledger_outbox.drop_key(connection, self.owner, entry.key)
            return None
        try:
            remote = self.tasks.create(draft)
        except Ambiguous as lost:
            # A look at once settles most of it; a second write has to wait for the next try.
            try:
                found = self.tasks.find(draft.key)
            except _NOT_NOW as error:
                raise lost from error  # it may have been written, whatever the look says
            if not found:
                raise
            return self._found(entry, found)
        # Where a key can only be created once, it may have been there already, and been edited.
        older = self.tasks.creates_once and _second(remote.task) != _second(draft)
        self._created(entry, remote, fresh=not doubt and not older)
        return remote

    def answer(self, entry: Entry, remote: Remote) -> None:
        """Its owner deleted it since it was written: that is a "no"."""
        self._created(entry, remote, fresh=False)

    def _remember(self, draft: Draft) -> None:
        """A first writing of it may still land, as it was drafted, long after this one: by then our
        own words may be others."""
        text = digest(Copy(draft.title, draft.notes, draft.due))
        with self.transactions.begin() as connection:
            drafts.put(connection, self.owner, draft.key, text)

    def _found(self, entry: Entry, found: Sequence[Remote], *, cancelled: bool = False) -> Remote:
        """It was written before."""
        remote = next((one for one in found if not one.deleted), found[0])
        if cancelled or not remote.deleted:
            self._created(entry, remote, fresh=False)
        return remote

    def _created(self, entry: Entry, remote: Remote, *, fresh: bool) -> None:
        """Confirm a creation. What a fresh one came back as counts as our own words: a list may
        shorten a title; one that was found may carry the owner's hand already."""
        with self.transactions.begin() as connection:
            row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
            if row is not None and row.task is not None and row.task.ref is None:
                if fresh:
                    ours = copy_of(remote.task)
                    row = row.having(replace(row.task, ours=ours, theirs=ours))
                seen = self._meet(connection, row, remote)
                if remote.deleted:
                    answers.refuse(connection, self.owner, seen.tracked, self.now)
            if not remote.deleted:
                self._know(connection, remote)
            ledger_outbox.drop(connection, self.owner, entry)

    def _know(self, connection: Connection, remote: Remote) -> None:
        """The list need not tell us what we wrote ourselves: its next reading finds it known,
        unless the owner was at it since."""
        sources.acknowledge(connection, self.owner, self.account, "tasks", remote.ref, remote.stamp)

    def change(self, entry: Entry, intent: Intent, task: TaskState) -> bool:
        """Change a task in the list as its owner leaves room for; whether anything was written."""
        doubt = entry.state == DOUBT or self.restored
        lost: Ambiguous | None = None
        for round_ in range(_ROUNDS):
            write = to_write(task, intent)
            if not write:
                break
            try:
                try:
                    remote = self._write(intent, task, write)
                except (Ambiguous, Conflict) as error:
                    if round_ == _ROUNDS - 1:
                        raise
                    lost = error if isinstance(error, Ambiguous) else lost
                    read = self._read_again(entry, doubt=doubt or lost is not None)
                    if read is None:
                        break
                    task = read
                    continue
            except _NOT_NOW as error:
                if lost is None:
                    raise
                raise lost from error  # an earlier one may have been made all the same
            self._changed(entry, task, remote, write)
            return True
        with self.transactions.begin() as connection:
            ledger_outbox.drop(connection, self.owner, entry)
        return False

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

    def _read_again(self, entry: Entry, *, doubt: bool) -> TaskState | None:
        """The task after another look at the list; None where the list no longer has it. Unless in
        `doubt` nothing of the entry was written."""
        found = self.tasks.find(entry.key)
        with self.transactions.begin() as connection:
            row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
            alive = [one for one in found if not one.deleted]
            if not alive or row is None or row.task is None:
                return None  # what a deletion means is said by the list itself, when it is read
            ref = row.task.ref
            remote = next((one for one in alive if one.ref == ref), alive[0])
            unwritten = 0 if doubt else entry.id
            return self._meet(connection, row, remote, unwritten).tracked.task

    def _meet(
        self, connection: Connection, row: Tracked, remote: Remote, unwritten: int = 0
    ) -> Hand:
        return answers.meet(
            connection,
            self.owner,
            row,
            seen_in(remote),
            self.now,
            restored=self.restored,
            unwritten=unwritten,
        )

    def _changed(self, entry: Entry, before: TaskState, remote: Remote, write: Write) -> None:
        with self.transactions.begin() as connection:
            row = ledger.by_key(connection, self.owner, [entry.key]).get(entry.key)
            if row is not None and row.task is not None:
                task, now = row.task, copy_of(remote.task)
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


def _second(one: Task | Draft) -> datetime | None:
    """When it was created; lists keep whole seconds."""
    return None if one.created is None else one.created.replace(microsecond=0)


def digest(text: Copy) -> str:
    """Tells whether a text is the one that was drafted, and nothing of what it says."""
    parts = (plain(text.title), plain(text.notes), text.due)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _remote(key: str, task: TaskState) -> Remote:
    theirs = task.theirs
    seen = Task(key, theirs.title, theirs.notes, theirs.due, theirs.completed)
    return Remote(task.ref or "", task.stamp or "", seen)


def copy_of(task: Task) -> Copy:
    """What a task says, without what only its list knows."""
    return Copy(task.title, task.notes, task.due, task.completed)


def seen_in(remote: Remote) -> ledger_hand.Found:
    """A task as its list has it, for the owner's hand to be found in it."""
    return ledger_hand.Found(remote.ref, remote.stamp, remote.task)
