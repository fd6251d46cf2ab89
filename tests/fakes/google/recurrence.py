"""A support module: series of events, their instances, and times as the API writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # as in other tests

if TYPE_CHECKING:
    from fakes.google.calendars import Calendar, Stored
    from fakes.google.documents import Json

# How far a series without an end is expanded where nobody says how far.
HORIZON: Final = timedelta(days=730)


@dataclass(frozen=True)
class Instance:
    """One occurrence, as its series has it. `at`: when it was to start."""

    id: str
    series: str
    at: datetime | date
    until: datetime | date
    zone: str | None

    def body(self) -> Json:
        """The members in which it differs from the series."""
        start = when(self.at, self.zone)
        return {
            "id": self.id,
            "recurringEventId": self.series,
            "originalStartTime": start,
            "start": start,
            "end": when(self.until, self.zone),
        }


def instances(
    calendar: Calendar, stored: Stored, least: datetime | None = None, most: datetime | None = None
) -> Iterator[Instance]:
    """Those of a series that touch the time between, in order; none of a cancelled one."""
    if not stored.is_series or stored.cancelled:
        return
    body = stored.body
    first, end = moment(body["start"]), moment(body["end"])
    zone = body["start"].get("timeZone")
    length = end - first
    limit = most or calendar.now() + HORIZON
    rule = rrulestr(
        "\n".join(body["recurrence"]),
        dtstart=first if isinstance(first, datetime) else datetime.combine(first, time()),
        forceset=True,
        tzids=ZoneInfo,
    )
    for found in rule:
        at = found if isinstance(first, datetime) else found.date()
        if as_instant(at, calendar.zone) >= limit:
            return
        if least is None or as_instant(at + length, calendar.zone) > least:
            yield Instance(f"{body['id']}_{_stamp(at)}", body["id"], at, at + length, zone)


def when(at: datetime | date, zone: str | None = None) -> Json:
    """An EventDateTime."""
    if not isinstance(at, datetime):
        return {"date": at.isoformat()}
    local = at.astimezone(ZoneInfo(zone)) if zone else at
    return {"dateTime": local.isoformat(), **({"timeZone": zone} if zone else {})}


def moment(at: Json) -> datetime | date:
    """An EventDateTime read; in its zone where it names one."""
    if "date" in at:
        return date.fromisoformat(at["date"])
    read = datetime.fromisoformat(at["dateTime"])
    return read.astimezone(ZoneInfo(at["timeZone"])) if "timeZone" in at else read


def as_instant(at: datetime | date, zone: str) -> datetime:
    """When a day begins in that zone; an instant as it is."""
    if isinstance(at, datetime):
        return at
    return datetime(at.year, at.month, at.day, tzinfo=ZoneInfo(zone))


def _stamp(at: datetime | date) -> str:
    if isinstance(at, datetime):
        return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return at.strftime("%Y%m%d")
