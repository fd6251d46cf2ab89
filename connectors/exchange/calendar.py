"""The calendars of a mailbox as a source: its own one, or some by name.

    SyncFolderItems   which items are new, changed or gone; a series is one of them
    GetItem           what they say
    FindItem          with a CalendarView: the instances of a series, see `calendar_series.py`

What changes in a series, an instance of it or an answer, changes its item: then all of its
instances are asked for anew. So they are once the window has moved. It reaches from `history` (ten
years before the first reading) to 400 days ahead, and is moved once fewer than 200 days are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known
from connectors.errors import CursorExpired, Refused
from connectors.exchange.calendar_event import Reader
from connectors.exchange.calendar_guests import Resolve
from connectors.exchange.calendar_items import Items
from connectors.exchange.calendar_list import choose
from connectors.exchange.places import Place, key_of
from connectors.exchange.synced import Reading
from connectors.exchange.synced_cursor import Progress, State, progress_of
from connectors.formats import window
from connectors.records import Batch, Facet, Gone, Item

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange

SCOPE: Final = "calendar"

_NAMED: Final = "="  # before a name in the cursor: the id of the folder that was chosen by it
_ALL: Final = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


class CalendarSource:
    """See above. `login`: the mailbox's address. `zone` is where dates are days. `chosen`: names of
    folders, or paths ("Work/Travel"); None: the mailbox's own calendar. `resolve`: see
    `calendar_guests.py`."""

    facet = Facet.CALENDAR
    scope = SCOPE

    def __init__(
        self,
        exchange: Exchange,
        login: str,
        zone: ZoneInfo | None = None,
        *,
        history: date | None = None,
        chosen: Sequence[str] | None = None,
        resolve: Resolve = lambda name: "",
    ) -> None:
        self._exchange = exchange
        self._zone = zone or ZoneInfo("UTC")
        self._reader = Reader(login, self._zone, resolve)
        self._history = history
        self._chosen = chosen
        self._names: dict[str, str] = {}  # ids of the folders that were chosen, as last found

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = progress_of(cursor, SCOPE)
        if window.move(progress.extra, now, self._history, SCOPE):
            for state in progress.folders.values():
                state.again = ""
        self._reach_back(progress)
        calendars, missing = self._places(progress)
        for key, one in calendars.items():
            if key not in progress.folders:
                held = bool(known.under(one.under))
                progress.folders[key] = State(anew=cursor is None and held, compare=held)
        yield from Reading(known, progress, SCOPE).batches(
            calendars,
            everything=cursor is None,
            missing=missing,
            kept=[key_of(one) for one in self._names.values()],
        )

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        calendars, _ = self._places(progress_of(cursor, SCOPE))
        for one, some in _by_place(refs, calendars):
            yield from one.again(some) if one is not None else map(Gone, some)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        for one in self._counted().values():
            for ref in one.refs():
                yield Counted(ref)

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        days: dict[str, date] = {}
        for one, some in _by_place(refs, self._counted()):
            if one is not None:
                days |= one.days(some, self._zone)
        return days

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        choose(self._exchange, None, {})
        return self._exchange.server_time()

    def close(self) -> None:
        """Close the connection. It may be used again."""
        self._exchange.close()

    def _reach_back(self, progress: Progress) -> None:
        """Read everything anew where `history` was set to an earlier day: what lay before the
        window was passed over."""
        extra = progress.extra
        if self._history is None or date.fromisoformat(extra["from"]) <= self._history:
            return
        extra["from"] = self._history.isoformat()
        for state in progress.folders.values():
            state.begin()
            state.anew = True

    def _places(self, progress: Progress) -> tuple[dict[str, Items], Refused | None]:
        """The calendars that are read, by their keys, and what is wrong with those that are not.
        Raises `CursorExpired` for a cursor without a window."""
        extra = progress.extra
        try:
            between = window.bounds(extra)
        except (KeyError, ValueError) as error:
            raise CursorExpired(f"the reading of {SCOPE} starts over") from error
        remembered = {
            name.removeprefix(_NAMED): found
            for name, found in extra.items()
            if name.startswith(_NAMED)
        }
        # The cursor may be from before the calendar was found.
        names = {**self._names, **remembered}
        found, self._names, missing = choose(self._exchange, self._chosen, names)
        progress.extra = {
            **{name: text for name, text in extra.items() if not name.startswith(_NAMED)},
            **{_NAMED + name: one for name, one in self._names.items()},
        }
        return {one.key: self._items(one, between) for one in found}, missing

    def _counted(self) -> dict[str, Items]:
        """The calendars as an audit looks at them."""
        found, self._names, missing = choose(self._exchange, self._chosen, self._names)
        if missing is not None:
            raise missing
        return {one.key: self._items(one, _ALL) for one in found}

    def _items(self, place: Place, between: tuple[datetime, datetime]) -> Items:
        return Items(self._exchange, place, SCOPE, self._reader, between)


def _by_place(
    refs: Sequence[str], calendars: Mapping[str, Items]
) -> Iterator[tuple[Items | None, list[str]]]:
    held: dict[str, list[str]] = {}
    for ref in refs:
        held.setdefault(ref.removeprefix(f"{SCOPE}//").partition("/")[0], []).append(ref)
    for key, some in held.items():
        yield calendars.get(key), some
