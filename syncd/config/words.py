"""What is wrong with a setting, in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from syncd.config.accounts import KINDS
from syncd.config.outward import LogSettings, MetricsSettings
from syncd.config.settings import Groups, Limits, OwnerSettings, Settings

# What people call the kinds.
_KINDS_CALLED = {
    "ews": "exchange",
    "outlook": "graph",
    "microsoft": "graph",
    "microsoft365": "graph",
    "office365": "graph",
    "o365": "graph",
    "m365": "graph",
    "gmail": "google",
    "carddav": "caldav",
    "maildir": "local",
}
_MODELS: dict[str, Any] = {
    "": Settings,
    "owner": OwnerSettings,
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


# What providers and programs call the keys of an account.
_ALSO_CALLED = {
    "login": "user",
    "username": "user",
    "email": "user",
    "server": "host",
    "hostname": "host",
    "ssl": "tls",
    "starttls": "tls",
    "mailboxes": "folders",
    "calendar": "calendars",
    "addressbooks": "contacts",
    "command": "password_command",
}
_AT_GOOGLE = {
    "user": "login",
    "username": "login",
    "email": "login",
    "address": "login",
    "calendar": "calendars",
    "credentials": "client",
    "client_file": "client",
    "client_secrets": "client",
    "list": "tasks",
    "topic": "pubsub",
    "subscription": "pubsub",
}
_AT_MICROSOFT = {
    "user": "login",
    "username": "login",
    "email": "login",
    "address": "login",
    "calendar": "calendars",
    "client": "client_id",
    "application_id": "client_id",
    "app_id": "client_id",
    "tenant_id": "tenant",
    "authority": "tenant",
    "mailboxes": "folders",
    "list": "tasks",
}
_AT_EXCHANGE = {
    "username": "user",
    "email": "login",
    "address": "login",
    "server": "host",
    "hostname": "host",
    "ews": "url",
    "ews_url": "url",
    "domain": "user",
    "calendar": "calendars",
    "mailboxes": "folders",
    "command": "password_command",
}
_CALLED = {"google": _AT_GOOGLE, "graph": _AT_MICROSOFT, "exchange": _AT_EXCHANGE}
_PASSWORDS = ("password", "passwd", "passphrase", "pass", "pwd", "secret", "app_password")
_TOKENS = ("token", "access_token", "refresh_token", "client_secret")


def words(detail: dict[str, Any], loc: Sequence[Any], label: str) -> str:
    """One of pydantic's error details as a message; `label` names the setting, as in `limits.at`
    ("" for several at once). `detail["account"]` is the account that `loc` is in, as far as it is
    known: its name and kind."""
    kind, top = detail["type"], str(loc[0]) if loc else ""
    if kind == "extra_forbidden":
        return _unknown(detail, loc)
    if kind == "missing" and loc[-1] == "kind":
        return f"{label} is missing: write {_either(list(KINDS))}"
    if kind == "missing" and loc[-1] == "client_id":
        return f"{label} is missing: docs/microsoft.md tells how to get one"
    if kind == "missing":
        return f"{label} is missing"
    if kind == "literal_error":
        return _literal(detail, str(loc[-1]), label)
    whole = len(loc) == 1 and kind in ("dict_type", "list_type")
    if top == "tasks_in" or (top in _EXAMPLES and whole):
        return _EXAMPLES[top]
    if top == "accounts" and kind in ("model_type", "model_attributes_type", "dict_type"):
        return "accounts has keys of its own below it: name, kind and what its kind takes"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{label} has keys of its own below it: {', '.join(_keys(top))}"
    message = _plain(detail)
    return f"{label}: {message}" if label and label not in message else message


def _unknown(detail: dict[str, Any], loc: Sequence[Any]) -> str:
    """A key that nobody asked for. What stands behind it may be secret."""
    key = str(loc[-1])
    if str(loc[0]) == "accounts" and len(loc) > 1:
        name, kind = detail.get("account") or ("", "local")
        known = list(KINDS[kind].model_fields)
        if kind == "graph" and key == "client_secret":
            return (
                f"{key}: no secret stands in this file: with app_only: true write it into "
                f"secrets/{name or 'NAME'}.client-secret beside this file (chmod 600); people run "
                f"`syncd login {name or 'NAME'}`"
            )
        if kind in ("google", "graph"):
            if key in (*_PASSWORDS, *_TOKENS):
                return (
                    f"{key}: nothing secret stands in this file: run `syncd login {name or 'NAME'}`"
                )
        elif kind != "local":
            for other, names in (("password", _PASSWORDS), ("token", _TOKENS)):
                if key in names:
                    return (
                        f"{key}: no {other} stands in this file: write it into "
                        f"secrets/{name or 'NAME'}.{other} beside this file (chmod 600), or set "
                        f"`{other}_command:` to a command that prints it"
                    )
        if (also := _CALLED.get(kind, _ALSO_CALLED).get(key)) in known:
            return f"unknown key {key!r}: did you mean {also!r}?"
        others = [one for one, model in KINDS.items() if key in model.model_fields]
        if others:
            return f"{key!r} is for kind {_either(others)}, and this account is kind {kind}"
    else:
        known = _keys(str(loc[0]) if len(loc) > 1 else "")
    near = _near(key, known)
    hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
    return f"unknown key {key!r}: {hint}"


def _keys(of: str) -> list[str]:
    model = _MODELS.get(of)
    return list(model.model_fields) if model is not None else []


def _literal(detail: dict[str, Any], key: str, label: str) -> str:
    """One of a few words, and it is none of them."""
    given = detail.get("input")
    if key == "kind":
        also = _KINDS_CALLED.get(str(given).lower())
        near = [also] if also else _near(str(given), list(KINDS))
        hint = f"did you mean {near[0]!r}?" if near else f"write {_either(list(KINDS))}"
        return f"unknown kind {given!r}: {hint}"
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
    if kind == "less_than_equal":
        return f"write {limits['le']} or less"
    if kind == "clash":
        return str(limits["words"])
    return _BY_TYPE.get(kind) or str(detail["msg"]).removeprefix("Value error, ")


def _near(given: str, known: Sequence[str]) -> list[str]:
    from difflib import get_close_matches  # only a mistake needs it

    return get_close_matches(given, known, n=1)
