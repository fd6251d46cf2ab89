"""Jobs for the one thread that writes: posted by any other, which waits until its job is done.

The queue may be posted to from a signal handler (`queue.SimpleQueue` is reentrant).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, current_thread, get_ident
from typing import Any

Job = Callable[[datetime], Any]


class Leaving(BaseException):
    """The process, or what this thread is for, ends; nothing that catches exceptions catches it."""


def leave_if_dismissed() -> None:
    """Raises `Leaving` in a thread of which nothing is wanted any more."""
    if getattr(current_thread(), "dismissed", False):
        raise Leaving


@dataclass(slots=True)
class Letter:
    """One job on its way; without one it only wakes. `kind` says what it is part of."""

    kind: str
    job: Job | None = None
    done: Event = field(default_factory=Event)
    result: Any = None
    error: BaseException | None = None


class Mailbox:
    """Belongs to the thread that makes it."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Letter] = SimpleQueue()
        self._mine = get_ident()
        self._closed = False

    def post(self, kind: str) -> None:
        """Wake the thread that works, and go on."""
        self._queue.put(Letter(kind))

    def do(self, kind: str, job: Job, now: datetime) -> Any:
        """Have a job done, and wait for it; its errors are raised here. Raises `Leaving`."""
        if get_ident() == self._mine:
            return job(now)
        letter = Letter(kind, job)
        if not self._closed:
            self._queue.put(letter)
        if self._closed:  # before or since: nobody may look into it any more
            letter.error = letter.error or Leaving()
            letter.done.set()
        letter.done.wait()
        if letter.error is not None:
            raise letter.error
        return letter.result

    def take(self, timeout: float | None) -> Letter | None:
        """The next letter; None when none came for so many seconds."""
        try:
            return self._queue.get(timeout=timeout) if timeout else self._queue.get_nowait()
        except Empty:
            return None

    def open(self, letter: Letter, now: datetime) -> None:
        """Do the job of a letter, and answer it. Its error is its sender's, and kept with it."""
        try:
            if letter.job is not None:
                letter.result = letter.job(now)
        except BaseException as error:
            letter.error = error
            raise
        finally:
            letter.done.set()

    def close(self) -> None:
        """Nothing is done any more: everybody who waits is told so."""
        self._closed = True
        while (letter := self.take(0)) is not None:
            letter.error = Leaving()
            letter.done.set()

    def __len__(self) -> int:
        return self._queue.qsize()
