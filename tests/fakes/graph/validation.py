"""A support module: whether entities are what the metadata of Microsoft Graph says.

Every function yields faults in words, each with its place ("value[3].subject: ..."); nothing
yielded means that all is well. Without the metadata (`csdl.schema`) nothing is ever wrong.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Final

from fakes.graph.call import Json
from fakes.graph.csdl import Property, Schema, Type, schema

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)")
_NUMBERS: Final = {"Edm.Int16": 2**15, "Edm.Int32": 2**31, "Edm.Int64": 2**63}
# Only the service writes these; a request that has one is refused.
_READ_ONLY: Final = frozenset({
    "id", "changeKey", "createdDateTime", "lastModifiedDateTime", "parentFolderId", "webLink",
    "bodyPreview", "uniqueBody", "conversationIndex", "iCalUId", "seriesMasterId", "type",
    "isOrganizer", "onlineMeeting", "wellknownListName", "isOwner", "isShared",
    "bodyLastModifiedDateTime",
})  # fmt: skip


def entity(body: object, name: str, place: str, expanded: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with an entity of an answer. `expanded`: navigation properties it may carry."""
    if (known := schema()) is not None:
        yield from _structure(known, body, name, place, expanded, asked=False)


def request(body: object, name: str, place: str, deep: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with an entity of a request. `deep`: navigation properties it may carry."""
    if (known := schema()) is not None:
        yield from _structure(known, body, name, place, deep, asked=True)
    if isinstance(body, dict):
        for one in sorted(_READ_ONLY & set(body) - {"type"}):
            yield f"{place}.{one}: cannot be written"


def unknown(name: str, properties: Collection[str]) -> list[str]:
    """Those that a type has not."""
    known = schema()
    about = known.type(name) if known else None
    return [one for one in properties if about is not None and one not in about.properties]


def is_navigation(name: str, prop: str) -> bool:
    """Whether that comes only when it is expanded."""
    known = schema()
    about = known.type(name) if known else None
    return about is not None and prop in about.properties and about.properties[prop].navigation


def _structure(
    known: Schema, body: object, name: str, place: str, expanded: Collection[str], *, asked: bool
) -> Iterator[str]:
    if not isinstance(body, dict):
        yield f"{place}: {_short(body)} is no {name}"
        return
    about = known.type(name)
    if about is None:
        yield f"{place}: the metadata has no type {name}"
        return
    if named := body.get("@odata.type"):
        derived = known.type(str(named).removeprefix("#microsoft.graph."))
        if derived is None or name not in {derived.name, *derived.bases}:
            yield f"{place}: {named} is no {name}"
            return
        about = derived
    if not asked and about.is_entity and not isinstance(body.get("id"), str):
        yield f"{place}: has no id"
    for one, value in body.items():
        if "@" not in one:
            yield from _member(known, about, one, value, f"{place}.{one}", expanded, asked=asked)


def _member(
    known: Schema,
    about: Type,
    name: str,
    value: object,
    place: str,
    expanded: Collection[str],
    *,
    asked: bool,
) -> Iterator[str]:
    found = about.properties.get(name)
    if found is None:
        yield f"{place}: {about.name} has no such property"
    elif found.navigation and name not in expanded:
        yield f"{place}: comes only when it is expanded"
    elif found.many:
        if not isinstance(value, list):
            yield f"{place}: {_short(value)} is no collection"
            return
        for number, one in enumerate(value):
            yield from _value(known, found, one, f"{place}[{number}]", asked=asked)
    elif value is None:
        if not found.nullable:
            yield f"{place}: cannot be null"
    else:
        yield from _value(known, found, value, place, asked=asked)


def _value(
    known: Schema, about: Property, value: object, place: str, *, asked: bool
) -> Iterator[str]:
    if about.type.startswith("Edm."):
        if not _is(value, about.type):
            yield f"{place}: {_short(value)} is no {about.type}"
    elif (members := known.enum(about.type)) is not None:
        if value not in members:
            yield f"{place}: {_short(value)} is none of {', '.join(sorted(members))}"
    else:
        yield from _structure(known, value, about.type, place, (), asked=asked)


def _is(value: object, name: str) -> bool:
    """Whether JSON has a primitive type (OData JSON format, 7.1)."""
    if name == "Edm.Boolean":
        return isinstance(value, bool)
    if name in _NUMBERS:
        most = _NUMBERS[name]
        return isinstance(value, int) and not isinstance(value, bool) and -most <= value < most
    if name in {"Edm.Double", "Edm.Single", "Edm.Decimal"}:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    try:
        if name == "Edm.Date":
            date.fromisoformat(value)
        elif name == "Edm.DateTimeOffset":
            return bool(_INSTANT.fullmatch(value)) and bool(datetime.fromisoformat(value[:19]))
        elif name == "Edm.Binary":
            base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return False
    return True


def _short(value: object) -> str:
    return repr(value)[:60]


def selected(body: Json, wanted: Collection[str]) -> Json:
    """As `$select` leaves an entity: its id stays, and so do annotations."""
    kept = {"id", *wanted}
    return {name: value for name, value in body.items() if "@" in name or name in kept}


def mapping(value: object) -> Mapping[str, object]:
    """A JSON object, an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}
