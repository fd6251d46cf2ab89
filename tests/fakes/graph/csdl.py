"""A support module: the metadata of Microsoft Graph (CSDL), as its authors publish it.

Which properties an entity has, of which type, and which of them come only when they are expanded,
is read from there, never from us. OData 4.0 part 3 (CSDL).
"""

from __future__ import annotations

import functools
import os
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAMESPACE: Final = "{http://docs.oasis-open.org/odata/ns/edm}"
_OWN: Final = "microsoft.graph"
_REPOSITORY: Final = Path(__file__).resolve().parents[3]
_NAME: Final = "graph-v1.0-cleanMetadata.xml"


@dataclass(frozen=True)
class Property:
    """One property. `type`: without "Collection(...)" and without the namespace of Graph."""

    type: str
    many: bool
    nullable: bool
    navigation: bool


@dataclass(frozen=True)
class Type:
    """An entity or complex type, with what it has of its base types."""

    name: str
    bases: tuple[str, ...]
    properties: dict[str, Property]
    is_entity: bool


class Schema:
    """All types of one namespace."""

    def __init__(
        self, elements: Mapping[str, ET.Element], enums: Mapping[str, frozenset[str]]
    ) -> None:
        self._elements, self._enums = elements, enums
        self._types: dict[str, Type] = {}

    def enum(self, name: str) -> frozenset[str] | None:
        """The members of an enumeration; None: there is none of that name."""
        return self._enums.get(name)

    def type(self, name: str) -> Type | None:
        """An entity or complex type; None: there is none of that name."""
        if name not in self._types:
            if name not in self._elements:
                return None
            self._types[name] = self._read(name, self._elements[name])
        return self._types[name]

    def _read(self, name: str, element: ET.Element) -> Type:
        above = self.type(element.get("BaseType", "").removeprefix("graph."))
        properties = dict(above.properties) if above else {}
        for one in element:
            if one.tag in {f"{_NAMESPACE}Property", f"{_NAMESPACE}NavigationProperty"}:
                properties[str(one.get("Name"))] = _property(one)
        bases = (*above.bases, above.name) if above else ()
        return Type(name, bases, properties, element.tag.endswith("EntityType"))


def metadata_file() -> Path | None:
    """In or beside $SYNCD_SCHEMAS, or in `shared/schemas` beside this repository; None: it is not
    there."""
    configured = os.environ.get("SYNCD_SCHEMAS")
    folder = Path(configured) if configured else _REPOSITORY.parent / "shared" / "schemas"
    return next((one / _NAME for one in (folder, folder.parent) if (one / _NAME).is_file()), None)


def absent() -> str:
    """Why nothing is judged; "" where it is."""
    if metadata_file() is not None:
        return ""
    return f"no {_NAME}: what the fake of Graph hears and says is NOT validated"


@functools.cache
def schema() -> Schema | None:
    """The metadata; None where it is absent: nothing is checked then."""
    file = metadata_file()
    if file is None:
        return None
    elements: dict[str, ET.Element] = {}
    enums: dict[str, frozenset[str]] = {}
    for found in ET.parse(file).iter(f"{_NAMESPACE}Schema"):
        if found.get("Namespace") != _OWN:
            continue
        for one in found:
            name = one.get("Name", "")
            if one.tag == f"{_NAMESPACE}EnumType":
                enums[name] = frozenset(str(member.get("Name")) for member in one)
            elif one.tag in {f"{_NAMESPACE}EntityType", f"{_NAMESPACE}ComplexType"}:
                elements[name] = one
    return Schema(elements, enums)


def _property(one: ET.Element) -> Property:
    named = str(one.get("Type"))
    many = named.startswith("Collection(")
    return Property(
        type=named.removeprefix("Collection(").removesuffix(")").removeprefix("graph."),
        many=many,
        nullable=one.get("Nullable") != "false",
        navigation=one.tag == f"{_NAMESPACE}NavigationProperty",
    )
