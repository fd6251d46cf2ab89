"""The mail of a mailbox as a source: one for all folders, each read by a listing and a deltaLink.

A mail is named by its folder and its immutable id: moved elsewhere it is gone from the one and new
in the other, in whatever order that is told. It never changes; what Microsoft tells again (read,
flagged, sorted) is known already.

It is polled: Graph pushes only to servers that it can reach.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known, Text
from connectors.errors import ConnectorError
from connectors.graph.api import Api
from connectors.graph.mail_cursor import Cursor
from connectors.graph.mail_fetch import AT_ONCE, WHAT, Fetcher
from connectors.graph.mail_folders import Folders
from connectors.graph.mail_letter import Terms, arrived, instant
from connectors.graph.mail_listing import everything
from connectors.graph.mail_reading import Memory, Reading, Request
from connectors.graph.mail_texts import read_texts
from connectors.graph.mail_told import SCOPE
from connectors.graph.odata import path
from connectors.records import Batch, Facet, Gone, Item

_REF: Final = re.compile(rf"{SCOPE}//([0-9a-f]{{12}})/(.+)", re.DOTALL)
_DATES: Final = {"$select": "sentDateTime,receivedDateTime"}


class MailSource:
    """See above. `history` bounds what is observed of the past; `zone` is where floating times are
    local; `chosen`: names of folders, () for all but what is thrown away, unsent or spam."""

    facet = Facet.MAIL
    scope = SCOPE

    def __init__(
        self,
        api: Api,
        *,
        zone: ZoneInfo | None = None,
        history: date | None = None,
        chosen: Sequence[str] = (),
    ) -> None:
        oldest = datetime.combine(history, time(), UTC) if history else None
        self._api = api
        self._since = int((oldest - timedelta(days=1)).timestamp()) if oldest else 0
        self._folders = Folders(api, chosen)
        self._fetcher = Fetcher(api, Terms(zone or ZoneInfo("UTC"), api.login, oldest))
        self._memory = Memory({}, Counter())

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        place = None if cursor is None else Cursor.of(cursor)
        if place is None:
            self._memory.rounds.clear()
        request = Request(known, self._folders.find(), self._since)
        yield from Reading(self._api, self._fetcher, request, self._memory).batches(place)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        wanted = {}
        for ref in refs:
            if match := _REF.fullmatch(ref):
                wanted[match[2]] = ref
            else:
                yield Text(ref, None)
        yield from read_texts(self._api, wanted)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        folders: dict[str, list[str]] = {}
        for ref in refs:
            if match := _REF.fullmatch(ref):
                folders.setdefault(match[1], []).append(match[2])
            else:
                yield Gone(ref)
        for key, ids in folders.items():
            prefix = f"{SCOPE}//{key}/"
            for at in range(0, len(ids), AT_ONCE):
                found, trouble = self._fetcher.fetch(ids[at : at + AT_ONCE], prefix)
                for one, item in found.items():
                    yield item or Gone(prefix + one)
                if trouble is not None:
                    raise trouble

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        for folder in self._folders.find().folders:
            for entry in everything(self._api, folder, self._since):
                yield Counted(f"{SCOPE}//{folder.key}/{entry['id']}")

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`."""
        ids = {match[2]: ref for ref in refs if (match := _REF.fullmatch(ref))}
        asked = {one: path("messages", one, query=_DATES) for one in ids}
        days: dict[str, date] = {}
        for one, answer in self._api.batch(asked, WHAT):
            if isinstance(answer, ConnectorError):
                continue
            if at := instant(answer.get("sentDateTime")) or arrived(answer):
                days[ids[one]] = at.date()
        return days

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        self._api.ask("mailFolders/inbox", "the inbox", params={"$select": "id"})
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        self._api.close()
