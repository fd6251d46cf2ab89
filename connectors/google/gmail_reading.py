"""One reading of a mailbox: what changed since the cursor, then the back-fill, newest first.

The cursor moves behind what was told and no further. What was told out of order (others of its
portion failed) is known, and not fetched again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Final, NamedTuple

from connectors.contract import Known
from connectors.errors import ConnectorError, CursorExpired, Unavailable
from connectors.google.api import Api
from connectors.google.errors import NotThere
from connectors.google.gmail_cursor import Cursor
from connectors.google.gmail_fetch import Fetcher, Found
from connectors.google.gmail_history import FIELDS, Change, fold, last_id
from connectors.google.gmail_labels import stamp
from connectors.google.gmail_letter import SCOPE, id_of, ref_of
from connectors.google.gmail_listing import Listing, Page, page
from connectors.google.gmail_past import Past, as_listed
from connectors.records import Batch, Gone, Item

KEEP: Final = 300  # units a minute that the back-fill leaves to news and to texts
_BATCH: Final = 500
_DAY: Final = 86_400
_FULL_ONCE: Final = 20  # a mailbox that held more than this is not emptied by hand
_WHAT: Final = "the mailbox"


class Request(NamedTuple):
    """What a reading goes by. `since`: how far the past is wanted, in seconds since 1970; 0 for all
    of it. `past`: where it comes from; what is lacking then is fetched here."""

    known: Known
    now: datetime
    since: int = 0
    past: Past | None = None


class Reading:
    """See above."""

    def __init__(self, api: Api, fetcher: Fetcher, listing: Listing, request: Request) -> None:
        self._api = api
        self._fetcher = fetcher
        self._listing = listing
        self._known, self._now, self._since, self._past = request
        self.told_to = 0  # the newest history id that was told

    def batches(self, place: Cursor | None) -> Iterator[Batch]:
        """Everything that there is to say; the last batch is `done`. None: from the beginning."""
        if place is None:
            place = self._begun()
        else:
            yield from self._catch_up(place)
        self.told_to = int(place.history)
        if place.phase == "now" and self._reaches_further(place):
            place.begin(self._since)
        if place.phase == "apart":
            yield from self._apart(place)
        if place.phase == "compare":
            yield from self._compare(place)
        yield from self._back_fill(place)
        yield Batch((), place.text(), done=True)

    def _begun(self) -> Cursor:
        """Where a reading begins: behind what happens from now on."""
        place = Cursor(self._newest(), since=self._since)
        self._listing.restart()
        if self._known.under(f"{SCOPE}//"):
            place.phase, place.anew = "compare", True
        if self._past is not None:
            place.phase = "apart"
        return place

    def _newest(self) -> str:
        request = self._api.service("gmail").users().getProfile(userId="me")
        return str(self._api.ask(request, _WHAT)["historyId"])

    def _reaches_further(self, place: Cursor) -> bool:
        """Whether more of the past is wanted than was read."""
        return bool(place.since) and (not self._since or self._since < place.since - _DAY)

    def _catch_up(self, place: Cursor) -> Iterator[Batch]:
        """What came, went and was sorted since."""
        history = self._api.service("gmail").users().history()
        more = True
        page: dict[str, str] = {}
        while more:
            request = history.list(
                userId="me", startHistoryId=place.history, maxResults=_BATCH, fields=FIELDS, **page
            )
            try:
                answer = self._api.ask(request, _WHAT)
            except NotThere:
                answer = {}
            newest = str(answer.get("historyId", "0"))
            if int(newest) < int(place.history):  # forgotten, or it is another mailbox
                self._expired(place)
                return
            records = answer.get("history", [])
            more, page = bool(answer.get("nextPageToken")), {}
            if more and not records:  # of a page with nothing on it only the next one says more
                page = {"pageToken": answer["nextPageToken"]}
                continue
            behind = last_id(records, newest) if more else newest
            yield from self._changed(place, fold(records), behind)

    def _expired(self, place: Cursor) -> None:
        """Nobody knows what happened since: what is known is compared with what is there, and the
        past looked through for what is not known."""
        place.history = self._newest()
        if place.phase == "apart":
            place.anew = True
            return
        place.begin(self._since)
        place.phase = "compare"
        self._listing.restart()

    def _changed(
        self, place: Cursor, changes: Mapping[str, Change], behind: str
    ) -> Iterator[Batch]:
        """Tell of these, and put the cursor `behind` them."""
        self._listing.touched(changes)
        items: list[Item] = []
        wanted: list[str] = []
        for one, change in changes.items():
            if not (change.is_gone or change.came or change.sorted_):
                continue
            known = self._stamp(one)
            if change.is_gone and known is not None:
                items.append(Gone(ref_of(one)))
            elif change.is_wanted(known):
                wanted.append(one)
        while True:
            found, trouble, wanted = self._fetched(wanted)
            items += self._items(found)
            if trouble is None and not wanted:
                place.history = behind
            yield Batch(tuple(items), place.text())
            if trouble is not None:
                raise trouble
            if not wanted:
                return
            items = []

    def _apart(self, place: Cursor) -> Iterator[Batch]:
        """The past that is read some other way; what comes meanwhile is told by the history."""
        while self._past is not None:
            try:
                listed = self._listing.labels()
                for batch in self._past.batches(place.inner or None, self._now):
                    place.inner = batch.cursor
                    yield Batch(tuple(as_listed(batch.items, listed)), place.text())
                break
            except CursorExpired:
                if not place.inner:
                    raise
                place.inner = ""
        if self._past is not None:
            self._past.close()
            self._listing.restart()
        # All of it was read anew now, unless that way has been given up.
        place.phase = "compare" if place.anew else "past"
        place.anew &= self._past is None
        place.inner = ""
        yield Batch((), place.text())

    def _compare(self, place: Cursor) -> Iterator[Batch]:
        """Tell what is known and gone, or sorted elsewhere."""
        there = self._listing.everything()
        known = self._known.under(f"{SCOPE}//")
        if not there.ids and len(known) > _FULL_ONCE:
            raise Unavailable(
                f"Gmail shows no mail at all, though there were {len(known)}; nothing was deleted: "
                "look into the mailbox"
            )
        settled = there.ids | there.touched
        gone = sorted(ref for ref in known if id_of(ref) not in settled)
        for at in range(0, len(gone), _BATCH):
            yield Batch(tuple(map(Gone, gone[at : at + _BATCH])), place.text())
        other = [
            one
            for one in sorted(there.ids - there.touched, reverse=True)
            if known.get(ref_of(one), now := stamp(there.labels.get(one, ()))) != now
        ]
        while other and not place.anew:
            found, trouble, other = self._fetched(other, KEEP)
            yield Batch(tuple(self._items(found)), place.text())
            if trouble is not None:
                raise trouble
        self._listing.restart()
        place.phase = "past"
        yield Batch((), place.text())

    def _back_fill(self, place: Cursor) -> Iterator[Batch]:
        """The mail of the past."""
        while place.phase == "past":
            one = self._page(place)
            ids = one.ids
            if place.last in ids:
                ids = ids[ids.index(place.last) + 1 :]
            if not place.anew:
                ids = [each for each in ids if self._stamp(each) is None]
            while True:
                found, trouble, rest = self._fetched(ids, KEEP)
                for each in takewhile(found.__contains__, ids):
                    place.last = each
                if trouble is None and not rest:
                    place.turn(one.next)
                yield Batch(tuple(self._items(found)), place.text())
                if trouble is not None:
                    raise trouble
                if not rest:
                    break
                ids = rest

    def _page(self, place: Cursor) -> Page:
        """The page that is reached; the first one where Gmail does not know it any more."""
        try:
            return page(self._api, place.since, place.page, KEEP)
        except LookupError:
            place.begin(place.since)
            return page(self._api, place.since, "", KEEP)

    def _fetched(
        self, ids: Sequence[str], keep: int = 0
    ) -> tuple[Found, ConnectorError | None, list[str]]:
        """The first of these mails, what stopped it, and the ids that come behind."""
        count = self._fetcher.portion
        if not ids:
            return {}, None, []
        found, trouble = self._fetcher.fetch(ids[:count], keep=keep)
        return found, trouble, list(ids[count:])

    def _items(self, found: Mapping[str, Item | None]) -> Iterator[Item]:
        """What is to be told of what was fetched."""
        for one, item in found.items():
            if item is not None:
                yield item
            elif self._stamp(one) is not None:
                yield Gone(ref_of(one))

    def _stamp(self, message_id: str) -> str | None:
        """Its stamp, None where it is not known."""
        ref = ref_of(message_id)
        stamps: Mapping[str, Any] = self._known.under(ref)
        return stamps.get(ref)
