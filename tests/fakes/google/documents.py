"""A support module: Google's descriptions of its APIs, as google-api-python-client ships them.

Which request is meant, what it may carry and what it answers comes from there, never from us.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

Json = dict[str, Any]

APIS: Final = ("gmail.v1", "calendar.v3", "tasks.v1", "people.v1", "pubsub.v1")
_VARIABLE: Final = re.compile(r"\{(\+?)([^}]+)\}")


@dataclass(frozen=True)
class Api:
    """One document: `name` as in the path of its batches ("gmail")."""

    name: str
    schemas: Mapping[str, Json]
    common: Mapping[str, Json]  # parameters that every method takes


@dataclass(frozen=True)
class Method:
    """One method of an API, as its document has it."""

    id: str
    api: Api
    verb: str
    path: re.Pattern[str]
    variables: tuple[tuple[str, str], ...]  # of the path: the parameter and its group
    depth: int | None  # slashes in the path; None: variables may hold some
    parameters: Mapping[str, Json]
    request: str | None  # name of a schema
    response: str | None
    scopes: frozenset[str]


@functools.cache
def methods() -> tuple[Method, ...]:
    """All of all five documents, those with the longest path first."""
    found: list[tuple[int, Method]] = []
    folder = importlib.resources.files("googleapiclient.discovery_cache").joinpath("documents")
    for name in APIS:
        document = json.loads(folder.joinpath(f"{name}.json").read_bytes())
        api = Api(name.partition(".")[0], document["schemas"], document["parameters"])
        for one in _all(document):
            template = "/" + document["servicePath"] + one["path"]
            found.append((len(template), _method(api, template, one)))
    return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0]))


def find(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The method that answers `verb` at `path` (as it stands in the request line, without a query),
    and what the path says."""
    for method in _likely(verb, path.count("/")):
        if match := method.path.fullmatch(path):
            return method, {name: unquote(match[group]) for name, group in method.variables}
    return None


@functools.cache
def _likely(verb: str, depth: int) -> tuple[Method, ...]:
    """Those that may be meant, by the slashes of a path."""
    return tuple(one for one in methods() if one.verb == verb and one.depth in {depth, None})


def by_id(name: str) -> Method:
    """`gmail.users.messages.get`."""
    return next(one for one in methods() if one.id == name)


def _all(resource: Mapping[str, Any]) -> list[Json]:
    nested = [one for below in resource.get("resources", {}).values() for one in _all(below)]
    return [*resource.get("methods", {}).values(), *nested]


def _method(api: Api, template: str, one: Json) -> Method:
    parameters = one.get("parameters", {})
    pieces, variables, end = [], [], 0
    for match in _VARIABLE.finditer(template):
        pieces.append(re.escape(template[end : match.start()]))
        pattern = parameters[match[2]].get("pattern", "^.+$")[1:-1] if match[1] else "[^/]+"
        pieces.append(f"(?P<{_group(match[2])}>{pattern})")
        variables.append((match[2], _group(match[2])))
        end = match.end()
    pieces.append(re.escape(template[end:]))
    return Method(
        id=one["id"],
        api=api,
        verb=one["httpMethod"],
        path=re.compile("".join(pieces)),
        variables=tuple(variables),
        depth=None if "{+" in template else template.count("/"),
        parameters=parameters,
        request=one.get("request", {}).get("$ref"),
        response=one.get("response", {}).get("$ref"),
        scopes=frozenset(one.get("scopes", ())),
    )


def _group(name: str) -> str:
    return re.sub(r"\W", "_", name)
