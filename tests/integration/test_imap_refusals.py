"""What an IMAP server refuses becomes one clear sentence with what to do next."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from contract.ledger import Ledger
from imap_world import letter
from imapclient import IMAPClient
from refusals import Refusals
from servers import dovecot
from servers.dovecot import free_port
from servers.fake_imap import Box, FakeImap
from servers.tls import certificate

from connectors.errors import ConnectorError, Refused, SignInNeeded, Unavailable
from connectors.imap import wire
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    """A server with five mails."""
    with FakeImap() as server:
        server.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 6)})
        yield server


def settings(port: int, **changes: Any) -> Server:
    words: dict[str, Any] = {"tls": "none", "port": port} | changes
    return Server(words.pop("host", "127.0.0.1"), "ana", lambda: "secret", **words)


def refusal(server: Server, ledger: Ledger | None = None) -> ConnectorError:
    """What a reading comes to; it has to be one sentence."""
    with closing(ImapMail(Line(server))) as source, pytest.raises(ConnectorError) as caught:
        (ledger or Ledger()).read(source)
    words = str(caught.value)
    assert "\n" not in words
    assert "secret" not in words
    assert len(words) < 200
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials", SignInNeeded, "does not accept the pass"),
        ("NO login failed", SignInNeeded, "app password"),
        ("NO [ALERT] Application-specific password required", SignInNeeded, "make one in the"),
        ("NO [EXPIRED] too old", SignInNeeded, "has expired"),
        ("NO [UNAVAILABLE] backend down", Unavailable, "asked again later"),
        ("NO [LIMIT] no more", Unavailable, "asked again later"),
        ("NO [INUSE] locked", Unavailable, "in use elsewhere"),
        ("NO [ALERT] Too many simultaneous connections", Unavailable, "asked again later"),
        ("NO Temporary authentication failure", Unavailable, "asked again later"),
        ("NO Login failed: server busy, try again later", Unavailable, "asked again later"),
        ("NO Please generate an app password", SignInNeeded, "make one in the"),
        ("NO Use an app password and try again later", SignInNeeded, "make one in the"),
        ("NO Your corporate account: administration says no", SignInNeeded, "does not accept"),
        ("NO Login failed: wrong password, try again later", SignInNeeded, "does not accept"),
        (
            "NO [AUTHENTICATIONFAILED] Maximum number of connections exceeded",
            Unavailable,
            "asked again later",
        ),
        ("NO [AUTHENTICATIONFAILED] Wrong; try again later", SignInNeeded, "does not accept"),
        (
            "NO Your account is temporarily locked after too many failed logins",
            SignInNeeded,
            "has locked this account for ana",
        ),
        ("NO [CONTACTADMIN] closed", Refused, "whoever runs the server"),
        ("NO [PRIVACYREQUIRED] not here", Refused, "tls: starttls"),
    ],
)
def test_a_refused_sign_in(
    fake: FakeImap, answer: str, kind: type[ConnectorError], words: str
) -> None:
    """A wrong password asks for another one; a server that is busy for a later try."""
    fake.says("AUTHENTICATE", f"{{tag}} {answer}", always=True)
    told = Refusals()
    error = refusal(settings(fake.port, refused=told))
    assert type(error) is kind
    assert words in str(error)
    assert "secret" not in "".join(fake.log)
    assert told == ([str(error)] if kind is SignInNeeded else [])


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("CAPABILITY", "{tag} NO [UNAVAILABLE] later", Unavailable),
        ("LIST", "{tag} NO [UNAVAILABLE] later", Unavailable),
        ("EXAMINE", "{tag} NO [INUSE] locked", Unavailable),
        ("UID FETCH", "{tag} NO [OVERQUOTA] bandwidth exceeded", Unavailable),
        ("UID FETCH", "{tag} NO [LIMIT] slow down", Unavailable),
        ("UID FETCH", "* BYE [UNAVAILABLE] going down!", Unavailable),
        ("UID SEARCH", "* BYE Autologout!", Unavailable),
        ("UID FETCH", "* 1 FETCH (UID 1 BODY[HEADER] {400}\r\nMessage-ID: <1@exa!", Unavailable),
        ("UID FETCH", "hello, this is no IMAP\r\n{tag} OK done", Unavailable),
        ("UID SEARCH", "* SEARCH 1 2 never\r\n{tag} OK done", Unavailable),
    ],
)
def test_trouble_while_reading_is_over_some_time(
    fake: FakeImap, command: str, answer: str, kind: type[ConnectorError]
) -> None:
    """Whatever a server says instead of mail, nothing is taken for read: the next one has it."""
    fake.says(command, answer)
    ledger = Ledger()
    assert type(refusal(settings(fake.port), ledger)) is kind
    with closing(ImapMail(Line(settings(fake.port)))) as source:
        ledger.read(source)
    assert len(ledger.stamps) == 5


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        ("* BYE [UNAVAILABLE] too many connections", "asked again later"),
        ("* BYE go away", "made again later"),
        ("220 mail.example.org ESMTP", "check `host:` and `port:`"),
        ("SSH-2.0-OpenSSH_9.2", "check `host:` and `port:`"),
    ],
)
def test_what_greets_otherwise(greeting: str, words: str) -> None:
    """A server that is full, and one that is none for mail."""
    with FakeImap(greeting=greeting) as fake:
        error = refusal(settings(fake.port))
    assert type(error) is Unavailable
    assert words in str(error)


def test_a_closed_port() -> None:
    """Nobody listens there."""
    error = refusal(settings(free_port()))
    assert type(error) is Unavailable
    assert "check `host:` and `port:`" in str(error)


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for without end."""
    monkeypatch.setattr(wire, "SIGN_IN_SECONDS", 0.05)
    with FakeImap(greeting="* OK ready") as fake:
        fake.says("CAPABILITY", "", always=True)
        error = refusal(settings(fake.port))
    assert type(error) is Unavailable
    assert "in time" in str(error)


def test_a_password_stays_at_home() -> None:
    """Without TLS no other machine is even spoken to; nor is one that offers no STARTTLS told."""
    error = refusal(settings(1, host="192.0.2.1"))
    assert type(error) is Refused
    assert "tls: implicit" in str(error)
    with FakeImap() as fake:
        error = refusal(settings(fake.port, tls="starttls"))
        assert type(error) is Refused
        assert "offers no STARTTLS" in str(error)
        assert not [line for line in fake.log if line.startswith(("LOGIN", "AUTH"))]


def test_text_before_tls_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said in the clear behind the answer to STARTTLS may come from anybody; whatever the
    library below makes of it."""

    def begins(client: Any, context: ssl.SSLContext) -> None:
        client._imap._simple_command("STARTTLS")
        client._imap.sock = context.wrap_socket(client._imap.sock, server_hostname=client.host)

    monkeypatch.setattr(IMAPClient, "starttls", begins)
    with FakeImap("STARTTLS") as fake:
        fake.says("STARTTLS", "{tag} OK begin\r\n* PREAUTH hello")
        error = refusal(settings(fake.port, tls="starttls"))
        assert type(error) is Unavailable
        assert "was lost" in str(error)


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
def test_a_token_signs_in(fake: FakeImap, auth: str) -> None:
    """The token goes where it should, and one that is refused asks for a sign-in."""
    with closing(ImapMail(Line(settings(fake.port, auth=auth)))) as source:
        assert len(Ledger().read(source)) == 5
    words = base64.b64decode(fake.log[fake.log.index(f"AUTHENTICATE {auth.upper()}") + 1])
    assert b"auth=Bearer secret\1\1" in words
    assert b"ana" in words


def test_a_refused_token(fake: FakeImap) -> None:
    """The owner has to sign in again."""
    fake.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] token", always=True)
    error = refusal(settings(fake.port, auth="xoauth2"))
    assert type(error) is SignInNeeded
    assert "sign in again" in str(error)


def test_capabilities_that_are_refused(fake: FakeImap) -> None:
    """Whatever is said once the password was accepted, it is the right one."""
    told: list[str] = []
    for answer in ("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done", "{tag} BAD what?"):
        fake.says("CAPABILITY", answer)
    error = refusal(settings(fake.port, refused=lambda _, words: told.append(words)))
    assert type(error) is Refused
    assert "say what it can do" in str(error)
    assert told == []


def tls_server(
    tmp_path: Path, host: str = "127.0.0.1", *, expired: bool = False
) -> tuple[FakeImap, Path]:
    """A server that speaks TLS, and its certificate, which is for 127.0.0.1 and localhost."""
    made = certificate(tmp_path, expired=expired)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.path, made.key)
    return FakeImap(context=context, host=host), made.path


def test_certificates_are_verified(tmp_path: Path) -> None:
    """One that nobody here knows, one for another name, one that has expired: no password is sent,
    and each is told with its remedy. The one that is named is trusted."""
    server, path = tls_server(tmp_path)
    with server:
        unknown = refusal(settings(server.port, tls="implicit"))
        assert type(unknown) is Refused
        assert "ca_file" in str(unknown)
        missing = refusal(settings(server.port, tls="implicit", ca_file=str(tmp_path / "no.pem")))
        assert "correct `ca_file:`" in str(missing)
        trusted = settings(server.port, tls="implicit", ca_file=str(path))
        with closing(ImapMail(Line(trusted))) as source:
            assert Ledger().read(source) == []
        assert server.log.count("AUTHENTICATE PLAIN") == 1
    server, path = tls_server(tmp_path, host="127.0.0.2")
    with server:
        other = settings(server.port, tls="implicit", ca_file=str(path), host="127.0.0.2")
        assert "for another name" in str(refusal(other))
        assert server.log == []
    server, path = tls_server(tmp_path, expired=True)
    with server:
        expired = refusal(settings(server.port, tls="implicit", ca_file=str(path)))
        assert type(expired) is Unavailable
        assert "has expired" in str(expired)
        assert server.log == []


def test_tls_where_there_is_none(fake: FakeImap) -> None:
    """A port without TLS says so in words of its own."""
    error = refusal(settings(fake.port, tls="implicit"))
    assert type(error) is Refused
    assert "does not speak TLS" in str(error)


def test_tls_on_a_real_server(tmp_path: Path) -> None:
    """Dovecot with a certificate of its own: TLS at once, STARTTLS, and a wrong password."""
    if lacking := dovecot.why_not():
        pytest.skip(lacking)
    made = certificate(tmp_path)
    with dovecot.running(certificate=(made.path, made.key)) as server:
        for tls, port in (("implicit", server.tls_port), ("starttls", server.port)):
            trusted = settings(port, tls=tls, ca_file=str(made.path))
            with closing(ImapMail(Line(trusted))) as source:
                ledger = Ledger()
                ledger.read(source)
                assert ledger.cursor
            assert "ca_file" in str(refusal(settings(port, tls=tls)))
            wrong = Server("127.0.0.1", "ana", lambda: "other", port, tls, ca_file=str(made.path))
            assert type(refusal(wrong)) is SignInNeeded
