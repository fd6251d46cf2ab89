"""The calendars of a mailbox as a source: all that it lists, or some by name.

    calendars                 which there are, once in each reading
    calendarView              the newest of each, then
    calendarView/delta        each in full, then what its deltaLink tells

Series come as instances inside a window, as those of other calendars do: from `history` (ten years
before the first reading) to 400 days ahead. A deltaLink keeps the window it was made with: once
fewer than 200 days are left each calendar is listed anew, and only what differs is told. Microsoft
answers for five years at once: a longer window is read in parts, each as a list of its own. What
others noted in a calendar of theirs, or that they share, is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known
from connectors.errors import CursorExpired, Paused, Refused, Unavailable
from connectors.formats import window
from connectors.graph.api import Api
from connectors.graph.calendar_event import Event, Holder
from connectors.graph.calendar_events import Events
from connectors.graph.calendar_list import Entry, addresses, choose, entries
from connectors.graph.synced import Reading
from connectors.graph.synced_cursor import Progress, State, progress_of
from connectors.records import Batch, Facet, Gone, Item

SCOPE: Final = "calendar"

_NEAR: Final = timedelta(days=92)
_CERTAIN: Final = timedelta(days=200)  # so far ahead whatever window there is reaches
_BACK: Final = timedelta(days=3650)
_MOST: Final = timedelta(days=1_800)  # of a calendarView: 1825, says who is asked for more
_PART: Final = timedelta(days=1_200)  # what ends so long before the end of the window is past
_NEAR_SINCE: Final = "near"  # in the cursor: since when events are read first
_NAMED: Final = "="  # before a name in the cursor: the key of the calendar that was chosen by it


Masters = dict[str, Event | None]


class Part(NamedTuple):
    """A part of the window. `mark`: what tells it from the newest one, "" for that."""

    mark: str
    start: datetime
    end: datetime


class CalendarSource:
    """See above. `zone` is where dates are days. `chosen`: names, ids or "default"; None: all.
    `login`: the account's address."""

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
        self._login = login or api.login
        self._names: dict[str, str] = {}  # keys of the calendars that were chosen, as last found
        self._window: tuple[datetime, datetime] | None = None
        self._masters: dict[str, Masters] = {}  # of a reading under way, by the keys of its lists

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = progress_of(cursor, SCOPE)
        if self._moved(progress, now):
            for key, state in progress.lists.items():
                state.begin(_first(key))
        lists, missing, kept = self._places(progress, self._masters)
        for key, one in lists.items():
            if key not in progress.lists:
                anew = cursor is None and bool(known.under(one.under))
                # What was told first may be gone before all of it is listed.
                progress.lists[key] = State(_first(key), anew=anew, compare=True)
        try:
            yield from Reading(known, progress, SCOPE).batches(
                lists, everything=cursor is None, missing=missing, kept=kept
            )
        except Paused:
            raise  # it goes on in a moment, with the series it has
        except BaseException:
            self._masters.clear()
            raise
        self._masters.clear()

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        places, _, _ = self._places(progress_of(cursor, SCOPE))
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

    def _places(
        self, progress: Progress, masters: dict[str, Masters] | None = None
    ) -> tuple[dict[str, Events], Refused | None, list[str]]:
        """The calendars that are read, by their keys; what is wrong with those that are not; the
        keys under which these are known. `masters`: what is known of series. Raises
        `CursorExpired` for a cursor without a window."""
        extra = progress.extra
        try:
            self._window = window.bounds(extra)
            near = datetime.combine(date.fromisoformat(extra[_NEAR_SINCE]), time(), UTC)
        except (KeyError, ValueError) as error:
            raise CursorExpired(f"the reading of {SCOPE} starts over") from error
        remembered = {
            name.removeprefix(_NAMED): key for name, key in extra.items() if name.startswith(_NAMED)
        }
        listed = entries(self._api)
        # The cursor may be from before the calendar was found.
        found, self._names, missing = choose(listed, self._chosen, {**self._names, **remembered})
        progress.extra = {
            **{name: text for name, text in extra.items() if not name.startswith(_NAMED)},
            **{_NAMED + name: key for name, key in self._names.items()},
        }
        parts = parts_of(*self._window)
        away = set(self._names.values()) - {one.key for one in found}
        kept = [key + part.mark for key in sorted(away) for part in parts]
        return self._lists(found, parts, near, listed, masters), missing, kept

    def _counted(self) -> dict[str, Events]:
        """The calendars as an audit looks at them."""
        listed = entries(self._api)
        found, self._names, missing = choose(listed, self._chosen, self._names)
        if missing is not None:
            raise missing
        now = self._api.server_time()
        if now is None:
            raise Unavailable("Microsoft does not say what time it is: ask again later")
        span = self._window or self._certain(now)
        return self._lists(found, parts_of(*span), span[0], listed)

    def _certain(self, now: datetime) -> tuple[datetime, datetime]:
        """What lies within whatever window is read."""
        if self._history is None:
            return now - _BACK, now + _CERTAIN
        return datetime.combine(self._history, time(), UTC), now + _CERTAIN

    def _lists(
        self,
        found: Sequence[Entry],
        parts: Sequence[Part],
        near: datetime,
        listed: Sequence[Entry],
        masters: dict[str, Masters] | None = None,
    ) -> dict[str, Events]:
        masters = {} if masters is None else masters
        also = addresses(listed, self._login)
        return {
            one.key + part.mark: Events(
                self._api,
                one,
                f"{SCOPE}//{one.key}{part.mark}/",
                self._zone,
                (part.start, part.end),
                near,
                Holder(self._login, also=also) if one.own else Holder(one.holder, own=False),
                masters.setdefault(one.key + part.mark, {}),
            )
            for one in found
            for part in parts
        }


def _first(key: str) -> Literal["near", "all"]:
    """How the reading of a list begins: nothing of an older part is new."""
    return "all" if "-" in key else "near"


def parts_of(start: datetime, end: datetime) -> list[Part]:
    """A window in parts that Microsoft answers for, the newest one first."""
    parts: list[Part] = []
    while end - start > _MOST:
        parts.append(Part(f"-{start:%Y%m%d}", start, start + _PART))
        start += _PART
    return [Part("", start, end), *reversed(parts)]


def _by_place(
    refs: Sequence[str], places: Mapping[str, Events]
) -> Iterator[tuple[Events | None, list[str]]]:
    held: dict[str, list[str]] = {}
    for ref in refs:
        held.setdefault(ref.removeprefix(f"{SCOPE}//").partition("/")[0], []).append(ref)
    for key, some in held.items():
        yield places.get(key), some
