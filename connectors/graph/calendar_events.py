"""The events of one calendar: calendarView and its delta, which tell instances of series.

Delta is bounded by the window that it began with. Of an occurrence it tells when it is and no more:
the rest is in its series, which comes along, on the same page or another, or is asked for. When
something of a series changes, all that is left of it is told; what is not told any more is looked
for among its instances. What moved out of the window comes as removed.

learn.microsoft.com/graph/api/event-delta, /graph/api/calendar-list-calendarview
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem, ConnectorError, CursorExpired, Refused
from connectors.formats.conference import conference_link
from connectors.graph.api import Api
from connectors.graph.calendar_event import (
    FIELDS,
    ID_FIELDS,
    MASTER,
    Event,
    Holder,
    is_bare,
    is_note_of_others,
    is_removed,
    is_unsent,
    meeting_of,
    series_of,
    span_of,
    whole,
)
from connectors.graph.calendar_list import Entry
from connectors.graph.errors import NotThere
from connectors.graph.odata import delta_link, entries, next_link, path
from connectors.graph.synced import Page, Told
from connectors.graph.synced_cursor import State
from connectors.records import Bad, Gone, Item, Seen

PAGE: Final = 200
_IDS: Final = 500  # of a listing of ids alone
_TIMES: Final = ('outlook.timezone="UTC"', 'outlook.body-content-type="text"')
_UNKNOWN: Final[Event] = {}
_SERIES_AT: Final = " "  # in a stamp: before the digest of its series


class Events:
    """See above. `under`: what refs begin with. `window`: from when until when, in UTC; what ends
    after `near` is read first. `masters`: series that were told or asked for in this reading, None
    for one that is not there any more."""

    def __init__(
        self,
        api: Api,
        entry: Entry,
        under: str,
        zone: ZoneInfo,
        window: tuple[datetime, datetime],
        near: datetime,
        holder: Holder,
        masters: dict[str, Event | None],
    ) -> None:
        self._api = api
        self._id = entry.id
        self._holder = holder
        self._zone = zone
        self._window = window
        self._near = near
        self._masters = masters
        self._series: set[str] | None = None  # digests of series that something is known of
        self.name = f"the calendar {entry.name}"
        self.under = under

    def page(self, state: State) -> Page:
        """See `Listed`."""
        if state.page and not self._api.is_own(state.page):
            state.page = ""
        if state.phase == "near":
            asked = {**self._view(FIELDS), **self._between(self._near), "$top": str(PAGE)}
            return self._page(state.page or self._path("calendarView", query=asked))
        first = self._path("calendarView", "delta", query=self._between(self._window[0]))
        return self._page(state.page or first)

    def news(self, state: State) -> Page:
        """See `Listed`."""
        if not self._api.is_own(state.token):
            raise CursorExpired(f"{self.name} was read from another server")
        return self._page(state.page or state.token)

    def there(self) -> set[str]:
        """See `Listed`."""
        return {self.under + one for one in self.ids()}

    def ids(self) -> Iterator[str]:
        """Of all events in the window of which there is anything to tell."""
        asked = {**self._view(ID_FIELDS), "$top": str(_IDS)}
        where = self._path("calendarView", query=asked)
        for one in self._api.pages(where, self.name, prefer=_TIMES):
            if self._is_told(one):
                yield str(one["id"])

    def told(self, entry: Mapping[str, Any], known: Told) -> Iterator[Item]:
        """See `Listed`. A series is told by its instances; when it is gone they are, whatever is
        said of each."""
        ref = self.under + str(entry["id"])
        if is_removed(entry):
            yield Gone(ref)
            yield from map(Gone, self._of_series(known, str(entry["id"])))
        elif entry.get("type") == MASTER:
            yield Gone(ref)
        else:
            yield self.item(entry) or Gone(ref)

    def is_near(self, entry: Mapping[str, Any]) -> bool:
        """See `Listed`."""
        try:
            return span_of(entry, self._zone).end > self._near
        except BadItem:
            return False

    def settled(self, doubt: Sequence[str], known: Told) -> Iterator[Item]:
        """See `Listed`. `doubt`: series of which something changed. Of an instance that was taken
        out nothing is told."""
        for series in doubt:
            left = [ref for ref in self._of_series(known, series) if not known.heard(ref)]
            if not left:
                continue
            found = {item.ref: item for item in self._instances(series)}
            yield from found.values()
            yield from self.again([ref for ref in left if ref not in found])

    def item(self, event: Event) -> Item | None:
        """What an event says; None where it is not within the window, or no meeting of the owner's.
        It is as stale as what it says: its etag may be that of its series."""
        ref, series = self.under + str(event["id"]), series_of(event)
        mark = _SERIES_AT + _digest(series) if series else ""
        if series and self._series is not None:
            self._series.add(_digest(series))
        try:
            if not self._is_told(event) or not span_of(event, self._zone).touches(*self._window):
                return None
            meeting = meeting_of(event, self._zone, self._holder)
        except BadItem as error:
            etag = str(event.get("@odata.etag") or event.get("lastModifiedDateTime") or "")
            return Bad(ref, _digest(f"bad {etag}") + mark, str(error))
        # An occurrence has another page and moment than its series, of which it is told or not.
        plain = replace(meeting, url="", modified=None)
        return Seen(ref, _digest(repr(plain)) + mark, (meeting,))

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """See `Listed`."""
        found: dict[str, Event] = {}
        for ref, event in self._each(refs, FIELDS):
            if isinstance(event, NotThere):
                yield Gone(ref)
            elif isinstance(event, ConnectorError):
                raise event
            else:
                found[ref] = event
        for ref, event in zip(found, self._complete(list(found.values())), strict=True):
            yield self.item(event) or Gone(ref)

    def days(self, refs: Sequence[str]) -> Mapping[str, date]:
        """On which days events start, as far as they do."""
        found = {}
        for ref, event in self._each(refs, "id,start,end,isAllDay"):
            if not isinstance(event, ConnectorError):
                try:
                    found[ref] = span_of(event, self._zone).start.astimezone(self._zone).date()
                except BadItem:
                    continue
        return found

    def _is_told(self, event: Event) -> bool:
        """Whether it may be a meeting of the owner's."""
        return not is_unsent(event) and not is_note_of_others(event, self._holder)

    def _of_series(self, known: Told, series: str) -> list[str]:
        """The refs of what is known of a series."""
        if self._series is None:
            self._series = {stamp.rpartition(_SERIES_AT)[2] for stamp in known.stamps().values()}
        digest = _digest(series)
        if digest not in self._series:  # most of what is removed was none
            return []
        mark = _SERIES_AT + digest
        return sorted(ref for ref, stamp in known.stamps().items() if stamp.endswith(mark))

    def _instances(self, series: str) -> Iterator[Item]:
        """What there is of a series in the window."""
        asked = {**self._view(FIELDS), "$top": str(PAGE)}
        where = self._path("events", series, "instances", query=asked)
        try:
            found = [*self._api.pages(where, self.name, prefer=_TIMES)]
        except NotThere:
            return
        for event in self._complete(found):
            if (item := self.item(event)) is not None:
                yield item

    def _page(self, where: str) -> Page:
        prefer = (*_TIMES, f"odata.maxpagesize={PAGE}")
        try:
            page = self._api.ask(where, self.name, prefer=prefer)
        except NotThere as error:
            raise Refused(
                f"{self.name} is in the list and cannot be opened: remove it in Outlook, or name "
                "the others in `calendars:`"
            ) from error
        found = [one for one in entries(page) if one.get("id")]
        doubt = []
        for one in found:
            if one.get("type") == MASTER and not is_removed(one):
                self._masters[str(one["id"])] = _slim(one)
                doubt.append(str(one["id"]))
        return Page(self._complete(found), next_link(page), delta_link(page), doubt)

    def _complete(self, events: Sequence[Event]) -> list[Event]:
        """Events that say what they are. Of a series that is not there any more nothing is."""
        self._fetch({series_of(one) for one in events if _needs_series(one)})
        done: list[Event] = []
        for one in events:
            master = self._masters.get(series_of(one), _UNKNOWN)
            if not _needs_series(one):
                done.append(one)
            elif master is not None:
                done.append(whole(one, master))
            elif is_bare(one):
                done.append({"id": one["id"], "@removed": {"reason": "deleted"}})
            else:
                done.append(one)
        return done

    def _fetch(self, series: Iterable[str]) -> None:
        """Series that no page has told yet. Of those that are answered none is asked for again,
        though others are put off."""
        left = sorted(one for one in series if one not in self._masters)
        trouble: ConnectorError | None = None
        for ref, found in self._each([self.under + one for one in left], FIELDS):
            if isinstance(found, NotThere):
                self._masters[ref.removeprefix(self.under)] = None
            elif isinstance(found, ConnectorError):
                trouble = trouble or found
            else:
                self._masters[ref.removeprefix(self.under)] = _slim(found)
        if trouble is not None:
            raise trouble

    def _each(
        self, refs: Sequence[str], fields: str
    ) -> Iterator[tuple[str, Event | ConnectorError]]:
        asked = {
            ref: self._path("events", ref.removeprefix(self.under), query={"$select": fields})
            for ref in refs
        }
        return self._api.batch(asked, self.name, prefer=_TIMES)

    def _path(self, *parts: str, query: Mapping[str, str]) -> str:
        return path("calendars", self._id, *parts, query=query)

    def _view(self, fields: str) -> dict[str, str]:
        """Of the whole window, in an order that stays."""
        return {
            **self._between(self._window[0]),
            "$select": fields,
            "$orderby": "start/dateTime",
        }

    def _between(self, start: datetime) -> dict[str, str]:
        bounds = (("startDateTime", start), ("endDateTime", self._window[1]))
        return {name: f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for name, at in bounds}


def _needs_series(event: Event) -> bool:
    """Whether something of it is told by its series alone: of an exception, whether it has days."""
    return not is_removed(event) and (is_bare(event) or event.get("type") == "exception")


def _slim(master: Event) -> Event:
    """A series, its text as far as it is looked at."""
    body = (master.get("body") or {}).get("content")
    return {**master, "body": {"content": conference_link(str(body or ""))}}


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
