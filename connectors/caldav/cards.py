"""Contacts: the cards of all address books or of those that were chosen, and adding one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from connectors.caldav import search, sync
from connectors.caldav.cursor import Progress
from connectors.caldav.dav import Told
from connectors.caldav.discovery import Collection
from connectors.caldav.fetch import Fetcher
from connectors.caldav.paths import as_folder, path_of, url_of
from connectors.caldav.server import Server
from connectors.caldav.source import Content, DavSource
from connectors.caldav.xml import CARD, DAV, document
from connectors.caldav.xml import element as tag
from connectors.errors import BadItem, ConnectorError, Refused, Unavailable
from connectors.formats.names import file_name
from connectors.records import Card, Facet

_TAKEN: Final = CARD + "no-uid-conflict"


class Contacts(DavSource):
    """Cards."""

    facet = Facet.CONTACTS
    service = "carddav"
    what = "address book"

    def read(self, data: bytes, progress: Progress) -> Content:
        """The cards of one item."""
        from connectors.formats.vcard import read_cards

        reading = read_cards(data)
        return Content(tuple(reading.cards), broken=reading.broken)


class DavBook:
    """A place that cards are added to: the address book `name`, made where it is absent; or, with
    `category`, the first one that may be written to, each card marked with that category.

    `scope` is that of the contacts that are read, so that refs are the same.
    """

    def __init__(self, server: Server, scope: str, name: str = "", category: str = "") -> None:
        self._server = server
        self._scope = scope
        self._name = name
        self._category = category
        self._fetcher = Fetcher(server.dav, "carddav")

    def add_card(self, card: Card) -> str:
        """See `connectors.contract.ContactBook`."""
        place = self._place()
        if (path := self._there(place, card.uid)) is not None:
            return self._ref(path)
        if self._category and self._category not in card.categories:
            card = replace(card, categories=(*card.categories, self._category))
        from connectors.formats.vcard import write_card  # vobject costs 60 ms

        path = place.path + file_name(card.uid, ".vcf")
        try:
            self._server.dav.put(
                url_of(path, place.url), write_card(card), "text/vcard", f"a card in {place.name}"
            )
        except Told as error:
            if error.status == 412:
                return self._ref(path)
            if _TAKEN in error.conditions and (
                (other := self._searched(place, card.uid)) is not None
            ):
                return self._ref(other)
            if error.status in (404, 409, 410):
                raise Unavailable(f"the address book {place.name} has vanished") from error
            raise error.write_error() from error
        return self._ref(path)

    def remove_card(self, uid: str, ref: str) -> None:
        """See `connectors.contract.ContactBook`."""
        for place in self._server.collections("carddav"):
            path = self._there(place, uid)
            if path is None and ref.startswith(self._ref(place.path)):
                path = self._first(place, [ref.removeprefix(self._ref(""))], uid)
            if path is None:
                continue
            try:
                self._server.dav.delete(
                    url_of(path, place.url), f"a card in {place.name}", if_match=""
                )
            except Told as error:
                if error.status not in (404, 410):
                    raise error.write_error() from error

    def _there(self, place: Collection, uid: str) -> str | None:
        """The path of the card with that UID, None where the server tells of none."""
        return self._first(place, self._asked(place, uid), uid)

    def _first(self, place: Collection, paths: Sequence[str], uid: str) -> str | None:
        for path, got in self._fetcher.fetch(place, paths).items():
            if got.data is not None and uid in _uids(got.data):
                return path
        return None

    def _searched(self, place: Collection, uid: str) -> str | None:
        """As `_there`, by reading all of them: for servers that cannot be asked."""
        members, _ = sync.everything(self._server.dav, place)
        return self._first(place, list(members), uid)

    def _asked(self, place: Collection, uid: str) -> list[str]:
        """Members that may have that UID. Without an answer the name of the file alone tells."""
        match = tag(
            CARD + "text-match", text=uid, collation="i;unicode-casemap", match_type="contains"
        )
        body = document(
            CARD + "addressbook-query",
            tag(DAV + "prop", tag(DAV + "getetag")),
            tag(CARD + "filter", tag(CARD + "prop-filter", match, name="UID")),
        )
        return search.found(self._server.dav, place, body)

    def survey(self) -> str:
        """Where cards go, for whoever sets it up; nothing is made. Raises `Refused` where none
        can."""
        place = self._chosen()
        if place is None:
            return f"the first card makes the address book {self._name}"
        if not place.writable:
            raise Refused(
                f"{place.name} is read-only for this login: name another address book in `cards:`, "
                "one that is not there yet is made"
            )
        return f"cards are added to {place.name}"

    def _chosen(self) -> Collection | None:
        """The address book; None where it is still to be made."""
        books = self._server.collections("carddav")
        if self._name:
            return next((book for book in books if book.called(self._name)), None)
        if not books:
            raise Refused("there is no address book on the server: make one, or name one")
        # Some servers have one with everybody on it, which nobody may write to.
        return next((book for book in books if book.writable), books[0])

    def _place(self) -> Collection:
        if (place := self._chosen()) is not None:
            return place
        home = self._server.discovery.home("carddav")
        url = as_folder(home) + quote(self._name, safe="") + "/"
        body = document(
            DAV + "mkcol",
            tag(
                DAV + "set",
                tag(
                    DAV + "prop",
                    tag(DAV + "resourcetype", tag(DAV + "collection"), tag(CARD + "addressbook")),
                    tag(DAV + "displayname", text=self._name),
                ),
            ),
        )
        try:
            self._server.dav.make("MKCOL", url, body, f"the address book {self._name}")
        except Told as error:
            if error.status != 405:  # 405: it is there
                raise _unmade(error, self._name) from error
        path = path_of(url, url)
        for book in self._server.collections("carddav"):
            if book.path == path:
                return book
        raise Refused(f"the address book {self._name} cannot be made here: make it by hand")

    def _ref(self, path: str) -> str:
        return f"{self._scope}/{path}"


def _unmade(error: Told, name: str) -> ConnectorError:
    if error.status in (403, 409, 501):
        return Refused(f"the server makes no address book {name}: make it by hand")
    return error.write_error()


def _uids(data: bytes) -> set[str]:
    from connectors.formats.vcard import read_cards

    try:
        return {card.uid for card in read_cards(data).cards}
    except BadItem:
        return set()
