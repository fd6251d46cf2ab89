"""IMAP servers that say nothing, or never come to an end: nobody waits for them for ever."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from contract.ledger import Ledger
from imap_world import letter
from servers.fake_imap import FakeImap
from servers.tls import certificate

from connectors.errors import Refused, Unavailable
from connectors.imap import wire
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server


@contextmanager
def serving(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A port on which every connection is talked to like this; the event ends it."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            talk(connection, over)

    def accept() -> None:
        with suppress(OSError):
            while True:
                thread = threading.Thread(target=one, args=(listener.accept()[0],), daemon=True)
                thread.start()
                threads.append(thread)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads.append(threading.Thread(target=accept, daemon=True))
        threads[0].start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(10)


def says_nothing(_: socket.socket, over: threading.Event) -> None:
    """It takes the connection."""
    over.wait()


def drips(connection: socket.socket, over: threading.Event) -> None:
    """A greeting that never ends."""
    connection.sendall(b"* OK hi")
    while not over.wait(0.02):
        connection.sendall(b"x")


def is_still_here(connection: socket.socket, over: threading.Event) -> None:
    """No answer to anything, but words in whole lines."""
    connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n")
    while not over.wait(0.02):
        connection.sendall(b"* OK Still here\r\n")


def talks_http(connection: socket.socket, over: threading.Event) -> None:
    """It waits for a request, and does not like what comes."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def server(port: int, tls: str = "none") -> Server:
    return Server("127.0.0.1", "ana", lambda: "secret", port=port, tls=tls)


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_port_that_says_nothing(monkeypatch: pytest.MonkeyPatch, tls: str) -> None:
    """Whoever waits there is told soon, and of what may be wrong: until it is signed in no server
    needs as long as for a search."""
    monkeypatch.setattr(wire, "SIGN_IN_SECONDS", 0.1)
    began = monotonic()
    with serving(says_nothing) as port, pytest.raises(Unavailable, match="`port:` and `tls:`"):
        server(port, tls).connect()
    assert monotonic() - began < wire.READ_SECONDS / 4


def test_a_port_for_other_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server, with TLS and without, waits for a request or refuses one: it is told what to
    look at."""
    with serving(talks_http) as port:
        with pytest.raises(Refused, match="does not speak TLS"):
            server(port, "implicit").connect()
        monkeypatch.setattr(wire, "SIGN_IN_SECONDS", 0.3)
        with pytest.raises(Unavailable, match="`port:` and `tls:`"):
            server(port, "starttls").connect()
    made = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.path, made.key)

    def talks_https(connection: socket.socket, over: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as safe:
            talks_http(safe, over)

    with serving(talks_https) as port:
        for tls in ("none", "starttls"):
            with pytest.raises(Unavailable, match="`port:` and `tls:`"):
                server(port, tls).connect()
        with pytest.raises(Unavailable, match="`port:` and `tls:`"):
            replace(server(port, "implicit"), ca_file=str(made.path)).connect()


@pytest.mark.parametrize(
    ("talk", "words"),
    [(drips, "`port:` and `tls:`"), (is_still_here, "not answer in time; it is asked again later")],
)
def test_an_answer_that_never_ends(
    monkeypatch: pytest.MonkeyPatch,
    talk: Callable[[socket.socket, threading.Event], None],
    words: str,
) -> None:
    """A byte, or a line of comfort, now and then is no answer."""
    monkeypatch.setattr(wire, "SIGN_IN_SECONDS", 0.1)
    ended: list[str] = []

    def connect() -> None:
        try:
            server(port).connect()
        except Unavailable as error:
            ended.append(str(error))

    with serving(talk) as port:
        thread = threading.Thread(target=connect, daemon=True)
        thread.start()
        thread.join(10)
    assert [words in one for one in ended] == [True]


@pytest.mark.parametrize("command", ["CAPABILITY", "AUTHENTICATE"])
def test_a_sign_in_that_takes_too_long(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Until it is signed in a server has less time than for a search."""
    monkeypatch.setattr(wire, "SIGN_IN_SECONDS", 0.1)
    began = monotonic()
    with FakeImap() as fake:
        fake.says(command, "", always=True)
        with pytest.raises(Unavailable, match="in time"):
            server(fake.port).connect()
    assert monotonic() - began < wire.READ_SECONDS / 4


def test_a_literal_of_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no memory would hold is not waited for, and costs one mail alone."""
    monkeypatch.setattr(wire, "READ_SECONDS", 2.0)
    huge = "* 3 FETCH (UID 3 BODY[HEADER] {4000000000}\r\nSubject: x"
    with FakeImap() as fake, closing(ImapMail(Line(server(fake.port)))) as source:
        fake.boxes["INBOX"].mails = {uid: letter(uid) for uid in range(1, 6)}
        for numbers in ("1:5", "3", "2:3", "3:4", "2:4"):
            fake.says(f"UID FETCH {numbers} ", huge, always=True)
        ledger = Ledger()
        for _ in range(6):
            try:
                ledger.read(source)
                break
            except Unavailable as error:
                assert "was lost" in str(error)  # noqa: PT017  # each time, or not at all
        assert len(ledger.stamps) == 5
        assert [ref.rpartition("=")[2] for ref in ledger.reasons] == ["3"]


def answers_late(pieces: int, seconds: float) -> Callable[[socket.socket, threading.Event], None]:
    """To a NOOP it says so many things, each after a while."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        with connection.makefile("rb") as lines:
            connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n")
            for line in lines:
                tag, _, command = line.partition(b" ")
                if command.startswith(b"AUTHENTICATE"):
                    connection.sendall(b"+ \r\n")
                    lines.readline()
                for number in range(pieces if command.startswith(b"NOOP") else 0):
                    over.wait(seconds)
                    connection.sendall(b"* %d EXISTS\r\n" % number)
                more = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" if b"CAPAB" in command else b""
                connection.sendall(more + tag + b" OK done\r\n")

    return talk


def test_what_is_long_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes whole, piece by piece, is waited for however long it takes altogether."""
    monkeypatch.setattr(wire, "READ_SECONDS", 1.0)
    monkeypatch.setattr(wire, "_TIMES", 1)
    with serving(answers_late(15, 0.1)) as port:
        session = server(port).connect()
        assert session.alive()
        session.close()


def test_a_search_has_more_time_than_a_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is signed in, a server may be silent for longer."""
    monkeypatch.setattr(wire, "SIGN_IN_SECONDS", 1.0)
    with serving(answers_late(1, 1.5)) as port:
        session = server(port).connect()
        assert session.alive()
        session.close()


def test_signing_off_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """`close` may be called over and over, and waits for no server that has nothing to say; the
    source can be used again."""
    monkeypatch.setattr(wire, "GOODBYE_SECONDS", 0.05)
    with FakeImap("IDLE") as fake:
        fake.says("LOGOUT", "", always=True)
        source = ImapMail(Line(server(fake.port)))
        with closing(source):
            assert source.wait(0)
            Ledger().read(source)
            began = monotonic()
            source.close()
            source.close()
            assert monotonic() - began < wire.SIGN_IN_SECONDS / 2
            Ledger().read(source)
