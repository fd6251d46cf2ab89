"""An account of Microsoft 365 as a whole: what it loads, and what it looks like from outside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from typing import Final

import pytest
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import ALL, Ticket, api_of
from mortal import mortal

from connectors.contract import ContactBook, Drafts, Source, TaskList
from connectors.errors import ConnectorError, Refused, SignInNeeded
from connectors.graph import account as module
from connectors.graph.account import GraphAccount
from connectors.graph.survey import whose
from connectors.records import Facet

__all__ = ["clock", "graph"]
ANA: Final = "ana@example.com"
LOADED: Final = """\
import sys
from connectors.graph.account import GraphAccount
from connectors.graph.grant import Client
from connectors.graph.scopes import Wanted
from connectors.graph.tokens import Tokens
tokens = Tokens(None, Client("x"), Wanted().scopes(), lambda: 0.0, name="work", login="a@b.org")
found = GraphAccount("work", "a@b.org", tokens, tasks="Follow-ups", cards="x", drafts=True)
found.sources(), found.task_list(), found.contact_book(), found.drafts()
print("\\n".join(sys.modules))
"""


def account(graph: FakeGraph, scopes: Iterable[str] = ALL, **more: object) -> GraphAccount:
    graph.account(ANA)
    named = {"endpoint": graph.url, "tasks": "Follow-ups", **more}
    return GraphAccount("work", ANA, Ticket(graph, ANA, scopes), **named)  # type: ignore[arg-type]


def test_it_costs_nothing_before_it_is_asked() -> None:
    """Neither requests nor msal is loaded for an account of which nothing was asked yet."""
    command = mortal([sys.executable, "-c", LOADED])
    names = set(
        subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60
        ).stdout.split()
    )
    assert "connectors.graph.mail" in names
    heavy = {"requests", "urllib3", "msal", "cryptography", "jwt", "exchangelib", "lxml"}
    assert not heavy & names


def test_sides(graph: FakeGraph) -> None:
    """One source for each side that is on; nothing that was not asked for."""
    whole = account(graph, cards="Met through mail", drafts=True)
    sources: list[Source] = whole.sources()
    assert [one.facet for one in sources] == [*Facet]
    assert isinstance(whole.task_list(), type(sources[3]))
    tasks: TaskList | None = whole.task_list()
    book: ContactBook | None = whole.contact_book()
    drafts: Drafts | None = whole.drafts()
    assert None not in (tasks, book, drafts)
    little = account(graph, mail=False, calendars=False, tasks="")
    assert [one.facet for one in little.sources()] == [Facet.CONTACTS]
    assert (little.task_list(), little.contact_book(), little.drafts()) == (None, None, None)


def test_what_is_not_installed(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows at once, with the name of what is missing."""
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "msal" else object())
    with pytest.raises(ModuleNotFoundError, match="no msal"):
        account(graph)


def test_a_survey(graph: FakeGraph) -> None:
    """What is there, in a few words each."""
    ana = graph.account(ANA)
    ana.contacts.add("Bob Stone", "bob@example.org")
    found = list(account(graph).survey())
    assert found[0] == f"signed in as {ANA}"
    assert any(line.startswith("mail: 0 messages in ") and "Inbox" in line for line in found)
    assert any(line == "contacts: 1 folder: Contacts" for line in found)
    assert any(line.startswith("tasks: ") for line in found)
    assert len(found) == 5
    assert whose(api_of(graph)) == (ANA,)


@pytest.mark.parametrize(
    ("scopes", "kind", "words"),
    [
        (["User.Read"], Refused, r"grant this app the delegated permission Mail\.Read"),
        (["User.Read", "Mail.Read"], Refused, r"permission Calendars\.Read"),
    ],
)
def test_a_right_that_is_missing(
    graph: FakeGraph, scopes: list[str], kind: type[ConnectorError], words: str
) -> None:
    """It is named, at the step that lacks it."""
    with pytest.raises(kind, match=words):
        list(account(graph, scopes).survey())


def test_a_mailbox_that_is_not_there(graph: FakeGraph) -> None:
    """On premises, or not licensed: the other kind of account is named; a missing folder and a dead
    sign-in as well are told at once."""
    with pytest.raises(Refused, match="there is no folder Nowhere"):
        list(account(graph, folders=("Nowhere",)).survey())
    graph.account(ANA).licensed = False
    with pytest.raises(Refused, match="kind: exchange"):
        list(account(graph).survey())
    graph.account(ANA).licensed = True
    graph.faults.dead_token(times=2)
    with pytest.raises(SignInNeeded, match="syncd login work"):
        list(account(graph).survey())


def test_an_application(graph: FakeGraph) -> None:
    """It names the mailbox in each path; the policy of the organisation may leave that out."""
    graph.account(ANA)
    roles = ["Mail.Read", "Calendars.Read", "Contacts.Read", "Tasks.ReadWrite.All"]

    def found() -> GraphAccount:
        return GraphAccount(
            "work", ANA, Ticket(graph, "", roles), tasks="Follow-ups", app_only=True,
            endpoint=graph.url,
        )  # fmt: skip

    assert len(list(found().survey())) == 5
    graph.account(ANA).policy = False
    with pytest.raises(Refused, match="application access policy"):
        list(found().survey())
