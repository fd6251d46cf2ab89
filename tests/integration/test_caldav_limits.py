"""CalDAV servers that are slow, or have large items, or let a login into some things only."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from xml.sax.saxutils import escape

import pytest
from contract.dav_stages import ZONE, event, sessions
from contract.ledger import Ledger
from refusals import Refusals
from servers.fake_dav import WORK, Asked, FakeDav, Reply, fake_dav

from connectors.caldav import fetch, response
from connectors.caldav.calendar import Calendars
from connectors.caldav.cards import Contacts
from connectors.caldav.http import Login, Session
from connectors.caldav.server import Server
from connectors.contract import Closable
from connectors.errors import Refused, SignInNeeded, Unavailable

__all__ = ["sessions"]
pytestmark = pytest.mark.usefixtures("sessions")
REFUSAL = Reply(401, "", {"WWW-Authenticate": 'Basic realm="x"'})
_LONG = 5.0  # seconds: whoever still listens then has no limit


@pytest.fixture
def fake() -> Iterator[FakeDav]:
    with fake_dav() as running:
        yield running


@contextmanager
def answering(begin: bytes, again: bytes = b"") -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that says `begin` to each request, then `again` a few times a second, and hangs up
    after a while. Its URL, and the connections it had."""
    held: list[socket.socket] = []
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                held.append(listening.accept()[0])
                with suppress(OSError):
                    held[-1].recv(10_000)
                    held[-1].sendall(begin)
                    until = monotonic() + _LONG
                    while again and not over.wait(0.02):
                        if monotonic() > until:
                            held[-1].shutdown(socket.SHUT_RDWR)
                        held[-1].sendall(again)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/", held
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for one in held:
                one.close()


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 207 Multi-Status\r\nX: ",
        b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 999999\r\n\r\n",
        b"HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
    ids=["head", "body", "chunk"],
)
def test_an_answer_that_drips_has_an_end(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and all of them never do: it is given up, as a lost answer."""
    monkeypatch.setattr(response, "_IN_ALL", 0.3)
    with answering(begin, b"x") as (url, _), pytest.raises(Unavailable, match="too slowly"):
        Session(None, timeout=20).request("PROPFIND", url)


def test_a_head_has_less_time_than_a_body() -> None:
    """Twice the patience of a session."""
    begin = b"HTTP/1.1 207 Multi-Status\r\nX: "
    with answering(begin, b"x") as (url, _), pytest.raises(Unavailable, match="too slowly"):
        Session(None, timeout=0.2).request("PROPFIND", url)


def test_a_silent_server_keeps_one_source_waiting() -> None:
    """The next one, and the question for the time, have their answer at once."""
    with answering(b"") as (url, held):
        server = Server(Session(None, timeout=0.2), url)
        for ask in (server.time, lambda: Ledger().read(Calendars(server, "caldav", ZONE))):
            with pytest.raises(Unavailable, match="stopped answering"):
                ask()
        with pytest.raises(Unavailable, match="stopped answering"):
            Ledger().read(Contacts(server, "carddav"))
        assert len(held) == 1


def test_closing_waits_for_nobody(fake: FakeDav) -> None:
    """A source that ends while another one is asking leaves it the connection; later it closes."""
    calendars = Calendars(Server(Session(None, timeout=10), fake.url), "caldav", ZONE)
    assert isinstance(calendars, Closable)
    closed: list[bool] = []

    def script(_: Asked) -> None:
        thread = threading.Thread(target=calendars.close)
        thread.start()
        thread.join(3)
        closed.append(not thread.is_alive())

    fake.script = script
    Ledger().read(calendars)
    assert closed
    assert all(closed)
    held = list(calendars.server.session._connections._open.values())
    calendars.close()
    assert [one.sock for one in held] == [None]


def served(
    fake: FakeDav, size: int, order: int, said: Mapping[str, int]
) -> Callable[[Asked], Reply | None]:
    """Multigets are answered in that order, each item with a long description; with 200, or what is
    `said` of it."""

    def script(asked: Asked) -> Reply | None:
        if "calendar-multiget" not in asked.body:
            return None
        told = "".join(
            f"<response><href>{path}</href><propstat><prop><getetag>{fake._etag(name)}</getetag>"
            f"<C:calendar-data>{escape(fake.items[name])}X-LONG:{'x' * size}\r\n</C:calendar-data>"
            f"</prop><status>HTTP/1.1 {said.get(name, 200)} So</status></propstat></response>"
            for path in re.findall(r"href>([^<]+)<", asked.body)[::order]
            if (name := path.removeprefix(WORK))
        )
        spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        return Reply(207, f"<multistatus {spaces}>{told}</multistatus>")

    return script


def sizes(fake: FakeDav) -> list[int]:
    return [one.body.count("<D:href>") for one in fake.asked if "-multiget" in one.body]


@pytest.mark.parametrize("order", [1, -1])
def test_large_items_are_read_in_smaller_numbers(
    fake: FakeDav, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    """What came of an answer that is too much is kept, the rest asked for; later chunks are as
    large as such an answer. What was not in it is asked for alone."""
    monkeypatch.setattr(fetch, "_MUCH", 100_000)
    for number in range(40):
        fake.put(f"{number}.ics", event(number).decode())
    fake.script = served(fake, 10_000, order, {"1.ics": 500, "39.ics": 500})
    ledger = Ledger()
    ledger.read(Calendars(Server(Session(None, timeout=10), fake.url), "caldav", ZONE))
    assert (len(ledger.stamps), ledger.reasons) == (40, {})
    assert sizes(fake)[0] == 40
    assert max(sizes(fake)[1:]) <= 10
    assert len(sizes(fake)) < 15


def test_an_item_that_is_too_large_is_set_aside(
    fake: FakeDav, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are read: what is beyond the limit of an answer is halved until it is alone."""
    monkeypatch.setattr(response, "LIMIT", 30_000)
    for number in range(8):
        fake.put(f"{number}.ics", event(number, "x" * 40_000 if number == 3 else "a").decode())
    ledger = Ledger()
    ledger.read(Calendars(Server(Session(None, timeout=10), fake.url), "caldav", ZONE))
    assert len(ledger.stamps) == 8
    assert ledger.reasons == {f"caldav/{WORK}3.ics": "it is too large"}


def test_a_calendar_that_lets_nobody_in(fake: FakeDav) -> None:
    """A 401 of one resource, where the login is good for another, is no wrong password; once it is
    of all of them, it is."""
    refused = Refusals()
    login = Login("ana", lambda: "secret", refused=refused)
    calendars = Calendars(Server(Session(login, timeout=10), fake.url), "caldav", ZONE)
    fake.script = lambda asked: (
        REFUSAL if asked.path == WORK or "Authorization" not in asked.headers else None
    )
    with pytest.raises(Refused, match="Work"):
        Ledger().read(calendars)
    assert not refused
    fake.script = lambda _: REFUSAL
    with pytest.raises(SignInNeeded):
        Ledger().read(calendars)
    assert len(refused) == 1


def test_what_anybody_may_see_proves_no_password(fake: FakeDav) -> None:
    """A server whose root is open to all: what it refuses behind it, it refuses to the login."""
    refused = Refusals()
    login = Login("ana", lambda: "wrong", refused=refused)
    fake.script = lambda asked: None if asked.path == "/" else REFUSAL
    with pytest.raises(SignInNeeded):
        Ledger().read(Calendars(Server(Session(login, timeout=10), fake.url), "caldav", ZONE))
    assert len(refused) == 1


@pytest.mark.parametrize("door", ["/", "/.well-known/caldav"])
def test_a_password_goes_to_no_other_port(fake: FakeDav, door: str) -> None:
    """Of this machine it may be somebody else's, whichever door leads there."""
    with fake_dav() as other:

        def moved(asked: Asked) -> Reply | None:
            if asked.path == door:
                return Reply(301, "", {"Location": f"{other.url}me/"})
            return Reply(404) if asked.path == "/" else None

        fake.script = moved
        login = Login("ana", lambda: "secret")
        with pytest.raises((Refused, Unavailable), match="`url`"):
            Ledger().read(Calendars(Server(Session(login, timeout=10), fake.url), "caldav", ZONE))
        assert not any("Authorization" in one.headers for one in other.asked)


def test_names_are_shown_without_controls(fake: FakeDav) -> None:
    """A calendar that somebody shared may be called anything."""
    real = fake._calendar
    fake._calendar = lambda: real().replace("Work", "Wo\x9b31mrk")  # type: ignore[method-assign]
    (place,) = Server(Session(None, timeout=10), fake.url).collections("caldav")
    assert place.name == "Wo31mrk"
