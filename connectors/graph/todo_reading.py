"""One reading of a task list: what changed in it, and where tasks of ours went that left it.

Graph tells which tasks changed since a deltaLink, deletions included; what they say is asked for
then, because a delta query need not tell whose they are. A task that was moved to another list is
removed from this one, and another by its id: it is looked for in all lists by its key, and the one
that has it is read from now on as well, for tasks of ours alone. Once a day everything is listed
and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem, CursorExpired
from connectors.graph.errors import NotThere
from connectors.graph.todo_cursor import Position
from connectors.graph.todo_lists import Body, Changes, Lists
from connectors.graph.todo_text import Stamp, read
from connectors.records import Bad, Batch, Gone, Item, Seen, Task

BATCH: Final = 100
_FEW: Final = 8  # tasks that are asked for one by one


class Place(NamedTuple):
    """Where a task is: the ids of its list and its own."""

    list_id: str
    task_id: str


class Refs:
    """The names of the tasks of one scope: `SCOPE//LIST/TASK`."""

    def __init__(self, scope: str) -> None:
        self.prefix = f"{scope}//"

    def of(self, list_id: str, body: Body) -> str:
        """The ref of a task in a list."""
        return self.named(list_id, str(body.get("id", "")))

    def named(self, list_id: str, task_id: str) -> str:
        """The same, by its id."""
        return f"{self.prefix}{list_id}/{task_id}"

    def place(self, ref: str) -> Place:
        """The other way round."""
        list_id, _, task_id = ref.removeprefix(self.prefix).partition("/")
        return Place(list_id, task_id)


class Seer:
    """What a task says, by its body. `keys`: of tasks that are known, by their own ids; they stay
    ours when their owner takes our link away."""

    def __init__(self, keys: Mapping[str, str], zone: ZoneInfo) -> None:
        self._keys = keys
        self._zone = zone

    def task(self, body: Body) -> Task:
        """Raises `BadItem`, with an empty ref."""
        return read(body, self._zone, self._keys.get(str(body.get("id")), ""))

    def stamp(self, body: Body, task: Task | None) -> str:
        """See `Stamp`."""
        etag = str(body.get("@odata.etag") or body.get("lastModifiedDateTime") or "")
        return str(Stamp(etag, task.key if task else ""))

    def item(self, ref: str, body: Body) -> Seen | Bad:
        """As a source tells of it."""
        try:
            task = self.task(body)
        except BadItem as error:
            return Bad(ref, self.stamp(body, None), str(error))
        return Seen(ref, self.stamp(body, task), (task,))

    def key(self, body: Body) -> str:
        """Whose it is, "" where it is none of ours."""
        try:
            return self.task(body).key
        except BadItem:
            return ""


class Reading:
    """See above. `committed` are the stamps of the scope by ref."""

    def __init__(
        self, lists: Lists, refs: Refs, seer: Seer, committed: Mapping[str, str], old: Position
    ) -> None:
        self._lists = lists
        self._refs = refs
        self._seer = seer
        self._committed = committed
        self._keys = {ref: Stamp.of(stamp).key for ref, stamp in committed.items()}
        self._old = old
        self._new = replace(old, after=None, anew=False, links={})
        self._alive: dict[str, Body] = {}

    def batches(self, own: str, now: datetime) -> Iterator[Batch]:
        """What is to be told. Raises `NotThere` where the list is not, before the first."""
        items = self._items(own, now)
        passed = replace(self._old, list_id=own)
        for start in range(0, len(items), BATCH):
            part = items[start : start + BATCH]
            if passed.anew:
                passed.after = part[-1].ref
            yield Batch(tuple(part), passed.text())
        yield Batch((), self._new.text(), done=True)

    def _items(self, own: str, now: datetime) -> list[Item]:
        self._new.list_id = own
        everything = self._old.is_stale(now)
        if everything:
            self._new.whole = now
        held = self._by_list(own)
        missing: set[str] = set()
        for list_id, known in held.items():
            try:
                missing |= self._missing(list_id, known, own=own, everything=everything)
            except NotThere:
                if list_id == own:
                    raise
                missing |= known
        self._look_elsewhere(missing)
        there = (self._seer.item(ref, body) for ref, body in self._alive.items())
        told = [item for item in there if self._is_news(item)]
        return sorted([*told, *(Gone(ref) for ref in missing)], key=lambda item: item.ref)

    def _is_news(self, item: Seen | Bad) -> bool:
        if self._old.anew and item.ref > (self._old.after or ""):
            return True
        return self._committed.get(item.ref) != item.stamp

    def _by_list(self, own: str) -> dict[str, set[str]]:
        """The refs that are known, by list, ours first; lists that held some as well."""
        held: dict[str, set[str]] = {own: set(), **{one: set() for one in self._old.links}}
        for ref in self._committed:
            held.setdefault(self._refs.place(ref).list_id, set()).add(ref)
        return held

    def _missing(self, list_id: str, known: set[str], *, own: str, everything: bool) -> set[str]:
        """Take what changed in a list; which of those that were known are not there any more."""
        link = "" if everything else self._old.links.get(list_id, "")
        try:
            changes = self._lists.changes(list_id, link)
        except CursorExpired:
            link, changes = "", self._lists.changes(list_id)
        self._new.links[list_id] = changes.link
        ours_only = list_id != own
        if link and len(changes.changed) <= _FEW:
            return self._news(list_id, known, changes, ours_only=ours_only)
        # Behind the deltaLink: what happens meanwhile is told again.
        found = self._lists.everything(list_id, changes.changed)
        self._take(list_id, found, ours_only=ours_only)
        left = known - self._alive.keys()
        return left - self._look_again(left)

    def _news(
        self, list_id: str, known: set[str], changes: Changes, *, ours_only: bool
    ) -> set[str]:
        gone = {self._refs.named(list_id, one) for one in changes.removed}
        asked = {one: Place(list_id, one) for one in sorted(changes.changed)}
        for task_id, body in self._lists.several(asked):
            if body is None:
                gone.add(self._refs.named(list_id, task_id))
            else:
                self._take(list_id, [body], ours_only=ours_only)
        return (known & gone) - self._alive.keys()

    def _take(self, list_id: str, bodies: Iterable[Body], *, ours_only: bool) -> None:
        for body in bodies:
            if not ours_only or self._seer.key(body):
                self._alive[self._refs.of(list_id, body)] = body

    def _look_again(self, missing: set[str]) -> set[str]:
        """Of ours it is to be certain that they are not there: each is asked for."""
        doubtful = {ref: self._refs.place(ref) for ref in sorted(missing) if self._keys[ref]}
        found: set[str] = set()
        for ref, body in self._lists.several(doubtful) if doubtful else ():
            if body is not None:
                self._alive[ref] = body
                found.add(ref)
        return found

    def _look_elsewhere(self, missing: set[str]) -> None:
        """Tasks of ours that were moved to lists which are not read yet, or were read before."""
        there = {self._seer.key(body) for body in self._alive.values()}
        keys = {self._keys[ref] for ref in missing} - {""} - there
        if not keys:
            return
        for list_id in self._lists.all():
            try:
                link = self._new.links.get(list_id) or self._lists.changes(list_id).link
                bodies = [
                    body for body in self._lists.everything(list_id) if self._seer.key(body) in keys
                ]
            except NotThere:
                continue  # deleted since
            if bodies:
                self._new.links[list_id] = link
                self._take(list_id, bodies, ours_only=True)
