"""A support module: events as Graph tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from fakes.graph import identity, times
from fakes.graph.call import Call, Json
from fakes.graph.events import Calendar
from fakes.graph.meeting import Event, Instance, Moment, instant

_NEVER: Final = {"response": "none", "time": "0001-01-01T00:00:00Z"}
_HOST: Final = {"response": "organizer", "time": "0001-01-01T00:00:00Z"}
# What others see of a private event in a calendar that is shared with them.
_MASKED: Final[Json] = {
    "subject": "Private Appointment", "bodyPreview": "", "attendees": [], "locations": [],
    "body": {"contentType": "html", "content": ""}, "location": {"displayName": ""},
    "onlineMeeting": None, "isOnlineMeeting": False, "categories": [],
}  # fmt: skip


def told(call: Call, calendar: Calendar, event: Event, one: Instance | None) -> Json:
    """All of an event: `one` of its instances, or the series as a whole."""
    source = one.event if one is not None else event
    moment = one.moment if one is not None else event.moment
    kind = one.type if one is not None else "seriesMaster" if event.repeats else "singleInstance"
    host = source.body["organizer"]["emailAddress"]["address"].lower()
    holders = {call.account.address.lower(), *map(str.lower, call.account.aliases)}
    mine = host in holders
    zone = times.windows_name(moment.zone)
    place = str(source.body.get("place", ""))
    where = {"displayName": place, "locationType": "default", "uniqueIdType": "unknown"}
    url = (source.body.get("onlineMeeting") or {}).get("joinUrl")
    body: Json = {
        "@odata.etag": _etag(source),
        "id": one.id if one is not None else event.id,
        "createdDateTime": times.fine(source.made),
        "lastModifiedDateTime": times.fine(source.changed),
        "changeKey": _etag(source)[3:-1],
        "categories": [],
        "transactionId": None,
        "originalStartTimeZone": zone,
        "originalEndTimeZone": zone,
        "iCalUId": _uid(call, event, one),
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": True,
        "hasAttachments": False,
        "bodyPreview": "",
        "importance": "normal",
        "sensitivity": "normal",
        "isAllDay": moment.whole_days,
        "isCancelled": False,
        "isOrganizer": mine,
        "responseRequested": True,
        "seriesMasterId": event.id if one is not None and one.original is not None else None,
        "showAs": "busy",
        "type": kind,
        "webLink": f"https://outlook.office365.com/owa/?itemid={event.id}&exvsurl=1",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": url is not None,
        "onlineMeetingProvider": "teamsForBusiness" if url else "unknown",
        "allowNewTimeProposals": True,
        "isDraft": False,
        "hideAttendees": False,
        "responseStatus": _HOST if mine else _NEVER,
        "body": {"contentType": "html", "content": ""},
        "location": where,
        "locations": [where] if place else [],
        "attendees": [],
        "onlineMeeting": None,
        **{name: value for name, value in source.body.items() if name != "place"},
        **_when(call, moment),
        "recurrence": event.repeats and _repeats(event) if kind == "seriesMaster" else None,
    }
    if body["sensitivity"] == "private" and calendar.owner != call.account.address:
        body |= _MASKED
    if one is not None and one.original is not None:
        body["originalStart"] = times.instant(instant(one.original, event.moment.zone))
    if kind == "seriesMaster":
        out = sorted(calendar.deleted.get(event.id, ()), key=str)
        body["cancelledOccurrences"] = [f"OID.{event.id}.{at:%Y-%m-%d}" for at in out]
    return body


def slim(call: Call, event: Event, one: Instance) -> Json:
    """All that a delta function tells of an instance that is as its series has it."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": _etag(event),
        "seriesMasterId": event.id,
        "type": "occurrence",
        "id": one.id,
        **_when(call, one.moment),
    }


def _when(call: Call, moment: Moment) -> Json:
    """In UTC, or the zone that is preferred; days are midnight, whatever the zone."""
    name = call.prefer.get("outlook.timezone", "UTC")
    times.zone(name)
    return {"start": _at(moment.start, name), "end": _at(moment.end, name)}


def _at(at: datetime | date, name: str) -> Json:
    return times.when(at, name) if isinstance(at, datetime) else times.day(at, name)


def _uid(call: Call, event: Event, one: Instance | None) -> str:
    """A UID from elsewhere is told as it is, or within one of Exchange's; the ids of instances
    carry their day."""
    own = event.uid.startswith("040000008200E000")
    uid = event.uid if own or call.whims.pick(True, False) else identity.wrapped(event.uid)
    if one is None or one.original is None:
        return uid
    at = one.original
    return identity.of_day(uid, at.date() if isinstance(at, datetime) else at)


def _repeats(event: Event) -> Json:
    assert event.repeats is not None
    span = event.repeats["range"]
    named = times.windows_name(span["recurrenceTimeZone"])
    return {**event.repeats, "range": {**span, "recurrenceTimeZone": named}}


def _etag(event: Event) -> str:
    return f'W/"EZ9r3czxY0m2jz8c45czkwAAFX{event.revision:05x}=="'
