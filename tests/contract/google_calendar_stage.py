"""A stage on the fake of Google: the calendars of an account, read by the real client library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from fakes.google.calendars import Calendar
from fakes.google.server import FakeGoogle
from google_desk import api_of

from connectors.errors import BadItem
from connectors.google import calendar_events, calendar_list
from connectors.google.calendar import CalendarSource
from connectors.google.calendar_event import meeting_of
from connectors.records import Meeting

ANA: Final = "ana@example.com"
ZONE: Final = ZoneInfo("Europe/Lisbon")
_FIRST: Final = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


class CalendarStage:
    """The first calendar of an account, read together with another. Odd events are long past, even
    ones of these days."""

    def __init__(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
        self.google = google
        self.opened: list[CalendarSource] = []
        monkeypatch.setattr(calendar_events, "PAGE", 3)
        monkeypatch.setattr(calendar_events, "_IDS", 5)

        def reads(event: Mapping[str, Any], zone: ZoneInfo, login: str) -> Meeting:
            if event.get("summary") == "Spoilt":
                raise BadItem("", "it cannot be read")
            return meeting_of(event, zone, login)

        monkeypatch.setattr(calendar_events, "meeting_of", reads)
        self.account = google.account(ANA)
        self.account.calendars.add("team@group.calendar.google.com", "Team")

    @property
    def calendar(self) -> Calendar:
        return self.account.calendars.primary

    def source(self) -> CalendarSource:
        self.opened.append(CalendarSource(api_of(self.google, ANA), ZONE))
        return self.opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for source in self.opened:
            source.close()

    def add(self, number: int) -> str:
        start = _FIRST + timedelta(days=number - number % 2 * 400)
        made = self.calendar.add(
            "Coffee", start, start + timedelta(hours=1), id=f"event{number:03}"
        )
        return f"{self._under}{made}"

    def edit(self, ref: str) -> bool:
        self.calendar.edit(self._id(ref), summary="Lunch")
        return True

    def remove(self, ref: str) -> None:
        self.calendar.cancel(self._id(ref))

    def spoil(self, ref: str) -> None:
        self.calendar.edit(self._id(ref), summary="Spoilt")

    def mend(self, ref: str) -> None:
        self.calendar.edit(self._id(ref), summary="Coffee")

    def vanish_when_fetched(self, ref: str) -> None:
        def act() -> None:
            self.remove(ref)

        self.google.faults.meanwhile("calendar.events.list", act, skip=1)

    @property
    def _under(self) -> str:
        entry = calendar_list.Entry(ANA, ANA, ANA, True, True, True)
        return f"calendar//{entry.key}/"

    def _id(self, ref: str) -> str:
        return ref.removeprefix(self._under)
