"""One reading of an account: what changed in its folders since the cursor.

Mails never change, and flags are nobody's business here. So a folder whose UIDVALIDITY, UIDNEXT and
number of mails are as they were is as it was, and fewer mails than expected tell of an expunge;
which it was says QRESYNC (RFC 7162), or a comparison of the UIDs with what is known.

New mail comes first, then the back-fill: newest first over all folders, by the time of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from connectors.contract import Chunk, Known, Unread
from connectors.errors import ConnectorError, Unavailable
from connectors.imap.bodies import Asked
from connectors.imap.cursor import Breaking, Cursor, Mark
from connectors.imap.expunged import compared, expunged
from connectors.imap.folders import Folder
from connectors.imap.letters import ask, fetched
from connectors.imap.line import Line
from connectors.imap.parsing import Terms
from connectors.imap.refs import SCOPE, folder_prefix, place_of, prefix
from connectors.imap.session import Examined, Session
from connectors.imap.status import Statuses
from connectors.imap.troubles import No, of_answer, passing
from connectors.imap.uids import Uids
from connectors.records import Bad, Gone, Item

BATCH: Final = 500
_RESETS: Final = 3  # times a day that a folder is read from the beginning
_DAY: Final = 86_400
_FULL_ONCE: Final = 20  # an account that held more than this is not emptied by hand
_STEP: Final = 8  # what a portion shrinks by when the connection breaks over it
BROKEN_OVER: Final = "the connection ends whenever the server is asked for it"


class Request(NamedTuple):
    """What a reading goes by."""

    cursor: Cursor
    known: Known
    now: datetime
    terms: Terms


class _Ahead(NamedTuple):
    """Mails that were asked for before what came before them was told."""

    session: Session
    folder: str
    numbers: Sequence[int]
    asked: Asked


class Reading:
    """See above. `hindrances` are sentences for the owner: folders that could not be read."""

    def __init__(self, line: Line, request: Request) -> None:
        self._line = line
        self._host = line.server.host
        self._cursor, self._known, now, self._terms = request
        self._now = int(now.timestamp())
        self._lists: dict[str, Uids] = {}
        self._statuses = Statuses(())
        self._left: set[str] = set()  # folders that are not read this time
        self._trouble: ConnectorError | None = None
        self._ahead: _Ahead | None = None
        self.hindrances: list[str] = []

    def chunks(self, folders: Sequence[Folder], rung: Collection[str] = ()) -> Iterator[Chunk]:
        """Everything that there is to say; the last chunk is `done`. The folders with names in
        `rung` are looked at first."""
        folders = sorted(folders, key=lambda folder: folder.name not in rung)
        self._statuses = Statuses(folders, rung)
        self._refuse_sudden_emptiness(folders)
        if self._cursor.unsettled:
            yield from self._settle(folders)
        else:
            yield from self._catch_all_up(folders)
        yield from self._removed({folder.name for folder in folders})
        yield from self._back_fill(folders)
        if self._trouble is not None:
            raise self._trouble
        yield Chunk((), self._cursor.text(), done=True)

    def _refuse_sudden_emptiness(self, folders: Sequence[Folder]) -> None:
        """Raise `Unavailable` where a full account has nothing at all."""
        held = sum(mark.count for mark in self._cursor.folders.values())
        if self._cursor.unsettled:
            held = len(self._known.under(SCOPE + "//"))
        if held <= _FULL_ONCE:
            return
        for folder in folders:
            try:
                if self._statuses.of(self._session, folder).exists:
                    return
            except No:
                return  # one that is not told about may be full
        raise Unavailable(
            f"{self._host} shows no mail at all, though there were {held}; nothing was deleted: "
            "look into the mailbox, and at `folders:`"
        )

    def _settle(self, folders: Sequence[Folder]) -> Iterator[Chunk]:
        """Tell what is known and gone, before anything is listed."""
        known: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for ref in self._known.under(SCOPE + "//"):
            place = place_of(ref)
            if place is not None:
                known.setdefault(place[:2], []).append((place.uid, ref))
        marks: dict[str, Mark] = {}
        for folder in folders:
            try:
                opened = self._opened(folder)
                marks[folder.name] = self._begun(opened)
                ours = known.get((folder.name, opened.validity), [])
                there = self._session.search("ALL") if ours else Uids()
            except No as error:
                self._leave(folder, error)
                known = {key: refs for key, refs in known.items() if key[0] != folder.name}
                continue
            known[folder.name, opened.validity] = [one for one in ours if one[0] not in there]
        gone = sorted(ref for refs in known.values() for _, ref in refs)
        yield from self._told([Gone(ref) for ref in gone])
        self._cursor.unsettled = False
        self._cursor.folders |= marks

    def _catch_all_up(self, folders: Sequence[Folder]) -> Iterator[Chunk]:
        for folder in folders:
            try:
                yield from self._catch_up(folder)
            except No as error:
                self._leave(folder, error)
            except LookupError:
                self._left.add(folder.name)  # its UIDVALIDITY changed: the next reading tells

    def _catch_up(self, folder: Folder) -> Iterator[Chunk]:
        """What came and went since the folder was read last. Raises `No`."""
        mark = self._cursor.folders.get(folder.name)
        if folder.name in self._left:
            return
        if mark is None:
            self._cursor.folders[folder.name] = self._begun(self._opened(folder))
            return
        status = self._statuses.of(self._session, folder)
        if (*status,) == (mark.validity, mark.next, mark.count):
            return
        opened = self._opened(folder)
        if opened.validity != mark.validity:
            yield from self._reset(folder, mark, opened)
            return
        fresh = Uids()
        if opened.next != mark.next:
            found = self._session.search("UID", f"{mark.next}:*")
            fresh = found.between(mark.next, (opened.next or found.highest + 1) - 1)
        before = opened.exists - len(fresh)
        if before != mark.count:
            yield from self._compare(folder, mark, before)
            mark.count = before
        numbers = list(fresh)
        while numbers:
            portion = self._portion(folder)
            now, numbers = numbers[:portion], numbers[portion:]
            then = partial(_any_way, numbers[:portion])
            # Upwards, so that the cursor passes nothing that was not told.
            yield from self._read(folder, mark, now, then, upward=True)
        mark.next = max(mark.next, opened.next, fresh.highest + 1)
        mark.modseq = opened.modseq

    def _compare(self, folder: Folder, mark: Mark, before: int) -> Iterator[Chunk]:
        """Tell what was expunged; and what had been overlooked, where there is more than there
        should be."""
        if before < mark.count:
            number = mark.count - before
            for refs in expunged(self._session, folder.name, mark, number, self._known):
                yield from self._told([Gone(ref) for ref in refs])
            return
        below, highest = prefix(folder.name, mark.validity), mark.next - 1
        there = self._session.search("ALL").between(1, highest)
        for portion in compared(self._known, below, there, 0, highest):
            known = portion.mails or {}
            yield from self._told([Gone(known[uid]) for uid in sorted(known) if uid not in there])
            within = portion.within(there).between(mark.low, highest)
            lacking = [uid for uid in within if uid not in known]
            for at in range(0, len(lacking), BATCH):
                numbers = lacking[at : at + BATCH]
                letters = fetched(self._session, below, numbers, ask(self._session, numbers))
                yield Chunk(tuple(letters.items), self._cursor.text())

    def _reset(self, folder: Folder, mark: Mark, opened: Examined) -> Iterator[Chunk]:
        """All UIDs mean something else now (RFC 3501 2.3.1.1): read it anew, not too often."""
        recent = [at for at in mark.resets if 0 <= self._now - at < _DAY]
        if len(recent) >= _RESETS:
            self._left.add(folder.name)
            self.hindrances.append(
                f"{self._host} changes the UIDVALIDITY of {folder.name} again and again, so this "
                f"folder is read {_RESETS} times a day only: tell whoever runs the server"
            )
            return
        refs = sorted(self._known.under(prefix(folder.name, mark.validity)))
        yield from self._told([Gone(ref) for ref in refs])
        begun = self._begun(opened)
        begun.resets = [*recent, self._now]
        self._cursor.folders[folder.name] = begun
        yield Chunk((), self._cursor.text())

    def _removed(self, names: set[str]) -> Iterator[Chunk]:
        """Tell what was in folders that are no more, or not read any more."""
        for name in sorted(self._cursor.folders.keys() - names):
            refs = sorted(self._known.under(folder_prefix(name)))
            yield from self._told([Gone(ref) for ref in refs])
            del self._cursor.folders[name]

    def _back_fill(self, folders: Sequence[Folder]) -> Iterator[Chunk]:
        """The mail of the past, newest first."""
        while waiting := self._incomplete(folders):
            mark, folder = max(waiting, key=lambda one: one[0].oldest)
            others = max((one.oldest for one, other in waiting if other != folder), default=-1)
            try:
                uids = self._past(folder, mark)
                portion = self._portion(folder)
                numbers = uids.newest(portion, mark.low)
                if numbers:
                    then = partial(_older, uids, portion, numbers[-1], others)
                    yield from self._read(folder, mark, numbers, then, upward=False)
                if not uids.newest(1, mark.low):
                    mark.low = 0
            except No as error:
                self._leave(folder, error)
            except LookupError:
                self._left.add(folder.name)  # its UIDVALIDITY changed: the next reading tells

    def _incomplete(self, folders: Sequence[Folder]) -> list[tuple[Mark, Folder]]:
        """The folders whose back-fill goes on."""
        return [
            (mark, folder)
            for folder in folders
            if folder.name not in self._left
            and (mark := self._cursor.folders.get(folder.name)) is not None
            and not mark.complete
        ]

    def _past(self, folder: Folder, mark: Mark) -> Uids:
        """The open folder's mail, as far back as it is wanted. Raises `No`; LookupError."""
        if self._session.folder != folder.wire and self._opened(folder).validity != mark.validity:
            raise LookupError(folder.name)
        if folder.name not in self._lists:
            self._lists[folder.name] = self._session.search(*since(self._terms))
        return self._lists[folder.name]

    def _read(
        self,
        folder: Folder,
        mark: Mark,
        numbers: list[int],
        then: Callable[[float], list[int]],
        *,
        upward: bool,
    ) -> Iterator[Chunk]:
        """Tell these mails and put the cursor behind them. `then` says what of the folder comes
        next, given the time of the oldest of these: it is asked for already."""
        if self._session.folder != folder.wire and self._opened(folder).validity != mark.validity:
            raise LookupError(folder.name)
        session, trouble, oldest = self._session, None, float("inf")
        items: list[Item | Unread] = []
        broken: list[ConnectorError] = []

        def ahead(reached: float) -> None:
            if following := then(reached):
                try:
                    asked = ask(session, following)
                    self._ahead = _Ahead(session, folder.name, following, asked)
                except ConnectorError as error:  # these mails are here, and are told first
                    broken.append(error)

        try:
            asked = self._asked(session, folder, numbers)
            below = prefix(folder.name, mark.validity)
            items, oldest = fetched(session, below, numbers, asked, ahead)
        except Unavailable as error:
            if not session.dead:
                raise
            trouble = error
        portion, low, high = self._portion(folder), min(numbers), max(numbers)
        if trouble is not None and portion != 1:
            # It may be one of these mails that breaks the connection: fewer at once find it.
            fewer = max(1, min(portion, len(numbers)) // _STEP)
            self._cursor.breaking = Breaking(folder.name, low, high, fewer)
            yield Chunk((), self._cursor.text())
            raise trouble
        if trouble is not None:
            ref = f"{prefix(folder.name, mark.validity)}{numbers[0]}"
            items = [Bad(ref, "", BROKEN_OVER, for_now=True)]
        breaking = self._cursor.breaking
        if breaking is not None and breaking.folder == folder.name:
            passed = high >= breaking.high if upward else low <= breaking.low
            self._cursor.breaking = None if passed else breaking
        if upward:
            mark.next = numbers[-1] + 1
            mark.count += len(numbers)
        else:
            mark.low = numbers[-1]
            mark.oldest = int(min(mark.oldest, oldest))
        yield Chunk(tuple(items), self._cursor.text())
        if trouble is not None or broken:
            raise trouble or broken[0]

    def _asked(self, session: Session, folder: Folder, numbers: list[int]) -> Asked:
        """These mails, asked for now unless they were before."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[:3] == (session, folder.name, numbers):
            return ahead.asked
        return ask(session, numbers)

    def _told(self, items: Sequence[Item]) -> Iterator[Chunk]:
        for at in range(0, len(items), BATCH):
            yield Chunk(tuple(items[at : at + BATCH]), self._cursor.text())

    def _begun(self, opened: Examined) -> Mark:
        """A folder of which nothing was read. Raises `No`."""
        following = opened.next or self._session.search("ALL").highest + 1
        low = following if opened.exists else 0
        return Mark(opened.validity, following, low, opened.exists, opened.modseq)

    def _opened(self, folder: Folder) -> Examined:
        return self._session.examine(folder.wire)

    def _leave(self, folder: Folder, error: No) -> None:
        """Go on without a folder. What may pass is told when all others are read."""
        self._left.add(folder.name)
        doing = f"open the folder {folder.name}"
        trouble = of_answer(error.text, self._host, doing)
        if passing(error.text):
            self._trouble = self._trouble or trouble
        else:
            self.hindrances.append(
                f"{trouble}; it is left out (`folders:` says which folders are read)"
            )

    @property
    def _session(self) -> Session:
        return self._line.session()

    def _portion(self, folder: Folder) -> int:
        breaking = self._cursor.breaking
        return breaking.portion if breaking and breaking.folder == folder.name else BATCH


def _any_way(numbers: list[int], _: float) -> list[int]:
    return numbers


def _older(uids: Uids, portion: int, low: int, others: int, reached: float) -> list[int]:
    """What comes next of a folder, unless others (where `others` is when their oldest arrived) are
    newer than what was `reached` in it."""
    return [] if others >= reached else uids.newest(portion, low)


def since(terms: Terms) -> tuple[str, ...]:
    """The criteria for mail that is not too old. By the day it arrived: that is never before it
    was written, but for a zone."""
    if terms.oldest is None:
        return ("ALL",)
    day = terms.oldest - timedelta(days=1)
    return ("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04}")


_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
