"""A support module: events as they are stored, series and their instances, and when they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from fakes.graph.call import Json


@dataclass(frozen=True)
class Moment:
    """When something is: days (the end exclusive) or instants, in a zone by its IANA name."""

    start: datetime | date
    end: datetime | date
    zone: str

    @property
    def whole_days(self) -> bool:
        """Whether it is all-day."""
        return not isinstance(self.start, datetime)

    def at(self, start: datetime | date) -> Moment:
        """As long, by the clock on the wall, from another start."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return replace(self, start=start, end=start + (self.end - self.start))
        return replace(self, start=start, end=start + (day_of(self.end) - day_of(self.start)))

    def span(self) -> tuple[datetime, datetime]:
        """In instants; days begin at midnight of the zone."""
        return instant(self.start, self.zone), instant(self.end, self.zone)


@dataclass
class Event:
    """An event, a series, or an instance of one that differs from it. `body`: members as in the
    API, apart from those that tell times and ids."""

    id: str
    body: Json
    moment: Moment
    uid: str
    made: datetime
    changed: datetime
    revision: int
    repeats: Json | None = None
    original: datetime | date | None = None  # of an exception: when it was to start
    series: str = ""


@dataclass(frozen=True)
class Instance:
    """One occurrence or exception of a series, or an event by itself."""

    id: str
    event: Event  # the series, where it is as the series has it
    moment: Moment
    original: datetime | date | None
    revision: int

    @property
    def type(self) -> str:
        """eventType."""
        if self.original is None:
            return "singleInstance"
        return "exception" if self.event.series else "occurrence"


def instant(at: datetime | date, zone: str) -> datetime:
    """When a day begins there; an instant as it is."""
    if isinstance(at, datetime):
        return at
    return datetime.combine(at, time(), ZoneInfo(zone))


def guests(*emails: str, response: str = "none", kind: str = "required") -> list[Json]:
    """Attendees of an event. `kind`: required, optional or resource."""
    status = {"response": response, "time": "0001-01-01T00:00:00Z"}
    return [{"type": kind, "status": status, "emailAddress": named(one)} for one in emails]


def answered(guests: list[Json], email: str, response: str, at: datetime) -> list[Json]:
    told = {"response": response, "time": stamp(at)}
    return [
        {**one, "status": told} if one["emailAddress"]["address"] == email else one
        for one in guests
    ]


def named(address: str) -> Mapping[str, str]:
    """Whoever has no other name goes by their address."""
    name, _, rest = address.rpartition(" <")
    return {"name": name or address, "address": rest.removesuffix(">") if name else address}


def within(moment: Moment, least: datetime | None, most: datetime | None) -> bool:
    start, end = moment.span()
    early = least is not None and (end <= least if end > start else start < least)
    return not early and not (most is not None and start >= most)


def instance_id(event: Event, at: datetime | date) -> str:
    return f"{stem(event.id)}{day_of(at):%y%m%d}_hE="


def stem(event: str) -> str:
    return f"{event.removesuffix('_hE=')}-i"


def day_of(at: datetime | date) -> date:
    return at.date() if isinstance(at, datetime) else at


def clock_in(at: datetime | date, zone: str) -> datetime | date:
    """On the clock of the zone."""
    return at.astimezone(ZoneInfo(zone)) if isinstance(at, datetime) else at


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
