"""What is asked of a domain before anybody signs in: a real DNS server, real TLS, on loopback."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import ClassVar

import pytest
from fakes.exchange.server import running_exchange
from fakes.exchange.world import Clock
from servers.names import name_server, resolver_at
from servers.tls import Certificate, certificate

from syncd.setup import look
from syncd.setup.servers import Names, Network
from syncd.setup.servers.names import Service, Unanswered

XML = b"""<clientConfig><emailProvider><incomingServer type="imap"><hostname>imap.example.org
</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username>
<authentication>password-cleartext</authentication></incomingServer></emailProvider>
</clientConfig>"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"))


class Web(http.server.BaseHTTPRequestHandler):
    """A web server whose pages are as in `PAGES`: a status, and a body or a place to go to."""

    PAGES: ClassVar[dict[str, tuple[int, bytes]]] = {
        "/mail/config-v1.1.xml": (200, XML),
        "/large": (200, b"x" * 300_000),
        "/circle": (302, b"/circle"),
        "/clear": (301, b"http://localhost/mail/config-v1.1.xml"),
        "/away": (302, b"https://127.0.0.1/mail/config-v1.1.xml"),
        "/away-with-it": (302, b"https://127.0.0.1/mail/config-v1.1.xml?who=ana%40example.org"),
        "/.well-known/realm": (401, b""),
        "/.well-known/sabre": (307, b"/sabre"),
        "/sabre": (401, b'<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"/>'),
        "/.well-known/options": (301, b"/dav/"),
        "/dav/": (401, b""),
        "/.well-known/open": (207, b"<multistatus/>"),
        "/.well-known/club": (401, b"<html>Members only"),
        "/.well-known/shop": (301, b"/.well-known/shop/"),
        "/.well-known/shop/": (301, b"/en/"),
        "/en/": (200, b"<html>Welcome"),
        "/.well-known/login": (302, b"https://localhost/login?next=/.well-known/caldav"),
        "/login": (405, b""),
        "/.well-known/moved": (301, b"http://localhost/dav/"),
        "/.well-known/nothing": (404, b""),
    }
    REALMS: ClassVar[dict[str, str]] = {
        "/.well-known/realm": 'Basic realm="Radicale - Password Required"',
        "/sabre": 'Basic realm="Home", charset="UTF-8"',
        "/dav/": 'Basic realm="Home"',
        "/.well-known/club": 'Basic realm="Members"',
    }
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        status, body = self.PAGES.get(path, (404, b""))
        self.send_response(status)
        if path in self.REALMS:
            self.send_header("WWW-Authenticate", self.REALMS[path])
        if path == "/dav/" and self.command == "OPTIONS":
            self.send_header("DAV", "1, 3, calendar-access")
        if 300 <= status < 400:
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PROPFIND = do_OPTIONS = do_GET

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says what `talk` does to everybody who comes; its port."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = door.accept()
            except OSError:
                return
            with client, suppress(OSError):
                client.settimeout(10)
                talk(client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(door.getsockname()[1])
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(20)


def trusting(made: Certificate, port: int, names: Names | None = None) -> Network:
    """A network in which whatever is dialled is `localhost` at that port."""

    def dial(host: str, _: int) -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), timeout=5)

    return Network(names, dial, ssl.create_default_context(cafile=made.path))


def _server_side(made: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)
    return context


@pytest.fixture(scope="module")
def web(made: Certificate) -> Iterator[Network]:
    with _pages(made, Web) as network:
        yield network


@contextmanager
def _pages(made: Certificate, handler: type[Web]) -> Iterator[Network]:
    """A network of one web server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = _server_side(made).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield trusting(made, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(20)


def test_records_of_a_real_name_server() -> None:
    """SRV in the order in which they are tried, a dot as no host, TXT, MX by preference; what is
    not there is nothing, and silence is no answer."""
    records = {
        ("_imaps._tcp.example.org", "SRV"): [
            "10 5 993 late.example.org.",
            "0 1 994 light.example.org.",
            "0 9 995 heavy.example.org.",
        ],
        ("_imap._tcp.example.org", "SRV"): ["0 0 0 ."],
        ("_caldavs._tcp.example.org", "TXT"): ['"path=/" "dav/"'],
        ("example.org", "MX"): ["20 second.example.org.", "10 First.example.org."],
        ("autodiscover.example.org", "CNAME"): ["Autodiscover.Outlook.com."],
    }  # fmt: skip
    with name_server(records) as port:
        names = Names(resolver_at(port))
        assert names.services("_imaps._tcp.example.org") == [
            Service(0, 9, 995, "heavy.example.org"),
            Service(0, 1, 994, "light.example.org"),
            Service(10, 5, 993, "late.example.org"),
        ]
        assert names.services("_imap._tcp.example.org") == [Service(0, 0, 0, "")]
        assert names.texts("_caldavs._tcp.example.org") == ["path=/dav/"]
        assert names.exchangers("example.org") == ["first.example.org", "second.example.org"]
        assert names.alias("autodiscover.example.org") == "autodiscover.outlook.com"
        assert (names.alias("example.org"), names.texts("example.org")) == ("", [])
        assert names.services("_imaps._tcp.nowhere.example") == []
        assert names.exchangers("a..b") == names.exchangers("x" * 70 + ".org") == []
        assert names.trouble == ""
    with name_server({}, silent=True) as port:
        quiet = Names(resolver_at(port))
        quiet.seconds = 0.2
        with pytest.raises(Unanswered):
            quiet.exchangers("example.org")
        assert "does not answer" in quiet.trouble


def test_what_a_domain_publishes(made: Certificate, web: Network) -> None:
    """By https alone, of bounded size; the address goes to no other host."""
    assert web.get("https://localhost/mail/config-v1.1.xml?emailaddress=x").body == XML
    assert web.get("https://localhost/away", "ana@example.org").body == XML
    for path in ("clear", "circle", "large", "away-with-it"):
        with pytest.raises(ValueError, match=r"circles|large|https|another host"):
            web.get(f"https://localhost/{path}", "ana@example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        web.get("https://autoconfig.example.org/mail/config-v1.1.xml")
    with pytest.raises(ValueError, match="https"):
        web.get("http://localhost/mail/config-v1.1.xml")


def test_what_looks_like_a_calendar_server(web: Network) -> None:
    """It asks who is there in the way of such servers, or answers as one, be it where it sends us.
    Whoever asks for another reason, or sends strangers to a page of his, is none."""
    well_known = "https://localhost/.well-known/"
    for path in ("realm", "sabre", "options", "open"):
        assert web.asks_who(well_known + path), path
    for path in ("club", "shop", "login", "nothing"):
        assert not web.asks_who(well_known + path), path
    with pytest.raises(ValueError, match="https"):
        web.asks_who(well_known + "moved")


class Club(Web):
    """A web server that asks everybody for a password, whatever they want."""

    PAGES: ClassVar[dict[str, tuple[int, bytes]]] = dict.fromkeys(
        ("/EWS/Exchange.asmx", "/"), (401, b"")
    )
    REALMS: ClassVar[dict[str, str]] = dict.fromkeys(PAGES, 'Basic realm="Members"')


def test_what_is_an_exchange_server(made: Certificate, web: Network) -> None:
    """It asks for a sign-in where EWS is, and nowhere else; nothing is shown to it."""
    with running_exchange(Clock(), tls=_server_side(made)) as fake:
        network = trusting(made, fake.port)
        for schemes in (["Basic"], ["Negotiate", "NTLM"]):
            fake.signin.schemes = schemes
            assert network.speaks_ews("localhost")
        assert set(fake.signin.asked) <= {""}
    assert not web.speaks_ews("localhost")
    with _pages(made, Club) as club:
        assert not club.speaks_ews("localhost")


def test_who_greets(made: Certificate) -> None:
    """An IMAP server behind TLS; another server is none, and one with another name's certificate
    is not believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)

    def greet(client: socket.socket, words: bytes = b"* OK ready\r\n") -> None:
        with context.wrap_socket(client, server_side=True) as secured:
            secured.sendall(words)

    with serving(greet) as port:
        assert trusting(made, port).greets("localhost", 993)
        with pytest.raises(ssl.SSLCertVerificationError):
            trusting(made, port).greets("imap.example.org", 993)
    with serving(lambda client: greet(client, b"220 smtp\r\n")) as port:
        assert not trusting(made, port).greets("localhost", 993)


def test_which_encryption() -> None:
    """A server that greets in the clear is asked for STARTTLS; one that waits speaks TLS."""

    def plain(client: socket.socket, offered: bytes) -> None:
        client.sendall(b"* OK ready\r\n")
        client.recv(100)
        client.sendall(b"* CAPABILITY IMAP4rev1" + offered + b"\r\na OK done\r\n")

    network = Network()
    with serving(lambda client: plain(client, b" STARTTLS")) as port:
        assert network.encryption("localhost", port) == "starttls"
    with serving(lambda client: plain(client, b"")) as port:
        assert network.encryption("127.0.0.1", port) == "none"
    with serving(lambda client: client.sendall(b"\x15\x03\x01")) as port:
        assert network.encryption("localhost", port) == "implicit"
    with pytest.raises(ConnectionRefusedError):
        network.encryption("localhost", port)


def test_a_host_that_hangs_keeps_nobody_waiting(made: Certificate) -> None:
    """Everything that is asked together has one limit, whoever is silent."""
    stop = threading.Event()
    with serving(lambda _: _wait(stop)) as port, name_server({}) as dns:
        network = trusting(made, port, Names(resolver_at(dns)))
        network.limit = 0.3
        began = monotonic()
        assert not look("ana@example.org", network)
        assert monotonic() - began < 5
        stop.set()


def _wait(stop: threading.Event) -> None:
    stop.wait(20)
