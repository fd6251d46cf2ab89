"""Times as Graph tells them: a wall clock and the zone that it stands in, by whatever name.

dateTimeTimeZone: learn.microsoft.com/graph/api/resources/datetimetimezone. UTC is asked for, and
what comes instead is read as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from connectors.formats.times import utc
from connectors.formats.zones import zone_named

_CUSTOM: Final = "tzone://microsoft/custom"  # nothing more is known of it
_PREFIX: Final = "tzone://microsoft/"


def wall_of(at: Mapping[str, Any]) -> datetime:
    """The clock, without a zone: in the zone that is named. Raises ValueError, KeyError."""
    told = datetime.fromisoformat(str(at["dateTime"]))
    if told.tzinfo is not None:
        told = told.astimezone(zone_of(at) or told.tzinfo)
    return told.replace(tzinfo=None)


def zone_of(at: Mapping[str, Any]) -> tzinfo | None:
    """The zone, None where its name says nothing."""
    name = str(at.get("timeZone") or "").strip()
    if name.lower() == _CUSTOM:
        return None
    if name.lower().startswith(_PREFIX):
        name = name[len(_PREFIX) :]
    return zone_named(name) if name else None


def moment_of(at: Mapping[str, Any], zone: tzinfo) -> datetime:
    """The moment, in UTC. `zone` is where a clock stands of which that is not told. Raises
    ValueError, KeyError."""
    told = datetime.fromisoformat(str(at["dateTime"]))
    if told.tzinfo is not None:
        return utc(told.replace(tzinfo=None), told.tzinfo)
    return utc(told, zone_of(at) or zone)
