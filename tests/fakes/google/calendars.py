"""A support module: calendars, their events, and what their owner and organizers do to them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakes.google.recurrence import Instance, instances, when

if TYPE_CHECKING:
    from fakes.google.documents import Json


@dataclass
class Stored:
    """An event, a series, or an instance of one that differs from it. `body` is as in the API."""

    body: Json
    revision: int
    created: datetime
    updated: datetime

    @property
    def is_series(self) -> bool:
        """Whether it stands for all its instances."""
        return "recurrence" in self.body

    @property
    def cancelled(self) -> bool:
        return bool(self.body["status"] == "cancelled")


@dataclass(frozen=True)
class Gone:
    """An instance that a series has no more."""

    revision: int
    id: str
    series: str
    original: Json


@dataclass
class Calendar:
    """One calendar. `entry`: what the owner's list of calendars says of it."""

    id: str
    owner: str
    now: Callable[[], datetime]
    entry: Json
    events: dict[str, Stored] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    revision: int = 0
    listed: int = 0  # when the entry changed last
    token_life: timedelta = timedelta(days=28)
    dead_before: int = -1  # sync tokens of this revision or an earlier one are refused
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def zone(self) -> str:
        """IANA name."""
        return str(self.entry["timeZone"])

    def add(
        self,
        summary: str,
        start: datetime | date,
        end: datetime | date,
        *,
        id: str | None = None,
        zone: str | None = None,
        **fields: Any,
    ) -> str:
        """An event appears: its id. Dates make it all-day (the end exclusive); `fields` as in the
        API (attendees, organizer={"email": ...}, recurrence=["RRULE:..."], eventType ...). Without
        a summary it has none, as events without a title do."""
        made = id or f"ev{next(self._numbers):05}{self.id.partition('@')[0].lower():.3}".replace(
            ".", "0"
        )
        own: Json = {} if self.id == self.owner else {"displayName": self.entry["summary"]}
        body = {
            "id": made,
            "status": "confirmed",
            **({"summary": summary} if summary else {}),
            "organizer": {"email": self.id, **own},
            "start": when(start, zone or (self.zone if "recurrence" in fields else None)),
            "end": when(end, zone or (self.zone if "recurrence" in fields else None)),
            "iCalUID": f"{made}@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
            **fields,
        }
        by = body["organizer"]["email"]
        body.setdefault("creator", {"email": self.owner if by == self.id else by})
        self._put(body)
        return made

    def edit(self, event: str, **fields: Any) -> None:
        """Members change; None takes one away."""
        stored = self.events[event]
        before = {one.id: one for one in instances(self, stored)} if stored.is_series else {}
        changed = {**stored.body, **fields}
        self._put({name: value for name, value in changed.items() if value is not None})
        after = {one.id for one in instances(self, self.events[event])}
        self.gone = [one for one in self.gone if one.id not in after]
        self._lose(event, [one for found, one in before.items() if found not in after])

    def move(self, event: str, start: datetime | date, end: datetime | date) -> None:
        """To another time, keeping the zone it is written in."""
        body = self.events[event].body
        zone = body["start"].get("timeZone")
        moved = {"start": when(start, zone), "end": when(end, zone)}
        self.edit(event, **moved, sequence=body["sequence"] + 1)

    def cancel(self, event: str) -> None:
        """Taken back, or deleted by the owner."""
        self.edit(event, status="cancelled")

    def edit_instance(self, series: str, original: datetime | date, **fields: Any) -> str:
        """One instance of a series, named by when it was to start, becomes different: its id."""
        stored = self.events[series]
        found = next(one for one in instances(self, stored) if one.at == original)
        made = self.events.get(found.id)
        body = made.body if made else {**stored.body, **found.body()}
        body.pop("recurrence", None)
        self._put({**body, **fields})
        return found.id

    def move_instance(
        self, series: str, original: datetime | date, start: datetime | date, end: datetime | date
    ) -> str:
        """One instance takes place at another time."""
        zone = self.events[series].body["start"].get("timeZone")
        return self.edit_instance(series, original, start=when(start, zone), end=when(end, zone))

    def cancel_instance(self, series: str, original: datetime | date) -> str:
        """One instance does not take place."""
        return self.edit_instance(series, original, status="cancelled")

    def answer(self, event: str, email: str, status: str) -> None:
        """A guest accepts, declines or is not sure ("accepted", "declined", "tentative")."""
        guests = self.events[event].body["attendees"]
        changed = [{**g, "responseStatus": status} if g["email"] == email else g for g in guests]
        self.edit(event, attendees=changed)

    def expire_tokens(self) -> None:
        """Every sync token given out so far is refused (410)."""
        self.dead_before = self.revision
        self.revision += 1  # those given from now on are good

    def _put(self, body: Json) -> None:
        self.revision += 1
        old, at = self.events.get(body["id"]), self.now()
        self.events[body["id"]] = Stored(body, self.revision, old.created if old else at, at)

    def _lose(self, series: str, lost: list[Instance]) -> None:
        self.gone += [
            Gone(self.revision, one.id, series, one.body()["originalStartTime"]) for one in lost
        ]


@dataclass
class Calendars:
    """The calendars of one owner; the first is the primary one."""

    owner: str
    now: Callable[[], datetime]
    zone: str = "Europe/Lisbon"
    all: dict[str, Calendar] = field(default_factory=dict)
    revision: int = 0
    dead_before: int = -1  # as with a calendar's, of the list's own tokens

    def __post_init__(self) -> None:
        self.add(self.owner, self.owner, primary=True, accessRole="owner")

    @property
    def primary(self) -> Calendar:
        """The owner's own."""
        return self.all[self.owner]

    def add(self, id: str, summary: str, **entry: Any) -> Calendar:
        """A calendar appears in the owner's list."""
        base = {"timeZone": self.zone, "accessRole": "reader", "selected": True}
        one = {"id": id, "summary": summary, **base, "defaultReminders": [], **entry}
        self.all[id] = Calendar(id, self.owner, self.now, one)
        self.change(id)
        return self.all[id]

    def change(self, id: str, **entry: Any) -> None:
        """The entry changes (`selected`, `hidden`, `deleted`, `summaryOverride` ...)."""
        self.revision += 1
        self.all[id].entry.update(entry)
        self.all[id].listed = self.revision

    def expire_tokens(self) -> None:
        """Every sync token of the list given out so far is refused (410)."""
        self.dead_before = self.revision
        self.revision += 1  # those given from now on are good
