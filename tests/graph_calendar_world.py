"""A support module: calendars at Microsoft, who reads them, and what has been told of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger
from fakes.google.world import Clock
from fakes.graph.events import Calendar, Calendars
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import ConnectorError, Paused
from connectors.graph.calendar import CalendarSource
from connectors.graph.calendar_list import entries
from connectors.records import Gone, Item, Meeting, Seen

ANA: Final = "ana@example.com"
ZONE: Final = ZoneInfo("Europe/Lisbon")
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
HISTORY: Final = date(2024, 6, 1)  # from where one part of the window is enough


class Desk:
    """Ana's calendars. It is 2 November 2026, nine o'clock, until `clock` is moved."""

    def __init__(self, graph: FakeGraph, clock: Clock) -> None:
        self.graph = graph
        self.clock = clock
        self.ledger = Ledger()
        self.trouble: ConnectorError | None = None  # what ended the last reading
        self.more: dict[str, Any] = {"history": HISTORY}  # arguments of the source
        self.source = self.opened()

    @property
    def calendars(self) -> Calendars:
        """What is at Microsoft."""
        return self.graph.account(ANA).calendars

    @property
    def own(self) -> Calendar:
        """Ana's first."""
        return self.calendars.primary

    def opened(self) -> CalendarSource:
        """A new source: nothing is remembered."""
        return CalendarSource(api_of(self.graph, ANA), ZONE, **self.more)

    def restart(self, **more: Any) -> None:
        """As after a start of the daemon, perhaps with another configuration."""
        self.source.close()
        self.more = {"history": HISTORY, **more}
        self.source = self.opened()

    def at(self, days: float, hour: int = 10) -> datetime:
        """So many days from the first of November 2026."""
        return datetime(2026, 11, 1, hour, tzinfo=UTC) + timedelta(days=days)

    def add(self, title: str, days: float, calendar: Calendar | None = None, **more: Any) -> str:
        """An event of an hour: its id."""
        start = self.at(days)
        return (calendar or self.own).add(title, start, start + HOUR, **more)

    def read(self, batches: int = 10_000) -> list[Item]:
        """A reading, committed batch by batch; `trouble` is what ended it."""
        items: list[Item] = []
        self.trouble = None
        try:
            reading = self.source.changes(self.ledger.cursor, self.ledger, self.clock())
            for number, batch in enumerate(reading, 1):
                self.ledger.commit(batch)
                items += batch.items
                if number == batches:
                    break
        except ConnectorError as error:
            self.trouble = error
        return items

    def settle(self) -> list[Item]:
        """Readings until nothing has to wait: Graph refuses parts of what is asked at once."""
        items = self.read()
        while isinstance(self.trouble, Paused):
            self.clock.advance(seconds=self.trouble.wait + 1)
            items += self.read()
        assert self.trouble is None
        return items

    def key(self, calendar: Calendar | None = None) -> str:
        """Names a calendar in refs and cursors."""
        found = (calendar or self.own).id
        keys = {one.id: one.key for one in entries(api_of(self.graph, ANA))}
        return keys[found]

    def ref(self, event: str, calendar: Calendar | None = None) -> str:
        """That of an event."""
        return f"calendar//{self.key(calendar)}/{event}"

    def titles(self) -> list[str]:
        """Of everything that is known now."""
        return sorted(meeting.title for meeting in self.meetings())

    def meetings(self) -> list[Meeting]:
        """Everything that is known now, in order of time."""
        found = [
            one
            for held in self.ledger.observations.values()
            for one in held
            if isinstance(one, Meeting)
        ]
        return sorted(found, key=lambda meeting: (meeting.start, meeting.title))

    def afresh(self) -> dict[str, str]:
        """The refs and stamps that a first reading finds."""
        other = Desk(self.graph, self.clock)
        other.restart(**self.more)
        other.settle()
        other.source.close()
        return other.ledger.stamps


def told(items: list[Item]) -> list[str]:
    """Titles of what was seen, in the order in which it was told; the ids of what is gone, with a
    minus."""
    found = []
    for item in items:
        if isinstance(item, Gone):
            found.append("-" + item.ref.rpartition("/")[2])
        elif isinstance(item, Seen):
            found += [one.title for one in item.observations if isinstance(one, Meeting)]
    return found


@pytest.fixture
def desk(graph: FakeGraph, clock: Clock) -> Iterator[Desk]:
    """Ana's calendars, and whoever reads them."""
    made = Desk(graph, clock)
    with closing(made.source):
        yield made
