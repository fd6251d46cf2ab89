"""Connections to an IMAP server that break: nothing is lost, nothing comes twice."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from contract.ledger import NOW, Ledger
from imap_world import Mailbox, Servers, letter, mailbox, servers
from servers import dovecot
from servers.proxy import DOWN, UP, Fault, Proxy

from connectors.errors import ConnectorError, Unavailable
from connectors.imap import letters, reading, wire
from connectors.imap.mail import ImapMail
from connectors.records import Bad, Batch, Seen

__all__ = ["mailbox", "servers"]  # the fixtures
MAILS = 32
CUTS = 200


@pytest.fixture(scope="module")
def full(servers: Servers) -> Iterator[Mailbox]:
    """A mailbox with mail in two folders, some of it with parts that are fetched by themselves."""
    box = Mailbox(servers(dovecot.QRESYNC))
    invitation = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u\r\n"
        "DTSTART:20260310T090000Z\r\nSUMMARY:Coffee\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for number in range(MAILS):
        mail = letter(number)
        if number % 10 == 3:
            mail = letter(number, body=invitation).replace(b"text/plain", b"text/calendar")
        box.put(mail, "INBOX" if number % 4 else "Sent Messages")
    yield box
    box.close()


def read(source: ImapMail, ledger: Ledger, told: Counter[str]) -> list[Batch]:
    """All batches, committed one by one; what was told is counted."""
    batches = []
    for batch in source.changes(ledger.cursor, ledger, NOW):
        ledger.commit(batch)
        told.update(item.ref for item in batch.items if isinstance(item, Seen))
        batches.append(batch)
    return batches


def test_a_cut_anywhere_loses_and_doubles_nothing(
    full: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred back-fills, each cut at another byte of either direction, then gone on with on a
    new connection: every mail was told once, and what is in it is as in a back-fill without."""
    monkeypatch.setattr(reading, "BATCH", 10)
    whole = Ledger()
    with Proxy(full.server.port) as proxy:
        plain = full.source(full.settings(proxy.port))
        whole.read(plain)
        size = dict(proxy.connections[0].passed)
        assert len(whole.stamps) == MAILS
        chance = random.Random(20260302)
        broken = 0
        for number in range(CUTS):
            way = UP if number % 4 == 0 else DOWN
            kind = "reset" if number % 3 == 0 else "cut"
            at = chance.randrange(size[way])
            proxy.plan(Fault("cut" if kind == "cut" else "reset", way, at))
            source, ledger, told = full.source(full.settings(proxy.port)), Ledger(), Counter[str]()
            try:
                read(source, ledger, told)
            except Unavailable:
                broken += 1
                read(source, ledger, told)
            source.close()
            assert ledger.observations == whole.observations, (way, kind, at)
            assert set(told.values()) == {1}, (way, kind, at)
    assert broken > CUTS * 0.9


@pytest.mark.parametrize("way", [UP, DOWN])
def test_a_half_open_connection_is_over(full: Mailbox, way: str) -> None:
    """A side that says nothing more is no reason to wait: that reading ends, the next is whole."""
    with Proxy(full.server.port) as proxy:
        proxy.plan(Fault("half-close", way, 700 if way == DOWN else 200))
        source, ledger = full.source(full.settings(proxy.port)), Ledger()
        with pytest.raises(Unavailable):
            ledger.read(source)
        ledger.read(source)
        assert len(ledger.stamps) == MAILS


def test_garbage_is_no_answer(full: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other bytes than the server sent end the connection, or spoil what they hit: nothing that is
    not understood moves the cursor."""
    for patience in ("SIGN_IN_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(wire, patience, 0.5)  # for what seems to have more to come
    with Proxy(full.server.port) as proxy:
        for at in range(50, 2000, 130):
            proxy.plan(Fault("garbage", DOWN, at))
            source, ledger = full.source(full.settings(proxy.port)), Ledger()
            with contextlib.suppress(ConnectorError):
                ledger.read(source)
            source.close()


def test_a_slow_answer_is_waited_for(full: Mailbox) -> None:
    """A server that pauses in the middle of a mail has all the time it needs."""
    with Proxy(full.server.port) as proxy:
        proxy.plan(Fault("hold", DOWN, 5000))
        source, ledger = full.source(full.settings(proxy.port)), Ledger()
        reader = threading.Thread(target=ledger.read, args=(source,))
        reader.start()
        assert proxy.held.wait(10)
        proxy.release()
        reader.join(20)
        assert len(ledger.stamps) == MAILS


def test_what_breaks_a_connection_is_set_aside(
    full: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail over which the server hangs up each time is found by asking for ever fewer, noted to
    be asked for again, and stops no other mail."""
    poison = next(ref for ref in _refs(full) if "INBOX" in ref and ref.endswith("=7"))
    real = letters.fetched

    def breaks(session, below, uids, *more):  # type: ignore[no-untyped-def]  # stands in
        if "INBOX" in below and 7 in uids:
            session.close()
            raise Unavailable("the connection was lost")
        return real(session, below, uids, *more)

    monkeypatch.setattr(reading, "fetched", breaks)
    source, ledger = full.source(), Ledger()
    bad: list[Bad] = []
    for _ in range(12):
        try:
            for batch in source.changes(ledger.cursor, ledger, NOW):
                ledger.commit(batch)
                bad += [item for item in batch.items if isinstance(item, Bad)]
        except Unavailable:
            continue
        break
    assert [(item.ref, item.for_now) for item in bad] == [(poison, True)]
    assert len(ledger.stamps) == MAILS
    assert ledger.read(source) == []


def _refs(box: Mailbox) -> set[str]:
    return {one.ref for one in box.source().census()}
