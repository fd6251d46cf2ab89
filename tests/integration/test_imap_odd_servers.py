"""IMAP servers that are not as the standard has them: what they can do is done all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.ledger import Ledger
from contract.source_contract import seen
from imap_world import letter
from servers.dovecot import free_port
from servers.fake_imap import Box, FakeImap

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.imap import wire
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.refs import place_of
from connectors.imap.session import Server

EVERYTHING = "ENABLE QRESYNC CONDSTORE ESEARCH NAMESPACE SPECIAL-USE LIST-EXTENDED LIST-STATUS"


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    """A server with five mails."""
    with FakeImap() as server:
        server.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 6)})
        yield server


def settings(fake: FakeImap, user: str = "ana", secret: str = "secret") -> Server:
    return Server("127.0.0.1", user, lambda: secret, port=fake.port, tls="none")


def folders_in(ledger: Ledger) -> set[str]:
    """The folders of what is known."""
    return {place.folder for ref in ledger.stamps if (place := place_of(ref))}


def test_names_in_plain_bytes(fake: FakeImap) -> None:
    """Folders named in UTF-8 or Latin-1, and not as RFC 3501 has it, are read as all others."""
    for number, name in enumerate(("Entwürfe alt", "Geb\udcfchren", "B&APw-cher", "Bücher", 'a"b')):
        fake.boxes[name.replace('"', '\\"')] = Box({1: letter(10 + number)})
    with closing(ImapMail(Line(settings(fake)))) as source:
        ledger = Ledger()
        ledger.read(source)
        names = {"INBOX", "Entwürfe alt", "Gebühren", "Bücher", "BÃ¼cher", 'a"b'}
        assert folders_in(ledger) == names
        assert ledger.read(source) == []
        fake.boxes["Geb\udcfchren"].mails[2] = letter(20)
        (new,) = seen(ledger.read(source))
        assert [text.plain is not None for text in source.read_text([new])] == [True]
        assert len({one.ref for one in source.census()}) == 11


def test_a_name_that_would_be_a_command(fake: FakeImap) -> None:
    """A folder with a line break in its name is left out and told; nothing of it is sent."""
    name = "A\r\nX1 DELETE INBOX"
    listing = f'* LIST () "/" INBOX\r\n* LIST () "/" {{{len(name)}}}\r\n{name}\r\n{{tag}} OK done'
    fake.says("LIST", listing, always=True)
    with closing(ImapMail(Line(settings(fake)))) as source:
        ledger = Ledger()
        ledger.read(source)
        assert folders_in(ledger) == {"INBOX"}
        assert "line break in its name" in source.hindrance
        assert "\n" not in source.hindrance
    assert not [line for line in fake.log if "DELETE" in line]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ENABLE", "{tag} BAD unknown command"),
        ("NAMESPACE", "{tag} BAD unknown command"),
        ("NAMESPACE", '* NAMESPACE (("" NIL)) NIL ((("x" "/")))\r\n{tag} OK done'),
        ("NAMESPACE", "* NAMESPACE ((\r\n{tag} OK done"),
        ("UID SEARCH RETURN", "{tag} BAD no RETURN here"),
        ('LIST "" "*" RETURN', "{tag} BAD no RETURN here"),
        ('LIST "" "*" RETURN (SPECIAL-USE STATUS', "{tag} NO not both"),
    ],
)
def test_what_is_offered_and_not_done(command: str, answer: str) -> None:
    """A proxy may offer what the server behind it cannot: all is read without."""
    with FakeImap(EVERYTHING) as fake:
        fake.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 6)})
        fake.says(command, answer, always=True)
        with closing(ImapMail(Line(settings(fake)))) as source:
            ledger = Ledger()
            ledger.read(source)
            del fake.boxes["INBOX"].mails[5], fake.boxes["INBOX"].mails[2]
            ledger.read(source)
            assert len(ledger.stamps) == 3
            assert source.hindrance == ""
        assert sum(line.startswith(command) for line in fake.log) == 1  # and not again and again


@pytest.mark.parametrize("user", ["CORP\\ana", "Ana Silva", 'ana"(x)'])
def test_a_user_that_is_no_atom(user: str) -> None:
    """LOGIN takes whatever is in a name, quoted."""
    with FakeImap() as fake:
        fake.says("CAPABILITY", "* CAPABILITY IMAP4rev1\r\n{tag} OK done", always=True)
        settings(fake, user, 'p w"\\').connect().leave()
        written = user.replace("\\", "\\\\").replace('"', '\\"')
        assert f'LOGIN "{written}" "p w\\"\\\\"' in fake.log


@pytest.mark.parametrize("auth", ["password", "xoauth2"])
def test_a_secret_of_several_lines(fake: FakeImap, auth: str) -> None:
    """It is sent nowhere, and named nowhere."""
    server = Server("127.0.0.1", "ana", lambda: "se\r\ncret", port=fake.port, tls="none", auth=auth)
    with pytest.raises(SignInNeeded, match="several lines") as caught:
        server.connect()
    assert "cret" not in str(caught.value)
    assert not [line for line in fake.log if "cret" in line or line.startswith("AUTH")]


def test_names_that_look_alike(fake: FakeImap) -> None:
    """Of two that read the same each keeps its own, in whatever order they are listed."""
    fake.boxes = {name: Box({1: letter(8)}) for name in ("INBOX", "Bücher", "B&APw-cher")}
    with closing(ImapMail(Line(settings(fake)))) as source:
        ledger = Ledger()
        ledger.read(source)
        before = dict(ledger.stamps)
        fake.boxes = dict(reversed(fake.boxes.items()))
        assert ledger.read(source) == []
        assert ledger.stamps == before
        assert folders_in(ledger) == {"INBOX", "Bücher", "BÃ¼cher"}


@pytest.mark.parametrize("host", ["localhost", "::1", "127.9.9.9"])
def test_this_machine_goes_by_these_names(host: str) -> None:
    """A password may go there without TLS; it is asked for and not refused."""
    with pytest.raises(Unavailable):
        Server(host, "ana", lambda: "secret", port=free_port(), tls="none").connect()


@pytest.mark.parametrize("host", ["mail.localhost", "localhost.example.org"])
def test_these_may_be_others(host: str) -> None:
    """Whoever answers to such a name, no password goes there in the clear."""
    with pytest.raises(Refused, match="another machine"):
        Server(host, "ana", lambda: "secret", port=free_port(), tls="none").connect()


def many(fake: FakeImap) -> None:
    """Forty folders beside the inbox."""
    fake.boxes |= {f"Box{number}": Box() for number in range(40)}


def test_many_folders_are_one_question() -> None:
    """Where STATUS comes with the list, new mail costs a few commands however many folders."""
    with FakeImap("LIST-EXTENDED LIST-STATUS") as fake:
        many(fake)
        with closing(ImapMail(Line(settings(fake)))) as source:
            ledger = Ledger()
            ledger.read(source)
            assert not [line for line in fake.log if "STATUS" in line]  # each was just opened
            fake.boxes["Box7"].mails[1] = letter(1)
            del fake.log[:]
            assert len(ledger.read(source)) == 1
        assert [line.partition(" ")[0] for line in fake.log] == [
            "CLOSE", "LIST", "EXAMINE", "UID", "UID", "LOGOUT",
        ]  # fmt: skip


def test_many_folders_are_asked_at_once(fake: FakeImap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not, no answer is waited for before the next question; a folder that is refused
    then is told as ever."""
    monkeypatch.setattr(wire, "READ_SECONDS", 5.0)  # what never comes
    many(fake)
    with closing(ImapMail(Line(settings(fake)))) as source:
        ledger = Ledger()
        ledger.read(source)
        fake.boxes["Box7"].mails[1] = letter(1)
        fake.answers_together("STATUS", 41)
        assert len(ledger.read(source)) == 1
        fake.answers_together("STATUS", 1)
        fake.says('STATUS "Box9"', "{tag} BAD not that one", always=True)
        ledger.read(source)
        assert source.hindrance.count("open the folder") == 1
        assert "open the folder Box9" in source.hindrance
