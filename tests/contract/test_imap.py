"""IMAP keeps the contract, on a Dovecot that says what it can in three different ways."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from contract.ledger import NOW, Ledger
from contract.source_contract import SourceContract, TextContract, seen
from contract.waiting_contract import WaitingContract
from imap_world import Mailbox, Servers, servers
from servers import dovecot
from servers.dovecot import PASSWORD

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.imap import bodies, parsing, reading
from connectors.imap.mail import ImapMail
from connectors.records import Bad

__all__ = ["servers"]  # the fixture


class ImapStage:
    """A mailbox. Its mails never change; "spoilt" is what the reader of mails takes for none."""

    def __init__(self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mailbox = mailbox
        self.monkeypatch = monkeypatch
        self.spoilt: set[bytes] = set()
        self.numbers: dict[str, int] = {}
        monkeypatch.setattr(reading, "BATCH", 3)
        real = read_mail

        def reads(head: bytes, *args: Any) -> Any:
            if any(spoilt in head for spoilt in self.spoilt):
                raise BadItem("", "it cannot be read")
            return real(head, *args)

        monkeypatch.setattr(parsing, "read_mail", reads)

    def source(self) -> ImapMail:
        return self.mailbox.source()

    def add(self, number: int) -> str:
        folder = "INBOX" if number % 3 else "Sent Messages"
        ref = self.mailbox.add(number, folder)
        self.numbers[ref] = number
        return ref

    def edit(self, ref: str) -> bool:
        return False

    def remove(self, ref: str) -> None:
        self.mailbox.remove(ref)

    def spoil(self, ref: str) -> None:
        self.spoilt.add(f"<{self.numbers[ref]}@example.org>".encode())

    def mend(self, ref: str) -> None:
        self.spoilt.clear()

    def vanish_when_fetched(self, ref: str) -> None:
        real, left = bodies.ask, {ref}

        def asks(session: Any, uids: Any, items: str) -> Any:
            if left and int(ref.rpartition("=")[2]) in uids:
                self.remove(left.pop())
            return real(session, uids, items)

        self.monkeypatch.setattr(bodies, "ask", asks)


class ImapContract(SourceContract, TextContract):
    """The suite, but for what mails on a server do not do."""

    capabilities = ""

    @pytest.fixture
    def stage(self, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapStage]:
        with closing(Mailbox(servers(self.capabilities))) as mailbox:
            yield ImapStage(mailbox, monkeypatch)

    def test_a_mended_item_is_read(self, stage: ImapStage) -> None:  # type: ignore[override]  # one stage
        """A mail on a server never changes, nor does its stamp: what could not be read is asked
        for by its ref."""
        refs = [stage.add(number) for number in range(3)]
        stage.spoil(refs[0])
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        assert isinstance(next(iter(source.read_again([refs[0]], ledger.cursor or ""))), Bad)
        stage.mend(refs[0])
        assert ledger.read(source) == []
        assert seen(list(source.read_again([refs[0]], ledger.cursor or ""))) == {refs[0]}

    def test_what_vanishes_between_listing_and_reading(self, stage: ImapStage) -> None:  # type: ignore[override]  # one stage
        """What is listed was fetched as well, so it is there when it is read; that it has gone
        tells the next reading."""
        refs = [stage.add(number) for number in range(5)]
        ledger, source = Ledger(), stage.source()
        chunks = list(source.chunks(None, ledger, NOW))
        stage.remove(refs[1])
        for chunk in chunks:
            ledger.commit(source.read_chunk(chunk))
        assert set(ledger.stamps) == set(refs)
        ledger.read(stage.source())
        assert set(ledger.stamps) == set(refs) - {refs[1]}

    def test_a_copy_has_no_password(self, stage: ImapStage) -> None:
        """What another process gets to read mails with cannot sign in."""
        plain = pickle.dumps(stage.source())
        assert PASSWORD.encode() not in plain
        assert not hasattr(pickle.loads(plain), "changes")

    def test_no_mail_is_marked_as_read(self, stage: ImapStage) -> None:
        """Reading headers, texts and everything else leaves every mail unseen."""
        refs = [stage.add(number) for number in range(4)]
        ledger, source = Ledger(), stage.source()
        ledger.read(source)
        list(source.read_text(refs))
        list(source.census())
        source.dated(refs)
        assert "\\Seen" not in stage.mailbox.client.flags()


class TestPlain(ImapContract):
    """A server without extensions: UIDs and nothing else."""

    capabilities = dovecot.PLAIN


class TestCondstore(ImapContract, WaitingContract):
    """A server that counts changes, and tells of new mail by IDLE."""

    capabilities = dovecot.CONDSTORE


class TestQresync(ImapContract):
    """A server that remembers what was expunged."""

    capabilities = dovecot.QRESYNC


class TestNotify(WaitingContract):
    """A server that tells of every folder at once (RFC 5465)."""

    @pytest.fixture
    def stage(self, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapStage]:
        with closing(Mailbox(servers())) as mailbox:
            yield ImapStage(mailbox, monkeypatch)
