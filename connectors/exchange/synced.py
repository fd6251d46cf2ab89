"""Folders that Exchange tells the changes of by sync state: calendars, contacts, tasks.

    all       everything, page by page; each page comes with the state behind it
    compare   what is known is held against the folder: what is in it no more is gone
    again     what is known and may hold more than it did (series, once their window has moved)
    now       what changed since the state

Where Exchange takes a state no more (ErrorInvalidSyncStateData), that folder alone is read anew,
and compared with what is known: nothing is lost and nothing told twice. A page is committed with
its state, so a reading goes on where it was left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from connectors.contract import Known
from connectors.errors import CursorExpired, Paused, Refused, Unavailable
from connectors.exchange.element import Element, id_of
from connectors.exchange.synced_cursor import Progress, State
from connectors.records import Batch, Gone, Item

if TYPE_CHECKING:
    from connectors.exchange.request import Field
    from connectors.exchange.session import Exchange

PAGE: Final = 512  # changes that are asked for at once, the most there are
BATCH: Final = 500
AGAIN: Final = 50  # items that are read again at once

_ANEW: Final = 4  # a state is given up, and that of a listing that was left half-way
_FULL_ONCE: Final = 20  # a folder that held more than this is not emptied by hand


class Change(NamedTuple):
    """What SyncFolderItems says about one item. `element` is None where it is there no more."""

    ref: str
    change_key: str
    element: Element | None


class Page(NamedTuple):
    """Some changes, the state behind them, and whether there are no more for now."""

    changes: Sequence[Change]
    token: str
    last: bool


def page_of(
    exchange: Exchange,
    folder: str,
    token: str,
    what: str,
    under: str,
    fields: Sequence[Field] = (),
) -> Page:
    """The next page of a folder. `what` it is, for the owner; `under`: what its refs begin with;
    `fields` that are told with each change."""
    from connectors.exchange import raw

    found = raw.changes(exchange, folder, token, fields, PAGE, what)
    changes = []
    for kind, one in found.told:
        if kind in ("Create", "Update"):
            told = id_of(one)
            changes.append(Change(under + told.id, told.change_key, one))
        elif kind == "Delete":
            changes.append(Change(under + (one.get("Id") or ""), "", None))
    # Where nothing is told the state that was asked by still holds, and nothing has to be written.
    same = bool(token) and found.last and not found.told
    return Page(changes, token if same else found.state, found.last)


class Listed(Protocol):
    """One folder. `under` is what the refs of its items begin with: the scope, //, its key, /."""

    name: str  # for the owner: "the calendar Work"
    under: str

    def page(self, token: str) -> Page:
        """What changed since the state `token`, "" for everything. Raises `CursorExpired` for a
        state that is no use any more."""

    def told(self, changes: Sequence[Change], known: Told, *, retold: bool) -> Iterator[Item]:
        """What these changes come to. Items that are known as they are need not be read, unless
        they are `retold`."""

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """These as they are now, in any order; `Gone` for what is not in the folder any more."""

    def there(self) -> set[str]:
        """The refs of everything that is in it now."""

    def may_hold_more(self, stamp: str) -> bool:
        """Whether an item that is known by that stamp is to be read again."""


class Told:
    """What is known of one folder: what the core has committed, and what was yielded since."""

    def __init__(self, known: Known, under: str) -> None:
        self._known = known
        self._under = under
        self._whole: dict[str, str] | None = None
        self._since: dict[str, str | None] = {}

    def stamp(self, ref: str) -> str | None:
        """Its stamp, None where it is not known."""
        if ref in self._since:
            return self._since[ref]
        return (self._known.under(ref) if self._whole is None else self._whole).get(ref)

    def everything(self) -> dict[str, str]:
        """All that are known: stamps by ref."""
        now = dict(self._load())
        for ref, stamp in self._since.items():
            if stamp is None:
                now.pop(ref, None)
            else:
                now[ref] = stamp
        return now

    def load(self) -> None:
        """Ask for all of them at once: a listing is about to ask for each."""
        self._load()

    def add(self, item: Item) -> None:
        """It is yielded."""
        self._since[item.ref] = None if isinstance(item, Gone) else item.stamp

    def _load(self) -> dict[str, str]:
        if self._whole is None:
            self._whole = dict(self._known.under(self._under))
        return self._whole


class Reading:
    """One reading of several folders: see above. Their states in `progress` are kept up to date."""

    def __init__(self, known: Known, progress: Progress, scope: str) -> None:
        self._known = known
        self._progress = progress
        self._under = f"{scope}//"

    def batches(
        self,
        folders: Mapping[str, Listed],
        *,
        everything: bool,
        missing: Refused | None = None,
        kept: Collection[str] = (),
    ) -> Iterator[Batch]:
        """What there is to say, up to the batch that is `done`. `everything`: it began without a
        cursor. What fails in one folder is told after the others were read. So is what is
        `missing`: folders that should be there, of which what is known is `kept`, by their keys."""
        trouble: Refused | Unavailable | None = None
        for key, one in folders.items():
            try:
                yield from self._read(one, self._progress.folders[key])
            except Paused:
                raise
            except (Refused, Unavailable) as error:
                if trouble is not None:
                    raise  # the second one: it is all of it, and no folder alone
                trouble = error
        # What is told under other names by now is told before its old ones are gone.
        yield from self._lost(folders, kept, everything=everything)
        if (trouble := trouble or missing) is not None:
            yield Batch((), self._progress.text())
            raise trouble
        yield Batch((), self._progress.text(), done=True)

    def _read(self, one: Listed, state: State) -> Iterator[Batch]:
        """Bring one folder up to date."""
        told = Told(self._known, one.under)
        for _ in range(_ANEW):
            try:
                yield from self._pages(one, state, told)
            except CursorExpired:
                state.begin()  # the next reading goes on with it, if it comes to that
                continue
            if state.phase == "compare":
                yield from self._compared(one, state, told)
            else:
                break
        else:
            raise Unavailable(f"{one.name} changes too much to be read: it is asked again")
        if state.again is not None:
            yield from self._again(one, state, told)

    def _pages(self, one: Listed, state: State, told: Told) -> Generator[Batch]:
        """All that is told since the state; behind the last page of everything comes `compare`, or
        what happened meanwhile."""
        while True:
            first = state.phase == "all"
            if first:
                told.load()
            page = one.page(state.token)
            if not page.last and page.token in ("", state.token):
                raise Unavailable(f"the server does not get on with {one.name}: it is asked again")
            retold = first and state.anew
            items = []
            for item in one.told(page.changes, told, retold=retold):
                stamp = told.stamp(item.ref)
                if stamp is None if isinstance(item, Gone) else stamp == item.stamp and not retold:
                    continue
                told.add(item)
                items.append(item)

            def turn(page: Page = page, first: bool = first) -> None:
                state.token = page.token or state.token
                if first and page.last:
                    state.phase = "compare" if state.compare else "now"
                    state.anew = False

            if items or not page.last:
                yield from self._in_batches(items, turn)
            else:
                turn()  # what follows says so, or the batch that is done
            if page.last and state.phase != "all":
                return

    def _compared(self, one: Listed, state: State, told: Told) -> Iterator[Batch]:
        there, known = one.there(), told.everything()
        if not there and len(known) > _FULL_ONCE:
            raise Unavailable(
                f"{one.name} looks empty at the server, though it held {len(known)} items; nothing "
                "was deleted: look there, or choose others in the configuration"
            )
        # A listing of several pages may pass over what moves meanwhile: each is asked for.
        doubtful = sorted(known.keys() - there)
        gone = [item for item in one.again(doubtful) if isinstance(item, Gone)] if doubtful else []
        for item in gone:
            told.add(item)

        def turn() -> None:
            state.phase, state.compare = "now", False

        yield from self._in_batches(sorted(gone, key=lambda item: item.ref), turn)

    def _again(self, one: Listed, state: State, told: Told) -> Iterator[Batch]:
        due = sorted(
            ref
            for ref, stamp in told.everything().items()
            if one.may_hold_more(stamp) and ref > (state.again or "")
        )
        for start in range(0, len(due), AGAIN):
            some = due[start : start + AGAIN]
            items = list(one.again(some))
            for item in items:
                told.add(item)

            def turn(some: Sequence[str] = some) -> None:
                state.again = some[-1]

            yield from self._in_batches(items, turn)
        state.again = None

    def _lost(
        self, folders: Mapping[str, Listed], keep: Collection[str], *, everything: bool
    ) -> Iterator[Batch]:
        """Folders that are not there any more take with them what they held."""
        away = self._progress.folders.keys() - folders.keys() - set(keep)
        if not everything and not away:
            return
        known = self._known.under(self._under)
        kept = tuple(f"{self._under}{key}/" for key in (*folders, *keep))
        gone = [Gone(ref) for ref in sorted(known) if not ref.startswith(kept)]

        def turn() -> None:
            for key in away:
                del self._progress.folders[key]

        if gone or away:
            yield from self._in_batches(gone, turn)

    def _in_batches(self, items: Sequence[Item], turn: Callable[[], None]) -> Iterator[Batch]:
        """All of them; the last batch carries the cursor that is `turn`ed behind them."""
        start = 0
        while len(items) - start > BATCH:
            yield Batch(tuple(items[start : start + BATCH]), self._progress.text())
            start += BATCH
        turn()
        yield Batch(tuple(items[start:]), self._progress.text())
