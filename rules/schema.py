"""The rule language as a JSON Schema, so that editors complete, explain and check rule files.

It is built from the same tables as the loader. What a schema cannot say (unique ids, templates,
the order of remind, due and expires) only the loader checks. Every key and word carries its line
of `rules.words`, which editors show while one types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules import words
from rules.durations import CADENCE_PATTERN, PATTERN
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
from rules.model import ALSO, ANCHORS, DONE_MEANS, PAUSES, RESOLVED
from rules.read_where import MAX_COUNT
from rules.where import BOUNDS, CHANNELS, COUNTS, FACTS, FLAGS, NO_TIER, STAGES

_TEXT = {"type": "string", "pattern": r"\S"}
_EXAMPLES: Mapping[str, list[Any]] = {
    "id": ["call-in-30-days"],
    "about": ["Call somebody you met a month ago, with something to give"],
    "since": ["first_meeting", {"strength_below": 0.3}],
    "until": ["call", ["call", "meeting"], ["resolved"]],
    "remind": ["0d", "7d"],
    "due": ["48h", "30d", "5 working days", "cadence"],
    "expires": ["60d"],
    "where": [{"colleague": False, "wanted": True}, {"strength": {"above": 0.4}}],
    "task": [{"title": "Call {{ first_name }}", "notes": "{{ evidence }}"}],
    "title": ["Thank {{ first_name }}{% if since.title %} for {{ since.title }}{% endif %}"],
    "notes": ["{{ gives }}\n\n{{ evidence }}"],
    "name": ["inner"],
    "people": [["ana@example.org", "Ben Keller"]],
    "cadence": ["14d", "6w", "3m"],
    "tier": ["inner", "none"],
    "tags": ["customer", ["customer", "partner"]],
    "domain": ["example.org"],
    "stage": ["connection", ["connection", "dormant"]],
    "strength": [{"above": 0.4}],
    "silent_for": [{"above": "90d"}],
    "counts": [{"sent": {"at_least": 3}}],
}
# Where they are values of their own; `until: none` and the like are only words.
_DEFAULTS: Mapping[str, Any] = {
    "until": [],
    "remind": "0d",
    "priority": 50,
    "urgent": False,
    "done_means": "nothing",
    "also": [],
}


def json_schema() -> dict[str, Any]:
    """The schema of a rule file (draft 2020-12)."""
    events = {name: words.EVENTS[name] for name in sorted(EVENTS)}
    ends = {**events, RESOLVED: words.EVENTS[RESOLVED]}
    rule = {
        "id": {"type": "string", "pattern": ID_PATTERN},
        "about": {"type": "string", "maxLength": MAX_TEXT},
        "since": {"anyOf": [_ref("event"), _ref("strength_below")]},
        "until": _one_or_many({"anyOf": [_ref("end"), _ref("strength_below")]}, empty=True),
        "anchor": {"enum": list(ANCHORS)},
        "remind": _ref("duration"),
        "due": _ref("duration"),
        "expires": _ref("duration"),
        "where": _ref("where"),
        "pause_while": {"enum": list(PAUSES)},
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "urgent": {"type": "boolean"},
        "done_means": {"enum": list(DONE_MEANS)},
        "also": _one_or_many({"enum": list(ALSO)}, empty=True),
        "task": _ref("task"),
    }
    tier = {
        "name": {**_TEXT, "not": {"const": NO_TIER}},
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
    below = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "syncd rules",
        "description": "Rules of syncd: when a relationship asks for a task.",
        **_mapping(file, words.FILE, FILE_KEYS, required=("version",)),
        "anyOf": [{"required": ["rules"]}, {"required": ["tiers"]}],
        "$defs": {
            "rule": _mapping(rule, words.RULE, RULE_KEYS, MANDATORY),
            "tier": _mapping(tier, words.TIER, TIER_KEYS, ("name",)),
            "task": _mapping(task, _templates(), TASK_KEYS, ("title",)),
            "event": _words(events),
            "end": _words(ends),
            "strength_below": _mapping(
                {"strength_below": {**below, "examples": [0.3]}},
                words.EVENTS,
                ("strength_below",),
                ("strength_below",),
            ),
            "duration": {
                "type": "string",
                "pattern": PATTERN,
                "description": "A length of time. "
                + "; ".join(f"`{text}`: {what}" for text, what in words.DURATIONS.items())
                + ".",
                "examples": list(words.DURATIONS),
            },
            "where": _where("where", tier=True),
            "tier_where": _where("tier_where", tier=False),
        },
    }


def _templates() -> dict[str, str]:
    """What may stand in a task, for its two keys."""
    known = "; ".join(f"`{name}`: {what}" for name, what in words.VARIABLES.items())
    parts = "; ".join(f"`since.{name}`: {what}" for name, what in words.SINCE_FIELDS.items())
    return {key: f"{what}. Between {{{{ }}}}: {known}; {parts}" for key, what in words.TASK.items()}


def _where(name: str, tier: bool) -> dict[str, Any]:
    """Conditions; a tier's own cannot ask for the tier."""
    count = _bounds({"type": "integer", "minimum": 0, "maximum": MAX_COUNT})
    several = {"type": "array", "items": _ref(name), "minItems": 1}
    properties: dict[str, Any] = {
        "all": several,
        "any": several,
        "not": _ref(name),
        "stage": _one_or_many(_words({stage: words.STAGES[stage] for stage in STAGES})),
        "tier": _one_or_many(_TEXT),
        "tags": _one_or_many(_TEXT),
        "domain": _one_or_many({"type": "string", "pattern": r"^\.*[^@*.]+(\.[^@*.]+)+\.*$"}),
        "channel": _one_or_many({"enum": list(CHANNELS)}),
        **{flag: {"type": "boolean"} for flag in FLAGS},
        "strength": _bounds({"type": "number", "minimum": 0, "maximum": 1}),
        "silent_for": _bounds({"type": "string", "pattern": PATTERN}),
        "counts": {
            "type": "object",
            "properties": {one: {**count, "description": words.COUNTS[one]} for one in COUNTS},
            "additionalProperties": False,
            "minProperties": 1,
        },
    }
    keys = tuple(key for key in (*words.COMBINED, *FACTS) if tier or key != "tier")
    meanings = words.COMBINED | words.FACTS
    return {
        "description": "Conditions; all of its keys must hold.",
        **_mapping(properties, meanings, keys, ()),
    }


def _bounds(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {bound: {**value, "description": words.BOUNDS[bound]} for bound in BOUNDS},
        "additionalProperties": False,
        "minProperties": 1,
        "not": {"anyOf": [{"required": ["above", "at_least"]}, {"required": ["below", "at_most"]}]},
    }


def _words(meanings: Mapping[str, str]) -> dict[str, Any]:
    """One of these words, each explained."""
    return {"anyOf": [{"const": word, "description": what} for word, what in meanings.items()]}


def _one_or_many(item: dict[str, Any], empty: bool = False) -> dict[str, Any]:
    array: dict[str, Any] = {"type": "array", "items": item}
    return {"anyOf": [item, array if empty else {**array, "minItems": 1}]}


def _mapping(
    properties: dict[str, Any],
    meanings: Mapping[str, str],
    keys: tuple[str, ...],
    required: tuple[str, ...],
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            key: _explained(key, properties[key], meanings[key], meanings is words.RULE)
            for key in keys
        },
        "required": list(required),
        "additionalProperties": False,
    }


def _explained(key: str, schema: dict[str, Any], meaning: str, of_rule: bool) -> dict[str, Any]:
    default = words.DEFAULTS.get(key) if of_rule else None
    text = f"{meaning}. Default: {default}." if default else f"{meaning}."
    notes: dict[str, Any] = {"description": text[0].upper() + text[1:]}
    if of_rule and key in _DEFAULTS:
        notes["default"] = _DEFAULTS[key]
    if key in _EXAMPLES:
        notes["examples"] = _EXAMPLES[key]
    return {**notes, **schema}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
