"""One reading of a mailbox: what happened in each folder since, then what was before, newest first.

    now     what came and went, by the deltaLinks
    past    the mails of each folder, page by page, the folders by turns: whoever wrote last is
            there within the first minute
    all     every id of a folder, whenever it came, against what is known; with that comes the
            deltaLink, and whatever came or went while the past was listed is told

The cursor moves behind what was told and no further.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from connectors.contract import Known
from connectors.errors import ConnectorError, CursorExpired, Paused, Refused, Unavailable
from connectors.graph.api import Api
from connectors.graph.errors import Declined, NotThere
from connectors.graph.mail_cursor import Cursor, Place
from connectors.graph.mail_fetch import AT_ONCE, Fetcher
from connectors.graph.mail_fetch import Found as FoundItems
from connectors.graph.mail_folders import Folder, Found
from connectors.graph.mail_letter import arrived
from connectors.graph.mail_listing import Round, change_of, changes, mails, stamp_of
from connectors.graph.mail_told import SCOPE, Told, prefix_of
from connectors.graph.odata import Json
from connectors.records import Batch, Gone, Item

_BATCH: Final = 500
_BAD_REQUEST: Final = 400
_DAY: Final = 86_400
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_FULL_ONCE: Final = 20  # a folder that held more than this is not emptied by hand
_TRIES: Final = 3  # of a page that Microsoft fails on


class Memory(NamedTuple):
    """What one reading leaves to the next of the same process, by the keys of folders: rounds that
    were not complete, and how often a page of the listing failed."""

    rounds: dict[str, Round]
    failed: Counter[str]


class Request(NamedTuple):
    """What a reading goes by. `since`: how far the past is wanted, in seconds since 1970; 0 for all
    of it."""

    known: Known
    found: Found
    since: int = 0


class Reading:
    """See above."""

    def __init__(self, api: Api, fetcher: Fetcher, request: Request, memory: Memory) -> None:
        self._api = api
        self._fetcher = fetcher
        self._known, self._found, self._since = request
        self._memory = memory
        self._told = Told(self._known)
        self._links: dict[str, str] = {}  # the next page of each listing
        self._cursor = Cursor()

    def batches(self, cursor: Cursor | None) -> Iterator[Batch]:
        """Everything that there is to say; the last batch is `done`. None: from the beginning."""
        self._cursor = cursor or Cursor()
        yield from self._lost(everything=cursor is None)
        for folder in self._found.folders:
            self._enter(folder, everything=cursor is None)
        folders, trouble = list(self._found.folders), None
        for step in (self._news, self._top, self._past, self._all):
            left, folders = folders, []
            while left:
                folder = left.pop(0)
                try:
                    more = yield from step(folder, self._cursor.places[folder.key])
                except NotThere:
                    continue  # it was deleted just now: the next reading tells
                except Paused:
                    raise
                except (Refused, Unavailable) as error:
                    if trouble is not None:
                        raise  # the second one: it is all of it, and no folder alone
                    trouble = error
                    continue
                (left if more else folders).append(folder)
        if (trouble := trouble or self._found.missing) is not None:
            yield Batch((), self._cursor.text())
            raise trouble
        yield Batch((), self._cursor.text(), done=True)

    def _enter(self, folder: Folder, *, everything: bool) -> None:
        place = self._cursor.places.get(folder.key)
        if place is None:
            anew = everything and bool(self._known.under(prefix_of(folder)))
            place = Place(since=self._since, anew=anew)
            self._cursor.places[folder.key] = place
        elif place.since and (not self._since or self._since < place.since - _DAY):
            if place.phase == "now":  # more of the past is wanted than was read
                place.phase = "past"
                place.last = stamp_of(datetime.fromtimestamp(place.since + _DAY, UTC))
            place.since = self._since
        place.root = folder.root

    def _lost(self, *, everything: bool) -> Iterator[Batch]:
        """Folders that are not read any more take with them what they held, but for those that
        should be there: the owner is told."""
        here = {one.key for one in self._found.folders}
        places, lacking = self._cursor.places, self._found.lacking
        away = [key for key, one in places.items() if key not in here and one.root not in lacking]
        if everything and not lacking:
            kept = tuple(f"{SCOPE}//{key}/" for key in here)
            gone = [ref for ref in self._known.under(f"{SCOPE}//") if not ref.startswith(kept)]
        else:
            gone = [ref for key in away for ref in self._known.under(f"{SCOPE}//{key}/")]
        yield from self._gone(sorted(gone))
        for key in away:
            del places[key]

    def _news(self, folder: Folder, place: Place) -> Generator[Batch, None, bool]:
        """What happened since; where that is lost, all ids are gone through."""
        if not place.delta:
            return False
        try:
            page = changes(self._api, folder, place.page or place.delta)
        except CursorExpired:
            place.lose()
            return False
        except Declined as error:
            if error.status != _BAD_REQUEST:
                raise
            place.lose()
            return False
        found = {one.id: one for entry in page.entries if (one := change_of(entry)) is not None}
        prefix = prefix_of(folder)
        yield from self._gone(
            [
                prefix + one.id
                for one in found.values()
                if one.is_gone and self._told.has(folder, one.id)
            ]
        )
        wanted = [
            one.id
            for one in found.values()
            if not one.is_gone and _reaches(place, one.at) and not self._told.has(folder, one.id)
        ]
        yield from self._fetched(folder, wanted)
        place.page = page.next
        if not page.next:
            place.delta = page.delta or place.delta
        if found and not page.next:
            yield Batch((), self._cursor.text())
        return bool(page.next)

    def _top(self, folder: Folder, place: Place) -> Generator[Batch, None, bool]:
        """The newest mails, while older ones are still being read."""
        if place.phase != "past":
            return False
        if place.last:
            page = mails(self._api, folder, place.since, "")
            yield from self._read(folder, page.entries, retold=False)
        else:
            yield from self._past(folder, place)
        return False

    def _past(self, folder: Folder, place: Place) -> Generator[Batch, None, bool]:
        """The next page of the past."""
        if place.phase != "past":
            return False
        link, failed = self._links.get(folder.key, ""), self._memory.failed
        try:
            page = mails(self._api, folder, place.since, place.last, link)
        except Unavailable as error:
            failed[folder.key] += not error.asked
            if failed[folder.key] < _TRIES:
                raise
            # Some mail on it is in the way: each is asked for by itself.
            place.phase, place.last = "all", ""
            return False
        failed.pop(folder.key, None)
        if link and page.next == link:
            raise Unavailable(f"Microsoft goes on and on with {folder.name}: it is asked again")
        yield from self._read(folder, page.entries, retold=place.anew)
        times = [at for entry in page.entries if (at := arrived(entry)) is not None]
        if times:
            place.last = stamp_of(min(times) + timedelta(microseconds=999_999))
        if page.next:
            self._links[folder.key] = page.next
        else:
            place.listed()
        yield Batch((), self._cursor.text())
        return bool(page.next)

    def _all(self, folder: Folder, place: Place) -> Generator[Batch, None, bool]:
        """Every id that there is."""
        if place.phase != "all":
            return False
        rounds = self._memory.rounds
        one = rounds.setdefault(folder.key, Round(self._api, folder))
        try:
            one.complete()
        except CursorExpired as error:
            del rounds[folder.key]
            words = f"Microsoft forgot how far {folder.name} was read: it is asked again"
            raise Unavailable(words) from error
        prefix, refs = prefix_of(folder), self._told.everything(folder)
        if not one.there and len(refs) > _FULL_ONCE:
            del rounds[folder.key]
            raise Unavailable(
                f"the folder {folder.name} looks empty at Microsoft, though it held {len(refs)} "
                "mails; nothing was deleted: look there"
            )
        yield from self._gone(sorted(refs - {prefix + each for each in one.there}))
        wanted = [
            each
            for each, at in one.there.items()
            if _reaches(place, at) and not self._told.has(folder, each)
        ]
        wanted.sort(key=lambda each: one.there[each] or _LATEST, reverse=True)
        yield from self._fetched(folder, wanted)
        place.phase, place.delta, place.page = "now", one.delta, ""
        del rounds[folder.key]
        self._told.forget(folder)
        yield Batch((), self._cursor.text())
        return False

    def _read(
        self, folder: Folder, entries: Sequence[Json], *, retold: bool
    ) -> Generator[Batch, None, None]:
        """Tell of the mails on a page. `retold`: of those that are known as well."""
        self._told.load(folder)
        wanted = []
        for entry in entries:
            if one := str(entry.get("id") or ""):
                once_more = retold and not self._told.was_told(folder, one)
                if once_more or not self._told.has(folder, one):
                    wanted.append(entry)
        found, trouble = self._fetcher.read(wanted, prefix_of(folder))
        yield from self._tell(folder, found, trouble)

    def _fetched(self, folder: Folder, ids: Sequence[str]) -> Iterator[Batch]:
        """Tell of these mails."""
        for at in range(0, len(ids), AT_ONCE):
            found, trouble = self._fetcher.fetch(ids[at : at + AT_ONCE], prefix_of(folder))
            yield from self._tell(folder, found, trouble)

    def _tell(
        self, folder: Folder, found: FoundItems, trouble: ConnectorError | None
    ) -> Iterator[Batch]:
        items: list[Item] = []
        for one, item in found.items():
            if item is not None:
                self._told.there(item.ref)
                items.append(item)
            elif self._told.has(folder, one):
                ref = prefix_of(folder) + one
                self._told.gone([ref])
                items.append(Gone(ref))
        if items:
            yield Batch(tuple(items), self._cursor.text())
        if trouble is not None:
            raise trouble

    def _gone(self, refs: Sequence[str]) -> Iterator[Batch]:
        for at in range(0, len(refs), _BATCH):
            some = refs[at : at + _BATCH]
            self._told.gone(some)
            yield Batch(tuple(map(Gone, some)), self._cursor.text())


def _reaches(place: Place, at: datetime | None) -> bool:
    """Whether a mail that came then is wanted."""
    return at is None or at.timestamp() >= place.since
