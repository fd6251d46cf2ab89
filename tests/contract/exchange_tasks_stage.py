"""Stages on the fake of Exchange: a folder of tasks, driven through exchangelib."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item
from fakes.exchange.xml import t

from connectors.errors import BadItem
from connectors.exchange import synced, tasks_items
from connectors.exchange.places import key_of
from connectors.exchange.tasks import ExchangeTasks
from connectors.exchange.tasks_text import read
from connectors.records import Task

LIST: Final = "Follow-ups"
ZONE: Final = ZoneInfo("America/New_York")


class ExchangeTasksStage:
    """A list with tasks of its owner's. "Spoilt" is what the reader is made to take for a task that
    cannot be read."""

    def __init__(self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchange = exchange
        self.opened: list[ExchangeTasks] = []
        self.folder = self.ana.mailbox.make_folder(LIST, "tasks", "IPF.Task").id
        self.items: dict[str, Item] = {}
        monkeypatch.setattr(synced, "PAGE", 3)

        def reads(item: Any, zone: ZoneInfo) -> Task:
            found = read(item, zone)
            if found.title == "Spoilt":
                raise BadItem("", "it cannot be read")
            return found

        monkeypatch.setattr(tasks_items, "read", reads)

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def source(self) -> ExchangeTasks:
        self.opened.append(ExchangeTasks(exchange_of(self.exchange), LIST, ZONE))
        return self.opened[-1]

    def add(self, number: int) -> str:
        title = t("Subject", f"Water plant {number}")
        made = self.ana.store.put(self.folder, "Task", {"Subject": title})
        ref = f"{LIST}//{key_of(self.folder)}/{made.id}"
        self.items[ref] = made
        return ref

    def edit(self, ref: str) -> bool:
        self.ana.mailbox.edit(self.items[ref], Subject="Water the cactus")
        return True

    def remove(self, ref: str) -> None:
        self.ana.mailbox.delete(self.items[ref])

    def spoil(self, ref: str) -> None:
        self.ana.mailbox.edit(self.items[ref], Subject="Spoilt")

    def mend(self, ref: str) -> None:
        self.ana.mailbox.edit(self.items[ref], Subject="Water the plants")

    def vanish_when_fetched(self, ref: str) -> None:
        self.exchange.faults.meanwhile("GetItem", lambda: self.remove(ref))
