"""A support module: calendar items as answers show them: series, occurrences and exceptions."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fakes.exchange import views
from fakes.exchange.call import Trouble
from fakes.exchange.ids import occurrence_id
from fakes.exchange.people import mailbox, names
from fakes.exchange.props import SETS, Extended
from fakes.exchange.recurrence import Instance, ends, instances
from fakes.exchange.store import Item, Store
from fakes.exchange.views import View
from fakes.exchange.xml import Element, instant, t, when

from connectors.formats.windows_zones import WINDOWS_ZONES

# How far a series without an end is looked at for its last change.
_NATIVE: Final = bytes.fromhex("040000008200E00074C5B7101A82E008")


def zone_name(item: Item) -> str:
    """The Windows name of the zone it is written in."""
    for name in ("StartTimeZone", "MeetingTimeZone"):
        if name in item.props:
            found = item.props[name]
            return str(found.get("Id") or found.get("TimeZoneName") or "UTC")
    return "UTC"


def zone_of(item: Item) -> ZoneInfo:
    """The zone it is written in."""
    return ZoneInfo(WINDOWS_ZONES.get(zone_name(item).lower(), "UTC"))


def start_of(item: Item) -> datetime:
    return when(item.text("Start"))


def end_of(item: Item) -> datetime:
    return when(item.text("End"))


def planned(item: Item) -> Iterator[Instance]:
    """The instances of a series, those that do not take place as well."""
    return instances(item.props["Recurrence"], start_of(item), end_of(item), zone_of(item))


def stamp(at: datetime) -> str:
    """As it stands in the id of an occurrence."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def instance_at(item: Item, original: datetime) -> Instance:
    """The instance that was to start then. Raise Trouble."""
    if "Recurrence" in item.props:
        for one in planned(item):
            if one.start == original:
                return one
            if one.start > original:
                break
    raise Trouble("ErrorItemNotFound")


def expanded(
    store: Store, item: Item, least: datetime, most: datetime
) -> Iterator[tuple[datetime, View]]:
    """What a calendar view of that span shows of an item, with the time it starts."""
    if "Recurrence" not in item.props:
        if _touches(start_of(item), end_of(item), least, most):
            yield start_of(item), calendar_view(store, item)
        return
    far = max([most, *(one + timedelta(seconds=1) for one in item.exceptions)])
    for one in planned(item):
        if one.start >= far:
            return
        if one.start in item.deleted:
            continue
        changed = item.exceptions.get(one.start, {})
        start = when(changed["Start"].text) if "Start" in changed else one.start
        end = when(changed["End"].text) if "End" in changed else one.end
        if _touches(start, end, least, most):
            yield start, calendar_view(store, item, one)


def calendar_view(store: Store, item: Item, instance: Instance | None = None) -> View:
    """A single item or a series; one instance of a series, where it is given."""
    props = dict(item.props)
    kind = "RecurringMaster" if "Recurrence" in props else "Single"
    found, key = item.id, item.change_key
    if instance is not None:
        changed = item.exceptions.get(instance.start)
        kind = "Occurrence" if changed is None else "Exception"
        props.pop("Recurrence")
        props["Start"], props["End"] = t("Start", instance.start), t("End", instance.end)
        props["OriginalStart"] = t("OriginalStart", instance.start)
        if changed is not None:
            props.update(changed)
            props["RecurrenceId"] = t("RecurrenceId", instance.start)
        found = occurrence_id(item.id, stamp(instance.start))
    props["CalendarItemType"] = t("CalendarItemType", kind)
    lazy = {
        **views.grouped(_MEETING, lambda: _meeting(store, item, props)),
        **views.grouped(_TIMES, lambda: _times(item, props)),
    }
    if kind == "RecurringMaster":
        lazy |= {
            "FirstOccurrence": lambda: _edge(item, "FirstOccurrence"),
            "LastOccurrence": lambda: _edge(item, "LastOccurrence"),
            "ModifiedOccurrences": lambda: _modified(item),
            "DeletedOccurrences": lambda: _deleted(item),
        }
    props.setdefault("UID", t("UID", native_uid(item.created, item.id)))
    return View(found, key, store, item, props, lazy, lambda: _global_id(props))


_MEETING: Final = (
    "DateTimeStamp",
    "IsAllDayEvent",
    "LegacyFreeBusyStatus",
    "IsMeeting",
    "IsCancelled",
    "IsRecurring",
    "MeetingRequestWasSent",
    "IsResponseRequested",
    "MyResponseType",
    "AppointmentSequenceNumber",
    "AppointmentState",
    "AllowNewTimeProposal",
    "IsOnlineMeeting",
    "IsOrganizer",
    "Location",
    "Organizer",
    "DisplayTo",
    "DisplayCc",
)
_TIMES: Final = (
    "Duration",
    "StartWallClock",
    "EndWallClock",
    "StartTimeZoneId",
    "EndTimeZoneId",
    "TimeZone",
    "EndTimeZone",
)


def _meeting(store: Store, item: Item, props: dict[str, Element]) -> dict[str, Element]:
    def text(name: str) -> str:
        return (props[name].text or "") if name in props else ""

    kind = text("CalendarItemType")
    attendees = any(name in props for name in ("RequiredAttendees", "OptionalAttendees"))
    own = "Organizer" not in props
    meeting = attendees or not own
    cancelled = text("IsCancelled") == "true"
    everybody = [*props.get("RequiredAttendees", ()), *props.get("OptionalAttendees", ())]
    made = {
        "DateTimeStamp": t("DateTimeStamp", item.modified),
        "IsAllDayEvent": t("IsAllDayEvent", False),
        "LegacyFreeBusyStatus": t("LegacyFreeBusyStatus", "Busy"),
        "IsMeeting": t("IsMeeting", meeting),
        "IsCancelled": t("IsCancelled", False),
        "IsRecurring": t("IsRecurring", kind != "Single"),
        "MeetingRequestWasSent": t("MeetingRequestWasSent", meeting and own),
        "IsResponseRequested": t("IsResponseRequested", True),
        "MyResponseType": t("MyResponseType", "Organizer" if own else "NoResponseReceived"),
        "AppointmentSequenceNumber": t("AppointmentSequenceNumber", 0),
        "AppointmentState": t("AppointmentState", meeting + 2 * (not own) + 4 * cancelled),
        "AllowNewTimeProposal": t("AllowNewTimeProposal", True),
        "IsOnlineMeeting": t("IsOnlineMeeting", "JoinOnlineMeetingUrl" in props),
        "IsOrganizer": t("IsOrganizer", own),
        "Location": t("Location", ""),
        "DisplayTo": t("DisplayTo", names(everybody)),
        "DisplayCc": t("DisplayCc", ""),
    }
    if own:
        made["Organizer"] = t("Organizer", mailbox("", store.address))
        if not meeting:
            made["MyResponseType"] = t("MyResponseType", "Unknown")
    return made


def _times(item: Item, props: dict[str, Element]) -> dict[str, Element]:
    zone = zone_of(item)
    start, end = when(props["Start"].text), when(props["End"].text)
    made = {
        "Duration": t("Duration", _duration(end - start)),
        "StartWallClock": t("StartWallClock", _wall(start, zone)),
        "EndWallClock": t("EndWallClock", _wall(end, zone)),
        "StartTimeZoneId": t("StartTimeZoneId", zone_name(item)),
        "EndTimeZoneId": t("EndTimeZoneId", zone_name(item)),
        "TimeZone": t("TimeZone", zone_name(item)),
    }
    if "StartTimeZone" in props and "EndTimeZone" not in props:
        made["EndTimeZone"] = t("EndTimeZone", Id=zone_name(item), Name=zone_name(item))
    return made


def native_uid(at: datetime, of: str) -> str:
    """A UID as Outlook makes it: its GlobalObjectId in hexadecimal digits."""
    filetime = int((at - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    data = of.encode()[-16:].rjust(16, b"\0")
    tail = filetime.to_bytes(8, "little") + bytes(8) + len(data).to_bytes(4, "little") + data
    return (_NATIVE + bytes(4) + tail).hex().upper()


def _global_id(props: dict[str, Element]) -> dict[Extended, list[str]]:
    """PidLidGlobalObjectId and PidLidCleanGlobalObjectId ([MS-OXOCAL] 2.2.1.27 and 28)."""
    uid = props["UID"].text if "UID" in props else None
    if not uid:
        return {}
    if uid.upper().startswith(_NATIVE.hex().upper()):
        clean = bytes.fromhex(uid)
    else:
        foreign = b"vCal-Uid\x01\0\0\0" + uid.encode() + b"\0"
        clean = _NATIVE + bytes(4) + bytes(16) + len(foreign).to_bytes(4, "little") + foreign
    whole = clean
    original = props.get("OriginalStart", props.get("RecurrenceId"))
    if original is not None:
        day = when(original.text)
        date = day.year.to_bytes(2, "big") + bytes([day.month, day.day])
        whole = clean[:16] + date + clean[20:]
    made = {}
    for number, value in ((0x3, whole), (0x23, clean)):
        name = Extended("Binary", set=SETS["Meeting"], number=number)
        made[name] = [base64.b64encode(value).decode()]
    return made


def _info(item: Item, one: Instance, tag: str) -> Element:
    changed = item.exceptions.get(one.start, {})
    start: Element = changed.get("Start", t("Start", one.start))
    end: Element = changed.get("End", t("End", one.end))
    return t(
        tag,
        t("ItemId", Id=occurrence_id(item.id, stamp(one.start)), ChangeKey=item.change_key),
        t("Start", start.text),
        t("End", end.text),
        t("OriginalStart", one.start),
    )


def _edge(item: Item, tag: str) -> Element | None:
    """The first or last that takes place."""
    if tag == "LastOccurrence" and not ends(item.props["Recurrence"]):
        return None
    there = [one for one in planned(item) if one.start not in item.deleted]
    if not there:
        return None
    return _info(item, there[0 if tag == "FirstOccurrence" else -1], tag)


def _modified(item: Item) -> Element | None:
    last = max(item.exceptions, default=None)
    if last is None:
        return None
    made = []
    for one in planned(item):
        if one.start > last:
            break
        if one.start in item.exceptions:
            made.append(_info(item, one, "Occurrence"))
    return t("ModifiedOccurrences", made)


def _deleted(item: Item) -> Element | None:
    if not item.deleted:
        return None
    gone = [t("DeletedOccurrence", t("Start", one)) for one in sorted(item.deleted)]
    return t("DeletedOccurrences", gone)


def _touches(start: datetime, end: datetime, least: datetime, most: datetime) -> bool:
    return start < most and (end > least or start == end == least)


def _duration(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    time = f"{hours}H" * bool(hours) + f"{left}M" * bool(left)
    return "P" + f"{days}D" * bool(days) + ("T" + time if time else "") if minutes else "PT0S"


def _wall(at: datetime, zone: ZoneInfo) -> str:
    return instant(at.astimezone(zone).replace(tzinfo=UTC))
