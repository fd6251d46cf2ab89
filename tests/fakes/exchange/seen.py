"""A support module: the view of whatever item a request names: also one occurrence of a series."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from fakes.exchange.calendar_views import calendar_view, instance_at, planned
from fakes.exchange.call import Call, Trouble
from fakes.exchange.ids import read_occurrence
from fakes.exchange.store import Item, Store
from fakes.exchange.targets import item_of
from fakes.exchange.views import View, view
from fakes.exchange.xml import Element, local


def seen(store: Store, item: Item, zone: tzinfo | None) -> View:
    """An item as a whole."""
    if item.kind == "CalendarItem":
        return calendar_view(store, item)
    return view(store, item, zone)


def original_of(item: Item, named: Element) -> datetime | None:
    """When the occurrence that a request names was to start; None: it names the item itself. Raise
    Trouble."""
    kind = local(named)
    if kind == "RecurringMasterItemId":
        if read_occurrence(named.get("OccurrenceId")) is None:
            raise Trouble("ErrorCalendarCannotUseIdForRecurringMasterId")
        return None
    if kind == "OccurrenceItemId":
        if "Recurrence" not in item.props:
            raise Trouble("ErrorCalendarCannotUseIdForOccurrenceId")
        number = int(named.get("InstanceIndex"))
        for one in planned(item):
            if one.number == number:
                if one.start in item.deleted:
                    raise Trouble("ErrorCalendarOccurrenceIsDeletedFromRecurrence")
                return one.start
        raise Trouble("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange")
    found = read_occurrence(named.get("Id"))
    if found is None:
        return None
    at = datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if at in item.deleted:
        raise Trouble("ErrorItemNotFound")
    return instance_at(item, at).start


def named_view(call: Call, named: Element) -> View:
    """Raise Trouble."""
    store, item = item_of(call, named)
    original = original_of(item, named)
    if original is None:
        return seen(store, item, call.days)
    return calendar_view(store, item, instance_at(item, original))
