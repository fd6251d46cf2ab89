"""What a CalDAV server may say to a write, by the remedy that the core has for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from contract.dav_stages import ZONE, sessions
from contract.ledger import Ledger
from servers.fake_dav import WORK, Asked, FakeDav, Reply, fake_dav

from connectors.caldav.cards import Contacts, DavBook
from connectors.caldav.http import Session
from connectors.caldav.server import Server
from connectors.caldav.tasks import DavTasks
from connectors.contract import Draft
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Refused,
    Unavailable,
    Vanished,
)
from connectors.formats.vtodo import write_task
from connectors.records import Card

__all__ = ["sessions"]
pytestmark = pytest.mark.usefixtures("sessions")
DRAFT = Draft("k-1", "Call Ana", "", date(2026, 3, 30), datetime(2026, 3, 1, tzinfo=UTC))


def error(name: str) -> str:
    return f'<error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><{name}/></error>'


@pytest.fixture
def fake() -> Iterator[FakeDav]:
    with fake_dav() as running:
        yield running


def tasks(fake: FakeDav) -> DavTasks:
    return DavTasks(Server(Session(None, timeout=10), fake.url), "Work", ZONE)


def says(fake: FakeDav, reply: Reply, *methods: str) -> None:
    fake.script = lambda asked: reply if asked.method in (methods or ("PUT",)) else None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(400), Ambiguous),
        (Reply(400, error("C:valid-calendar-data")), BadItem),
        (Reply(403), Refused),
        (Reply(403, error("C:valid-calendar-data")), BadItem),
        (Reply(403, error("C:max-resource-size")), BadItem),
        (Reply(403, error("quota-not-exceeded")), Refused),
        (Reply(404), Vanished),
        (Reply(409), Vanished),
        (Reply(409, error("C:supported-calendar-component")), BadItem),
        (Reply(412, error("C:valid-calendar-object-resource")), BadItem),
        (Reply(413), BadItem),
        (Reply(423), Unavailable),
        (Reply(429), Unavailable),
        (Reply(500), Ambiguous),
        (Reply(502), Ambiguous),
        (Reply(503), Unavailable),
        (Reply(507), Refused),
    ],
)
def test_what_is_said_to_a_new_task(
    fake: FakeDav, reply: Reply, expected: type[ConnectorError]
) -> None:
    """A fault of the task sets it aside, a fault of the list or the server stops the list."""
    says(fake, reply)
    with pytest.raises(ConnectorError) as told:
        tasks(fake).create(DRAFT)
    assert type(told.value) is expected


def test_a_task_that_arrives_garbled(fake: FakeDav) -> None:
    """A 400 without a reason may be of the line: it is tried again, over another connection. Said
    each time, it is of the task; what went well in between counts anew."""
    listed, ports = tasks(fake), []
    answers = [400, 400, 0, *[400] * 4]

    def says_400(asked: Asked) -> Reply | None:
        if asked.method != "PUT":
            return None
        (held,) = listed.server.session._connections._open.values()
        ports.append(held.sock.getsockname())
        if status := answers.pop(0):
            return Reply(status)
        fake.put("k-1.ics", asked.body)
        return Reply(201)

    fake.script = says_400
    for expected in (Ambiguous, Ambiguous, None, Ambiguous, Ambiguous, Ambiguous, BadItem):
        if expected is None:
            assert listed.create(DRAFT).task.title == "Call Ana"
            fake.delete("k-1.ics")
            continue
        with pytest.raises(expected):
            listed.create(DRAFT)
        assert listed.find("k-1") == []
    assert len(set(ports[:3])) == 3


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(412), Conflict),
        (Reply(404), Conflict),
        (Reply(409), Vanished),
        (Reply(500), Ambiguous),
    ],
)
def test_what_is_said_to_a_change(
    fake: FakeDav, reply: Reply, expected: type[ConnectorError]
) -> None:
    """Somebody else was faster, or it is gone."""
    fake.put("k-1.ics", write_task(DRAFT).decode())
    listed = tasks(fake)
    (remote,) = listed.find("k-1")
    says(fake, reply)
    with pytest.raises(ConnectorError) as told:
        listed.update(remote, title="Call Bob")
    assert type(told.value) is expected


def test_a_task_that_is_there_already(fake: FakeDav) -> None:
    """412 to `If-None-Match: *`: it is returned as it is, and the condition was sent."""
    fake.put("k-1.ics", write_task(DRAFT).decode().replace("Call Ana", "Call her"))
    says(fake, Reply(412))
    assert tasks(fake).create(DRAFT).task.title == "Call her"
    (put,) = (one for one in fake.asked if one.method == "PUT")
    assert (put.headers["If-None-Match"], put.path) == ("*", f"{WORK}k-1.ics")


def test_something_else_in_the_way(fake: FakeDav) -> None:
    """An item of that name that is no task of ours is never touched."""
    fake.put("k-1.ics", write_task(DRAFT).decode().replace("k-1", "other"))
    says(fake, Reply(412))
    with pytest.raises(Refused, match="in the way"):
        tasks(fake).create(DRAFT)


def test_servers_that_cannot_be_asked_for_a_property(fake: FakeDav) -> None:
    """A query that is refused is no error: the file that is named after the key is looked at."""
    fake.put("k-1.ics", write_task(DRAFT).decode())
    fake.script = lambda asked: Reply(501) if "calendar-query" in asked.body else None
    assert [found.task.key for found in tasks(fake).find("k-1")] == ["k-1"]


def test_a_deletion_is_of_what_was_seen(fake: FakeDav) -> None:
    """412 means that it was changed; what is not there any more is fine."""
    fake.put("k-1.ics", write_task(DRAFT).decode())
    listed = tasks(fake)
    (remote,) = listed.find("k-1")
    says(fake, Reply(412), "DELETE")
    with pytest.raises(Conflict):
        listed.remove(remote)
    fake.delete("k-1.ics")
    listed.remove(remote)
    says(fake, Reply(404), "DELETE")
    listed.remove(remote)
    assert fake.asked[-1].headers["If-Match"] == remote.stamp


def test_a_list_that_cannot_be_made(fake: FakeDav) -> None:
    """The owner reads that they have to make it."""
    says(fake, Reply(403), "MKCALENDAR")
    with pytest.raises(Refused, match="make it there"):
        DavTasks(Server(Session(None, timeout=10), fake.url), "Next", ZONE).create(DRAFT)


def test_a_list_that_may_have_been_made(fake: FakeDav) -> None:
    """A lost answer to its making is no answer: the list is looked for before anything else."""
    says(fake, Reply(502), "MKCALENDAR")
    listed = DavTasks(Server(Session(None, timeout=10), fake.url), "Next", ZONE)
    with pytest.raises((Ambiguous, Unavailable)):
        listed.create(DRAFT)
    assert listed.find("k-1") == []
    assert Ledger().read(listed) == []


def test_no_address_book(fake: FakeDav) -> None:
    """Many servers have calendars alone: that is no trouble, until a card is to be added."""
    server = Server(Session(None, timeout=10), fake.url)
    assert Ledger().read(Contacts(server, "carddav")) == []
    with pytest.raises(Refused, match="no address book 'Friends'"):
        Ledger().read(Contacts(server, "carddav", ["Friends"]))
    for book in (DavBook(server, "carddav", "Met"), DavBook(server, "carddav", category="Met")):
        with pytest.raises(Refused, match="address book"):
            book.add_card(Card("u-1", "Ana"))


def test_requests_say_who_asks(fake: FakeDav) -> None:
    """And show no password where none is configured."""
    seen: list[Asked] = fake.asked
    tasks(fake).find("k-1")
    assert {one.headers["User-Agent"] for one in seen} == {"syncd"}
    assert not any("Authorization" in one.headers for one in seen)
