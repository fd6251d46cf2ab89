"""A support module: which request is which method, what it may say and what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from fakes.graph.call import Answer, Call, Json

if TYPE_CHECKING:
    from collections.abc import Iterable

GET: Final = frozenset({"$select"})
PAGES: Final = frozenset({"$select", "$top", "$skip", "$count", "$filter", "$orderby", "$expand"})
TOKENS: Final = frozenset({"$skiptoken", "$deltatoken"})

Handler = Callable[[Call], "Answer | Json | bytes | None"]


class Rights(NamedTuple):
    """Permissions of which one is needed: `scopes` of somebody, or `roles` of an app by itself."""

    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


def need(*scopes: str, app: Iterable[str] | None = None) -> Rights:
    """Permissions; those of apps are the same if not told."""
    return Rights(frozenset(scopes), frozenset(scopes if app is None else app))


NOBODY: Final = Rights()


@dataclass(frozen=True)
class Route:
    """One method. `name`: as faults and logs call it ("messages.delta").

    `answers`, `takes`: types of the metadata, "" for nothing or something else. `options`: what its
    query may say. `ids`: whether its entities have immutable ids, which have to be asked for."""

    name: str
    verb: str
    template: str
    handler: Handler
    answers: str = ""
    many: bool = False
    takes: str = ""
    deep: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    status: int = 200
    rights: Rights = NOBODY
    ids: bool = False
    refused_options: str = ""  # what a delta function says of others than `options`


class Routes:
    """All that is served, by verb and address."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._all = [(one, _pattern(one.template)) for one in routes]

    def names(self) -> list[str]:
        """Of all methods."""
        return [one.name for one, _ in self._all]

    def find(self, verb: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """`path`: below the mailbox, as it stands in the request line, without a query."""
        path = _plain(path)
        for one, pattern in self._all:
            if one.verb == verb and (match := pattern.fullmatch(path)):
                return one, {name: unquote(value) for name, value in match.groupdict().items()}
        return None


def _plain(path: str) -> str:
    """`x('id')` is the same as `x/id`, `delta()` and `microsoft.graph.delta()` as `delta`."""
    path = re.sub(r"\('([^']*)'\)", r"/\1", path.replace("%27", "'"))
    return re.sub(r"/(?:microsoft\.graph\.)?(\w+)\(\)$", r"/\1", path).rstrip("/")


def _pattern(template: str) -> re.Pattern[str]:
    pieces = [
        f"(?P<{piece[1:-1]}>[^/]+)" if piece.startswith("{") else f"(?i:{re.escape(piece)})"
        for piece in template.split("/")
    ]
    return re.compile("/".join(pieces))
