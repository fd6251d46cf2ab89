"""One folder of a mailbox, read: its state, what happened since, and its past.

SyncFolderItems tells everything in an order of its own, and what happened since a state of it. So a
folder begins with that state: it is listed to its end, ids only, before any mail is read; then the
mail itself is found by when it was received (FindItem), the newest first. Whatever happens
meanwhile is told by the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from connectors.contract import Known
from connectors.errors import ConnectorError, CursorExpired, Unavailable
from connectors.exchange import mail_calls as calls
from connectors.exchange import raw
from connectors.exchange.element import id_of
from connectors.exchange.errors import NotThere
from connectors.exchange.mail_cursor import Mark
from connectors.exchange.mail_fetch import Fetcher, Found
from connectors.exchange.mail_folders import Folder
from connectors.exchange.mail_letter import DRAFT
from connectors.exchange.mail_refs import under
from connectors.exchange.mail_stated import Stated
from connectors.records import Batch, Gone, Item

PAGE: Final = 512  # changes at once: more SyncFolderItems does not tell
LISTED: Final = 200  # mails of the past that are listed at once
_BATCH: Final = 500
_AT_ONCE: Final = 100
_MARGIN: Final = 20  # so many of them may go between two looks
_MAIL: Final = frozenset(("Create", "Update"))
_BREATH: Final = 8  # pages of a listing between two batches, so that a reading can be ended
_DAY: Final = 86_400


class FolderReading:
    """See above. `mark` says how far it was read, and is kept up to date; `cursor` gives the text
    of all marks; `since`: how far the past is wanted, in seconds since 1970; 0 for all of it."""

    def __init__(
        self,
        fetcher: Fetcher,
        known: Known,
        since: int,
        cursor: Callable[[], str],
        folder: Folder,
        mark: Mark,
    ) -> None:
        self.folder = folder
        self.mark = mark
        self._exchange = fetcher.exchange
        self._fetcher = fetcher
        self._known = known
        self._since = since
        self._cursor = cursor
        self._below = under(folder.key)
        self._told_last: frozenset[str] = frozenset()  # by the last page of the past
        self._stated: Stated | None = None  # what the state is about, where it was taken here

    def bring_up(self) -> Iterator[Batch]:
        """Take the state, or tell what happened since."""
        mark = self.mark
        try:
            if mark.phase != "list":
                yield from self._catch_up()
        except CursorExpired:
            mark.forget()
        try:
            if mark.phase == "list":
                yield from self._list()
        except CursorExpired:
            mark.forget()
        if mark.phase == "now" and self._reaches_further():
            mark.begin(self._since)

    def _reaches_further(self) -> bool:
        """Whether more of the past is wanted than was read."""
        mark = self.mark
        return bool(mark.since) and (not self._since or self._since < mark.since - _DAY)

    def _list(self) -> Iterator[Batch]:
        """Take the state, and tell what is known and gone, and what has no date to be found by."""
        mark, below = self.mark, self._below
        if mark.compare:
            mark.state = ""
        lacking = set(self._known.under(below)) if mark.compare else set()
        state, pages, undated = mark.state, 0, list[str]()
        stated = None if state else Stated()
        while True:
            page = self._page(state)
            for kind, element in page.told:
                if kind not in _MAIL:
                    continue
                found = calls.listed(element)
                lacking.discard(below + found.id)
                if stated is not None:
                    stated.add(found.id)
                if found.at is None:
                    undated.append(found.id)
            state, pages = page.state or state, pages + 1
            if undated:
                yield from self._read(undated)
                undated = []
            if page.last:
                break
            if not mark.compare:
                mark.state = state
            if pages % _BREATH == 0:
                yield Batch((), self._cursor())
        yield from in_batches([Gone(ref) for ref in sorted(lacking)], self._cursor)
        mark.state, mark.compare, self._stated = state, False, stated
        mark.begin(self._since)

    def _catch_up(self) -> Iterator[Batch]:
        """What came, went and changed since the state."""
        mark = self.mark
        while True:
            page = self._page(mark.state)
            wanted: dict[str, None] = {}
            gone: dict[str, None] = {}
            for kind, element in page.told:
                if kind == "Delete":
                    item_id = element.get("Id") or ""
                    wanted.pop(item_id, None)
                    gone[item_id] = None
                elif kind in _MAIL:
                    found = calls.listed(element)
                    if self._is_news(kind, found):
                        wanted[found.id] = None
            items = [Gone(self._below + one) for one in gone if self._stamp(one) is not None]
            if wanted or items or not page.last:
                turn = partial(_move_on, mark, page.state)
                yield from self._read(list(wanted), items, turn)
            else:
                _move_on(mark, page.state)  # what follows says so
            if page.last:
                return

    def _is_news(self, kind: str, mail: calls.Listed) -> bool:
        """Whether a mail is to be read: mails never change, but for those that are being written.
        What the back-fill reaches later is told then."""
        if mail.at is not None and mail.at < self._since:
            return False
        stamp = self._stamp(mail.id)
        if stamp is not None:
            return stamp == DRAFT
        return kind == "Create" or self.mark.phase in ("settle", "now")

    def read_past(self) -> Iterator[Batch]:
        """One page of it. Where it begins is told by the second: servers know it more exactly than
        they tell, and several mails may come in one."""
        mark = self.mark
        between = (mark.since, mark.before)
        what = f"the folder {self.folder.path}"
        page = calls.newest(self._exchange, self.folder.id, between, mark.offset, LISTED, what)
        wanted = [
            one.id
            for one in page.mails
            if one.id not in self._told_last
            and (mark.anew or self._stamp(one.id) is None)
            # What came since is told by the state: else nobody would say that it has gone.
            and (self._stated is None or one.id in self._stated)
        ]
        turn = partial(_turn, mark, page, sure=self._stated is not None)
        if wanted:
            yield from self._read(wanted, (), turn)
        else:
            turn()
        self._told_last = frozenset(one.id for one in page.mails)

    def settle(self) -> Iterator[Batch]:
        """Tell what the back-fill told and is gone, where it went on after the state was taken: of
        mail that came since, and went before the next state, no state says so."""
        mark = self.mark
        try:
            yield from self._catch_up()
        except CursorExpired:
            mark.forget()
            return
        below, what = self._below, f"the folder {self.folder.path}"
        known = {ref.removeprefix(below) for ref in self._known.under(below)}
        if known:
            where = calls.within((mark.since, 0))
            found = raw.listed(self._exchange, self.folder.id, (calls.RECEIVED,), what, where)
            known.difference_update(calls.listed(one).id for one in found)
        gone = sorted(known - self._verified(sorted(known)))
        yield from in_batches([Gone(below + one) for one in gone], self._cursor)
        mark.phase = "now"

    def _verified(self, ids: Sequence[str]) -> set[str]:
        """Those that are in the folder all the same: a listing may pass over what moves, and leaves
        out what has no date."""
        there: set[str] = set()
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            answers = calls.mails(self._exchange, some, ("item:ParentFolderId",))
            for one, answer in zip(some, answers, strict=True):
                if isinstance(answer, NotThere):
                    continue
                if isinstance(answer, Unavailable):
                    raise answer
                if isinstance(answer, ConnectorError) or id_of(answer, "ParentFolderId").id in (
                    "",
                    self.folder.id,
                ):
                    there.add(one)
        return there

    def _read(
        self,
        ids: Sequence[str],
        items: Sequence[Item] = (),
        turn: Callable[[], None] = lambda: None,
    ) -> Iterator[Batch]:
        """Tell these items and then these mails; the cursor is `turn`ed behind all of them."""
        left, told = list(ids), list(items)
        while True:
            now, left = left[: self._fetcher.portion], left[self._fetcher.portion :]
            found, trouble = self._fetcher.fetch(now, self.folder.key) if now else ({}, None)
            told += self._items(found)
            if trouble is None and not left:
                turn()
            yield from in_batches(told, self._cursor, always=True)
            told = []
            if trouble is not None:
                raise trouble
            if not left:
                return

    def _items(self, found: Found) -> Iterator[Item]:
        for one, item in found.items():
            if item is not None:
                yield item
            elif self._stamp(one) is not None:
                yield Gone(self._below + one)

    def _page(self, state: str) -> raw.Changes:
        what = f"the folder {self.folder.path}"
        page = raw.changes(self._exchange, self.folder.id, state, (calls.RECEIVED,), PAGE, what)
        if not page.last and page.state in ("", state):
            raise Unavailable(f"the server does not get on with {what}: it is asked again")
        return page

    def _stamp(self, item_id: str) -> str | None:
        """Its stamp, None where it is not known."""
        ref = self._below + item_id
        return self._known.under(ref).get(ref)


def in_batches(
    items: Sequence[Item], cursor: Callable[[], str], *, always: bool = False
) -> Iterator[Batch]:
    """These; where there are none, one that is empty if `always`."""
    for at in range(0, len(items) or always, _BATCH):
        yield Batch(tuple(items[at : at + _BATCH]), cursor())


def _move_on(mark: Mark, state: str) -> None:
    mark.state = state or mark.state


def _turn(mark: Mark, page: calls.Page, *, sure: bool) -> None:
    """All of a page was told. The next begins with the second in which this one ends: servers know
    it more exactly than they tell, and what was told is known. `sure`: nothing is to be settled."""
    if page.last or not page.mails:
        mark.phase, mark.anew, mark.before, mark.offset = "now", False, 0, 0
        if not sure:
            mark.phase = "settle"
        return
    times = [int(one.at) for one in page.mails if one.at is not None]
    ordered = all(later >= earlier for later, earlier in pairwise(times))
    if times and ordered and (not mark.before or min(times) + 1 < mark.before):
        mark.before, mark.offset = min(times) + 1, 0
    else:  # so many came in one second, or it sorts by something else
        mark.offset += max(1, len(page.mails) - _MARGIN)
