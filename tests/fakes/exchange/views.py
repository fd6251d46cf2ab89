"""A support module: an item with what the server makes of it, before a request picks from that."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from fakes.exchange import bodies, contacts, mail, tasks
from fakes.exchange.attachments import attachments
from fakes.exchange.people import names
from fakes.exchange.props import Extended
from fakes.exchange.store import Item, Store
from fakes.exchange.xml import Element, find, t, told

Make = Callable[[], Element | None]


@dataclass(frozen=True)
class View:
    """`props`: elements by name; `lazy`: those that are made when they are asked for."""

    id: str
    change_key: str
    store: Store
    item: Item
    props: Mapping[str, Element]
    lazy: Mapping[str, Make]
    more: Callable[[], Mapping[Extended, list[str]]] = dict

    def get(self, name: str) -> Element | None:
        """A property; None where the item has it not."""
        if name in self.props:
            return self.props[name]
        if name in self.lazy:
            return self.lazy[name]()
        return _MAKERS[name](self.store, self.item) if name in _MAKERS else None

    @property
    def extended(self) -> Mapping[Extended, list[str]]:
        """What clients, and the server itself, keep in extended properties."""
        return {**self.more(), **self.item.extended}

    @property
    def element_id(self) -> Element:
        """ItemId."""
        return t("ItemId", Id=self.id, ChangeKey=self.change_key)


def grouped(names: Iterable[str], make: Callable[[], Mapping[str, Element]]) -> dict[str, Make]:
    """Properties that are made together, when the first of them is asked for."""
    made = functools.cache(make)
    return {name: functools.partial(lambda one: made().get(one), name) for name in names}


_RIGHTS: Final = (
    "CreateAssociated",
    "CreateContents",
    "CreateHierarchy",
    "Delete",
    "Modify",
    "Read",
    "ViewPrivateItems",
)


def view(store: Store, item: Item, zone: tzinfo | None) -> View:
    """An item, with the days of a task as midnight of that zone; None: of UTC. For a calendar item
    see `calendar_views`."""
    props, lazy = dict(item.props), dict[str, Make]()
    if item.kind == "Task":
        lazy = grouped(tasks.COMPUTED, lambda: tasks.dated(item, zone))
        props = {name: one for name, one in props.items() if name not in tasks.COMPUTED}
    elif item.kind == "Contact":
        lazy = grouped(contacts.COMPUTED, lambda: contacts.computed(item.props))
    return View(
        item.id, item.change_key, store, item, props, lazy, functools.partial(mail.computed, item)
    )


def _display(source: str) -> Callable[[Store, Item], Element | None]:
    def make(store: Store, item: Item) -> Element | None:
        if item.kind in {"Task", "Contact", "DistributionList"}:
            return None
        return t(f"Display{source}", names(item.props.get(f"{source}Recipients")))

    return make


def _is_from_me(store: Store, item: Item) -> Element | None:
    if "From" not in item.props:
        return None
    sender = told(find(item.props["From"], "Mailbox"), "EmailAddress").lower()
    return t("IsFromMe", sender == store.address.lower())


def _of_mail(tag: str) -> Callable[[Store, Item], Element | None]:
    return lambda _, item: t(tag, False) if "From" in item.props else None


def _mime(_: Store, item: Item) -> Element | None:
    if item.kind in {"Task", "DistributionList", "Contact", "CalendarItem"}:
        return None
    content = base64.b64encode(mail.mime(item)).decode()
    return t("MimeContent", content, CharacterSet="UTF-8")


def _preview(_: Store, item: Item) -> Element | None:
    return t("Preview", _plain(item)[:255]) if "Body" in item.props else None


def _conversation(item: Item) -> str:
    topic = item.text("ConversationTopic") or item.text("Subject")
    return "AAQk" + base64.b64encode(hashlib.sha512(topic.encode()).digest()[:39]).decode()


def _headers(_: Store, item: Item) -> Element | None:
    found = mail.headers(item.mime) if item.transported else []
    made = [t("InternetMessageHeader", text, HeaderName=name) for name, text in found]
    return t("InternetMessageHeaders", made) if made else None


def _plain(item: Item) -> str:
    return bodies.body(item.props["Body"], "Text").text or ""


def _body(item: Item, tag: str) -> Element | None:
    return t(tag, _plain(item), BodyType="Text") if "Body" in item.props else None


# What items have without a client's doing; a value that was written comes first.
_MAKERS: Final[dict[str, Callable[[Store, Item], Element | None]]] = {
    "DateTimeCreated": lambda _, item: t("DateTimeCreated", item.created),
    "LastModifiedTime": lambda _, item: t("LastModifiedTime", item.modified),
    "LastModifiedName": lambda store, _: t("LastModifiedName", store.address.partition("@")[0]),
    "DateTimeReceived": lambda _, item: t("DateTimeReceived", item.received),
    "DateTimeSent": lambda _, item: t("DateTimeSent", item.created),
    "EffectiveRights": lambda *_: t("EffectiveRights", *(t(one, True) for one in _RIGHTS)),
    "Culture": lambda *_: t("Culture", "en-US"),
    "IsAssociated": lambda *_: t("IsAssociated", False),
    "ConversationId": lambda _, item: t("ConversationId", Id=_conversation(item)),
    "InstanceKey": lambda _, item: t(
        "InstanceKey", base64.b64encode(item.id.encode()[-20:]).decode()
    ),
    "Sensitivity": lambda *_: t("Sensitivity", "Normal"),
    "Importance": lambda *_: t("Importance", "Normal"),
    "ReminderIsSet": lambda *_: t("ReminderIsSet", False),
    "DisplayTo": _display("To"),
    "DisplayCc": _display("Cc"),
    "IsFromMe": _is_from_me,
    **{
        name: _of_mail(name)
        for name in (
            "IsSubmitted",
            "IsResend",
            "IsUnmodified",
            "IsReadReceiptRequested",
            "IsDeliveryReceiptRequested",
        )
    },
    "HasAttachments": lambda _, item: t("HasAttachments", bool(mail.files(item.mime))),
    "Size": lambda _, item: t("Size", len(item.mime) or 900 + len(item.text("Body"))),
    "Attachments": lambda _, item: attachments(item),
    "InternetMessageHeaders": _headers,
    "UniqueBody": lambda _, item: _body(item, "UniqueBody"),
    "TextBody": lambda _, item: _body(item, "TextBody"),
    "Preview": _preview,
    "MimeContent": _mime,
}
