"""A stage on the fake of Exchange: two calendars of a mailbox, read through exchangelib."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item

from connectors.errors import BadItem
from connectors.exchange import synced
from connectors.exchange.calendar import CalendarSource
from connectors.exchange.calendar_event import Reader
from connectors.exchange.element import text
from connectors.exchange.places import key_of
from connectors.records import Meeting

ZONE: Final = ZoneInfo("Europe/Lisbon")
_FIRST: Final = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


class ExchangeCalendarStage:
    """The calendar of a mailbox, read together with another. Odd events are long past, even ones of
    these days. "Spoilt" is what the reader is made to take for an event that cannot be read."""

    def __init__(self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchange = exchange
        self.opened: list[CalendarSource] = []
        self.items: dict[str, Item] = {}
        self.ana.mailbox.make_folder("Team", folder_class="IPF.Appointment")
        monkeypatch.setattr(synced, "PAGE", 3)
        reads = Reader.single

        def single(reader: Reader, item: Any, body: str = "") -> Meeting:
            if text(item, "Subject") == "Spoilt":
                raise BadItem("", "it cannot be read")
            return reads(reader, item, body)

        monkeypatch.setattr(Reader, "single", single)

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    def source(self) -> CalendarSource:
        chosen = ["Calendar", "Team"]
        way = exchange_of(self.exchange)
        self.opened.append(CalendarSource(way, ANA, ZONE, chosen=chosen))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        start = _FIRST + timedelta(days=number - number % 2 * 400)
        made = self.ana.calendar.add("Coffee", start, start + timedelta(hours=1))
        ref = f"calendar//{key_of(made.folder)}/{made.id}"
        self.items[ref] = made
        return ref

    def edit(self, ref: str) -> bool:
        self.ana.calendar.edit(self.items[ref], Subject="Lunch")
        return True

    def remove(self, ref: str) -> None:
        self.ana.calendar.delete(self.items[ref])

    def spoil(self, ref: str) -> None:
        self.ana.calendar.edit(self.items[ref], Subject="Spoilt")

    def mend(self, ref: str) -> None:
        self.ana.calendar.edit(self.items[ref], Subject="Coffee")

    def vanish_when_fetched(self, ref: str) -> None:
        self.exchange.faults.meanwhile("GetItem", lambda: self.remove(ref))
