"""The mail of an Exchange mailbox as a source: all folders that are read, in one.

A mail is named by its folder and its id, so one that is moved is gone there and seen here; that it
is the same mail says its Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known, Text
from connectors.errors import ConnectorError
from connectors.exchange.mail_cursor import Cursor
from connectors.exchange.mail_refs import SCOPE, spot_of, under
from connectors.exchange.session import Exchange
from connectors.exchange.streaming import Listener
from connectors.records import Batch, Facet, Gone, Item

if TYPE_CHECKING:  # only who asks pays for it
    from connectors.exchange.mail_fetch import Fetcher
    from connectors.exchange.mail_folders import Folder, Folders

_AT_ONCE = 100


class ExchangeMail:
    """See above. `folders`: those to read, as the owner calls them; none for the usual ones.
    `history` bounds what is observed of the past. `zone` is where floating times are local. `poll`:
    seconds after which a look is taken where the server tells nothing by itself. `resolve`: see
    `connectors.exchange.resolver`.
    """

    facet = Facet.MAIL
    scope = SCOPE

    def __init__(
        self,
        exchange: Exchange,
        folders: Sequence[str] = (),
        history: date | None = None,
        zone: ZoneInfo | None = None,
        poll: float = 300.0,
        *,
        resolve: Callable[[str], str] = lambda _name: "",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._exchange = exchange
        self._wanted = tuple(folders)
        self._zone = zone or ZoneInfo("UTC")
        self._oldest = datetime.combine(history, time(), UTC) if history else None
        # By when it was received, which is never before it was written, but for a clock.
        self._since = int((self._oldest - timedelta(days=1)).timestamp()) if self._oldest else 0
        self._resolve = resolve
        self._listener = Listener(exchange, self._listened_to, poll, clock)
        self._hindrances: tuple[str, ...] = ()
        self._fetching: Fetcher | None = None
        self._places: Folders | None = None
        self._read: list[Folder] = []  # as they were found last

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. Raises `Refused` where a wanted folder is missing, when
        all others are read."""
        from connectors.exchange.mail_folders import missing
        from connectors.exchange.mail_reading import Reading, Request

        place = None if cursor is None else Cursor.of(cursor)
        reading = Reading(self._fetcher, Request(place, known, self._since))
        heard = self._listener.take()
        there, self._read = self._listed()
        lacking = missing(there, self._wanted, self._exchange.host)
        told = reading.batches(self._read, heard.folders, only=heard.all, missing=lacking)
        for batch in told:
            if batch.done and lacking is not None:
                yield Batch(batch.items, batch.cursor)
                raise lacking
            self._hindrances = tuple(reading.hindrances)
            if batch.done and not reading.hindrances:
                self._listener.looked()
            yield batch

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        from connectors.exchange.mail_texts import read_texts

        yield from read_texts(self._exchange, refs)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        wanted: dict[str, dict[str, str]] = {}
        for ref in refs:
            spot = spot_of(ref)
            if spot is None:
                yield Gone(ref)
            else:
                wanted.setdefault(spot.key, {})[spot.id] = ref
        for key, some in wanted.items():
            ids = list(some)
            while ids:
                count = self._fetcher.portion
                now, ids = ids[:count], ids[count:]
                found, trouble = self._fetcher.fetch(now, key)
                for one, item in found.items():
                    yield item or Gone(some[one])
                if trouble is not None:
                    raise trouble

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        from connectors.exchange import mail_calls as calls
        from connectors.exchange import raw

        _, folders = self._listed()
        where = calls.within((self._since, 0))
        for folder in folders:
            what, below = f"the folder {folder.path}", under(folder.key)
            found = raw.listed(self._exchange, folder.id, (calls.RECEIVED,), what, where)
            # What moves meanwhile may come twice.
            for item_id in dict.fromkeys(calls.listed(one).id for one in found):
                yield Counted(below + item_id)

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        from connectors.exchange import mail_calls as calls
        from connectors.exchange.mail_letter import FIELDS, HEADER, HEADERS, written_at

        spots = {spot.id: ref for ref in refs if (spot := spot_of(ref)) is not None}
        ids, days = list(spots), dict[str, date]()
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            answers = calls.mails(self._exchange, some, (*FIELDS, HEADER, HEADERS))
            for one, answer in zip(some, answers, strict=True):
                if not isinstance(answer, ConnectorError) and (day := written_at(answer)):
                    days[spots[one]] = day.astimezone(UTC).date()
        return days

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        from connectors.exchange import raw
        from connectors.exchange.request import Distinguished

        raw.folder(self._exchange, Distinguished("inbox"), (), "the inbox")
        return self._exchange.server_time()

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
        """Close the connections. It may be used again."""
        self._listener.close()
        self._exchange.close()

    @property
    def _fetcher(self) -> Fetcher:
        from connectors.exchange.mail_fetch import Fetcher
        from connectors.exchange.mail_letter import Terms

        if self._fetching is None:
            terms = Terms(self._zone, self._oldest, self._resolve)
            self._fetching = Fetcher(self._exchange, terms)
        return self._fetching

    def _listed(self) -> tuple[list[Folder], list[Folder]]:
        """All folders, and those that are read."""
        from connectors.exchange.mail_folders import Folders, chosen

        if self._places is None:
            self._places = Folders(self._exchange)
        there = self._places.listed()
        return there, chosen(there, self._wanted)

    def _listened_to(self) -> list[str]:
        """The ids of the folders that news are wanted of."""
        if not self._read:
            _, self._read = self._listed()
        return [one.id for one in self._read]
