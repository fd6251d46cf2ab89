"""What a meeting mail says by its properties, for servers whose MIME content has no calendar in it.

MeetingRequest, MeetingResponse and MeetingCancellation of types.xsd; see also `calendar_event.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.exchange.calendar_event import FIELDS as CALENDAR
from connectors.exchange.calendar_event import Reader
from connectors.exchange.element import Element, name_of, text
from connectors.records import Attendee, Meeting, Message, PartStat, Seen

FIELDS: Final = (*CALENDAR, "meeting:ResponseType")
_METHODS: Final = {
    "MeetingRequest": "request",
    "MeetingResponse": "reply",
    "MeetingCancellation": "cancel",
}
_ANSWERS: Final = {
    "Accept": PartStat.ACCEPTED,
    "Decline": PartStat.DECLINED,
    "Tentative": PartStat.TENTATIVE,
}


def is_lacking(item: Seen, kind: str) -> bool:
    """Whether a mail of that class should carry a meeting, and does not."""
    told = item.observations
    meant = kind.startswith("ipm.schedule.meeting") and bool(told)
    return meant and not any(isinstance(one, Meeting) for one in told)


def with_meeting(
    item: Seen, element: Element, zone: ZoneInfo, resolve: Callable[[str], str]
) -> Seen:
    """The mail with the meeting that its properties tell of; a series has no single one, and is
    found in the calendar."""
    method = _METHODS.get(name_of(element), "")
    message = item.observations[0]
    series = text(element, "CalendarItemType") == "RecurringMaster"
    if not method or not isinstance(message, Message) or series or not text(element, "UID"):
        return item
    try:
        meeting = replace(Reader("", zone, resolve).single(element), method=method)
    except BadItem:
        return item
    if method == "cancel":
        meeting = replace(meeting, status="cancelled")
    if method == "reply":
        answer = _ANSWERS.get(text(element, "ResponseType"), PartStat.UNKNOWN)
        guests = tuple(Attendee(author, answer) for author in message.from_[:1])
        meeting = replace(meeting, attendees=guests)
    told = replace(message, traits=(("calendar-part", method.upper()), *message.traits))
    return replace(item, observations=(told, *item.observations[1:], meeting))
