"""From a batch to rows: what each item of it comes to, worked out by whoever has read it.

Readers in other processes import this module and nothing that knows a database; what they send back
is tuples of texts and numbers only, so that the one writer has little left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from connectors import wire
from connectors.records import Bad, Batch, Card, Gone, Item, Meeting, Message, Seen
from syncd.inference.itip import believed
from syncd.intake import Ignore, Row, key_of, without_chatter, without_ignored
from syncd.people.forgotten import is_sealed
from syncd.store.times import to_int
from syncd.veil import without_forgotten

Record = Message | Meeting | Card
GONE = "gone"  # the state of an item that is to be forgotten
AGAIN = "again"  # that of one that failed and shall be tried again: stored as bad


class Entry(NamedTuple):
    """One observation of an item: the record as stored, and its index where it is sighted nowhere
    else. Times as the store keeps them; `people` are (address, role, name)."""

    key: str
    kind: str
    record: str
    at: int
    until: int
    author: str
    parent: str
    topic: str
    people: tuple[tuple[str, str, str], ...]
    words: tuple[str, ...]
    hints: tuple[tuple[str, str, str], ...]


class Taken(NamedTuple):
    """One item as it shall be stored. `state`: ok | bad | ignored, or `GONE`, or `AGAIN`. `twin` is
    the ref under which the item may be stored from before: sealed, or not."""

    ref: str
    stamp: str
    state: str
    reason: str = ""
    entries: tuple[Entry, ...] = ()
    twin: str = ""


class Portion(NamedTuple):
    """A batch, ready to be stored in one transaction with the cursor after it."""

    taken: list[Taken]
    cursor: str
    done: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a source is read; can be pickled. `row` is the `Indexer`'s."""

    account: str
    ignore: Ignore
    since: datetime | None
    row: Callable[[Record, str, bool], Row]

    def portion(self, batch: Batch) -> Portion:
        """What a batch comes to."""
        return Portion([self._safely(item) for item in batch.items], batch.cursor, batch.done)

    def _safely(self, item: Item) -> Taken:
        """What one item comes to, whatever is in it: nothing of one item stops another."""
        try:
            return self.take(item)
        except Exception as error:  # noqa: BLE001  # told with the item
            stamp = "" if isinstance(item, Gone) else item.stamp
            return Taken(self.ignore.forgotten.ref(item.ref), stamp, AGAIN, fault_in(error))

    def take(self, item: Item) -> Taken:
        """What one item comes to: without what is ignored, or older than `since`. The ref is
        sealed where it shows somebody forgotten, or where nothing is left because of them."""
        forgotten = self.ignore.forgotten
        ref = forgotten.ref(item.ref)
        taken = self._take(item if ref == item.ref else replace(item, ref=ref))
        if not forgotten:
            return taken
        sealed = forgotten.sealed(item.ref)
        return taken._replace(twin=item.ref if taken.ref == sealed else sealed)

    def _take(self, item: Item) -> Taken:
        forgotten, ref = self.ignore.forgotten, item.ref
        if isinstance(item, Seen):
            entries: list[Entry] = []
            ignored = is_sealed(ref)
            stripped = False
            for record in believed(item.observations):
                if not isinstance(record, Message | Meeting | Card):
                    continue  # tasks are the ledger's, see `syncd.pipeline.hand`
                if self.since is not None and _over(record, self.since) < self.since:
                    ignored = True
                    continue
                kept = without_chatter(record)
                left = without_ignored(kept, self.ignore)
                ignored |= left is not kept
                if forgotten and left is not kept:
                    stripped |= without_forgotten(kept, forgotten, self.ignore.owned) is not kept
                if left is not None:
                    entries.append(self._entry(left, item.ref))
            state = "ignored" if ignored else "ok"
            if stripped and not entries:
                return Taken(forgotten.sealed(ref), item.stamp, state)
            return Taken(ref, item.stamp, state, item.broken, tuple(entries))
        return acknowledged(item)

    def _entry(self, record: Record, ref: str) -> Entry:
        key = key_of(record, self.account, ref)
        row = self.row(record, key, False)
        return Entry(
            key,
            row.kind,
            wire.pack(record),
            to_int(row.at),
            to_int(row.until),
            row.author,
            row.parent,
            row.topic,
            tuple([(who.addr, who.role, who.name) for who in row.involved]),
            tuple(row.title_tokens),
            row.hints,
        )


def acknowledged(item: Item) -> Taken:
    """An item of which nothing but its existence is stored."""
    if isinstance(item, Gone):
        return Taken(item.ref, "", GONE)
    if isinstance(item, Bad):
        return Taken(item.ref, item.stamp, AGAIN if item.for_now else "bad", item.reason)
    return Taken(item.ref, item.stamp, "ok", item.broken)


def fault_in(error: Exception) -> str:
    """What the owner is told where we failed; the error's own text may quote the item."""
    return f"syncd failed while it was read ({type(error).__name__}): please report it"


def _over(record: Record, otherwise: datetime) -> datetime:
    """When a record is over; a card has no time."""
    if isinstance(record, Message):
        return record.at
    return record.end if isinstance(record, Meeting) else otherwise
