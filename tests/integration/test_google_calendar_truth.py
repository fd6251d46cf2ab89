"""Whatever happens at Google, and wherever a reading is cut off: what is known in the end is what
there is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from contract.ledger import Ledger
from fakes.google.calendars import Calendar
from fakes.google.fixtures import clock, google
from fakes.google.recurrence import instances
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from google_calendar_world import ANA, HOUR, Desk

from connectors.google import calendar_events
from connectors.records import Meeting, Observation

__all__ = ["clock", "google"]

TEAM = "team@group.calendar.google.com"
ACTS = (
    "add", "add", "series", "series", "move", "edit", "cancel", "move one", "cancel one", "shorten",
    "untick", "tick", "expire", "forget pages", "read", "read", "read", "restart", "days", "months",
)  # fmt: skip


class World:
    """Two calendars, and a reading that is cut off after any number of batches."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.team = desk.calendars.add(TEAM, "Team")
        self.made: list[tuple[Calendar, str]] = []

    def step(self, name: str, number: int) -> None:
        act: Callable[[int], None] = getattr(self, name.replace(" ", "_"))
        act(number)

    def add(self, number: int) -> None:
        calendar = (self.team, self.desk.own)[number % 2]
        at = (number - 30) * 25
        self.made.append((calendar, self.desk.add(f"event {number}", at, calendar)))

    def series(self, number: int) -> None:
        rule = [f"RRULE:FREQ=WEEKLY;COUNT={number % 4 + 2}"]
        event = self.desk.add(f"series {number}", number - 20, self.desk.own, recurrence=rule)
        self.made.append((self.desk.own, event))

    def edit(self, number: int) -> None:
        self._with(number, lambda calendar, event: calendar.edit(event, summary=f"as {number}"))

    def cancel(self, number: int) -> None:
        self._with(number, Calendar.cancel)

    def move(self, number: int) -> None:
        start = self.desk.at((number - 20) * 30)
        self._single(number, lambda one, event: one.move(event, start, start + HOUR))

    def move_one(self, number: int) -> None:
        def act(calendar: Calendar, event: str, start: Any) -> None:
            calendar.move_instance(event, start, start + HOUR, start + 2 * HOUR)

        self._instance(number, act)

    def cancel_one(self, number: int) -> None:
        self._instance(number, Calendar.cancel_instance)

    def shorten(self, number: int) -> None:
        def act(calendar: Calendar, event: str) -> None:
            if calendar.events[event].is_series:
                calendar.edit(event, recurrence=["RRULE:FREQ=WEEKLY;COUNT=1"])

        self._with(number, act)

    def untick(self, number: int) -> None:
        self.desk.calendars.change(TEAM, selected=False)

    def tick(self, number: int) -> None:
        self.desk.calendars.change(TEAM, selected=True)

    def expire(self, number: int) -> None:
        (self.team, self.desk.own)[number % 2].expire_tokens()

    def forget_pages(self, number: int) -> None:
        cursor = self.desk.ledger.cursor
        if cursor is not None:
            self.desk.ledger.cursor = cursor.replace('"page":"', '"page":"x')

    def read(self, number: int) -> None:
        self.desk.read(batches=number % 5 + 1)
        assert self.desk.trouble is None

    def restart(self, number: int) -> None:
        self.desk.restart()

    def days(self, number: int) -> None:
        self.desk.clock.advance(days=number % 9)

    def months(self, number: int) -> None:
        self.desk.clock.advance(days=number * 7)

    def _with(self, number: int, act: Callable[[Calendar, str], object]) -> None:
        if self.made:
            calendar, event = self.made[number % len(self.made)]
            if not calendar.events[event].cancelled:
                act(calendar, event)

    def _single(self, number: int, act: Callable[[Calendar, str], object]) -> None:
        def checked(calendar: Calendar, event: str) -> None:
            if not calendar.events[event].is_series:
                act(calendar, event)

        self._with(number, checked)

    def _instance(self, number: int, act: Callable[[Calendar, str, Any], object]) -> None:
        def checked(calendar: Calendar, event: str) -> None:
            if calendar.events[event].is_series:
                act(calendar, event, self._first(calendar, event))

        self._with(number, checked)

    def _first(self, calendar: Calendar, event: str) -> Any:
        return next(iter(instances(calendar, calendar.events[event]))).at


@contextmanager
def small_pages() -> Iterator[None]:
    with patch.object(calendar_events, "PAGE", 2), patch.object(calendar_events, "_IDS", 3):
        yield


def within(ledger: Ledger, end: datetime) -> dict[str, tuple[Observation, ...]]:
    """What is known of events that begin before then."""
    return {
        ref: held
        for ref, held in ledger.observations.items()
        if all(isinstance(one, Meeting) and one.start < end for one in held)
    }


@pytest.mark.parametrize("seed", range(8))
def test_what_is_known_is_what_is_there(google: FakeGoogle, clock: Clock, seed: int) -> None:
    """After the last reading the same is known as somebody knows who reads all anew; in every other
    world the cursor was lost before it."""
    chance = random.Random(seed)
    google.account(ANA)
    desk = Desk(google, clock)
    world = World(desk)
    with small_pages(), closing(desk.source):
        for _ in range(chance.randrange(10, 40)):
            world.step(chance.choice(ACTS), chance.randrange(41))
        if seed % 2:
            desk.ledger.cursor = None
        desk.read()
        assert desk.trouble is None
        assert desk.read() == []
        there = Ledger()
        with closing(desk.opened()) as other:
            there.read(other, clock())
    # A window is moved but now and then: the other one may reach further.
    end = datetime.fromisoformat(json.loads(desk.ledger.cursor or "{}")["to"]).replace(tzinfo=UTC)
    assert within(desk.ledger, end) == within(there, end)
    assert desk.ledger.observations == within(desk.ledger, end)
