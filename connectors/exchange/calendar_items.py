"""The items of one calendar: SyncFolderItems for what changed, GetItem for what it says.

An item is a single event, or a series with all of its instances in the window: one ref for both.
What lies outside the window is acknowledged, and says nothing; the stamp of what may show more once
the window has moved ends with "+".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.exchange.calendar_event import FIELDS, SERIES_FIELDS, Reader
from connectors.exchange.calendar_fetch import fetched
from connectors.exchange.calendar_series import Between, Series
from connectors.exchange.element import Element, id_of, moment, text
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.places import Place
from connectors.exchange.synced import Change, Page, Told, page_of
from connectors.records import Bad, Gone, Item, Seen

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

_MORE: Final = "+"
_BODY: Final = ("item:Body",)


class Items:
    """See above. `window`: from when until when, in UTC."""

    def __init__(
        self, exchange: Exchange, place: Place, scope: str, reader: Reader, window: Between
    ) -> None:
        self._exchange = exchange
        self._place = place
        self._reader = reader
        self._window = window
        self.name = f"the calendar {place.name}"
        self.under = f"{scope}//{place.key}/"
        self._series = Series(exchange, place.id, self.name, reader, window)

    def page(self, token: str) -> Page:
        """See `Listed`."""
        return page_of(self._exchange, self._place.id, token, self.name, self.under)

    def told(self, changes: Sequence[Change], known: Told, *, retold: bool) -> Iterator[Item]:
        """See `Listed`."""
        due: list[str] = []
        for one in changes:
            if one.element is None:
                yield Gone(one.ref)
            elif retold or not _is_known(known.stamp(one.ref), one.change_key):
                due.append(one.ref)
        yield from self.again(due)

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """See `Listed`."""
        ids = [ref.removeprefix(self.under) for ref in dict.fromkeys(refs)]
        if not ids:
            return
        items: dict[str, Element] = {}
        answers = fetched(self._exchange, ids, (*FIELDS, *SERIES_FIELDS), self.name)
        for here, answer in zip(ids, answers, strict=True):
            if isinstance(answer, NotThere) or self._is_elsewhere(answer):
                yield Gone(self.under + here)
            elif isinstance(answer, Declined):
                yield Bad(
                    self.under + here, "", f"an event that cannot be had ({answer.code})", True
                )
            else:
                items[here] = answer
        bodies = self._bodies(items)
        yield from self._read(items, bodies)

    def there(self) -> set[str]:
        """See `Listed`."""
        return set(self.refs())

    def refs(self) -> Iterator[str]:
        """Of everything in it."""
        from connectors.exchange import raw

        for item in raw.listed(self._exchange, self._place.id, (), self.name):
            yield self.under + id_of(item).id

    def may_hold_more(self, stamp: str) -> bool:
        """See `Listed`."""
        return stamp.endswith(_MORE)

    def days(self, refs: Sequence[str], zone: ZoneInfo) -> Mapping[str, date]:
        """On which days events start, as far as they do."""
        from connectors.exchange import raw

        ids = [ref.removeprefix(self.under) for ref in refs]
        answers = raw.items(self._exchange, ids, ("calendar:Start",), self.name)
        found = {}
        for ref, answer in zip(refs, answers, strict=True):
            try:
                at = None if isinstance(answer, Declined) else moment(answer, "Start")
            except ValueError:
                continue
            if at is not None:
                found[ref] = at.astimezone(zone).date()
        return found

    def _read(self, items: Mapping[str, Element], bodies: dict[str, str]) -> Iterator[Item]:
        masters = [one for one in items.values() if self._reader.is_series(one)]
        expanded = self._series.expand(masters, bodies) if masters else {}
        for here, item in items.items():
            ref, stamp = self.under + here, id_of(item).change_key
            try:
                if here in expanded:
                    found = expanded[here]
                    more = _MORE if found.more else ""
                    yield Seen(ref, stamp + more, found.meetings, found.broken)
                else:
                    yield self._single(ref, stamp, item, bodies.get(here, ""))
            except BadItem as error:
                yield Bad(ref, stamp, str(error))

    def _single(self, ref: str, stamp: str, item: Element, body: str) -> Seen:
        start, end = self._window
        span = self._reader.span(item)
        if not span.touches(start, end):
            return Seen(ref, stamp + (_MORE if span.start >= end else ""), ())
        return Seen(ref, stamp, (self._reader.single(item, body),))

    def _bodies(self, items: Mapping[str, Element]) -> dict[str, str]:
        """Texts of those whose link to join by may be there. Who cannot have one does without."""
        from connectors.exchange import raw

        ids = [here for here, item in items.items() if self._wants_body(item)]
        if not ids:
            return {}
        answers = raw.items(self._exchange, ids, _BODY, self.name, texts=True)
        told = zip(ids, answers, strict=True)
        return {here: text(one, "Body") for here, one in told if not isinstance(one, Declined)}

    def _wants_body(self, item: Element) -> bool:
        if not self._reader.wants_body(item):
            return False
        try:
            return self._reader.is_series(item) or self._reader.span(item).touches(*self._window)
        except BadItem:
            return False

    def _is_elsewhere(self, answer: Element | Declined) -> bool:
        """Whether it was moved out of this calendar: some servers leave it its id."""
        if isinstance(answer, Declined):
            return False
        return id_of(answer, "ParentFolderId").id not in ("", self._place.id)


def _is_known(stamp: str | None, change_key: str) -> bool:
    return bool(change_key) and stamp is not None and stamp.removesuffix(_MORE) == change_key
