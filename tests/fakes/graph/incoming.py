"""A support module: requests taken apart, and whether they are what Graph takes."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, unquote

from fakes.graph import validation
from fakes.graph.call import Json, Refused, Request
from fakes.graph.routes import TOKENS, Route

# System query options of OData 4.0, which a method takes or refuses.
_PREFIX = "$"


def options(request: Request) -> dict[str, str]:
    """The query, by names as Graph spells them (it takes them in any case)."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        known = {one.lower(): one for one in ("startDateTime", "endDateTime", "changeType")}
        spelt = name.lower() if name.startswith(_PREFIX) else known.get(name.lower(), name)
        if spelt in found:
            raise Refused(400, "BadRequest", f"Query option '{name}' was specified more than once.")
        found[spelt] = value
    return found


def prefer(header: str) -> dict[str, str]:
    """The Prefer header (RFC 7240): names in lower case, values without their quotes."""
    found: dict[str, str] = {}
    for one in header.split(","):
        name, _, value = one.strip().partition("=")
        if name:
            found[name.strip().lower()] = value.strip().strip('"')
    return found


def wrong_options(route: Route, given: dict[str, str]) -> str:
    """Which options the method does not take, in words; "" if there is none."""
    refused = sorted(set(given) - route.options)
    if refused:
        if route.refused_options:
            return route.refused_options
        return f"The query option {refused[0]!r} is not supported by {route.name}."
    if given.keys() & TOKENS and len(given) > 1:
        return f"{route.name}: a token carries all other options."
    select = [one for one in given.get("$select", "").split(",") if one]
    if unknown := validation.unknown(route.answers, select):
        return f"Could not find a property named '{unknown[0]}' on type '{route.answers}'."
    return ""


def body(route: Route, request: Request) -> tuple[Json, list[str]]:
    """The JSON of a request, and what is wrong with it."""
    if not request.body:
        return {}, [f"{route.name}: takes a body"] if route.takes else []
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/plain" and route.name.startswith(("messages.", "drafts.")):
        return {}, []
    if kind != "application/json":
        return {}, [f"{route.name}: Content-Type is {kind or 'missing'}, not application/json"]
    try:
        read = json.loads(request.body)
    except ValueError as error:
        return {}, [f"{route.name}: the body is no JSON: {error}"]
    if not isinstance(read, dict):
        return {}, [f"{route.name}: the body is no object"]
    if not route.takes:
        return read, [] if route.name == "drafts.reply" else [f"{route.name}: takes no body"]
    return read, list(validation.request(read, route.takes, route.name, route.deep))


def mailbox_of(path: str) -> tuple[str, str, str] | None:
    """Of a path below /v1.0: whose mailbox it names ("" for /me), that part of it, and the rest."""
    if path == "/me" or path.startswith("/me/"):
        return "", "/me", path[3:]
    if path.startswith("/users/"):
        user, slash, rest = path.removeprefix("/users/").partition("/")
        return unquote(user), f"/users/{user}", slash + rest
    return None
