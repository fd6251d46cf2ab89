"""The contacts of one folder, as Exchange tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem, Unavailable
from connectors.exchange.book import SCOPE
from connectors.exchange.contact_card import ADDRESSES, FIELDS, PHONES, cards_of
from connectors.exchange.element import Element, ItemId, id_of
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.places import key_of
from connectors.exchange.synced import Change, Page, Told, page_of
from connectors.records import Bad, Gone, Item, Seen

if TYPE_CHECKING:
    from connectors.exchange.raw import Answer
    from connectors.exchange.session import Exchange

_WHAT: Final = "the contacts"


class Contacts:
    """See `connectors.exchange.synced.Listed`. `folder`: its id."""

    name = _WHAT

    def __init__(
        self, exchange: Exchange, folder: str, zone: ZoneInfo, resolve: Callable[[str], str]
    ) -> None:
        self._exchange = exchange
        self._folder = folder
        self._zone = zone
        self._resolve = resolve
        self.key = key_of(folder)
        self.under = f"{SCOPE}//{self.key}/"

    def page(self, token: str) -> Page:
        """See `Listed`."""
        return page_of(self._exchange, self._folder, token, self.name, self.under)

    def told(self, changes: Sequence[Change], known: Told, *, retold: bool) -> Iterator[Item]:
        """See `Listed`."""
        due: list[str] = []
        for one in changes:
            if one.element is None:
                yield Gone(one.ref)
            elif retold or not one.change_key or known.stamp(one.ref) != one.change_key:
                due.append(one.ref)
        yield from self.again(due)

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """See `Listed`."""
        from connectors.exchange.raw import AT_ONCE

        asked = [*dict.fromkeys(refs)]
        for at in range(0, len(asked), AT_ONCE):
            some = asked[at : at + AT_ONCE]
            answers = self._got([ref.removeprefix(self.under) for ref in some])
            for ref, answer in zip(some, answers, strict=True):
                yield self._item(ref, answer)

    def there(self) -> set[str]:
        """See `Listed`."""
        from connectors.exchange import raw

        found = raw.listed(self._exchange, self._folder, (), self.name)
        return {self.under + id_of(one).id for one in found}

    def may_hold_more(self, stamp: str) -> bool:
        """See `Listed`: contacts hold nothing more than they tell."""
        return False

    def _got(self, ids: Sequence[str]) -> list[Answer]:
        from connectors.exchange import raw
        from connectors.exchange import request as ask
        from connectors.exchange.book import mark

        fields = [ask.field(one) for one in (*FIELDS, "item:ParentFolderId", mark())]
        for uri, keys in (("contacts:EmailAddress", ADDRESSES), ("contacts:PhoneNumber", PHONES)):
            fields += (ask.typed("IndexedFieldURI", FieldURI=uri, FieldIndex=one) for one in keys)
        shape = ask.message("ItemShape", ask.typed("BaseShape", text="IdOnly"))
        shape.append(ask.typed("BodyType", text="Text"))
        shape.append(ask.typed("AdditionalProperties", *fields))
        asked = ask.message("GetItem", shape, ask.item_ids([ItemId(one) for one in ids]))
        answers = raw.call(self._exchange, "GetItem", asked, self.name)
        if len(answers) != len(ids):
            raise Unavailable(
                f"{self._exchange.host} tells of other contacts than it was asked for"
            )
        return [raw.item_of(self._exchange, one, self.name) for one in answers]

    def _item(self, ref: str, answer: Answer) -> Item:
        if isinstance(answer, NotThere):
            return Gone(ref)
        if isinstance(answer, Declined):
            return Bad(ref, "", f"a contact that cannot be had ({answer.code})")
        if id_of(answer, "ParentFolderId").id not in ("", self._folder):
            return Gone(ref)
        return self._read(ref, answer)

    def _read(self, ref: str, item: Element) -> Item:
        stamp = id_of(item).change_key
        try:
            return Seen(ref, stamp, cards_of(item, self._zone, self._resolve))
        except BadItem as error:
            return Bad(ref, stamp, str(error))
