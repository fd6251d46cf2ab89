"""The JSON Schema says what the loader says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from rules import packs
from rules.history import EVENTS
from rules.load import RuleErrors, load
from rules.schema import json_schema
from rules.templates import VARIABLES

SCHEMA = json_schema()
TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


ANNOTATIONS = {"$schema", "$defs", "title", "description", "default", "examples"}


def valid(value: Any, schema: dict[str, Any]) -> bool:
    """As much of JSON Schema as ours uses; an unknown keyword is an error."""
    return all(
        _keyword(key, argument, value, schema)
        for key, argument in schema.items()
        if key not in ANNOTATIONS
    )


def _keyword(key: str, argument: Any, value: Any, schema: dict[str, Any]) -> bool:
    known = schema.get("properties", {})
    members = value if isinstance(value, dict) else {}
    simple: dict[str, Callable[[], bool]] = {
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
        "properties": lambda: all(
            valid(members[name], argument[name]) for name in members.keys() & argument.keys()
        ),
        "additionalProperties": lambda: argument is False and members.keys() <= known.keys(),
    }
    return simple[key]()


def agrees(document: Any) -> tuple[bool, bool]:
    """What the loader and what the schema think of a document."""
    try:
        load([("x.yaml", json.dumps(document))])
        loads = True
    except RuleErrors:
        loads = False
    return loads, valid(document, SCHEMA)


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
    rule(until=["call", {"strength_below": 0.3}]),
    rule(until={"strength_below": 1}),
    guarded(tier="none"),
    rule(remind="5 working days", due="rhythm x 3", expires="cadence x 99.9"),
    rule(priority=0, urgent=True, about="", anchor="oldest_open", done_means="nothing"),
    rule(pause_while="scheduled", task={"title": "x", "notes": ""}),
    guarded(),
    guarded(stage="dormant", tier=["inner"], tags=["a"], domain="example.org", channel="mail"),
    guarded(**{"not": {"any": [{"wanted": True}, {"all": [{"strength": {"above": 0.1}}]}]}}),
    guarded(silent_for={"above": "3m"}),
    guarded(silent_for={"at_least": "rhythm x 3", "below": "6m"}),
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
    rule(where="stage = connection"),
    rule(where=[{"wanted": True}]),
    rule(until={"any": ["call"]}),
    rule(until={"strength_below": 0}),
    rule(pause_while=True),
    rule(priority="70"),
    rule(task={"title": "x", "due": "3d"}),
    rule(silent_for={"above": "3d"}),
    {"version": 1, "rules": {"a": {"since": "meeting"}}},
    {"version": 1, "tiers": {"inner": []}},
    {"version": 1, "tiers": [{"name": "a", "people": "ana@example.org"}]},
    {"version": "1", "rules": []},
    guarded(any={"wanted": True}),
    guarded(counts=3),
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
    guarded(silent_for={"above": "3y"}),
    guarded(silent_for={"above": 30}),
    guarded(counts={"sent": 3}),
    guarded(counts={}),
    guarded(counts={"sent": {"above": 1.5}}),
    guarded(any=[]),
    guarded(**{"not": [{"wanted": True}]}),
    guarded(unknown=True),
    guarded(any=[{"unknown": True}]),
    {"version": 1, "tiers": [{"cadence": "1d"}]},
    {"version": 1, "tiers": [{"name": "a", "cadence": "0d"}]},
    {"version": 1, "tiers": [{"name": "none"}]},
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


def _written() -> Iterator[Any]:
    """The packs, and the rules of the cookbook."""
    for name in packs.names():
        yield pytest.param(packs.text(name), id=name)
    cookbook = Path(__file__).parents[3] / "docs" / "cookbook.md"
    for number, part in enumerate(cookbook.read_text(encoding="utf-8").split("```yaml\n")[1:]):
        if "tests:" not in part.partition("```")[0]:
            yield pytest.param(part.partition("```")[0], id=f"recipe {number // 2 + 1}")


@pytest.mark.parametrize("text", list(_written()))
def test_what_is_written_for_owners_is_valid(text: str) -> None:
    """Packs and cookbook keep to the schema."""
    from ruamel.yaml import YAML

    document = YAML(typ="safe", pure=True).load(StringIO(text))
    assert valid(document, SCHEMA)


def test_every_key_has_a_place() -> None:
    """The schema is plain JSON and refuses unknown keys at every level."""
    text = json.dumps(SCHEMA)
    assert text.count('"properties"') == text.count('"additionalProperties": false')


def _described(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property and every word that may be chosen, with its path."""
    if isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            yield f"{path}.{name}", inner
        for option in schema.get("anyOf", ()):
            if "const" in option:
                yield f"{path}={option['const']}", option
        for key, inner in schema.items():
            if key not in ("default", "examples"):
                yield from _described(inner, f"{path}/{key}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from _described(inner, path)


def test_editors_have_something_to_show() -> None:
    """Every key and every word has a description; defaults and examples are valid values."""
    found = dict(_described(SCHEMA))
    assert len(found) > 100
    assert [path for path, schema in found.items() if not schema.get("description")] == []
    for path, schema in found.items():
        default = [schema["default"]] if "default" in schema else []
        for example in [*schema.get("examples", ()), *default]:
            assert valid(example, schema), (path, example)
    for example in SCHEMA["$defs"]["duration"]["examples"]:
        assert valid(example, SCHEMA["$defs"]["duration"])
    rule_keys = SCHEMA["$defs"]["rule"]["properties"]
    assert rule_keys["remind"]["default"] == "0d"
    assert "Default: 30 days after `due`." in rule_keys["expires"]["description"]
    notes = SCHEMA["$defs"]["task"]["properties"]["notes"]["description"]
    assert all(f"`{name}`" in notes for name in VARIABLES)
