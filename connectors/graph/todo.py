"""A list in Microsoft To Do, chosen by its name and known by its id from then on.

Graph has no key that keeps a second task from being made: ours is in a linkedResource that comes
with the creating POST (`todo_text`), and whoever is in doubt looks for it, among completed ones and
in the other lists too. Of a task that was deleted nothing is left to be found: that it is gone is
told by the list's delta query, once, by its id. Changes are guarded by etags.

learn.microsoft.com/graph/api/resources/todotask
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Draft, Known, Remote
from connectors.errors import Ambiguous, BadItem, Conflict, ConnectorError
from connectors.graph.api import Api
from connectors.graph.errors import Declined, NotThere, Stale
from connectors.graph.odata import entries, path
from connectors.graph.todo_choice import Choice
from connectors.graph.todo_cursor import Position
from connectors.graph.todo_lists import Body, Lists
from connectors.graph.todo_reading import Place, Reading, Refs, Seer
from connectors.graph.todo_text import (
    Fields,
    Stamp,
    body_of,
    done_fields,
    due_fields,
    fields_of,
    is_reminded_as_written,
    key_of,
    link_of,
    reminder_fields,
    title_of,
)
from connectors.records import Batch, Facet, Gone, Item

_UNFIT: Final = frozenset((400, 413, 422))
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class TodoTasks:
    """One list as a TaskList; it is made where it is absent and `writable`. `zone`: where due dates
    are days. `mailbox`: whether the account's mail may be asked for what a link to a mail means."""

    facet = Facet.TASKS
    creates_once = False

    def __init__(self, api: Api, name: str, zone: ZoneInfo, *, mailbox: bool = False) -> None:
        self.scope = name
        self._api = api
        self._name = name
        self._zone = zone
        self._mailbox = mailbox
        self._lists = Lists(api, name)
        self._refs = Refs(name)
        self._keys: dict[str, str] = {}  # of tasks that are known, by their ids
        self._seer = Seer(self._keys, zone)
        self._choice = Choice(self._lists, name, self._refs)
        self._followed: set[str] = set()  # lists that tasks of ours were moved to

    @property
    def writable(self) -> bool:
        """Whether the list may be made: for a reading it is not."""
        return self._choice.writable

    @writable.setter
    def writable(self, allowed: bool) -> None:
        self._choice.writable = allowed

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. A list that is not there yet holds nothing; the first
        task makes it."""
        old = Position.of(cursor)
        committed = dict(known.under(self._refs.prefix))
        self._remember(committed)
        own = old.list_id or self._choice.sought(old, committed)
        for _ in range(2):
            if own is None:
                self._choice.read("")
                yield Batch((), Position().text(), done=True)
                return
            reading = Reading(self._lists, self._refs, self._seer, committed, old)
            try:
                for batch in reading.batches(own, now):
                    self._choice.read(own)
                    yield batch
                return
            except NotThere:
                own = self._choice.sought(old, committed)
        raise self._choice.vanished()

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        for ref, body in self._lists.several({ref: self._refs.place(ref) for ref in refs}):
            yield Gone(ref) if body is None else self._seer.item(ref, body)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        own = self._choice.list(make=False)
        for list_id in [own, *sorted(self._followed - {own})] if own else ():
            for body in self._listed(list_id):
                if list_id == own or self._seer.key(body):
                    yield Counted(self._refs.of(list_id, body))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: a task has no day."""
        return {}

    def find(self, key: str) -> Sequence[Remote]:
        """See `connectors.contract.TaskList`. Lists that nothing of ours was in are asked where the
        others have it not. What was deleted is not found."""
        own = self._choice.list(make=False)
        near = [*([own] if own else ()), *sorted(self._followed - {own or ""})]
        found = [one for list_id in near for one in self._with_key(list_id, key)]
        if not found:
            far = [one for one in self._lists.all() if one not in near]
            found = [one for list_id in far for one in self._with_key(list_id, key)]
        found.sort(key=lambda one: (one[1].task.created or _NEVER, one[0], one[1].ref))
        return [remote for _, remote in found]

    def create(self, draft: Draft) -> Remote:
        """See `connectors.contract.TaskList`."""
        own = self._choice.list(make=True)
        assert own is not None
        page = self._page_of(draft.link)
        try:
            made = self._api.write(
                "POST",
                path("todo", "lists", own, "tasks"),
                self._what,
                body=fields_of(draft, self._zone, page),
            )
        except NotThere as error:
            raise self._choice.vanished() from error
        except Declined as error:
            raise _unfit(error, "") from error
        if not made.get("id"):
            raise Ambiguous(f"Microsoft does not say which task of {self._what} was made")
        self._keys[str(made["id"])] = draft.key
        return self._remote(own, self._linked(own, made, draft, page))

    def update(
        self,
        remote: Remote,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
        completed: bool | None = None,
    ) -> Remote:
        """See `connectors.contract.TaskList`. A reminder that came with the due date moves with
        it; one that its owner set stays."""
        fields: Fields = {}
        if title is not None:
            fields["title"] = title_of(title)
        if notes is not None:
            fields["body"] = body_of(notes)
        if completed is not None:
            fields["status"] = "completed" if completed else "notStarted"
        return self._edit(remote, fields, due)

    def complete(self, remote: Remote, at: datetime, notes: str | None = None) -> Remote:
        """See `connectors.contract.TaskList`. Graph keeps the day of it."""
        fields = done_fields(at, self._zone)
        if notes is not None:
            fields["body"] = body_of(notes)
        done = self._edit(remote, fields, None)
        told = done.task.completed_at
        if told is None or not done.task.completed:
            return done
        if at.astimezone(self._zone).date() not in {
            told.date(),
            told.astimezone(self._zone).date(),
        }:
            return done
        return replace(done, task=replace(done.task, completed_at=at.astimezone(UTC)))

    def remove(self, remote: Remote) -> None:
        """See `connectors.contract.TaskList`. `Conflict` where it was changed since it was seen."""
        place = self._refs.place(remote.ref)
        body = self._lists.task(*place)
        if body is None:
            return
        etag = self._unchanged(remote, body)
        try:
            self._api.write("DELETE", _where(place), f"a task of {self._what}", etag=etag)
        except NotThere:
            return
        except Stale as error:
            raise _changed(remote) from error

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        self._lists.all()
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        self._api.close()

    def _edit(self, remote: Remote, fields: Fields, due: date | None) -> Remote:
        place = self._refs.place(remote.ref)
        body = self._lists.task(*place)
        if body is None:
            raise _changed(remote)
        etag = self._unchanged(remote, body)
        if due is not None:
            fields |= due_fields(due, self._zone)
            if is_reminded_as_written(body, self._zone):
                fields |= reminder_fields(due, self._zone)
        what = f"a task of {self._what}"
        try:
            answer = self._api.write("PATCH", _where(place), what, body=fields, etag=etag)
        except (Stale, NotThere) as error:
            raise _changed(remote) from error
        except Declined as error:
            raise _unfit(error, remote.ref) from error
        if not answer:
            answer = dict(self._lists.task(*place) or ())
            if not answer:
                raise _changed(remote)
        # An answer tells nothing of links, which were not written.
        return self._remote(
            place.list_id, {**answer, "linkedResources": body.get("linkedResources") or []}
        )

    def _linked(self, list_id: str, made: Mapping[str, Any], draft: Draft, page: str) -> Body:
        """A task that was made, once it is certain that it has its key: what the answer does not
        tell is read back. Whatever fails in that, the task is there: `Ambiguous`."""
        if key_of(made) == draft.key:
            return made
        place = Place(list_id, str(made.get("id")))
        try:
            body = self._lists.task(*place)
            if body is not None and key_of(body) != draft.key:
                link, where = link_of(draft, page), f"{_where(place)}/linkedResources"
                self._api.write("POST", where, f"a task of {self._what}", body=link)
                body = self._lists.task(*place)
        except Ambiguous:
            raise
        except ConnectorError as error:
            raise Ambiguous(f"a task was written, and then: {error}") from error
        if body is None:  # its owner was faster
            return {**made, "linkedResources": [link_of(draft, page)]}
        return {**made, "linkedResources": body.get("linkedResources") or []}

    def _page_of(self, link: str) -> str:
        """Where a browser finds what a link means: of a mail (mid:, RFC 2392) its page in Outlook
        on the web, "" where that is not known."""
        if not link.lower().startswith("mid:"):
            return link
        if not self._mailbox:
            return ""
        wanted = unquote(link[len("mid:") :]).partition("/")[0].replace("'", "''")
        asked = {
            "$filter": f"internetMessageId eq '<{wanted}>'",
            "$select": "id,webLink",
            "$top": "1",
        }
        try:
            found = self._api.ask("messages", "the mailbox", params=asked)
        except Declined:
            return ""  # a task is worth more than its link
        return next((str(one.get("webLink") or "") for one in entries(found)), "")

    def _unchanged(self, remote: Remote, body: Body) -> str:
        """The etag that it had when it was seen, and has still. Raises `Conflict`."""
        etag = Stamp.of(remote.stamp).etag
        if etag != Stamp.of(self._seer.stamp(body, None)).etag:
            raise _changed(remote)
        return etag

    def _remote(self, list_id: str, body: Body) -> Remote:
        task = self._seer.task(body)
        return Remote(self._refs.of(list_id, body), self._seer.stamp(body, task), task)

    def _with_key(self, list_id: str, key: str) -> list[tuple[str, Remote]]:
        """Tasks with that key, and when they were made by Graph's clock."""
        return [
            (str(body.get("createdDateTime")), self._remote(list_id, body))
            for body in self._listed(list_id)
            if self._seer.key(body) == key
        ]

    def _listed(self, list_id: str) -> Iterator[Body]:
        try:
            yield from self._lists.everything(list_id)
        except NotThere as error:
            if list_id == self._choice.id:
                raise self._choice.vanished() from error

    def _remember(self, committed: Mapping[str, str]) -> None:
        """What the stamps of known tasks tell: where they are, and which are ours."""
        self._followed = set()
        for ref, stamp in committed.items():
            place, key = self._refs.place(ref), Stamp.of(stamp).key
            self._followed.add(place.list_id)
            if key:
                self._keys[place.task_id] = key

    @property
    def _what(self) -> str:
        return f"the task list {self._name}"


def _where(place: Place) -> str:
    return path("todo", "lists", place.list_id, "tasks", place.task_id)


def _changed(remote: Remote) -> Conflict:
    return Conflict(remote.ref, "the task was changed by another application")


def _unfit(error: Declined, ref: str) -> Exception:
    """What Microsoft finds fault with for what it is, is set aside; anything else is the list's."""
    if error.status in _UNFIT:
        return BadItem(
            ref, f"Microsoft To Do does not take this task ({error.reason or error.status})"
        )
    return error
