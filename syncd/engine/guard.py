"""The state as a daemon writes it: its threads in turn, and nothing from before an act.

Between two of our transactions another process may have stored what the owner said. Most of that
is read anew each time; who is forgotten is not, so a transaction that finds an act it does not know
raises `Outdated`, and whoever began it starts over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from syncd.store import acts
from syncd.store.database import Database


class Outdated(BaseException):
    """The owner has said something since this was begun. No trouble that anybody could note and
    go on after, so nothing that catches exceptions catches it."""


class Turns:
    """A lock that is handed on in the order in which it was asked for: a thread that writes one
    transaction after the other would otherwise keep it."""

    def __init__(self) -> None:
        self._inside = Lock()
        self._waiting: deque[Lock] = deque()
        self._held = False

    def __enter__(self) -> Turns:
        with self._inside:
            if not self._held:
                self._held = True
                return self
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()
        except BaseException:  # a signal: whoever is next must not wait for us
            with self._inside:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    raise
            self._hand_on()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        with self._inside:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


@dataclass(slots=True)
class Known:
    """The last act that is known here, and whose turn it is."""

    act: int
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True, slots=True)
class Guarded(Database):
    """A database whose transactions raise `Outdated` after an act that is not `known`."""

    known: Known = field(default_factory=lambda: Known(0))

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Iterator[Connection]:
        with self.known.turns, Database.begin(self, repeatable=repeatable) as connection:
            self.check(connection)
            yield connection

    def check(self, connection: Connection) -> None:
        """Raises `Outdated` after an act that is not known."""
        if acts.number(connection, self.owner) != self.known.act:
            raise Outdated


def guarded(database: Database) -> Guarded:
    """The database, guarded from now on."""
    if isinstance(database, Guarded):
        return database
    with database.read() as connection:
        last = acts.number(connection, database.owner)
    return Guarded(database.engine, database.owner, database.trouble, Known(last))
