"""A support module: time zones of Windows as Exchange describes them, and GetServerTimeZones."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fakes.exchange.call import Call, message, response
from fakes.exchange.xml import Element, copy, find, m, t

from connectors.formats.windows_zones import WINDOWS_NAMES, WINDOWS_ZONES

_YEAR = 2026
_PERIOD = "trule:Microsoft/Registry/{}/2007-{}"


def definition(tag: str, name: str, *, full: bool = True) -> Element:
    """A TimeZoneDefinition (or StartTimeZone ...) of a Windows name."""
    made = t(tag, Id=name, Name=f"({_shown(name)}) {name}")
    if full:
        made.extend([copy(one) for one in _parts(name)])
    return made


def zone(name: str) -> ZoneInfo | None:
    """By its Windows name."""
    found = WINDOWS_ZONES.get(name.lower())
    return ZoneInfo(found) if found else None


def get_server_time_zones(call: Call) -> Element:
    """GetServerTimeZones: those asked for, or all."""
    ids = find(call.body, "Ids")
    every = sorted(WINDOWS_NAMES.values())
    known = {name.lower(): name for name in every}
    wanted = every if ids is None else [known.get((one.text or "").lower()) for one in ids]
    full = call.body.get("ReturnFullTimeZoneData", "true") == "true"
    made = [definition("TimeZoneDefinition", one, full=full) for one in wanted if one]
    return response(call.name, [message(call.name, m("TimeZoneDefinitions", made))])


@functools.cache
def _parts(name: str) -> tuple[Element, ...]:
    where = zone(name)
    assert where is not None, f"{name!r} is no time zone of Windows"
    changes = _changes(where)
    winter = min(_offset(datetime(_YEAR, 1, 1, tzinfo=UTC), where), _offset(_middle(), where))
    summer = max(_offset(datetime(_YEAR, 1, 1, tzinfo=UTC), where), _offset(_middle(), where))
    ids = {winter: _PERIOD.format(name, "Standard"), summer: _PERIOD.format(name, "Daylight")}
    ids[winter] = _PERIOD.format(name, "Standard")
    periods = [
        t("Period", Bias=_span(-one), Name=ids[one].rpartition("-")[2], Id=ids[one]) for one in ids
    ]
    group = t("TransitionsGroup", Id="0")
    for at, offset in changes:
        group.append(_recurring(at, ids[offset]))
    if not changes:
        group.append(t("Transition", t("To", ids[winter], Kind="Period")))
    start = t("Transition", t("To", "0", Kind="Group"))
    return t("Periods", periods), t("TransitionsGroups", group), t("Transitions", start)


def _recurring(at: datetime, to: str) -> Element:
    """`at`: by the clock as it was before the change."""
    last = (at + timedelta(days=7)).month != at.month
    return t(
        "RecurringDayTransition",
        t("To", to, Kind="Period"),
        t("TimeOffset", _span(timedelta(hours=at.hour, minutes=at.minute))),
        t("Month", at.month),
        t("DayOfWeek", f"{at:%A}"),
        t("Occurrence", -1 if last else (at.day - 1) // 7 + 1),
    )


def _changes(where: ZoneInfo) -> list[tuple[datetime, timedelta]]:
    """When the clock changes in a year, by the old time, and the new offset."""
    found = []
    at = datetime(_YEAR, 1, 1, tzinfo=UTC)
    while at.year == _YEAR:
        after = at + timedelta(hours=1)
        before, then = _offset(at, where), _offset(after, where)
        if before != then:
            found.append(((after + before).replace(tzinfo=None), then))
        at = after
    return found if len(found) == 2 else []


def _middle() -> datetime:
    return datetime(_YEAR, 7, 1, tzinfo=UTC)


def _offset(at: datetime, where: ZoneInfo) -> timedelta:
    return at.astimezone(where).utcoffset() or timedelta()


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' * (minutes < 0)}PT{hours}H{rest}M"


def _shown(name: str) -> str:
    where = zone(name)
    first = datetime(_YEAR, 1, 1, tzinfo=UTC)
    minutes = int(_offset(first, where or ZoneInfo("UTC")).total_seconds())
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes) // 60, 60)
    return f"UTC{sign}{hours:02}:{rest:02}"
