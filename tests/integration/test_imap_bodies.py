"""What a mail carries is found through IMAP as it is found in a file, and fetched no more than that
takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from contract.ledger import Ledger
from corpus_mails import mails
from imap_world import Mailbox, letter, mailbox, servers

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.text import plain_text
from connectors.imap.refs import place_of
from connectors.records import Card, Meeting, Message, Observation

__all__ = ["mailbox", "servers"]  # the fixtures
ARRIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
INVITATION = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u@example.org\r\n"
    "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Coffee\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
CARD = (
    "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:c\r\nFN:Rui Costa\r\nEMAIL:rui@example.net\r\nEND:VCARD\r\n"
)
REPORT = (
    "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\n"
)


def parted(number: int, *parts: tuple[str, str], kind: str = "mixed", weight: int = 0) -> bytes:
    """A mail with these parts (headers, body), and an attachment of `weight` bytes between them."""
    lines = [f"Content-Type: multipart/{kind}; boundary=edge", "", ""]
    rows = [("Content-Type: text/plain", f"Hello, this is number {number}.")]
    if weight:
        image = "Content-Type: image/png\r\nContent-Disposition: attachment; filename=a.png"
        rows.append((image, "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * (weight // 72)))
    for head, body in (*rows, *parts):
        lines += [f"--edge\r\n{head}\r\n", body]
    header = letter(number).partition(b"\r\nContent-Type")[0].decode()
    return (header + "\r\n" + "\r\n".join([*lines, "--edge--", ""])).encode()


def expected(mail: bytes) -> tuple[Observation, ...] | None:
    """What a file with that mail says; None for what is no mail."""
    zone = ZoneInfo("UTC")
    try:
        try:
            return read_mail(mail, lambda: mail, zone)
        except BadItem:
            return read_mail(mail, lambda: mail, zone, ARRIVED)
    except BadItem:
        return None


def test_real_mail_says_the_same(corpora: Path, mailbox: Mailbox) -> None:
    """Mails of every shape, put into a mailbox: observations and texts are those of the file."""
    put: dict[int, bytes] = {}
    for mail in _some(corpora):
        when = '"02-Mar-2026 09:00:00 +0000"'
        kind, data = mailbox.client.imap.append("INBOX", "", when, mail)
        if kind == "OK":
            put[int(data[0].split()[2].strip(b"]"))] = b"\r\n".join(mail.splitlines()) + b"\r\n"
    ledger, source = Ledger(), mailbox.source()
    ledger.read(source)
    assert len(ledger.stamps) == len(put) > 50
    texts = {text.ref: text.plain for text in source.read_text(sorted(ledger.stamps))}
    for ref in ledger.stamps:
        place = place_of(ref)
        assert place is not None
        mail = put[place.uid]
        assert ledger.observations.get(ref) == expected(mail), mail[:2000]
        try:
            assert (texts[ref] or "").split() == plain_text(mail).split(), mail[:2000]
        except BadItem:
            assert texts[ref] == ""


def _some(corpora: Path) -> Iterator[bytes]:
    """Enough of every corpus; what no server takes is left out."""
    for folder, step in (("eml", 1), ("spamassassin", 40)):
        for number, (_, mail) in enumerate(mails(corpora, folder)):
            if number % step == 0 and len(mail) < 200_000 and b"\0" not in mail and mail:
                yield mail


@pytest.mark.parametrize("weight", [0, 300_000])
def test_what_mails_carry(mailbox: Mailbox, weight: int) -> None:
    """Invitations, cards and delivery reports are found, beside a large attachment as well."""
    calendar = ("Content-Type: text/calendar; method=REQUEST", INVITATION)
    card = ("Content-Type: text/vcard; name*=utf-8''R%C3%BAi.vcf", CARD)
    report = ("Content-Type: message/delivery-status", REPORT)
    encoded = ("Content-Type: application/octet-stream; name*=utf-8''Caf%C3%A9.ics", INVITATION)
    refs = [
        mailbox.put(parted(1, calendar, weight=weight)),
        mailbox.put(parted(2, card, weight=weight)),
        mailbox.put(parted(3, report, kind="report", weight=weight)),
        mailbox.put(parted(4, encoded, weight=weight)),
        mailbox.put(parted(5, weight=weight)),
    ]
    ledger, source = Ledger(), mailbox.source()
    ledger.read(source)
    found = [ledger.observations[ref] for ref in refs]
    assert [[type(one) for one in row] for row in found] == [
        [Message, Meeting], [Message, Card], [Message], [Message, Meeting], [Message],
    ]  # fmt: skip
    message = found[2][0]
    assert isinstance(message, Message)
    assert message.trait("failed-recipient") == "bob@example.net 5.1.1"
    texts = {text.ref: text.plain for text in source.read_text(refs)}
    assert [(texts[ref] or "").split("\n")[0] for ref in refs] == [
        f"Hello, this is number {number}." for number in range(1, 6)
    ]


def test_attachments_stay_where_they_are(mailbox: Mailbox) -> None:
    """Of large mails only what says something goes over the wire."""
    from servers.proxy import DOWN, Proxy

    weight = 2_000_000
    calendar = ("Content-Type: text/calendar; method=REQUEST", INVITATION)
    refs = [mailbox.put(parted(n, calendar, weight=weight)) for n in range(3)]
    with Proxy(mailbox.server.port) as proxy:
        ledger, source = Ledger(), mailbox.source(mailbox.settings(proxy.port))
        ledger.read(source)
        assert len(list(source.read_text(refs))) == 3
        assert {type(one) for row in ledger.observations.values() for one in row} == {
            Message, Meeting,
        }  # fmt: skip
        assert sum(one.passed[DOWN] for one in proxy.connections) < 60_000
        source.close()


def test_drafts_are_nobodys_mail_yet(mailbox: Mailbox) -> None:
    """A mail that its owner is still writing holds no observation, wherever it lies."""
    ref = mailbox.put(letter(1), flags="(\\Draft)")
    ledger = Ledger()
    ledger.read(mailbox.source())
    assert ledger.observations[ref] == ()


def test_texts_of_mail_elsewhere(mailbox: Mailbox) -> None:
    """Refs into folders that are gone, or of another UIDVALIDITY, and what is no ref of ours, have
    no text."""
    ref = mailbox.add(1)
    source = mailbox.source()
    asked = [
        ref,
        ref.replace("INBOX", "Nowhere"),
        ref.replace("UIDVALIDITY=", "UIDVALIDITY=1"),
        "local//something",
    ]
    assert [text.plain is None for text in source.read_text(asked)] == [False, True, True, True]
