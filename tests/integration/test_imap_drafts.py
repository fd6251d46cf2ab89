"""Drafts are filed once, in the folder for drafts, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from contract.ledger import Ledger
from imap_world import Mailbox, letter, mailbox, servers
from refusals import Refusals
from servers.fake_imap import Box, FakeImap

from connectors.contract import Drafts
from connectors.errors import Ambiguous, Refused, SignInNeeded
from connectors.imap.account import ImapAccount
from connectors.imap.session import Server

__all__ = ["mailbox", "servers"]  # the fixtures


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    """A server with a folder for drafts."""
    with FakeImap("SPECIAL-USE") as server:
        server.boxes["Rascunhos"] = Box(attributes="\\Drafts")
        yield server


def drafts_of(server: Server) -> Drafts:
    """The place for drafts of an account."""
    drafts = ImapAccount("home", server, drafts=True).drafts()
    assert drafts is not None
    return drafts


def at(fake: FakeImap) -> Server:
    return Server("127.0.0.1", "ana", lambda: "secret", port=fake.port, tls="none")


def test_once_for_each_message_id(mailbox: Mailbox) -> None:
    """A second call, also by another process, finds what is there. It is marked as a draft."""
    ref = drafts_of(mailbox.settings()).add_draft(letter(1), "<1@example.org>")
    assert ref.startswith("imap//Drafts;UIDVALIDITY=")
    assert drafts_of(mailbox.settings()).add_draft(letter(1), "1@example.org") == ref
    assert drafts_of(mailbox.settings()).add_draft(letter(2), "<2@example.org>") != ref
    flags = mailbox.client.flags("Drafts")
    assert flags.count("\\Draft") == flags.count("\\Seen") == 2
    ledger = Ledger()
    ledger.read(mailbox.source())
    assert ledger.stamps == {}


def test_it_tells_the_time(mailbox: Mailbox) -> None:
    """What the server dates a draft with is its time; before that nobody knows it."""
    account = ImapAccount("home", mailbox.settings(), drafts=True)
    (source,), drafts = account.sources(), account.drafts()
    assert drafts is not None
    assert source.server_time() is None  # type: ignore[attr-defined]  # it is Timed
    drafts.add_draft(letter(1), "<1@example.org>")
    said = source.server_time()  # type: ignore[attr-defined]  # it is Timed
    assert abs(said - datetime.now(UTC)) < timedelta(minutes=5)
    assert source.server_time() is None  # type: ignore[attr-defined]  # that was then


def test_none_where_they_are_switched_off(mailbox: Mailbox) -> None:
    """Nothing can be filed by mistake."""
    assert ImapAccount("home", mailbox.settings()).drafts() is None


def test_a_lost_answer(fake: FakeImap) -> None:
    """A connection that breaks behind the mail leaves it open whether it arrived: it is looked for
    first the next time, and not filed twice."""
    fake.says("APPENDED", "!")
    drafts = drafts_of(at(fake))
    with pytest.raises(Ambiguous):
        drafts.add_draft(letter(1), "<1@example.org>")
    fake.says("UID SEARCH", "* SEARCH 1\r\n{tag} OK done")
    assert drafts.add_draft(letter(1), "<1@example.org>").endswith("UID=1")
    assert len(fake.boxes["Rascunhos"].mails) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("NO [OVERQUOTA] full", "no room"),
        ("NO [NOPERM] no", "ask whoever runs the server"),
    ],
)
def test_a_refused_draft(fake: FakeImap, answer: str, words: str) -> None:
    """No room, no right: the owner is told."""
    fake.says("UID SEARCH", "* SEARCH\r\n{tag} OK done")
    fake.says("APPEND ", f"{{tag}} {answer}")
    with pytest.raises(Refused, match=words):
        drafts_of(at(fake)).add_draft(letter(1), "<1@example.org>")


def test_a_connection_for_drafts_that_is_refused(fake: FakeImap) -> None:
    """It may be one too many: that the password is wrong is found out by reading."""
    fake.says("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no")
    told = Refusals()
    server = replace(at(fake), refused=told)
    with pytest.raises(SignInNeeded):
        drafts_of(server).add_draft(letter(1), "<1@example.org>")
    assert told == []


def test_no_folder_for_drafts(fake: FakeImap) -> None:
    """A folder is not made up."""
    del fake.boxes["Rascunhos"]
    with pytest.raises(Refused, match="no folder for drafts"):
        drafts_of(at(fake)).add_draft(letter(1), "<1@example.org>")
