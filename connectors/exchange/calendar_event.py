"""One calendar item of EWS as a `Meeting`, told as its twin in iCalendar would be: through both it
is the same meeting.

Elements: learn.microsoft.com/exchange/client-developer/web-service-reference/calendaritem. A body
is searched for a conference link and dropped. An instance of a series that was never changed is
told by its master and by when it is; one that was changed is an item of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.exchange.calendar_guests import Guests, Resolve
from connectors.exchange.element import Element, every, find, flag, moment, moment_of, number, text
from connectors.formats.conference import any_link, conference_link, page_link, phone_number
from connectors.formats.global_object_id import uid_of
from connectors.formats.kinds import kind_of_category
from connectors.formats.times import stamp
from connectors.formats.words import clean
from connectors.formats.zones import zone_named
from connectors.records import Meeting

# What is asked for of an item; everything else stays where it is.
FIELDS: Final = (
    "item:ParentFolderId", "item:Subject", "item:Categories", "item:LastModifiedTime",
    "item:WebClientReadFormQueryString",
    "calendar:UID", "calendar:RecurrenceId", "calendar:Start", "calendar:End",
    "calendar:OriginalStart", "calendar:IsAllDayEvent", "calendar:LegacyFreeBusyStatus",
    "calendar:Location", "calendar:IsMeeting", "calendar:IsCancelled", "calendar:IsRecurring",
    "calendar:CalendarItemType", "calendar:MyResponseType", "calendar:Organizer",
    "calendar:RequiredAttendees", "calendar:OptionalAttendees", "calendar:Resources",
    "calendar:AppointmentSequenceNumber", "calendar:AppointmentState", "calendar:StartTimeZone",
    "calendar:MeetingWorkspaceUrl", "calendar:NetShowUrl", "calendar:JoinOnlineMeetingUrl",
)  # fmt: skip
# Of a series besides.
SERIES_FIELDS: Final = (
    "calendar:FirstOccurrence",
    "calendar:LastOccurrence",
    "calendar:ModifiedOccurrences",
)

_TITLE_LIMIT: Final = 1000
_PLACE_LIMIT: Final = 500
_UID_LIMIT: Final = 1000
_ALMOST_A_DAY: Final = timedelta(hours=23)
_CANCELLED: Final = 4  # a bit of AppointmentState ([MS-OXOCAL] 2.2.1.10)
_BUSY: Final = {
    "Free": "free",
    "Tentative": "tentative",
    "OOF": "oof",
    "WorkingElsewhere": "elsewhere",
}


class Span(NamedTuple):
    """When an event takes place, in UTC."""

    start: datetime
    end: datetime
    all_day: bool = False

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it has a part in between; what takes no time at all is there when it begins."""
        return self.start < end and (self.end > start or self.start >= start)


class Reader:
    """Reads the items of one account. `zone`: where days are days. For the others see `Guests`."""

    def __init__(self, login: str, zone: ZoneInfo, resolve: Resolve = lambda name: "") -> None:
        self._zone = zone
        self._guests = Guests(login, resolve)

    def is_series(self, item: Element) -> bool:
        """Whether it is the master of one."""
        return text(item, "CalendarItemType") == "RecurringMaster"

    def span(self, item: Element) -> Span:
        """When an item, or an occurrence, is. Raises `BadItem`."""
        return self._spanned(item, *_between(text(item, "Start"), text(item, "End")))

    def span_within(self, master: Element, start: str, end: str) -> Span:
        """When an instance is, by the texts of its times. Raises `BadItem`."""
        return self._spanned(master, *_between(start, end))

    def wants_body(self, item: Element) -> bool:
        """Whether a link to join by may be in its text, and nowhere else."""
        if not flag(item, "IsMeeting") and not self._guests.invited(item):
            return False
        return not _link(item, "") and not _is_cancelled(item)

    def single(self, item: Element, body: str = "") -> Meeting:
        """An item that is not the master of a series. Raises `BadItem`."""
        span = self.span(item)
        told = self._read(item, span, body)
        if (at := original_start(item)) is not None:
            return replace(told, recurrence_id=self._named(item, at), recurring=True)
        return told

    def instance(self, master: Element, span: Span, body: str = "") -> Meeting:
        """An instance of a series as its master tells it."""
        told = self._read(master, span, body)
        return replace(told, recurrence_id=self._named(master, span.start), recurring=True)

    def exception(
        self, master: Element, item: Element, original: datetime | None, body: str = ""
    ) -> Meeting:
        """An instance that was changed. `original`: when its master says that it was to start, None
        where only the item tells. Raises `BadItem`."""
        told = self._read(item, self.span(item), body)
        at = original_start(item) or original or told.start
        uid = uid_in(master) or told.uid
        return replace(told, uid=uid, recurrence_id=self._named(master, at), recurring=True)

    def _named(self, item: Element, original: datetime) -> str:
        """The `recurrence_id` of what was to start then: a day where the series is one of days
        (RFC 5545 section 3.8.4.4), whatever became of the instance."""
        if flag(item, "IsAllDayEvent") and (day := self._day(item, original)) is not None:
            return day.isoformat()
        return stamp(original.astimezone(UTC).replace(tzinfo=None), UTC, False)

    def _spanned(self, item: Element, start: datetime, end: datetime) -> Span:
        """A whole day is a day where the owner is, wherever it was written down."""
        flagged = flag(item, "IsAllDayEvent")
        if not flagged and end - start < _ALMOST_A_DAY:
            return Span(start, end)
        for zone in self._zones(item):
            first, last = start.astimezone(zone), end.astimezone(zone)
            if first.time() == last.time() == time() and first.date() < last.date():
                return Span(self._midnight(first.date()), self._midnight(last.date()), True)
        return Span(start, end, flagged)

    def _day(self, item: Element, at: datetime) -> date | None:
        """The day that begins then, in the item's own zone or the owner's; None where none does."""
        for zone in self._zones(item):
            local = at.astimezone(zone)
            if local.time() == time():
                return local.date()
        return None

    def _zones(self, item: Element) -> Iterator[tzinfo]:
        if (found := find(item, "StartTimeZone")) is not None:
            own = zone_named(found.get("Id") or "") or zone_named(found.get("Name") or "")
            if own is not None:
                yield own
        yield self._zone
        yield UTC

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _read(self, item: Element, span: Span, body: str) -> Meeting:
        title = clean(text(item, "Subject")[:_TITLE_LIMIT])
        place = clean(text(item, "Location")[:_PLACE_LIMIT])
        attendees = self._guests.invited(item)
        busy = _BUSY.get(text(item, "LegacyFreeBusyStatus"), "busy")
        return Meeting(
            uid=uid_in(item) or _made_up(item),
            recurrence_id="",
            start=span.start,
            end=span.end,
            all_day=span.all_day,
            title=title,
            place=place,
            link=_link(item, body),
            phone=phone_number(place) or phone_number(title),
            # RFC 5545 section 3.8.4.3: an entry without invitees has none; Exchange names one.
            organizer=self._guests.organizer(item) if attendees else None,
            attendees=attendees,
            status="cancelled" if _is_cancelled(item) else "confirmed",
            busy=busy,
            kind=_kind(item, busy),
            sequence=max(0, number(item, "AppointmentSequenceNumber")),
            modified=_modified(item),
            url=page_link(text(item, "WebClientReadFormQueryString")),
            aliases=self._guests.aliases(item),
        )


def uid_in(item: Element) -> str:
    """The UID as iCalendar has it: for an instance that of its series."""
    return uid_of(clean(text(item, "UID"))[:_UID_LIMIT])


def original_start(item: Element) -> datetime | None:
    """When an instance was to start; None for what is none. One to which alone the owner was
    invited is a single event with a RecurrenceId."""
    instance = text(item, "CalendarItemType") in ("Occurrence", "Exception")
    for name in ("OriginalStart", "RecurrenceId") if instance else ("RecurrenceId",):
        try:
            at = moment(item, name)
        except ValueError:
            continue
        if at is not None:
            return at
    return None


def modified_starts(master: Element) -> dict[str, datetime]:
    """When instances that were changed were to start, by the ids of their items."""
    found: dict[str, datetime] = {}
    for one in every(master, "ModifiedOccurrences/Occurrence"):
        told = find(one, "ItemId")
        try:
            at = moment(one, "OriginalStart")
        except ValueError:
            continue
        if told is not None and at is not None:
            found[told.get("Id") or ""] = at
    return found


def reach(master: Element) -> tuple[datetime | None, datetime | None]:
    """From when until when a series has instances; None where it has no end, or does not say."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for path in ("FirstOccurrence", "LastOccurrence", "ModifiedOccurrences/Occurrence"):
        for one in every(master, path):
            try:
                start, end = moment(one, "Start"), moment(one, "End")
            except ValueError:
                continue
            starts += [start] if start else []
            ends += [end] if end else []
    endless = find(master, "LastOccurrence") is None
    return min(starts, default=None), None if endless else max(ends, default=None)


def _between(first: str, last: str) -> tuple[datetime, datetime]:
    try:
        start, end = moment_of(first), moment_of(last)
    except ValueError as error:
        raise BadItem("", "an event with times that cannot be read") from error
    if start is None or end is None:
        raise BadItem("", "an event without a start or an end")
    return start, max(start, end)


def _made_up(item: Element) -> str:
    told = find(item, "ItemId")
    return "none:" + ("" if told is None else told.get("Id") or "")[-_UID_LIMIT:]


def _is_cancelled(item: Element) -> bool:
    return flag(item, "IsCancelled") or bool(number(item, "AppointmentState") & _CANCELLED)


def _kind(item: Element, busy: str) -> str:
    for one in every(item, "Categories/String"):
        if kind := kind_of_category((one.text or "")[:_PLACE_LIMIT]):
            return kind
    return "oof" if busy == "oof" else "default"


def _modified(item: Element) -> datetime | None:
    try:
        return moment(item, "LastModifiedTime")
    except ValueError:
        return None  # a broken stamp does not spoil the event


def _link(item: Element, body: str) -> str:
    for name in ("JoinOnlineMeetingUrl", "MeetingWorkspaceUrl", "NetShowUrl"):
        if link := any_link(text(item, name)):
            return link
    return conference_link(text(item, "Location")) or conference_link(body)
