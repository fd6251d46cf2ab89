"""Contact books and folders of drafts keep their contracts: on a disk, on CardDAV and on IMAP; and
what was added is deleted again where somebody is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from contract.book_contract import BOB, BookContract, Shelf
from contract.dav_stages import dav, server_of
from contract.drafts_contract import DraftsContract, DraftsDesk, letter, message_id
from contract.ledger import Ledger
from imap_world import Mailbox, mailbox, servers
from servers.dav import DavServer

from connectors.caldav.cards import Contacts, DavBook
from connectors.caldav.discovery import Collection
from connectors.caldav.server import Server
from connectors.contract import ContactBook, Drafts, Source
from connectors.errors import Refused, Unavailable
from connectors.imap.account import ImapAccount
from connectors.local.account import LocalAccount
from connectors.local.book import CardFolder
from connectors.local.drafts import DraftFolder
from connectors.records import Card, Facet

__all__ = ["dav", "mailbox", "servers"]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def read(source: Source) -> dict[str, Card]:
    """The cards that a source reads, by their refs."""
    ledger = Ledger()
    ledger.read(source, NOW)
    found = {ref: seen[0] for ref, seen in ledger.observations.items() if seen}
    return {ref: card for ref, card in found.items() if isinstance(card, Card)}


class Removing(Protocol):
    """A shelf whose book can take back what it added."""

    def book(self) -> ContactBook: ...

    def cards(self) -> dict[str, Card]: ...

    def edit(self, ref: str) -> None: ...


class LocalShelf:
    """A folder below one that is read as contacts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "contacts").mkdir()

    def account(self) -> LocalAccount:
        contacts = [Path("contacts")]
        return LocalAccount("home", self.folder, contacts=contacts, cards=Path("contacts/met"))

    def book(self) -> ContactBook:
        book = self.account().contact_book()
        assert book is not None
        return book

    def cards(self) -> dict[str, Card]:
        (source,) = (one for one in self.account().sources() if one.facet is Facet.CONTACTS)
        return read(source)

    def edit(self, ref: str) -> None:
        path = self.folder / "contacts" / ref.removeprefix("contacts//")
        path.write_text(path.read_text().replace("FN:Bob Stone", "FN:Robert Stone"))


class DavShelf:
    """An address book on a server."""

    def __init__(self, server: DavServer) -> None:
        self.server = server

    def book(self) -> ContactBook:
        return DavBook(server_of(self.server), "carddav", "Met through mail")

    def cards(self) -> dict[str, Card]:
        return read(Contacts(server_of(self.server), "carddav", ["Met through mail"]))

    def edit(self, ref: str) -> None:
        path = ref.removeprefix("carddav/")
        data = self.server.get(path)
        self.server.put(path, data.replace(b"FN:Bob Stone", b"FN:Robert Stone"))

    def close(self) -> None:
        for ref in self.cards():
            self.server.delete(ref.removeprefix("carddav/").rpartition("/")[0] + "/")
            return


class Removals:
    """What `forget` asks of a book."""

    def test_what_was_added_is_deleted(self, shelf: Removing) -> None:
        """Also where the owner wrote in it, where only its uid is known, and a second time."""
        book = shelf.book()
        other = book.add_card(Card("syncd-2", "Eve", ("eve@example.org",)))
        ref = book.add_card(BOB)
        shelf.edit(ref)
        shelf.book().remove_card(BOB.uid, ref)
        assert list(shelf.cards()) == [other]
        shelf.book().remove_card(BOB.uid, ref)
        ref = book.add_card(BOB)
        shelf.book().remove_card(BOB.uid, "")
        assert list(shelf.cards()) == [other]


class TestLocalBook(BookContract, Removals):
    """A folder of cards."""

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        return LocalShelf(tmp_path)

    def test_a_file_with_others_in_it_is_left(self, tmp_path: Path) -> None:
        """Nobody else's card is deleted, and nothing where the folder is not there."""
        (tmp_path / "all.vcf").write_text(
            "BEGIN:VCARD\r\nUID:syncd-1\r\nFN:Ana\r\nEND:VCARD\r\n"
            "BEGIN:VCARD\r\nUID:u-2\r\nFN:Eve\r\nEND:VCARD\r\n"
        )
        with pytest.raises(Refused, match="other cards as well"):
            CardFolder(str(tmp_path), "c//").remove_card("syncd-1", "")
        with pytest.raises(Unavailable, match="mount it again"):
            CardFolder(str(tmp_path / "away"), "c//").remove_card("syncd-1", "")


class TestDavBook(BookContract, Removals):
    """CardDAV servers."""

    @pytest.fixture
    def shelf(self, dav: DavServer) -> Iterator[Shelf]:
        shelf = DavShelf(dav)
        yield shelf
        shelf.close()


def test_the_first_book_that_may_be_written_to(
    dav: DavServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none is named, one with everybody on it that servers have for reading is none."""
    first = DavBook(server_of(dav), "carddav", "a-everybody").add_card(BOB)
    second = DavBook(server_of(dav), "carddav", "b-own").add_card(BOB)
    listed = Server.collections

    def collections(self: Server, service: str) -> list[Collection]:
        found = listed(self, service)
        return [one._replace(writable=one.name == "b-own") for one in found]

    monkeypatch.setattr(Server, "collections", collections)
    book = DavBook(server_of(dav), "carddav", "a-everybody")
    with pytest.raises(Refused, match="a-everybody is read-only for this login"):
        book.survey()
    assert DavBook(server_of(dav), "carddav", "no").survey().endswith("makes the address book no")
    assert DavBook(server_of(dav), "carddav", category="Met").survey() == "cards are added to b-own"
    ref = DavBook(server_of(dav), "carddav", category="Met").add_card(Card("syncd-9", "Eve"))
    assert ref.rpartition("/")[0] == second.rpartition("/")[0]
    for one in (first, second):
        dav.delete(one.removeprefix("carddav/").rpartition("/")[0] + "/")


class LocalDesk:
    """A Maildir."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def drafts(self) -> Drafts:
        return DraftFolder(str(self.root), "Drafts//")

    def seen(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.root.glob("[cn]??/*"))]

    def sent(self) -> int:
        return 0


class ImapDesk:
    """The folder for drafts of a mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def drafts(self) -> Drafts:
        drafts = ImapAccount("home", self.mailbox.settings(), drafts=True).drafts()
        assert drafts is not None
        return drafts

    def seen(self) -> list[bytes]:
        imap = self.mailbox.client.imap
        imap.select("Drafts", readonly=True)
        _, parts = imap.fetch("1:*", "(BODY.PEEK[])")
        imap.close()
        return [part[1] for part in parts if isinstance(part, tuple)]

    def sent(self) -> int:
        return 0


class Answers:
    """Where the owner was faster."""

    def test_the_owners_own_answer_is_left_as_it_is(self, desk: DraftsDesk) -> None:
        """No other draft is put beside one that answers the same mail."""
        theirs = desk.drafts().add_draft(letter(7, "<m1@example.org>"), message_id(7))
        assert desk.drafts().add_draft(letter(1, "<m1@example.org>"), message_id(1)) == theirs
        assert desk.drafts().add_draft(letter(2, "<m10@example.org>"), message_id(2)) != theirs
        assert len(desk.seen()) == 2


class TestLocalDrafts(Answers, DraftsContract):
    """A Maildir for drafts."""

    @pytest.fixture
    def desk(self, tmp_path: Path) -> DraftsDesk:
        return LocalDesk(tmp_path / "Drafts")

    def test_it_is_flagged_and_no_mail(self, tmp_path: Path) -> None:
        """Seen and a draft, so that no source of mail takes it for a letter."""
        (tmp_path / "Maildir" / "cur").mkdir(parents=True)
        desk = LocalDesk(tmp_path / "Maildir" / ".Unsent")
        desk.drafts().add_draft(letter(1), message_id(1))
        (path,) = desk.root.glob("cur/*")
        assert path.name.endswith(":2,DS")
        ledger = Ledger()
        (mail,) = LocalAccount("home", tmp_path, mail=[Path("Maildir")]).sources()
        ledger.read(mail, NOW)
        assert ledger.stamps == {}

    def test_what_a_mail_program_kept_is_found(self, tmp_path: Path) -> None:
        """Under whatever name it has it by now."""
        desk = LocalDesk(tmp_path / "Drafts")
        desk.drafts().add_draft(letter(1), message_id(1))
        (path,) = desk.root.glob("cur/*")
        path.rename(desk.root / "new" / "1710000000.M1.host")
        desk.drafts().add_draft(letter(1), message_id(1))
        assert len(desk.seen()) == 1

    def test_an_answer_that_was_thrown_away_is_none(self, tmp_path: Path) -> None:
        """Mail programs mark it first (maildir(5), the flag T)."""
        desk = LocalDesk(tmp_path / "Drafts")
        desk.drafts().add_draft(letter(7, "<m1@example.org>"), message_id(7))
        (path,) = desk.root.glob("cur/*")
        path.rename(f"{path}T")
        desk.drafts().add_draft(letter(1, "<m1@example.org>"), message_id(1))
        assert len(desk.seen()) == 2


def test_where_drafts_are_left_is_told(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever looks at the account; and where there is no folder for them."""
    account = ImapAccount("home", mailbox.settings(), drafts=True)
    assert list(account.survey())[-1] == "drafts are left in Drafts"
    monkeypatch.setattr("connectors.imap.drafts.role", lambda *_: None)
    with pytest.raises(Refused, match="has no folder for drafts"):
        list(account.survey())


class TestImapDrafts(Answers, DraftsContract):
    """IMAP."""

    @pytest.fixture
    def desk(self, mailbox: Mailbox) -> DraftsDesk:
        return ImapDesk(mailbox)
