"""One event of Microsoft Graph as a `Meeting`, told as its twin in iCalendar would be: through both
it is the same meeting.

Members: learn.microsoft.com/graph/api/resources/event. The body is searched for a conference link
and dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.addresses import address
from connectors.formats.conference import any_link, conference_link, page_link, phone_number
from connectors.formats.global_object_id import uid_of
from connectors.formats.kinds import kind_of_category
from connectors.formats.times import stamp, utc
from connectors.formats.words import clean
from connectors.graph.moments import moment_of, wall_of, zone_of
from connectors.records import Attendee, Mailbox, Meeting, PartStat

# What is asked for of an event, where that may be said.
FIELDS: Final = (
    "id,subject,body,start,end,isAllDay,isCancelled,isDraft,isOrganizer,hideAttendees,iCalUId,type,"
    "seriesMasterId,originalStart,originalStartTimeZone,organizer,attendees,responseStatus,showAs,"
    "categories,location,locations,onlineMeeting,onlineMeetingUrl,webLink,lastModifiedDateTime"
)
# By which a listing of ids tells what there is to tell of them.
ID_FIELDS: Final = "id,type,isDraft,start,end,organizer,attendees"

MASTER: Final = "seriesMaster"
_INSTANCES: Final = frozenset(("occurrence", "exception"))
# What an instance that tells next to nothing of itself does not have of its series.
_ITS_OWN: Final = frozenset(("id", "start", "end", "type", "seriesMasterId", "originalStart"))

_TITLE_LIMIT: Final = 1000
_PLACE_LIMIT: Final = 500
_NAME_LIMIT: Final = 200
_UID_LIMIT: Final = 1000
_GUESTS_LIMIT: Final = 2_000
_BUSY: Final = {
    "free": "free",
    "tentative": "tentative",
    "oof": "oof",
    "workingElsewhere": "elsewhere",
}
_ANSWERS: Final = {
    "accepted": PartStat.ACCEPTED,
    "organizer": PartStat.ACCEPTED,
    "declined": PartStat.DECLINED,
    "tentativelyAccepted": PartStat.TENTATIVE,
}
_INVITED: Final = frozenset((*_ANSWERS, "notResponded")) - {"organizer"}
# Guests of whom nothing is told, however many: a group. Nobody has an address there (RFC 6761).
_OTHERS: Final = Attendee(Mailbox("guests@ignored.invalid"), kind="group")

Event = Mapping[str, Any]


class Holder(NamedTuple):
    """In whose calendar an event is: by their address, "" where that is not told. `own`: it is the
    account's own. `also`: other addresses of theirs, in lower case."""

    addr: str
    own: bool = True
    also: frozenset[str] = frozenset()

    def is_called(self, addr: str) -> bool:
        """Whether that is an address of theirs."""
        return bool(self.addr) and (addr.lower() == self.addr.lower() or addr.lower() in self.also)


class Span(NamedTuple):
    """When an event takes place, in UTC."""

    start: datetime
    end: datetime
    all_day: bool

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it has a part in between."""
        return self.start < end and self.end > start


def is_removed(event: Event) -> bool:
    """Whether it is not there any more, or not in the window: then nothing but its id is told."""
    return "@removed" in event


def series_of(event: Event) -> str:
    """The id of the series that it is an instance of, "" for none."""
    return str(event.get("seriesMasterId") or "") if event.get("type") in _INSTANCES else ""


def is_bare(event: Event) -> bool:
    """Whether it does not say what it is: delta tells of an occurrence nothing but when it is."""
    return bool(series_of(event)) and not ("organizer" in event and "isAllDay" in event)


def whole(event: Event, master: Event) -> Event:
    """An instance with what it does not tell of itself, which is as in its series."""
    of_series = {
        name: value
        for name, value in master.items()
        if name not in _ITS_OWN and not name.startswith("@")
    }
    return {**of_series, **event, "seriesAllDay": bool(master.get("isAllDay"))}


def is_note_of_others(event: Event, holder: Holder) -> bool:
    """Whether nobody is invited, and it stands in somebody else's calendar: a colleague's holidays
    are not the owner's, nor is their coffee."""
    return not holder.own and not event.get("attendees")


def is_unsent(event: Event) -> bool:
    """Whether it is a draft: nobody knows of it yet."""
    return event.get("isDraft") is True


def span_of(event: Event, zone: ZoneInfo) -> Span:
    """When it is. A date is a day where the owner is: `zone`. Raises `BadItem`."""
    try:
        if event.get("isAllDay"):
            begins, ends = (_midnight(event, event[name], zone) for name in ("start", "end"))
        else:
            begins, ends = (moment_of(event[name], zone) for name in ("start", "end"))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadItem("", "an event without a start and an end that can be read") from error
    return Span(begins, max(begins, ends), bool(event.get("isAllDay")))


def meeting_of(event: Event, zone: ZoneInfo, holder: Holder) -> Meeting:
    """An event that tells what it is. Raises `BadItem`."""
    span = span_of(event, zone)
    try:
        return _meeting(event, span, zone, holder)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadItem("", "an event that cannot be read") from error


def _meeting(event: Event, span: Span, zone: ZoneInfo, holder: Holder) -> Meeting:
    series = series_of(event)
    title = _text(event.get("subject"), _TITLE_LIMIT)
    place = _text((event.get("location") or {}).get("displayName"), _PLACE_LIMIT)
    link, phone = _ways(event, title, place)
    busy = _BUSY.get(str(event.get("showAs")), "busy")
    attendees = _attendees(event, holder)
    return Meeting(
        uid=_uid(event, series),
        recurrence_id=_original(event, zone) if series else "",
        start=span.start,
        end=span.end,
        all_day=span.all_day,
        title=title,
        place=place,
        link=link,
        phone=phone,
        # RFC 5545 section 3.8.4.3: an entry without invitees has none, though Graph names one.
        organizer=_organizer(event, holder) if attendees else None,
        attendees=attendees,
        status="cancelled" if event.get("isCancelled") is True else "confirmed",
        busy=busy,
        kind=_kind(event, busy),
        recurring=bool(series),
        modified=_modified(event),
        url=page_link(str(event.get("webLink") or "")),
        aliases=_aliases(event, holder) if attendees else (),
    )


def _uid(event: Event, series: str) -> str:
    told = clean(str(event.get("iCalUId") or ""))[:_UID_LIMIT]
    return uid_of(told) or f"{series or event['id']}@graph.microsoft.com"


def _midnight(event: Event, at: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    """When a day begins where the owner is."""
    return utc(datetime.combine(_day(event, wall_of(at), zone_of(at), zone), time()), zone)


def _day(event: Event, wall: datetime, told: tzinfo | None, zone: ZoneInfo) -> date:
    """The day that is meant by a time at its beginning: where it is told, where it was written, or
    where the owner is."""
    if wall.time() == time():
        return wall.date()
    at = utc(wall, told or UTC)
    written = zone_of({"timeZone": event.get("originalStartTimeZone")})
    for one in (written, zone):
        if one is not None and at.astimezone(one).time() == time():
            return at.astimezone(one).date()
    return wall.date()


def _original(event: Event, zone: ZoneInfo) -> str:
    """When an instance was to start, wherever it was moved to; a day where its series has days."""
    days = event.get("seriesAllDay", event.get("isAllDay"))
    told = event.get("originalStart")
    if not told and days:
        start = event["start"]
        return _day(event, wall_of(start), zone_of(start), zone).isoformat()
    if told:
        at = datetime.fromisoformat(str(told))
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    else:
        at = moment_of(event["start"], zone)
    if days:
        return _day(event, at.replace(tzinfo=None), UTC, zone).isoformat()
    return stamp(at.replace(tzinfo=None), UTC, False)


def _modified(event: Event) -> datetime | None:
    try:
        told = datetime.fromisoformat(str(event.get("lastModifiedDateTime") or ""))
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else None


def _kind(event: Event, busy: str) -> str:
    for category in event.get("categories") or ():
        if kind := kind_of_category(str(category)[:_NAME_LIMIT]):
            return kind
    return "oof" if busy == "oof" else "default"


def _ways(event: Event, title: str, place: str) -> tuple[str, str]:
    """(conference link, telephone number). Whoever may join by video may dial in as well: that
    number makes it no call."""
    online = event.get("onlineMeeting") or {}
    phone = phone_number(place) or phone_number(title)
    link = any_link(str(online.get("joinUrl") or ""))
    link = link or any_link(str(event.get("onlineMeetingUrl") or ""))
    body = (event.get("body") or {}).get("content")
    for text in (*_places(event), body):
        link = link or conference_link(str(text or ""))
    if link:
        return link, phone
    numbers = (online.get("tollNumber"), *(one.get("number") for one in online.get("phones") or ()))
    return "", phone or next(filter(None, (phone_number(str(one or "")) for one in numbers)), "")


def _places(event: Event) -> Iterator[Any]:
    for one in (event.get("location") or {}, *(event.get("locations") or ())):
        yield from (one.get("locationUri"), one.get("displayName"))


def _rooms(event: Event) -> set[str]:
    """The addresses of its places."""
    told: Iterable[Mapping[str, Any]] = (
        event.get("location") or {},
        *(event.get("locations") or ()),
    )
    found = set()
    for one in told:
        if one.get("locationType") == "conferenceRoom":
            found |= {
                str(one.get(name) or "").lower()
                for name in ("locationEmailAddress", "uniqueId", "locationUri")
            }
    return found


def _organizer(event: Event, holder: Holder) -> Mailbox | None:
    """Who convenes it."""
    told = _mailbox(event.get("organizer"), holder)
    if event.get("isOrganizer") is not True or not holder.addr:
        return told
    return Mailbox(holder.addr, told.name if told is not None else "")


def _aliases(event: Event, holder: Holder) -> tuple[tuple[str, Mailbox], ...]:
    """See `Meeting`."""
    if not holder.own or not holder.addr:
        return ()
    guests = map(_mailbox, (event.get("attendees") or ())[:_GUESTS_LIMIT])
    boxes = {box for box in guests if box is not None and holder.is_called(box.addr)}
    if event.get("isOrganizer") is True and (box := _mailbox(event.get("organizer"))) is not None:
        boxes.add(box)
    found = (box for box in boxes if box.addr.lower() != holder.addr.lower())
    return tuple((holder.addr, box) for box in sorted(found, key=lambda box: (box.addr, box.name)))


def _attendees(event: Event, holder: Holder) -> tuple[Attendee, ...]:
    """The guests, each once. Where some are kept from us, there is a group among them. What whoever
    holds the calendar answered is told beside the list."""
    found: dict[str, Attendee] = {}
    rooms = _rooms(event)
    for guest in (event.get("attendees") or ())[:_GUESTS_LIMIT]:
        if (box := _mailbox(guest, holder)) is None:
            continue
        answer = _ANSWERS.get(_response(guest.get("status")), PartStat.UNKNOWN)
        key, told = box.addr.lower(), str(guest.get("type"))
        kind = "resource" if told == "resource" else "room" if key in rooms else "individual"
        one = Attendee(box, answer, kind, told == "optional")
        known = found.setdefault(key, one)
        if known.partstat is PartStat.UNKNOWN and answer is not PartStat.UNKNOWN:
            found[key] = one
    if found and holder.addr:
        _answer(event, holder, found)
    if found and event.get("hideAttendees") is True and event.get("isOrganizer") is not True:
        return (*found.values(), _OTHERS)
    return tuple(found.values())


def _answer(event: Event, holder: Holder, found: dict[str, Attendee]) -> None:
    told = _response(event.get("responseStatus"))
    if event.get("isOrganizer") is True or told not in _INVITED:
        return
    answer = _ANSWERS.get(told, PartStat.UNKNOWN)
    key = holder.addr.lower()
    there = found.get(key, Attendee(Mailbox(holder.addr)))
    found[key] = there if answer is PartStat.UNKNOWN else replace(there, partstat=answer)


def _response(status: Any) -> str:
    return str((status or {}).get("response"))


def _mailbox(one: Any, holder: Holder | None = None) -> Mailbox | None:
    """Whoever that is; by the address of the `holder`, where it is them."""
    told = (one or {}).get("emailAddress") or {}
    addr = address(str(told.get("address") or ""))
    if not addr:
        return None
    name = _text(told.get("name"), _NAME_LIMIT)
    name = "" if name.lower() == addr.lower() else name
    if holder is not None and holder.is_called(addr):
        addr = holder.addr
    return Mailbox(addr, name)


def _text(value: Any, limit: int) -> str:
    return clean(str(value or "")[:limit])
