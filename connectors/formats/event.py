"""One VEVENT (RFC 5545 section 3.6.1) as a `Meeting`, times and recurrence aside.

The DESCRIPTION is searched for a conference link and dropped.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple

from connectors.formats.conference import any_link, conference_link, page_link, phone_number
from connectors.formats.invitees import attendees_of, mailbox_of
from connectors.formats.kinds import kind_of_category
from connectors.formats.lines import Component, unescape
from connectors.formats.times import DAY, NOTHING, Length, Moment, duration, moment, utc
from connectors.formats.words import clean
from connectors.formats.zones import Zones
from connectors.records import Mailbox, Meeting

NO_START: Final = "an event without a start"

_UID_LIMIT: Final = 1000
_TITLE_LIMIT: Final = 1000
_PLACE_LIMIT: Final = 500
_HOUR: Final = timedelta(hours=1)
_CANCELLED: Final = frozenset(("CANCELLED", "CANCELED", "DELETED"))
_ALL_DAY: Final = ("X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT")
_ANSWERS: Final = frozenset(("REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER"))
_TRANSPARENT: Final = frozenset(("TRANSPARENT", "1"))  # vCalendar 1.0 counts
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
_CONFERENCE_PROPERTIES: Final = (
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-ONLINEMEETINGINTERNALLINK",
)


class Entry(NamedTuple):
    """A VEVENT and what its calendar says about all of them."""

    event: Component
    zones: Zones
    method: str  # METHOD, upper case

    @property
    def uid(self) -> str:
        """UID, "" where there is none."""
        return self.event.text("UID", _UID_LIMIT)


class Span(NamedTuple):
    """When an event begins and how long it lasts."""

    start: Moment
    length: Length
    all_day: bool

    def at(self, wall: datetime) -> tuple[datetime, datetime]:
        """(start, end) in UTC of the instance that begins at `wall`. Raises ValueError."""
        begins = utc(wall, self.start.zone)
        days, exact = self.length
        try:
            if not days:
                return begins, begins + exact
            return begins, utc(wall + timedelta(days=days), self.start.zone) + exact
        except OverflowError as error:
            raise ValueError("an end out of range") from error


def read_event(entry: Entry, span: Span) -> Meeting:
    """The master or the override as it stands; `recurrence_id` is left "".

    Raises ValueError for times out of range.
    """
    event, method = entry.event, entry.method
    start, end = span.at(span.start.wall)
    title = event.text("SUMMARY", _TITLE_LIMIT)
    place = event.text("LOCATION", _PLACE_LIMIT) or _apple_place(event)
    link, phone = _ways(event, title, place)
    busy = _busy(event, method)
    status = event.word("STATUS")
    organizer = mailbox_of(event.first("ORGANIZER"))
    return Meeting(
        uid=entry.uid or _made_up(start, title, organizer),
        recurrence_id="",
        start=start,
        end=max(start, end),
        all_day=span.all_day,
        title=title,
        place=place,
        link=link,
        phone=phone,
        organizer=organizer,
        attendees=attendees_of(event),
        status="cancelled" if method == "CANCEL" or status in _CANCELLED
        else "tentative" if status == "TENTATIVE" else "confirmed",
        busy=busy,
        kind=_kind(event, busy),
        sequence=sequence_of(event),
        modified=modified(entry),
        url=page_link(page.text) if (page := event.first("URL")) else "",
    )  # fmt: skip


def read_span(entry: Entry) -> Span:
    """When it is. With neither DTEND nor DURATION a date lasts a day, a time nothing at all.

    Raises ValueError where no start can be read.
    """
    event, zones = entry.event, entry.zones
    found = event.first("DTSTART") or event.first("RECURRENCE-ID")
    if found is None:
        raise ValueError(NO_START)
    start = moment(found, zones)
    length = _length(event, start, zones)
    if start.is_date:
        days = length.days + max(0, -(-length.exact // DAY))
        return Span(start, Length(max(1, days)), True)
    flagged = any(event.word(name) == "TRUE" for name in _ALL_DAY)
    return Span(start, length, flagged or _whole_days(start, length, zones))


def _length(event: Component, start: Moment, zones: Zones) -> Length:
    if found := event.first("DTEND"):
        try:
            end = moment(found, zones)
            if start.is_date:
                return Length(max(0, (end.wall.date() - start.wall.date()).days))
            if end.is_date:  # until that day begins
                end = start.at(end.wall)
            return Length(0, max(NOTHING, end.utc - start.utc))
        except ValueError:
            pass  # an end that cannot be read is as good as none
    if found := event.first("DURATION"):
        return duration(found.value)
    return Length()


def _whole_days(start: Moment, length: Length, zones: Zones) -> bool:
    """From midnight to midnight, as Outlook and others write a whole day with times."""
    days, exact = length
    if exact < 23 * _HOUR and not days:
        return False
    try:
        begins = start.utc
        ends = start.at(start.wall + timedelta(days=days)).utc + exact
        for zone in (start.zone, zones.local, zones.owner):
            first, last = begins.astimezone(zone), ends.astimezone(zone)
            if first.time() == last.time() == time() and last.date() > first.date():
                return True
    except OverflowError:
        pass
    return False


def sequence_of(event: Component) -> int:
    """SEQUENCE, 0 where it is absent or no number."""
    word = event.word("SEQUENCE")
    return int(word) if word.isdecimal() and len(word) < 10 else 0


def modified(entry: Entry) -> datetime | None:
    """When this version was written: LAST-MODIFIED, else DTSTAMP, which many exporters renew each
    time. An answer is as new as its DTSTAMP (RFC 5546 section 2.1.5)."""
    names = ("LAST-MODIFIED", "DTSTAMP")
    for name in reversed(names) if entry.method in _ANSWERS else names:
        found = entry.event.first(name)
        try:
            if found is not None:
                return moment(found, entry.zones).utc
        except ValueError:
            continue  # a broken stamp does not spoil the event
    return None


def _made_up(start: datetime, title: str, organizer: Mailbox | None) -> str:
    named = f"{start.isoformat()}\n{title}\n{organizer.addr if organizer else ''}"
    return "none:" + blake2b(named.encode(), digest_size=16).hexdigest()


def _apple_place(event: Component) -> str:
    """The name beside a point on Apple's map."""
    found = event.first("X-APPLE-STRUCTURED-LOCATION")
    title = found.params.get("X-TITLE", "") if found else ""
    return clean(unescape(title))[:_PLACE_LIMIT].rstrip()


def _ways(event: Component, title: str, place: str) -> tuple[str, str]:
    """(conference link, telephone number)."""
    phone = phone_number(place) or phone_number(title)
    for name in _CONFERENCE_PROPERTIES:
        if (found := event.first(name)) and (link := any_link(found.text)):
            return link, phone
    for value in event.every("CONFERENCE"):  # RFC 7986 section 5.11
        if link := any_link(value.text):
            return link, phone
        phone = phone or phone_number(value.text)
    for name in ("URL", "LOCATION", "DESCRIPTION", "X-ALT-DESC"):
        for value in event.every(name):
            if "://" in value.value and (link := conference_link(value.text)):
                return link, phone
    return "", phone


def _busy(event: Component, method: str) -> str:
    busy = event.word("X-MICROSOFT-CDO-BUSYSTATUS") or event.word(
        "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS"
    )
    intended = event.word("X-MICROSOFT-CDO-INTENDEDSTATUS")
    # In a request the busy status is Outlook's "not answered yet"; what is meant is the other.
    for status in (intended, busy) if method == "REQUEST" else (busy, intended):
        if status in _BUSY:
            return _BUSY[status]
    return "free" if event.word("TRANSP") in _TRANSPARENT else "busy"


def _kind(event: Component, busy: str) -> str:
    for name in event.lines:
        if name.startswith("X-GOOGLE") and "TYPE" in name:
            told = event.word(name).replace("_", "").replace("-", "").lower()
            if kind := _GOOGLE_KINDS.get(told):
                return kind
    if "X-NEXTCLOUD-BC-FIELD-TYPE" in event:  # made from the birthdays of cards
        return "birthday"
    for value in event.every("CATEGORIES"):
        for category in re.split(r"(?<!\\),", value.value[:_PLACE_LIMIT]):
            if kind := kind_of_category(unescape(category)):
                return kind
    return "oof" if busy == "oof" else "default"
