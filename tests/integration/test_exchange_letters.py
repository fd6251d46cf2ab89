"""What mails in an Exchange mailbox carry, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.utils import format_datetime
from typing import Any

import pytest
from exchange_box import BOB, ZONE, Box, box_of
from exchange_desk import ANA
from fakes.exchange.fixtures import FakeExchange, clock, exchange
from fakes.exchange.world import letter
from fakes.exchange.xml import t

from connectors.exchange import mail_fetch
from connectors.exchange.mail_letter import HEADER, HEADERS
from connectors.formats.mail import read_mail
from connectors.records import Attendee, Card, Mailbox, Meeting, Message, PartStat

__all__ = ["clock", "exchange"]

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob Stone\r\nEMAIL:bob@work.example.org\r\nEND:VCARD\r\n"
DSN = b"""From: MAILER-DAEMON@example.org
To: ana@example.com
Subject: Undelivered
Date: Mon, 02 Nov 2026 09:00:00 +0000
Message-ID: <dsn@example.org>
Return-Path: <>
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

It failed.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; example.org

Final-Recipient: rfc822; eva@example.org
Action: failed
Status: 5.1.1
--x--
"""


@pytest.fixture
def box(exchange: FakeExchange) -> Iterator[Box]:
    with box_of(exchange) as made:
        yield made


def calendar(method: str, partstat: str = "NEEDS-ACTION") -> bytes:
    """A meeting."""
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT",
        "UID:lunch@example.org", "DTSTAMP:20261101T090000Z", "DTSTART:20261110T120000Z",
        "DTEND:20261110T130000Z", "SUMMARY:Lunch", "ORGANIZER:mailto:bob@example.org",
        f"ATTENDEE;PARTSTAT={partstat}:mailto:ana@example.com", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def invitation(method: str, partstat: str = "NEEDS-ACTION") -> bytes:
    """A mail about it."""
    part = MIMEBase("text", "calendar", method=method, charset="utf-8")
    part.set_payload(calendar(method, partstat).decode())
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = BOB, ANA, "Lunch"
    whole["Date"], whole["Message-ID"] = format_datetime(AT), "<lunch@example.org>"
    whole.set_content("You are invited.\n")
    whole.add_alternative("<p>You are invited.</p>", subtype="html")
    whole.attach(part)  # type: ignore[arg-type]  # a part of the older kind
    return whole.as_bytes()


def attached(kind: str, name: str, data: bytes) -> bytes:
    """A mail with a file."""
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = BOB, ANA, "With something"
    whole["Date"], whole["Message-ID"] = format_datetime(AT), "<with@example.org>"
    whole.set_content("Hello\n")
    main, _, sub = kind.partition("/")
    whole.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return whole.as_bytes()


MAILS = {
    "plain": letter(BOB, ANA, "Hello", at=AT),
    "names": letter('"Stone, Bob" <bob@example.org>', ANA, "=?utf-8?q?Ol=C3=A1?=", at=AT),
    "list": letter(BOB, "all@example.org", "News", at=AT, List_Id="<all.example.org>"),
    "answer": letter(BOB, ANA, "Re: Hello", at=AT, answers="<1@example.com>"),
    "request": invitation("REQUEST"),
    "reply": invitation("REPLY", "ACCEPTED"),
    "cancel": invitation("CANCEL"),
    "card": attached("text/vcard", "bob.vcf", CARD),
    "calendar": attached("application/octet-stream", "lunch.ics", calendar("PUBLISH")),
    "dsn": DSN,
}


@pytest.mark.parametrize(
    ("given", "name"),
    [*((HEADER, name) for name in MAILS), *((HEADERS, name) for name in ("names", "list", "dsn"))],
)
def test_a_mail_is_what_it_is_elsewhere(
    box: Box, monkeypatch: pytest.MonkeyPatch, name: str, given: Any
) -> None:
    """By whatever property Exchange gives its header: the observations are those of the mail."""
    monkeypatch.setattr(box.source._fetcher, "_headers", (given,))
    raw = MAILS[name]
    box.mailbox.deliver(raw, at=AT)
    first, *rest = box.only()
    wanted, *others = read_mail(raw, lambda: raw, ZONE)
    assert isinstance(first, Message)
    assert isinstance(wanted, Message)
    assert replace(first, traits=()) == replace(wanted, traits=())
    assert _plain(first) == _plain(wanted)
    assert rest == others
    kinds = {"request": Meeting, "reply": Meeting, "cancel": Meeting, "card": Card}
    assert not (name in kinds and not isinstance(rest[0], kinds[name]))


def _plain(message: Message) -> set[tuple[str, str]]:
    """The traits, whatever their order and quotes."""
    return {(name, value.replace('"', "")) for name, value in message.traits}


def test_headers_are_asked_for_once(box: Box) -> None:
    """Both properties hold the same: once it is known which a server gives, the other is left
    out."""
    box.mail("first")
    box.read()
    assert box.source._fetcher._headers == (HEADER,)


def test_sent_mail_is_made_of_its_properties(box: Box) -> None:
    """It has no header, as it never came; that it went to somebody hidden is known as well."""
    raw = letter(
        f"Ana Silva <{ANA}>", '"Stone, Bob" <bob@example.org>, eva@example.org', 'About "it"',
        at=AT, answers="<1@example.org>", Cc="Carl <carl@example.org>", Bcc="dora@example.org",
        message_id="<sent@example.com>",
    )  # fmt: skip
    box.mailbox.deliver(raw, "sentitems", at=AT)
    (message,) = box.only()
    assert message == Message(
        "sent@example.com",
        AT,
        (Mailbox(ANA, "Ana Silva"),),
        to=(Mailbox("bob@example.org", "Stone, Bob"), Mailbox("eva@example.org")),
        cc=(Mailbox("carl@example.org", "Carl"),),
        bcc=(Mailbox("dora@example.org"),),
        subject='About "it"',
        in_reply_to="1@example.org",
        references=("1@example.org",),
    )


def test_somebody_of_the_directory(exchange: FakeExchange) -> None:
    """Who is named by the directory is asked for there; who is not in it has no address."""
    names = {"/o=Firm/cn=bob": "bob@example.org"}
    with box_of(exchange, resolve=lambda name: names.get(name, "")) as box:
        raw = letter(ANA, "x@example.org", "Hello", at=AT)
        boxes = [
            t("Mailbox", t("Name", one), t("EmailAddress", f"/o=Firm/cn={one}"),
              t("RoutingType", "EX"))
            for one in ("bob", "nobody")
        ]  # fmt: skip
        box.mailbox.deliver(raw, "sentitems", at=AT, ToRecipients=t("ToRecipients", boxes))
        (message,) = box.only()
        assert isinstance(message, Message)
        assert message.to == (Mailbox("bob@example.org", "bob"),)


def test_of_a_large_mail_its_files_count(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not fetched whole for a card of a few lines."""
    monkeypatch.setattr(mail_fetch, "_WHOLE_LIMIT", 0)
    box.mailbox.deliver(MAILS["card"], at=AT)
    _, card = box.only()
    assert isinstance(card, Card)
    assert card.addrs == ("bob@work.example.org",)
    assert box.exchange.count("GetAttachment") == 1


def test_what_is_no_mail_says_nothing(box: Box) -> None:
    """Other things may lie in a folder for mail."""
    box.mailbox.deliver(MAILS["plain"], ItemClass="IPM.Note.Microsoft.Conversation")
    assert box.only() == ()


@pytest.mark.parametrize("html", [None, "<p>Shall we <b>meet</b>?</p><p>Bob</p>"])
def test_the_text_of_a_mail(box: Box, html: str | None) -> None:
    """Text as it is, and HTML as a reader sees it."""
    raw = letter(BOB, ANA, "Hello", "Shall we meet?\n\nBob\n", at=AT, html=html)
    box.mailbox.deliver(raw, at=AT)
    box.read()
    (said,) = box.source.read_text(list(box.ledger.stamps))
    assert said.plain is not None
    assert "Shall we meet?" in said.plain
    assert "<" not in said.plain


@pytest.mark.parametrize(
    ("kind", "more", "method", "partstat"),
    [
        ("MeetingRequest", {}, "request", PartStat.UNKNOWN),
        ("MeetingResponse", {"ResponseType": "Decline"}, "reply", PartStat.DECLINED),
        ("MeetingCancellation", {}, "cancel", PartStat.UNKNOWN),
    ],
)
def test_a_meeting_by_its_properties(
    box: Box, kind: str, more: dict[str, str], method: str, partstat: PartStat
) -> None:
    """A server may have no calendar in the MIME content of a meeting mail."""
    told = {
        "UID": "lunch@example.org",
        "Start": t("Start", "2026-11-10T12:00:00Z"),
        "End": t("End", "2026-11-10T13:00:00Z"),
        **more,
    }
    item_class = t("ItemClass", f"IPM.Schedule.Meeting.{kind}")
    raw = letter(BOB, ANA, "Lunch", at=AT)
    box.mailbox.deliver(raw, at=AT, kind=kind, ItemClass=item_class, **told)
    message, meeting = box.only()
    assert isinstance(message, Message)
    assert isinstance(meeting, Meeting)
    assert message.trait("calendar-part") == method.upper()
    assert (meeting.uid, meeting.method) == ("lunch@example.org", method)
    assert meeting.start == datetime(2026, 11, 10, 12, tzinfo=UTC)
    assert (meeting.status == "cancelled") == (method == "cancel")
    if method == "reply":
        assert meeting.attendees == (Attendee(Mailbox("bob@example.org", "Bob Stone"), partstat),)
