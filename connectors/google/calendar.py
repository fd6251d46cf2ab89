"""The calendars of a Google account as a source: those that its owner has ticked, or some by name.

    calendarList.list      which there are, once in each reading
    events.list            the newest of each, then each in full, then what its sync token tells

Series come as instances (singleEvents) inside a window, as those of other calendars do: from
`history` (ten years before the first reading) to 400 days ahead. A sync token keeps the window it
was made with: once fewer than 200 days are left each calendar is listed anew, and only what differs
is told. A calendar that shows only when somebody is busy is no evidence, nor is an event of which
nothing else is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known
from connectors.errors import CursorExpired, Refused, Unavailable
from connectors.formats import window
from connectors.google.api import Api
from connectors.google.calendar_events import Events
from connectors.google.calendar_list import Entry, choose, entries
from connectors.google.synced import Reading
from connectors.google.synced_cursor import Progress, State, progress_of
from connectors.records import Batch, Facet, Gone, Item

SCOPE: Final = "calendar"

_NEAR: Final = timedelta(days=92)
_CERTAIN: Final = timedelta(days=200)  # so far ahead whatever window there is reaches
_BACK: Final = timedelta(days=3650)
_NEAR_SINCE: Final = "near"  # in the cursor: since when events are read first
_NAMED: Final = "="  # before a name in the cursor: the key of the calendar that was chosen by it


class CalendarSource:
    """See above. `zone` is where dates are days. `chosen`: names, ids or "primary"; None: those
    that are ticked. `login`: the account's address, else what its own calendar is called."""

    facet = Facet.CALENDAR
    scope = SCOPE

    def __init__(
        self,
        api: Api,
        zone: ZoneInfo | None = None,
        *,
        history: date | None = None,
        chosen: Sequence[str] | None = None,
        login: str = "",
    ) -> None:
        self._api = api
        self._zone = zone or ZoneInfo("UTC")
        self._history = history
        self._chosen = chosen
        self._login = login
        self._names: dict[str, str] = {}  # keys of the calendars that were chosen, as last found
        self._window: tuple[datetime, datetime] | None = None

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = progress_of(cursor, SCOPE)
        if self._moved(progress, now):
            for state in progress.lists.values():
                state.begin("near")
        lists, missing = self._places(progress)
        for key, one in lists.items():
            if key not in progress.lists:
                anew = cursor is None and bool(known.under(one.under))
                # What was told first may be gone before all of it is listed.
                progress.lists[key] = State("near", anew=anew, compare=True)
        yield from Reading(known, progress, SCOPE).batches(
            lists,
            everything=cursor is None,
            missing=missing,
            kept=self._names.values() - lists.keys(),
        )

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        places, _ = self._places(progress_of(cursor, SCOPE))
        for one, some in _by_place(refs, places):
            yield from one.again(some) if one is not None else map(Gone, some)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`: of the window that was read last, else of what
        every window reaches."""
        for one in self._counted().values():
            for found in one.ids():
                yield Counted(one.under + found)

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        days: dict[str, date] = {}
        for one, some in _by_place(refs, self._counted()):
            if one is not None:
                days |= one.days(some)
        return days

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        entries(self._api)
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        self._api.close()

    def _moved(self, progress: Progress, now: datetime) -> bool:
        """Set the window of a cursor, or move it; True where it shows more than it did."""
        extra = progress.extra
        moved = window.move(extra, now, self._history, SCOPE)
        if self._history is not None and date.fromisoformat(extra["from"]) > self._history:
            extra["from"], moved = self._history.isoformat(), True
        if moved or _NEAR_SINCE not in extra:
            extra[_NEAR_SINCE] = (now - _NEAR).astimezone(UTC).date().isoformat()
        return moved

    def _places(self, progress: Progress) -> tuple[dict[str, Events], Refused | None]:
        """The calendars that are read, by their keys, and what is wrong with those that are not.
        Raises `CursorExpired` for a cursor without a window."""
        extra = progress.extra
        try:
            self._window = window.bounds(extra)
            near = datetime.combine(date.fromisoformat(extra[_NEAR_SINCE]), time(), UTC)
        except (KeyError, ValueError) as error:
            raise CursorExpired(f"the reading of {SCOPE} starts over") from error
        remembered = {
            name.removeprefix(_NAMED): key for name, key in extra.items() if name.startswith(_NAMED)
        }
        # The cursor may be from before the calendar was found.
        found, self._names, missing = choose(
            entries(self._api), self._chosen, {**self._names, **remembered}
        )
        progress.extra = {
            **{name: text for name, text in extra.items() if not name.startswith(_NAMED)},
            **{_NAMED + name: key for name, key in self._names.items()},
        }
        return {one.key: self._events(one, self._window, near) for one in found}, missing

    def _counted(self) -> dict[str, Events]:
        """The calendars as an audit looks at them."""
        found, self._names, missing = choose(entries(self._api), self._chosen, self._names)
        if missing is not None:
            raise missing
        now = self._api.server_time()
        if now is None:
            raise Unavailable("Google does not say what time it is: ask again later")
        span = self._window or self._certain(now)
        return {one.key: self._events(one, span, span[0]) for one in found}

    def _certain(self, now: datetime) -> tuple[datetime, datetime]:
        """What lies within whatever window is read."""
        if self._history is None:
            return now - _BACK, now + _CERTAIN
        return datetime.combine(self._history, time(), UTC), now + _CERTAIN

    def _events(self, entry: Entry, span: tuple[datetime, datetime], near: datetime) -> Events:
        return Events(self._api, entry, SCOPE, self._zone, span, near, self._login)


def _by_place(
    refs: Sequence[str], places: Mapping[str, Events]
) -> Iterator[tuple[Events | None, list[str]]]:
    held: dict[str, list[str]] = {}
    for ref in refs:
        held.setdefault(ref.removeprefix(f"{SCOPE}//").partition("/")[0], []).append(ref)
    for key, some in held.items():
        yield places.get(key), some
