"""One reading of a task list: what changed in it, and where tasks of ours went that left it.

Google tells what changed since a moment, deletions included. A task that was moved to another list
is told by neither: it is no longer among the open ones. It is looked for in the other lists then,
by its id and by its key, and the list that has it is read from now on as well, for tasks of ours
alone. Once a day everything is listed and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from connectors.errors import BadItem
from connectors.google.errors import NotThere
from connectors.google.tasks_cursor import OVERLAP, Position
from connectors.google.tasks_lists import Body, Lists, updated
from connectors.google.tasks_text import Stamp, read
from connectors.records import Bad, Batch, Gone, Item, Seen, Task

BATCH: Final = 100


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
        return f"{self.prefix}{list_id}/{body.get('id', '')}"

    def place(self, ref: str) -> Place:
        """The other way round."""
        list_id, _, task_id = ref.removeprefix(self.prefix).partition("/")
        return Place(list_id, task_id)


class Seer:
    """What a task says, by its body. `keys`: of tasks that are known, by their own ids; they stay
    ours when their owner deletes the footer."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys

    def task(self, body: Body) -> Task:
        """Raises `BadItem`, with an empty ref."""
        return read(body, self._keys.get(str(body.get("id")), ""))

    def stamp(self, body: Body, task: Task | None) -> str:
        """See `Stamp`."""
        return str(Stamp.on(body, task.key if task else ""))

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
        self._marks = {ref: Stamp.of(stamp) for ref, stamp in committed.items()}
        self._old = old
        self._new = replace(old, after=None, anew=False)
        self._alive: dict[str, Body] = {}
        self._dead: set[str] = set()  # that Google tells of as deleted

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
        if self._old.is_old(now):
            self._new.whole = now
        held = self._by_list(own)
        missing: set[str] = set()
        lost: set[str] = set()
        for list_id, known in held.items():
            try:
                if everything:
                    missing |= self._all_of(list_id, known, ours_only=list_id != own)
                else:
                    missing |= self._news_of(list_id, known, ours_only=list_id != own)
            except NotThere:
                if list_id == own:
                    raise
                missing |= known
                lost.add(list_id)
        self._look_again(missing)
        missing -= self._alive.keys()
        self._look_elsewhere(missing, held)
        found = {self._refs.place(ref).list_id for ref in self._alive}
        self._new.also = tuple(sorted((held.keys() | found) - lost - {own}))
        there = (self._seer.item(ref, body) for ref, body in self._alive.items())
        told = [item for item in there if self._is_news(item)]
        return sorted([*told, *(Gone(ref) for ref in missing)], key=lambda item: item.ref)

    def _is_news(self, item: Seen | Bad) -> bool:
        if self._old.anew and item.ref > (self._old.after or ""):
            return True
        return self._committed.get(item.ref) != item.stamp

    def _by_list(self, own: str) -> dict[str, set[str]]:
        """The refs that are known, by list, ours first; lists that held some as well."""
        held: dict[str, set[str]] = {own: set(), **{one: set() for one in self._old.also}}
        for ref in self._committed:
            held.setdefault(self._refs.place(ref).list_id, set()).add(ref)
        return held

    def _all_of(self, list_id: str, known: set[str], *, ours_only: bool) -> set[str]:
        """List everything; which of those that were known are not there."""
        self._take(list_id, self._lists.everything(list_id), ours_only=ours_only)
        return known - self._alive.keys()

    def _news_of(self, list_id: str, known: set[str], *, ours_only: bool) -> set[str]:
        """As `_all_of`, by what changed, and by which are open."""
        # In this order: whatever happens in between is told by the second.
        self._take(list_id, self._lists.open(list_id), ours_only=ours_only)
        changed = self._lists.everything(list_id, self._old.asked())
        self._take(list_id, changed, ours_only=ours_only)
        left = known - self._alive.keys()
        return {ref for ref in left if ref in self._dead or self._marks[ref].open}

    def _take(self, list_id: str, bodies: Iterable[Body], *, ours_only: bool) -> None:
        for body in bodies:
            if (at := updated(body)) is not None:
                self._new.saw(at)
            ref = self._refs.of(list_id, body)
            if body.get("deleted"):
                self._dead.add(ref)
                self._alive.pop(ref, None)
            elif not ours_only or self._seer.key(body):
                self._alive[ref] = body

    def _look_again(self, missing: set[str]) -> None:
        """A listing of several pages may pass over what moves meanwhile: each is asked for."""
        doubtful = {
            ref: self._refs.place(ref)
            for ref in sorted(missing - self._dead)
            if self._marks[ref].key
        }
        for ref, body in self._lists.several(doubtful) if doubtful else ():
            if body is not None:
                self._alive[ref] = body

    def _look_elsewhere(self, missing: set[str], held: Mapping[str, set[str]]) -> None:
        """Tasks of ours that were moved to lists which are not read yet."""
        keys = {self._marks[ref].key for ref in missing} - {""}
        if not keys:
            return
        for list_id in self._lists.titles():
            if list_id in held:
                continue
            try:
                for body in self._lists.everything(list_id, self._left_since()):
                    if not body.get("deleted") and self._seer.key(body) in keys:
                        self._alive[self._refs.of(list_id, body)] = body
            except NotThere:
                continue  # deleted since

    def _left_since(self) -> datetime | None:
        """When the first of them can have left."""
        since, whole = self._old.since, self._old.whole
        return None if since is None or whole is None else min(since, whole) - OVERLAP
