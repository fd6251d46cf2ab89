"""A support module: events as the answers of Calendar have them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from fakes.google import pages
from fakes.google.calendars import Calendar, Stored
from fakes.google.call import Call
from fakes.google.recurrence import when

if TYPE_CHECKING:
    from fakes.google.documents import Json

# Beyond that many guests an event names only the owner.
_GUESTS: Final = 200
# What is told of events that are private, or of calendars that show only when somebody is busy.
_OPEN: Final = (
    "kind", "etag", "id", "status", "htmlLink", "created", "updated", "start", "end",
    "recurrence", "recurringEventId", "originalStartTime", "transparency", "iCalUID", "sequence",
    "eventType",
)  # fmt: skip


def whole(stored: Stored, calendar: Calendar | None = None) -> Json:
    """An event or a series, as everybody has it. Of cancelled ones their organizer is still told
    what they were, if deleted events were asked for: that is the `calendar`."""
    etag = f'"{stored.revision}"'
    own = calendar is not None and stored.body["organizer"]["email"] == calendar.id
    if stored.cancelled and not own:  # nothing else is promised
        kept = ("id", "status", "recurringEventId", "originalStartTime")
        return {"etag": etag, **{name: stored.body[name] for name in kept if name in stored.body}}
    stamps = {"created": pages.instant(stored.created), "updated": pages.instant(stored.updated)}
    return {"etag": etag, **stored.body, **stamps}


def instance(series: Stored, own: Json) -> Json:
    """An occurrence of a series, with what is its own."""
    body = {**whole(series), **own}
    body.pop("recurrence", None)
    return body


def shown(call: Call, calendar: Calendar, body: Json) -> Json:
    """An event as the answer has it: times in one zone, whoever the calendar belongs to told apart,
    crowds and what is private left out."""
    zone = call.asked("timeZone") or calendar.zone
    answer = {"kind": "calendar#event", **body}
    if "iCalUID" in body:
        answer["htmlLink"] = f"https://www.google.com/calendar/event?eid={body['id']}"
    for name in ("start", "end", "originalStartTime"):
        if "dateTime" in body.get(name, {}):
            at = datetime.fromisoformat(body[name]["dateTime"]).astimezone(ZoneInfo(zone))
            answer[name] = {**body[name], "dateTime": when(at)["dateTime"]}
    for name in ("creator", "organizer"):
        if name in body:
            answer[name] = _person(body[name], calendar)
    if "attendees" in body:
        by = body["organizer"]["email"]
        guests = [_guest(one, calendar, by) for one in body["attendees"]]
        if len(guests) > min(_GUESTS, call.asked("maxAttendees") or _GUESTS):
            guests = [one for one in guests if one.get("self")]
            answer["attendeesOmitted"] = True
        answer["attendees"] = guests
    if "iCalUID" in body and _is_closed(calendar, body):
        answer = {name: answer[name] for name in _OPEN if name in answer}
        answer["visibility"] = "private"
    return answer


def _person(one: Json, calendar: Calendar) -> Json:
    """`self` is the calendar in which this copy of the event is, not whoever reads it."""
    return {**one, **({"self": True} if one["email"] == calendar.id else {})}


def _guest(one: Json, calendar: Calendar, organizer: str) -> Json:
    told = _person(one, calendar)
    return {**told, "organizer": True} if one["email"] == organizer else told


def _is_closed(calendar: Calendar, body: Json) -> bool:
    """Whether somebody else's calendar tells no more of it than its time."""
    role = calendar.entry["accessRole"]
    private = body.get("visibility") in {"private", "confidential"}
    return role == "freeBusyReader" or (private and role == "reader")
