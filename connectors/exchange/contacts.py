"""The contacts of a mailbox as a source: those in its own folder for them, lists of contacts
among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known
from connectors.errors import Unavailable
from connectors.exchange.book import SCOPE
from connectors.exchange.contact_items import Contacts
from connectors.exchange.errors import NotThere
from connectors.exchange.places import place
from connectors.exchange.synced import Reading
from connectors.exchange.synced_cursor import State, progress_of
from connectors.records import Batch, Facet, Gone, Item

if TYPE_CHECKING:
    from connectors.exchange.session import Exchange


class ContactsSource:
    """See above. `zone` is where birthdays are days; `resolve`: see
    `connectors.exchange.resolver`."""

    facet = Facet.CONTACTS
    scope = SCOPE

    def __init__(
        self,
        exchange: Exchange,
        zone: ZoneInfo | None = None,
        resolve: Callable[[str], str] = lambda _name: "",
    ) -> None:
        self._exchange = exchange
        self._zone = zone or ZoneInfo("UTC")
        self._resolve = resolve

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. A mailbox without a folder for them has none."""
        progress = progress_of(cursor, SCOPE)
        try:
            one = self._contacts()
        except NotThere as error:
            if known.under(f"{SCOPE}//"):
                raise Unavailable(
                    "the mailbox shows no folder for contacts any more; nothing was deleted: look "
                    "there, or set `contacts: false`"
                ) from error
            yield Batch((), progress.text(), done=True)
            return
        if one.key not in progress.folders:
            held = bool(known.under(one.under))
            progress.folders[one.key] = State(anew=cursor is None and held, compare=held)
        reading = Reading(known, progress, SCOPE)
        yield from reading.batches({one.key: one}, everything=cursor is None)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        one = self._contacts()
        yield from (Gone(ref) for ref in refs if not ref.startswith(one.under))
        yield from one.again([ref for ref in refs if ref.startswith(one.under)])

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        with suppress(NotThere):
            yield from map(Counted, sorted(self._contacts().there()))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: contacts have no day."""
        return {}

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        with suppress(NotThere):
            self._contacts()
        return self._exchange.server_time()

    def close(self) -> None:
        """Close the connection. It may be used again."""
        self._exchange.close()

    def _contacts(self) -> Contacts:
        from connectors.exchange.request import Distinguished

        folder = place(self._exchange, Distinguished("contacts"), "the contacts")
        return Contacts(self._exchange, folder.id, self._zone, self._resolve)
