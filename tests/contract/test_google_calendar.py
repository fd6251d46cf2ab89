"""The calendars of a Google account keep the contract, through the real client library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.google_calendar_stage import CalendarStage
from contract.source_contract import SourceContract
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle

__all__ = ["clock", "google"]


class TestCalendar(SourceContract):
    """Two calendars, one of them empty."""

    @pytest.fixture
    def stage(self, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[CalendarStage]:
        with closing(CalendarStage(google, monkeypatch)) as stage:
            yield stage
