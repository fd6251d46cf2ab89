"""One facet of an account as a Source: all of its collections, or those that were chosen.

A reading lists the collections (one request each home), passes over those that stand where they
stood, and asks the others what changed. What fails in one collection is told after the others were
read. A ref is `scope/` and the path of the item on the server.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from connectors.caldav import sync
from connectors.caldav.cursor import Progress, State, progress_of
from connectors.caldav.discovery import Collection
from connectors.caldav.fetch import Fetcher, Got
from connectors.caldav.paths import folder_of
from connectors.caldav.server import Server
from connectors.contract import Counted, Known
from connectors.errors import BadItem, Refused, Unavailable
from connectors.records import Bad, Batch, Facet, Gone, Item, Observation, Seen

AGAIN: Final = "+"  # ends the stamp of an item that has to be read again when the window moves
BATCH: Final = 100
_FULL_ONCE: Final = 20  # a source that held more than this is not emptied by hand


class Content(NamedTuple):
    """What one item holds. `again`: it must be read again when the window moves; `broken`: what of
    it could not be read."""

    observations: tuple[Observation, ...]
    again: bool = False
    broken: str = ""


class DavSource(ABC):
    """Collections of one service, "caldav" or "carddav". `chosen` by display name or path; None:
    all of them."""

    facet: Facet
    service: str
    what: str  # a collection of it, for the owner
    may_be_emptied = False  # else a collection that held much and holds nothing was lost

    def __init__(self, server: Server, scope: str, chosen: Sequence[str] | None = None) -> None:
        self.server = server
        self.scope = scope
        self._chosen = chosen
        self._names: dict[str, str] = {}  # the paths of those that were chosen, as last found
        self._fetcher = Fetcher(server.dav, self.service)

    @abstractmethod
    def read(self, data: bytes, progress: Progress) -> Content:
        """What is in an item. Raises `BadItem`."""

    def wanted(self, place: Collection) -> bool:
        """Whether a collection is read where none was chosen."""
        return True

    def resume(self, progress: Progress, now: datetime) -> None:  # noqa: B027  # most have nothing to
        """Bring `progress` to `now` before a reading."""

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = progress_of(cursor, self.scope)
        self.resume(progress, now)
        committed = dict(known.under(self._ref("")))
        places, missing = self.places(progress)
        self._refuse_to_lose_all(committed, places)
        trouble: Refused | Unavailable | None = missing
        for path in sorted(places):
            try:
                yield from self._look(places[path], committed, progress)
            except (Refused, Unavailable) as error:
                if trouble is not None and trouble is not missing:
                    raise  # the second one: it is the server, and no collection of it
                trouble = error
        yield from self._lost(committed, places, progress)
        if trouble is not None:
            yield Batch((), progress.text())
            raise trouble
        if progress.again is not None:
            yield from self._again(known, places, progress)
        progress.everything = False
        yield Batch((), progress.text(), done=True)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        progress = progress_of(cursor, self.scope)
        places, _ = self.places(progress)
        for place, paths in self._by_place(refs, places):
            if place is None:
                yield from (Gone(self._ref(path)) for path in paths)
                continue
            for path, got in self._fetcher.fetch(place, paths).items():
                yield self._item(path, "", got, progress, known=True) or Gone(self._ref(path))

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        places, missing = self.places(Progress())
        if missing is not None:
            raise missing
        for place in places.values():
            members, _ = sync.everything(self.server.dav, place)
            for path in members:
                yield Counted(self._ref(path))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        places, _ = self.places(Progress())
        found = {}
        for place, paths in self._by_place(refs, places):
            for path, got in self._fetcher.fetch(place, paths).items() if place else ():
                if got.data is not None and (day := self.day_of(got.data)) is not None:
                    found[self._ref(path)] = day
        return found

    def day_of(self, data: bytes) -> date | None:
        """The day of an item by its content; None where it has none."""
        return None

    def close(self) -> None:
        """See `connectors.contract.Closable`."""
        self.server.session.close()

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        return self.server.time(anew=True)

    def places(self, progress: Progress) -> tuple[dict[str, Collection], Refused | None]:
        """The collections that are read, by path, and what is wrong where chosen ones are not
        there. One that was renamed since is known by its path."""
        listed = {place.path: place for place in self.server.collections(self.service)}
        if self._chosen is None:
            progress.names = {}
            return {path: one for path, one in listed.items() if self.wanted(one)}, None
        found: dict[str, Collection] = {}
        missing: list[str] = []
        before = progress.names
        progress.names = {}
        for name in self._chosen:
            # The cursor may be from before the collection was found, or made.
            paths = [one for one in (before.get(name), self._names.get(name)) if one]
            progress.names[name] = paths[0] if paths else ""
            called = [one for one in listed.values() if one.called(name)]
            called.sort(key=lambda one: not one.writable)
            remembered = [listed[path] for path in paths if path in listed]
            # Of several the one that is of use.
            if choice := sorted((*called, *remembered), key=lambda one: not self.wanted(one)):
                place = choice[0]
                found[place.path] = place
                progress.names[name] = place.path
            else:
                missing.append(repr(name))
        self._names = dict(progress.names)
        return found, self._missing(missing, listed.values()) if missing else None

    def _missing(self, names: Sequence[str], listed: Iterable[Collection]) -> Refused:
        there = ", ".join(sorted({one.name for one in listed if self.wanted(one)})) or "none"
        return Refused(
            f"there is no {self.what} {' or '.join(names)} on the server (there are: {there}): "
            "make it, or correct the configuration"
        )

    def _look(
        self, place: Collection, committed: Mapping[str, str], progress: Progress
    ) -> Iterator[Batch]:
        """What is to be told of one collection; its state is in the cursors."""
        state = progress.state(place.path)
        if state.mark.token:
            if state.mark.token == place.token:
                return
            try:
                yield from self._news(place, state, committed, progress)
                return
            except (sync.TokenInvalid, sync.NoSync):
                state.mark = sync.Mark()  # it is listed, and compared with what is known
        elif state.mark.ctag and state.mark.ctag == place.ctag:
            return
        yield from self._listing(place, state, committed, progress)

    def _news(
        self, place: Collection, state: State, committed: Mapping[str, str], progress: Progress
    ) -> Iterator[Batch]:
        while True:
            page = sync.changes(self.server.dav, place, state.mark.token)
            wanted = {
                path: etag
                for path, etag in page.changed.items()
                if not etag or committed.get(self._ref(path), "").removesuffix(AGAIN) != etag
            }
            held: list[Item] = [Gone(ref) for ref in map(self._ref, page.gone) if ref in committed]
            for items in self._fetched(place, wanted, committed, progress):
                held += items
                if len(held) >= BATCH:
                    yield Batch(tuple(held), progress.text())
                    held = []
            state.mark = sync.Mark(page.token)
            if held:
                yield Batch(tuple(held), progress.text())
            if not page.more:
                return

    def _listing(
        self, place: Collection, state: State, committed: Mapping[str, str], progress: Progress
    ) -> Iterator[Batch]:
        members, mark = sync.everything(self.server.dav, place)
        prefix = self._ref(place.path)
        ours = {ref: stamp for ref, stamp in committed.items() if ref.startswith(prefix)}
        if not members and len(ours) > _FULL_ONCE and not self.may_be_emptied:
            raise Unavailable(
                f"{place.name} looks empty on the server, though it held {len(ours)} items; "
                "nothing was deleted: look there, or choose other collections"
            )
        wanted = {
            path: etag
            for path, etag in sorted(members.items())
            if not etag
            or ours.get(self._ref(path), "").removesuffix(AGAIN) != etag
            or (state.listed is not None and path > state.listed)
        }
        for items in self._fetched(place, wanted, committed, progress):
            if state.listed is not None and items:
                last = max(item.ref for item in items)
                state.listed = max(state.listed, last.removeprefix(self._ref("")))
            if items:
                yield Batch(tuple(items), progress.text())
        gone = sorted(ours.keys() - {self._ref(path) for path in members})
        yield from self._in_batches([Gone(ref) for ref in gone], progress)
        state.mark, state.listed = mark, None  # the next batch carries it

    def _fetched(
        self,
        place: Collection,
        wanted: Mapping[str, str],
        committed: Mapping[str, str],
        progress: Progress,
    ) -> Iterator[list[Item]]:
        paths = list(wanted)
        for start in range(0, len(paths), BATCH):
            for got in self._fetcher.portions(place, paths[start : start + BATCH]):
                read = (
                    self._item(
                        path, wanted[path], one, progress, known=self._ref(path) in committed
                    )
                    for path, one in got.items()
                )
                yield [item for item in read if item is not None]

    def _item(
        self, path: str, listed: str, got: Got, progress: Progress, *, known: bool
    ) -> Item | None:
        ref, stamp = self._ref(path), got.etag or listed
        if got.trouble:
            return Bad(ref, stamp, got.trouble, for_now=True)
        if got.data is None:
            return Gone(ref) if known else None
        try:
            content = self.read(got.data, progress)
        except BadItem as error:
            return Bad(ref, stamp, str(error))
        stamp = stamp + AGAIN if content.again else stamp
        return Seen(ref, stamp, content.observations, content.broken)

    def _again(
        self, known: Known, places: Mapping[str, Collection], progress: Progress
    ) -> Iterator[Batch]:
        """What may hold more now that the window moved."""
        refs = sorted(
            ref
            for ref, stamp in known.under(self._ref("")).items()
            if stamp.endswith(AGAIN) and ref > (progress.again or "")
        )
        for start in range(0, len(refs), BATCH):
            part = refs[start : start + BATCH]
            items: list[Item] = []
            for place, paths in self._by_place(part, places):
                for path, got in self._fetcher.fetch(place, paths).items() if place else ():
                    item = self._item(path, "", got, progress, known=True)
                    items += [item] if item is not None else []
            progress.again = part[-1]
            yield Batch(tuple(items), progress.text())
        progress.again = None

    def _lost(
        self, committed: Mapping[str, str], places: Mapping[str, Collection], progress: Progress
    ) -> Iterator[Batch]:
        """Collections that are not there any more take what they held with them."""
        kept = {*places, *(path for path in progress.names.values() if path)}
        for path in progress.places.keys() - kept:
            del progress.places[path]
        cut = len(self._ref(""))
        gone = sorted(ref for ref in committed if folder_of(ref[cut:]) not in kept)
        yield from self._in_batches([Gone(ref) for ref in gone], progress)

    def _in_batches(self, items: Sequence[Item], progress: Progress) -> Iterator[Batch]:
        for start in range(0, len(items), BATCH):
            yield Batch(tuple(items[start : start + BATCH]), progress.text())

    def _by_place(
        self, refs: Sequence[str], places: Mapping[str, Collection]
    ) -> Iterator[tuple[Collection | None, list[str]]]:
        held: dict[str, list[str]] = {}
        for ref in refs:
            path = ref.removeprefix(self._ref(""))
            held.setdefault(folder_of(path), []).append(path)
        for folder, paths in held.items():
            yield places.get(folder), paths

    def _refuse_to_lose_all(
        self, committed: Mapping[str, str], places: Mapping[str, Collection]
    ) -> None:
        if len(committed) > _FULL_ONCE and not places and not self.may_be_emptied:
            raise Unavailable(
                f"the server lists no {self.what} any more, though {len(committed)} items were "
                "there; nothing was deleted: look there, or correct the configuration"
            )

    def _ref(self, path: str) -> str:
        return f"{self.scope}/{path}"
