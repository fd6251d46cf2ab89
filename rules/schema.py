"""The rule language as a JSON Schema, so that editors complete and check rule files.

It is built from the same tables as the loader. What a schema cannot say (unique ids, templates,
the order of remind, due and expires) only the loader checks.
"""

from __future__ import annotations

from typing import Any

from rules.durations import CADENCE_PATTERN, ELAPSED_PATTERN, PATTERN
from rules.history import EVENTS
from rules.load import (
    FILE_KEYS,
    ID_PATTERN,
    MANDATORY,
    MAX_TEXT,
    MAX_TITLE,
    RULE_KEYS,
    TASK_KEYS,
    TIER_KEYS,
    VERSION,
)
from rules.model import ANCHORS, DONE_MEANS, PAUSES, RESOLVED
from rules.read_where import MAX_COUNT
from rules.where import BOUNDS, CHANNELS, COUNTS, FLAGS, STAGES

_TEXT = {"type": "string", "pattern": r"\S"}


def json_schema() -> dict[str, Any]:
    """The schema of a rule file (draft 2020-12)."""
    rule = {
        "id": {"type": "string", "pattern": ID_PATTERN},
        "about": {"type": "string", "maxLength": MAX_TEXT},
        "since": {"anyOf": [_ref("event"), _ref("strength_below")]},
        "until": _one_or_many({"enum": [*sorted(EVENTS), RESOLVED]}, empty=True),
        "anchor": {"enum": list(ANCHORS)},
        "remind": _ref("duration"),
        "due": _ref("duration"),
        "expires": _ref("duration"),
        "where": _ref("where"),
        "pause_while": {"enum": list(PAUSES)},
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "urgent": {"type": "boolean"},
        "done_means": {"enum": list(DONE_MEANS)},
        "task": _ref("task"),
    }
    tier = {
        "name": _TEXT,
        "people": {"type": "array", "items": _TEXT},
        "where": _ref("tier_where"),
        "cadence": {"type": "string", "pattern": CADENCE_PATTERN},
    }
    task = {
        "title": {**_TEXT, "maxLength": MAX_TITLE},
        "notes": {"type": "string", "maxLength": MAX_TEXT},
    }
    file = {
        "version": {"const": VERSION},
        "tiers": {"type": "array", "items": _ref("tier")},
        "rules": {"type": "array", "items": _ref("rule")},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "syncd rules",
        **_mapping(file, FILE_KEYS, required=("version",)),
        "anyOf": [{"required": ["rules"]}, {"required": ["tiers"]}],
        "$defs": {
            "rule": _mapping(rule, RULE_KEYS, MANDATORY),
            "tier": _mapping(tier, TIER_KEYS, ("name",)),
            "task": _mapping(task, TASK_KEYS, ("title",)),
            "event": {"enum": sorted(EVENTS)},
            "strength_below": _mapping(
                {"strength_below": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}},
                ("strength_below",),
                ("strength_below",),
            ),
            "duration": {"type": "string", "pattern": PATTERN},
            "where": _where("where", tier=True),
            "tier_where": _where("tier_where", tier=False),
        },
    }


def _where(name: str, tier: bool) -> dict[str, Any]:
    """Conditions; a tier's own cannot ask for the tier."""
    count = _bounds({"type": "integer", "minimum": 0, "maximum": MAX_COUNT})
    several = {"type": "array", "items": _ref(name), "minItems": 1}
    properties: dict[str, Any] = {
        "all": several,
        "any": several,
        "not": _ref(name),
        "stage": _one_or_many({"enum": list(STAGES)}),
        "tags": _one_or_many(_TEXT),
        "domain": _one_or_many({"type": "string", "pattern": r"^\.*[^@*.]+(\.[^@*.]+)+\.*$"}),
        "channel": _one_or_many({"enum": list(CHANNELS)}),
        **{flag: {"type": "boolean"} for flag in FLAGS},
        "strength": _bounds({"type": "number", "minimum": 0, "maximum": 1}),
        "silent_for": _bounds({"type": "string", "pattern": ELAPSED_PATTERN}),
        "counts": {
            "type": "object",
            "properties": dict.fromkeys(COUNTS, count),
            "additionalProperties": False,
            "minProperties": 1,
        },
    }
    if tier:
        properties["tier"] = _one_or_many(_TEXT)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _bounds(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict.fromkeys(BOUNDS, value),
        "additionalProperties": False,
        "minProperties": 1,
        "not": {"anyOf": [{"required": ["above", "at_least"]}, {"required": ["below", "at_most"]}]},
    }


def _one_or_many(item: dict[str, Any], empty: bool = False) -> dict[str, Any]:
    array: dict[str, Any] = {"type": "array", "items": item}
    return {"anyOf": [item, array if empty else {**array, "minItems": 1}]}


def _mapping(
    properties: dict[str, Any], keys: tuple[str, ...], required: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: properties[key] for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
