"""A support module: a Gmail mailbox, its history, and what happens to it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from functools import lru_cache
from typing import Final, Literal

SYSTEM_LABELS: Final = (
    "CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "CATEGORY_FORUMS",
    "CATEGORY_UPDATES", "CATEGORY_PERSONAL", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "STARRED",
    "UNREAD",
)  # fmt: skip

# Cheap enough for tens of thousands of messages.
_NAMED: Final = re.compile(
    rb"^(Message-ID|In-Reply-To|References):((?:.*\n[ \t])*.*)", re.IGNORECASE | re.MULTILINE
)
_ID: Final = re.compile(rb"<[^<>\s]+>")

Change = Literal["messageAdded", "messageDeleted", "labelAdded", "labelRemoved"]


@dataclass
class Letter:
    """A message. Its id never changes; `labels` are ids of labels."""

    id: str
    thread: str
    raw: bytes
    labels: set[str]
    at: datetime  # internalDate
    history: int = 0

    @property
    def parsed(self) -> Message:
        """Its parts."""
        return _parsed(self.raw)


@dataclass(frozen=True)
class Event:
    """One record of the history."""

    id: int
    at: datetime
    kind: Change
    message: str
    thread: str
    labels: tuple[str, ...] = ()  # those added or removed
    stands: tuple[str, ...] = ()  # those the message had then


@dataclass
class Watch:
    """Whom changes are told until when."""

    topic: str
    until: datetime
    labels: frozenset[str]
    exclude: bool


@dataclass
class Draft:
    """A draft and the message that it is."""

    id: str
    message: str


@dataclass
class Mailbox:
    """Everything that the owner, their correspondents and Google itself do is a method."""

    address: str
    now: Callable[[], datetime]
    changed: Callable[[Mailbox], None] = lambda _: None
    letters: dict[str, Letter] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)  # names of the owner's by id
    aliases: list[str] = field(default_factory=list)  # other addresses the owner sends as
    log: list[Event] = field(default_factory=list)
    history_life: timedelta = timedelta(days=7)
    forgotten: int = 0  # history ids below this one are refused
    watch: Watch | None = None
    history: int = 4_000
    hollow: bool = False  # first pages of the history are empty, which Google allows itself
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _threads: dict[bytes, str] = field(default_factory=dict)  # by Message-ID
    _order: tuple[int, list[Letter]] | None = None  # as it was at that point of the history

    def new_id(self) -> str:
        """Sixteen hexadecimal digits, as Gmail's are."""
        return f"{0x18C4_0000_0000_0000 + 7 * next(self._numbers):016x}"

    # --- what happens ---

    def deliver(
        self,
        raw: bytes,
        labels: Iterable[str] = ("INBOX", "UNREAD", "CATEGORY_PERSONAL"),
        *,
        at: datetime | None = None,
        thread: str | None = None,
    ) -> str:
        """A message comes in, or goes out with `labels=["SENT"]`: its id. Without a thread it joins
        that of a message it answers (In-Reply-To, References)."""
        message = self.new_id()
        letter = Letter(message, "", raw, set(labels), at or self.now())
        self._join(letter, thread)
        self.letters[message] = letter
        self._record("messageAdded", letter)
        return message

    def delete(self, message: str) -> None:
        """Gone for good."""
        letter = self.letters.pop(message)
        self.drafts = {k: d for k, d in self.drafts.items() if d.message != message}
        self._record("messageDeleted", letter)

    def relabel(self, message: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Labels are put on and taken off."""
        letter = self.letters[message]
        if on := sorted(set(add) - letter.labels):
            letter.labels.update(on)
            self._record("labelAdded", letter, on)
        if off := sorted(set(remove) & letter.labels):
            letter.labels.difference_update(off)
            self._record("labelRemoved", letter, off)

    def trash(self, message: str) -> None:
        """Into the bin."""
        self.relabel(message, ["TRASH"], ["INBOX"])

    def untrash(self, message: str) -> None:
        """Out of the bin, and not back into the inbox, as Gmail does it."""
        self.relabel(message, (), ["TRASH"])

    def mark_spam(self, message: str) -> None:
        """Into spam."""
        self.relabel(message, ["SPAM"], ["INBOX"])

    def archive(self, message: str) -> None:
        """Out of the inbox."""
        self.relabel(message, (), ["INBOX"])

    def read(self, message: str) -> None:
        """The owner reads it."""
        self.relabel(message, (), ["UNREAD"])

    def make_label(self, name: str) -> str:
        """A label of the owner's: its id."""
        found = f"Label_{len(self.labels) + 1}"
        self.labels[found] = name
        return found

    def save_draft(self, raw: bytes, thread: str | None = None) -> str:
        """A draft appears: its id."""
        message = self.deliver(raw, ["DRAFT"], thread=thread)
        draft = f"r-{int(message, 16)}"
        self.drafts[draft] = Draft(draft, message)
        return draft

    def send_draft(self, draft: str) -> str:
        """The owner sends it: the message gets a new id, as with Gmail."""
        letter = self.letters[self.drafts[draft].message]
        self.delete(letter.id)
        return self.deliver(letter.raw, ["SENT"], thread=letter.thread)

    def forget_history(self) -> None:
        """Every history id given out so far expires, as now and then after hours."""
        self._advance()
        self.forgotten = self.history
        self.log.clear()

    # --- what is asked ---

    def oldest(self) -> int:
        """Ids of the history below this one are refused."""
        horizon = self.now() - self.history_life
        while self.log and self.log[0].at < horizon:
            self.forgotten = self.log.pop(0).id
        return self.forgotten

    def newest_first(self) -> list[Letter]:
        """As they are listed."""
        if self._order is None or self._order[0] != self.history:
            listed = sorted(self.letters.values(), key=lambda one: (one.at, one.id), reverse=True)
            self._order = self.history, listed
        return self._order[1]

    def _join(self, letter: Letter, thread: str | None) -> None:
        """Into that thread, or that of a message it answers, or one of its own."""
        head = letter.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        own: list[bytes] = []
        answered: list[bytes] = []
        for name, value in _NAMED.findall(head):
            (own if name.lower() == b"message-id" else answered).extend(_ID.findall(value))
        known = (self._threads[one] for one in answered if one in self._threads)
        letter.thread = thread or next(known, letter.id)
        self._threads.update(dict.fromkeys(own, letter.thread))

    def _advance(self) -> int:
        self.history += 13
        return self.history

    def _record(self, kind: Change, letter: Letter, labels: Iterable[str] = ()) -> None:
        letter.history = self._advance()
        stands = tuple(sorted(letter.labels))
        self.log.append(
            Event(letter.history, self.now(), kind, letter.id, letter.thread, tuple(labels), stands)
        )
        self.changed(self)


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> Message:
    return message_from_bytes(raw)
