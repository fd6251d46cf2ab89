"""A support module: the methods of Calendar for the owner's list, and refusals they share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from fakes.google import pages
from fakes.google.calendars import Calendar
from fakes.google.call import Call, Refused

if TYPE_CHECKING:
    from fakes.google.documents import Json

_ROLES: Final = ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
_LIFE: Final = timedelta(days=28)


def list_calendars(call: Call) -> Json:
    """calendarList.list"""
    account, given = call.account.calendars, call.asked("syncToken")
    since = 0
    if given is not None:
        if call.asked("minAccessRole"):
            raise bad("The minAccessRole parameter cannot be used with a sync token.")
        since = fresh(pages.read(given, "calendars"), account.now(), _LIFE)["at"]
        if since <= account.dead_before:
            raise gone()
    deleted = bool(call.asked("showDeleted")) or given is not None
    hidden = bool(call.asked("showHidden")) or given is not None
    least = _ROLES.index(call.asked("minAccessRole") or _ROLES[0])
    entries = [
        _entry(one)
        for one in account.all.values()
        if one.listed > since
        and (deleted or not one.entry.get("deleted"))
        and (hidden or not one.entry.get("hidden"))
        and _ROLES.index(one.entry["accessRole"]) >= least
    ]
    size = min(call.asked("maxResults") or 100, 250)
    page, at = page_token(call, "calendarsPage", account.revision)
    items, more = pages.page(entries, "calendars", page, size)
    answer: Json = {
        "kind": "calendar#calendarList",
        "etag": f'"p{account.revision}"',
        "items": items,
    }
    if more:
        about = {"kind": "calendarsPage", "page": more, "at": at}
        return {**answer, "nextPageToken": pages.token(about)}
    made = {"kind": "calendars", "at": at, "made": account.now().isoformat()}
    return {**answer, "nextSyncToken": pages.token(made)}


def get_calendar(call: Call) -> Json:
    """calendarList.get"""
    return _entry(calendar_of(call))


def _entry(one: Calendar) -> Json:
    return {"kind": "calendar#calendarListEntry", "etag": f'"{one.listed}"', **one.entry}


def calendar_of(call: Call) -> Calendar:
    """The one that is named; `primary` is the owner's own."""
    found = call.parameters["calendarId"]
    calendars = call.account.calendars
    calendar = calendars.primary if found == "primary" else calendars.all.get(found)
    if calendar is None or calendar.entry.get("deleted"):
        raise Refused(404, "notFound", "Not Found")
    return calendar


def page_token(call: Call, kind: str, at: int) -> tuple[str | None, int]:
    """What names the page that is asked for, and the revision at the first one: `at` if it is."""
    if (given := call.asked("pageToken")) is None:
        return None, at
    about = pages.read(given, kind)
    if about is None:
        raise Refused(400, "invalid", "Invalid page token value.", location="pageToken")
    return about["page"], about["at"]


def fresh(about: Json | None, now: datetime, life: timedelta) -> Json:
    """What a sync token says, if it is one and not too old."""
    if about is None or datetime.fromisoformat(about["made"]) + life < now:
        raise gone()
    return about


def gone() -> Refused:
    """A sync token is no use any more."""
    message = "Sync token is no longer valid, a full sync is required."
    return Refused(410, "fullSyncRequired", message, domain="calendar", location="syncToken")


def bad(message: str, reason: str = "badRequest") -> Refused:
    """400, in words."""
    return Refused(400, reason, message)


METHODS: Final = {
    "calendar.calendarList.list": list_calendars,
    "calendar.calendarList.get": get_calendar,
}
