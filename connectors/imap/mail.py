"""The mail of an IMAP account as a source: all folders that are read, in one.

A mail is named by its folder, UIDVALIDITY and UID, so one that is moved is gone there and seen
here; that it is the same mail says its Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from time import monotonic
from zoneinfo import ZoneInfo

from connectors.contract import Chunk, Counted, Known, Text
from connectors.errors import BadItem
from connectors.formats.dates import mail_date
from connectors.imap import bodies
from connectors.imap.cursor import Cursor
from connectors.imap.folders import Folder, chosen, listed, missing, unsayable
from connectors.imap.letters import read_letters
from connectors.imap.line import Line
from connectors.imap.listener import Listener
from connectors.imap.parsing import LetterReader, Terms
from connectors.imap.reading import Reading, Request, since
from connectors.imap.refs import SCOPE, Place, place_of, prefix
from connectors.imap.session import Session
from connectors.imap.troubles import No, of_answer, passing
from connectors.records import Batch, Facet, Gone, Item

_AT_ONCE = 200
_DATE = "BODY.PEEK[HEADER.FIELDS (DATE)]"


class ImapMail:
    """See above. `folders`: those to read, as the owner calls them; none for the usual ones.
    `history` bounds what is observed of the past. `zone` is where floating times are local. `poll`:
    seconds after which folders are looked at of which the server tells nothing by itself.
    """

    facet = Facet.MAIL
    scope = SCOPE

    def __init__(
        self,
        line: Line,
        folders: Sequence[str] = (),
        history: date | None = None,
        zone: ZoneInfo | None = None,
        poll: float = 300.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._line = line
        self._wanted = tuple(folders)
        oldest = datetime.combine(history, time(), UTC) if history else None
        self._terms = Terms(zone or ZoneInfo("UTC"), oldest)
        self._reader = LetterReader(self._terms)
        self._listener = Listener(line, self._wanted, poll, clock)
        self._hindrances: tuple[str, ...] = ()
        self._folders: dict[str, Folder] = {}  # by name, as they were listed last
        self.server_said: datetime | None = None  # what time it is, when it last dated something

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. Raises `Refused` where a wanted folder is missing, when
        all others are read."""
        for chunk in self.chunks(cursor, known, now):
            yield self.read_chunk(chunk)

    def chunks(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Chunk]:
        """See `connectors.contract.Divisible`: what is listed is fetched as well. Errors as in
        `changes`."""
        reading = Reading(self._line, Request(Cursor.of(cursor), known, now, self._terms))
        with self._asking("answer"):
            session = self._line.session(fresh=True)
            there = listed(session, telling=cursor is not None)
            self._folders = {folder.name: folder for folder in there}
            lacking = missing(there, self._wanted, session.host)
            nameless = unsayable(there, session.host)
            rung, self._listener.rung = self._listener.rung, set()
            for chunk in reading.chunks(chosen(session, there, self._wanted), rung):
                if chunk.done and lacking is not None:
                    raise lacking
                self._hindrances = tuple(one for one in (nameless, *reading.hindrances) if one)
                yield chunk

    def read_chunk(self, chunk: Chunk) -> Batch:
        """See `connectors.contract.Divisible`."""
        return self._reader.read_chunk(chunk)

    def __reduce__(self) -> tuple[type[LetterReader], tuple[Terms]]:
        """In another process it reads what was fetched here, and nothing more."""
        return LetterReader, (self._terms,)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        from connectors.formats.text import plain_text  # costs 40 ms, and headers do without

        for session, places in self._opened(refs):
            left = {place.uid: ref for ref, place in places.items()}
            with self._asking("deliver texts"):
                for uid, data in bodies.texts(session, list(left)) if session else ():
                    try:
                        plain = plain_text(data)
                    except BadItem:
                        plain = ""
                    yield Text(left.pop(uid), plain)
            for ref in places:
                if session is None or ref in left.values():
                    yield Text(ref, None)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        for session, places in self._opened(refs):
            found: dict[str, Item] = {}
            if session is not None:
                folder, validity, _ = next(iter(places.values()))
                uids = [place.uid for place in places.values()]
                with self._asking("deliver mail"):
                    items = read_letters(session, folder, validity, uids, self._terms)
                found = {item.ref: item for item in items}
            for ref in places:
                yield found.get(ref) or Gone(ref)

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        session = self._line.session(fresh=True)
        for folder in chosen(session, listed(session), self._wanted):
            try:
                validity = session.examine(folder.wire).validity
                uids = session.search(*since(self._terms))
            except No as error:
                if not passing(error.text):
                    continue  # it is left out of readings as well, which say so
                doing = f"open the folder {folder.name}"
                raise of_answer(error.text, session.host, doing) from error
            below = prefix(folder.name, validity)
            for uid in uids:
                yield Counted(f"{below}{uid}")

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        days: dict[str, date] = {}
        for session, places in self._opened(refs):
            if session is None:
                continue
            uids = [place.uid for place in places.values()]
            found = bodies.fetch(session, uids, f"UID INTERNALDATE {_DATE}")
            for ref, place in places.items():
                one = found.get(place.uid)
                if one is None:
                    continue
                written = b"".join(one.bodies.values()).partition(b":")[2]
                at = mail_date(b" ".join(written.split())) or one.arrived
                if at is not None:
                    days[ref] = at.astimezone(UTC).date()
        return days

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`: known while a draft was just filed, and never asked
        for. Mail that arrives may be old mail that its owner moved. It is told once: later it is no
        longer the time."""
        said, self.server_said = self.server_said, None
        return said

    def wait(self, timeout: float) -> bool:
        """See `connectors.contract.Waiting`."""
        return self._listener.wait(timeout, always=bool(self._hindrances))

    def wake(self) -> None:
        """See `connectors.contract.Waiting`."""
        self._listener.wake()

    @property
    def hindrance(self) -> str:
        """See `connectors.contract.Hindered`."""
        return "; ".join(one for one in (*self._hindrances, self._listener.hindrance) if one)

    def close(self) -> None:
        """Sign off. It may be used again."""
        self._line.close()
        self._listener.close()

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        try:
            yield
        except No as error:
            raise of_answer(error.text, self._line.server.host, doing) from error

    def _opened(self, refs: Sequence[str]) -> Iterator[tuple[Session | None, dict[str, Place]]]:
        """The refs folder by folder, some hundred at once, with that folder open; without a
        connection where they name nothing that exists any more."""
        groups: dict[tuple[str, int], dict[str, Place]] = {}
        for ref in refs:
            place = place_of(ref) or Place("", 0, 0)
            groups.setdefault(place[:2], {})[ref] = place
        if groups:
            session = self._line.session(fresh=True)
            if not all(name in self._folders for name, _ in groups):
                self._folders = {folder.name: folder for folder in listed(session)}
        for (name, validity), places in groups.items():
            rows = list(places.items())
            for at in range(0, len(rows), _AT_ONCE):
                yield (
                    self._session_at(self._folders.get(name), validity),
                    dict(rows[at : at + _AT_ONCE]),
                )

    def _session_at(self, folder: Folder | None, validity: int) -> Session | None:
        if folder is None:
            return None
        session = self._line.session()
        try:
            there = session.examine(folder.wire).validity
        except No as error:
            if error.code in ("NONEXISTENT", "TRYCREATE"):
                return None
            raise of_answer(error.text, session.host, f"open the folder {folder.name}") from error
        return session if there == validity else None
