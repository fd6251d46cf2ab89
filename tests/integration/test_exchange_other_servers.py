"""EWS as others serve it: as far as its documents go, and no kinder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from contract.ledger import Ledger
from exchange_box import Box, box_of
from exchange_desk import ANA, account_of, exchange_of, server_of
from fakes.exchange import served
from fakes.exchange.call import Call, SoapFault, Trouble, failed, response
from fakes.exchange.fixtures import FakeExchange, clock, exchange
from fakes.exchange.xml import Element, local, m

from connectors.contract import Draft
from connectors.errors import Ambiguous, Unavailable
from connectors.exchange.places import TASKS, places
from connectors.exchange.resolver import Resolver
from connectors.exchange.session import Exchange

__all__ = ["clock", "exchange"]

Patch = Callable[[str, Callable[[Call, Element], None]], None]


@pytest.fixture
def box(exchange: FakeExchange) -> Iterator[Box]:
    with box_of(exchange) as made:
        yield made


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Patch:
    """The answers to an operation are changed so before they go out."""

    def patch(name: str, change: Callable[[Call, Element], None]) -> None:
        before = served.SERVED[name]

        def instead(call: Call) -> Element:
            made = before(call)
            change(call, made)
            return made

        monkeypatch.setitem(served.SERVED, name, instead)

    return patch


def without(*names: str) -> Callable[[Call, Element], None]:
    """No such elements, nor attributes."""

    def change(_: Call, answer: Element) -> None:
        for one in list(answer.iter("{*}*")):
            for name in names:
                one.attrib.pop(name, None)
            if local(one) in names:
                one.getparent().remove(one)

    return change


def mails(box: Box, count: int) -> set[str]:
    """So many, a day apart."""
    now = box.exchange.now()
    for number in range(count):
        box.mail(f"mail {number}", at=now - timedelta(days=number))
    return {f"mail {number}" for number in range(count)}


@pytest.mark.parametrize("lacking", [(), ("TotalItemsInView",)])
def test_pages_that_do_not_say_where_they_go_on(
    box: Box, answered: Patch, lacking: tuple[str, ...]
) -> None:
    """IndexedPagingOffset is optional: the next page begins behind what came."""
    box.exchange.page = 2
    answered("FindItem", without("IndexedPagingOffset", *lacking))
    assert mails(box, 7) == box.subjects()


def test_a_server_that_sorts_by_something_else(box: Box, answered: Patch) -> None:
    """Pages in another order than was asked for leave nothing out."""
    box.exchange.page = 30

    def unsorted(call: Call) -> Element:
        for one in call.body.findall("{*}SortOrder"):
            call.body.remove(one)
        return before(call)

    before = served.SERVED["FindItem"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(served.SERVED, "FindItem", unsorted)
        assert mails(box, 75) == box.subjects()


def test_folders_that_do_not_say_their_class(exchange: FakeExchange, answered: Patch) -> None:
    """What they hold is known by what they are told as; a search folder is none for mail."""
    answered("FindFolder", without("FolderClass"))
    ana = exchange.account(ANA)
    ana.tasks.make_list("Errands")
    listed = places(exchange_of(exchange))
    assert {one.name for one in listed if one.holds(TASKS)} >= {"Tasks", "Errands"}
    with box_of(exchange) as box:
        box.mail("here")
        assert box.subjects() == {"here"}


@pytest.mark.parametrize("code", ["ErrorSchemaValidation", "ErrorInternalServerError"])
def test_a_server_that_does_not_know_all_folders(
    box: Box, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A name that it does not know takes none of the others with it: spam stays unread."""
    before = served.SERVED["GetFolder"]

    def strict(call: Call) -> Element:
        names = {one.get("Id") for one in call.body.iter("{*}DistinguishedFolderId")}
        if names & {"archivemsgfolderroot", "syncissues", "conversationhistory"}:
            raise SoapFault(code)
        return before(call)

    monkeypatch.setitem(served.SERVED, "GetFolder", strict)
    box.mail("here")
    box.mail("spam", "junkemail")
    assert box.subjects() == {"here"}


@pytest.mark.parametrize("which", ["PropertyTag", "FieldURI"])
def test_a_server_that_gives_no_headers(
    box: Box, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """A property that it refuses is done without."""
    before = served.SERVED["GetItem"]

    def strict(call: Call) -> Element:
        for one in call.body.iter("{*}ExtendedFieldURI", "{*}FieldURI"):
            if one.get(which) in ("0x7d", "item:InternetMessageHeaders"):
                raise SoapFault("ErrorInvalidPropertyRequest")
        return before(call)

    monkeypatch.setitem(served.SERVED, "GetItem", strict)
    assert mails(box, 3) == box.subjects()


def test_a_state_that_never_ends(box: Box, answered: Patch) -> None:
    """Changes that go on with the same state end the reading, and not the daemon."""

    def more(_: Call, answer: Element) -> None:
        for one in answer.iter("{*}IncludesLastItemInRange"):
            one.text = "false"

    mails(box, 1)
    box.read()
    answered("SyncFolderItems", more)
    with pytest.raises(Unavailable, match="does not get on"):
        box.read()


def test_whose_folders_they_are(exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs in by the mailbox's address does not name it: that is for the mailboxes of others,
    which not every server has."""
    seen: list[bool] = []
    before = served.SERVED["GetFolder"]

    def look(call: Call) -> Element:
        seen.append(any(True for _ in call.body.iter("{*}Mailbox")))
        return before(call)

    monkeypatch.setitem(served.SERVED, "GetFolder", look)
    for user in ("", ANA.upper(), exchange.account(ANA).user):
        places(exchange_of(exchange, user=user))
    assert seen == [False, False, True]


def test_a_mailbox_without_contacts(
    exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has none, and its other sides are read."""
    before = served.SERVED["GetFolder"]

    def none(call: Call) -> Element:
        for one in call.body.iter("{*}DistinguishedFolderId"):
            if one.get("Id") == "contacts":
                gone = failed(call.name, Trouble("ErrorFolderNotFound"), m("Folders"))
                return response(call.name, [gone])
        return before(call)

    monkeypatch.setitem(served.SERVED, "GetFolder", none)
    account = account_of(exchange, mail=False, calendars=False)
    (source,) = account.sources()
    assert Ledger().read(source) == []


@pytest.mark.parametrize("end", ["", "/"])
def test_the_url_of_a_server(exchange: FakeExchange, end: str) -> None:
    """Without a path it is where EWS usually is."""
    way = Exchange(server_of(exchange, url=exchange.host + end))
    assert places(way)
    assert way.url == exchange.url


@pytest.mark.parametrize("lacking", ["ItemId", "Task", "CreateItemResponseMessage"])
def test_a_create_that_does_not_say_what_was_made(
    exchange: FakeExchange, answered: Patch, lacking: str
) -> None:
    """It may have been made: it is looked for before it is made again."""
    ana = exchange.account(ANA)
    tasks = account_of(exchange, tasks="default").task_list()
    assert tasks is not None
    day = exchange.now()
    draft = Draft("syncd-1", "Write", "", day.date(), day)
    answered("CreateItem", without(lacking))
    with pytest.raises(Ambiguous):
        tasks.create(draft)
    assert len(tasks.find("syncd-1")) == len(ana.tasks.items("Tasks")) == 1
    exchange.forgive()  # the answers are not as the schema has them


def test_a_server_that_breaks_over_names(
    exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who somebody is by the directory is asked some times, and then done without."""

    def broken(call: Call) -> Element:
        raise SoapFault("ErrorInternalServerError")

    monkeypatch.setitem(served.SERVED, "ResolveNames", broken)
    resolve = Resolver(exchange_of(exchange))
    name = "/o=First/ou=Exchange/cn=Recipients/cn=ben"
    for _ in range(2):
        with pytest.raises(Unavailable):
            resolve(name)
    assert resolve(name) == ""


def test_a_path_of_its_own(exchange: FakeExchange) -> None:
    """Another path than the usual one is EWS as it is given, and nothing is discovered there."""
    with pytest.raises(Unavailable, match="there is no EWS at"):
        places(exchange_of(exchange, url=f"{exchange.host}/ews"))
    assert exchange.count("Autodiscover") == 0
