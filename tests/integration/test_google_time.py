"""What time Google says it is, long after it was asked last: a machine may have slept since."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google_desk import api_of

from connectors.contract import Source, Timed
from connectors.google.calendar import CalendarSource
from connectors.google.gmail import GmailSource
from connectors.google.people import PeopleSource
from connectors.google.tasks import GoogleTasks

__all__ = ["clock", "google"]


@pytest.mark.parametrize("kind", ["mail", "calendar", "contacts", "tasks"])
def test_the_time_is_what_it_is_now(kind: str, google: FakeGoogle, clock: Clock) -> None:
    """An old answer would agree with a clock that was set back, and call a right one wrong."""
    api, zone = api_of(google), ZoneInfo("Europe/Lisbon")
    sources: dict[str, Source] = {
        "mail": GmailSource(api, zone=zone),
        "calendar": CalendarSource(api, zone),
        "contacts": PeopleSource(api),
        "tasks": GoogleTasks(api, "Follow-ups"),
    }
    source = sources[kind]
    assert isinstance(source, Timed)
    Ledger().read(source)
    clock.advance(days=3)
    assert source.server_time() == clock()
