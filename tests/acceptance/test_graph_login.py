"""An owner signs in to Microsoft and out again, by the command line."""

from __future__ import annotations

import signal
import webbrowser
from pathlib import Path

import pytest
from acceptance_world import Result
from fakes.graph.clients import certificate
from fakes.graph.entra import Consent
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from fakes.graph.tokens import CLIENT, DOMAIN, SECRET
from graph_home import ANA, GraphHome, graph_home

__all__ = ["clock", "graph"]


@pytest.fixture
def home(tmp_path: Path, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> GraphHome:
    """See `graph_home`."""
    return graph_home(tmp_path, graph, monkeypatch)


def test_in_and_out(home: GraphHome) -> None:
    """Before it, `once` and `check` say what to do; each right is told with its reason; then
    `doctor` sees the account; after `logout` it is as before."""
    before = home.syncd("once")
    assert before.code == 77
    assert before.err.count("nobody has signed in to Microsoft yet: run `syncd login work`\n") == 1
    check = home.syncd("check").out
    assert "account work: ana@example.com at Microsoft (mail, calendar, contacts, tasks)" in check
    assert "but work: nobody has signed in to Microsoft yet: run `syncd login work`" in check
    told = home.syncd("login")
    assert told.code == 0, told.err
    assert "Microsoft will ask ana@example.com to let syncd:\n" in told.out
    assert "  - read mail, and nothing else with it (Mail.Read)\n" in told.out
    assert "  - keep a list of its own in Microsoft To Do (Tasks.ReadWrite)\n" in told.out
    assert "ReadWrite (" not in told.out.replace("Tasks.ReadWrite", "")
    assert "Signed in to work as ana@example.com." in told.out
    assert home.kept.stat().st_mode & 0o777 == 0o600
    doctor = home.syncd("doctor")
    assert "signed in as ana@example.com; mail: 0 messages" in doctor.out
    assert "ok      secrets        syncd.work.microsoft-token" in doctor.out
    assert home.syncd("once").code == 0
    out = home.syncd("logout", "work")
    assert out.code == 0, out.err
    assert out.out.startswith("Signed out of work: what was kept of the sign-in is deleted.\n")
    assert "https://myapps.microsoft.com" in out.out
    assert not home.kept.exists()
    assert home.syncd("once").code == 77
    assert (again := home.syncd("logout")).code == 1, again.out
    secrets = [*home.graph.entra.refresh, *home.graph.tokens.access]
    assert secrets
    for shown in (told, doctor, out):
        assert not any(one in shown.out + shown.err for one in secrets)


def test_without_a_browser(home: GraphHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server: the page is printed, and the address that it ended at is pasted; half of it is
    no use."""
    told = home.paste(monkeypatch, lambda address: address[:40])
    assert (told.code, "paste all of it" in told.err, home.kept.exists()) == (77, True, False)
    assert home.paste(monkeypatch).code == 0
    assert home.kept.exists()


def test_by_a_code(home: GraphHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code and its page are shown, and that many organisations forbid them; who declines, and
    who may not, is told in a line."""
    entra = home.graph.entra
    codes: list[str] = []

    def approve(_: float) -> None:
        codes.extend(one.user_code for one in entra.devices.values())
        entra.approve(address=ANA)

    monkeypatch.setattr("time.sleep", approve)
    told = home.syncd("login", "--code")
    assert told.code == 0, told.err
    assert f"\n\n    {codes[0]}\n\nMany organisations forbid this way" in told.out
    assert home.kept.exists()
    monkeypatch.setattr("time.sleep", lambda _: entra.decline())
    told = home.syncd("login", "--code")
    assert (told.code, told.err.count("\n")) == (77, 1)
    both = home.syncd("login", "--code", "--no-browser")
    assert (both.code, "two ways" in both.err) == (2, True)


def test_nobody_signed_in(home: GraphHome, graph: FakeGraph) -> None:
    """Consent denied, an administrator needed, the wrong person, a policy, Microsoft away: a
    sentence, a code, and what was kept before is kept."""
    home.syncd("login")
    before = home.kept.read_text()
    graph.account("ben@example.com")
    page = f"adminconsent?client_id={CLIENT}"
    tried = [
        (Consent(ANA, denied=True), 77, "you did not consent"),
        (Consent(ANA, needs_admin=True), 77, page),
        (Consent("ben@example.com"), 77, "ben@example.com signed in, and the configuration names"),
        (Consent(ANA, number=53003), 77, "Conditional Access"),
    ]
    for graph.entra.consent, code, words in tried:
        told = home.syncd("login", "work")
        assert (told.code, words in told.err) == (code, True), told.err
        assert told.err.count("\n") == 1
    graph.entra.consent = Consent(ANA)
    graph.faults.broken("login.token")
    assert home.syncd("login").code == 1
    assert home.kept.read_text() == before


def test_what_is_not_there(home: GraphHome, graph: FakeGraph) -> None:
    """Who signs in and has no mailbox is told at once; the sign-in is kept."""
    graph.account(ANA).licensed = False
    told = home.syncd("login")
    assert (told.code, "the sign-in is kept: `syncd once` reads" in told.err) == (1, True), told
    assert home.kept.exists()


def test_a_token_that_dies(home: GraphHome, graph: FakeGraph) -> None:
    """A new password ends it: one line, exit code 77; a new sign-in mends it."""
    home.syncd("login")
    assert home.syncd("once").code == 0
    graph.entra.password_changed(ANA)
    graph.tokens.expire()
    told = home.syncd("once")
    assert told.code == 77
    assert told.err.count("run `syncd login work`") == 1, told.err
    assert "sign in again" in home.syncd("status").out
    assert home.syncd("login").code == 0
    assert home.syncd("once").code == 0


def test_more_is_switched_on(home: GraphHome) -> None:
    """The sign-in does not cover it: what is missing is named, until the owner signs in anew."""
    home.syncd("login")
    home.account("drafts: true, cards: true")
    told = home.syncd("once")
    assert told.code == 77
    assert "does not include Mail.ReadWrite, Contacts.ReadWrite, which" in told.err
    assert "put drafts into Drafts" in home.syncd("login").out
    assert home.syncd("once").code == 0


def test_a_credential(home: GraphHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service manager hands over is used; it can neither be changed nor removed here."""
    home.syncd("login")
    folder = tmp_path / "credentials"
    folder.mkdir()
    home.kept.rename(folder / "work.microsoft-token")
    assert home.syncd("once").code == 77
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert home.syncd("once").code == 0
    for command in ("login", "logout"):
        told = home.syncd(command)
        assert (told.code, "is the credential work.microsoft-token" in told.err) == (1, True)


def test_what_others_may_read(home: GraphHome) -> None:
    """It is not used, and the line says what to do; `doctor` says it as well."""
    home.syncd("login")
    home.kept.chmod(0o644)
    for command in ("once", "doctor"):
        told = home.syncd(command)
        assert (told.code, f"chmod 600 {home.kept}" in told.err + told.out) == (77, True), told


def test_an_application(home: GraphHome, graph: FakeGraph) -> None:
    """It signs in by itself, with its secret or certificate, once an administrator has granted it
    the permissions; what is missing is named."""
    home.account("app_only: true")
    secret = home.folder / "secrets" / "work.client-secret"
    assert f"there is no {secret}: put the secret of the application there" in _check(home)
    home.write("secrets/work.client-secret", f"{SECRET}\n").chmod(0o600)
    graph.entra.register(roles={"Mail.Read"})
    told = home.syncd("once")
    assert (told.code, "grant this app the application permission Cal" in told.err) == (1, True)
    roles = {"Mail.Read", "Calendars.Read", "Contacts.Read", "Tasks.ReadWrite.All"}
    graph.entra.register(roles=roles)
    assert "signed in as ana@example.com" in right(home.syncd("doctor")).out
    right(home.syncd("once"))
    for command in ("login", "logout"):
        told = home.syncd(command)
        assert (told.code, "is an application that signs in by itself" in told.err) == (2, True)
    home.account("app_only: true, certificate: app.pem")
    assert "put the private key of the application and its certificate (PEM) there" in _check(home)
    private, public, key = certificate()
    home.write("app.pem", private).chmod(0o600)
    assert "has to hold both the private key and its certificate" in _check(home)
    home.write("app.pem", private + public).chmod(0o600)
    graph.entra.register(pem=key, roles=roles)
    right(home.syncd("once"))


def test_the_owner_thinks_better_of_it(home: GraphHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while it waits, for a browser or a code: nobody is signed in, and it says so."""

    def stop(_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(webbrowser, "open", stop)
    monkeypatch.setattr("time.sleep", stop)
    for words in (("login",), ("login", "--code")):
        told = home.syncd(*words)
        assert (told.code, told.err) == (130, "syncd: stopped; nobody was signed in\n")
    assert not home.kept.exists()


def test_which_account(home: GraphHome) -> None:
    """Where several sign in, one has to be named; a server's secret is no such sign-in."""
    others = (
        "  - {name: mail, kind: google, login: ana@gmail.com, tasks: false}\n"
        "  - {name: post, kind: exchange, login: ana@example.net}\n"
    )
    home.account(others=others.replace("name: post", "tasks: false, name: post"))
    told = home.syncd("login")
    assert (told.code, "name one of work, mail" in told.err) == (2, True)
    told = home.syncd("login", "post")
    assert (told.code, "kept under post.password: see docs/microsoft.md" in told.err) == (2, True)
    told = home.syncd("login", "mail", "--code")
    assert (told.code, "Google has no codes for this" in told.err) == (2, True)


@pytest.mark.parametrize("name", ["SYNCD_GRAPH_ENDPOINT", "SYNCD_MICROSOFT_AUTHORITY"])
def test_another_microsoft_is_on_this_machine(
    home: GraphHome, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Tokens go nowhere else, whatever the environment says."""
    monkeypatch.setenv(name, "http://graph.example.org")
    told = home.syncd("once")
    assert (told.code, name in told.err) == (78, True)


def test_a_tenant_that_is_not_there(home: GraphHome) -> None:
    """It is named, with the key that has to be corrected."""
    home.account("tenant: nowhere.example.net")
    told = home.syncd("login")
    assert (told.code, "Microsoft knows no organisation nowhere.example.net" in told.err) == (
        77, True,
    )  # fmt: skip
    assert DOMAIN not in told.err


def _check(home: GraphHome) -> str:
    return right(home.syncd("check")).out


def right(result: Result) -> Result:
    """A command that went well."""
    assert result.code == 0, result.out + result.err
    return result
