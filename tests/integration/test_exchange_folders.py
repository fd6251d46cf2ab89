"""Which folders of an Exchange mailbox are read, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from contract.ledger import Ledger
from exchange_box import Box, box_of
from fakes.exchange.fixtures import FakeExchange, clock, exchange
from fakes.exchange.world import letter

from connectors.errors import Refused, Unavailable
from connectors.exchange import mail_calls, mail_folder
from connectors.exchange.errors import Broken
from connectors.exchange.mail import ExchangeMail
from connectors.exchange.session import Exchange, Server
from connectors.records import Bad, Seen

__all__ = ["clock", "exchange"]


@pytest.fixture
def box(exchange: FakeExchange) -> Iterator[Box]:
    with box_of(exchange) as made:
        yield made


def test_what_nobody_reads_is_left_out(box: Box) -> None:
    """All folders for mail are read, whatever they are called, but what was thrown away, is being
    written, or is kept by programs."""
    box.mailbox.speaks("de")
    box.mailbox.make_folder("Projects", "inbox")
    box.mailbox.make_folder("Old", "deleteditems")
    for name in ("inbox", "sentitems", "Posteingang/Projects"):
        box.mail(f"in {name}", name)
    for name in ("drafts", "deleteditems", "junkemail", "outbox", "conversationhistory"):
        box.mail(f"in {name}", name)
    box.mail("thrown away", "Gelöschte Elemente/Old")
    assert box.subjects() == {"in inbox", "in sentitems", "in Posteingang/Projects"}


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["Inbox"], {"in", "below"}),
        (["A Receber/below"], {"below"}),
        (["sent", "a receber / BELOW"], {"sent", "below"}),
        (["Drafts", "Rascunhos"], set()),
    ],
)
def test_chosen_folders(exchange: FakeExchange, wanted: list[str], told: set[str]) -> None:
    """They are named as the owner calls them, with what lies in them; what everybody has by its
    English name as well."""
    with box_of(exchange, folders=wanted) as box:
        box.mailbox.speaks("pt")
        box.mailbox.make_folder("below", "inbox")
        box.mail("in")
        box.mail("below", "A Receber/below")
        box.mail("sent", "sentitems")
        if "Drafts" in wanted:
            with pytest.raises(Refused, match="no folder Drafts"):
                box.read()
        else:
            assert box.subjects() == told


def test_folders_come_move_and_go(box: Box) -> None:
    """A new folder is read; one that is renamed or moved stays what it is; one in the bin is gone
    with all that it holds."""
    box.mail("first")
    assert box.subjects() == {"first"}
    box.mailbox.make_folder("Clients")
    item = box.mail("second", "Clients")
    assert box.subjects() == {"second"}
    box.mailbox.rename_folder("Clients", "Customers")
    box.mailbox.move_folder("Customers", "inbox")
    assert box.read() == []
    box.mail("third", "Inbox/Customers")
    assert box.subjects() == {"third"}
    box.mailbox.delete_folder("Inbox/Customers")
    assert f"-{box.ref(item)}" in box.subjects()
    assert len(box.ledger.stamps) == 1


def test_a_lost_state_compares_that_folder(box: Box) -> None:
    """Exchange may forget how far a folder was read: what is known is told gone where it is, what
    is not is read, and nothing twice."""
    items = [box.mail(f"{number}") for number in range(3)]
    box.read()
    deleted = box.ref(items[0])
    box.mailbox.delete(items[0])
    box.mail("new")
    box.account.states.forget()
    assert box.subjects() == {f"-{deleted}", "new"}
    assert box.read() == []


def test_history_bounds_the_past(exchange: FakeExchange) -> None:
    """What is older is not read, nor when it is moved; with an earlier day the past is."""
    old, new = datetime(2025, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 5, 9, tzinfo=UTC)
    with box_of(exchange, history=date(2026, 1, 1)) as box:
        box.mail("old", at=old)
        moved = box.mail("old and moved", at=old)
        box.mail("new", at=new)
        assert box.subjects() == {"new"}
        assert sum(1 for _ in box.source.census()) == 1
        box.mailbox.make_folder("Clients")
        box.mailbox.move(moved, "Clients")
        assert box.read() == []
        box.more["history"] = date(2025, 1, 1)
        box.source.close()
        box.source = box.another()
        assert box.subjects() == {"old", "old and moved"}


def test_the_newest_comes_first(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all folders, by when it came, however many came in one second."""
    monkeypatch.setattr(mail_folder, "LISTED", 3)
    monkeypatch.setattr(mail_folder, "_MARGIN", 1)
    first = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for number in range(12):
        folder = "sentitems" if number % 2 else "inbox"
        box.mail(f"{number:02}", folder, at=first + timedelta(days=number // 8))
    told = [item for item in box.read() if isinstance(item, Seen)]
    days = [item.observations[0].at.day for item in told]  # type: ignore[union-attr]
    assert sorted(days) == [1] * 8 + [2] * 4
    assert days[6:] == [1] * 6


def test_a_draft_is_read_once_it_is_sent(box: Box) -> None:
    """What its owner is still writing says nothing."""
    box.mailbox.make_folder("Writing")
    draft = box.mail("draft", "Writing")
    box.mailbox.edit(draft, IsDraft=True)
    (item,) = box.read()
    assert isinstance(item, Seen)
    assert item.observations == ()
    box.mailbox.edit(draft, IsDraft=False)
    assert box.subjects() == {"draft"}
    assert box.read() == []


def test_a_mail_that_cannot_be_had_is_set_aside(box: Box) -> None:
    """It is listed and not delivered: others come, and it is told of."""
    items = [box.mail(f"{number}") for number in range(3)]
    box.mailbox.spoil(items[1])
    (bad,) = [item for item in box.read() if isinstance(item, Bad)]
    assert bad.for_now
    assert len(box.ledger.stamps) == 3
    box.mailbox.store.broken.clear()
    (seen,) = box.source.read_again([bad.ref], box.ledger.cursor or "")
    assert isinstance(seen, Seen)


def test_a_batch_that_is_stopped(box: Box) -> None:
    """What a server did not get to is asked for again, and no mail is blamed for another."""
    for number in range(6):
        box.mail(f"{number}")
    box.exchange.faults.stopped("GetItem", after=1, times=4)
    for _ in range(6):
        with suppress(Unavailable):
            box.read()
            break
    assert len(box.ledger.stamps) == 6
    assert box.ledger.reasons == {}


def test_a_mail_that_breaks_the_answer(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """One over which the server falls spoils the answer for all: fewer at once find it."""
    items = [box.mail(f"{number}") for number in range(6)]
    poison, real = items[2].id, mail_calls.mails

    def mails(way: Any, ids: Sequence[str], *more: Any, **named: Any) -> Any:
        if poison in ids:
            raise Broken("the connection broke off")
        return real(way, ids, *more, **named)

    monkeypatch.setattr(mail_calls, "mails", mails)
    for _ in range(12):
        with suppress(Unavailable):
            box.read()
            break
    assert box.ledger.stamps.keys() == {box.ref(item) for item in items}
    assert list(box.ledger.reasons) == [box.ref(items[2])]


def test_an_empty_mailbox_is_no_deletion(box: Box) -> None:
    """A full mailbox that shows nothing at all is an incident."""
    for number in range(25):
        box.mail(f"{number}")
    box.read()
    for item in list(box.mailbox.items("inbox")):
        box.mailbox.delete(item, "hard")
    with pytest.raises(Unavailable, match="shows no mail at all"):
        box.read()


def test_a_name_that_is_none_is_no_empty_mailbox(box: Box) -> None:
    """Where no other folder is read and a lot was known, it is the name that is told."""
    for number in range(25):
        box.mail(f"{number}")
    box.read()
    box.source.close()
    box.more["folders"] = ["Inbxo"]
    box.source = box.another()
    with pytest.raises(Refused, match="no folder Inbxo"):
        box.read()
    assert len(box.ledger.stamps) == 25


def test_another_persons_mailbox(exchange: FakeExchange) -> None:
    """Who signs in may be somebody else: it is the folders of the mailbox that are read."""
    team = exchange.account("team@example.com")
    team.delegates.add("ana@example.com")
    ana = exchange.account("ana@example.com")
    server = Server(team.address, lambda: ana.password, user=ana.user, url=exchange.url)
    raw = letter("Bob <bob@example.org>", team.address, "to the team")
    team.mailbox.deliver(raw)
    ana.mailbox.deliver(letter("Bob <bob@example.org>", ana.address, "to Ana"))
    with closing(ExchangeMail(Exchange(server))) as source:
        (item,) = Ledger().read(source)
    assert isinstance(item, Seen)
    assert item.observations[0].subject == "to the team"  # type: ignore[union-attr]
