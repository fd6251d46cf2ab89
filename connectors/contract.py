"""The boundary: what a connector is. `docs/contract.md` shows how each provider answers it.

    account   one login, with up to four facets: mail, calendar, contacts, tasks
    source    answers "what changed since this cursor?" for one facet
    item      what a source lists: a mail, a calendar file, a card, a task; named by its `ref`
    cursor    opaque text; committed together with what it covers: the cursor *is* the
              acknowledgement, and a source never advances it past an item it did not yield
    known     the refs (and stamps) that the core has committed for this facet

An ability is one more Protocol, not a flag: a source that can fetch text is also a `TextSource`,
one that can wait is also a `Waiting`. Every method may raise the errors of `connectors/errors.py`
and nothing else that is foreseeable. Nothing here sleeps, retries, reads the clock or stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, runtime_checkable

from connectors.records import Batch, Card, Facet, Item, Task


class Known(Protocol):
    """What the core has committed so far for one facet of one account."""

    def under(self, prefix: str) -> Mapping[str, str]:
        """Stamps by ref, of all refs that begin with `prefix` ("" for all of them)."""


class Source(Protocol):
    """One facet that can be read, or one part of it.

    An account may have several sources for one facet (folders, calendars). Cursors are stored by
    (account, facet, `scope`); refs are unique within (account, facet), so they begin with it.
    """

    facet: Facet
    scope: str  # names the source within its account and facet, for good: "Maildir", "INBOX"

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """Yield batches until nothing more is to be said at `now`; the last one has `done=True`.

        With `cursor=None` everything is listed and whatever is `known` but absent is yielded as
        `Gone`: a full resync reconciles. The iterator may be abandoned between any two batches
        and asked again with the cursor of the last one committed; replayed items are normal.
        Batches hold at most about 500 items. Raises `CursorExpired` when `cursor` is no use.
        """


class Unread(NamedTuple):
    """An item that is listed and not read yet. `where` is whatever its source finds it by; `data`
    is what came with the listing already.

    A tuple, because half a million of them may go from process to process.
    """

    ref: str
    stamp: str
    where: str
    data: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a listing: what was said without reading (`Gone`), what is to be read, the cursor
    after both. It can be pickled."""

    items: tuple[Item | Unread, ...]
    cursor: str
    done: bool = False
    reader: str = ""  # which part of its source reads it, where it has several


@runtime_checkable
class Divisible(Protocol):
    """A source that can list without reading, so that other processes may read for it.

    `changes` says the same as `read_chunk` of each of its `chunks`, in their order.
    """

    def chunks(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Chunk]:
        """See `Source.changes`; chunks hold at most about 500 items. What can be read without the
        others is not read here, though it may have been fetched."""

    def read_chunk(self, chunk: Chunk) -> Batch:
        """Read what a chunk lists. Depends on nothing that was done before on this object, which
        can be pickled: it may be called on a copy in another process. An item that has vanished
        since it was listed is left out, or `Gone` where its stamp says that it was known."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a message says, as plain text, quotes and signature still in it. Never stored."""

    ref: str
    plain: str | None  # None: the message is gone, its signals stay unknown


@runtime_checkable
class TextSource(Protocol):
    """A mail source that can fetch bodies, for the few messages that inference wants to read."""

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """One `Text` for each ref, in any order."""


@runtime_checkable
class Rereading(Protocol):
    """A source that can read single items which its cursor has passed: those that failed."""

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """Each of these as it is now, in any order: `Seen`, `Bad`, or `Gone`. `cursor` is the one
        committed last."""


class Counted(NamedTuple):
    """What a source says it has: one item by its ref, or (`ref` "") the `number` of a month."""

    ref: str
    month: str = ""  # "2026-03"; "" where the item has no date, or `dated` tells
    number: int = 1


@runtime_checkable
class Countable(Protocol):
    """A source that can say what it has: counted anew, without the cursor, marks and listings that
    `changes` goes by, so that the two can be compared."""

    def census(self) -> Iterator[Counted]:
        """Everything that `changes` should have yielded by now."""

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """The days of these items, as far as they have one that can be found."""


@runtime_checkable
class Waiting(Protocol):
    """A source that knows when something may have changed (IDLE, streaming, inotify)."""

    def wait(self, timeout: float) -> bool:
        """Block up to `timeout` seconds; True when `changes` should be asked, False when not.

        One thread reads and waits by turns, and nothing that happens in between is lost: what may
        have been missed ends in True, as the first `wait` may. True may come without a change.
        """

    def wake(self) -> None:
        """Make a `wait` in another thread return at once, or the next one if there is none."""


@runtime_checkable
class Hindered(Protocol):
    """A `Waiting` source that may be unable to hear of every change."""

    @property
    def hindrance(self) -> str:
        """Why, and what to do, in a sentence for the owner; "" while it hears of all of them. Else
        `wait` returns True at the end of each `timeout`, which should then be that of polling."""


@runtime_checkable
class Timed(Protocol):
    """A source whose server says what time it is (the Date of an answer, RFC 9110 6.6.1)."""

    def server_time(self) -> datetime | None:
        """The time by the server's clock, in UTC. It is asked for it each time: an old answer
        agrees with a clock that went back, and not with one that went on while the machine slept.
        None where it does not say. Only differences of days are looked at."""


@runtime_checkable
class Closable(Protocol):
    """A source that keeps connections, watches or files open between two questions."""

    def close(self) -> None:
        """Give them back. Called when no thread asks or waits any more, by the one that did so
        last; asked again all the same, it opens new ones."""


class Surveyed(Protocol):
    """An account on a server, which can be looked at for whoever sets it up or mends it."""

    def survey(self) -> Iterator[str]:
        """Ask the server what a reading would, and read nothing: what is found, step by step, each
        in a few words for the owner. Raises where a step fails."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a task list is asked to write. `key` is ours and never changes."""

    key: str
    title: str
    notes: str
    due: date
    created: datetime
    link: str = ""  # to the evidence, where the provider has a place for it
    priority: int = 50  # 0-100, higher first


@dataclass(frozen=True, slots=True)
class Remote:
    """A task as the list has it now. `stamp` guards updates (etag, change key)."""

    ref: str
    stamp: str
    task: Task
    deleted: bool = False  # it is in the provider's bin: `find` lists it, nothing else does


class TaskList(Source, Protocol):
    """A list that tasks are written to; as a Source (facet TASKS) it tells what the owner did.

    Nothing is ever deleted here but through `remove`, which the core calls for twins and `forget`.
    """

    creates_once: bool  # True: `create` with the same key can never make two (RFC 4791 5.3.2)

    def find(self, key: str) -> Sequence[Remote]:
        """Every task with that key, oldest first: hidden, completed and deleted ones included."""

    def create(self, draft: Draft) -> Remote:
        """Write a new task. Where `creates_once`, an existing one is returned unchanged.

        Raises `Ambiguous` when it may have happened all the same.
        """

    def update(
        self,
        remote: Remote,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
        completed: bool | None = None,
    ) -> Remote:
        """Change what is not None, keep every other property. `Conflict` if the stamp is stale.

        `completed=False` opens a completed task again; `complete` is what completes one.
        """

    def complete(self, remote: Remote, at: datetime, notes: str | None = None) -> Remote:
        """Set it completed (and the notes, if given). `Conflict` if the stamp is stale."""

    def remove(self, remote: Remote) -> None:
        """Delete it. Gone already is fine."""


class ContactBook(Protocol):
    """A place that a card may be added to."""

    def add_card(self, card: Card) -> str:
        """Add it under its `uid`, once; returns the ref. An existing uid is left as it is.

        Raises `Ambiguous` when it may have happened all the same.
        """

    def remove_card(self, uid: str, ref: str) -> None:
        """Delete what was added under `uid`, as `forget` asks; gone already is fine. `ref` is what
        `add_card` returned, "" where that is not known."""


class Drafts(Protocol):
    """A mailbox that can take a draft. Nothing ever sends one."""

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """Store it in the drafts folder, once for each Message-ID; returns the ref.

        Raises `Ambiguous` when it may have happened all the same.
        """
