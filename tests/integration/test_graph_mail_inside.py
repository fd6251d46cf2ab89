"""What mails of Microsoft 365 carry, and what they say."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.google.world import Clock, letter
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_mail_world import ANA, BOB, FIRST, Box, message

from connectors.contract import Text
from connectors.errors import BadItem, Paused, Unavailable
from connectors.graph import mail_texts
from connectors.graph.mail_letter import Terms, head_of, instant, item_of
from connectors.records import Bad, Card, Meeting, Message, Seen

__all__ = ["clock", "graph"]

INVITATION = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:lunch@example.org\r
DTSTAMP:20261101T090000Z\r
DTSTART:20261110T120000Z\r
DTEND:20261110T130000Z\r
SUMMARY:Lunch\r
ORGANIZER:mailto:bob@example.org\r
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ana@example.com\r
END:VEVENT\r
END:VCALENDAR\r
"""
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob Stone\r\nEMAIL:bob@work.example.org\r\nEND:VCARD\r\n"
REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: ana@example.com
Subject: Undelivered Mail Returned to Sender
Date: Sun, 01 Mar 2026 10:00:00 +0000
Message-ID: <report@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It did not work.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; gone@example.org
Action: failed
Status: 5.1.1
--x--
"""


@pytest.fixture
def box(graph: FakeGraph) -> Box:
    """Empty."""
    return Box(graph)


def mail(*files: tuple[str, str, bytes], text: str = "Hello\n") -> bytes:
    """A mail of Bob's with such parts: kind, file name, content."""
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = BOB, ANA, "With something"
    whole["Date"], whole["Message-ID"] = format_datetime(FIRST), "<with@example.org>"
    whole.set_content(text)
    for kind, name, data in files:
        main, _, sub = kind.partition("/")
        whole.add_attachment(data, maintype=main, subtype=sub, filename=name or None)
    return whole.as_bytes()


def invitation() -> bytes:
    """As Outlook sends them."""
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = BOB, ANA, "Invitation: Lunch"
    whole["Date"], whole["Message-ID"] = format_datetime(FIRST), "<i@example.org>"
    whole.set_content("You are invited.\n")
    whole.add_alternative(INVITATION.decode(), subtype="calendar", params={"method": "REQUEST"})
    return whole.as_bytes()


def only(box: Box) -> tuple[object, ...]:
    """The observations of the only item."""
    (item,) = box.read()
    assert isinstance(item, Seen)
    return item.observations


@pytest.mark.parametrize("bare", [False, True])
def test_an_invitation(box: Box, bare: bool) -> None:
    """The meeting is observed with the mail, with or without a header that it came with."""
    box.mailbox.deliver(invitation(), "inbox", at=FIRST, bare=bare)
    found, meeting = only(box)
    assert isinstance(found, Message)
    assert isinstance(meeting, Meeting)
    assert (meeting.uid, meeting.method, meeting.title) == ("lunch@example.org", "request", "Lunch")
    assert found.trait("calendar-part") == "REQUEST"
    assert box.graph.count("messages.mime") == 1


def test_files(box: Box) -> None:
    """Calendars and cards that are attached, by their kind or their name; to an ordinary mail the
    MIME is not asked for."""
    data = b"0" * 2_000
    box.mailbox.deliver(mail(("application/pdf", "plan.pdf", data)), at=FIRST)
    assert len(only(box)) == 1
    assert (box.graph.count("attachments.list"), box.graph.count("messages.mime")) == (1, 0)
    later = FIRST + timedelta(days=1)
    files = (("application/octet-stream", "lunch.ics", INVITATION), ("text/vcard", "", CARD))
    box.mailbox.deliver(mail(*files), at=later)
    _, meeting, card = only(box)
    assert isinstance(meeting, Meeting)
    assert isinstance(card, Card)
    assert card.attached_by == "bob@example.org"
    box.fill(3, begin=9)
    box.read()
    assert box.graph.count("attachments.list") == 2


def test_a_sent_file(box: Box) -> None:
    """What the owner sent is read as well, though it has no header that says so."""
    raw = mail(("text/calendar", "lunch.ics", INVITATION)).replace(b"Bob Stone", b"Ana")
    box.mailbox.deliver(raw, "sentitems", at=FIRST, bare=True)
    found, meeting = only(box)
    assert isinstance(meeting, Meeting)
    assert isinstance(found, Message)
    assert found.message_id == "with@example.org"


@pytest.mark.parametrize("seed", [0, 5])
def test_a_report(box: Box, clock: Clock, seed: int) -> None:
    """Which address is no use, and why."""
    box.graph.reset(clock, seed)
    box.mailbox.deliver(REPORT.encode(), at=FIRST)
    found = message(box.read())
    assert found.trait("failed-recipient") == "gone@example.org 5.1.1"


def test_what_cannot_be_had_now(box: Box, clock: Clock) -> None:
    """While the inside of a mail cannot be asked for it is not told, and not lost."""
    box.mailbox.deliver(invitation(), at=FIRST)
    box.graph.faults.too_many("messages.mime", retry_after=5)
    with pytest.raises(Paused):
        box.read()
    assert not box.held
    clock.advance(seconds=5)
    box.graph.faults.truncated("messages.mime")
    with pytest.raises(Unavailable):
        box.read()
    assert len(only(box)) == 2


def test_an_inside_that_is_refused(box: Box) -> None:
    """Again and again: the mail is set aside for now, and others are told."""
    box.mailbox.deliver(invitation(), at=FIRST)
    box.put(3)
    box.graph.faults.error(400, "ErrorMimeContentConversionFailed", "messages.mime", times=None)
    (bad,) = [item for item in box.read() if isinstance(item, Bad)]
    assert bad.for_now
    box.graph.faults.clear()
    (item,) = box.source.read_again([bad.ref], "")
    assert isinstance(item, Seen)


def test_a_mail_that_vanishes_meanwhile(box: Box) -> None:
    """Listed, and gone when its inside is asked for."""
    found = box.mailbox.deliver(invitation(), at=FIRST)
    box.graph.faults.meanwhile("messages.mime", lambda: box.mailbox.delete(found))
    assert box.read() == []
    assert box.read() == []


def test_texts(box: Box) -> None:
    """What is quoted is told from what is new, in HTML as well; what is not there has no text."""
    quoted = "<p>Yes, at noon.</p><blockquote><p>Shall we meet?</p></blockquote>"
    html = letter(BOB, ANA, text="x\n", html=quoted, message_id="<h@example.org>")
    plain = letter(BOB, ANA, text="Olá.\n> Shall we meet?\n", message_id="<p@example.org>")
    refs = [box.ref(box.mailbox.deliver(raw)) for raw in (html, plain)]
    texts = {one.ref: one.plain or "" for one in box.source.read_text(refs)}
    lines = [line for line in texts[refs[0]].splitlines() if line.strip("> ")]
    assert lines == ["Yes, at noon.", "> Shall we meet?"]
    assert texts[refs[1]].split() == ["Olá.", ">", "Shall", "we", "meet?"]
    odd = list(box.source.read_text(["mail//0123456789ab/nothing", "odd"]))
    assert [one.plain for one in odd] == [None, None]


def test_texts_that_cannot_be_had_now(box: Box, clock: Clock) -> None:
    """Those that were read count; the rest waits as long as Microsoft says."""
    refs = box.fill(6)
    box.graph.faults.too_many("messages.get", skip=2, retry_after=4)
    told: list[Text] = []
    with pytest.raises(Paused) as caught:
        told.extend(box.source.read_text(refs))
    assert caught.value.wait == 4
    assert len(told) == 3
    clock.advance(seconds=4)
    assert len(list(box.source.read_text(refs))) == 6


def test_a_signed_mail(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no body the mail itself is read."""
    raw = mail(("application/pkcs7-mime", "smime.p7m", b"0"), text="From inside.\n")
    ref = box.ref(box.mailbox.deliver(raw))

    def plain_text(data: bytes) -> str:
        return "From inside." if b"From: Bob" in data else ""

    monkeypatch.setattr("connectors.formats.text.plain_text", plain_text)
    (text,) = box.source.read_text([ref])
    assert text.plain == "From inside."
    monkeypatch.setattr(mail_texts, "_MIME_LIMIT", 5)
    (text,) = box.source.read_text([ref])
    assert text.plain == ""


def recipient(addr: Any, name: Any = "") -> dict[str, Any]:
    return {"emailAddress": {"address": addr, "name": name}}


def test_heads() -> None:
    """What came with the mail goes before what Microsoft says of it; odd names and values break
    no header; the owner's own name in the directory is the mailbox."""
    terms = Terms(zone=ZoneInfo("UTC"), login=ANA)
    told = {
        "internetMessageHeaders": [
            {"name": "Subject", "value": "as\r\n sent"},
            {"name": "Bad name", "value": "x"},
            {"name": "X-Empty", "value": ""},
            "odd",
        ],
        "subject": "as shown",
        "from": recipient("/O=EXCHANGELABS/CN=ANA", 'Ana "A" Silva'),
        "sender": recipient(None),
        "toRecipients": [recipient("bob@example.org\nBcc: x", "B"), recipient("/o=x/cn=y"), 5],
        "ccRecipients": None,
        "sentDateTime": "2026-03-01T09:00:00.1234567Z",
        "internetMessageId": "<a@example.com>",
    }
    lines = head_of(told, terms).decode().splitlines()
    assert lines[0] == "Subject: as sent"
    assert 'From: "Ana \\"A\\" Silva" <ana@example.com>' in lines
    assert "Date: Sun, 01 Mar 2026 09:00:00 +0000" in lines
    odd = ("Bad", "X-Empty", "Cc", "Bcc", "Sender")
    assert not any(line.startswith(odd) for line in lines)
    told |= {"from": recipient("bob@example.org"), "sender": recipient("carol@example.org", "C")}
    assert 'Sender: "C" <carol@example.org>' in head_of(told, terms).decode().splitlines()
    assert "Content-Type: multipart/mixed" in head_of(told, terms, inside=True).decode()
    assert instant("2026-03-01") is not None
    assert instant(None) is None
    assert isinstance(item_of("r", {"id": "x"}, None, terms), Bad)


def test_a_body_that_breaks_the_reader(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no text, and the others have theirs."""
    refs = box.fill(2)

    def plain_text(data: bytes) -> str:
        raise BadItem("", "odd")

    monkeypatch.setattr("connectors.formats.text.plain_text", plain_text)
    assert [one.plain for one in box.source.read_text(refs)] == ["", ""]
