"""A support module: a task folder at the fake of Exchange, and what the core has of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from contract.ledger import Ledger
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Folder
from fakes.exchange.store import Item as Stored

from connectors.contract import Draft, Remote
from connectors.exchange.places import key_of
from connectors.exchange.tasks import ExchangeTasks
from connectors.exchange.tasks_text import KEY as MARK
from connectors.exchange.tasks_text import SET
from connectors.records import Gone, Item, Seen, Task

LIST: Final = "Follow-ups"
ZONE: Final = ZoneInfo("America/New_York")
KEY: Final = "syncd-0123456789abcdef01234567"
CREATED: Final = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
NOTES: Final = f"You met.\n\n— syncd, rule call. Why: syncd explain {KEY}."
DRAFT: Final = Draft(KEY, "Call Bob", NOTES, date(2026, 12, 2), CREATED)


class Desk:
    """`ledger` commits what readings tell."""

    def __init__(self, exchange: FakeExchange, name: str = LIST, zone: ZoneInfo = ZONE) -> None:
        self.exchange = exchange
        self.name = name
        self.zone = zone
        self.tasks = self._opened()
        self.ledger = Ledger()

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    def _opened(self) -> ExchangeTasks:
        return ExchangeTasks(exchange_of(self.exchange), self.name, self.zone)

    def restart(self) -> None:
        """Another process: it has what was committed."""
        self.tasks.close()
        self.tasks = self._opened()

    def read(self) -> list[Item]:
        return self.ledger.read(self.tasks, self.exchange.now())

    def create(self, key: str = KEY, **more: object) -> Remote:
        """A task is written, and acknowledged as the core does it."""
        remote = self.tasks.create(replace(drafted(key), **more))  # type: ignore[arg-type]
        self.ledger.stamps[remote.ref] = remote.stamp
        return remote

    def folder(self, path: str = f"Tasks/{LIST}") -> Folder:
        """A folder, by its path."""
        return self.ana.mailbox.folder(path)

    def all(self, path: str = f"Tasks/{LIST}") -> list[Stored]:
        """What is in a folder."""
        return self.ana.mailbox.items(self.folder(path))

    def item(self, path: str = f"Tasks/{LIST}") -> Stored:
        """The one."""
        (one,) = self.all(path)
        return one

    def ref(self, item: Stored) -> str:
        """What an item is called."""
        return f"{self.name}//{key_of(item.folder)}/{item.id}"


@contextmanager
def desk_of(exchange: FakeExchange, name: str = LIST, zone: ZoneInfo = ZONE) -> Iterator[Desk]:
    """One that is closed again."""
    desk = Desk(exchange, name, zone)
    with closing(desk.tasks):
        yield desk


def drafted(key: str) -> Draft:
    return replace(DRAFT, key=key, notes=DRAFT.notes.replace(KEY, key))


def told(items: list[Item]) -> list[Task]:
    """What readings tell of tasks."""
    return [
        one
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Task)
    ]


def gone(items: list[Item]) -> set[str]:
    return {item.ref for item in items if isinstance(item, Gone)}


def key_in(item: Stored) -> str:
    """Our key in an item."""
    for field, values in item.extended.items():
        if (field.set.lower(), field.name) == (SET, MARK):
            return values[0]
    return ""
