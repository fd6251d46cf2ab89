"""One event of the Calendar API as a `Meeting`, told as its twin in iCalendar would be: through
both it is the same meeting.

Members: developers.google.com/workspace/calendar/api/v3/reference/events. The description is
searched for a conference link and dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.addresses import address
from connectors.formats.conference import any_link, conference_link, page_link, phone_number
from connectors.formats.times import stamp, utc
from connectors.formats.words import clean
from connectors.formats.zones import zone_named
from connectors.records import Attendee, Mailbox, Meeting, PartStat

# What is asked for of an event; everything else stays where it is.
FIELDS: Final = (
    "id,etag,status,iCalUID,summary,location,description,htmlLink,updated,sequence,eventType,"
    "transparency,visibility,recurringEventId,originalStartTime,start,end,organizer,creator,"
    "attendees(email,displayName,responseStatus,optional,resource,self),attendeesOmitted,"
    "guestsCanSeeOtherGuests,hangoutLink,conferenceData/entryPoints(entryPointType,uri)"
)

# By which a listing of ids tells what there is to tell of them.
ID_FIELDS: Final = "id,status,iCalUID,summary,organizer/email,creator/email,updated,start,end"

_TITLE_LIMIT: Final = 1000
_PLACE_LIMIT: Final = 500
_NAME_LIMIT: Final = 200
_UID_LIMIT: Final = 1000
_GUESTS_LIMIT: Final = 2_000
_ALMOST_A_DAY: Final = timedelta(hours=23)
# Events that Gmail made are of flights, stays and bookings.
_KINDS: Final = {
    "focusTime": "focus",
    "outOfOffice": "oof",
    "workingLocation": "location",
    "birthday": "birthday",
    "fromGmail": "travel",
}
_STATES: Final = {"tentative": "tentative", "cancelled": "cancelled"}
_ANSWERS: Final = {
    "accepted": PartStat.ACCEPTED,
    "declined": PartStat.DECLINED,
    "tentative": PartStat.TENTATIVE,
}
# Guests of whom nothing is told, however many: a group. Nobody has an address there (RFC 6761).
_OTHERS: Final = Attendee(Mailbox("guests@ignored.invalid"), kind="group")
_CALENDARS: Final = ("@group.calendar.google.com", "@group.v.calendar.google.com")


class Span(NamedTuple):
    """When an event takes place, in UTC."""

    start: datetime
    end: datetime
    all_day: bool

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it has a part in between, as timeMin and timeMax mean it."""
        return self.start < end and self.end > start


def is_cancelled(event: Mapping[str, Any]) -> bool:
    """Whether it is not there any more; of such an event nothing but its id is certain."""
    return event.get("status") == "cancelled"


def is_note_of_others(event: Mapping[str, Any], mine: Collection[str]) -> bool:
    """Whether nobody is invited, and somebody wrote it down who has none of these addresses (in
    lower case): a colleague's holidays are not the owner's, nor is their coffee."""
    if event.get("attendees") or event.get("attendeesOmitted"):
        return False
    return str(event.get("creator", {}).get("email", "")).lower() not in mine


def is_called_off(event: Mapping[str, Any], zone: ZoneInfo) -> bool:
    """Whether it is cancelled, was so before its end, and still tells what it was. Google keeps
    that for some weeks. What was deleted later was tidied away."""
    if not is_cancelled(event) or "iCalUID" not in event:
        return False
    try:
        changed = _modified(event)
        return changed is not None and changed < span_of(event, zone).end
    except BadItem:
        return False


def is_closed(event: Mapping[str, Any]) -> bool:
    """Whether nothing is told of it but its time: it is private in somebody else's calendar. Every
    other one has a creator and an organiser."""
    return not any(event.get(name) for name in ("summary", "organizer", "creator"))


def span_of(event: Mapping[str, Any], zone: ZoneInfo) -> Span:
    """When it is. A date is a day where the owner is: `zone`. Raises `BadItem`."""
    try:
        begins, is_date = _moment(event["start"], zone)
        ends, _ = _moment(event["end"], zone)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadItem("", "an event without a start and an end that can be read") from error
    ends = max(begins, ends)
    zones = (_zone_of(event["start"]), zone)
    whole = is_date or any(one is not None and _is_whole(begins, ends, one) for one in zones)
    return Span(begins, ends, whole)


def meeting_of(event: Mapping[str, Any], zone: ZoneInfo, login: str = "") -> Meeting:
    """An event that tells what it is. `login`: the address of whose own calendar it is in, by which
    they go there whatever address was invited; "" in every other one. Raises `BadItem`."""
    span = span_of(event, zone)
    try:
        return _meeting(event, span, zone, login)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadItem("", "an event that cannot be read") from error


def _meeting(event: Mapping[str, Any], span: Span, zone: ZoneInfo, login: str) -> Meeting:
    series = str(event.get("recurringEventId", ""))
    title = clean(str(event.get("summary", ""))[:_TITLE_LIMIT])
    place = clean(str(event.get("location", ""))[:_PLACE_LIMIT])
    link, phone = _ways(event, title, place)
    kind = _KINDS.get(str(event.get("eventType", "")), "default")
    attendees = _attendees(event, login)
    free = event.get("transparency") == "transparent"
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
        # RFC 5545 section 3.8.4.3: an entry without invitees has none, though Google names one.
        organizer=_organizer(event, login) if attendees else None,
        attendees=attendees,
        status=_STATES.get(str(event.get("status", "")), "confirmed"),
        busy="free" if free else "oof" if kind == "oof" else "busy",
        kind=kind,
        recurring=bool(series),
        sequence=max(0, int(event.get("sequence", 0))),
        modified=_modified(event),
        url=page_link(str(event.get("htmlLink", ""))),
        aliases=_aliases(event, login),
    )


def _uid(event: Mapping[str, Any], series: str) -> str:
    told = clean(str(event.get("iCalUID", "")))[:_UID_LIMIT]
    return told or f"{series or event['id']}@google.com"


def _moment(at: Mapping[str, Any], zone: ZoneInfo) -> tuple[datetime, bool]:
    """An EventDateTime in UTC, and whether it is a date."""
    if day := at.get("date"):
        return utc(datetime.combine(date.fromisoformat(day), time()), zone), True
    told = datetime.fromisoformat(at["dateTime"])
    if told.tzinfo is None:
        return utc(told, _zone_of(at) or zone), False
    return told.astimezone(UTC), False


def _zone_of(at: Mapping[str, Any]) -> tzinfo | None:
    name = at.get("timeZone")
    return zone_named(name) if isinstance(name, str) else None


def _original(event: Mapping[str, Any], zone: ZoneInfo) -> str:
    """When an instance of a series was to start, wherever it was moved to."""
    at = event.get("originalStartTime") or event["start"]
    if day := at.get("date"):
        return date.fromisoformat(day).isoformat()
    return stamp(_moment(at, zone)[0].replace(tzinfo=None), UTC, False)


def _is_whole(begins: datetime, ends: datetime, zone: tzinfo) -> bool:
    """From midnight to midnight, as some write a whole day with times."""
    if ends - begins < _ALMOST_A_DAY:
        return False
    first, last = begins.astimezone(zone), ends.astimezone(zone)
    return first.time() == last.time() == time() and last.date() > first.date()


def _modified(event: Mapping[str, Any]) -> datetime | None:
    try:
        told = datetime.fromisoformat(str(event.get("updated", "")))
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else None


def _ways(event: Mapping[str, Any], title: str, place: str) -> tuple[str, str]:
    """(conference link, telephone number). Whoever may join by video may dial in as well: that
    number makes it no call."""
    points = event.get("conferenceData", {}).get("entryPoints", ())
    told = {str(one.get("entryPointType", "")): str(one.get("uri", "")) for one in reversed(points)}
    phone = phone_number(place) or phone_number(title)
    link = any_link(told.get("video", "")) or any_link(str(event.get("hangoutLink", "")))
    for name in ("location", "description"):
        link = link or conference_link(str(event.get(name, "")))
    if link:
        return link, phone
    return "", phone or phone_number(told.get("phone", ""))


def _organizer(event: Mapping[str, Any], login: str) -> Mailbox | None:
    """Who convenes it. A calendar that several share convenes nothing: whoever wrote it there
    does."""
    told = _mailbox(event.get("organizer", {}), login)
    if told is not None and told.addr.lower().endswith(_CALENDARS):
        return _mailbox(event.get("creator", {})) or told
    return told


def _attendees(event: Mapping[str, Any], login: str) -> tuple[Attendee, ...]:
    """The guests, each once. Where some are kept from us, there is a group among them."""
    found: dict[str, Attendee] = {}
    for guest in event.get("attendees", ())[:_GUESTS_LIMIT]:
        if (box := _mailbox(guest, login)) is not None:
            answer = _ANSWERS.get(str(guest.get("responseStatus", "")), PartStat.UNKNOWN)
            kind = "resource" if guest.get("resource") else "individual"
            one = Attendee(box, answer, kind, bool(guest.get("optional")))
            key = box.addr.lower()
            # What Google holds for their answer goes before one at another address of theirs.
            found[key] = one if _is_self(guest) else found.get(key, one)
    hidden = event.get("guestsCanSeeOtherGuests") is False
    hidden = hidden and not event.get("organizer", {}).get("self")
    if event.get("attendeesOmitted") or hidden:
        return (*found.values(), _OTHERS)
    return tuple(found.values())


def _aliases(event: Mapping[str, Any], login: str) -> tuple[tuple[str, Mailbox], ...]:
    """See `Meeting`."""
    if not login:
        return ()
    told = (event.get("organizer", {}), *event.get("attendees", ())[:_GUESTS_LIMIT])
    boxes = {_mailbox(one) for one in told if _is_self(one) and not one.get("resource")}
    found = {box for box in boxes if box is not None and box.addr.lower() != login.lower()}
    return tuple((login, box) for box in sorted(found, key=lambda box: (box.addr, box.name)))


def _is_self(one: Mapping[str, Any]) -> bool:
    """Whether it is the one in whose calendar this is."""
    return one.get("self") is True


def _mailbox(one: Mapping[str, Any], login: str = "") -> Mailbox | None:
    """Whoever that is; by `login`, where that is given and it is them."""
    addr = address(str(one.get("email", "")))
    if not addr:
        return None
    name = clean(str(one.get("displayName", ""))[:_NAME_LIMIT])
    name = "" if name.lower() == addr.lower() else name
    return Mailbox(login if login and _is_self(one) else addr, name)
