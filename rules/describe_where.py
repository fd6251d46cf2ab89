"""Conditions in words: as YAML again, and in plain English."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rules.durations import Duration
from rules.where import (
    BOUNDS,
    NO_TIER,
    All,
    AnyOf,
    Condition,
    Count,
    Flag,
    Not,
    OneOf,
    Silence,
    Strength,
)

_SIGNS = {"above": "more than", "below": "less than", "at_least": "at least", "at_most": "at most"}
_FLAGS = {
    ("colleague", True): "they are a colleague",
    ("colleague", False): "they are no colleague",
    ("wanted", True): "you showed interest in them",
    ("wanted", False): "you showed no interest in them",
    ("online_only", True): "the tie is real but only ever online",
    ("online_only", False): "the tie is not one that is only ever online",
    ("scheduled", True): "a meeting with them is on the calendar",
    ("scheduled", False): "no meeting with them is on the calendar",
}
_COUNTED = {
    "sent": ("message you sent", "messages you sent"),
    "received": ("message they sent", "messages they sent"),
    "meetings": ("meeting", "meetings"),
    "in_person": ("meeting face to face", "meetings face to face"),
    "calls": ("call", "calls"),
    "days": ("day with contact", "days with contact"),
    "interactions": ("interaction", "interactions"),
}


def as_data(where: Condition) -> dict[str, Any]:
    """A condition as a mapping that reads to one that means the same."""
    match where:
        case All(items):
            return _merged([as_data(item) for item in items])
        case AnyOf(items):
            return {"any": [as_data(item) for item in items]}
        case Not(item):
            return {"not": as_data(item)}
        case OneOf(fact, values):
            words = sorted(values)
            return {fact: words[0] if len(words) == 1 else words}
        case Flag(fact, value):
            return {fact: value}
        case Strength(bounds):
            return {"strength": _bounds(bounds)}
        case Silence(spans):
            return {"silent_for": _bounds(spans)}
        case Count(name, bounds):
            return {"counts": {name: _bounds(bounds)}}


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Conditions that all hold, as one mapping where no key stands twice in it."""
    found: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if key not in found:
                found[key] = value
            elif key == "counts" and not found[key].keys() & value.keys():
                found[key] = {**found[key], **value}
            else:
                return {"all": parts}
    return found


def flow(value: Any) -> str:
    """Plain data in YAML's flow style, for messages."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def short(where: Condition) -> str:
    """A condition as an owner wrote it, on one line: `stage: [connection, dormant]`."""
    return flow(as_data(where))[1:-1]


def said(where: Condition) -> str:
    """A condition in plain English, as the end of a sentence: "only where ..."."""
    match where:
        case All(()):
            return "that is so of everybody"
        case All(items):
            return _joined([_nested(item) for item in items], "and")
        case AnyOf(items):
            return "either " + _joined([_nested(item) for item in items], "or")
        case Not(OneOf(fact, values)):
            return _one_of(fact, sorted(values), no=True)
        case Not(Flag(fact, value)):
            return _FLAGS[fact, not value]
        case Not(item):
            return f"it is not so that {said(item)}"
        case OneOf(fact, values):
            return _one_of(fact, sorted(values))
        case Flag(fact, value):
            return _FLAGS[fact, value]
        case Strength(bounds):
            return f"the strength of the tie is {_range(bounds)}"
        case Silence(spans):
            return f"you have not been in touch for {_range(spans)}"
        case Count(name, bounds):
            return _count(bounds, *_COUNTED[name])


def length(span: timedelta | Duration) -> str:
    """A length of time as it is written: `36h`, `30d`."""
    if isinstance(span, Duration):
        return str(span)
    days = span / timedelta(days=1)
    return f"{days:g}d" if days.is_integer() else f"{span / timedelta(hours=1):g}h"


def _one_of(fact: str, values: list[str], no: bool = False) -> str:
    listed = _joined(values, "or")
    not_ = "not " if no else ""
    if fact == "stage":
        article = {"dormant": "", "acquaintance": "an "}.get(values[0], "a ")
        return f"the tie is {not_}{article}{listed}"
    if fact == "tier":
        if values == [NO_TIER]:
            return "they are in a tier" if no else "they are in no tier"
        return f"they are {not_}in the tier {listed}"
    if fact == "tags":
        return f"they are {not_}tagged {listed}"
    if fact == "domain":
        return f"they have {'no' if no else 'an'} address at {listed}"
    return (
        f"you are {not_}in touch by mail"
        if values == ["mail"]
        else f"the channel is {not_}{listed}"
    )


def _count(bounds: Any, one: str, many: str) -> str:
    given = _bounds(bounds)
    if given in ({"at_most": 0}, {"below": 1}):
        return f"there was no {one}"
    if given in ({"at_least": 1}, {"above": 0}):
        return f"there was at least one {one}"
    return f"there were {_range(bounds)} {many}"


def _nested(where: Condition) -> str:
    text = said(where)
    return f"({text})" if isinstance(where, All | AnyOf) and len(where.items) > 1 else text


def _bounds(bounds: Any) -> dict[str, Any]:
    given = {name: getattr(bounds, name) for name in BOUNDS}
    return {name: _plain(value) for name, value in given.items() if value is not None}


def _plain(value: Any) -> Any:
    return length(value) if isinstance(value, timedelta | Duration) else value


def _range(bounds: Any) -> str:
    parts = [f"{_SIGNS[name]} {flow(value)}" for name, value in _bounds(bounds).items()]
    return " and ".join(parts) or "anything"


def _joined(parts: list[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    long = len(parts) > 2 or any(" and " in part or " or " in part for part in parts)
    return f"{', '.join(parts[:-1])}{',' if long else ''} {word} {parts[-1]}"
