"""A folder of tasks in Outlook, chosen by its name and known by its id from then on.

EWS has no key that keeps a second task from being made: ours travels with the create as a named
property, by which it is found wherever it is, among completed and deleted ones too. Changes are
guarded by change keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Draft, Known, Remote
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Refused,
    Unavailable,
    Vanished,
)
from connectors.exchange import tasks_text
from connectors.exchange.element import Element, ItemId, id_of
from connectors.exchange.errors import Declined, NotThere, Stale
from connectors.exchange.places import Place, key_of
from connectors.exchange.synced_cursor import Progress, progress_of
from connectors.exchange.tasks_changes import changes_of
from connectors.exchange.tasks_items import Tasks, guard
from connectors.exchange.tasks_lists import Lists, folders_of
from connectors.exchange.tasks_reading import OWN, Folders
from connectors.exchange.tasks_text import Stamp
from connectors.records import Batch, Facet, Gone, Item

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
# What a server finds wrong with the task itself.
_UNFIT: Final = frozenset(
    (
        "ErrorContentConversionFailed", "ErrorInvalidExtendedPropertyValue",
        "ErrorInvalidPropertySet", "ErrorInvalidValueForProperty", "ErrorMessageSizeExceeded",
        "ErrorPropertyValidationFailure", "ErrorSchemaValidation", "ErrorItemCorrupt",
        "ErrorCorruptData", "ErrorPropertyUpdate", "ErrorItemSavePropertyError",
    )
)  # fmt: skip


class ExchangeTasks:
    """One folder as a TaskList; it is made where it is absent and `writable`. `name`: "default" for
    the mailbox's own task folder. `zone` is where dates are days, and reminders have an hour."""

    facet = Facet.TASKS
    creates_once = False

    def __init__(self, exchange: Exchange, name: str, zone: ZoneInfo) -> None:
        self.scope = name
        self.writable = True  # False: nothing is made for a reading
        self._exchange = exchange
        self._zone = zone
        self._name = name
        self._lists = Lists(exchange, name)
        self._folders = Folders(exchange, name, zone, self._lists.what)
        self._refs = self._folders.refs
        self._ids: dict[str, str] = {}  # of folders for tasks, by their keys, as last found
        self._followed: dict[str, Tasks] = {}  # lists as last read, by the keys of their folders
        self._id = ""  # the folder's, as last found
        self._gone = False  # it was there once, and was not when it was looked for

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. A folder that is not there yet holds nothing; the first
        task makes it."""
        progress = progress_of(cursor, self.scope)
        held = folders_of(known.under(self._refs.prefix), self._refs.prefix)
        listed = self._lists.every()
        own = self._found(progress.extra.get(OWN, "") or self._id, held, listed)
        if own is None:
            yield Batch((), Progress().text(), done=True)
            return
        lists = self._folders.followed(progress, own, listed, held)
        try:
            yield from self._folders.batches(
                known, progress, lists, listed, everything=cursor is None
            )
        except NotThere as error:
            raise Unavailable(f"a task folder vanished while {self._what} was read") from error
        self._followed = self._folders.remembered(progress)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        lists = self._folders.remembered(progress_of(cursor, self.scope))
        held: dict[str, list[str]] = {}
        for ref in refs:
            held.setdefault(self._refs.folder(ref), []).append(ref)
        for key, some in held.items():
            yield from lists[key].again(some) if key in lists else map(Gone, some)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        own = self._list(make=False)
        if own is None:
            return
        for one in ({key_of(own): self._folders.tasks(own)} | self._followed).values():
            for ref in one.refs():
                yield Counted(ref)

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: a task has no day."""
        return {}

    def find(self, key: str) -> Sequence[Remote]:
        """See `connectors.contract.TaskList`. Looks in every folder for tasks, and among what was
        deleted."""
        listed = self._lists.every()
        self._list(make=False, listed=listed)
        folders = {one.id: one.deleted for one in listed}
        if deleted := self._lists.deleted():
            folders[deleted] = True
        found: list[Remote] = []
        for folder, refs in self._folders.keyed(list(folders), [key]).items():
            tasks = self._folders.tasks(folder)
            for _, item in tasks.bodies(refs):
                if isinstance(item, Declined):
                    raise item
                if item is not None:
                    found.append(tasks.remote(item, deleted=folders[folder]))
        return sorted(found, key=lambda one: (one.task.created or _NEVER, one.ref))

    def create(self, draft: Draft) -> Remote:
        """See `connectors.contract.TaskList`."""
        from connectors.exchange import raw

        own = self._list(make=True)
        assert own is not None
        task = tasks_text.new(draft, self._zone)
        try:
            made = raw.create(self._exchange, own, task, self._task)
        except NotThere as error:
            self._id, self._gone = "", True
            raise self._lists.vanished() from error
        except Declined as error:
            raise _unfit(error, "") from error
        return self._read_back(self._folders.tasks(own), id_of(made))

    def update(
        self,
        remote: Remote,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
        completed: bool | None = None,
    ) -> Remote:
        """See `connectors.contract.TaskList`."""
        tasks, item = self._unchanged(remote)
        fields = changes_of(
            item, self._zone, title=title, notes=notes, due=due, completed=completed
        )
        return self._edit(remote, tasks, fields)

    def complete(self, remote: Remote, at: datetime, notes: str | None = None) -> Remote:
        """See `connectors.contract.TaskList`."""
        tasks, item = self._unchanged(remote)
        times = (at, self._exchange.server_time() or at)
        fields = changes_of(item, self._zone, notes=notes, completed=True, at=times)
        return self._edit(remote, tasks, fields)

    def remove(self, remote: Remote) -> None:
        """See `connectors.contract.TaskList`. `Conflict` where it was changed since it was seen."""
        from connectors.exchange import raw

        found = self._now(remote)
        if found is None:
            return
        if id_of(found[1]).change_key != Stamp.of(remote.stamp).change_key:
            raise _changed(remote)
        try:
            raw.delete(self._exchange, id_of(found[1]), self._task)
        except NotThere:
            return
        except Stale as error:
            raise _changed(remote) from error

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        self._lists.every()
        return self._exchange.server_time()

    def close(self) -> None:
        """Close the connection. It may be used again."""
        self._exchange.close()

    def _found(self, remembered: str, held: Counter[str], listed: Sequence[Place]) -> str | None:
        """The folder's id; None where there is none yet. Raises `Vanished`."""
        try:
            own = self._lists.own(remembered, held, listed)
        except Vanished:
            self._id, self._gone = "", True
            raise
        self._id, self._gone = own or "", False
        return own

    def _list(self, *, make: bool, listed: Sequence[Place] = ()) -> str | None:
        """The folder's id, once it is there. Raises `Refused` where it may not be made, `Vanished`
        where it was there once. `listed`: all folders for tasks, where they are known already."""
        if not self._id:
            own = self._lists.own("", Counter(), listed or self._lists.every())
            self._id = own or ""
        if not self._id and self._gone:
            raise self._lists.vanished()
        if not self._id and make:
            if not self.writable:
                raise Refused(f"there is no task list {self._name!r}: make it in Outlook")
            self._id = self._lists.make()
        return self._id or None

    def _now(self, remote: Remote) -> tuple[Tasks, Element] | None:
        """A task as it is now, where it was; None where it is not."""
        key = self._refs.folder(remote.ref)
        if key not in self._ids or self._gone:
            self._ids = {one.key: one.id for one in self._lists.every() if not one.deleted}
        if key not in self._ids:
            return None
        tasks = self._folders.tasks(self._ids[key])
        for _, item in tasks.bodies([remote.ref]):
            if isinstance(item, Declined):
                raise item
            return None if item is None else (tasks, item)
        return None

    def _unchanged(self, remote: Remote) -> tuple[Tasks, Element]:
        """A task that is what it was when it was seen. Raises `Conflict`."""
        found = self._now(remote)
        if found is None or id_of(found[1]).change_key != Stamp.of(remote.stamp).change_key:
            raise _changed(remote)
        return found

    def _edit(self, remote: Remote, tasks: Tasks, fields: Sequence[Element]) -> Remote:
        from connectors.exchange import raw

        try:
            made = raw.update(self._exchange, guard(remote, self._refs), fields, self._task)
        except (Stale, NotThere) as error:
            raise _changed(remote) from error
        except Declined as error:
            raise _unfit(error, remote.ref) from error
        return self._read_back(tasks, id_of(made))

    def _read_back(self, tasks: Tasks, written: ItemId) -> Remote:
        """A task that was just written, as the server has it. That it was written is certain, so
        whatever goes wrong now leaves it in doubt."""
        ref = tasks.under + written.id
        try:
            for _, item in tasks.bodies([ref]):
                if item is not None and not isinstance(item, Declined):
                    return tasks.remote(item)
        except ConnectorError as error:
            raise Ambiguous(f"{self._task} was written and could not be read: {error}") from error
        raise Ambiguous(f"{self._task} was written and is not there: look for it")

    @property
    def _what(self) -> str:
        return self._lists.what

    @property
    def _task(self) -> str:
        return f"a task of {self._what}"


def _changed(remote: Remote) -> Conflict:
    return Conflict(remote.ref, "the task was changed by another application")


def _unfit(error: Declined, ref: str) -> ConnectorError:
    """What is found fault with for what it is, is set aside; anything else is the list's."""
    if error.code in _UNFIT:
        return BadItem(ref, f"the server does not take this task ({error.code})")
    return error
