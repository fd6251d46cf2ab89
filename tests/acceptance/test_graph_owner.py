"""An owner whose mailbox is at Microsoft 365, by the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from acceptance_world import Result
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_home import ANA, GraphHome, fill, graph_home

__all__ = ["clock", "graph"]


@pytest.fixture
def home(tmp_path: Path, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> GraphHome:
    """See `graph_home`."""
    return graph_home(tmp_path, graph, monkeypatch)


def test_from_mail_to_tasks(home: GraphHome, graph: FakeGraph) -> None:
    """Mail and meetings are read and judged; the tasks stand in a list of their own in To Do, which
    the first one makes; one that is ticked there is done."""
    home.rules = "mine.yaml"
    home.account()
    ana = graph.account(ANA)
    fill(ana, graph.now())
    right(home.syncd("login"))
    right(home.syncd("once"))
    (ben,) = home.people()
    assert ben["addresses"] == ["ben@example.org"]
    follow_ups = ana.tasks.named("Follow-ups")
    (call,) = follow_ups.tasks.values()
    assert call.body["title"] == "Call Ben"
    ana.tasks.tick(call.id)
    right(home.syncd("once"))
    done = {one["title"]: one["status"] for one in home.syncd("tasks", "--json").json}
    assert done == {"Call Ben": "done"}
    assert "work: tasks Follow-ups: up to date" in right(home.syncd("status")).out


def test_microsoft_is_away(home: GraphHome, graph: FakeGraph) -> None:
    """One line for the account, and 1; when it is back everything goes on."""
    right(home.syncd("login"))
    graph.faults.broken("*", times=None)
    told = home.syncd("once")
    graph.faults.clear()
    assert (told.code, told.err.count("\n")) == (1, 1), told.err
    right(home.syncd("once"))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("*tenant: https://x", "write the directory (tenant) ID, a domain of the organisation, or"),
        ("*certificate: app.pem", "is for app_only: true; a person signs in by `syncd login`"),
        ("app_only: true, *tenant: common", "an application signs in to one organisation"),
        ("*password: pw", "nothing secret stands in this file: run `syncd login work`"),
        ("*client_secret: x", "write it into secrets/work.client-secret beside this file"),
        ("*tenant_id: x", "did you mean 'tenant'?"),
        ("*host: graph.example.com", "'host' is for kind imap or exchange, and this account is"),
        ("mail: false, *folders: [Inbox]", "is about mail, which is off"),
        ("*mail: false, calendars: false, contacts: false, tasks: false", "nothing to read"),
        ("*poll: 1s", "5s"),
    ],
)
def test_mistakes(home: GraphHome, keys: str, words: str) -> None:
    """Each at its place, which has a star here, with what to write instead."""
    home.account(keys)
    text = home.config.read_text()
    column = text.splitlines()[2].find("*") + 1
    home.configure(text.replace("*", ""))
    told = home.syncd("check")
    assert told.code == 78
    assert f"{home.config}:3:{column or ''}" in told.err, told.err
    assert words in told.err


def test_without_its_extra(home: GraphHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named at the account's place, before anybody is asked to sign in."""
    monkeypatch.setitem(sys.modules, "msal", None)
    for command in ("check", "login"):
        told = home.syncd(command)
        assert (told.code, told.out) == (78, "")
        assert f"{home.config}:3:18: kind: graph needs an extra: pip install 'syncd[gr" in told.err


def test_an_application_without_an_id(home: GraphHome) -> None:
    """What it looks like, and where it comes from."""
    text = home.config.read_text()
    home.configure(text.replace("client_id: 1", "client_id: x1"))
    assert "docs/microsoft.md tells how to get one" in home.syncd("check").err
    home.configure(text.partition(", client_id")[0] + "}\nrules: []\n")
    assert "accounts.client_id is missing: docs/microsoft.md tells" in home.syncd("check").err


@pytest.mark.parametrize(
    ("kind", "hint"),
    [("o365", "graph"), ("outlook", "graph"), ("ews", "exchange")],
)
def test_what_people_call_the_kinds(home: GraphHome, kind: str, hint: str) -> None:
    """The right word is named."""
    home.configure(home.config.read_text().replace("kind: graph", f"kind: {kind}"))
    assert f"unknown kind '{kind}': did you mean '{hint}'?" in home.syncd("check").err


def right(result: Result) -> Result:
    """A command that went well."""
    assert result.code == 0, result.out + result.err
    return result
