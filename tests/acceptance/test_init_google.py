"""`syncd init` and Google: from an address of Gmail to tasks in Google Tasks."""

from __future__ import annotations

import json
import stat
import webbrowser
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from acceptance_terminal import Terminal
from acceptance_world import NOW, Result, run
from fakes.google.clients import browse, client_file, service_account, visit
from fakes.google.fixtures import clock, google
from fakes.google.oauth import Consent
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, guests, letter
from ruamel.yaml import YAML

from syncd import wiring

__all__ = ["clock", "google"]
ANA, BEN = "Ana Silva <ana@gmail.com>", "Ben Archer <ben@example.org>"


@dataclass
class Desk:
    """Ana at her machine; her mailbox has Ben, whom she met yesterday."""

    folder: Path
    google: FakeGoogle
    clock: Clock

    @property
    def client(self) -> Path:
        """What her browser downloaded."""
        return self.folder / "Downloads" / "client_secret_1234.json"

    @property
    def config(self) -> Path:
        return self.folder / ".config" / "syncd" / "syncd.yaml"

    @property
    def kept(self) -> Path:
        return self.folder / ".local" / "state" / "syncd" / "syncd.gmail.google-token"

    def init(self, *words: str) -> Result:
        home = ("--home", str(self.folder), "--timezone", "UTC")
        return run("--now", self.clock().isoformat(), "init", *home, *words)

    def syncd(self, *words: str) -> Result:
        return run("--config", str(self.config), "--now", self.clock().isoformat(), *words)

    def terminal(self, *words: str) -> Terminal:
        """The dialogue; no browser is at its machine."""
        where = {"HOME": str(self.folder), "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}
        return Terminal(
            "--home", str(self.folder), "--timezone", "UTC", *words,
            environment={**where, "SYNCD_GOOGLE_ENDPOINT": self.google.url},
        )  # fmt: skip

    def account(self) -> dict[str, object]:
        (one,) = YAML(typ="safe").load(self.config.read_text(encoding="utf-8"))["accounts"]
        return dict(one)


@pytest.fixture
def desk(tmp_path: Path, google: FakeGoogle, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """See `Desk`."""
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    google.oauth.consent = Consent("ana@gmail.com")
    clock.at = datetime.fromisoformat(NOW)  # the terminal's
    ana, now = google.account("ana@gmail.com"), clock()
    ana.mailbox.deliver(letter(BEN, ANA, "Lunch?", at=now - timedelta(days=9)))
    answer = letter(ANA, BEN, "Re: Lunch?", at=now - timedelta(days=8))
    ana.mailbox.deliver(answer, ["SENT"])
    start, both = now - timedelta(days=1), ("ana@gmail.com", "ben@example.org")
    ana.calendars.primary.add(
        "Lunch", start, start + timedelta(hours=1),
        attendees=guests(*both, status="accepted"), location="Cafe Luso",
    )  # fmt: skip
    desk = Desk(tmp_path / "home", google, clock)
    desk.client.parent.mkdir(parents=True)
    desk.client.write_text(json.dumps(client_file(google)), encoding="utf-8")
    return desk


def page(terminal: Terminal) -> str:
    """The address of Google's page, as it is printed."""
    return [line for line in terminal.seen.splitlines() if line.startswith("http")][-1]


def test_in_one_dialogue(desk: Desk) -> None:
    """The provider is known, the client is found where the browser put it and copied beside the
    configuration; a wrong file and a refusal are told and asked about again; then people and tasks
    are shown, and after `enable` the tasks are in Google Tasks."""
    with desk.terminal() as terminal:
        terminal.answer("Your name", "Ana Silva")
        terminal.answer("The addresses you write from", "ana@gmail.com")
        terminal.answer("or nothing [ana@gmail.com]")
        terminal.until("Provider:               Gmail")
        terminal.until("1  a sign-in to Google: mail, calendars, contacts, and tasks")
        terminal.until("2  an app password: mail alone, by IMAP")
        terminal.answer("Which one [1]")
        terminal.until("type Desktop app")
        terminal.answer(f"or - to make it later [{desk.client}]", str(desk.folder))
        terminal.until("is a folder")
        terminal.answer("or - to make it later")
        terminal.answer("Another one?")
        terminal.answer("More to read?")
        terminal.until("1  the list Follow-ups of gmail")
        terminal.answer("Which one? A number, or another folder [1]")
        assert not desk.config.parent.exists()
        terminal.answer(f"Write {desk.config}?")
        desk.google.oauth.consent = Consent("ana@gmail.com", denied=True)
        terminal.until("Google will ask ana@gmail.com to let syncd:")
        terminal.until("- keep a list of its own in Google Tasks (tasks)")
        terminal.until("In a browser here (b), in one elsewhere (e), later (l) [e]: ")
        terminal.say("b")
        terminal.until("Waiting for you to consent there")
        browse(page(terminal))
        terminal.until("you did not consent, or may not")
        desk.google.oauth.consent = Consent("ana@gmail.com")
        terminal.until("later (l) [b]: ")
        terminal.say("e")
        terminal.until("Paste it here: ")
        terminal.say(visit(page(terminal))[1])
        terminal.until("Signed in to gmail as ana@gmail.com.")
        assert terminal.ended() == 0, terminal.seen
    assert "Ben Archer <ben@example.org>" in terminal.seen
    assert "Thank Ben for Lunch" in terminal.seen
    assert desk.account() == {
        "name": "gmail", "kind": "google", "login": "ana@gmail.com", "tasks": "Follow-ups",
    }  # fmt: skip
    copied = desk.config.with_name("google-client.json")
    assert copied.read_text() == desk.client.read_text()
    assert [stat.S_IMODE(one.stat().st_mode) for one in (copied, desk.kept)] == [0o600, 0o600]
    right(desk.syncd("enable"))
    right(desk.syncd("once"))
    follow_ups = desk.google.accounts["ana@gmail.com"].tasks.named("Follow-ups")
    assert "Thank Ben for Lunch" in [one.body["title"] for one in follow_ups.tasks]


def test_without_questions(desk: Desk) -> None:
    """The account is written, and `syncd login` said to come next; after it doctor, once, and
    logout."""
    target = ("--to", str(desk.config), "--name", "Ana")
    words = ("--yes", "--account", "ana@gmail.com", "--google-client", str(desk.client))
    done = right(desk.init(*words, *target))
    assert "gmail: Mail, calendars, contacts, ana@gmail.com at Google" in done.out
    assert f" --config {desk.config} login gmail\n" in done.out
    assert wiring.assemble(desk.config).settings.tasks_in == "gmail"
    assert desk.syncd("once").code == 77
    right(desk.syncd("login"))
    assert "signed in as ana@gmail.com; mail: 2 messages" in right(desk.syncd("doctor")).out
    right(desk.syncd("once"))
    (ben,) = desk.syncd("people", "--json").json
    assert ben["addresses"] == ["ben@example.org"]
    before = desk.config.read_text()
    again = run("init", *words, "--to", str(desk.config), "--json")
    assert (again.code, desk.config.read_text()) == (78, before)
    assert "the account gmail is ana@gmail.com at Google already" in again.err
    assert "login: ana@gmail.com signs in to account gmail already" in again.err
    right(desk.syncd("logout", "gmail"))
    assert not desk.kept.exists()


def test_what_is_beside_stays(desk: Desk) -> None:
    """Another client that is there already is not written over, and one that lies beside the
    configuration is not copied."""
    other = client_file(desk.google)
    other["installed"]["project_id"] = "another"
    desk.config.parent.mkdir(parents=True)
    there = desk.config.with_name("google-client.json")
    there.write_text(json.dumps(other), encoding="utf-8")
    words = ("--yes", "--force", "--name", "Ana", "--to", str(desk.config), "--account",
             "ana@gmail.com", "--google-client")  # fmt: skip
    right(desk.init(*words, str(desk.client)))
    assert json.loads(there.read_text()) == other
    assert desk.account()["client"] == "gmail.google-client.json"
    own = there.with_name("mine.json")
    desk.client.rename(own)
    right(desk.init(*words, str(own)))
    assert desk.account()["client"] == "mine.json"
    right(desk.init(*words, str(there)))
    assert "client" not in desk.account()


def test_a_wrong_client(desk: Desk) -> None:
    """Not there, no JSON, another type, a service account's key: nothing is written, and it is said
    which file is wanted."""
    wrong = {
        "is no JSON": "x",
        "is an OAuth client of type Web application: make one of type Desktop app": '{"web": {}}',
        "is the key of a service account": json.dumps(service_account(desk.google)),
    }
    words = ("--yes", "--name", "Ana", "--to", str(desk.config), "--account", "ana@gmail.com")
    for said, text in wrong.items():
        desk.client.write_text(text, encoding="utf-8")
        done = desk.init(*words, "--google-client", str(desk.client))
        assert (done.code, f"{desk.client} {said}" in done.err) == (2, True), done.err
    desk.client.unlink()
    for other, said in (
        ((), f"there is no {desk.client}, the file of your OAuth client"),
        (("--imap", "imap.example.org"), "nothing else signs in to Google: leave --imap away"),
        (("--account", "ben@gmail.com"), "it belongs to one --account"),
    ):
        done = desk.init(*words, *other, "--google-client", str(desk.client))
        assert (done.code, said in done.err) == (2, True), done.err
    assert not desk.config.parent.exists()


def test_ctrl_c_while_it_waits(desk: Desk) -> None:
    """The configuration stays, nobody is signed in, and it says so."""
    words = ("--account", "ana@gmail.com", "--google-client", str(desk.client), "--name", "Ana")
    with desk.terminal(*words) as terminal:
        terminal.answer("The addresses you write from")
        terminal.answer("More to read?")
        terminal.answer("or another folder [1]")
        terminal.answer("Write")
        terminal.until("later (l) [e]: ")
        terminal.interrupt()
        assert terminal.ended() == 130
    assert "the configuration is written, and nobody was signed in to gmail" in terminal.seen
    assert desk.account()["login"] == "ana@gmail.com"
    assert not desk.kept.exists()


def right(result: Result) -> Result:
    """A command that went well."""
    assert result.code == 0, result.out + result.err
    return result
