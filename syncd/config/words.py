"""What is wrong with a setting, in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from syncd.config.outward import LogSettings, MetricsSettings
from syncd.config.settings import (
    Groups,
    Limits,
    LocalAccountSettings,
    OwnerSettings,
    Settings,
)

_KINDS_TO_COME = ("google", "graph", "exchange", "imap", "caldav")
_MODELS: dict[str, Any] = {
    "": Settings,
    "owner": OwnerSettings,
    "accounts": LocalAccountSettings,
    "limits": Limits,
    "groups": Groups,
    "log": LogSettings,
    "metrics": MetricsSettings,
}
# Where the words of a validator, or of a type, would not tell what belongs there.
_EXAMPLES = {
    "accounts": "accounts is a list: write each account behind a dash, like "
    "- {name: home, kind: local, mail: [Maildir]}",
    "tasks_in": "tasks_in names the account that takes the tasks, like tasks_in: home",
    "tags": "tags have people below them, like tags: {friend: [ben@example.org]}",
}
_TEXT = "write text; what looks like a number or a day needs quotes around it"
_BY_TYPE = {
    "list_type": "write one or more, or leave the key away",
    "string_type": _TEXT,
    "string_too_short": "is empty",
    "too_short": "name at least one",
    "string_pattern_mismatch": "write a name without spaces and without /",
    "date_type": "write a day, like 2024-01-31",
}


def words(detail: dict[str, Any], loc: Sequence[Any], label: str) -> str:
    """One of pydantic's error details as a message; `label` names the setting, as in `limits.at`
    ("" for several at once)."""
    kind, top = detail["type"], str(loc[0]) if loc else ""
    if kind == "extra_forbidden":
        known = _keys(top if len(loc) > 1 else "")
        near = _near(str(loc[-1]), known)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return f"unknown key {str(loc[-1])!r}: {hint}"
    if kind == "missing":
        return f"{label} is missing"
    if kind == "literal_error":
        return _literal(detail, str(loc[-1]), label)
    whole = len(loc) == 1 and kind in ("dict_type", "list_type")
    if top == "tasks_in" or (top in _EXAMPLES and whole):
        return _EXAMPLES[top]
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{label} has keys of its own below it: {', '.join(_keys(top))}"
    message = _plain(detail)
    return f"{label}: {message}" if label and label not in message else message


def _keys(of: str) -> list[str]:
    model = _MODELS.get(of)
    return list(model.model_fields) if model is not None else []


def _literal(detail: dict[str, Any], key: str, label: str) -> str:
    """One of a few words, and it is none of them."""
    given = detail.get("input")
    if key == "kind":
        if given in _KINDS_TO_COME:
            return f"kind {given!r} cannot be used in this version: only `local` can"
        return f"unknown kind {given!r}: write `local`"
    known = _quoted(str(detail["ctx"]["expected"]))
    near = _near(str(given), known)
    if near:
        return f"{label}: {given!r} is unknown: did you mean {near[0]!r}?"
    return f"{label}: write {_either(known)}" + ("" if given is None else f", not {given!r}")


def _quoted(text: str) -> list[str]:
    return text.split("'")[1::2]


def _either(known: Iterable[str]) -> str:
    *first, last = known
    return f"{', '.join(first)} or {last}" if first else last


def _plain(detail: dict[str, Any]) -> str:
    kind, limits = detail["type"], detail.get("ctx", {})
    if kind == "string_type" and isinstance(detail.get("input"), dict | list):
        return "write plain text here"
    if kind.startswith("int_"):
        return f"write a whole number, not {detail.get('input')!r}"
    if kind == "greater_than_equal":
        return f"write {limits['ge']} or more"
    return _BY_TYPE.get(kind) or str(detail["msg"]).removeprefix("Value error, ")


def _near(given: str, known: Sequence[str]) -> list[str]:
    from difflib import get_close_matches  # only a mistake needs it

    return get_close_matches(given, known, n=1)
