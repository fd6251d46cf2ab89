"""The contacts of a mailbox, as a place that a card may be added to: under a category of its own.

    FindItem     who is there already, by our mark and by address
    CreateItem   the card; our mark is its `uid`, in a named property
    DeleteItem   what we added, and nothing else

EWS has no key that keeps a second contact from being made: it is looked for first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from connectors.errors import BadItem
from connectors.exchange.element import Element, ItemId, every, extended, id_of
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.places import Place, place
from connectors.exchange.tasks_text import SET
from connectors.records import Card

if TYPE_CHECKING:
    from connectors.exchange.request import Extended
    from connectors.exchange.session import Exchange

SCOPE: Final = "contacts"
MARK: Final = "syncd-card"  # a named property of ours, see `tasks_text.SET`
CATEGORY: Final = "Met through mail"
_WHAT: Final = "the contacts"
_CARD: Final = "a contact"
_PHONES: Final = ("BusinessPhone", "MobilePhone", "OtherTelephone")
_ADDRESSES: Final = ("EmailAddress1", "EmailAddress2", "EmailAddress3")
# Of what is wrong with a card, and not with the folder.
_UNFIT: Final = frozenset(
    (
        "ErrorInvalidPropertySet", "ErrorInvalidValueForProperty", "ErrorMessageSizeExceeded",
        "ErrorPropertyValidationFailure", "ErrorSchemaValidation", "ErrorPropertyUpdate",
        "ErrorItemSavePropertyError",
    )
)  # fmt: skip


def mark() -> Extended:
    """By which a contact of ours is known: its value is the card's uid."""
    from connectors.exchange.request import Extended

    return Extended(MARK, SET)


class ExchangeBook:
    """See `connectors.contract.ContactBook`. A contact that has an address of the card is somebody
    whom the owner keeps already: it is left as it is, and its ref is returned."""

    def __init__(self, exchange: Exchange, category: str = CATEGORY) -> None:
        self._exchange = exchange
        self._category = category

    def add_card(self, card: Card) -> str:
        """See `connectors.contract.ContactBook`. Raises `Ambiguous` when it may have happened all
        the same, `BadItem` for a card that the server does not take."""
        folder = self._folder()
        found = self._there(card, folder)
        if found is None:
            found = self._added(card, folder)
        return f"{SCOPE}//{folder.key}/{found}"

    def remove_card(self, uid: str, ref: str) -> None:
        """Delete the contact that was added under this uid; gone already, or no longer ours, is
        fine. `ref` as `add_card` returned it, "" where its answer was lost."""
        from connectors.exchange import raw
        from connectors.exchange.request import equals

        here = ref.removeprefix(f"{SCOPE}//").partition("/")[2]
        found = self._marked(here, uid) if here else None
        if found is None:  # its id may have changed
            where = equals(mark(), uid)
            listed = raw.listed(self._exchange, self._folder().id, (mark(),), _WHAT, where)
            found = next((one for one in listed if _mark(one) == uid), None)
        if found is None:
            return
        try:
            raw.delete(self._exchange, ItemId(id_of(found).id), _CARD)
        except NotThere:
            return

    def _folder(self) -> Place:
        from connectors.exchange.request import Distinguished

        return place(self._exchange, Distinguished("contacts"), _WHAT)

    def _there(self, card: Card, folder: Place) -> str | None:
        """The id of the contact with our mark, else of one with an address of the card."""
        addrs = {_plain(addr) for addr in card.addrs}
        alike: str | None = None
        for one in self._listed(folder):
            if _mark(one) == card.uid:
                return id_of(one).id
            if alike is None and addrs & _addresses(one):
                alike = id_of(one).id
        return alike

    def _listed(self, folder: Place) -> Iterator[Element]:
        from connectors.exchange import raw
        from connectors.exchange.request import Indexed

        addresses = [Indexed("contacts:EmailAddress", one) for one in _ADDRESSES]
        return raw.listed(self._exchange, folder.id, (*addresses, mark()), _WHAT)

    def _added(self, card: Card, folder: Place) -> str:
        from connectors.exchange import raw

        try:
            made = raw.create(self._exchange, folder.id, _contact(card, self._category), _CARD)
        except Declined as error:
            if error.code not in _UNFIT:
                raise
            raise BadItem("", f"the server does not take this card ({error.code})") from error
        return id_of(made).id

    def _marked(self, here: str, uid: str) -> Element | None:
        """The contact with that id, where it is ours."""
        from connectors.exchange import raw

        for answer in raw.items(self._exchange, [here], (mark(),), _CARD):
            if not isinstance(answer, Declined) and _mark(answer) == uid:
                return answer
        return None


def _contact(card: Card, category: str) -> Element:
    """A card as EWS takes it, in the order of types.xsd: only what is known."""
    from connectors.exchange.request import typed, value

    # Who is known by an address alone is shown by it.
    given, _, family = ("" if "@" in card.name else card.name.strip()).rpartition(" ")
    plain = {
        "FileAs": card.name,
        "DisplayName": card.name,
        "GivenName": given or family,
        "Nickname": " ".join(card.nicknames[:1]),
        "CompanyName": card.organisation,
    }
    note = card.note.replace("\r\n", "\n").replace("\n", "\r\n")
    later = {
        "Birthday": _birthday(card.birthday),
        "BusinessHomePage": " ".join(card.links[:1]),
        "JobTitle": card.title,
        "Surname": family if given else "",
    }
    return typed(
        "Contact",
        typed("Subject", text=card.name),
        *([typed("Body", text=note, BodyType="Text")] if note else []),
        typed("Categories", typed("String", text=category)),
        value(mark(), card.uid),
        *(typed(name, text=told) for name, told in plain.items() if told),
        *_entries("EmailAddresses", _ADDRESSES, card.addrs),
        *_entries("PhoneNumbers", _PHONES, card.phones),
        *(typed(name, text=told) for name, told in later.items() if told),
    )


def _entries(name: str, keys: tuple[str, ...], told: tuple[str, ...]) -> list[Element]:
    from connectors.exchange.request import typed

    entries = [typed("Entry", text=one, Key=key) for key, one in zip(keys, told, strict=False)]
    return [typed(name, *entries)] if entries else []


def _birthday(told: str) -> str:
    """A day as Outlook keeps it; one without a year it has no place for."""
    return f"{told}T11:59:00Z" if told[:4].isdigit() else ""


def _mark(one: Element) -> str:
    return extended(one).get(MARK, "")


def _addresses(one: Element) -> set[str]:
    return {_plain(entry.text or "") for entry in every(one, "EmailAddresses/Entry")} - {""}


def _plain(addr: str) -> str:
    return addr.strip().casefold()
