"""A support module: Ana at the command line, who signs in to a fake Microsoft."""

from __future__ import annotations

import io
import sys
import webbrowser
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from acceptance_world import Home, Result
from fakes.google.world import letter
from fakes.graph.account import Account
from fakes.graph.clients import browse, visit
from fakes.graph.entra import Consent
from fakes.graph.events import guests
from fakes.graph.server import FakeGraph
from fakes.graph.tokens import CLIENT, DOMAIN

ANA: Final = "ana@example.com"
BEN: Final = "Ben Archer <ben@example.org>"
RULES: Final = """\
version: 1
rules:
  - {id: call, since: meeting, due: 30d, urgent: true, task: {title: "Call {{ first_name }}"}}
"""
_CONFIG: Final = """\
owner: {{name: Ana Silva, addresses: [ana@example.com], timezone: Europe/Lisbon}}
accounts:
  - {{name: work, kind: graph, login: {login}, client_id: {client}{more}}}
{others}rules: [{rules}]
state: sqlite:///syncd.db
"""


class GraphHome(Home):
    """A configuration with one account of kind graph; `graph` is what is there."""

    graph: FakeGraph

    def account(self, more: str = "", *, login: str = ANA, others: str = "") -> None:
        """Configured so. `more`: further keys; `others`: further accounts."""
        if "tenant" not in more:
            more = f"tenant: {DOMAIN}" + (f", {more}" if more else "")
        text = _CONFIG.format(
            login=login, client=CLIENT, more=f", {more}", others=others, rules=self.rules
        )
        self.configure(text)

    @property
    def kept(self) -> Path:
        """The sign-in."""
        return self.folder / "syncd.work.microsoft-token"

    def paste(
        self, patch: pytest.MonkeyPatch, change: Callable[[str], str] = lambda address: address
    ) -> Result:
        """`login --no-browser`; what is pasted is the address of the page, changed."""
        told: list[str] = []
        graph = self.graph

        class Typed(io.StringIO):
            def readline(self, *_: object) -> str:  # type: ignore[override]  # as a terminal's
                lines = "\n".join(told).splitlines()
                page = next(line for line in lines if line.startswith("http"))
                return change(visit(graph, page)[1])

        with patch.context() as patched:
            patched.setattr(sys, "stdin", Typed())
            patched.setattr("typer.echo", lambda text, **_: told.append(text))
            return self.syncd("login", "--no-browser")


def graph_home(folder: Path, graph: FakeGraph, patch: pytest.MonkeyPatch) -> GraphHome:
    """Ana, whose browser follows whatever Microsoft's page says."""
    graph.account(ANA)
    graph.entra.consent = Consent(ANA)
    patch.setenv("SYNCD_GRAPH_ENDPOINT", graph.url)
    patch.setenv("SYNCD_MICROSOFT_AUTHORITY", graph.url)
    patch.setenv("DISPLAY", ":0")
    patch.setattr(webbrowser, "open", lambda page: browse(graph, page))
    home = GraphHome(folder)
    home.graph = graph
    home.write("mine.yaml", RULES)
    home.now = graph.now().isoformat()
    home.account()
    return home


def fill(account: Account, now: datetime) -> None:
    """Ben wrote, Ana answered, and they had lunch yesterday."""
    day = timedelta(days=1)
    mail, address = account.mailbox, account.address
    asked = letter(BEN, address, "Lunch?", at=now - 9 * day, message_id="<lunch@example.org>")
    mail.deliver(asked, at=now - 9 * day)
    sent = now - 8 * day
    answer = letter(address, BEN, "Re: Lunch?", "Sure!\n", at=sent, answers="<lunch@example.org>")
    mail.deliver(answer, "sentitems", at=sent)
    both = guests(BEN, response="accepted")
    start, hour = now - day, timedelta(hours=1)
    account.calendars.primary.add("Lunch", start, start + hour, attendees=both, place="Cafe Luso")
