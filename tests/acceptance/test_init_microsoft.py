"""`syncd init` and Microsoft: from an address to tasks in To Do, or on an Exchange server."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import exchange_home
import graph_home
import init_apart
import pytest
from acceptance_terminal import Terminal
from acceptance_world import NOW, Result, run
from fakes.exchange.fixtures import exchange
from fakes.exchange.server import FakeExchange
from fakes.graph.clients import browse
from fakes.graph.entra import Consent
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from fakes.graph.tokens import CLIENT
from ruamel.yaml import YAML
from servers.names import name_server, network_at, resolver_at

from syncd import setup, wiring
from syncd.cli import init_ways
from syncd.setup.servers import Names, Network
from syncd.setup.servers.network import Answer

__all__ = ["clock", "exchange", "graph"]
ANA = "ana@outlook.com"


@pytest.fixture
def folder(tmp_path: Path, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ana's home; her mailbox at Microsoft has Ben, whom she met yesterday."""
    graph_home.graph_home(tmp_path / "unused", graph, monkeypatch)
    graph.clock.at = datetime.fromisoformat(NOW)  # type: ignore[attr-defined]  # the terminal's
    graph.entra.consent = Consent(ANA)
    graph_home.fill(graph.account(ANA), graph.now())
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def account(config: Path) -> dict[str, object]:
    (one,) = YAML(typ="safe").load(config.read_text(encoding="utf-8"))["accounts"]
    return dict(one)


def options(folder: Path) -> tuple[str, ...]:
    return ("--home", str(folder), "--timezone", "UTC", "--name", "Ana",
            "--to", str(folder / "syncd.yaml"))  # fmt: skip


def right(result: Result) -> Result:
    """A command that went well."""
    assert result.code == 0, result.out + result.err
    return result


def test_in_one_dialogue(folder: Path, graph: FakeGraph) -> None:
    """The provider is known; what is no application's ID is told; the tenant goes with the address;
    after the sign-in people and tasks are shown."""
    where = {"SYNCD_GRAPH_ENDPOINT": graph.url, "SYNCD_MICROSOFT_AUTHORITY": graph.url,
             "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}  # fmt: skip
    with Terminal(*options(folder), environment=where) as terminal:
        terminal.answer("The addresses you write from", ANA)
        terminal.answer(f"or nothing [{ANA}]")
        terminal.until("Provider:               Outlook.com")
        terminal.until("1  a sign-in to Microsoft: mail, calendars, contacts, and tasks in To Do")
        terminal.answer("Which one [1]")
        terminal.until("New registration, for personal accounts too")
        terminal.answer("or nothing to leave this account out", "secret")
        terminal.until("write the application (client) ID that the registration shows")
        terminal.answer("or nothing to leave this account out", CLIENT)
        terminal.answer("Another one?")
        terminal.answer("More to read?")
        terminal.until("1  the list Follow-ups of outlook")
        terminal.until("2  the list that outlook has by itself")
        terminal.answer("Which one? A number, or another folder [1]")
        terminal.answer("Write")
        terminal.until("Microsoft will ask ana@outlook.com to let syncd:")
        terminal.until("In a browser here (b), in one elsewhere (e), later (l) [e]: ")
        terminal.say("b")
        terminal.until("Waiting for you to consent there")
        page = [line for line in terminal.seen.splitlines() if line.startswith("http")][-1]
        browse(graph, page)
        terminal.until("Signed in to outlook as ana@outlook.com.")
        assert terminal.ended() == 0, terminal.seen
    assert "Ben Archer <ben@example.org>" in terminal.seen
    assert "Thank Ben for Lunch" in terminal.seen
    assert account(folder / "syncd.yaml") == {
        "name": "outlook", "kind": "graph", "login": ANA, "client_id": CLIENT,
        "tenant": "consumers", "tasks": "Follow-ups",
    }  # fmt: skip


def test_an_organisation_is_known_by_where_its_mail_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its mail exchanger, or by who tells mail programs; its domain is the tenant that is
    proposed."""
    ana = "ana@firm.example"
    records = {
        ("firm.example", "MX"): ["0 firm-example.mail.protection.outlook.com."],
        ("other.example", "MX"): ["0 mx.filter.example."],
        ("autodiscover.other.example", "CNAME"): ["autodiscover.outlook.com."],
    }
    with name_server(records) as port:
        apart = (sys.executable, str(Path(init_apart.__file__)), str(port))
        with Terminal(*options(folder), program=apart) as terminal:
            terminal.answer("The addresses you write from", ana)
            terminal.answer(f"or nothing [{ana}]")
            terminal.until("Provider:               Microsoft 365")
            terminal.answer("Which one [1]")
            terminal.answer("or nothing to leave this account out", CLIENT)
            terminal.answer("Directory (tenant) ID, or a domain of it [firm.example]", "x/y")
            terminal.until("directory (tenant) ID, a domain of the organisation")
            terminal.until("[firm.example]: ")
            terminal.interrupt()
            assert terminal.ended() == 130
        monkeypatch.setattr(setup, "Network", lambda: network_at(port))
        told = run("init", *options(folder), "--yes", "--account", "ana@other.example")
        assert (told.code, "--microsoft-client ID" in told.err) == (2, True), told.err
    assert list(folder.iterdir()) == []


def test_without_questions(folder: Path, graph: FakeGraph) -> None:
    """The account is written, and `syncd login` said to come next; without an application it is
    said how to name one; what does not go with it is refused."""
    named = ("--yes", "--account", ANA)
    told = run("init", *options(folder), *named)
    assert (told.code, "give --microsoft-client ID, to sign in to Microsoft" in told.err) == (
        2, True,
    ), told.err  # fmt: skip
    words = (*named, "--microsoft-client", CLIENT)
    for more, said in (
        (("--imap", "imap.example.org"), "leave --imap away"),
        (("--exchange", "mail.example.org"), "leave --exchange away"),
        (("--tenant", "https://x"), "directory (tenant) ID"),
        (("--account", "ben@outlook.com"), "it belongs to one --account"),
    ):
        told = run("init", *options(folder), *words, *more)
        assert (told.code, said in told.err) == (2, True), told.err
    told = run("init", *options(folder), "--yes", "--account", ANA, "--tenant", "x.example")
    assert "it goes with --microsoft-client ID" in told.err
    assert list(folder.iterdir()) == []
    done = right(run("--now", NOW, "init", *options(folder), *words))
    assert "outlook: Mail, calendars, contacts, ana@outlook.com at Microsoft" in done.out
    assert " login outlook\n      sign in, so that it can be read\n" in done.out
    config = folder / "syncd.yaml"
    assert wiring.assemble(config).settings.tasks_in == "outlook"
    again = ("--config", str(config), "--now", NOW)
    assert run(*again, "once").code == 77
    right(run(*again, "login"))
    right(run(*again, "enable"))
    right(run(*again, "once"))
    assert graph.accounts[ANA].tasks.named("Follow-ups").tasks
    added = right(run(*again, "init", "--yes", "--account", "ana@example.com", *words[3:],
                     "--tenant", "example.com"))  # fmt: skip
    assert "Sign in, so that example can be read: " in added.out
    example = wiring.assemble(config).settings.accounts[1]
    assert (example.name, example.takes_tasks) == ("example", False)


def test_exchange_in_one_dialogue(
    folder: Path, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password is told and asked for again, who signs in can be corrected; what is there is
    shown, tasks go to a folder there, and the password stands in a file of its own."""
    exchange.clock.at = datetime.fromisoformat(NOW)  # type: ignore[attr-defined]
    exchange.signin.schemes = ["Negotiate", "NTLM"]
    ana = exchange.account("ana@example.com")
    exchange_home.fill(ana, exchange.now())
    words = ("--account", "ana@example.com", "--exchange", exchange.url)
    with Terminal(*options(folder), *words) as terminal:
        terminal.answer("The addresses you write from", "ana@example.com")
        terminal.until("Mail, calendars, contacts: ana@example.com at Exchange, http://127.0.0.1:")
        terminal.answer("Is that right? [Y/n]")
        terminal.answer("Password for ana@example.com", "nonsense")
        terminal.until("127.0.0.1 refuses ana@example.com: check `user:`")
        terminal.answer("or leave it out (l) [t]", "c")
        terminal.answer("the name of the server or the URL of EWS")
        terminal.answer("Who signs in there", ana.user)
        terminal.until("refuses EXAMPLE\\ana")
        terminal.answer("or leave it out (l) [t]")
        terminal.answer("Password for EXAMPLE\\ana", ana.password)
        terminal.until("127.0.0.1 answers at")
        terminal.until("signed in as EXAMPLE\\ana (NTLM)")
        terminal.until("calendars are read: Calendar")
        terminal.answer("Which one [1]")
        terminal.answer("More to read?")
        terminal.until("1  the list Follow-ups of example")
        terminal.answer("Which one? A number, or another folder [1]")
        terminal.answer("Write")
        assert terminal.ended() == 0, terminal.seen
    assert "Thank Ben for Lunch" in terminal.seen
    assert account(folder / "syncd.yaml") == {
        "name": "example", "kind": "exchange", "login": "ana@example.com", "url": exchange.url,
        "user": ana.user, "tasks": "Follow-ups",
    }  # fmt: skip
    assert (folder / "secrets" / "example.password").read_text().strip() == ana.password


class Office(Network):
    """A network in which firm.example has an Exchange server, and perhaps IMAP; no DNS answers."""

    def get(self, url: str, private: str = "") -> Answer:
        raise ConnectionRefusedError(url)

    def greets(self, host: str, port: int) -> bool:
        return host == "imap.firm.example"

    def asks_who(self, url: str) -> bool:
        return False

    def speaks_ews(self, host: str) -> bool:
        return host == "mail.firm.example"


def test_exchange_is_found_by_its_address(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server of the domain's own that asks for a sign-in where EWS is goes before IMAP that is
    only guessed; whoever is asked may have either."""
    with name_server({}) as port:
        monkeypatch.setattr(setup, "Network", lambda: Office(Names(resolver_at(port))))
        done = run("init", *options(folder), "--yes", "--account", "ana@firm.example")
        found = setup.look("ana@firm.example", setup.Network())
    right(done)
    assert "ana@firm.example at Exchange, mail.firm.example\n" in done.out
    assert "(an Exchange server answers there; not tried yet)" in done.out
    assert account(folder / "syncd.yaml")["host"] == "mail.firm.example"
    assert found.mail is not None
    for answer, kind in (({1}, "exchange"), ({2}, "imap")):
        monkeypatch.setattr(init_ways, "question", lambda *_, answer=answer: answer)
        (draft,) = setup.drafts_of(init_ways.one_way(found, found.mail), ())
        assert draft.kind == kind
    assert "2  by IMAP, which is mail alone: imap.firm.example:993, TLS" in capsys.readouterr().out


def test_exchange_without_questions(folder: Path, exchange: FakeExchange) -> None:
    """With a command that prints the password it is tried at once; without, it is said where the
    password belongs; what does not sign in is written all the same, and told."""
    ana = exchange.account("ana@example.com")
    words = ("--yes", "--no-look", "--account", "ana@example.com", "--exchange", exchange.url)
    command = ("--password-command", f"echo {ana.password}")
    done = right(run("init", *options(folder), *words, *command))
    assert "example: Mail, calendars, contacts, ana@example.com at Exchange" in done.out
    assert "(as you said; signed in)" in done.out
    done = run("init", *options(folder), "--force", *words, "--password-command", "echo x")
    assert (done.code, "refuses ana@example.com" in done.out) == (77, True)
    done = right(run("init", *options(folder), "--force", *words))
    assert f"write its password into {folder / 'secrets' / 'example.password'}" in done.out
    done = run("init", *options(folder), "--force", *words[:-1], "mail.example.com", "--json")
    (told,) = done.json["accounts"]
    assert (told["kind"], told["host"], told["signed_in"]) == ("exchange", "mail.example.com", None)
