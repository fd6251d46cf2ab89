"""A support module: times as Graph writes and reads them, and zones by their Windows names."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fakes.graph.call import Json, Refused

from connectors.formats.windows_zones import WINDOWS_NAMES, WINDOWS_ZONES

# The few that the worlds of tests play in most; the names are Microsoft's (CLDR windowsZones).
WINDOWS: Final = {
    "UTC": "UTC",
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "Central Europe Standard Time": "Europe/Budapest",
    "E. Europe Standard Time": "Europe/Chisinau",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Pacific Standard Time": "America/Los_Angeles",
    "India Standard Time": "Asia/Calcutta",
    "Tokyo Standard Time": "Asia/Tokyo",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Azores Standard Time": "Atlantic/Azores",
}
# Names of places that have no line of their own above.
_ALIKE: Final = {
    "Europe/Lisbon": "GMT Standard Time",
    "Europe/Madrid": "Romance Standard Time",
    "Europe/Rome": "W. Europe Standard Time",
    "Europe/Vienna": "W. Europe Standard Time",
    "Etc/UTC": "UTC",
    "Asia/Kolkata": "India Standard Time",
}


@functools.cache
def zone(name: str) -> ZoneInfo:
    """By its Windows or IANA name. Graph takes both and answers with what it was given."""
    try:
        return ZoneInfo(WINDOWS.get(name) or WINDOWS_ZONES.get(name.lower(), name))
    except (KeyError, ValueError, OSError):
        message = f"A valid TimeZone value must be specified. The following is not: {name!r}."
        raise Refused(400, "ErrorInvalidTimeZone", message) from None


def windows_name(iana: str) -> str:
    """The Windows name of a zone."""
    found = next((w for w, i in WINDOWS.items() if i == iana), _ALIKE.get(iana))
    return found or WINDOWS_NAMES.get(iana, "UTC")


def instant(at: datetime) -> str:
    """A DateTimeOffset, in UTC to the second, as Exchange has them."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fine(at: datetime) -> str:
    """A DateTimeOffset with seven digits behind the second, as To Do has them."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond * 10:07}Z"


def moment(text: str) -> datetime:
    """A DateTimeOffset read; without an offset it is UTC."""
    try:
        whole, _, more = text.removesuffix("Z").partition(".")
        digits = more[: next((i for i, c in enumerate(more) if not c.isdigit()), len(more))]
        at = datetime.fromisoformat(whole + more[len(digits) :])
        at = at.replace(microsecond=int((digits + "000000")[:6]))
    except ValueError:
        message = f"The DateTimeOffset text '{text}' should be in format 'yyyy-mm-ddThh:mm:ss'."
        raise Refused(400, "RequestBodyRead", message) from None
    return at.replace(tzinfo=at.tzinfo or UTC)


def when(at: datetime, name: str = "UTC") -> Json:
    """A dateTimeTimeZone."""
    local = at.astimezone(zone(name)).replace(tzinfo=None)
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": name}


def day(at: date, name: str = "UTC") -> Json:
    """A dateTimeTimeZone that stands for a day: midnight, whatever the zone."""
    return {"dateTime": f"{at:%Y-%m-%d}T00:00:00.0000000", "timeZone": name}


def read(value: Json) -> datetime:
    """A dateTimeTimeZone read."""
    text = str(value["dateTime"])
    if text.endswith("Z") or "+" in text[10:]:
        return moment(text)
    return moment(text).replace(tzinfo=zone(str(value.get("timeZone") or "UTC")))


def days(count: float) -> timedelta:
    """A span."""
    return timedelta(days=count)
