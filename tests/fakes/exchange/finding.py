"""A support module: FindItem."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Final

from fakes.exchange import restriction
from fakes.exchange.calendar_views import expanded
from fakes.exchange.call import Call, SoapFault, Trouble, failed, message, response
from fakes.exchange.render import item_element, shape_of
from fakes.exchange.seen import seen
from fakes.exchange.store import Folder, Store
from fakes.exchange.targets import folder_of
from fakes.exchange.views import View
from fakes.exchange.xml import Element, find, m, t, when

# https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendarview
_WIDEST: Final = timedelta(days=731)


def find_item(call: Call) -> Element:
    """FindItem over one folder or several, each with its own answer."""
    if call.body.get("Traversal") != "Shallow":
        raise SoapFault("ErrorInvalidOperation", "Only Shallow traversals are served.")
    messages = []
    try:
        shape = shape_of(call, finding=True)
    except Trouble as trouble:
        wanted = find(call.body, "ParentFolderIds")
        return response(call.name, [failed(call.name, trouble) for _ in wanted])
    for named in find(call.body, "ParentFolderIds"):
        try:
            store, folder = folder_of(call, named)
            views, attributes = _part(call, store, folder)
            items = [item_element(call, one, shape) for one in views]
            messages.append(message(call.name, m("RootFolder", t("Items", items), **attributes)))
        except Trouble as trouble:
            messages.append(failed(call.name, trouble))
    return response(call.name, messages)


def _part(call: Call, store: Store, folder: Folder) -> tuple[list[View], dict[str, object]]:
    calendar = find(call.body, "CalendarView")
    if calendar is not None:
        return _calendar(call, store, folder, calendar)
    found = [seen(store, one, call.days) for one in store.inside(folder.id)]
    if (told_so := find(call.body, "Restriction")) is not None:
        test = restriction.of_items(told_so, call.since_2013)
        found = [one for one in found if test(one)]
    found = _ordered(call, found)
    paged = find(call.body, "IndexedPageItemView")
    if paged is None:
        if find(call.body, "FractionalPageItemView") is not None:
            raise SoapFault("ErrorInvalidOperation", "FractionalPageItemView is not served.")
        most, start, backwards = call.account.find_limit, 0, False
    else:
        most = int(paged.get("MaxEntriesReturned", call.account.find_limit))
        start, backwards = int(paged.get("Offset")), paged.get("BasePoint") == "End"
    if backwards:
        found.reverse()
    end = min(start + min(most, call.account.find_limit, call.page), len(found))
    attributes: dict[str, object] = {
        "IndexedPagingOffset": max(end, start),
        "TotalItemsInView": len(found),
        "IncludesLastItemInRange": end >= len(found),
    }
    return found[start:end], attributes


def _ordered(call: Call, found: list[View]) -> list[View]:
    """Without an order they come in any, always the same."""
    found.sort(key=lambda one: zlib.crc32(f"{call.seed} {one.id}".encode()))
    wanted = find(call.body, "SortOrder")
    for field in reversed([] if wanted is None else list(wanted)):
        found.sort(
            key=lambda one, path=field[0]: restriction.sort_key(one, path),  # type: ignore[misc]
            reverse=field.get("Order") == "Descending",
        )
    return found


def _calendar(
    call: Call, store: Store, folder: Folder, asked: Element
) -> tuple[list[View], dict[str, object]]:
    """What takes place in a span, in its order; series are expanded."""
    least, most = when(asked.get("StartDate")), when(asked.get("EndDate"))
    if folder.kind != "CalendarFolder":
        raise Trouble("ErrorCalendarFolderIsInvalidForCalendarView")
    if most < least:
        raise Trouble("ErrorCalendarEndDateIsEarlierThanStartDate")
    if most - least > _WIDEST:
        raise Trouble("ErrorCalendarViewRangeTooBig")
    if find(call.body, "Restriction") is not None or find(call.body, "SortOrder") is not None:
        raise Trouble("ErrorInvalidRequest", "A CalendarView takes no restriction and no order.")
    shown = [pair for one in store.inside(folder.id) for pair in expanded(store, one, least, most)]
    shown.sort(key=lambda pair: (pair[0], pair[1].id))
    found = [one for _, one in shown]
    limit = call.account.find_limit
    if asked.get("MaxEntriesReturned") is None and len(found) > limit:
        raise Trouble("ErrorExceededFindCountLimit")
    end = min(int(asked.get("MaxEntriesReturned", limit)), limit)
    attributes: dict[str, object] = {
        "TotalItemsInView": len(found),
        "IncludesLastItemInRange": end >= len(found),
    }
    return found[:end], attributes
