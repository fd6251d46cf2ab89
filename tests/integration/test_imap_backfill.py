"""The back-fill of a mailbox: read beside this process, asked for ahead, in few commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from contract.ledger import NOW, Ledger
from imap_world import Mailbox, letter, mailbox, servers
from servers.fake_imap import Box, FakeImap

from connectors.imap import bodies, reading
from connectors.imap.line import Line
from connectors.imap.mail import ImapMail
from connectors.imap.session import Server
from connectors.records import Message
from syncd.intake import Ignore, Row, row_of
from syncd.pipeline import backfill
from syncd.store.portions import Portion, Record, Terms

__all__ = ["mailbox", "servers"]  # the fixtures


@pytest.fixture
def fake() -> Iterator[FakeImap]:
    """A server with many mails."""
    with FakeImap() as server:
        server.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 1001)})
        yield server


def source_of(fake: FakeImap) -> ImapMail:
    """A source that reads them."""
    return ImapMail(Line(Server("127.0.0.1", "ana", lambda: "secret", port=fake.port, tls="none")))


def index(record: Record, key: str, gone: bool) -> Row:
    """Of an owner without addresses."""
    return row_of(record, key, frozenset(), gone=gone)


def portions(source: ImapMail) -> list[Portion]:
    """What a reading comes to for the store."""
    terms = Terms("work", Ignore(), None, index)
    return list(backfill.portions(source, None, Ledger(), NOW, terms))


def test_another_process_reads_the_same(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails that are read by a process beside this one come to the same rows, newest first; that
    process has neither a connection nor the password."""
    for number in range(12):
        mailbox.add(number, "INBOX" if number % 3 else "Sent Messages")
    monkeypatch.setattr(reading, "BATCH", 3)
    alone = portions(mailbox.source())
    monkeypatch.setattr(backfill, "MANY", 5)
    monkeypatch.setattr(backfill, "_TOGETHER", 4)
    monkeypatch.setattr(backfill, "readers", lambda: 2)
    beside = portions(mailbox.source())
    assert len(beside) < len(alone)
    assert [one for each in beside for one in each.taken] == [
        one for each in alone for one in each.taken
    ]
    assert len(beside[0].taken[0].entries) == 1
    assert beside[-1].done


def test_answers_that_come_at_once(mailbox: Mailbox) -> None:
    """Dovecot begins to answer a command before it has ended the one before: each mail is told to
    whoever asked for it, in whichever order they wait."""
    refs = [mailbox.add(number) for number in range(6)]
    uids = [int(ref.rpartition("=")[2]) for ref in refs]
    line = Line(mailbox.settings())
    session = line.session()
    session.examine(b"INBOX")
    asked = [bodies.ask(session, uids[at : at + 2], "UID BODY.PEEK[]") for at in (0, 2, 4)]
    found = [bodies.answer(session, asked[at]) for at in (2, 0, 1)]
    line.close()
    assert [sorted(one) for one in found] == [uids[4:], uids[:2], uids[2:4]]
    assert all(one.bodies[b"BODY[]"] for each in found for one in each.values())


def test_what_is_asked_meanwhile(mailbox: Mailbox) -> None:
    """Another question gives up what is still to come; it is asked for again."""
    ref = mailbox.add(1)
    line = Line(mailbox.settings())
    session = line.session()
    session.examine(b"INBOX")
    uid = int(ref.rpartition("=")[2])
    asked = bodies.ask(session, [uid], "UID BODY.PEEK[]")
    assert uid in session.search("ALL")
    assert list(bodies.answer(session, asked)) == [uid]
    line.close()


def test_a_server_that_fails_over_structures(fake: FakeImap) -> None:
    """Mails whose structure a server cannot tell are read all the same."""
    fake.boxes["INBOX"] = Box({uid: letter(uid) for uid in range(1, 4)})
    what = "(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE"
    for uids in ("1:3", "1", "2:3", "2", "3"):
        fake.says(f"UID FETCH {uids} {what}", "{tag} NO [CANNOT] something is wrong")
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        ledger.read(source)
    found = [one for row in ledger.observations.values() for one in row]
    assert [type(one) for one in found] == [Message] * 3


def test_nothing_waits_for_each_mail(fake: FakeImap) -> None:
    """A thousand mails and their texts take a few dozen commands, sign-in included; the second
    portion is asked for before the first is told."""
    with closing(source_of(fake)) as source:
        ledger = Ledger()
        chunks = source.chunks(None, ledger, NOW)
        ledger.commit(source.read_chunk(next(chunks)))
        assert [line for line in fake.log if line.startswith("UID FETCH 1:500 (")]
        for chunk in chunks:
            ledger.commit(source.read_chunk(chunk))
        assert len(ledger.stamps) == 1000
        assert len(fake.log) < 15
        texts = list(source.read_text(sorted(ledger.stamps)))
        assert len(texts) == 1000
        assert len(fake.log) < 50
