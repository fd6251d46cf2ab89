"""Calendars are found from whatever URL, and come, go and change their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from contract.dav_stages import ZONE, card, dav, event, server_of
from contract.ledger import NOW, Ledger
from servers.dav import PASSWORD, USER, DavServer

from connectors.caldav.account import CaldavAccount
from connectors.caldav.calendar import Calendars
from connectors.caldav.http import Login
from connectors.errors import Refused
from connectors.records import Facet, Gone, Seen

__all__ = ["dav"]


@pytest.fixture
def two(dav: DavServer) -> Iterator[tuple[str, str]]:
    """Two calendars, Work and Home, with an event each."""
    work, home = dav.make_calendar("w1", "Work"), dav.make_calendar("h1", "Home")
    dav.put(f"{work}1.ics", event(1))
    dav.put(f"{home}2.ics", event(2))
    yield work, home
    for path in (work, home):
        dav.ask("DELETE", path)


def refs(items: Sequence[object]) -> list[str]:
    return [
        f"{type(item).__name__} {item.ref.removeprefix('caldav/')}"
        for item in items
        if isinstance(item, Seen | Gone)
    ]


def calendars(dav: DavServer, *chosen: str, path: str = "") -> Calendars:
    return Calendars(server_of(dav, path=path), "caldav", ZONE, None, chosen or None)


def test_any_url_leads_there(dav: DavServer, two: tuple[str, str]) -> None:
    """The root, the principal, the home: all calendars. One collection: that one, and contacts
    through whoever asks."""
    book = dav.make_book("bk")
    for path in ("", "/", f"/{USER}/", dav.home, dav.home.rstrip("/")):
        source = calendars(dav, path=path)
        assert len(Ledger().read(source)) == 2, path
        assert book in {place.path for place in source.server.collections("carddav")}
    for path in (two[0], two[0].rstrip("/")):
        source = calendars(dav, path=path)
        assert refs(Ledger().read(source)) == [f"Seen {two[0]}1.ics"]
        assert book in {place.path for place in source.server.collections("carddav")}
    dav.delete(book)


def test_a_path_that_is_wrong(dav: DavServer, two: tuple[str, str]) -> None:
    """The server's other doors lead there all the same."""
    assert len(Ledger().read(calendars(dav, path="/nothing/here/"))) == 2


def test_calendars_come_and_go(dav: DavServer, two: tuple[str, str]) -> None:
    """A new one is read as a whole; one that is deleted takes its events with it."""
    ledger, source = Ledger(), calendars(dav)
    ledger.read(source)
    third = dav.make_calendar("t1", "Third")
    dav.put(f"{third}3.ics", event(3))
    assert refs(ledger.read(source)) == [f"Seen {third}3.ics"]
    dav.delete(third)
    assert refs(ledger.read(source)) == [f"Gone {third}3.ics"]
    assert ledger.read(source) == []
    third = dav.make_calendar("t1", "Third")
    dav.put(f"{third}3.ics", event(3))
    assert refs(ledger.read(source)) == [f"Seen {third}3.ics"]
    dav.delete(third)


def test_chosen_calendars(dav: DavServer, two: tuple[str, str]) -> None:
    """By display name, by path, by the end of it; what is chosen no more is gone."""
    work, home = two
    for name in ("Work", work, "w1"):
        assert refs(Ledger().read(calendars(dav, name))) == [f"Seen {work}1.ics"]
    ledger = Ledger()
    assert len(ledger.read(calendars(dav, "Work", "Home"))) == 2
    assert refs(ledger.read(calendars(dav, "Work"))) == [f"Gone {home}2.ics"]


def test_a_chosen_calendar_that_is_renamed_stays_chosen(
    dav: DavServer, two: tuple[str, str]
) -> None:
    """It is known by its path, also in the next run; once it is deleted its name is missed, the
    others are read, and nothing is gone."""
    work, home = two
    ledger = Ledger()
    ledger.read(calendars(dav, "Work", "Home"))
    dav.rename(work, "Office")
    dav.put(f"{work}9.ics", event(9))
    assert refs(ledger.read(calendars(dav, "Work", "Home"))) == [f"Seen {work}9.ics"]
    dav.delete(work)
    dav.put(f"{home}8.ics", event(8))
    with pytest.raises(Refused, match=r"no calendar 'Work' .*there are: .*Home"):
        ledger.read(calendars(dav, "Work", "Home"))
    assert set(ledger.stamps) == {
        f"caldav/{work}1.ics", f"caldav/{work}9.ics", f"caldav/{home}2.ics", f"caldav/{home}8.ics"
    }  # fmt: skip


def test_a_calendar_that_never_was_there(dav: DavServer, two: tuple[str, str]) -> None:
    """The owner reads what there is."""
    with pytest.raises(Refused, match=r"no calendar 'Wrok' .*Home.*Work"):
        Ledger().read(calendars(dav, "Wrok"))


@pytest.mark.parametrize("token", ["", "http://radicale.org/ns/sync/" + "0" * 64, "0" * 40, "x<&>"])
def test_tokens_that_the_servers_do_not_know(
    dav: DavServer, two: tuple[str, str], token: str
) -> None:
    """Whatever a server says to a token that is none: the calendar is listed and compared, and a
    new token is taken."""
    work, home = two
    ledger = Ledger()
    ledger.read(calendars(dav, "Work", "Home"))
    real = next(p.token for p in server_of(dav).collections("caldav") if p.path == work)
    spoilt = (ledger.cursor or "").replace(real, token)
    assert spoilt != ledger.cursor
    ledger.cursor = spoilt
    dav.put(f"{work}1.ics", event(1, "Lunch"))
    dav.put(f"{work}5.ics", event(5))
    dav.delete(f"{home}2.ics")
    told = sorted(refs(ledger.read(calendars(dav, "Work", "Home"))))
    assert told == [f"Gone {home}2.ics", f"Seen {work}1.ics", f"Seen {work}5.ics"]
    assert ledger.read(calendars(dav, "Work", "Home")) == []


def test_an_account_as_it_is_configured(dav: DavServer, two: tuple[str, str]) -> None:
    """One source for each facet, which ask nothing before they are read; the same server's time;
    days of events for an audit."""
    book = dav.make_book("bk", "Friends")
    dav.put(f"{book}1.vcf", card(1))
    account = CaldavAccount(
        "home", dav.url, Login(USER, lambda: PASSWORD), calendars=["Work"], contacts=["Friends"],
        tasks="Next", cards="Met", zone=ZONE,
    )  # fmt: skip
    sources = {source.facet: source for source in account.sources()}
    assert list(sources) == [Facet.CALENDAR, Facet.CONTACTS, Facet.TASKS]
    assert [len(Ledger().read(source)) for source in sources.values()] == [1, 1, 0]
    assert account.task_list() is sources[Facet.TASKS]
    assert account.contact_book() is not None
    source = sources[Facet.CALENDAR]
    assert isinstance(source, Calendars)
    (counted,) = source.census()
    assert source.dated([counted.ref, "caldav//nowhere/1.ics"]) == {counted.ref: date(2026, 3, 2)}
    assert source.server_time() is not None
    assert [type(one) for one in source.read_again(["caldav//nowhere/1.ics"], _cursor(source))] == [
        Gone
    ]
    plain = CaldavAccount("home", dav.url, calendars=False, contacts=False)
    assert plain.sources() == []
    assert plain.task_list() is None
    assert plain.contact_book() is None
    dav.delete(book)


def _cursor(source: Calendars) -> str:
    ledger = Ledger()
    ledger.read(source, NOW)
    return ledger.cursor or ""
