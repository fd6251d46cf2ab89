"""The owner's calendar: entries, which hours they take, and the folder they are written to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from syncd.demo.ical import Event, document


class Diary:
    """Collects entries. Keeps the hours they take, so that nothing collides by chance."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._busy: dict[date, list[tuple[datetime, datetime]]] = {}

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def add(self, event: Event) -> Event:
        self._events.append(event)
        if event.timed is not None:
            self.block(*event.timed)
        return event

    def block(self, start: datetime, end: datetime) -> None:
        """Take these hours without an entry of their own: an instance of a series."""
        self._busy.setdefault(start.date(), []).append((start, end))

    def is_free(self, start: datetime, minutes: int) -> bool:
        """Whether nothing is within a quarter of an hour of that time."""
        margin = timedelta(minutes=15)
        end = start + timedelta(minutes=minutes) + margin
        return not any(
            begins < end and start - margin < ends
            for begins, ends in self._busy.get(start.date(), ())
        )

    def write(self, folder: Path) -> None:
        """One file an entry or series, named after its UID, as a vdir has it."""
        folder.mkdir(parents=True, exist_ok=True)
        for event in self._events:
            (folder / f"{event.uid.partition('@')[0]}.ics").write_bytes(document(event))
