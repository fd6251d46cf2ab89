"""Task lists and address books on real servers, together with other applications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from contract.dav_stages import ZONE, card, dav, event, server_of, todo
from contract.ledger import Ledger
from servers.dav import DavServer

from connectors.caldav.cards import Contacts, DavBook
from connectors.caldav.tasks import DavTasks
from connectors.contract import Draft
from connectors.errors import Conflict, Refused, Vanished
from connectors.formats.names import file_name
from connectors.formats.vcard import read_cards
from connectors.records import Card, Gone, Seen, Task

__all__ = ["dav"]
CREATED = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)


def draft(key: str = "syncd-0123456789abcdef01234567") -> Draft:
    return Draft(key, "Call Ana", "You met.", date(2026, 3, 30), CREATED)


def task_of(ledger: Ledger, ref: str) -> Task:
    (task,) = ledger.observations[ref]
    assert isinstance(task, Task)
    return task


@pytest.fixture
def tasks(dav: DavServer) -> Iterator[DavTasks]:
    """A list that another application made, with a name that is not its path."""
    path = dav.make_calendar("l1", "To do", "VTODO")
    tasks = DavTasks(server_of(dav), "To do", ZONE)
    yield tasks
    tasks.server.session.close()
    if path in {place.path for place in tasks.server.collections("caldav")}:
        dav.delete(path)
    tasks.server.session.close()


def test_what_other_applications_wrote_stays(dav: DavServer, tasks: DavTasks) -> None:
    """Properties and alarms that we do not know survive our updates, and their edits ours."""
    remote = tasks.create(draft())
    path = tasks._path(remote)
    theirs = dav.get(path).replace(
        b"END:VTODO",
        b"CATEGORIES:network\r\nX-APPLE-SORT-ORDER:42\r\nPERCENT-COMPLETE:30\r\nBEGIN:VALARM\r\n"
        b"ACTION:DISPLAY\r\nDESCRIPTION:Ring\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VTODO",
    )
    dav.put(path, theirs.replace(b"SUMMARY:Call Ana", b"SUMMARY:Call her"))
    with pytest.raises(Conflict):
        tasks.update(remote, due=date(2026, 4, 1))
    (found,) = tasks.find(draft().key)
    assert found.task.title == "Call her"
    tasks.update(found, due=date(2026, 4, 1))
    text = dav.get(path).decode()
    for line in (
        "CATEGORIES:network",
        "X-APPLE-SORT-ORDER:42",
        "TRIGGER:-PT15M",
        "SUMMARY:Call her",
    ):
        assert line in text
    assert re.search(r"DUE;VALUE=DATE:20260401", text)


def test_what_the_owner_does_comes_back(dav: DavServer, tasks: DavTasks) -> None:
    """A tick, a moved date, a deletion, a task of their own: each is told once."""
    ledger = Ledger()
    ledger.read(tasks)
    first, second = tasks.create(draft("a-1")), tasks.create(draft("a-2"))
    ledger.read(tasks)
    ticked = dav.get(tasks._path(first)).replace(
        b"STATUS:NEEDS-ACTION", b"STATUS:COMPLETED\r\nCOMPLETED:20260305T120000Z"
    )
    dav.put(tasks._path(first), ticked)
    dav.delete(tasks._path(second))
    own = tasks._path(second).replace("a-2", "own")
    dav.put(own, todo(9))
    items = {item.ref: item for item in ledger.read(tasks)}
    assert set(items) == {first.ref, second.ref, f"To do/{own}"}
    assert items[second.ref] == Gone(second.ref)
    told = task_of(ledger, first.ref)
    assert (told.completed, told.completed_at) == (True, datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert task_of(ledger, f"To do/{own}").key == ""
    assert ledger.read(tasks) == []
    assert [remote.task.completed for remote in tasks.find("a-1")] == [True]


def test_a_task_is_found_under_another_file_name(dav: DavServer, tasks: DavTasks) -> None:
    """Applications that export and import give items names of their own: the key is found by UID
    and by property, and twins are listed oldest first."""
    remote = tasks.create(draft())
    text = dav.get(tasks._path(remote))
    dav.delete(tasks._path(remote))
    elsewhere = tasks._path(remote).rpartition("/")[0] + "/imported.ics"
    dav.put(elsewhere, text)
    assert [found.ref for found in tasks.find(draft().key)] == [f"To do/{elsewhere}"]
    other_uid = re.sub(rb"UID:[^\r]*", b"UID:other@example.net", text)
    dav.put(
        elsewhere.replace("imported", "copied"), other_uid.replace(b"20260301T07", b"20260228T07")
    )
    found = [remote.ref.rpartition("/")[2] for remote in tasks.find(draft().key)]
    assert found == ["copied.ics", "imported.ics"]
    assert tasks.find("syncd-") == []


def test_a_list_is_made_for_tasks_alone_and_once(dav: DavServer) -> None:
    """Reading makes nothing; the first task does. Another run finds it by its name."""
    tasks = DavTasks(server_of(dav), "Próximos passos", ZONE)
    tasks.writable = False
    assert Ledger().read(tasks) == []
    assert tasks.find("k") == []
    with pytest.raises(Refused, match="make it there"):
        tasks.create(draft())
    tasks.writable = True
    tasks.create(draft())
    (made,) = (
        place for place in tasks.server.collections("caldav") if place.name == "Próximos passos"
    )
    assert made.components == {"VTODO"}
    again = DavTasks(server_of(dav), "Próximos passos", ZONE)
    again.create(draft("k-2"))
    ledger = Ledger()
    assert len(ledger.read(again)) == 2
    dav.delete(made.path)
    with pytest.raises(Vanished, match="nothing was deleted"):
        ledger.read(again)
    with pytest.raises(Vanished):
        ledger.read(DavTasks(server_of(dav), "Próximos passos", ZONE))
    with pytest.raises(Vanished):
        again.create(draft("k-3"))


def test_a_list_that_is_renamed_stays_ours(dav: DavServer, tasks: DavTasks) -> None:
    """After its first reading the list is known by its path, also in another run."""
    remote = tasks.create(draft())
    ledger = Ledger()
    ledger.read(tasks)
    dav.rename(tasks._path(remote).rpartition("/")[0] + "/", "Renamed")
    again = DavTasks(server_of(dav), "To do", ZONE)
    assert ledger.read(again) == []
    ledger.cursor = None
    assert [type(item) for item in ledger.read(DavTasks(server_of(dav), "To do", ZONE))] == [Seen]
    assert again.complete(remote, CREATED).task.completed


def test_a_new_list_that_is_renamed_before_it_is_read(dav: DavServer, tasks: DavTasks) -> None:
    """The cursor is from before it was made; what was written into it tells where it is."""
    dav.delete(f"{dav.home}l1/")
    ledger = Ledger()
    assert ledger.read(tasks) == []
    remote = tasks.create(draft())
    ledger.stamps[remote.ref] = remote.stamp  # as the core knows what it wrote
    path = tasks._path(remote).rpartition("/")[0] + "/"
    dav.rename(path, "Renamed")
    cursor = ledger.cursor
    assert ledger.read(tasks) == []
    ledger.cursor = cursor
    assert ledger.read(DavTasks(server_of(dav), "To do", ZONE)) == []
    assert list(ledger.stamps) == [remote.ref]
    dav.delete(path)


def test_of_two_with_one_name_the_one_for_tasks(dav: DavServer, tasks: DavTasks) -> None:
    """A calendar with the list's name is not written to."""
    path = dav.make_calendar("a-first", "To do")
    assert tasks.create(draft()).ref.startswith(f"To do/{dav.home}l1/")
    dav.delete(path)


def test_a_list_that_a_path_names(dav: DavServer, tasks: DavTasks) -> None:
    """Its path, or the end of it, will do as well."""
    for name in (f"{dav.home}l1/", f"{dav.home}l1", "l1"):
        assert DavTasks(server_of(dav), name, ZONE).find("nothing") == []
        assert Ledger().read(DavTasks(server_of(dav), name, ZONE)) == []


def test_removing_what_the_owner_just_wrote_in_is_a_conflict(
    dav: DavServer, tasks: DavTasks
) -> None:
    """Only what was seen is deleted."""
    remote = tasks.create(draft())
    dav.put(tasks._path(remote), dav.get(tasks._path(remote)).replace(b"Call Ana", b"Call Bob"))
    with pytest.raises(Conflict):
        tasks.remove(remote)
    tasks.remove(tasks.find(draft().key)[0])
    assert tasks.find(draft().key) == []


@pytest.mark.parametrize("key", ["a/b", "ü-1", "with space", "k" * 300, "..", "a&b<c>", "%2F"])
def test_keys_that_make_no_file_name(tasks: DavTasks, key: str) -> None:
    """They are keys all the same: written once, found again."""
    remote = tasks.create(replace(draft(), key=key))
    assert tasks.create(replace(draft(), key=key)) == remote
    assert [found.task.key for found in tasks.find(key)] == [key]
    assert re.fullmatch(r"[\w@=+.%-]+\.ics", file_name(key, ".ics"))


def test_contacts_of_both_versions_are_read(dav: DavServer) -> None:
    """vCard 3 and 4, from two address books; only the chosen ones where some are."""
    one, other = dav.make_book("b1", "Friends"), dav.make_book("b2", "Clients")
    dav.put(f"{one}1.vcf", card(1, "Ana Silva", "3.0"))
    dav.put(f"{other}2.vcf", card(2, "Bob Jones", "4.0"))
    names = {
        seen.name
        for item in Ledger().read(Contacts(server_of(dav), "carddav"))
        if isinstance(item, Seen)
        for seen in item.observations
        if isinstance(seen, Card)
    }
    assert names >= {"Ana Silva", "Bob Jones"}
    ledger = Ledger()
    assert len(ledger.read(Contacts(server_of(dav), "carddav", ["Clients"]))) == 1
    dav.delete(one)
    dav.delete(other)


def test_a_card_is_added_once(dav: DavServer) -> None:
    """To a book of its own, which is made; a second time it is left as it is, and so is the same
    person's card under another file name."""
    book = DavBook(server_of(dav), "carddav", "Met")
    ana = Card("u-1", "Ana Silva", ("ana@example.org",), "Example & Co", birthday="1980-04-01")
    ref = book.add_card(ana)
    ledger = Ledger()
    ledger.read(Contacts(server_of(dav), "carddav", ["Met"]))
    assert ledger.observations[ref] == (ana,)
    dav.put(ref.removeprefix("carddav/"), card(1).replace(b"UID:1", b"UID:u-1"))
    assert book.add_card(ana) == ref
    assert b"Example" not in dav.get(ref.removeprefix("carddav/"))
    place = ref.removeprefix("carddav/").rpartition("/")[0]
    dav.put(f"{place}/other.vcf", card(2, "Bob").replace(b"UID:2", b"UID:u-2"))
    assert book.add_card(Card("u-2", "Bob Jones")) == f"carddav/{place}/other.vcf"
    dav.delete(place + "/")


def test_a_card_may_be_marked_by_a_category(dav: DavServer) -> None:
    """In the first address book there is, where none of our own is wanted."""
    path = dav.make_book("a0", "Addresses")
    ref = DavBook(server_of(dav), "carddav", category="Met by syncd").add_card(Card("u-9", "Ana"))
    (read,) = read_cards(dav.get(ref.removeprefix("carddav/"))).cards
    assert read.categories == ("Met by syncd",)
    dav.delete(ref.removeprefix("carddav/"))
    dav.delete(path)


def test_an_event_in_the_list_is_no_task(dav: DavServer) -> None:
    """Calendars that take both are read for their tasks alone."""
    path = dav.make_calendar("both", "Both", "VTODO")
    tasks = DavTasks(server_of(dav), "Both", ZONE)
    status, _, _ = dav.ask("PUT", f"{path}e.ics", event(1), {"Content-Type": "text/calendar"})
    tasks.create(draft())
    read = [item for item in Ledger().read(tasks) if isinstance(item, Seen) and item.observations]
    assert len(read) == 1
    assert status in (201, 204, 403, 409, 412)
    dav.delete(path)
