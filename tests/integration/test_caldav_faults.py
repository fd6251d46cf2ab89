"""A CalDAV server behind a proxy that spoils connections, and servers that cannot be entered."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from contract.dav_stages import ZONE, event, in_memory, server_of
from contract.ledger import NOW, Ledger
from servers.dav import PASSWORD, USER, DavServer, free_port
from servers.proxy import DOWN, UP, Fault, Kind, Proxy
from servers.radicale import radicale
from servers.tls import certificate, greeter

from connectors.caldav import source
from connectors.caldav.calendar import Calendars
from connectors.caldav.http import Login, Session
from connectors.caldav.server import Server
from connectors.caldav.tasks import DavTasks
from connectors.contract import Draft, Remote
from connectors.errors import Ambiguous, Refused, SignInNeeded, Unavailable

CREATED = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def real() -> Iterator[DavServer]:
    """A server with a calendar of 60 events."""
    with in_memory() as folder, radicale(folder / "radicale") as server:
        path = server.make_calendar("work", "Work")
        for number in range(60):
            server.put(f"{path}{number}.ics", event(number))
        server.make_calendar("tasks", "Tasks", "VTODO")
        yield server


@pytest.fixture
def proxy(real: DavServer) -> Iterator[Proxy]:
    with Proxy(int(real.url.rstrip("/").rpartition(":")[2])) as running:
        yield running


def behind(proxy: Proxy) -> Server:
    login = Login(USER, lambda: PASSWORD)
    return Server(Session(login, timeout=10), f"http://127.0.0.1:{proxy.port}/")


@pytest.mark.parametrize(("kind", "rounds"), [("cut", 16), ("reset", 5), ("half-close", 5)])
def test_a_back_fill_that_is_spoilt_anywhere_loses_and_doubles_nothing(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, kind: Kind, rounds: int
) -> None:
    """A connection ends at a random byte while everything is read; the next reading goes on where
    the last was committed. In the end every event was told as it is, and once."""
    monkeypatch.setattr(source, "BATCH", 15)
    chance = random.Random(f"caldav {kind}")
    whole = Ledger()
    whole.read(Calendars(behind(proxy), "caldav", ZONE, chosen=["work"]))
    failures = 0
    for _ in range(rounds):
        ledger, told = Ledger(), list[str]()
        calendars = Calendars(behind(proxy), "caldav", ZONE, chosen=["work"])
        proxy._plans.clear()  # of the last round
        # This server gives each answer a connection: three that lead there, a listing, four with
        # events; packed they have 500 to 3,000 bytes.
        proxy.plan(*[None] * chance.randrange(8), Fault(kind, DOWN, chance.randrange(1_330)))
        for _ in range(5):
            try:
                for batch in calendars.changes(ledger.cursor, ledger, NOW):
                    told += [item.ref for item in batch.items]
                    ledger.commit(batch)
                break
            except Unavailable:
                failures += 1
        assert ledger.observations == whole.observations
        assert ledger.stamps == whole.stamps
        assert len(told) == len(set(told)) == 60
    assert failures > rounds // 3


def test_what_changed_while_connections_break(proxy: Proxy, real: DavServer) -> None:
    """A later reading that is cut anywhere is told again: the token moves with the batch."""
    chance = random.Random("later")
    path = real.make_calendar("later")
    calendars = Calendars(behind(proxy), "caldav", ZONE, chosen=["later"])
    ledger = Ledger()
    ledger.read(calendars)
    for number in range(12):
        real.put(f"{path}{number}.ics", event(100 + number))
        calendars.server.session.close()
        proxy.plan(Fault("cut", DOWN, chance.randrange(4_000)))
        try:
            ledger.read(calendars)
        except Unavailable:
            ledger.read(calendars)
        assert len(ledger.stamps) == number + 1
    real.delete(path)


def until_done(attempt: Callable[[], object], tasks: DavTasks, key: str) -> Sequence[Remote]:
    """What the core does: a lost answer is looked for, everything else is tried again."""
    for _ in range(20):
        try:
            attempt()
            break
        except Ambiguous:
            if tasks.find(key):
                break
        except Unavailable:
            continue
    return tasks.find(key)


@pytest.mark.parametrize("way", [UP, DOWN])
def test_a_task_is_created_once_whatever_breaks(proxy: Proxy, real: DavServer, way: str) -> None:
    """The request or its answer is cut at any byte: the look finds it or it is written again, and
    there is one."""
    chance = random.Random(f"create {way}")
    tasks = DavTasks(behind(proxy), "Tasks", ZONE)
    tasks.find("")  # the list is known, so that creating begins with the PUT
    ambiguous = 0
    for number in range(12):
        key = f"{way}-{number}"
        draft = Draft(key, f"Call {number}", "note " * 50, date(2026, 3, 30), CREATED)

        def attempt(draft: Draft = draft) -> None:
            nonlocal ambiguous
            tasks.server.session.close()
            proxy.plan(Fault("cut", way, chance.randrange(1_200 if way == UP else 250)))
            try:
                tasks.create(draft)
            except Ambiguous:
                ambiguous += 1
                raise

        (remote,) = until_done(attempt, tasks, key)
        assert remote.task.title == f"Call {number}"
    assert ambiguous > 2
    listed = Ledger()
    listed.read(DavTasks(server_of(real), "Tasks", ZONE))
    assert sum(f"/{way}-" in ref for ref in listed.stamps) == 12


def test_a_change_whose_answer_is_lost_is_ambiguous(proxy: Proxy) -> None:
    """It happened all the same, and the old stamp does not let it happen twice."""
    tasks = DavTasks(behind(proxy), "Tasks", ZONE)
    remote = tasks.create(Draft("lost", "Call Ana", "", date(2026, 3, 30), CREATED))
    real_got = tasks._got

    def got(*arguments: object) -> object:
        found = real_got(*arguments)  # type: ignore[arg-type]  # as given
        tasks.server.session.close()
        proxy.plan(Fault("cut", DOWN, 1))
        return found

    tasks._got = got  # type: ignore[assignment,method-assign]  # the line breaks behind the look
    with pytest.raises(Ambiguous):
        tasks.complete(remote, CREATED)
    (found,) = tasks.find("lost")
    assert found.task.completed
    assert found.stamp != remote.stamp


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(proxy: Proxy) -> None:
    """Between two polls servers close what is idle: that is no trouble at all."""
    calendars = Calendars(behind(proxy), "caldav", ZONE)
    ledger = Ledger()
    ledger.read(calendars)
    proxy.cut_all()
    assert ledger.read(calendars) == []


def test_a_server_that_hangs() -> None:
    """It is given up once nothing came for as long as the session waits."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unavailable, match="stopped answering"):
            Ledger().read(Calendars(Server(Session(None, timeout=0.2), url), "caldav", ZONE))


def test_a_closed_port_is_named() -> None:
    """The owner reads which host and port, and what to look at."""
    port = free_port()
    server = Server(Session(None), f"http://127.0.0.1:{port}/")
    with pytest.raises(Unavailable, match=rf"127\.0\.0\.1:{port} refuses connections: check `url`"):
        Ledger().read(Calendars(server, "caldav", ZONE))


def test_a_wrong_password_is_told_without_it(real: DavServer) -> None:
    """And without any hope of its getting better by itself."""
    with pytest.raises(SignInNeeded) as told:
        Ledger().read(Calendars(server_of(real, "hunter2"), "caldav", ZONE))
    assert "owner" in str(told.value)
    assert "hunter2" not in str(told.value)


def read(url: str, ca_file: Path | None) -> int:
    login = Login(USER, lambda: PASSWORD)
    server = Server(Session(login, ca_file, timeout=10), url)
    return len(Ledger().read(Calendars(server, "caldav", ZONE)))


def test_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of our own counts once it is named, and not before; then the system's do not
    count any more."""
    good, other = certificate(tmp_path), certificate(tmp_path, "other")
    with in_memory() as folder, radicale(folder, good) as server:
        server.put(server.make_calendar("work") + "1.ics", event(1))
        assert read(server.url, good.path) == 1
        with pytest.raises(Unavailable, match="`ca_file:`"):
            read(server.url, None)
        with pytest.raises(Unavailable):
            read(server.url.replace("https", "http"), None)
        monkeypatch.setenv("SSL_CERT_FILE", str(good.path))
        assert read(server.url, None) == 1
        with pytest.raises(Unavailable, match="`ca_file:`"):
            read(server.url, other.path)


def test_what_is_wrong_with_a_certificate(tmp_path: Path) -> None:
    """Each fault has a remedy of its own."""
    old = certificate(tmp_path, "old", expired=True)
    with greeter(old) as port, pytest.raises(Unavailable, match="expired"):
        read(f"https://localhost:{port}/", old.path)
    other = certificate(tmp_path, "other", host="dav.example.org")
    with greeter(other) as port, pytest.raises(Unavailable, match="another name"):
        read(f"https://localhost:{port}/", other.path)
    with pytest.raises(Refused, match="No such file"):
        read("https://localhost:1/", tmp_path / "absent.pem")
    with pytest.raises(Refused, match="`ca_file`"):
        read("https://localhost:1/", other.key)


def test_tls_where_there_is_none(real: DavServer) -> None:
    """A port that speaks plain HTTP is named."""
    with pytest.raises(Unavailable, match="TLS"):
        read(real.url.replace("http://127.0.0.1", "https://localhost"), None)
