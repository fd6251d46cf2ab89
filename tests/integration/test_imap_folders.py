"""The folders of an IMAP account: which are read, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest
from contract.ledger import NOW, Ledger
from contract.source_contract import gone, seen
from imap_world import Mailbox, letter, mailbox, servers
from servers.fake_imap import Box, FakeImap

from connectors.errors import Refused, Unavailable
from connectors.imap import reading
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.refs import place_of
from connectors.imap.session import Server
from connectors.records import Bad, Message, Seen

__all__ = ["mailbox", "servers"]  # the fixtures


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    """A server with five mails."""
    with FakeImap() as server:
        server.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 6)})
        yield server


def source_of(fake: FakeImap, *folders: str, history: date | None = None) -> ImapMail:
    """A source that reads it."""
    server = Server("127.0.0.1", "ana", lambda: "secret", port=fake.port, tls="none")
    return ImapMail(Line(server), folders, history)


def folders_in(ledger: Ledger) -> set[str]:
    """The folders of what is known."""
    return {place.folder for ref in ledger.stamps if (place := place_of(ref))}


def test_what_is_read_by_itself(mailbox: Mailbox) -> None:
    """Everything but trash, junk and drafts, by what the server calls so, in any language."""
    for folder in ("Papierkorb", "Unfug", "Drafts", "Sent Messages", "INBOX"):
        mailbox.add(1, folder)
    for folder in ("Entw&APw-rfe fr&APw-her", "Archive/2024", "Drafts of speeches"):
        mailbox.client.create(folder)
        mailbox.client.append(letter(2), folder)
    ledger = Ledger()
    ledger.read(mailbox.source())
    assert folders_in(ledger) == {
        "INBOX", "Sent Messages", "Entwürfe früher", "Archive/2024", "Drafts of speeches",
    }  # fmt: skip


def test_chosen_folders(mailbox: Mailbox) -> None:
    """Those that were named and no others; one that does not exist is told in the end."""
    mailbox.client.create("Archive/B&APw-cher")
    mailbox.client.append(letter(1), "Archive/B&APw-cher")
    mailbox.add(2)
    mailbox.add(3, "Papierkorb")
    ledger = Ledger()
    ledger.read(mailbox.source(folders=("Archive/Bücher", "Papierkorb")))
    assert folders_in(ledger) == {"Archive/Bücher", "Papierkorb"}
    ledger, source = Ledger(), mailbox.source(folders=("inbox", "Archiv"))
    with pytest.raises(Refused, match=r"no folder Archiv .* correct `folders:`; there are .*INBOX"):
        ledger.read(source)
    assert folders_in(ledger) == {"INBOX"}


def test_a_renamed_folder(mailbox: Mailbox) -> None:
    """Its mail is gone there and seen here, the same mail by its Message-ID."""
    mailbox.client.create("Old")
    refs = {mailbox.add(number, "Old") for number in range(3)}
    ledger, source = Ledger(), mailbox.source()
    ledger.read(source)
    mailbox.client.imap.rename("Old", "New")
    items = ledger.read(source)
    assert gone(items) == refs
    assert folders_in(ledger) == {"New"}
    assert {_id_of(item) for item in items if isinstance(item, Seen)} == {
        f"{number}@example.org" for number in range(3)
    }
    assert ledger.read(source) == []


def test_a_deleted_folder(mailbox: Mailbox) -> None:
    """All of it is gone."""
    mailbox.client.create("Old")
    refs = {mailbox.add(number, "Old") for number in range(3)}
    mailbox.add(9)
    ledger, source = Ledger(), mailbox.source()
    ledger.read(source)
    mailbox.client.imap.delete("Old")
    assert gone(ledger.read(source)) == refs
    assert folders_in(ledger) == {"INBOX"}


def test_a_folder_made_anew(mailbox: Mailbox) -> None:
    """Deleted and made again under the same name: other mail, though its UIDs are the same."""
    mailbox.client.create("Box")
    before = mailbox.add(1, "Box")
    ledger, source = Ledger(), mailbox.source()
    ledger.read(source)
    mailbox.client.imap.delete("Box")
    mailbox.client.create("Box")
    after = mailbox.add(2, "Box")
    if after == before:
        pytest.skip("both were made within one second, which is what UIDVALIDITY counts")
    items = ledger.read(source)
    assert (gone(items), seen(items)) == ({before}, {after})


def test_uidvalidity_changes(fake: FakeImap) -> None:
    """The folder is read anew: what was known is gone, what is there is seen, nothing is lost."""
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        ledger.read(source)
        before = set(ledger.stamps)
        fake.boxes["INBOX"].validity = 2
        items = ledger.read(source)
        assert gone(items) == before
        assert len(seen(items)) == 5
        assert ledger.read(source) == []


def test_uidvalidity_changes_each_time(fake: FakeImap) -> None:
    """Three times a day the folder is read, then it waits and the owner is told; the next day it is
    read again."""
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        fake.boxes["Friends"] = Box({1: letter(7)})
        told = []
        for validity in range(2, 9):
            fake.boxes["INBOX"].validity = validity
            told.append(len(ledger.read(source)))
        assert told == [6, 10, 10, 10, 0, 0, 0]
        assert "UIDVALIDITY of INBOX" in source.hindrance
        fake.boxes["Friends"].mails[2] = letter(8)
        assert len(ledger.read(source)) == 1
        assert len(ledger.read(source, NOW + timedelta(days=2))) == 10
        assert "UIDVALIDITY" not in source.hindrance
        assert len(ledger.stamps) == 7


def test_a_mailbox_that_is_suddenly_empty(fake: FakeImap) -> None:
    """A full account without any mail is a server that lost it, and no deletion."""
    fake.boxes["INBOX"].mails = {uid: letter(uid) for uid in range(1, 40)}
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        ledger.read(source)
        mails, fake.boxes["INBOX"].mails = fake.boxes["INBOX"].mails, {}
        for cursor in (ledger.cursor, None):
            ledger.cursor = cursor
            with pytest.raises(Unavailable, match="nothing was deleted"):
                ledger.read(source)
        fake.boxes["INBOX"].mails = mails
        ledger.read(source)
        assert len(ledger.stamps) == 39


def test_undeliverable_mail(fake: FakeImap) -> None:
    """A mail that the server lists and does not deliver is set aside for now, and stops no other;
    it is read when it is asked for again and comes."""
    fake.boxes["INBOX"].withheld = {2, 4}
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        items = ledger.read(source)
        bad = [item for item in items if isinstance(item, Bad)]
        assert [place_of(item.ref).uid for item in bad] == [4, 2]  # type: ignore[union-attr]  # ours
        assert all(item.for_now for item in bad)
        assert len(seen(items)) == 3
        assert ledger.read(source) == []
        fake.boxes["INBOX"].withheld = set()
        again = list(source.read_again([bad[0].ref], ledger.cursor or ""))
        assert seen(again) == {bad[0].ref}


def test_a_folder_that_may_not_be_opened(fake: FakeImap) -> None:
    """It is left out and named; everything else is read, and the reading is complete."""
    fake.boxes["Secret"] = Box({1: letter(9)})
    fake.says('EXAMINE "Secret"', "{tag} NO [NOPERM] not yours", always=True)
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        ledger.read(source)
        assert folders_in(ledger) == {"INBOX"}
        assert "open the folder Secret" in source.hindrance


def test_newest_first_over_all_folders(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The back-fill goes by the time of arrival, not folder by folder."""
    monkeypatch.setattr(reading, "BATCH", 2)
    for number in range(12):
        folder = "INBOX" if number % 2 else "Sent Messages"
        when = f'"{number + 1:02}-Feb-2026 09:00:00 +0000"'
        mailbox.client.imap.append(f'"{folder}"', "", when, letter(number))
    order = [
        int(_id_of(item).partition("@")[0])
        for item in Ledger().read(mailbox.source())
        if isinstance(item, Seen)
    ]
    assert len(order) == 12
    assert all(max(order[at:]) - order[at] <= 5 for at in range(12)), order


def test_history(mailbox: Mailbox) -> None:
    """What is older than wanted is not even asked for, nor counted."""
    for number, year in enumerate((2019, 2022, 2026)):
        mail = letter(number).replace(b"2 Mar 2026", f"2 Mar {year}".encode())
        mailbox.client.imap.append("INBOX", "", f'"02-Mar-{year} 09:00:00 +0000"', mail)
    source = mailbox.source(history=date(2022, 1, 1))
    ledger = Ledger()
    ledger.read(source)
    assert sorted(place_of(ref).uid for ref in ledger.stamps) == [2, 3]  # type: ignore[union-attr]  # ours
    assert {one.ref for one in source.census()} == set(ledger.stamps)
    days = source.dated(sorted(ledger.stamps))
    assert set(days.values()) == {date(2022, 3, 2), date(2026, 3, 2)}
    assert ledger.read(source) == []


def _id_of(item: Seen) -> str:
    message = item.observations[0]
    assert isinstance(message, Message)
    return message.message_id
