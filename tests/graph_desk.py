"""A support module: our way to Graph, pointed at the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from fakes.graph.server import FakeGraph

from connectors.graph.api import Api

ALL: Final = (
    "User.Read", "Mail.ReadWrite", "Calendars.Read", "Contacts.ReadWrite", "Tasks.ReadWrite",
)  # fmt: skip


class Ticket:
    """Signed in, as long as the fake says so. `address` "": the application by itself."""

    def __init__(self, graph: FakeGraph, address: str, scopes: Iterable[str]) -> None:
        self._graph = graph
        self._scopes = tuple(scopes)
        self._token = ""
        self.address = address

    def token(self) -> str:
        """Another one where the last was refused."""
        if not self._token:
            self._token = self._graph.token(self.address, self._scopes)
        return self._token

    def refused(self, token: str) -> None:
        """See `connectors.graph.bearer.Bearer`."""
        self._token = ""


def api_of(
    graph: FakeGraph,
    address: str = "ana@example.com",
    scopes: Iterable[str] = ALL,
    *,
    app_only: bool = False,
    clock: Callable[[], float] | None = None,
) -> Api:
    """An `Api` that goes by the fake's clock."""
    graph.account(address)
    return Api(
        Ticket(graph, "" if app_only else address, scopes),
        address,
        app_only=app_only,
        endpoint=graph.url,
        name="work",
        clock=clock or (lambda: graph.now().timestamp()),
    )
