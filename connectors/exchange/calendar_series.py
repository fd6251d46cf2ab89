"""Series as instances, as a view of their calendar shows them.

SyncFolderItems tells of a series by its master alone, so what is in it is asked of FindItem with a
CalendarView: as much of the calendar as the series reaches, within the window. There an instance is
known by its UID; one that was changed is an item of its own, and read as such. One that was deleted
is in no view.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from connectors.errors import BadItem
from connectors.exchange.calendar_event import (
    FIELDS,
    Reader,
    modified_starts,
    reach,
    uid_in,
)
from connectors.exchange.calendar_fetch import fetched
from connectors.exchange.element import Element, id_of, text
from connectors.exchange.errors import Declined, NotThere
from connectors.records import Meeting

if TYPE_CHECKING:
    from connectors.exchange.raw import Answer
    from connectors.exchange.session import Exchange

LISTED: Final = 1_000  # entries that a view is asked for at once
INSTANCES_LIMIT: Final = 5_000  # of one series; the newest are kept

_VIEW: Final = ("calendar:UID", "calendar:Start", "calendar:End", "calendar:CalendarItemType")
_NO_INSTANCES: Final = ("Single", "RecurringMaster")
_STEP: Final = timedelta(days=366)  # servers show two years at once (ErrorCalendarViewRangeTooBig)
_SHORTEST: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)
_BROKEN: Final = "an instance of a series that cannot be read"

Between = tuple[datetime, datetime]


class Expanded(NamedTuple):
    """The instances of a series, in order, and whether there are later ones than the window shows.
    `broken`: what of it could not be read."""

    meetings: tuple[Meeting, ...]
    more: bool
    broken: str = ""


class Entry(NamedTuple):
    """What a view shows of one instance, apart from the answer that it came in. `kind`: its
    CalendarItemType; `start` and `end` as they are written."""

    id: str
    uid: str
    kind: str
    start: str
    end: str

    def is_changed(self, starts: Iterable[str]) -> bool:
        """Whether it is an item of its own. `starts`: the ids of some that are for sure."""
        return self.kind == "Exception" or self.id in starts


class Series:
    """The series of one calendar. `window`: from when until when, in UTC."""

    def __init__(
        self, exchange: Exchange, folder: str, name: str, reader: Reader, window: Between
    ) -> None:
        self._exchange = exchange
        self._folder = folder
        self._name = name
        self._reader = reader
        self._window = window

    def expand(self, masters: Sequence[Element], bodies: dict[str, str]) -> dict[str, Expanded]:
        """The instances of these, by the ids of their masters. `bodies`: texts of masters, by id,
        as far as a link is looked for in them."""
        shown = self._shown(masters)
        changed = self._changed(masters, shown)
        found = {}
        for master in masters:
            here = id_of(master).id
            entries = shown.get(uid_in(master), ())
            found[here] = self._expanded(master, entries, changed, bodies.get(here, ""))
        return found

    def _expanded(
        self,
        master: Element,
        entries: Iterable[Entry],
        changed: dict[str, Answer],
        body: str,
    ) -> Expanded:
        starts = modified_starts(master)
        meetings: dict[str, Meeting] = {}
        exceptions: dict[str, Meeting] = {}
        broken = ""
        for entry in entries:
            try:
                if not entry.is_changed(starts):
                    span = self._reader.span_within(master, entry.start, entry.end)
                    one = self._reader.instance(master, span, body)
                    meetings[one.recurrence_id] = one
                    continue
                item, start = changed[entry.id], starts.get(entry.id)
                if not isinstance(item, Declined):
                    one = self._reader.exception(master, item, start, body)
                    exceptions[one.recurrence_id] = one
                elif not isinstance(item, NotThere):
                    broken = _BROKEN
            except BadItem:
                broken = _BROKEN
        inside = sorted((meetings | exceptions).values(), key=lambda one: (one.start, one.end))
        _, last = reach(master)
        more = last is None or last > self._window[1]
        return Expanded(tuple(inside[-INSTANCES_LIMIT:]), more, broken)

    def _shown(self, masters: Sequence[Element]) -> dict[str, list[Entry]]:
        """What views show of these series, by their UIDs, each entry once."""
        wanted = {uid_in(master) for master in masters} - {""}
        entries: dict[str, Entry] = {}
        for start, end in _joined(self._reached(master) for master in masters):
            while start < end:
                step = min(end, start + _STEP)
                shown = self._viewed(start, step)
                entries |= {here: one for here, one in shown.items() if one.uid in {*wanted, ""}}
                start = step
        nameless = [here for here, one in entries.items() if not one.uid]
        names = self._items(nameless, ("calendar:UID",))
        found: dict[str, list[Entry]] = defaultdict(list)
        for here, one in entries.items():
            told = names.get(here)
            uid = one.uid if told is None or isinstance(told, Declined) else uid_in(told)
            if uid in wanted:
                found[uid].append(one)
        return found

    def _reached(self, master: Element) -> Between:
        first, last = reach(master)
        start, end = self._window
        return max(start, first or start), min(end, last or end)

    def _changed(
        self, masters: Sequence[Element], shown: dict[str, list[Entry]]
    ) -> dict[str, Answer]:
        """Those that were changed alone, as they are, by their ids."""
        starts = {here for master in masters for here in modified_starts(master)}
        every = (one for entries in shown.values() for one in entries)
        return self._items([one.id for one in every if one.is_changed(starts)], FIELDS)

    def _items(self, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Answer]:
        """Items by their ids."""
        answers = fetched(self._exchange, ids, fields, self._name) if ids else []
        return dict(zip(ids, answers, strict=True))

    def _viewed(self, start: datetime, end: datetime) -> dict[str, Entry]:
        """The instances in between, by id."""
        found, whole = self._view(start, end)
        if not whole:
            found = self._halved(start, end, found)
        return {here: one for here, one in found.items() if one.kind not in _NO_INSTANCES}

    def _halved(self, start: datetime, end: datetime, found: dict[str, Entry]) -> dict[str, Entry]:
        """What is in between, of which `found` is shown, and perhaps more held back. Some servers
        never say that it is all: where the halves show nothing new, and neither as much, it was."""
        if end - start <= _SHORTEST:
            return found
        middle = start + ((end - start) / 2 // _SECOND) * _SECOND
        halves = [(half, *self._view(*half)) for half in ((start, middle), (middle, end))]
        together = dict(found)
        for _, shown, _ in halves:
            together |= shown
        for half, shown, whole in halves:
            suspect = len(together) > len(found) or len(shown) >= len(found)
            if shown and not whole and suspect:
                together |= self._halved(*half, shown)
        return together

    def _view(self, start: datetime, end: datetime) -> tuple[dict[str, Entry], bool]:
        """What is shown of the time in between, by id, and whether that is all for sure."""
        from connectors.exchange import raw

        between = (start, end)
        shown = raw.view(self._exchange, self._folder, between, _VIEW, LISTED, self._name)
        return {id_of(one).id: _entry(one) for one in shown.items}, shown.whole


def _entry(one: Element) -> Entry:
    kind, start, end = (text(one, name) for name in ("CalendarItemType", "Start", "End"))
    return Entry(id_of(one).id, uid_in(one), kind, start, end)


def _joined(spans: Iterable[Between]) -> list[Between]:
    """The same time, no part of it twice."""
    found: list[Between] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif start < end:
            found.append((start, end))
    return found
