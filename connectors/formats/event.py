"""One VEVENT (RFC 5545 section 3.6.1) as a `Meeting`, times and recurrence aside.

The DESCRIPTION is searched for a conference link and dropped.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.formats.addresses import address
from connectors.formats.conference import any_link, conference_link, phone_number
from connectors.formats.times import DAY, property_utc
from connectors.formats.words import clean
from connectors.records import Attendee, Mailbox, Meeting, PartStat

_TITLE_LIMIT: Final = 1000
_PLACE_LIMIT: Final = 500
_CUTYPES: Final = frozenset(("individual", "group", "room", "resource", "unknown"))
_PARTSTATS: Final = {
    "ACCEPTED": PartStat.ACCEPTED,
    "DECLINED": PartStat.DECLINED,
    "TENTATIVE": PartStat.TENTATIVE,
    "DELEGATED": PartStat.DELEGATED,
}
_BUSY: Final = {
    "FREE": "free",
    "TENTATIVE": "tentative",
    "BUSY": "busy",
    "OOF": "oof",
    "WORKINGELSEWHERE": "elsewhere",
}
_GOOGLE_KINDS: Final = {
    "focustime": "focus",
    "outofoffice": "oof",
    "workinglocation": "location",
    "birthday": "birthday",
}
_CATEGORY_KINDS: Final = {
    "birthday": "birthday", "birthdays": "birthday", "anniversary": "birthday",
    "geburtstag": "birthday", "geburtstage": "birthday", "anniversaire": "birthday",
    "cumpleaños": "birthday", "aniversário": "birthday",
    "travel": "travel", "trip": "travel", "flight": "travel", "reise": "travel",
    "voyage": "travel", "viaje": "travel", "viagem": "travel",
    "focus": "focus", "focus time": "focus", "fokuszeit": "focus",
    "out of office": "oof", "vacation": "oof", "urlaub": "oof",
    "vacances": "oof", "vacaciones": "oof", "férias": "oof",
}  # fmt: skip
_CONFERENCE_PROPERTIES: Final = (
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-ONLINEMEETINGINTERNALLINK",
)


def read_event(event: Any, zone: ZoneInfo, method: str) -> Meeting:
    """The master or the override as it stands; `recurrence_id` is left "".

    `event` is an icalendar component, `method` the calendar's METHOD in upper case. Raises
    whatever icalendar raises for a broken property; ValueError without a DTSTART.
    """
    start, end, all_day = span(event, zone)
    title = text_of(event, "SUMMARY", _TITLE_LIMIT)
    place = text_of(event, "LOCATION", _PLACE_LIMIT)
    link, phone = _ways(event, title, place)
    busy = _busy(event, method)
    cancelled = method == "CANCEL"
    status = str(first(event, "STATUS") or "").strip().upper()
    return Meeting(
        uid=_uid(event, start, title),
        recurrence_id="",
        start=start,
        end=end,
        all_day=all_day,
        title=title,
        place=place,
        link=link,
        phone=phone,
        organizer=_mailbox(first(event, "ORGANIZER")),
        attendees=_attendees(event),
        status="cancelled" if cancelled or status == "CANCELLED"
        else "tentative" if status == "TENTATIVE" else "confirmed",
        busy=busy,
        kind=_kind(event, busy),
        sequence=_number(first(event, "SEQUENCE")),
        modified=_modified(event),
    )  # fmt: skip


def span(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime, bool]:
    """(start, end, all day) in UTC. With neither DTEND nor DURATION a date lasts a day."""
    dtstart = first(event, "DTSTART")
    if dtstart is None:
        raise ValueError("an event without DTSTART")
    dates = not isinstance(dtstart.dt, datetime)
    start = property_utc(dtstart, zone)
    dtend, duration = first(event, "DTEND"), first(event, "DURATION")
    if dtend is not None:
        end = property_utc(dtend, zone)
    elif duration is not None:
        length = duration.td if hasattr(duration, "td") else duration.dt
        end = start + length if isinstance(length, timedelta) else start
    else:
        end = start + DAY if dates else start
    if dates and end <= start:
        end = start + DAY
    flagged = str(first(event, "X-MICROSOFT-CDO-ALLDAYEVENT") or "").upper() == "TRUE"
    return start, max(start, end), dates or flagged


def first(event: Any, name: str) -> Any:
    """The first value of a property that may be repeated, or None."""
    value = event.get(name)
    return (value[0] if value else None) if isinstance(value, list) else value


def every(event: Any, name: str) -> list[Any]:
    """All values of a property, in order."""
    value = event.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(event: Any, name: str, limit: int) -> str:
    """A text property, cleaned and cut."""
    value = first(event, name)
    return "" if value is None else clean(str(value))[:limit].rstrip()


def _uid(event: Any, start: datetime, title: str) -> str:
    if uid := text_of(event, "UID", 1000):
        return uid
    organizer = _mailbox(first(event, "ORGANIZER"))
    named = f"{start.isoformat()}\n{title}\n{organizer.addr if organizer else ''}"
    return "none:" + blake2b(named.encode(), digest_size=16).hexdigest()


def _mailbox(value: Any) -> Mailbox | None:
    if value is None:
        return None
    params = getattr(value, "params", None) or {}
    # Outlook quotes the whole URI at times; `address` drops mailto: in any case.
    addr = address(str(value).strip().strip("'\"<>")) or address(str(params.get("EMAIL", "")))
    if not addr:
        return None
    name = clean(str(params.get("CN", ""))).strip("'\"")[:200]
    return Mailbox(addr, "" if name.lower() == addr.lower() else name)


def _attendees(event: Any) -> tuple[Attendee, ...]:
    found: dict[str, Attendee] = {}
    for value in every(event, "ATTENDEE"):
        mailbox = _mailbox(value)
        if mailbox is None:
            continue
        params = value.params
        kind = str(params.get("CUTYPE", "INDIVIDUAL")).lower()
        found.setdefault(
            mailbox.addr.lower(),
            Attendee(
                mailbox,
                _PARTSTATS.get(str(params.get("PARTSTAT", "")).upper(), PartStat.UNKNOWN),
                kind if kind in _CUTYPES else "unknown",
                str(params.get("ROLE", "")).upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT"),
            ),
        )
    return tuple(found.values())


def _ways(event: Any, title: str, place: str) -> tuple[str, str]:
    """(conference link, telephone number)."""
    phone = phone_number(place) or phone_number(title)
    for name in _CONFERENCE_PROPERTIES:
        if link := any_link(str(first(event, name) or "")):
            return link, phone
    for value in every(event, "CONFERENCE"):  # RFC 7986 section 5.11
        if link := any_link(str(value)):
            return link, phone
        phone = phone or phone_number(str(value))
    for name in ("URL", "LOCATION", "DESCRIPTION"):
        for value in every(event, name):
            if link := conference_link(str(value)):
                return link, phone
    return "", phone


def _busy(event: Any, method: str) -> str:
    busy = str(first(event, "X-MICROSOFT-CDO-BUSYSTATUS") or "").upper()
    intended = str(first(event, "X-MICROSOFT-CDO-INTENDEDSTATUS") or "").upper()
    # In a request the busy status is Outlook's "not answered yet"; what is meant is the other.
    for status in (intended, busy) if method == "REQUEST" else (busy, intended):
        if status in _BUSY:
            return _BUSY[status]
    return "free" if str(first(event, "TRANSP") or "").upper() == "TRANSPARENT" else "busy"


def _kind(event: Any, busy: str) -> str:
    for name in event:
        if name.startswith("X-GOOGLE") and "TYPE" in name:
            told = str(first(event, name)).replace("_", "").replace("-", "").lower()
            if kind := _GOOGLE_KINDS.get(told):
                return kind
    if str(first(event, "X-NEXTCLOUD-BC-FIELD-TYPE") or "").upper() == "BDAY":
        return "birthday"
    for value in every(event, "CATEGORIES"):
        for category in getattr(value, "cats", [value]):
            if kind := _CATEGORY_KINDS.get(clean(str(category)).lower()):
                return kind
    return "oof" if busy == "oof" else "default"


def _number(value: Any) -> int:
    try:
        return max(0, int(str(value)))
    except ValueError:
        return 0


def _modified(event: Any) -> datetime | None:
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        value = first(event, name)
        try:
            if value is not None:
                return property_utc(value, ZoneInfo("UTC")).astimezone(UTC)
        except (ValueError, AttributeError):
            continue  # a broken stamp does not spoil the event
    return None
