"""Reading a memory account: incremental by change number, or everything in order of ref.

Cursors: "epoch:change", and "epoch:change:ref" inside a full listing. The number is taken before
the listing, so that what changes meanwhile is told by the next reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from connectors.contract import Counted, Known, Text
from connectors.errors import CursorExpired
from connectors.memory.world import World
from connectors.records import Bad, Batch, Facet, Gone, Item, Meeting, Message, Seen


class MemorySource:
    """One facet of a world as a Source that can wait. `batch` is how many items a batch holds."""

    def __init__(self, world: World, facet: Facet, scope: str = "memory", batch: int = 100) -> None:
        self.world = world
        self.facet = facet
        self.scope = scope
        self.batch = batch
        self._told = 0
        self._woken = False

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        self.world.fail_if_told()
        epoch, since, after = self._parse(cursor)
        self._told = self.world.change
        if after is None:
            yield from self._incremental(epoch, since)
        else:
            yield from self._full(epoch, since, after, known)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        self.world.fail_if_told()
        for ref in refs:
            yield self._item(ref)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        self.world.fail_if_told()
        for ref in sorted(self.world.alive(self.facet)):
            yield Counted(self._ref(ref))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        found = {}
        for ref in refs:
            stored = self.world.items[self.facet].get(ref.removeprefix(self._ref("")))
            for one in stored.observations[:1] if stored else ():
                if isinstance(one, Message | Meeting):
                    found[ref] = (one.at if isinstance(one, Message) else one.start).date()
        return found

    def wait(self, timeout: float) -> bool:
        """See `connectors.contract.Waiting`."""
        world = self.world
        with world.news:
            world.news.wait_for(lambda: world.change > self._told or self._woken, timeout)
            self._woken = False
            return world.change > self._told

    def wake(self) -> None:
        """See `connectors.contract.Waiting`."""
        with self.world.news:
            self._woken = True
            self.world.news.notify_all()

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        return self.world.clock

    def _parse(self, cursor: str | None) -> tuple[int, int, str | None]:
        if cursor is None:
            return self.world.epoch, self.world.change, ""
        parts = cursor.split(":", 2)
        try:
            epoch, change = int(parts[0]), int(parts[1])
        except (ValueError, IndexError):
            epoch, change = -1, 0
        if epoch != self.world.epoch:
            raise CursorExpired(f"the reading of {self.scope} starts over")
        return epoch, change, parts[2] if len(parts) == 3 else None

    def _incremental(self, epoch: int, since: int) -> Iterator[Batch]:
        changed = sorted(
            (item.change, ref)
            for ref, item in self.world.items[self.facet].items()
            if item.change > since
        )
        end = self._told
        for start in range(0, len(changed), self.batch):
            part = changed[start : start + self.batch]
            yield Batch(
                tuple(self._item(self._ref(ref)) for _, ref in part), f"{epoch}:{part[-1][0]}"
            )
        yield Batch((), f"{epoch}:{max(since, end)}", done=True)

    def _full(self, epoch: int, since: int, after: str, known: Known) -> Iterator[Batch]:
        prefix = self._ref("")
        refs = sorted(
            {self._ref(ref) for ref in self.world.alive(self.facet)} | set(known.under(prefix))
        )
        waiting = [ref for ref in refs if ref > after]
        for start in range(0, len(waiting), self.batch):
            part = waiting[start : start + self.batch]
            yield Batch(tuple(self._item(ref) for ref in part), f"{epoch}:{since}:{part[-1]}")
        yield Batch((), f"{epoch}:{since}", done=True)

    def _item(self, ref: str) -> Item:
        stored = self.world.items[self.facet].get(ref.removeprefix(self._ref("")))
        if stored is None or stored.deleted:
            return Gone(ref)
        if stored.vanishing:
            self.world.delete(self.facet, ref.removeprefix(self._ref("")))
            return Gone(ref)
        if stored.spoilt:
            return Bad(ref, stored.stamp, stored.spoilt, stored.for_now)
        return Seen(ref, stored.stamp, stored.observations)

    def _ref(self, ref: str) -> str:
        return f"{self.scope}//{ref}"


class MemoryMail(MemorySource):
    """Mail of a world, with text."""

    def __init__(self, world: World, scope: str = "memory", batch: int = 100) -> None:
        super().__init__(world, Facet.MAIL, scope, batch)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        self.world.fail_if_told()
        for ref in refs:
            stored = self.world.items[self.facet].get(ref.removeprefix(self._ref("")))
            yield Text(ref, None if stored is None or stored.deleted else stored.text or "")
