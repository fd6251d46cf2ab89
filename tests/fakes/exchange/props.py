"""A support module: extended properties: how they are named, and which values they take."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import Final

from fakes.exchange.xml import Element, find, t, when

# The property sets that have a name of their own in EWS.
SETS: Final = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
    "Sharing": "00062040-0000-0000-c000-000000000046",
}


@dataclass(frozen=True)
class Extended:
    """The name of an extended property: a tag, or a property set with a name or a number. Names are
    told apart by case, except those of internet headers."""

    kind: str  # PropertyType
    tag: int | None = None
    set: str = ""
    name: str = ""
    number: int | None = None

    def same(self, other: Extended) -> bool:
        """Whether it is the same property, of whatever type."""
        return (self.tag, self.set, self.name, self.number) == (
            other.tag,
            other.set,
            other.name,
            other.number,
        )


def read(uri: Element) -> Extended:
    """An ExtendedFieldURI. Raise ValueError where its attributes do not belong together."""
    kind, tag = uri.get("PropertyType"), uri.get("PropertyTag")
    own, given = uri.get("DistinguishedPropertySetId"), uri.get("PropertySetId")
    name, number = uri.get("PropertyName"), uri.get("PropertyId")
    if tag is not None:
        if own or given or name or number:
            raise ValueError("PropertyTag stands alone")
        value = int(tag, 0)
        if value >= 0x8000:
            raise ValueError("PropertyTag is below 0x8000")
        return Extended(kind, tag=value)
    if bool(own) == bool(given):
        raise ValueError("one of DistinguishedPropertySetId and PropertySetId")
    if (name is None) == (number is None):
        raise ValueError("one of PropertyName and PropertyId")
    which = SETS[own] if own else str(uuid.UUID(given))
    if which == SETS["InternetHeaders"] and name:
        name = name.lower()
    return Extended(
        kind, set=which, name=name or "", number=None if number is None else int(number)
    )


def uri(prop: Extended) -> Element:
    """Its ExtendedFieldURI, as Exchange writes it."""
    if prop.tag is not None:
        return t("ExtendedFieldURI", PropertyTag=f"0x{prop.tag:x}", PropertyType=prop.kind)
    own = next((name for name, one in SETS.items() if one == prop.set), None)
    return t(
        "ExtendedFieldURI",
        DistinguishedPropertySetId=own,
        PropertySetId=None if own else prop.set,
        PropertyName=prop.name or None,
        PropertyId=prop.number,
        PropertyType=prop.kind,
    )


def element(prop: Extended, values: list[str]) -> Element:
    """The whole ExtendedProperty."""
    if prop.kind.endswith("Array"):
        return t("ExtendedProperty", uri(prop), t("Values", [t("Value", one) for one in values]))
    return t("ExtendedProperty", uri(prop), t("Value", values[0]))


def values_of(prop: Extended, element: Element) -> list[str]:
    """What an ExtendedProperty says. Raise ValueError for values of another type."""
    several = find(element, "Values")
    if (several is not None) != prop.kind.endswith("Array"):
        raise ValueError(f"{prop.kind} and {'Values' if several is not None else 'Value'}")
    found = element if several is None else several
    values = [one.text or "" for one in found if one.tag.endswith("}Value")]
    for one in values:
        _check(prop.kind.removesuffix("Array"), one)
    return values


def _check(kind: str, value: str) -> None:
    if kind in {"Integer", "Short", "Long"}:
        int(value)
    elif kind in {"Double", "Float", "Currency", "ApplicationTime"}:
        float(value)
    elif kind == "Boolean":
        if value not in {"true", "false", "0", "1"}:
            raise ValueError(f"{value!r} is no Boolean")
    elif kind == "SystemTime":
        when(value)
    elif kind == "CLSID":
        uuid.UUID(value)
    elif kind == "Binary":
        base64.b64decode(value, validate=True)
