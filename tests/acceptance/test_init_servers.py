"""`syncd init` and servers: from an address to a configuration that reads them, without a password
in it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance_domain import ANA, Domain, domain, right
from acceptance_world import NOW, run
from ruamel.yaml import YAML
from servers.dav import PASSWORD, USER, free_port
from servers.tls import certificate, greeter

from syncd import setup, wiring

OWN = """\
# Ana's own
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - name: home   # the old one
    kind: local
    mail: [mail/]

# none of them
rules: []
state: sqlite:///own.db
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    """One for all: every test has a configuration of its own."""
    with domain(tmp_path_factory.mktemp("domain")) as made:
        yield made


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A configuration that somebody wrote by hand."""
    (tmp_path / "mail").mkdir()
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_from_an_address_to_people(
    world: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings are found by DNS, a wrong password and a wrong user are told and mended, calendars
    are chosen by name, tasks go to a list; the password lies in files that only the owner reads,
    and what was written works."""
    target = tmp_path / "conf" / "syncd.yaml"
    home = tmp_path / "home"
    home.mkdir()
    with world.terminal("--home", str(home), "--timezone", "UTC", "--to", str(target)) as terminal:
        terminal.answer("Your name", "Ana Silva")
        terminal.answer("The addresses you write from", ANA)
        terminal.answer("The address of the account, or a URL, or nothing [ana@example.org]")
        terminal.until(f"localhost:{world.mail.tls_port}, TLS, user {ANA}  (the domain's DNS says")
        terminal.until("Is that your provider?")
        terminal.until(f"Calendars and contacts: {world.dav.url}")
        terminal.answer("Is that right? [Y/n]")
        terminal.answer("Password", "nonsense")
        terminal.until("localhost does not accept the password for ana@example.org")
        terminal.answer("or leave it out (l) [t]")
        terminal.answer("Password", PASSWORD)
        terminal.until("Signed in; mail folders: INBOX, Sent Messages")
        terminal.until("refuses ana@example.org: check `user`")
        terminal.answer("or leave it out (l) [t]", "c")
        terminal.answer("the URL of the server", "")
        terminal.answer("Who signs in there [ana@example.org]", USER)
        terminal.until("Signed in; calendars: Home, Work")
        terminal.until("Signed in; lists for tasks: To do")
        terminal.answer("Which calendars are read?", "3")
        terminal.until("write numbers from 1 to 2, or nothing")
        terminal.answer("for all", "2")
        terminal.until(f"1  in a file that only you can read: {target.parent}/secrets/example.p")
        terminal.answer("Which one [1]")
        terminal.answer("Another one?")
        terminal.answer("More to read?")
        terminal.until("1  the list To do of example-calendar")
        terminal.answer("Which one? A number, or another folder [1]")
        assert not target.parent.exists()
        terminal.answer(f"Write {target}?")
        assert terminal.ended() == 0, terminal.seen
    assert "nonsense" not in terminal.seen
    assert "Ben Archer <ben@ben.example.com>" in terminal.seen
    text = target.read_text(encoding="utf-8")
    mail, dav = YAML(typ="safe").load(text)["accounts"]
    assert mail == {
        "name": "example", "kind": "imap", "host": "localhost",
        "port": world.mail.tls_port, "user": ANA,
    }  # fmt: skip
    assert dav == {
        "name": "example-calendar", "kind": "caldav", "url": world.dav.url, "user": USER,
        "calendars": ["Work"], "tasks": "To do",
    }  # fmt: skip
    secrets = target.parent / "secrets"
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    assert names_in(secrets) == ["example-calendar.password", "example.password"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    world.here(monkeypatch)
    checked = right(run("--config", str(target), "--now", NOW, "check"))
    assert "tasks go to: example-calendar" in checked.out
    right(run("--config", str(target), "--now", NOW, "once"))
    (ben,) = run("--config", str(target), "--now", NOW, "people", "--json").json
    assert ben["addresses"] == ["ben@ben.example.com"]
    assert (ben["counts"]["sent"], ben["counts"]["received"]) == (3, 3)
    assert ben["counts"]["meetings"] == 1


def test_an_account_is_added_to_one_s_own_words(world: Domain, own: Path) -> None:
    """At any question Ctrl-C leaves all as it was; in the end everything that was written stands as
    it stood, comments too, and the password is where its command has it."""
    words = ("--account", ANA, "--to", str(own))
    with world.terminal(*words) as terminal:
        terminal.answer("Is that right? [Y/n]")
        terminal.answer("Password", PASSWORD)
        terminal.answer("or leave it out (l) [t]", "l")
        terminal.until("Which one [1]: ")
        terminal.interrupt()
        assert terminal.ended() == 130
    assert "nothing was written" in terminal.seen
    assert names_in(own.parent) == ["mail", "own.yaml"]
    assert own.read_text(encoding="utf-8") == OWN
    (own.parent / "kept").write_text(PASSWORD + "\n", encoding="utf-8")
    with world.terminal(*words, trusting=False) as terminal:
        terminal.answer("Is that right? [Y/n]", "n")
        terminal.answer("What is it called in tasks and messages [example]", "home")
        terminal.until("there is an account 'home' already")
        terminal.answer("tasks and messages [example]", "post")
        terminal.answer("Mail: the IMAP server", f"localhost:{world.mail.port}")
        terminal.answer("Who signs in there [ana@example.org]")
        terminal.answer("Calendars and contacts: the URL of the server", "-")
        terminal.answer("Password", PASSWORD)
        terminal.until("is signed by nobody known here")
        terminal.answer("or leave it out (l) [c]")
        terminal.answer("Mail: the IMAP server")
        terminal.answer("Who signs in there [ana@example.org]")
        terminal.answer("A certificate to trust", str(world.certificate.path))
        terminal.until("Signed in; mail folders")
        terminal.answer("Which one [1]", "2")
        terminal.answer("The command", "cat no-such-file")
        terminal.until("'cat' ended with 1")
        terminal.answer("Take it all the same?", "n")
        terminal.answer("The command", "cat kept")
        terminal.answer(f"Add to {own}?")
        assert terminal.ended() == 0, terminal.seen
    added = f"""\
  - name: post
    kind: imap
    host: localhost
    port: {world.mail.port}
    tls: starttls
    user: ana@example.org
    password_command: cat kept
    ca_file: {world.certificate.path}
"""
    text = own.read_text(encoding="utf-8")
    assert text == OWN.replace("    mail: [mail/]\n", "    mail: [mail/]\n" + added)
    assert names_in(own.parent) == ["kept", "mail", "own.yaml"]


def test_a_url_that_asks_who_is_there(world: Domain, own: Path) -> None:
    """Where nobody was to sign in and somebody has to, their password is asked for. A server's
    name that is none is asked for anew."""
    words = ("--account", ANA, "--imap", "bad host", "--caldav", world.dav.url, "--to", str(own))
    with world.terminal(*words) as terminal:
        terminal.answer("Is that right? [Y/n]")
        terminal.answer(f"Password for {ANA}", PASSWORD)
        terminal.until("Error: Mail: host: write the name of the server")
        terminal.answer("Mail: the IMAP server", f"localhost:{world.mail.tls_port}")
        terminal.answer("Who signs in there")
        terminal.until("Signed in; mail folders")
    with world.terminal("--account", world.dav.url, "--to", str(own)) as terminal:
        terminal.answer("Who signs in there, or nothing where nobody does")
        terminal.answer("Is that right? [Y/n]")
        terminal.until("asks who is there: set `user` and a password")
        terminal.answer("or leave it out (l) [c]", "t")
        terminal.until("asks who is there")
        terminal.answer("or leave it out (l) [c]")
        terminal.answer("the URL of the server")
        terminal.answer("Who signs in there", USER)
        terminal.answer(f"Password for {USER}", PASSWORD)
        terminal.until("Signed in; calendars: Home, Work")


def test_without_questions(world: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--yes signs in with the command of the account and takes all that is there; what only the
    DNS says of another domain's host has to be named, or calendars stay out."""
    world.here(monkeypatch)
    target = tmp_path / "still to be made" / "syncd.yaml"
    words = (
        "--now", NOW, "init", "--yes", "--home", str(tmp_path), "--timezone", "UTC",
        "--name", "Ana", "--to", str(target), "--account", ANA,
    )  # fmt: skip
    done = run(*words)
    assert done.code == 2
    assert f"add --imap localhost:{world.mail.tls_port}" in done.err
    assert not target.parent.exists()
    mail_alone = (*words[:-3], str(tmp_path / "mail.yaml"), *words[-2:], "--no-look")
    imap = ("--imap", f"localhost:{world.mail.tls_port}")
    done = right(run(*mail_alone, *imap, "--password-command", f"printf {PASSWORD}"))
    assert f"Left out: {world.dav.url} may have calendars too" in done.err
    assert f"add --caldav {world.dav.url}\n" in done.err
    named = (*imap, "--caldav", world.dav.url)
    done = run(*words, *named, "--password-command", f"printf {PASSWORD}", "--json")
    mail, dav = done.json["accounts"]
    assert (mail["signed_in"], mail["trouble"]) == (True, None)
    assert (dav["signed_in"], dav["user"]) == (False, ANA)
    assert "refuses ana@example.org" in dav["trouble"]
    assert PASSWORD not in done.out.replace("secrets", "")
    assert done.code == 1
    assert done.json["people"][0]["name"] == "Ben Archer"
    assert [one.kind for one in wiring.assemble(target).settings.accounts] == [
        "imap", "caldav", "local",
    ]  # fmt: skip


def test_what_stands_in_the_way_is_told(
    world: Domain, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed port, an expired certificate, no network, no server: clear words. What the owner
    named is added all the same, and the exit code is 1."""
    world.here(monkeypatch)
    words = ("init", "--yes", "--to", str(own), "--password-command", f"printf {PASSWORD}")
    closed = free_port()
    done = run(*words, "--account", ANA, "--imap", f"localhost:{closed}", "--caldav",
               f"https://localhost:{closed}/")  # fmt: skip
    assert done.code == 1, done.err
    assert "keeps example, example-calendar from being read: " in done.out
    assert f"nothing answers at localhost:{closed}" in done.out
    assert f"localhost:{closed} refuses connections" in done.out
    old = certificate(tmp_path, "old", expired=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(old.path))
    with greeter(old) as port:
        done = run(*words, "--account", f"https://localhost:{port}/", "--user", "ana")
    assert done.code == 1, done.err
    assert "certificate of localhost has expired" in done.out
    assert len(wiring.assemble(own).settings.accounts) == 4
    text = own.read_text(encoding="utf-8")
    done = run(*words, "--account", "ana@nowhere.example")
    assert done.code == 1
    assert "no server is known for nowhere.example" in done.err
    done = run(*words, "--account", "ana")
    assert (done.code, "'ana' is no mail address" in done.err) == (2, True)
    done = run(*words, "--account", ANA, "--name", "Ana")
    assert (done.code, "only adds to it: leave --name away" in done.err) == (2, True)
    assert own.read_text(encoding="utf-8") == text


def test_the_password_is_written_later(
    world: Domain, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a password nothing is tried, and it is said where one is looked for; there it is
    found."""
    world.here(monkeypatch)
    words = (
        "init", "--yes", "--to", str(own), "--account", ANA, "--caldav", world.dav.url,
        "--imap", f"localhost:{world.mail.tls_port}",
    )  # fmt: skip
    done = right(run(*words))
    place = own.parent / "secrets" / "example.password"
    assert f"example: write its password into {place} (chmod 600)" in done.out
    assert "not tried yet" in done.out
    assert not place.parent.exists()
    place.parent.mkdir()
    place.with_name("example-2.password").write_text(PASSWORD, encoding="utf-8")
    place.with_name("example-2.password").chmod(0o600)
    again = right(run(*words, "--json"))
    assert f"Note: the account example is {ANA} at localhost already" in again.err
    shown = again.json["accounts"]
    assert [(one["name"], one["signed_in"]) for one in shown] == [
        ("example-2", True), ("example-2-calendar", None),
    ]  # fmt: skip


def test_guessed_calendars_get_no_password(
    world: Domain, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without being asked nobody can agree to a guess: its URL is told instead."""
    guessed = setup.DavServer("https://guess.example/", ANA, setup.GUESSED)
    mail = setup.MailServer("localhost", ANA, world.mail.tls_port)
    found = setup.Settings(ANA, mail=mail, calendars=guessed, contacts=guessed)
    monkeypatch.setattr(setup, "look", lambda *_: found)
    monkeypatch.setenv("SSL_CERT_FILE", str(world.certificate.path))
    words = ("init", "--yes", "--to", str(own), "--account", ANA)
    done = right(run(*words, "--password-command", f"printf {PASSWORD}"))
    assert "add --caldav https://guess.example/" in done.err
    assert [one.kind for one in wiring.assemble(own).settings.accounts] == ["local", "imap"]
