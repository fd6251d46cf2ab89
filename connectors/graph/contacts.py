"""The contacts of a mailbox as a source: its folders of contacts, each by contacts/delta.

A contact is named by its folder and its immutable id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from connectors.contract import Counted, Known
from connectors.graph.api import Api
from connectors.graph.contact_lists import SCOPE, Contacts, Folders
from connectors.graph.odata import Json
from connectors.graph.synced import Reading
from connectors.graph.synced_cursor import State, progress_of
from connectors.records import Batch, Facet, Gone, Item


class ContactsSource:
    """See above."""

    facet = Facet.CONTACTS
    scope = SCOPE

    def __init__(self, api: Api) -> None:
        self._api = api
        self._folders = Folders(api)
        self._asked: dict[str, Json] = {}

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = progress_of(cursor, SCOPE)
        lists = self._lists()
        for key, one in lists.items():
            if key not in progress.lists:
                compare = bool(known.under(one.under))
                progress.lists[key] = State(anew=compare and cursor is None, compare=compare)
        yield from Reading(known, progress, SCOPE).batches(lists, everything=cursor is None)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        left = set(refs)
        for one in self._lists().values():
            mine = [ref for ref in refs if ref.startswith(one.under)]
            left.difference_update(mine)
            yield from one.again(mine)
        yield from map(Gone, sorted(left))

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        for one in self._lists().values():
            yield from map(Counted, sorted(one.there()))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: contacts have no day."""
        return {}

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        self._api.ask("contacts", "the contacts", params={"$select": "id", "$top": "1"})
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        self._api.close()

    def _lists(self) -> dict[str, Contacts]:
        return {one.key: Contacts(self._api, one, self._asked) for one in self._folders.find()}
