"""Lists that Google tells the changes of by sync token: events of a calendar, contacts.

    near      the newest part of the list is read first, where a list can be asked for it
    all       the whole list, page by page; with its last page comes the token
    compare   what is known is held against the list: what is in it no more is gone
    now       what changed since the token

A page is told and its cursor handed out with it, so that a reading goes on at the page where it was
left. Where Google takes a token or the token of a page no more (410, 400), that list alone is read
anew, and compared with what is known: nothing is lost and nothing told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from connectors.contract import Known
from connectors.errors import CursorExpired, Paused, Refused, Unavailable
from connectors.google.errors import Declined
from connectors.google.synced_cursor import Progress, State
from connectors.records import Batch, Gone, Item

BATCH: Final = 500

_ANEW: Final = 3  # a token is given up, and that of a listing that was left half-way
_FULL_ONCE: Final = 20  # a list that held more than this is not emptied by hand


class Page(NamedTuple):
    """Some entries as Google gives them, what the next page is called, and with the last one the
    sync token; "" where there is none."""

    entries: Sequence[Mapping[str, Any]]
    next: str = ""
    token: str = ""


class Listed(Protocol):
    """One list. `under` is what the refs of its items begin with: the scope, //, its key, /."""

    name: str  # for the owner: "the calendar Work"
    under: str

    def page(self, state: State) -> Page:
        """The page of the newest part, or of all of it, that is reached."""

    def news(self, state: State) -> Page:
        """What changed since the token: the page that is reached."""

    def there(self) -> set[str]:
        """The refs of everything that is in it now."""

    def told(self, entry: Mapping[str, Any], known: Told) -> Iterator[Item]:
        """What an entry means: items as they are now, and `Gone` for what it says is not there any
        more, whether it was known or not."""

    def is_near(self, entry: Mapping[str, Any]) -> bool:
        """Whether it is in the newest part, which was read before all of it."""


class Told:
    """What is known of one list: what the core has committed, and what was yielded since."""

    def __init__(self, known: Known, under: str) -> None:
        self._known = known
        self._under = under
        self._whole: dict[str, str] | None = None
        self._since: dict[str, str | None] = {}

    def stamp(self, ref: str) -> str | None:
        """Its stamp, None where it is not known."""
        if ref in self._since:
            return self._since[ref]
        return (self.begin_with(ref) if self._whole is None else self._whole).get(ref)

    def begin_with(self, start: str) -> Mapping[str, str]:
        """The stamps that were committed of refs that begin so."""
        return self._known.under(start)

    def everything(self) -> set[str]:
        """All refs that are known."""
        whole = self._load()
        now = {ref for ref in whole if self._since.get(ref, "") is not None}
        return now | {ref for ref, stamp in self._since.items() if stamp is not None}

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
    """One reading of several lists: see above. Their states in `progress` are kept up to date."""

    def __init__(self, known: Known, progress: Progress, scope: str) -> None:
        self._known = known
        self._progress = progress
        self._under = f"{scope}//"

    def batches(
        self,
        lists: Mapping[str, Listed],
        *,
        everything: bool,
        missing: Refused | None = None,
        kept: Collection[str] = (),
    ) -> Iterator[Batch]:
        """What there is to say, up to the batch that is `done`. `everything`: it began without a
        cursor. What fails in one list is told after the others were read. So is what is `missing`:
        lists that should be there, of which what is known is `kept`, by their keys."""
        yield from self._lost(lists, kept, missing, everything=everything)
        trouble: Refused | Unavailable | None = None
        steps = [(key, "near") for key in lists] + [(key, "now") for key in lists]
        failed: set[str] = set()
        for key, until in steps:
            if key in failed:
                continue
            try:
                yield from self._read(lists[key], self._progress.lists[key], until)
            except Paused:
                raise
            except (Refused, Unavailable) as error:
                if trouble is not None:
                    raise  # the second one: it is all of it, and no list alone
                trouble = error
                failed.add(key)
        if (trouble := trouble or missing) is not None:
            yield Batch((), self._progress.text())
            raise trouble
        yield Batch((), self._progress.text(), done=True)

    def _read(self, one: Listed, state: State, until: str) -> Iterator[Batch]:
        """Bring one list up to a phase. What changed while its pages were read is told by the token
        that came with them."""
        told = Told(self._known, one.under)
        while state.phase == "near":
            yield from self._listed(one, state, told)
        if until == "near":
            return
        for _ in range(_ANEW):
            while state.phase in ("near", "all"):
                yield from self._listed(one, state, told)
            if state.phase == "compare":
                yield from self._compared(one, state, told)
            if (yield from self._news(one, state, told)):
                return
            state.begin("all")  # the next reading goes on with it, if it comes to that

    def _listed(self, one: Listed, state: State, told: Told) -> Iterator[Batch]:
        told.load()
        page = _reached(one.page, state)
        items: list[Item] = []
        for entry in page.entries:
            retold = state.anew and not (state.phase == "all" and one.is_near(entry))
            items += self._items(one, entry, told, retold=retold)
        last = not page.next
        if last and state.phase == "all" and not page.token:
            raise Unavailable(f"Google gave no sync token for {one.name}")

        def turn() -> None:
            state.page = page.next
            if last and state.phase == "near":
                state.phase = "all"
            elif last:
                state.phase = "compare" if state.compare else "now"
                state.token, state.anew = page.token, False

        yield from self._turned(items, page, turn)

    def _compared(self, one: Listed, state: State, told: Told) -> Iterator[Batch]:
        there, known = one.there(), told.everything()
        if not there and len(known) > _FULL_ONCE:
            raise Unavailable(
                f"{one.name} looks empty at Google, though it held {len(known)} items; nothing was "
                "deleted: look there, or choose others in the configuration"
            )

        def turn() -> None:
            state.phase, state.compare = "now", False

        yield from self._in_batches([Gone(ref) for ref in sorted(known - there)], turn)

    def _news(self, one: Listed, state: State, told: Told) -> Generator[Batch, None, bool]:
        """What changed; False where Google knows no more how far it was told."""
        old = bool(state.page)  # its pages are of how things stood at the first of them
        while True:
            try:
                page = _reached(one.news, state)
            except CursorExpired:
                return False
            except Declined as error:
                if error.status not in (400, 410):
                    raise
                return False
            items = [
                item
                for entry in page.entries
                for item in self._items(one, entry, told, retold=False)
            ]

            def turn(page: Page = page) -> None:
                state.page = page.next
                if not page.next:
                    state.token = page.token or state.token

            yield from self._turned(items, page, turn)
            if not page.next and not old:
                return True
            old = old and bool(page.next)

    def _items(
        self, one: Listed, entry: Mapping[str, Any], told: Told, *, retold: bool
    ) -> Iterator[Item]:
        """What of an entry is to be told."""
        for item in one.told(entry, told):
            stamp = told.stamp(item.ref)
            if stamp is None if isinstance(item, Gone) else stamp == item.stamp and not retold:
                continue
            told.add(item)
            yield item

    def _lost(
        self,
        lists: Mapping[str, Listed],
        keep: Collection[str],
        missing: Refused | None,
        *,
        everything: bool,
    ) -> Iterator[Batch]:
        """Lists that are not there any more take with them what they held."""
        away = self._progress.lists.keys() - lists.keys() - set(keep)
        if not everything and not away:
            return
        known = self._known.under(self._under)
        if len(known) > _FULL_ONCE and not lists and not keep:
            raise missing or Unavailable(
                f"Google lists nothing any more, though {len(known)} items were there; nothing was "
                "deleted: look there, or correct the configuration"
            )
        kept = tuple(f"{self._under}{key}/" for key in (*lists, *keep))
        gone = [Gone(ref) for ref in sorted(known) if not ref.startswith(kept)]

        def turn() -> None:
            for key in away:
                del self._progress.lists[key]

        if gone or away:
            yield from self._in_batches(gone, turn)

    def _turned(
        self, items: Sequence[Item], page: Page, turn: Callable[[], None]
    ) -> Iterator[Batch]:
        """What a page came to. Of a last page without news the next batch tells."""
        if items or page.next:
            yield from self._in_batches(items, turn)
        else:
            turn()

    def _in_batches(self, items: Sequence[Item], turn: Callable[[], None]) -> Iterator[Batch]:
        """All of them; the last batch carries the cursor that is `turn`ed behind them."""
        start = 0
        while len(items) - start > BATCH:
            yield Batch(tuple(items[start : start + BATCH]), self._progress.text())
            start += BATCH
        turn()
        yield Batch(tuple(items[start:]), self._progress.text())


def _reached(ask: Callable[[State], Page], state: State) -> Page:
    """The page that is reached; the first one where Google does not know it any more."""
    try:
        return ask(state)
    except Declined as error:
        if error.status != 400 or not state.page:
            raise
    state.page = ""
    return ask(state)
