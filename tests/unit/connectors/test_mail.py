"""What a mail carries: calendar parts, cards, and nothing that somebody else said."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.formats.mail import read_mail
from connectors.records import Card, Meeting, Message, Observation

LISBON = ZoneInfo("Europe/Lisbon")
HEAD = """\
From: Ana Silva <ana@example.org>
To: rui@example.com
Date: Mon, 2 Mar 2026 09:00:00 +0000
Message-ID: <a1@example.org>
Subject: Coffee
MIME-Version: 1.0
"""
EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
{method}BEGIN:VEVENT
UID:e1@example.org
DTSTAMP:20260302T090000Z
DTSTART:20260310T100000Z
DTEND:20260310T110000Z
SUMMARY:Café
ORGANIZER:mailto:ana@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:rui@example.com
END:VEVENT
END:VCALENDAR
"""
REQUEST = EVENT.format(method="METHOD:REQUEST\n")
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Bea Costa\nEMAIL:bea@example.net\nEND:VCARD\n"


def read(data: bytes) -> tuple[Observation, ...]:
    """A whole mail, as a source reads it."""
    return read_mail(data[:8192], lambda: data, LISBON)


def whole(kind: str, body: str | bytes, *fields: str) -> bytes:
    """A mail whose body is one part."""
    head = "\n".join((HEAD + f"Content-Type: {kind}", *fields)) + "\n\n"
    return head.encode() + (body if isinstance(body, bytes) else body.encode())


def mixed(*parts: tuple[str, str | bytes], kind: str = "multipart/mixed", mark: str = "b") -> bytes:
    """A multipart mail; each part is its header and its body."""
    out = f"{HEAD}Content-Type: {kind}; boundary={mark}\n\n".encode()
    for head, body in parts:
        out += f"--{mark}\n{head}\n\n".encode() + (
            body if isinstance(body, bytes) else body.encode()
        )
        out += b"\n"
    return out + f"--{mark}--\n".encode()


def meetings(found: Sequence[Observation]) -> list[Meeting]:
    """The meetings among what was found."""
    return [one for one in found if isinstance(one, Meeting)]


def cards(found: Sequence[Observation]) -> list[Card]:
    """The cards among what was found."""
    return [one for one in found if isinstance(one, Card)]


def message(found: Sequence[Observation]) -> Message:
    """The mail itself, which is always the first."""
    assert isinstance(found[0], Message)
    return found[0]


FILE = "Content-Type: application/octet-stream\nContent-Disposition: attachment"
B64 = "Content-Transfer-Encoding: base64"


@pytest.mark.parametrize(
    "data",
    [
        whole("text/calendar; method=REQUEST; charset=utf-8", REQUEST),
        whole("text/calendar; charset=iso-8859-1", REQUEST.encode("iso-8859-1")),
        whole("text/calendar; charset=utf-16", base64.b64encode(REQUEST.encode("utf-16")), B64),
        whole("TEXT/CALENDAR", base64.encodebytes(REQUEST.replace("\n", "\r\n").encode()), B64),
        whole(
            "text/calendar; charset=utf-8", REQUEST.replace("=", "=3D").replace("é", "=C3=A9"),
            "Content-Transfer-Encoding: quoted-printable",
        ),
        whole("text/calendar; method=request", EVENT.format(method="")),
        whole('application/octet-stream; name="invite.ics"', REQUEST),
        mixed(("Content-Type: text/plain", "Hi"), ("Content-Type: application/ics", REQUEST)),
        mixed(
            ("Content-Type: text/plain", "Hi"),
            ("Content-Type: text/calendar; method=REQUEST", REQUEST),
            ("Content-Type: application/ics; name=invite.ics\n" + B64,
             base64.encodebytes(REQUEST.encode())),
            kind="multipart/alternative",
        ),
        mixed(
            (FILE + ";\n filename*=utf-8''einladung.ics", REQUEST),
        ),
        mixed(
            (FILE + '; filename="=?utf-8?b?aW52aXRlLmljcw==?="', REQUEST),
        ),
    ],
)  # fmt: skip
def test_an_invitation_in_every_wrapping(data: bytes) -> None:
    """One meeting with its method, however it is encoded, named, and however often it is there."""
    found = read(data)
    assert message(found).message_id == "a1@example.org"
    assert message(found).trait("calendar-part") == "REQUEST"
    (meeting,) = meetings(found)
    assert (meeting.uid, meeting.method, meeting.title) == ("e1@example.org", "request", "Café")
    assert meeting.start == datetime(2026, 3, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(line_end: str) -> None:
    """CRLF as sent, LF as stored, CR as old Macs stored it."""
    data = mixed(("Content-Type: text/calendar", REQUEST), ("Content-Type: text/vcard", CARD))
    found = read(data.replace(b"\n", line_end.encode()))
    assert len(meetings(found)) == len(cards(found)) == 1


def test_answers_and_cancellations_keep_their_method() -> None:
    """REPLY and CANCEL are evidence about a meeting, and say so."""
    for method in ("REPLY", "CANCEL", "COUNTER"):
        found = read(whole("text/calendar", EVENT.format(method=f"METHOD:{method}\n")))
        assert [meeting.method for meeting in meetings(found)] == [method.lower()]
        assert message(found).trait("calendar-part") == method


def test_what_is_in_an_attached_mail_was_said_by_somebody_else() -> None:
    """An invitation or card inside a forwarded message is no evidence of this mail's author."""
    forwarded = whole("text/calendar", REQUEST)
    inner = mixed(("Content-Type: text/vcard", CARD), mark="inner")
    data = mixed(
        ("Content-Type: text/plain", "FYI"),
        ("Content-Type: message/rfc822", forwarded),
        ("Content-Type: message/rfc822\nContent-Disposition: attachment; filename=x.ics", inner),
    )
    assert read(data) == (message(read(data)),)
    assert message(read(data)).trait("calendar-part") is None


def test_a_broken_part_never_spoils_its_mail() -> None:
    """The mail is read, and so is the part that is whole."""
    data = mixed(
        ("Content-Type: text/calendar", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nnonsense"),
        ("Content-Type: text/vcard", "BEGIN:VCARD\nnothing"),
        ("Content-Type: text/calendar\n" + B64, "////not base64"),
        ("Content-Type: text/vcard", CARD),
    )
    found = read(data)
    assert message(found).subject == "Coffee"
    assert [card.name for card in cards(found)] == ["Bea Costa"]


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: text/vcard",
        "Content-Type: text/x-vcard; charset=utf-8; name=bea.vcf",
        "Content-Type: text/directory; profile=vCard",
        "Content-Type: application/octet-stream; name=Bea.VCF",
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=bea.vcf",
    ],
)
def test_an_attached_card_names_who_attached_it(head: str) -> None:
    """Anybody can send a card, so it says who did."""
    (card,) = cards(read(mixed(("Content-Type: text/plain", "Hi"), (head, CARD))))
    assert (card.name, card.addrs) == ("Bea Costa", ("bea@example.net",))
    assert card.attached_by == "ana@example.org"
    assert card.uid


def test_a_card_without_an_author_is_left_out() -> None:
    """It would pass for one that the owner keeps."""
    data = mixed(("Content-Type: text/vcard", CARD)).replace(
        b"From: Ana Silva <ana@example.org>\n", b""
    )
    assert cards(read(data)) == []


def test_ordinary_mail_is_not_read_to_its_end() -> None:
    """The body is fetched only when the header says that it may hold something."""

    def never() -> bytes:
        raise AssertionError("the body was fetched")

    for kind in ("text/plain", "text/html; charset=utf-8"):
        assert len(read_mail(whole(kind, "Hi"), never, LISBON)) == 1
    data = mixed(
        ("Content-Type: text/plain", "see text/calendar, x.ics and BEGIN:VCARD"),
        ("Content-Type: image/png; name=x.png\n" + B64, "AAAA"),
    )
    assert len(read(data)) == 1


def test_a_series_that_comes_by_mail_is_bounded() -> None:
    """A daily invitation without an end yields a bounded number of instances."""
    data = whole("text/calendar", REQUEST.replace("SUMMARY", "RRULE:FREQ=DAILY\nSUMMARY"))
    assert 1 < len(meetings(read(data))) <= 500


def test_what_the_body_tells_comes_before_the_header() -> None:
    """Forty other traits do not push it out."""
    many = "".join(f"X-Campaign-{number}: x\n" for number in range(60))
    found = read(many.encode() + whole("text/calendar", REQUEST))
    assert message(found).traits[0] == ("calendar-part", "REQUEST")
    assert message(found).trait("content-type") == "text/calendar"
    assert len(message(found).traits) < 50
