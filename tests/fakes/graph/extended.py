"""A support module: extended properties (MAPI's), and `$expand` and `$filter` that name them.

learn.microsoft.com/graph/api/resources/extended-properties-overview
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from fakes.graph.call import Json, Refused

NAME: Final = "singleValueExtendedProperties"
_EXPAND: Final = re.compile(r"(\w+)(?:\(((?:[^()']|'[^']*')*)\))?")
_IDS: Final = re.compile(r"id eq '([^']*)'")
_FILTER: Final = re.compile(
    rf"{NAME}/any\((\w+): ?\1/id eq '([^']+)' and \1/value eq '(.*)'\)", re.IGNORECASE
)


def expansions(options: Mapping[str, str], known: Collection[str]) -> dict[str, list[str]]:
    """Names of navigation properties, and the ids that stand in the brackets behind each."""
    found = {one[1]: one[2] or "" for one in _EXPAND.finditer(options.get("$expand", "")) if one[1]}
    for name, inner in found.items():
        if name not in known:
            message = f"Could not find a property named '{name}'."
            raise Refused(400, "RequestBroker--ParseUri", message)
        if name == NAME and not _IDS.search(inner):
            message = "Expanding extended properties needs a $filter on their ids."
            raise Refused(400, "ErrorInvalidUrlQuery", message)
    return {name: _IDS.findall(inner) for name, inner in found.items()}


def asked(text: str) -> tuple[str, str] | None:
    """The id and the value that a `$filter` wants; None: it is another one."""
    match = _FILTER.fullmatch(text.strip())
    return (match[2], match[3].replace("''", "'")) if match else None


def kept(body: Json) -> dict[str, str]:
    """Those that a request writes."""
    return {str(one["id"]): str(one["value"]) for one in body.get(NAME) or ()}


def shown(found: Mapping[str, str], wanted: Iterable[str]) -> list[Json]:
    """Those of them that are wanted, by the names that they are wanted by."""
    alike = {canonical(name): value for name, value in found.items()}
    return [{"id": one, "value": alike[key]} for one in wanted if (key := canonical(one)) in alike]


def canonical(name: str) -> str:
    """Graph takes tags with and without leading zeros, in either case."""
    kind, _, rest = name.partition(" ")
    if rest.lower().startswith("0x"):
        return f"{kind.lower()} {int(rest, 16):x}"
    return name.lower()
