"""What mails at Gmail carry, and what they say."""

from __future__ import annotations

import base64
from datetime import timedelta
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.utils import format_datetime

import pytest
from fakes.google.call import Reply
from fakes.google.fault import Fault
from fakes.google.fixtures import clock, google
from fakes.google.world import letter
from gmail_world import ANA, BOB, GET, Box, box

from connectors.errors import Paused, Unavailable
from connectors.google import gmail_fetch
from connectors.records import Card, Gone, Item, Meeting, Message, Seen

__all__ = ["box", "clock", "google"]

FILES = "gmail.users.messages.attachments.get"
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


def mail(box: Box, *files: tuple[str, str, bytes], text: str = "Hello\n") -> bytes:
    """A mail of Bob's with such parts: kind, file name, content."""
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = BOB, ANA, "With something"
    whole["Date"], whole["Message-ID"] = format_datetime(box.clock()), "<with@example.org>"
    whole.set_content(text)
    for kind, name, data in files:
        main, _, sub = kind.partition("/")
        whole.add_attachment(data, maintype=main, subtype=sub, filename=name or None)
    return whole.as_bytes()


def only(items: list[Item]) -> tuple[object, ...]:
    """The observations of the only item."""
    (item,) = items
    assert isinstance(item, Seen)
    return item.observations


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Small mails are fetched whole, of large ones the parts that count."""
    if request.param == "large":
        monkeypatch.setattr(gmail_fetch, "_RAW_LIMIT", 0)
    return str(request.param)


def test_an_invitation(box: Box, size: str) -> None:
    """The meeting is observed with the mail, and the mail is known for what it is."""
    calendar = MIMEBase("text", "calendar", method="REQUEST", charset="utf-8")
    calendar.set_payload(INVITATION.decode())
    whole = EmailMessage()
    whole["From"], whole["To"], whole["Subject"] = BOB, ANA, "Invitation: Lunch"
    whole["Date"], whole["Message-ID"] = format_datetime(box.clock()), "<i@example.org>"
    whole.set_content("You are invited.\n")
    whole.add_alternative("<p>You are invited.</p>", subtype="html")
    whole.attach(calendar)  # type: ignore[arg-type]  # a part of the older kind
    box.mailbox.deliver(whole.as_bytes())
    message, meeting = only(box.read_all())
    assert isinstance(message, Message)
    assert isinstance(meeting, Meeting)
    assert message.trait("calendar-part") == "REQUEST"
    assert (meeting.uid, meeting.title, meeting.method) == ("lunch@example.org", "Lunch", "request")
    assert box.asked() == 2
    assert box.asked(FILES) == (size == "large")


def test_a_card(box: Box, size: str) -> None:
    """A card that is attached names who sent it; other files are not fetched."""
    picture = ("application/pdf", "plan.pdf", b"%PDF" * 100)
    box.mailbox.deliver(mail(box, ("text/vcard", "bob.vcf", CARD), picture))
    _, card = only(box.read_all())
    assert isinstance(card, Card)
    assert (card.name, card.attached_by) == ("Bob Stone", BOB)
    assert box.asked(FILES) == (size == "large")


def test_a_bounce(box: Box) -> None:
    """Which address failed says the report."""
    raw = b"""From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: ana@example.com
Subject: Delivery Status Notification (Failure)
Date: Mon, 2 Nov 2026 08:00:00 +0000
Message-ID: <b@googlemail.com>
Content-Type: multipart/report; boundary=x; report-type=delivery-status

--x
Content-Type: text/plain

Address not found.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com

Final-Recipient: rfc822; nobody@example.org
Action: failed
Status: 5.1.1
--x--
"""
    box.mailbox.deliver(raw)
    (message,) = only(box.read_all())
    assert isinstance(message, Message)
    assert message.trait("failed-recipient") == "nobody@example.org 5.1.1"


def test_an_ordinary_attachment_costs_nothing_more(box: Box) -> None:
    """A mail with a file is looked at once."""
    box.mailbox.deliver(mail(box, ("application/pdf", "plan.pdf", b"%PDF")))
    only(box.read_all())
    assert box.asked() == 1


def test_what_was_looked_at_is_not_looked_at_again(box: Box) -> None:
    """Where the inside cannot be had, the next reading asks for that alone."""
    box.mailbox.deliver(mail(box, ("text/vcard", "bob.vcf", CARD)))
    box.google.faults.broken(GET, skip=1)
    assert box.read() == []
    assert isinstance(box.trouble, Unavailable)
    _, card = only(box.read_all())
    assert isinstance(card, Card)
    assert box.asked() == 2


def test_no_body_comes_with_the_headers(box: Box) -> None:
    """What people wrote is not even asked for: neither text nor snippet."""
    answers: list[bytes] = []
    box.mailbox.deliver(mail(box, ("application/pdf", "a.pdf", b"%PDF"), text="A secret of Bob\n"))

    def noted(reply: Reply) -> Reply:
        answers.append(reply.body)
        return reply

    box.google.faults.add(Fault(GET, after=noted, times=None))
    only(box.read_all())
    (answer,) = answers
    assert b"With something" in answer
    assert b"secret" not in answer
    assert base64.urlsafe_b64encode(b"A secret of")[:12] not in answer


def test_texts(box: Box) -> None:
    """Of each mail what its author wrote; of one that is gone nothing, of one in the bin still."""
    ids = [
        box.mailbox.deliver(letter(BOB, ANA, "One", "Olá, Ana.\n")),
        box.mailbox.deliver(letter(BOB, ANA, "Two", "-", html="<p>Hello<br>there</p>")),
        box.mailbox.deliver(mail(box, ("text/plain", "notes.txt", b"Notes"), text="Read this.\n")),
        box.mailbox.deliver(letter(BOB, ANA, "Four", "Gone.\n")),
    ]
    box.mailbox.trash(ids[0])
    box.mailbox.delete(ids[3])
    refs = [f"gmail//{one}" for one in ids]
    told = {text.ref: text.plain for text in box.source.read_text([*refs, "imap//x"])}
    assert told == {
        refs[0]: "Olá, Ana.",
        refs[1]: "-",
        refs[2]: "Read this.",
        refs[3]: None,
        "imap//x": None,
    }
    assert box.asked(FILES) == 0


def test_a_large_text_comes_apart(box: Box) -> None:
    """Text that Gmail gives as an attachment is fetched as one."""
    body = {"size": 3, "attachmentId": "none of this mail's"}
    part = {"mimeType": "text/plain", "headers": [], "filename": "", "body": body}
    (one,) = box.add()
    assert box.source._texts._plain(one, part) == ""  # refused: it says nothing


def test_the_text_of_some_is_kept_back(box: Box) -> None:
    """What came is told, then the trouble: the rest stays wanted."""
    refs = [f"gmail//{one}" for one in box.add(4)]
    box.google.faults.too_many(GET, times=1, skip=1)
    told: list[str] = []
    with pytest.raises(Unavailable):
        iter_texts(box, refs, told)
    assert len(told) == 3


def iter_texts(box: Box, refs: list[str], told: list[str]) -> None:
    """Read texts, and note of which mails, also when it ends badly."""
    told.extend(text.ref for text in box.source.read_text(refs))


def test_the_budget_of_texts(box: Box) -> None:
    """So many a day, in any day; what is gone costs nothing of it."""
    box.restart(text_budget=3)
    ids = box.add(6)
    box.mailbox.delete(ids[0])
    refs = [f"gmail//{one}" for one in ids]
    told: list[str] = []
    with pytest.raises(Paused, match="text_budget"):
        iter_texts(box, refs, told)
    assert told == refs[:3]
    iter_texts(box, refs[3:4], told)
    with pytest.raises(Paused):
        iter_texts(box, refs[4:], told)
    box.clock.at += timedelta(days=1)
    iter_texts(box, refs[4:], told)
    assert told == refs


def test_no_texts_at_all(box: Box) -> None:
    """A budget of nothing reads none."""
    box.restart(text_budget=0)
    refs = [f"gmail//{one}" for one in box.add()]
    with pytest.raises(Paused) as pause:
        iter_texts(box, refs, [])
    assert pause.value.wait == 86_400
    assert box.google.count(GET) == 0


def test_single_mails_again(box: Box) -> None:
    """By their refs, whatever the cursor says."""
    ids = box.add(2)
    box.mailbox.trash(ids[1])
    refs = ["imap//x", *(f"gmail//{one}" for one in ids)]
    found = {item.ref: type(item) for item in box.source.read_again(refs, "")}
    assert found == {refs[0]: Gone, refs[1]: Seen, refs[2]: Gone}


def test_days_of_mails(box: Box) -> None:
    """When they were written, of as many as there are units for."""
    refs = [f"gmail//{one}" for one in box.add(2)]
    assert box.source.dated([*refs, "imap//x"]) == dict.fromkeys(refs, box.clock().date())


def test_the_time_of_the_server(box: Box) -> None:
    """It is asked for."""
    assert box.source.server_time() == box.clock()
