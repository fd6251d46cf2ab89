"""How requests to EWS are written: fields, folders, shapes, restrictions, as XML elements.

learn.microsoft.com/exchange/client-developer/web-service-reference. Imported lazily: it loads lxml.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from lxml import etree

from connectors.exchange.element import MESSAGES, TYPES, Element, ItemId

_SPACES: Final = {"m": MESSAGES.strip("{}"), "t": TYPES.strip("{}")}
# The control characters that XML 1.0 has no place for, and halves of characters.
_UNSTORABLE: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


class Extended(NamedTuple):
    """A property of a program's own, by its name in a set; or one by its tag ("0x7d"), without."""

    name: str
    set_id: str = ""
    kind: str = "String"


class Indexed(NamedTuple):
    """One of several of a kind: the first address of a contact."""

    name: str
    entry: str


class Distinguished(NamedTuple):
    """A folder by what it is for: "calendar", "tasks", "msgfolderroot"."""

    name: str


Field = str | Extended | Indexed  # "item:Subject"
Folder = str | Distinguished  # a folder's id, or what it is for


def message(name: str, *inside: Element, text: str | None = None, **attributes: str) -> Element:
    """An element of messages.xsd."""
    return _made(MESSAGES + name, inside, text, attributes)


def typed(name: str, *inside: Element, text: str | None = None, **attributes: str) -> Element:
    """An element of types.xsd."""
    return _made(TYPES + name, inside, text, attributes)


def field(which: Field) -> Element:
    """A path to a field."""
    if isinstance(which, str):
        return typed("FieldURI", FieldURI=which)
    if isinstance(which, Indexed):
        return typed("IndexedFieldURI", FieldURI=which.name, FieldIndex=which.entry)
    how = {"PropertySetId": which.set_id, "PropertyName": which.name}
    if not which.set_id:
        how = {"PropertyTag": which.name}
    return typed("ExtendedFieldURI", **how, PropertyType=which.kind)


def value(which: Extended, text: str) -> Element:
    """An extended property as it stands in an item."""
    return typed("ExtendedProperty", field(which), typed("Value", text=text))


def shape(name: str, fields: Sequence[Field], *, texts: bool = False) -> Element:
    """Which fields are asked for; bodies as plain text where `texts`."""
    made = message(name, typed("BaseShape", text="IdOnly"))
    if texts:
        made.append(typed("BodyType", text="Text"))
    if fields:
        made.append(typed("AdditionalProperties", *map(field, fields)))
    return made


def folders(name: str, *which: Folder) -> Element:
    """Folders, by id or by what they are for."""
    return message(name, *map(_folder, which))


def item_ids(ids: Sequence[ItemId]) -> Element:
    """Items that are asked for."""
    return message("ItemIds", *map(item_id, ids))


def item_id(one: ItemId) -> Element:
    """An item, by its id and its change key."""
    guard = {"ChangeKey": one.change_key} if one.change_key else {}
    return typed("ItemId", Id=one.id, **guard)


def equals(which: Field, text: str) -> Element:
    """A restriction: the field has that value."""
    constant = typed("FieldURIOrConstant", typed("Constant", Value=text))
    return typed("IsEqualTo", field(which), constant)


def exists(which: Field) -> Element:
    """A restriction: there is such a field."""
    return typed("Exists", field(which))


def either(*restrictions: Element) -> Element:
    """A restriction: one of these holds."""
    return restrictions[0] if len(restrictions) == 1 else typed("Or", *restrictions)


def setting(which: Field, kind: str, inside: Element) -> Element:
    """A field of an item of that kind ("Task") gets a value, which is the element it stands in."""
    return typed("SetItemField", field(which), typed(kind, inside))


def emptying(which: Field) -> Element:
    """A field of an item is emptied."""
    return typed("DeleteItemField", field(which))


def moment(at: datetime) -> str:
    """A dateTime in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def storable(text: str) -> str:
    """A text without what XML cannot carry."""
    return text.translate(_UNSTORABLE).encode("utf-8", "ignore").decode()


def _folder(which: Folder) -> Element:
    if isinstance(which, Distinguished):
        return typed("DistinguishedFolderId", Id=which.name)
    return typed("FolderId", Id=which)


def _made(
    name: str, inside: Sequence[Element], text: str | None, attributes: dict[str, str]
) -> Any:
    made = etree.Element(name, attributes, nsmap=_SPACES)
    made.extend(inside)
    if text is not None:
        made.text = storable(text)
    return made
