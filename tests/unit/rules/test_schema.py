"""The JSON Schema says what the loader says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from rules import packs
from rules.history import EVENTS
from rules.load import RuleErrors, load
from rules.schema import json_schema

SCHEMA = json_schema()
TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def valid(value: Any, schema: dict[str, Any]) -> bool:
    """As much of JSON Schema as ours uses; an unknown keyword is an error."""
    return all(_keyword(key, argument, value) for key, argument in schema.items())


def _keyword(key: str, argument: Any, value: Any) -> bool:
    simple: dict[str, Callable[[], bool]] = {
        "$schema": lambda: True,
        "$defs": lambda: True,
        "title": lambda: True,
        "$ref": lambda: valid(value, SCHEMA["$defs"][argument.rpartition("/")[2]]),
        "type": lambda: TYPES[argument](value),
        "enum": lambda: value in argument,
        "const": lambda: type(value) is type(argument) and value == argument,
        "anyOf": lambda: any(valid(value, option) for option in argument),
        "not": lambda: not valid(value, argument),
        "required": lambda: not isinstance(value, dict) or set(argument) <= value.keys(),
        "pattern": lambda: not isinstance(value, str) or bool(re.search(argument, value)),
        "maxLength": lambda: not isinstance(value, str) or len(value) <= argument,
        "minimum": lambda: not TYPES["number"](value) or value >= argument,
        "maximum": lambda: not TYPES["number"](value) or value <= argument,
        "exclusiveMinimum": lambda: not TYPES["number"](value) or value > argument,
        "minItems": lambda: not isinstance(value, list) or len(value) >= argument,
        "minProperties": lambda: not isinstance(value, dict) or len(value) >= argument,
        "items": lambda: not isinstance(value, list) or all(valid(v, argument) for v in value),
        "properties": lambda: (
            not isinstance(value, dict)
            or all(valid(value[name], argument[name]) for name in value.keys() & argument.keys())
        ),
        "additionalProperties": lambda: True,
    }
    if key == "type" and argument == "object" and not isinstance(value, dict):
        return False
    return simple[key]()


def closed(schema: Any, value: Any) -> bool:
    """additionalProperties: false, at every level that has properties."""
    if "$ref" in schema:
        return closed(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value)
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return value.keys() <= known.keys() and all(closed(known[k], v) for k, v in value.items())
    options = schema.get("anyOf", [])
    if isinstance(value, dict) and any("$ref" in option for option in options):
        return any(closed(option, value) for option in options if "$ref" in option)
    if isinstance(value, list):
        items = [schema, *options]
        return all(closed(s["items"], v) for s in items if "items" in s for v in value)
    return True


def agrees(document: Any) -> tuple[bool, bool]:
    """What the loader and what the schema think of a document."""
    try:
        load([("x.yaml", json.dumps(document))])
        loads = True
    except RuleErrors:
        loads = False
    return loads, valid(document, SCHEMA) and closed(SCHEMA, document)


def rule(**fields: Any) -> dict[str, Any]:
    base = {"id": "a", "since": "meeting", "due": "30d", "task": {"title": "Call"}}
    return {"version": 1, "rules": [{**base, **fields}], "tiers": [{"name": "inner"}]}


def guarded(**where: Any) -> dict[str, Any]:
    return rule(where=where)


GOOD: list[Any] = [
    rule(),
    {"version": 1, "tiers": []},
    rule(until="call"),
    rule(until=[]),
    rule(since="asked_me", until=["resolved", "call"]),
    rule(since={"strength_below": 0.3}),
    rule(remind="5 working days", due="rhythm x 3", expires="cadence x 99.9"),
    rule(priority=0, urgent=True, about="", anchor="oldest_open", done_means="nothing"),
    rule(pause_while="scheduled", task={"title": "x", "notes": ""}),
    guarded(),
    guarded(stage="dormant", tier=["inner"], tags=["a"], domain="example.org", channel="mail"),
    guarded(**{"not": {"any": [{"wanted": True}, {"all": [{"strength": {"above": 0.1}}]}]}}),
    guarded(silent_for={"above": "90d", "at_most": "20w"}, counts={"sent": {"at_least": 3}}),
    {
        "version": 1,
        "tiers": [{"name": "a", "cadence": "3m", "people": [], "where": {"wanted": True}}],
    },
]
BAD: list[Any] = [
    [],
    {"version": 1},
    {"version": 2, "rules": []},
    {"version": True, "rules": []},
    {"rules": []},
    {"version": 1, "rules": {}},
    {"version": 1, "rules": [], "rule": []},
    {"version": 1, "rules": [{}]},
    rule(id="a b"),
    rule(id="x" * 65),
    rule(id=3),
    rule(since="resolved"),
    rule(since=["meeting"]),
    rule(since={"strength_below": 0}),
    rule(since={}),
    rule(until=["strength_below"]),
    rule(until=None),
    rule(due=30),
    rule(due="30 days"),
    rule(due="rhythm x 0"),
    rule(due=""),
    rule(priority=101),
    rule(priority=1.5),
    rule(urgent="yes"),
    rule(anchor="first"),
    rule(done_means="mail"),
    rule(pause_while="busy"),
    rule(task="Call"),
    rule(task={"notes": "x"}),
    rule(task={"title": " "}),
    rule(task={"title": "x" * 1025}),
    rule(title="x"),
    guarded(stage="friend"),
    guarded(stage=[]),
    guarded(tags=[1]),
    guarded(domain="ana@example.org"),
    guarded(domain="localhost"),
    guarded(wanted=1),
    guarded(strength=0.4),
    guarded(strength={}),
    guarded(strength={"above": 1.1}),
    guarded(strength={"above": 0.1, "at_least": 0.1}),
    guarded(silent_for={"above": "3m"}),
    guarded(counts={"sent": 3}),
    guarded(counts={}),
    guarded(counts={"sent": {"above": 1.5}}),
    guarded(any=[]),
    guarded(**{"not": [{"wanted": True}]}),
    guarded(unknown=True),
    guarded(any=[{"unknown": True}]),
    {"version": 1, "tiers": [{"cadence": "1d"}]},
    {"version": 1, "tiers": [{"name": "a", "cadence": "0d"}]},
    {"version": 1, "tiers": [{"name": "a", "cadence": "rhythm"}]},
    {"version": 1, "tiers": [{"name": "a", "where": {"tier": "b"}}]},
]


@pytest.mark.parametrize("document", GOOD, ids=repr)
def test_what_loads_is_valid(document: Any) -> None:
    """What the loader takes, the schema takes."""
    assert agrees(document) == (True, True)


@pytest.mark.parametrize("document", BAD, ids=lambda document: repr(document)[:80])
def test_what_does_not_load_is_invalid(document: Any) -> None:
    """What the loader refuses for its form, the schema refuses."""
    assert agrees(document) == (False, False)


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_may_be_written(event: str) -> None:
    """Loader and schema know the same events."""
    assert agrees(rule(since=event, until=[event])) == (True, True)


@pytest.mark.parametrize("name", packs.names())
def test_packs_are_valid(name: str) -> None:
    """The packs keep to the schema."""
    from ruamel.yaml import YAML

    document = YAML(typ="safe", pure=True).load(StringIO(packs.text(name)))
    assert valid(document, SCHEMA)
    assert closed(SCHEMA, document)


def test_every_key_has_a_place() -> None:
    """The schema is plain JSON and refuses unknown keys at every level."""
    text = json.dumps(SCHEMA)
    assert text.count('"properties"') == text.count('"additionalProperties": false')
