"""An owner signs in to Google and out again, by the command line."""

from __future__ import annotations

import io
import json
import signal
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance_world import Home, Result
from fakes.google.clients import browse, client_file, service_account, visit
from fakes.google.fixtures import clock, google
from fakes.google.oauth import Consent as Answer
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock

from connectors.google.scopes import Wanted

__all__ = ["clock", "google"]
CONFIG = """\
owner: {{name: Ana, addresses: [ana@example.com], timezone: Europe/Lisbon}}
accounts:
  - {{name: work, kind: google, login: ana@example.com{more}}}
rules: [none.yaml]
state: sqlite:///syncd.db
"""


class Desk(Home):
    """A configuration with one Google account."""

    google: FakeGoogle

    def account(self, more: str = "") -> None:
        self.configure(CONFIG.format(more=f", {more}" if more else ""))

    @property
    def kept(self) -> Path:
        return self.folder / "syncd.work.google-token"

    def client(self, text: str | None = None) -> None:
        """The file of the OAuth client."""
        self.write("google-client.json", text or json.dumps(client_file(self.google)))


@pytest.fixture
def desk(tmp_path: Path, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Ana, whose browser follows whatever Google's page says."""
    google.account("ana@example.com")
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    desk = Desk(tmp_path)
    desk.google = google
    desk.now = google.now().isoformat()
    desk.account()
    desk.client()
    return desk


def paste(monkeypatch: pytest.MonkeyPatch, desk: Desk, change: Callable[[str], str]) -> Result:
    """`login --no-browser`; what is pasted is the address of the page, changed."""

    told: list[str] = []

    class Typed(io.StringIO):
        def readline(self, *_: object) -> str:  # type: ignore[override]  # as a terminal's
            page = next(line for line in "\n".join(told).splitlines() if line.startswith("http"))
            return change(visit(page)[1])

    monkeypatch.setattr(sys, "stdin", Typed())
    monkeypatch.setattr("typer.echo", lambda text, **_: told.append(text))
    return desk.syncd("login", "--no-browser")


def test_in_and_out(desk: Desk) -> None:
    """Before it, `once` and `check` say what to do; each right is told with its reason; then
    `doctor` sees the account; after `logout` Google lets nobody in."""
    before = desk.syncd("once")
    assert before.code == 77
    assert before.err.count("nobody has signed in to Google yet: run `syncd login work`\n") == 1
    assert "run `syncd login work`" in desk.syncd("check").out
    told = desk.syncd("login")
    assert told.code == 0, told.err
    assert "  - read mail, and nothing else with it (gmail.readonly)\n" in told.out
    assert "  - keep a list of its own in Google Tasks (tasks)\n" in told.out
    assert "compose" not in told.out
    assert "Signed in to work as ana@example.com." in told.out
    assert desk.kept.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in desk.folder.glob(".*google*")] == []
    doctor = desk.syncd("doctor")
    assert "signed in as ana@example.com; mail: 0 messages; 1 of 1 calendars" in doctor.out
    assert desk.syncd("once").code == 0
    out = desk.syncd("logout", "work")
    assert (out.code, out.out) == (0, "Signed out of work: Google lets syncd in no more.\n")
    assert not desk.kept.exists()
    assert not desk.google.oauth.refresh
    assert desk.syncd("once").code == 77
    assert desk.syncd("logout").code == 1
    secrets = [one.text for one in (*desk.google.oauth.access.values(),)]
    for shown in (told, doctor, out):
        assert not any(one in shown.out + shown.err for one in secrets)


def test_without_a_browser(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server: the page is printed, and the address that it ended at is pasted."""
    assert paste(monkeypatch, desk, lambda address: address + "\n").code == 0
    assert desk.kept.exists()


@pytest.mark.parametrize("change", [lambda _: "", lambda address: address[:40]])
def test_a_wrong_paste(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    """Nothing, or half of it: it says what to paste, and keeps nothing."""
    told = paste(monkeypatch, desk, change)
    assert (told.code, "paste all of it" in told.err) == (77, True)
    assert not desk.kept.exists()


def test_nobody_signed_in(desk: Desk) -> None:
    """Consent denied, a box left out, the wrong account, Google away: a sentence, a code, and what
    was kept before is kept."""
    desk.syncd("login")
    before = desk.kept.read_text()
    google = desk.google
    tried = [
        (Answer(denied=True), 77, "you did not consent"),
        (Answer(scopes=frozenset()), 77, "not every box was ticked"),
        (Answer(address="ben@example.com"), 77, "ben@example.com signed in, and the configuration"),
    ]
    google.account("ben@example.com")
    for google.oauth.consent, code, words in tried:
        told = desk.syncd("login", "work")
        assert (told.code, words in told.err) == (code, True), told.err
        assert told.err.count("\n") == 1
    google.oauth.consent = Answer()
    google.faults.broken("oauth.token")
    assert desk.syncd("login").code == 1
    assert desk.kept.read_text() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no {file}, the file of your OAuth client: docs/google.md tells"),
        ("x", "{file} is no JSON: make one of type Desktop app"),
        ('{"web": {}}', "{file} is an OAuth client of type Web application"),
        ('{"type": "service_account"}', "{file} is the key of a service account"),
    ],
)
def test_a_wrong_client_file(desk: Desk, text: str | None, words: str) -> None:
    """Said at its place, before anything is asked."""
    file = desk.folder / "google-client.json"
    file.unlink()
    if text is not None:
        desk.client(text)
    told = desk.syncd("login")
    assert (told.code, told.out) == (78, "")
    assert told.err.startswith(f"{desk.config}:3:5: {words.format(file=file)}")


def test_a_token_that_dies(desk: Desk, clock: Clock) -> None:
    """In Testing it ends after seven days: one line, exit code 77; a new sign-in mends it."""
    desk.google.oauth.testing = True
    desk.syncd("login")
    assert desk.syncd("once").code == 0
    clock.advance(days=7, minutes=1)
    desk.now = clock().isoformat()
    told = desk.syncd("once")
    assert told.code == 77
    assert "run `syncd login work` (in Testing mode it ends after seven days" in told.err
    assert "sign in again" in desk.syncd("status").out
    assert desk.syncd("login").code == 0
    assert desk.syncd("once").code == 0


def test_more_is_switched_on(desk: Desk) -> None:
    """The sign-in does not cover it: what is missing is named, until the owner signs in anew."""
    desk.syncd("login")
    desk.account("drafts: true, cards: true")
    told = desk.syncd("once")
    assert told.code == 77
    assert "does not include gmail.compose, contacts, which the configuration needs" in told.err
    assert "put drafts into Drafts" in desk.syncd("login").out
    assert desk.syncd("once").code == 0


def test_a_credential(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service manager hands over is used; it can be revoked, and not be changed here."""
    desk.syncd("login")
    folder = tmp_path / "credentials"
    folder.mkdir()
    desk.kept.rename(folder / "work.google-token")
    assert desk.syncd("once").code == 77
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert desk.syncd("once").code == 0
    assert "ok      secrets        work.google-token" in desk.syncd("doctor").out
    told = desk.syncd("login")
    assert (told.code, "is the credential work.google-token" in told.err) == (1, True)
    out = desk.syncd("logout")
    assert (out.code, "The credential work.google-token is of no use any more" in out.out) == (
        0, True,
    )  # fmt: skip


def test_what_others_may_read(desk: Desk) -> None:
    """It is not used, and the line says what to do."""
    desk.syncd("login")
    desk.kept.chmod(0o644)
    told = desk.syncd("once")
    assert (told.code, f"chmod 600 {desk.kept}" in told.err) == (77, True)


def test_a_service_account(desk: Desk) -> None:
    """It signs in by itself, as whom the configuration names, once its administrator allows it."""
    desk.account("service_account: robot.json")
    assert "put the key of the service account there" in desk.syncd("check").out
    key = service_account(desk.google, scopes=[one.url for one in Wanted().scopes()])
    desk.write("robot.json", json.dumps(key)).chmod(0o600)
    assert "signed in as ana@example.com" in desk.syncd("doctor").out
    assert desk.syncd("once").code == 0
    told = desk.syncd("login")
    assert (told.code, "has a service account, which signs in by itself" in told.err) == (2, True)
    service_account(desk.google, scopes=[])
    told = desk.syncd("once")
    assert (told.code, "Domain-wide delegation" in told.err) == (77, True)


def test_the_owner_thinks_better_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while it waits for the browser: nobody is signed in, and it says so."""
    monkeypatch.setattr(webbrowser, "open", lambda _: signal.raise_signal(signal.SIGINT))
    told = desk.syncd("login")
    assert (told.code, told.err) == (130, "syncd: stopped; nobody was signed in\n")
    assert not desk.kept.exists()


def test_where_nothing_can_be_kept(desk: Desk) -> None:
    """A state whose folder cannot be: said before anybody is asked."""
    desk.configure(CONFIG.format(more="").replace("///syncd.db", "///file/syncd.db"))
    desk.write("file", "x")
    told = desk.syncd("login")
    assert (told.code, told.out) == (1, "")
    assert f"{desk.folder / 'file'} cannot be written to (" in told.err
    assert "check `state:` and its folder\n" in told.err


def test_what_cannot_be_signed_in(desk: Desk) -> None:
    """Accounts of other kinds, and none of that name."""
    others = (
        "  - {name: post, kind: imap, host: localhost, user: ana}\n"
        "  - {name: here, kind: local, mail: mail/}\n"
    )
    desk.configure(CONFIG.format(more="").replace("rules:", f"{others}rules:"))
    for name, code, words in (
        ("post", 2, "kept under post.password"),
        ("here", 2, "is on this machine"),
        ("nobody", 1, "there is no account 'nobody': there is work"),
    ):
        told = desk.syncd("login", name)
        assert (told.code, words in told.err) == (code, True), told.err


def test_another_google_is_on_this_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens go nowhere else, whatever the environment says."""
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", "http://google.example.org")
    told = desk.syncd("once")
    assert (told.code, "SYNCD_GOOGLE_ENDPOINT" in told.err) == (78, True)
