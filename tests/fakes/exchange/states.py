"""A support module: sync states: what a client knows of a folder.

They are opaque, and long as the real ones; the fake keeps what they stand for, which is little: all
that there was at a revision of the mailbox, and what was told since, while batches go on.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from fakes.exchange.call import Trouble
from fakes.exchange.store import Item, Store

Kind = Literal["Create", "Update", "Delete", "ReadFlagChange"]

_NEVER: Final = -1


@dataclass(frozen=True)
class Known:
    """All of the folder at revision `at`; then the items in `told`, as of that revision each, and
    that those in `gone` are no more."""

    at: int = 0
    told: Mapping[str, int] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def changes(self, store: Store, folder: str) -> Iterator[tuple[Kind, str]]:
        """What is not known yet, by the id of the item."""
        for item in store.inside(folder):
            seen = self._seen(item)
            if item.revision > seen:
                new, read = seen == _NEVER, item.content <= seen
                yield ("Create" if new else "ReadFlagChange" if read else "Update"), item.id
        for one in reversed(store.left[folder]):
            if one.left <= self.at:
                break
            if (one.entered <= self.at or one.id in self.told) and one.id not in self.gone:
                yield "Delete", one.id

    def _seen(self, item: Item) -> int:
        return self.told.get(item.id, self.at if item.entered <= self.at else _NEVER)


@dataclass
class States:
    """What was given out, by number. Each is good for its scope alone: a folder's items, or what
    is below a folder."""

    given: list[tuple[str, object]] = field(default_factory=list)
    good_from: int = 0

    def give(self, scope: str, known: object) -> str:
        """The state for that."""
        self.given.append((scope, known))
        return _token(len(self.given) - 1)

    def read(self, scope: str, token: str) -> object:
        """None: nothing is known. Raise Trouble."""
        if not token:
            return None
        number = _number(token)
        if not self.good_from <= number < len(self.given) or _token(number) != token:
            raise Trouble("ErrorInvalidSyncStateData")
        found, known = self.given[number]
        if found != scope:
            raise Trouble("ErrorInvalidSyncStateData")
        return known

    def forget(self) -> None:
        """Every state given out so far is refused."""
        self.good_from = len(self.given)


def _token(number: int) -> str:
    digest = hashlib.sha512(f"state {number}".encode()).digest()
    return "H4sI" + base64.b64encode(number.to_bytes(9, "big") + digest * 24).decode()


def _number(token: str) -> int:
    try:
        raw = base64.b64decode(token.removeprefix("H4sI"), validate=True)
    except ValueError:
        return _NEVER
    return int.from_bytes(raw[:9], "big")
