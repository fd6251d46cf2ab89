"""A support module: calendars at an Exchange server, who reads them, and what has been told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract.ledger import Ledger
from exchange_desk import ANA, exchange_of
from fakes.exchange.account import Account
from fakes.exchange.calendars import Calendar
from fakes.exchange.server import FakeExchange
from fakes.exchange.store import Item
from fakes.exchange.world import Clock

from connectors.errors import ConnectorError
from connectors.exchange.calendar import CalendarSource
from connectors.exchange.places import key_of
from connectors.records import Item as Told
from connectors.records import Meeting

ZONE: Final = ZoneInfo("Europe/Lisbon")
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class Desk:
    """Ana's calendars, and whoever reads them. `clock` is the fake's."""

    def __init__(self, exchange: FakeExchange, clock: Clock, **more: Any) -> None:
        self.exchange = exchange
        self.clock = clock
        self.ledger = Ledger()
        self.trouble: ConnectorError | None = None  # what ended the last reading
        self.source = self._opened(more)

    @property
    def ana(self) -> Account:
        return self.exchange.account(ANA)

    @property
    def own(self) -> Calendar:
        """Ana's first."""
        return self.ana.calendar

    def restart(self, **more: Any) -> None:
        """As after a start of the daemon, perhaps with another configuration."""
        self.source.close()
        self.source = self._opened(more)

    def at(self, days: float, hour: int = 10) -> datetime:
        """So many days from now, at that hour, UTC."""
        today = self.clock().astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
        return today + timedelta(days=days)

    def add(
        self, title: str, start: datetime, calendar: Calendar | None = None, **more: Any
    ) -> Item:
        """An event of an hour."""
        return (calendar or self.own).add(title, start, start + HOUR, **more)

    def read(self, batches: int = 10_000) -> list[Told]:
        """A reading, committed batch by batch; `trouble` is what ended it."""
        items: list[Told] = []
        self.trouble = None
        try:
            reading = self.source.changes(self.ledger.cursor, self.ledger, self.clock())
            for number, batch in enumerate(reading, 1):
                self.ledger.commit(batch)
                items += batch.items
                if number >= batches:
                    break
        except ConnectorError as error:
            self.trouble = error
        return items

    def ref(self, item: Item) -> str:
        """What an item is called."""
        return f"calendar//{key_of(item.folder)}/{item.id}"

    def meetings(self, item: Item) -> list[Meeting]:
        """What is known of an item, in the order of its instances."""
        return [one for one in self.ledger.observations[self.ref(item)] if isinstance(one, Meeting)]

    def meeting(self, item: Item) -> Meeting:
        """The one."""
        (one,) = self.meetings(item)
        return one

    def close(self) -> None:
        """Close the connection."""
        self.source.close()

    def _opened(self, more: dict[str, Any]) -> CalendarSource:
        return CalendarSource(exchange_of(self.exchange), ANA, **{"zone": ZONE, **more})


@contextmanager
def desk_of(exchange: FakeExchange, clock: Clock, **more: Any) -> Iterator[Desk]:
    """One that is closed again."""
    with closing(Desk(exchange, clock, **more)) as desk:
        yield desk
