"""Which collections tasks can be written to, and what is said of those that do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from contract.dav_stages import ZONE, card, dav, event, server_of, sessions
from contract.ledger import Ledger
from servers.dav import PASSWORD, USER, DavServer
from servers.fake_dav import FakeDav, Reply, fake_dav

from connectors.caldav.account import CaldavAccount
from connectors.caldav.http import Login
from connectors.caldav.tasks import DavTasks
from connectors.contract import Draft
from connectors.errors import ConnectorError, Refused, Unavailable
from syncd.config import CaldavAccountSettings
from syncd.wiring import trial

__all__ = ["dav", "sessions"]
pytestmark = pytest.mark.usefixtures("sessions")
DRAFT = Draft("k-1", "Call Ana", "You met.", date(2026, 3, 30), datetime(2026, 3, 1, tzinfo=UTC))
RIGHTS = "<current-user-privilege-set>{}</current-user-privilege-set>"
TAKES = "<C:supported-calendar-component-set>{}</C:supported-calendar-component-set>"


@pytest.fixture
def fake() -> Iterator[FakeDav]:
    with fake_dav() as running:
        yield running


def surveyed(account: CaldavAccount) -> tuple[list[str], str]:
    """What a survey tells behind the first two lines, and what it then raises."""
    told: list[str] = []
    try:
        told.extend(account.survey())
    except ConnectorError as error:
        # Lines that were told before an error are told all the same.
        return told[2:], str(error)
    return told[2:], ""


def account(dav: DavServer, tasks: str, **chosen: list[str]) -> CaldavAccount:
    login = Login(USER, lambda: PASSWORD) if dav.signs_in else None
    return CaldavAccount("home", dav.url, login, tasks=tasks, zone=ZONE, **chosen)  # type: ignore[arg-type]


def test_tasks_go_into_no_calendar(dav: DavServer) -> None:
    """A collection that takes appointments alone is refused by whoever reads, writes or looks, and
    nothing is written into it."""
    path = dav.make_calendar("c1", "Appointments")
    dav.put(f"{path}1.ics", event(1))
    words = "Appointments is a calendar that takes no tasks: name a task list in `tasks:`"
    listed = DavTasks(server_of(dav), "Appointments", ZONE)
    with pytest.raises(Refused, match=words):
        Ledger().read(listed)
    with pytest.raises(Refused, match=words):
        listed.create(DRAFT)
    calendars, trouble = surveyed(account(dav, "Appointments", contacts=[]))
    assert "Appointments" in calendars[0]
    assert trouble.startswith(words)
    assert b"VTODO" not in dav.ask("PROPFIND", path, headers={"Depth": "1"})[2]
    dav.delete(path)
    assert Ledger().read(listed) == [], "it never was the list, and has not vanished"


def test_a_calendar_with_the_name_that_the_list_had(dav: DavServer) -> None:
    """The list was renamed, and a calendar has its name now: tasks stay in the list."""
    path = dav.make_calendar("l1", "To do", "VTODO")
    listed, ledger = DavTasks(server_of(dav), "To do", ZONE), Ledger()
    ledger.read(listed)
    dav.rename(path, "Someday")
    other = dav.make_calendar("c1", "To do")
    ledger.read(DavTasks(server_of(dav), "To do", ZONE))
    assert listed.create(DRAFT).ref.startswith(f"To do/{path}")
    dav.delete(path)
    dav.delete(other)


def test_real_servers_tell_that_we_may_write(dav: DavServer) -> None:
    """What is one's own is no read-only list."""
    path = dav.make_calendar("l1", "To do", "VTODO")
    _, trouble = surveyed(account(dav, "To do"))
    assert not trouble
    (place,) = (one for one in server_of(dav).collections("caldav") if one.path == path)
    assert place.writable
    dav.delete(path)


@pytest.mark.parametrize(
    ("rights", "writable"),
    [
        ("", True),
        (RIGHTS.format(""), True),
        (RIGHTS.format("<privilege><read/></privilege>"), False),
        (RIGHTS.format("<privilege><read/></privilege><privilege><C:read-free-busy/></privilege>"
                       "<privilege><write-properties/></privilege>"), False),
        (RIGHTS.format("<privilege><read/></privilege><privilege><bind/></privilege>"), True),
        (RIGHTS.format("<privilege><read/><write-content/></privilege>"), True),
        (RIGHTS.format("<privilege><all/></privilege>"), True),
    ],
)  # fmt: skip
def test_a_list_that_is_read_only(fake: FakeDav, rights: str, *, writable: bool) -> None:
    """RFC 3744: it is told when the account is looked at, and `init` does not offer it; without a
    word of the server about rights, everything may be written."""
    fake.more = rights + TAKES.format('<C:comp name="VTODO"/>')
    lines, trouble = surveyed(
        CaldavAccount("home", fake.url, calendars=False, contacts=False, tasks="Work")
    )
    if writable:
        assert (lines, trouble) == (["tasks are written to Work"], "")
    else:
        assert (lines, trouble) == ([], (
            "Work, the task list, is read-only for this login: give it the right to write there, "
            "or name another list in `tasks:`"
        ))  # fmt: skip
    settings = CaldavAccountSettings(name="home", kind="caldav", url=fake.url, contacts=False)
    found = trial.collections(settings, trial.Typed(""), Path())
    assert (found.lists, found.own_lists) == ((["Work"], 1) if writable else ([], 0))
    assert found.others == ([] if writable else ["Work"])


def test_of_two_with_one_name_the_one_that_may_be_written(
    dav: DavServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that somebody shared has the name of one's own, and comes first."""
    shared, own = (dav.make_calendar(name, "To do", "VTODO") for name in ("a1", "b1"))
    server = server_of(dav)
    places = [one._replace(writable=one.path == own) for one in server.collections("caldav")]
    monkeypatch.setattr(server.discovery, "collections", lambda service: places)
    assert DavTasks(server, "To do", ZONE).create(DRAFT).ref.startswith(f"To do/{own}")
    dav.delete(shared)
    dav.delete(own)


def test_all_that_is_missing_is_told(dav: DavServer) -> None:
    """Names of calendars and address books that are not there, at once, with those that could be
    meant: no list for tasks alone among the calendars."""
    paths = [
        dav.make_calendar("w1", "Work"), dav.make_calendar("l1", "To do", "VTODO"),
        dav.make_book("b1", "Friends"),
    ]  # fmt: skip
    dav.put(f"{paths[2]}1.vcf", card(1))
    wrong = account(dav, "To do", calendars=["Wrok", "Hmoe", "Work"], contacts=["Freinds"])
    lines, trouble = surveyed(wrong)
    assert lines == ["tasks are written to To do"]
    calendars, books = trouble.split("; ")
    assert "there is no calendar 'Wrok' or 'Hmoe' on the server (there are: " in calendars
    assert "Work" in calendars
    assert "To do" not in calendars
    assert "there is no address book 'Freinds' on the server (there are: " in books
    for path in paths:
        dav.delete(path)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Unavailable), (405, Refused), (410, Unavailable), (501, Refused)]
)
def test_what_is_no_calendar_server(fake: FakeDav, status: int, kind: type[ConnectorError]) -> None:
    """Any other web server: that is said, and where to look."""
    fake.script = lambda _: Reply(status)
    place = fake.url.split("/")[2]
    words = f"{place} is no CalDAV server at this URL (HTTP {status}): check `url`"
    with pytest.raises(kind) as told:
        list(CaldavAccount("home", fake.url).survey())
    assert str(told.value) == words
