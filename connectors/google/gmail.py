"""The mail of a Gmail account as a source, by the Gmail API: the mailbox as one, whatever labels.

A mail is named by Gmail's id, which it keeps for good. Its stamp are the labels that count, see
`gmail_labels`; put into the bin or into spam it is gone, taken out it is there again.

    history.list    what came, went and was labelled since the cursor, first in each reading
    messages.list   the back-fill, newest first

Where the quota is used up a reading ends with `Paused`, and the next goes on with its cursor. Where
Gmail has forgotten the history (404), the mailbox is listed and compared with what is known, and
only what is unknown is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.contract import Counted, Known, Text
from connectors.errors import ConnectorError
from connectors.formats.dates import mail_date
from connectors.google.api import Api
from connectors.google.gmail_cursor import Cursor
from connectors.google.gmail_fetch import Fetcher
from connectors.google.gmail_letter import SCOPE, Terms, arrived, id_of, ref_of
from connectors.google.gmail_listing import Listing, pages
from connectors.google.gmail_parts import value_of
from connectors.google.gmail_past import Past
from connectors.google.gmail_reading import KEEP, Reading, Request
from connectors.google.gmail_texts import TextReader
from connectors.records import Batch, Facet, Gone, Item

_DATE: Final = "id,internalDate,payload/headers"
_GET: Final = "gmail.users.messages.get"
_SHARE: Final = 3_000  # units a minute that texts leave to a back-fill: the half


class GmailSource:
    """See above. `history` bounds what is observed of the past. `zone` is where floating times are
    local. `text_budget`: mails whose text is read in a day, counted from the start of the process;
    None for no limit but the quota. `past`: another way to what there is when the reading begins.
    """

    facet = Facet.MAIL
    scope = SCOPE

    def __init__(
        self,
        api: Api,
        *,
        zone: ZoneInfo | None = None,
        history: date | None = None,
        text_budget: int | None = None,
        past: Past | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        oldest = datetime.combine(history, time(), UTC) if history else None
        self._api = api
        self._clock = clock
        self._since = int((oldest - timedelta(days=1)).timestamp()) if oldest else 0
        terms = Terms(zone or ZoneInfo("UTC"), oldest)
        self._fetcher = Fetcher(api, terms)
        self._texts = TextReader(api, text_budget, clock)
        self._listing = Listing(api)
        self._past = past
        self._filling = True  # as far as it is known, there is more to be read
        self.told_to = 0  # the newest history id that was read

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        place = None if cursor is None else Cursor.of(cursor)
        request = Request(known, now, self._since, self._past)
        reading = Reading(self._api, self._fetcher, self._listing, request)
        self._filling = True
        for batch in reading.batches(place):
            self.told_to = reading.told_to or self.told_to
            self._filling = not batch.done
            yield batch

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        yield from self._texts.read(refs, _SHARE if self._filling else 0)

    def read_again(self, refs: Sequence[str], cursor: str) -> Iterator[Item]:
        """See `connectors.contract.Rereading`."""
        wanted = {message_id: ref for ref in refs if (message_id := id_of(ref))}
        yield from (Gone(ref) for ref in refs if not id_of(ref))
        ids = list(wanted)
        while ids:
            count = self._fetcher.portion
            now, ids = ids[:count], ids[count:]
            found, trouble = self._fetcher.fetch(now)
            for one, item in found.items():
                yield item or Gone(wanted[one])
            if trouble is not None:
                raise trouble

    def census(self) -> Iterator[Counted]:
        """See `connectors.contract.Countable`."""
        for page in pages(self._api, self._since):
            for message_id in page.ids:
                yield Counted(ref_of(message_id))

    def dated(self, refs: Sequence[str]) -> Mapping[str, date]:
        """See `connectors.contract.Countable`: of as many as the quota allows now, because each
        costs as much as to read it."""
        ids = [message_id for ref in refs if (message_id := id_of(ref))]
        get = self._api.service("gmail").users().messages().get
        asked = {
            one: get(userId="me", id=one, format="metadata", metadataHeaders=["Date"], fields=_DATE)
            for one in ids[: self._api.quota.affords(_GET, keep=KEEP)]
        }
        days: dict[str, date] = {}
        for one, answer in self._api.batch(asked, "the mail", keep=KEEP):
            if not isinstance(answer, ConnectorError) and (at := _written(answer)):
                days[ref_of(one)] = at.astimezone(UTC).date()
        return days

    def server_time(self) -> datetime | None:
        """See `connectors.contract.Timed`."""
        request = self._api.service("gmail").users().getProfile(userId="me")
        self._api.ask(request, "the mailbox")
        return self._api.server_time()

    def close(self) -> None:
        """Close the connections. It may be used again."""
        if self._past is not None:
            self._past.close()
        self._api.close()


def _written(message: Mapping[str, Any]) -> datetime | None:
    """When it was written, else when it came."""
    value = value_of(message.get("payload", {}), "date")
    return mail_date(value.encode("utf-8", "replace")) or arrived(message)
