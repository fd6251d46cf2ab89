"""One reading of a mailbox: what changed in its folders since the cursor, then the back-fill,
newest first over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from connectors.contract import Known
from connectors.errors import ConnectorError, Paused, Refused, Unavailable
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.mail_cursor import Cursor, Mark
from connectors.exchange.mail_fetch import Fetcher
from connectors.exchange.mail_folder import FolderReading, in_batches
from connectors.exchange.mail_folders import Folder
from connectors.exchange.mail_refs import SCOPE, under
from connectors.records import Batch, Gone

_FULL_ONCE: Final = 20  # a mailbox that held more than this is not emptied by hand
_TURNS: Final = 3  # states of one folder that are refused in one reading


class Request(NamedTuple):
    """What a reading goes by. `since`: how far the past is wanted, in seconds since 1970; 0 for all
    of it."""

    cursor: Cursor | None
    known: Known
    since: int = 0


class Reading:
    """See above. `hindrances` are sentences for the owner: folders that cannot be read."""

    def __init__(self, fetcher: Fetcher, request: Request) -> None:
        self._fetcher = fetcher
        self._host = fetcher.exchange.host
        self._known = request.known
        self._since = request.since
        self._begins = request.cursor is None
        self._cursor = request.cursor or Cursor(strays=True)
        self._left: set[str] = set()  # keys of folders that are not read this time
        self._trouble: ConnectorError | None = None
        self.hindrances: list[str] = []

    def batches(
        self,
        folders: Sequence[Folder],
        rung: Collection[str] = (),
        *,
        only: bool = False,
        missing: Refused | None = None,
    ) -> Iterator[Batch]:
        """Everything that there is to say; the last batch is `done`. The folders with ids in `rung`
        are looked at first; where that is enough, `only` they and those that are not read yet.
        `missing`: a folder that should be there, which is why there may be no mail at all."""
        self._refuse_sudden_emptiness(folders, missing)
        there: dict[str, FolderReading] = {}
        for folder in sorted(folders, key=lambda one: one.id not in rung):
            there[folder.key] = self._of(folder)
        yield from self._removed(there)
        due = {
            key: one
            for key, one in there.items()
            if not only or one.folder.id in rung or one.mark.phase != "now"
        }
        yield from self._read_all(due)
        for key, one in due.items():
            if key not in self._left:
                one.mark.count = one.folder.mails
        if self._trouble is not None:
            yield Batch((), self._cursor.text())
            raise self._trouble
        yield Batch((), self._cursor.text(), done=True)

    def _of(self, folder: Folder) -> FolderReading:
        mark = self._cursor.folders.get(folder.key)
        if mark is None:
            known = self._begins and bool(self._known.under(under(folder.key)))
            mark = self._cursor.folders[folder.key] = Mark(compare=known, anew=known)
        return FolderReading(
            self._fetcher, self._known, self._since, self._cursor.text, folder, mark
        )

    def _refuse_sudden_emptiness(self, folders: Sequence[Folder], missing: Refused | None) -> None:
        """Raise where a full mailbox has nothing at all."""
        if any(one.mails for one in folders):
            return
        held = sum(mark.count for mark in self._cursor.folders.values())
        if self._begins:
            held = len(self._known.under(f"{SCOPE}//"))
        if held > _FULL_ONCE:
            raise missing or Unavailable(
                f"{self._host} shows no mail at all, though there were {held}; nothing was "
                "deleted: look into the mailbox, and at `folders:`"
            )

    def _removed(self, there: Collection[str]) -> Iterator[Batch]:
        """Tell what was in folders that are no more, or not read any more."""
        for key in sorted(self._cursor.folders.keys() - set(there)):
            gone = [Gone(ref) for ref in sorted(self._known.under(under(key)))]
            yield from in_batches(gone, self._cursor.text)
            del self._cursor.folders[key]
        if self._cursor.strays:
            kept = tuple(under(key) for key in there)
            refs = sorted(self._known.under(f"{SCOPE}//"))
            gone = [Gone(ref) for ref in refs if not ref.startswith(kept)]
            yield from in_batches(gone, self._cursor.text)
            self._cursor.strays = False

    def _read_all(self, there: Mapping[str, FolderReading]) -> Iterator[Batch]:
        """Bring all folders up to date; once more those whose state was refused meanwhile."""
        left = dict(there)
        for _ in range(_TURNS):
            for one in left.values():
                yield from self._guarded(one, one.bring_up())
            yield from self._back_fill(left)
            for one in left.values():
                if self._in_phase(one, "settle"):
                    yield from self._guarded(one, one.settle())
            left = {
                key: one
                for key, one in left.items()
                if key not in self._left and one.mark.phase != "now"
            }
            if not left:
                return
        self._trouble = self._trouble or Unavailable(
            f"{self._host} forgets how far a folder was read as soon as it said so"
        )

    def _back_fill(self, there: Mapping[str, FolderReading]) -> Iterator[Batch]:
        """The mail of the past, newest first over all folders."""
        while waiting := [
            (one.mark.before or float("inf"), -number, one)
            for number, one in enumerate(there.values())
            if self._in_phase(one, "past")
        ]:
            _, _, one = max(waiting, key=lambda each: each[:2])
            yield from self._guarded(one, one.read_past())

    def _in_phase(self, one: FolderReading, phase: str) -> bool:
        return one.folder.key not in self._left and one.mark.phase == phase

    def _guarded(self, one: FolderReading, batches: Iterator[Batch]) -> Iterator[Batch]:
        """These, and go on without the folder where it is in the way."""
        try:
            yield from batches
        except Paused:
            raise
        except Declined as error:
            self._left.add(one.folder.key)
            if not isinstance(error, NotThere):  # the next reading finds it gone
                self.hindrances.append(
                    f"{error}; it is left out (`folders:` says which folders are read)"
                )
        except Unavailable as error:
            if self._trouble is not None:
                raise  # the second one: it is all of it, and no folder alone
            self._left.add(one.folder.key)
            self._trouble = error
