"""A list at Google Tasks, chosen by its name and known by its id from then on.

Google Tasks has no key that keeps a second task from being made: ours is in the footer of the
notes (`tasks_text`), and whoever is in doubt looks for it, among hidden, completed and deleted ones
and in the other lists too. Changes are guarded by etags.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from connectors.contract import Counted, Draft, Known, Remote
from connectors.errors import BadItem, Conflict, Refused, Vanished
from connectors.google.api import Api
from connectors.google.errors import Declined, NotThere, Stale
from connectors.google.tasks_cursor import Position
from connectors.google.tasks_links import Links
from connectors.google.tasks_lists import KEEP, Body, Lists
from connectors.google.tasks_reading import Reading, Refs, Seer
from connectors.google.tasks_text import (
    Notes,
    Stamp,
    due_of,
    fields_of,
    moment_of,
    taken_apart,
    title_of,
    written,
)
from connectors.records import Batch, Facet, Gone, Item

_UNFIT: Final = frozenset((400, 413, 422))
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class GoogleTasks:
    """One list as a TaskList; it is made where it is absent and `writable`. `mailbox`: the address
    whose Gmail links to mails lead to, "" for none."""

    facet = Facet.TASKS
    creates_once = False

    def __init__(self, api: Api, name: str, mailbox: str = "") -> None:
        self.scope = name
        self.writable = True  # False: nothing is made for a reading
        self._api = api
        self._name = name
        self._mailbox = mailbox
        self._lists = Lists(api, name)
        self._read = Lists(api, name, KEEP)
        self._refs = Refs(name)
        self._keys: dict[str, str] = {}  # of tasks that are known, by their ids
        self._seer = Seer(self._keys)
        self._id = ""  # the list's, as last found
        self._gone = False  # it was there once, and was not when it was looked for
        self._followed: set[str] = set()  # lists that tasks of ours were moved to

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. A list that is not there yet holds nothing; the first
        task makes it."""
        old = Position.of(cursor)
        committed = dict(known.under(self._refs.prefix))
        self._remember(committed)
        own = old.list_id or self._sought(old, committed)
        for _ in range(2):
            if own is None:
                self._gone = False
                yield Batch((), Position().text(), done=True)
                return
            reading = Reading(self._read, self._refs, self._seer, committed, old)
            try:
                for batch in reading.batches(own, now):
                    self._id, self._gone = own, False
                    yield batch
                return
            except NotThere:
                own = self._sought(old, committed)
        raise self._vanished()

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        for ref, body in self._read.several({ref: self._refs.place(ref) for ref in refs}):
            yield Gone(ref) if body is None else self._seer.item(ref, body)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        own = self._list(make=False)
        for list_id in [own, *sorted(self._followed - {own})] if own else ():
            for body in self._listed(list_id):
                ours = list_id == own or self._seer.key(body)
                if ours and not body.get("deleted"):
                    yield Counted(self._refs.of(list_id, body))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: a task has no day."""
        return {}

    def find(self, key: str) -> Sequence[Remote]:
        """See `connectors.contract.TaskList`. Lists that nothing of ours was in are asked where the
        others have it not, or not any more."""
        own = self._list(make=False)
        near = [*([own] if own else ()), *sorted(self._followed - {own or ""})]
        found = [one for list_id in near for one in self._with_key(list_id, key)]
        if all(one.deleted for _, one in found):
            far = [one for one in self._lists.titles() if one not in near]
            found += [one for list_id in far for one in self._with_key(list_id, key)]
        found.sort(key=lambda one: (one[1].task.created or _NEVER, one[0], one[1].ref))
        return [remote for _, remote in found]

    def create(self, draft: Draft) -> Remote:
        """See `connectors.contract.TaskList`."""
        own = self._list(make=True)
        assert own is not None
        links = Links(self._api, self._mailbox)
        opened = replace(draft, link=links.one(draft.link), notes=links.all_in(draft.notes))
        fields = fields_of(opened)
        request = self._service.insert(tasklist=own, body=fields)
        try:
            made = self._api.write(request, self._what)
        except NotThere as error:
            raise self._vanished() from error
        except Declined as error:
            raise _unfit(error, "") from error
        self._keys[str(made.get("id"))] = draft.key
        return self._remote(own, made)

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
        fields: dict[str, Any] = {}
        if title is not None:
            fields["title"] = title_of(title)
        if due is not None:
            fields["due"] = due_of(due)
        if completed is not None:
            fields["status"] = "completed" if completed else "needsAction"
        if completed is False:
            fields["completed"] = None
        return self._edit(remote, fields, notes)

    def complete(self, remote: Remote, at: datetime, notes: str | None = None) -> Remote:
        """See `connectors.contract.TaskList`."""
        return self._edit(remote, {"status": "completed", "completed": moment_of(at)}, notes)

    def remove(self, remote: Remote) -> None:
        """See `connectors.contract.TaskList`. `Conflict` where it was changed since it was seen."""
        place = self._refs.place(remote.ref)
        body = self._lists.task(*place)
        if body is None:
            return
        etag = self._unchanged(remote, body)
        request = self._service.delete(tasklist=place.list_id, task=place.task_id)
        request.headers["If-Match"] = etag
        try:
            self._api.write(request, f"a task of {self._what}")
        except NotThere:
            return
        except Stale as error:
            raise _changed(remote) from error

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        self._lists.titles()
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        self._api.close()

    def _edit(self, remote: Remote, fields: dict[str, Any], notes: str | None) -> Remote:
        place = self._refs.place(remote.ref)
        body = self._lists.task(*place)
        if body is None:
            raise _changed(remote)
        etag = self._unchanged(remote, body)
        if notes is not None:
            before = taken_apart(str(body.get("notes") or ""))
            key = before.key or remote.task.key
            text = Links(self._api, self._mailbox).all_in(notes)
            fields["notes"] = written(Notes(text, key, before.link, before.created))
        request = self._service.patch(tasklist=place.list_id, task=place.task_id, body=fields)
        request.headers["If-Match"] = etag
        try:
            answer = self._api.write(request, f"a task of {self._what}")
        except (Stale, NotThere) as error:
            raise _changed(remote) from error
        except Declined as error:
            raise _unfit(error, remote.ref) from error
        if answer.get("deleted"):
            raise _changed(remote)
        return self._remote(place.list_id, answer)

    def _unchanged(self, remote: Remote, body: Body) -> str:
        """The etag that it had when it was seen, and has still. Raises `Conflict`."""
        now = Stamp.on(body)
        if not Stamp.of(remote.stamp).is_same(now):
            raise _changed(remote)
        return now.etag

    def _remote(self, list_id: str, body: Body) -> Remote:
        task = self._seer.task(body)
        ref, stamp = self._refs.of(list_id, body), self._seer.stamp(body, task)
        return Remote(ref, stamp, task, deleted=bool(body.get("deleted")))

    def _with_key(self, list_id: str, key: str) -> list[tuple[str, Remote]]:
        """Tasks with that key, and when they were changed last."""
        return [
            (str(body.get("updated")), self._remote(list_id, body))
            for body in self._listed(list_id)
            if self._seer.key(body) == key
        ]

    def _listed(self, list_id: str) -> Iterator[Body]:
        try:
            yield from self._lists.everything(list_id)
        except NotThere as error:
            if list_id == self._id:
                raise self._vanished() from error

    def _list(self, *, make: bool) -> str | None:
        """The list's id, once it is there. Raises `Refused` where it may not be made."""
        if not self._id:
            titles = self._lists.titles()
            self._id = next(iter(self._called(titles)), "")
        if not self._id and self._gone:
            raise self._vanished()
        if not self._id and make:
            if not self.writable:
                raise Refused(
                    f"there is no task list {self._name!r} at Google Tasks: make it there"
                )
            self._id = self._lists.make(self._name)
        return self._id or None

    def _sought(self, old: Position, committed: Mapping[str, str]) -> str | None:
        """The list among those that there are: by its id, by what it holds, by its name. Raises
        `Vanished` where there was one."""
        titles = self._lists.titles()
        held = Counter(self._refs.place(ref).list_id for ref in committed)
        remembered = old.list_id or self._id
        if remembered in titles:
            return remembered
        called = sorted(self._called(titles), key=lambda one: -held[one])
        if not remembered and held and not (called and held[called[0]]):
            (most, _) = held.most_common(1)[0]
            called = [most] if most in titles else called
        if called:
            return called[0]
        if old.list_id or held:
            raise self._vanished()
        self._id = ""
        return None

    def _called(self, titles: Mapping[str, str]) -> list[str]:
        return [one for one, title in titles.items() if title.strip() == self._name.strip()]

    def _remember(self, committed: Mapping[str, str]) -> None:
        """What the stamps of known tasks tell: where they are, and which are ours."""
        self._followed = set()
        for ref, stamp in committed.items():
            place, key = self._refs.place(ref), Stamp.of(stamp).key
            self._followed.add(place.list_id)
            if key:
                self._keys[place.task_id] = key

    def _vanished(self) -> Vanished:
        self._id, self._gone = "", True
        return Vanished(
            f"{self._name}, the task list, has vanished from Google Tasks; nothing was deleted: "
            "restore it there, or correct its name in the configuration"
        )

    @property
    def _what(self) -> str:
        return f"the task list {self._name}"

    @property
    def _service(self) -> Any:
        return self._api.service("tasks").tasks()


def _changed(remote: Remote) -> Conflict:
    return Conflict(remote.ref, "the task was changed by another application")


def _unfit(error: Declined, ref: str) -> Exception:
    """What Google finds fault with for what it is, is set aside; anything else is the list's."""
    if error.status in _UNFIT:
        return BadItem(
            ref, f"Google Tasks does not take this task ({error.reason or error.status})"
        )
    return error
