"""A support module: the methods of Calendar for events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from fakes.google import pages
from fakes.google.calendar_lists import bad, calendar_of, fresh, gone, page_token
from fakes.google.calendars import Calendar, Stored
from fakes.google.call import Call, Refused
from fakes.google.event_body import instance, shown, whole
from fakes.google.recurrence import as_instant, instances, moment

if TYPE_CHECKING:
    from fakes.google.documents import Json

# Not together with a sync token.
_FRESH_ONLY: Final = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin",
    "timeMax", "updatedMin",
)  # fmt: skip
# Listings with these end without a token.
_TOKENLESS: Final = ("iCalUID", "orderBy", "q", "updatedMin")
_UNKNOWN: Final = ("privateExtendedProperty", "sharedExtendedProperty", "q")


@dataclass(frozen=True)
class Wanted:
    """What a listing of events is to have."""

    single: bool
    deleted: bool
    told: bool  # deleted events say what they were, to their organizer
    since: int | None  # revision; None: everything
    least: datetime | None
    most: datetime | None
    updated: datetime | None
    kinds: frozenset[str]
    uid: str | None


def list_events(call: Call) -> Json:
    """events.list. What changes while pages are read comes again with the sync token, which says
    how things stood at the first page."""
    calendar = calendar_of(call)
    wanted, at, window = _wanted(call, calendar)
    found = list(_found(calendar, wanted))
    if call.asked("orderBy") == "startTime":
        found.sort(key=lambda body: as_instant(moment(body["start"]), calendar.zone))
    elif call.asked("orderBy") == "updated":
        found.sort(key=lambda body: str(body.get("updated", "")))
    page, at = page_token(call, "eventsPage", at)
    size = min(call.parameters["maxResults"], 2500)
    items, more = pages.page(found, "events", page, size)
    answer: Json = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.revision}"',
        "summary": calendar.entry["summary"],
        "updated": pages.instant(call.account.calendars.now()),
        "timeZone": call.asked("timeZone") or calendar.zone,
        "accessRole": calendar.entry["accessRole"],
        "defaultReminders": calendar.entry.get("defaultReminders", []),
        "items": [shown(call, calendar, one) for one in items],
    }
    if more:
        answer["nextPageToken"] = pages.token({"kind": "eventsPage", "page": more, "at": at})
    elif not any(call.asked(name) for name in _TOKENLESS):
        about = {"kind": "events", "at": at, "made": calendar.now().isoformat(), **window}
        answer["nextSyncToken"] = pages.token({**about, "calendar": calendar.id})
    return answer


def get_event(call: Call) -> Json:
    """events.get, of instances as well."""
    calendar, found = calendar_of(call), call.parameters["eventId"]
    if (stored := calendar.events.get(found)) is not None:
        return shown(call, calendar, whole(stored, calendar))
    series = calendar.events.get(found.rpartition("_")[0])
    for one in instances(calendar, series) if series else ():
        if one.id == found and series:
            return shown(call, calendar, instance(series, one.body()))
    raise Refused(404, "notFound", "Not Found")


def _wanted(call: Call, calendar: Calendar) -> tuple[Wanted, int, Json]:
    """What is asked for, the revision for the next token, and what else that has to keep."""
    given = call.asked("syncToken")
    single = bool(call.asked("singleEvents"))
    window = {name: call.asked(name) for name in ("timeMin", "timeMax")}
    window["single"] = single
    since = None
    if call.asked("orderBy") == "startTime" and not single:
        raise bad("The requested ordering is not available for the particular query.")
    if unknown := [name for name in _UNKNOWN if call.asked(name)]:
        raise NotImplementedError(f"events.list: {unknown[0]} is not known to this fake")
    if given is not None:
        if refused := [name for name in _FRESH_ONLY if call.asked(name)]:
            raise bad(f"Sync token cannot be used with {refused[0]}.")
        about = fresh(pages.read(given, "events"), calendar.now(), calendar.token_life)
        if about["calendar"] != calendar.id or about["at"] <= calendar.dead_before:
            raise gone()
        if about["single"] != single:
            raise bad("singleEvents has to be the same as with the initial request.")
        since = about["at"]
        window = {name: about[name] for name in window}
    if call.asked("showDeleted") is False and given is not None:
        raise bad("showDeleted cannot be false with a sync token.")
    times = [pages.moment(one) if (one := window[n]) else None for n in ("timeMin", "timeMax")]
    if times[0] and times[1] and times[0] >= times[1]:
        raise bad("The specified time range is empty.", "timeRangeEmpty")
    updated = pages.moment(one) if (one := call.asked("updatedMin")) else None
    if updated is not None and updated < calendar.now() - calendar.token_life:
        message = "The requested minimum modification time lies too far in the past."
        raise Refused(410, "updatedMinTooLongAgo", message, domain="calendar")
    kinds = frozenset(call.asked("eventTypes") or ())
    deleted = bool(call.asked("showDeleted")) or since is not None or updated is not None
    told = bool(call.asked("showDeleted"))
    wanted = Wanted(
        single, deleted, told, since, times[0], times[1], updated, kinds, call.asked("iCalUID")
    )
    return wanted, calendar.revision, window


def _found(calendar: Calendar, wanted: Wanted) -> Iterator[Json]:
    """Bodies of what a listing has. With a token: everything that changed, in or out of the window
    of the first listing; instances only within it."""
    for stored in list(calendar.events.values()):
        series = stored.body.get("recurringEventId")
        for body in _bodies(calendar, stored, wanted):
            if body["status"] == "cancelled" and not (
                wanted.deleted or (series is not None and not wanted.single)
            ):
                continue
            if wanted.kinds and body.get("eventType", "default") not in wanted.kinds:
                continue
            if wanted.uid is None or stored.body["iCalUID"] == wanted.uid:
                yield body
    if wanted.since is not None and wanted.single:
        for one in calendar.gone:
            if one.revision > wanted.since:
                base = {"id": one.id, "status": "cancelled", "recurringEventId": one.series}
                yield {**base, "originalStartTime": one.original, "etag": f'"{one.revision}"'}


def _bodies(calendar: Calendar, stored: Stored, wanted: Wanted) -> Iterator[Json]:
    """What one event comes to. Instances that differ stand for themselves."""
    series = calendar.events.get(stored.body.get("recurringEventId", ""))
    if series is not None and series.cancelled:
        return
    if wanted.updated is not None and stored.updated < wanted.updated:
        return
    changed = stored.revision > (wanted.since or 0)
    if stored.is_series and wanted.single:
        for one in instances(calendar, stored, wanted.least, wanted.most) if changed else ():
            if one.id not in calendar.events:
                yield instance(stored, one.body())
        return
    if series is not None and wanted.single:  # a change of the series is one of each instance
        changed |= series.revision > (wanted.since or 0)
    if changed and (wanted.since is not None or _touches(calendar, stored, wanted)):
        yield whole(stored, calendar if wanted.told else None)


def _touches(calendar: Calendar, stored: Stored, wanted: Wanted) -> bool:
    """Whether any of it lies within the time that is asked for."""
    if stored.is_series and not stored.cancelled:
        return any(True for _ in instances(calendar, stored, wanted.least, wanted.most))
    start = as_instant(moment(stored.body["start"]), calendar.zone)
    end = as_instant(moment(stored.body["end"]), calendar.zone)
    early = wanted.least is not None and end <= wanted.least
    return not early and not (wanted.most is not None and start >= wanted.most)


METHODS: Final = {
    "calendar.events.list": list_events,
    "calendar.events.get": get_event,
}
