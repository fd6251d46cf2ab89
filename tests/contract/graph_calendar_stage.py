"""A stage on the fake of Graph: the calendars of a mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from fakes.graph.account import Account
from fakes.graph.events import Calendar
from fakes.graph.server import FakeGraph
from graph_desk import api_of

from connectors.errors import BadItem
from connectors.graph import calendar_events, calendar_list
from connectors.graph.calendar import CalendarSource
from connectors.graph.calendar_event import Holder, meeting_of
from connectors.records import Meeting

ANA: Final = "ana@example.com"
ZONE: Final = ZoneInfo("Europe/Lisbon")
_FIRST: Final = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


class CalendarStage:
    """The first calendar of a mailbox, read together with another. Odd events are long past, even
    ones of these days."""

    def __init__(self, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        self.graph = graph
        self.opened: list[CalendarSource] = []
        monkeypatch.setattr(calendar_events, "PAGE", 3)
        monkeypatch.setattr(calendar_events, "_IDS", 5)

        def reads(event: Mapping[str, Any], zone: ZoneInfo, holder: Holder) -> Meeting:
            if event.get("subject") == "Spoilt":
                raise BadItem("", "it cannot be read")
            return meeting_of(event, zone, holder)

        monkeypatch.setattr(calendar_events, "meeting_of", reads)
        self.account: Account = graph.account(ANA)
        self.account.calendars.add("Team")
        (entry,) = (one for one in calendar_list.entries(api_of(graph, ANA)) if one.default)
        self.under = f"calendar//{entry.key}/"

    @property
    def calendar(self) -> Calendar:
        return self.account.calendars.primary

    def source(self) -> CalendarSource:
        api = api_of(self.graph, ANA)
        self.opened.append(CalendarSource(api, ZONE, history=_FIRST.date() - timedelta(days=500)))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        start = _FIRST + timedelta(days=number - number % 2 * 400)
        return self.under + self.calendar.add("Coffee", start, start + timedelta(hours=1))

    def edit(self, ref: str) -> bool:
        self.calendar.edit(self._id(ref), subject="Lunch")
        return True

    def remove(self, ref: str) -> None:
        with self.graph.lock:
            self.calendar.delete(self._id(ref))

    def spoil(self, ref: str) -> None:
        self.calendar.edit(self._id(ref), subject="Spoilt")

    def mend(self, ref: str) -> None:
        self.calendar.edit(self._id(ref), subject="Coffee")

    def vanish_when_fetched(self, ref: str) -> None:
        self.graph.faults.meanwhile("calendarView.delta", lambda: self.remove(ref), skip=1)

    def _id(self, ref: str) -> str:
        return ref.removeprefix(self.under)
