"""A support module: the plainest client of Graph there can be, for tests of the fake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http.client import HTTPConnection
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from fakes.graph.call import Json
from fakes.graph.server import SCOPES, FakeGraph

_SAFE: Final = "/?&=$'()%:,-._~@+"


class Answered(NamedTuple):
    """`body`: what was JSON, read."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """Of an error."""
        return str(self.body["error"]["code"])


class Asker:
    """Somebody who signed in; `address` "": an app by itself."""

    def __init__(
        self,
        graph: FakeGraph,
        address: str = "ana@example.com",
        scopes: Iterable[str] = SCOPES,
        prefer: Sequence[str] = (),
    ) -> None:
        self._graph = graph
        self.headers = {
            "Authorization": f"Bearer {graph.token(address, scopes)}",
            "Prefer": ", ".join(['IdType="ImmutableId"', *prefer]),
        }

    def ask(self, verb: str, where: str, body: object = None, **headers: str) -> Answered:
        """`where`: below /v1.0, or a link; names in `headers` have "_" for "-". Raises OSError and
        http.client's errors where there is no answer."""
        link = where if where.startswith("http") else f"{self._graph.url}/v1.0{where}"
        parts = urlsplit(link)
        target = quote(parts.path + (f"?{parts.query}" if parts.query else ""), safe=_SAFE)
        given = {**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        data = body if isinstance(body, bytes) else None
        if body is not None and data is None:
            data = json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        try:
            connection.request(verb, target, data, given)
            answer = connection.getresponse()
            raw, told = answer.read(), dict(answer.getheaders())
        finally:
            connection.close()
        is_json = told.get("Content-Type", "").startswith("application/json")
        return Answered(answer.status, json.loads(raw) if is_json and raw else raw, told)

    def get(self, where: str) -> Any:
        """What is there; AssertionError with an error's words."""
        found = self.ask("GET", where)
        if found.status != 200:
            raise AssertionError(found)
        return found.body

    def round(self, where: str) -> tuple[list[Json], str]:
        """All pages of a delta query, and its deltaLink."""
        found: list[Json] = []
        link = where
        while True:
            page = self.get(link)
            found += page["value"]
            if "@odata.deltaLink" in page:
                return found, str(page["@odata.deltaLink"])
            link = page["@odata.nextLink"]

    def all(self, where: str) -> list[Json]:
        """All pages of a listing."""
        found: list[Json] = []
        link = where
        while link:
            page = self.get(link)
            found += page["value"]
            link = page.get("@odata.nextLink", "")
        return found
