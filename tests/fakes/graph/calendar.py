"""A support module: the methods of Graph for calendars and events.

A delta function over a view tells of instances little more than when they are; members of a series
stand in its master, which comes along or has to be asked for
(github.com/microsoftgraph/microsoft-graph-docs/issues/7632). Its window is that of its first
request; what changed outside of it comes as removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from fakes.graph import changes, event_body, times
from fakes.graph.call import Call, Json, Refused, not_found
from fakes.graph.events import Calendar
from fakes.graph.folders import lost
from fakes.graph.meeting import Event, Instance
from fakes.graph.routes import GET, PAGES, TOKENS, Route, need

_READ: Final = need("Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadBasic")
_SIZE: Final = 10
_LONGEST: Final = timedelta(days=1_825)
_HIDDEN: Final = frozenset({"cancelledOccurrences"})
_WINDOW: Final = frozenset({"startDateTime", "endDateTime"})
_NO_OPTIONS: Final = (
    "The following parameters are not supported with change tracking over the 'CalendarView' "
    "resource: '$orderby, $filter, $select, $expand, $search, $top'."
)


def list_calendars(call: Call) -> Json:
    """All calendars, those that others share as well."""
    calendars = call.account.calendars.all
    found = call.whims.listed(calendars)
    return changes.paged(call, found, lambda one: _entry(call, calendars[one]), _SIZE)


def get_calendar(call: Call) -> Json:
    """One of them, or the default one."""
    return _entry(call, _calendar(call))


def delta_view(call: Call) -> Json:
    """Changes in a window."""
    calendar = _calendar(call)
    if not call.options.keys() & TOKENS:
        _window(call.options)
    revision = call.account.revisions.now

    def since(at: int | None, options: Mapping[str, str]) -> Iterator[str]:
        inside = _inside(calendar, _window(options), masters=call.whims.pick(True, True, False))
        if at is None:
            return iter(inside)
        news = [item for item, changed in inside.items() if changed > at]
        outside = [
            one.id
            for event in calendar.events.values()
            if calendar.changed(event) > at
            for one in calendar.instances(event)
            if one.revision > at and one.id not in inside
        ]
        gone = [item for item, changed in calendar.gone.items() if changed > at]
        return iter([*news, *outside[:20], *gone])

    def tell(item: str, options: Mapping[str, str]) -> Json | None:
        removed = {"@odata.type": "#microsoft.graph.event", "id": item,
                   "@removed": {"reason": "deleted"}}  # fmt: skip
        try:
            event, one = calendar.find(item)
        except KeyError:
            return removed
        if one is None and event.repeats is None:
            one = next(calendar.instances(event))
        if one is not None:
            if not _overlaps(one, _window(options)):
                return removed
            if one.type == "occurrence":
                return event_body.slim(call, event, one)
        return _shown(event_body.told(call, calendar, event, one))

    return changes.delta(
        call,
        call.account.rounds,
        f"calendarView:{calendar.id}",
        revision=revision,
        since=since,
        tell=tell,
        size=_SIZE,
        lost=lost("calendarView"),
    )


def list_view(call: Call) -> Json:
    """Everything in a window, series by their instances."""
    calendar = _calendar(call)
    least, most = _window(call.options)
    found = {
        one.id: (event, one)
        for event in calendar.events.values()
        for one in calendar.instances(event, least, most)
    }
    in_order = _in_order(call, {item: one for item, (_, one) in found.items()})

    def tell(item: str) -> Json:
        return _shown(event_body.told(call, calendar, *found[item]), call.options)

    return changes.paged(call, in_order, tell, _SIZE)


def list_events(call: Call) -> Json:
    """Events and series, not their instances."""
    calendar = _calendar(call)

    def tell(item: str) -> Json:
        return _shown(event_body.told(call, calendar, calendar.events[item], None), call.options)

    return changes.paged(call, call.whims.listed(calendar.events), tell, _SIZE)


def get_event(call: Call) -> Json:
    """One event, a series or an instance."""
    calendar, event, one = _found(call)
    return _shown(event_body.told(call, calendar, event, one), call.options)


def list_instances(call: Call) -> Json:
    """Those of a series in a window."""
    calendar, event, one = _found(call)
    if one is not None or event.repeats is None:
        raise Refused(400, "ErrorInvalidRequest", "The event is not the master of a series.")
    found = {each.id: each for each in calendar.instances(event, *_window(call.options))}

    def tell(item: str) -> Json:
        return _shown(event_body.told(call, calendar, event, found[item]), call.options)

    return changes.paged(call, _in_order(call, found), tell, _SIZE)


def _in_order(call: Call, found: Mapping[str, Instance]) -> list[str]:
    """By `$orderby`, else in any order."""
    wanted = call.options.get("$orderby", "")
    if not wanted:
        return call.whims.listed(found)
    if wanted.lower() not in {"start/datetime", "start/datetime asc", "start/datetime desc"}:
        raise Refused(400, "ErrorInvalidUrlQuery", f"The $orderby is not known here: {wanted}")
    down = wanted.lower().endswith("desc")
    return sorted(found, key=lambda item: found[item].moment.span()[0], reverse=down)


def _inside(
    calendar: Calendar, window: tuple[datetime, datetime], *, masters: bool
) -> dict[str, int]:
    """What there is of a window, and when each changed last."""
    found: dict[str, int] = {}
    for event in calendar.events.values():
        instances = list(calendar.instances(event, *window))
        found.update({one.id: one.revision for one in instances})
        if event.repeats is not None and masters and instances:
            found[event.id] = event.revision
    return found


def _overlaps(one: Instance, window: tuple[datetime, datetime]) -> bool:
    start, end = one.moment.span()
    return start < window[1] and (end > window[0] or start >= window[0])


def _calendar(call: Call) -> Calendar:
    calendars = call.account.calendars
    named = call.path.get("calendar")
    if named is None:
        return calendars.primary
    if named not in calendars.all:
        raise not_found()
    return calendars.all[named]


def _found(call: Call) -> tuple[Calendar, Event, Instance | None]:
    own = call.account.calendars.all
    for calendar in [_calendar(call)] if "calendar" in call.path else own.values():
        try:
            return calendar, *calendar.find(call.path["event"])
        except KeyError:
            continue
    raise not_found()


def _window(options: Mapping[str, str]) -> tuple[datetime, datetime]:
    if not options.keys() >= _WINDOW:
        message = (
            "This request requires a time window specified by the query string parameters "
            "StartDateTime and EndDateTime."
        )
        raise Refused(400, "ErrorInvalidParameter", message)
    least = times.moment(options["startDateTime"].replace(" ", "+"))
    most = times.moment(options["endDateTime"].replace(" ", "+"))
    if least >= most:
        message = "Parameter 'EndDateTime' must be after 'StartDateTime'."
        raise Refused(400, "ErrorInvalidParameter", message)
    if most - least > _LONGEST:
        message = f"The requested time range of the view is longer than {_LONGEST.days} days."
        raise Refused(400, "ErrorCalendarViewRangeTooBig", message)
    return least, most


def _shown(body: Json, options: Mapping[str, str] | None = None) -> Json:
    """Without what has to be selected."""
    if options and "$select" in options:
        return body
    return {name: value for name, value in body.items() if name not in _HIDDEN}


def _entry(call: Call, calendar: Calendar) -> Json:
    mine = calendar.owner == call.account.address
    return {
        "id": calendar.id,
        "name": calendar.name,
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": calendar.default,
        "changeKey": f"EZ9r3czx{calendar.id[-8:]}",
        "canShare": mine,
        "canViewPrivateItems": mine,
        "canEdit": calendar.can_edit,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": mine,
        "isRemovable": not calendar.default,
        "owner": {"name": calendar.owner, "address": calendar.owner},
    }


_ONE: Final = "/calendars/{calendar}"
_LISTED: Final = PAGES - {"$expand", "$filter"}
_SIMPLE: Final = _LISTED - {"$orderby"}


def _routes(within: str) -> Iterator[Route]:
    """The same below one calendar, and for the default one."""
    yield Route("calendarView.delta", "GET", f"{within}/calendarView/delta", delta_view, "event",
                many=True, options=_WINDOW | TOKENS, ids=True, refused_options=_NO_OPTIONS,
                rights=_READ)  # fmt: skip
    yield Route("calendarView.list", "GET", f"{within}/calendarView", list_view, "event",
                many=True, options=_LISTED | _WINDOW, ids=True, rights=_READ)  # fmt: skip
    yield Route("events.list", "GET", f"{within}/events", list_events, "event", many=True,
                options=_SIMPLE, ids=True, rights=_READ)  # fmt: skip
    yield Route("events.get", "GET", f"{within}/events/{{event}}", get_event, "event",
                options=GET, ids=True, rights=_READ)  # fmt: skip
    yield Route("events.instances", "GET", f"{within}/events/{{event}}/instances", list_instances,
                "event", many=True, options=_LISTED | _WINDOW, ids=True, rights=_READ)  # fmt: skip


ROUTES: Final = (
    Route("calendars.list", "GET", "/calendars", list_calendars, "calendar", many=True,
          options=_SIMPLE, rights=_READ),
    Route("calendars.get", "GET", "/calendar", get_calendar, "calendar", options=GET, rights=_READ),
    Route("calendars.get", "GET", _ONE, get_calendar, "calendar", options=GET, rights=_READ),
    *_routes(""),
    *_routes(_ONE),
)  # fmt: skip
