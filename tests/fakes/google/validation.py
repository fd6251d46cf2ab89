"""A support module: whether parameters and bodies are what the documents say.

Every function yields faults in words, each with its place ("messages[3].labelIds: ..."); nothing
yielded means that all is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from fakes.google.documents import Json, Method

_RANGES: Final = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_MASK: Final = re.compile(r"[A-Za-z_][\w.]*(,[A-Za-z_][\w.]*)*")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_FLAGS: Final = {"true": True, "false": False}


def parameters(
    method: Method, path: Mapping[str, str], query: Mapping[str, list[str]]
) -> tuple[dict[str, Any], list[str]]:
    """What a request says beside its body, typed, with defaults filled in; and what is wrong."""
    wrong: list[str] = []
    typed: dict[str, Any] = {}
    given = {**query, **{name: [value] for name, value in path.items()}}
    for name, values in given.items():
        about = method.parameters.get(name) or method.api.common.get(name)
        if about is None:
            wrong.append(f"{method.id}: has no parameter {name!r}")
            continue
        if len(values) > 1 and not about.get("repeated"):
            wrong.append(f"{method.id}: {name} is given {len(values)} times")
        told = [_typed(value, about) for value in values]
        for value in told:
            wrong += [f"{method.id}: {one}" for one in _value(value, about, {}, name)]
        if name in method.parameters:
            typed[name] = told if about.get("repeated") else told[0]
    for name, about in method.parameters.items():
        if name not in given:
            if about.get("required"):
                wrong.append(f"{method.id}: {name} is required")
            if "default" in about:
                typed[name] = _typed(about["default"], about)
    return typed, wrong


def request(method: Method, body: object) -> Iterator[str]:
    """What is wrong with the body of a request; None: it has none."""
    if method.request is None:
        if body is not None and body != {}:
            yield f"{method.id}: takes no body"
    elif body is not None:
        schemas = method.api.schemas
        for one in _value(body, schemas[method.request], schemas, "", method.id):
            yield f"{method.id}, request: {one}"


def response(method: Method, body: object) -> Iterator[str]:
    """What is wrong with an answer that is no error."""
    if method.response is None:
        if body is not None:
            yield f"{method.id}: answers nothing"
    else:
        schemas = method.api.schemas
        for one in _value(body, schemas[method.response], schemas, ""):
            yield f"{method.id}, response: {one}"


def _typed(text: str, about: Json) -> object:
    """As the document wants it; text that is nothing of the kind stays what it is."""
    if about["type"] == "boolean":
        return _FLAGS.get(text, text)
    if about["type"] == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


def _value(
    value: object, schema: Json, schemas: Mapping[str, Json], place: str, asked: str | None = None
) -> Iterator[str]:
    """`asked`: the method whose request this is; members may be null, and some are required."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = schema.get("type", "any")
    at = place or "the body"
    if kind == "any" or (value is None and asked and place):
        return
    if kind == "object":
        if not isinstance(value, dict):
            yield f"{at}: {_short(value)} is no object"
            return
        yield from _members(value, schema, schemas, place, asked)
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{at}: {_short(value)} is no array"
            return
        for number, one in enumerate(value):
            yield from _value(one, schema["items"], schemas, f"{place}[{number}]", asked)
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{at}: {_short(value)} is no boolean"
    elif kind in {"integer", "number"}:
        yield from _number(value, schema, at)
    elif not isinstance(value, str):
        yield f"{at}: {_short(value)} is no string"
    else:
        yield from _text(value, schema, at)


def _members(
    value: Json, schema: Json, schemas: Mapping[str, Json], place: str, asked: str | None
) -> Iterator[str]:
    known = schema.get("properties", {})
    for name, one in value.items():
        inner = f"{place}.{name}" if place else name
        about = known.get(name) or schema.get("additionalProperties")
        if about is None:
            yield f"{inner}: is not in the schema {schema.get('id', 'of this member')}"
        else:
            yield from _value(one, about, schemas, inner, asked)
    for name, about in known.items():
        if asked in about.get("annotations", {}).get("required", ()) and value.get(name) is None:
            yield f"{place + '.' if place else ''}{name}: is required"


def _number(value: object, schema: Json, at: str) -> Iterator[str]:
    whole = schema["type"] == "integer"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        yield f"{at}: {_short(value)} is no {schema['type']}"
        return
    least, most = _RANGES.get(schema.get("format", ""), (value, value))
    least = max(least, int(schema.get("minimum", least)))
    most = min(most, int(schema.get("maximum", most)))
    if not least <= value <= most:
        yield f"{at}: {value} is not within {least} and {most}"


def _text(value: str, schema: Json, at: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {_short(value)} is none of {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {_short(value)} does not match {schema['pattern']}"
    if not _is(value, schema.get("format", "")):
        yield f"{at}: {_short(value)} is no {schema['format']}"


def _is(value: str, form: str) -> bool:
    """Whether text has a format of the documents."""
    if form in _RANGES:
        least, most = _RANGES[form]
        return bool(re.fullmatch(r"-?\d+", value)) and least <= int(value) <= most
    if form == "byte":
        return bool(_BASE64.fullmatch(value))
    if form == "google-fieldmask":
        return bool(_MASK.fullmatch(value))
    try:
        if form == "date":
            date.fromisoformat(value)
        elif form in {"date-time", "google-datetime"}:
            datetime.fromisoformat(value)
            return bool(_INSTANT.fullmatch(value))
    except ValueError:
        return False
    return True


def _short(value: object) -> str:
    return repr(value)[:60]
