"""A support module: restrictions and sort orders of FindItem and FindFolder.

Text is compared as the store does it, without regard to case, unless Contains says otherwise.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from fakes.exchange.call import SoapFault, Trouble
from fakes.exchange.render import INDEXED, extended_of
from fakes.exchange.shapes import NOT_FOUND, known
from fakes.exchange.store import Folder, Store
from fakes.exchange.views import View
from fakes.exchange.xml import Element, find, local, when

Read = Callable[[Element], list[str]]  # the values that a path has: [] where there are none

_COMPARE: Final = {
    "IsEqualTo": operator.eq,
    "IsNotEqualTo": operator.ne,
    "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge,
    "IsLessThan": operator.lt,
    "IsLessThanOrEqualTo": operator.le,
}
_MOST: Final = 255  # search expressions
_TRUTH: Final = {"true": "1", "false": "0"}


def of_items(restriction: Element, since_2013: bool) -> Callable[[View], bool]:
    """Whether an item is meant. Raise Trouble, SoapFault."""
    _limit(restriction)
    for path in restriction.iter("{*}FieldURI"):
        name = path.get("FieldURI")
        if not known(name, since_2013=since_2013):
            raise SoapFault("ErrorSchemaValidation", f"{name} is not a property of this version")
        if name.partition(":")[2] in NOT_FOUND - {"Body"}:
            raise Trouble("ErrorUnsupportedPathForQuery", f"{name} can not be searched for.")
    test = restriction[0]
    return lambda view: _holds(test, lambda path: values(view, path))


def of_folders(restriction: Element) -> Callable[[Store, Folder], bool]:
    """Whether a folder is meant."""
    from fakes.exchange.folders import property_of

    _limit(restriction)

    def read(store: Store, folder: Folder, path: Element) -> list[str]:
        if local(path) == "FieldURI":
            found = property_of(store, folder, path.get("FieldURI").partition(":")[2])
            return [] if found is None else [found.text or ""]
        wanted = extended_of(path)
        return next((v for one, v in folder.extended.items() if one.same(wanted)), [])

    return lambda store, folder: _holds(restriction[0], lambda path: read(store, folder, path))


def sort_key(view: View, path: Element) -> tuple[bool, Any]:
    """By which a path orders items; those without it come first."""
    found = values(view, path)
    return (bool(found), _typed(found[0]) if found else "")


def values(view: View, path: Element) -> list[str]:
    """What an item says at a path. Raise Trouble."""
    if local(path) == "ExtendedFieldURI":
        wanted = extended_of(path)
        return next((v for one, v in view.extended.items() if one.same(wanted)), [])
    if local(path) == "IndexedFieldURI":
        uri, index = path.get("FieldURI"), path.get("FieldIndex")
        name, by = next((v for k, v in INDEXED.items() if uri.startswith(k)), ("", ""))
        found = view.get(name)
        entries = () if found is None else found
        return [one.text or "" for one in entries if one.get(by, "").lower() == index.lower()]
    found = view.get(path.get("FieldURI").partition(":")[2])
    if found is None:
        return []
    if len(found) == 0:
        return [found.text or ""]
    leaves = [one for one in found.iter() if len(one) == 0]
    return [one.text or "" for one in leaves if local(one) in {"String", "Name", "EmailAddress"}]


def _limit(restriction: Element) -> None:
    if sum(1 for _ in restriction.iter("{*}FieldURI", "{*}ExtendedFieldURI")) > _MOST:
        raise Trouble("ErrorRestrictionTooComplex")


def _holds(test: Element, read: Read) -> bool:
    kind = local(test)
    if kind == "And":
        return all(_holds(one, read) for one in test)
    if kind == "Or":
        return any(_holds(one, read) for one in test)
    if kind == "Not":
        return not _holds(test[0], read)
    found = read(test[0])
    if kind == "Exists":
        return bool(found)
    if kind == "Excludes":
        mask = int(find(test, "Bitmask").get("Value"), 0)
        return bool(found) and int(found[0]) & mask == 0
    if kind == "Contains":
        return any(_contains(one, test) for one in found)
    other = test[1][0]
    against = [other.get("Value")] if local(other) == "Constant" else read(other)
    if not found or not against:
        return kind == "IsNotEqualTo"
    if kind == "IsNotEqualTo":
        return not any(_same(one, two) for one in found for two in against)
    if kind == "IsEqualTo":
        return any(_same(one, two) for one in found for two in against)
    return any(_compared(_COMPARE[kind], one, two) for one in found for two in against)


def _same(one: str, two: str) -> bool:
    return bool(_compared(operator.eq, one, two))


def _compared(how: Callable[[Any, Any], Any], one: str, two: str) -> bool:
    left, right = _typed(_TRUTH.get(one, one)), _typed(_TRUTH.get(two, two))
    if type(left) is not type(right):
        left, right = one.casefold(), two.casefold()
    return bool(how(left, right))


def _typed(text: str) -> float | datetime | str:
    for read in (float, _time):
        try:
            return read(text)
        except ValueError:
            continue
    return text.casefold()


def _time(text: str) -> datetime:
    if text[4:5] != "-":
        raise ValueError(text)
    return when(text)


def _contains(text: str, test: Element) -> bool:
    part = str(find(test, "Constant").get("Value"))
    if test.get("ContainmentComparison", "Exact") != "Exact":
        text, part = text.casefold(), part.casefold()
    how = test.get("ContainmentMode", "FullString")
    if how == "FullString":
        return text == part
    if how == "Prefixed":
        return text.startswith(part)
    if how == "Substring":
        return part in text
    if how == "PrefixOnWords":
        return any(word.startswith(part) for word in text.split())
    return part in text.split()
