"""The contacts of a Google account as a source: connections, and the names of "other contacts".

    contactGroups.list             what the owner's groups are called
    people.connections.list        those whom the owner keeps
    otherContacts.list             those whom Gmail noted for itself: names, and no evidence

A contact is named by its resource name. That may change; then the new one is told before the old
one is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Final

from connectors.contract import Counted, Known
from connectors.errors import ConnectorError
from connectors.google.api import Api
from connectors.google.errors import NotThere
from connectors.google.people_lists import Connections, Others, labels_of
from connectors.google.synced import Reading
from connectors.google.synced_cursor import State, progress_of
from connectors.records import Batch, Facet, Gone, Item

SCOPE: Final = "people"

_LABELS: Final = "labels"  # in the cursor: what the groups were called


class PeopleSource:
    """See above."""

    facet = Facet.CONTACTS
    scope = SCOPE

    def __init__(self, api: Api) -> None:
        self._api = api

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        progress = progress_of(cursor, SCOPE)
        labels = labels_of(self._api)
        called = json.dumps(labels, sort_keys=True).encode()
        digest = blake2b(called, digest_size=8).hexdigest()
        lists = {one.key: one for one in self._lists(labels)}
        for key, one in lists.items():
            if key not in progress.lists:
                compare = bool(known.under(one.under))
                anew = compare and cursor is None
                progress.lists[key] = State(anew=anew, compare=compare)
        if progress.extra.get(_LABELS, digest) != digest:
            progress.lists[Connections.key].begin("all")  # no contact of a group says so by itself
        progress.extra[_LABELS] = digest
        reading = Reading(known, progress, SCOPE)
        yield from reading.batches(lists, everything=cursor is None)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        connections, others = self._lists(labels_of(self._api))
        names = {ref: ref.removeprefix(f"{SCOPE}//") for ref in refs}
        kept = {ref: name for ref, name in names.items() if ref.startswith(connections.under)}
        for ref, found in connections.again(kept):
            if isinstance(found, NotThere):
                yield Gone(ref)
            elif isinstance(found, ConnectorError):
                raise found
            else:
                yield connections.item(found)
        left = names.keys() - kept.keys()
        if left:  # there is no way to ask for one of them
            for person in others.everyone():
                if (ref := others.ref(person)) in left:
                    yield others.item(person)
                    left.discard(ref)
        yield from map(Gone, sorted(left))

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        for one in self._lists({}):
            yield from map(Counted, sorted(one.there()))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: contacts have no day."""
        return {}

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        labels_of(self._api)
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        self._api.close()

    def _lists(self, labels: Mapping[str, str]) -> tuple[Connections, Others]:
        return Connections(self._api, SCOPE, labels), Others(self._api, SCOPE)
