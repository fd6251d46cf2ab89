"""The contacts of a mailbox, as a place that a card may be added to, with a category of its own.

A card that we added carries its `uid` in a named property of ours, which can be asked for. Graph
has no key that keeps a second contact from being made; whoever is in doubt looks first.

learn.microsoft.com/graph/api/user-post-contacts, /graph/api/singlevaluelegacyextendedproperty-get
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from connectors.errors import BadItem
from connectors.graph.api import Api
from connectors.graph.contact_card import EXPAND, MARK
from connectors.graph.contact_lists import Folders, ref_of
from connectors.graph.errors import Declined, NotThere
from connectors.graph.odata import path
from connectors.records import Card

CATEGORY: Final = "Met through mail"
_WHAT: Final = "the contacts"
_ASKED: Final = {"$select": "id,parentFolderId,emailAddresses", "$expand": EXPAND}
_PAGE: Final = "200"
_MOST_ADDRESSES: Final = 3
_MOST_PHONES: Final = 2  # of each kind
_NO_YEAR: Final = "1604"  # [MS-OXOCNTC] 2.2.1.5.1, as Outlook writes it
_NOON: Final = "T12:00:00Z"  # the same day nearly everywhere
_UNFIT: Final = frozenset((400, 413))

Contact = Mapping[str, Any]


class GraphBook:
    """See `connectors.contract.ContactBook`. A contact that has an address of the card is somebody
    whom the owner keeps already: it is left as it is, and its ref is returned."""

    def __init__(self, api: Api, category: str = CATEGORY) -> None:
        self._api = api
        self._category = category
        self._folders = Folders(api)

    def add_card(self, card: Card) -> str:
        """See `connectors.contract.ContactBook`. Raises `Ambiguous` when it may have happened all
        the same, `BadItem` for a card that Outlook does not take."""
        there = self._there(card)
        return ref_of(there if there is not None else self._added(card))

    def remove_card(self, uid: str, ref: str) -> None:
        """Delete the contact that was added under this uid; gone already, or no longer ours, is
        fine. `ref` as `add_card` returned it, "" where its answer was lost."""
        contact = self._one(ref.rpartition("/")[2]) if ref else None
        if contact is None or uid not in _marks(contact):
            contact = next((one for one in self._everyone() if uid in _marks(one)), None)
        if contact is None:
            return
        with suppress(NotThere):
            self._api.write("DELETE", path("contacts", str(contact["id"])), "a contact")

    def _added(self, card: Card) -> Contact:
        try:
            return self._api.write("POST", "contacts", "a contact", body=self._fields(card))
        except Declined as error:
            if error.status not in _UNFIT:
                raise
            why = error.reason or error.status
            raise BadItem("", f"Outlook does not take this card ({why})") from error

    def _fields(self, card: Card) -> dict[str, Any]:
        """A card as Graph takes it: only what is known."""
        # Who is known by an address alone is shown by it.
        given, _, family = ("" if "@" in card.name else card.name.strip()).rpartition(" ")
        mobile = card.phones[_MOST_PHONES : _MOST_PHONES + 1]
        fields = {
            "displayName": card.name.strip(),
            "givenName": given or family,
            "surname": family if given else "",
            "emailAddresses": [
                {"address": one, "name": card.name.strip()} for one in card.addrs[:_MOST_ADDRESSES]
            ],
            "businessPhones": list(card.phones[:_MOST_PHONES]),
            "mobilePhone": "".join(mobile),
            "nickName": "".join(card.nicknames[:1]),
            "companyName": card.organisation,
            "jobTitle": card.title,
            "personalNotes": card.note,
            "birthday": _birthday(card.birthday),
            "businessHomePage": "".join(card.links[:1]),
            "categories": [self._category],
            "singleValueExtendedProperties": [{"id": MARK, "value": card.uid}],
        }
        return {name: value for name, value in fields.items() if value}

    def _there(self, card: Card) -> Contact | None:
        """The contact with our mark, else one with an address of the card."""
        addrs = {_plain(addr) for addr in card.addrs}
        alike: Contact | None = None
        for contact in self._everyone():
            if card.uid in _marks(contact):
                return contact
            if alike is None and addrs & _addresses(contact):
                alike = contact
        return alike

    def _one(self, contact_id: str) -> Contact | None:
        try:
            return self._api.ask(path("contacts", contact_id), _WHAT, params=_ASKED)
        except NotThere:
            return None

    def _everyone(self) -> Iterator[Contact]:
        """All contacts, those in folders of their own as well."""
        asked = {**_ASKED, "$top": _PAGE}
        for folder in self._folders.find():
            where = path("contactFolders", folder.id, "contacts")
            for one in self._api.pages(where, _WHAT, params=asked):
                if one.get("id"):
                    yield one


def _birthday(text: str) -> str:
    """YYYY-MM-DD or --MM-DD; nothing for anything else."""
    parts = text.rsplit("-", 2)
    if len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return ""
    year = _NO_YEAR if parts[0] == "-" else parts[0]
    return f"{year}-{parts[1]}-{parts[2]}{_NOON}" if year.isdecimal() else ""


def _marks(contact: Contact) -> set[str]:
    return {
        str(one.get("value"))
        for one in contact.get("singleValueExtendedProperties") or ()
        if str(one.get("id")).lower() == MARK.lower()
    }


def _addresses(contact: Contact) -> set[str]:
    return {_plain(str(one.get("address") or "")) for one in contact.get("emailAddresses") or ()}


def _plain(addr: str) -> str:
    return addr.strip().casefold()
