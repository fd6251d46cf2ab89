"""A support module: what of an item an answer shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fakes.exchange import bodies, props, tasks
from fakes.exchange.call import Call, SoapFault, Trouble
from fakes.exchange.people import shortened
from fakes.exchange.props import Extended
from fakes.exchange.shapes import DEFAULT, NOT_FOUND, ORDER, SINCE_2013, known
from fakes.exchange.views import View
from fakes.exchange.xml import Element, copy, find, local, t, told, when

# Of these, one entry can be asked for by itself.
INDEXED: Final = {
    "item:InternetMessageHeader": ("InternetMessageHeaders", "HeaderName"),
    "contacts:EmailAddress": ("EmailAddresses", "Key"),
    "contacts:PhoneNumber": ("PhoneNumbers", "Key"),
    "contacts:ImAddress": ("ImAddresses", "Key"),
    "contacts:PhysicalAddress": ("PhysicalAddresses", "Key"),
}
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_PAGE: Final = 255  # characters of a property that FindItem shows at most


@dataclass(frozen=True)
class Shape:
    """What an ItemShape asks for. `finding`: of FindItem and SyncFolderItems, which show less:
    the former refuses what it does not show, the latter leaves it out."""

    base: str
    body: str
    mime: bool
    fields: frozenset[str]
    indexed: tuple[tuple[str, str], ...]
    extended: tuple[Extended, ...]
    finding: bool

    def wants(self, name: str) -> bool:
        if self.finding and name in NOT_FOUND:
            return False
        if name == "MimeContent":
            return self.mime or name in self.fields
        if name in self.fields:
            return True
        return self.base == "AllProperties" or (self.base == "Default" and name in DEFAULT)


def shape_of(call: Call, *, finding: bool) -> Shape:
    """The ItemShape of a request. Raise SoapFault, Trouble."""
    told_so = find(call.body, "ItemShape")
    fields, indexed, extended = set(), [], []
    more = find(told_so, "AdditionalProperties")
    for path in () if more is None else more:
        if local(path) == "FieldURI":
            uri = path.get("FieldURI")
            if not known(uri, since_2013=call.since_2013):
                raise SoapFault("ErrorSchemaValidation", f"{uri} is not a property of this version")
            fields.add(uri.partition(":")[2])
        elif local(path) == "IndexedFieldURI":
            uri = path.get("FieldURI")
            name = next((one for one in INDEXED if uri == one or uri.startswith(f"{one}:")), None)
            if name is None:
                raise Trouble("ErrorInvalidPropertyRequest")
            indexed.append((name, path.get("FieldIndex")))
        else:
            extended.append(extended_of(path))
    mime = told(told_so, "IncludeMimeContent") == "true"
    refused = mime or fields & NOT_FOUND or any(one.startswith("item:") for one, _ in indexed)
    if call.name == "FindItem" and refused:
        raise Trouble(
            "ErrorInvalidPropertyRequest", "The property can not be used in this request."
        )
    base, kind = told(told_so, "BaseShape"), told(told_so, "BodyType", "Best")
    return Shape(base, kind, mime, frozenset(fields), tuple(indexed), tuple(extended), finding)


def extended_of(path: Element) -> Extended:
    """Raise Trouble."""
    try:
        return props.read(path)
    except ValueError as error:
        raise Trouble("ErrorInvalidExtendedProperty", str(error)) from None


def item_element(call: Call, view: View, shape: Shape) -> Element:
    """The item as that shape wants it."""
    kind = view.item.kind
    made = t(kind)
    for name in ORDER[kind]:
        if name in SINCE_2013 and not call.since_2013:
            continue
        if name == "ExtendedProperty":
            made.extend(_extended(view, shape))
        elif name == "ItemId":
            made.append(view.element_id)
        elif name == "ParentFolderId":
            if shape.wants(name) or shape.base != "IdOnly":
                made.append(t(name, Id=view.item.folder, ChangeKey=view.change_key))
        elif shape.wants(name) or (call.extras and name == "InstanceKey"):
            found = view.get(name)
            if found is not None:
                made.append(_shown(found, name, shape))
        elif part := _part(view, name, shape):
            made.append(part[0])
    if shape.finding:
        shortened(made)
    if call.extras:
        _elsewhere(made, call)
    return made


def _elsewhere(made: Element, call: Call) -> None:
    """The same in other words: times in the zone of whoever asks, days with an offset."""
    for one in made.iter():
        if local(one) not in tasks.DAYS and one.text and _TIME.fullmatch(one.text):
            one.text = when(one.text).astimezone(call.zone).isoformat()
    for one in made.iter("{*}StartDate", "{*}EndDate"):
        if _DAY.fullmatch(one.text):
            one.text += "Z"


def _shown(found: Element, name: str, shape: Shape) -> Element:
    if name == "Body":
        return bodies.body(found, shape.body)
    shown = copy(found)
    if shape.finding and shown.text and len(shown) == 0:
        shown.text = shown.text[:_PAGE]
    return shown


def _part(view: View, name: str, shape: Shape) -> list[Element]:
    """Single entries of a property that was not asked for as a whole."""
    keys = [index for uri, index in shape.indexed if INDEXED[uri][0] == name]
    found = view.get(name) if keys else None
    if found is None:
        return []
    by = next(by for uri, (one, by) in INDEXED.items() if one == name)
    kept = [copy(one) for one in found if one.get(by, "").lower() in {key.lower() for key in keys}]
    return [t(name, kept)] if kept else []


def _extended(view: View, shape: Shape) -> list[Element]:
    made = []
    for wanted in shape.extended:
        for one, values in view.extended.items():
            if one.same(wanted):
                made.append(props.element(wanted, values))
                break
    return made
