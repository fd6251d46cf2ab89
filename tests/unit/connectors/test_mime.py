"""Mail headers as records, from tidy to terrible."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadItem
from connectors.formats.mime import READ_LIMIT, header_end, read_message
from connectors.formats.words import decode_words
from connectors.records import Mailbox, Message

TIDY = b"""\
Received: by mx.example.com; Mon, 2 Mar 2026 09:00:05 +0000
Received: by out.example.org; Mon, 2 Mar 2026 09:00:01 +0000
Message-ID: <a1@example.org>
Date: Mon, 2 Mar 2026 10:00:00 +0100
From: Ana Silva <ana@example.org>
To: "Costa, Rui" <rui@example.com>, bea@example.net
Cc: team@example.com (the whole team)
Subject: Coffee
In-Reply-To: <z9@example.com>
References: <x7@example.com> <z9@example.com>
List-Unsubscribe: <https://example.org/u>

Body: no header
"""


def read(*lines: str, rest: str = "\n\nbody") -> Message:
    """A mail with these header lines and a date."""
    text = "\n".join(("Date: Mon, 2 Mar 2026 09:00:00 +0000", *lines)) + rest
    return read_message(text.encode("utf-8", "surrogateescape"))


def test_a_tidy_header() -> None:
    """Every field lands where it belongs, and the body is not looked at."""
    assert read_message(TIDY) == Message(
        message_id="a1@example.org",
        at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        from_=(Mailbox("ana@example.org", "Ana Silva"),),
        to=(Mailbox("rui@example.com", "Costa, Rui"), Mailbox("bea@example.net")),
        cc=(Mailbox("team@example.com", "the whole team"),),
        subject="Coffee",
        in_reply_to="z9@example.com",
        references=("x7@example.com", "z9@example.com"),
        traits=(("list-unsubscribe", "<https://example.org/u>"),),
    )


def test_line_ends_make_no_difference() -> None:
    """CRLF, as mail servers store it, reads like LF."""
    assert read_message(TIDY.replace(b"\n", b"\r\n")) == read_message(TIDY)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ana@example.org", [("ana@example.org", "")]),
        ("<ana@example.org>", [("ana@example.org", "")]),
        ('"Silva, Ana" <ana@example.org>', [("ana@example.org", "Silva, Ana")]),
        ("'Ana Silva' <ana@example.org>", [("ana@example.org", "Ana Silva")]),
        ("ana@example.org (Ana (at home) Silva)", [("ana@example.org", "Ana (at home) Silva")]),
        ('"ana@example.org" <ana@example.org>', [("ana@example.org", "")]),
        ("ana@example.org <rui@example.org>", [("rui@example.org", "ana@example.org")]),
        ("undisclosed-recipients:;", []),
        (
            "Friends: ana@example.org, Rui <rui@example.org>;",
            [("ana@example.org", ""), ("rui@example.org", "Rui")],
        ),
        ("Empty:;, ana@example.org", [("ana@example.org", "")]),
        ("ana@example.org; rui@example.org", [("ana@example.org", ""), ("rui@example.org", "")]),
        ("=?utf-8?q?Ana=2C_S=C3=ADlvia?= <ana@example.org>", [("ana@example.org", "Ana, Sílvia")]),
        ("=?utf-8?b?QW5hIDxhbmFAZXhhbXBsZS5vcmc+?=", [("ana@example.org", "Ana")]),
        ("Ana <mailto:ana@example.org>", [("ana@example.org", "Ana")]),
        ("Ana ana@example.org", [("ana@example.org", "Ana")]),
        ("Ana <@relay.example.com:ana@example.org>", [("ana@example.org", "Ana")]),
        ("Ana < ana @ example.org >", [("ana@example.org", "Ana")]),
        ('"ana silva"@example.org', [('"ana silva"@example.org', "")]),
        ("ana@[192.0.2.1]", [("ana@[192.0.2.1]", "")]),
        ("Ana <ana@>, @example.org, Rui <rui@example.org>", [("rui@example.org", "Rui")]),
        ("nobody, <>, Ana <ana@example..org>", []),
        ("Ana <ana@example.org", []),
        ('"never closed <ana@example.org>', [("ana@example.org", "never closed")]),
        ("Ana (a \\) b) <ana(at home)@example.org(x)>", [("ana@example.org", "Ana")]),
        ("ana@example.org ((Ana Silva))", [("ana@example.org", "Ana Silva")]),
        ("Friends (of ours)\n :Ana <ana@example.org>;", [("ana@example.org", "Ana")]),
        ('"Ana \\"S\\" Silva" <ana@example.org>', [("ana@example.org", 'Ana "S" Silva')]),
        ("Zoë <zoë@exämple.org>", [("zoë@exämple.org", "Zoë")]),
        ("<C:ana@example.org>", []),
    ],
)
def test_addresses(header: str, expected: list[tuple[str, str]]) -> None:
    """Addresses are found in every form that mailers write; broken ones are skipped."""
    assert [
        (box.addr, box.name) for box in read(f"To: {header}", "From: x@example.org").to
    ] == expected


def test_several_headers_of_one_name_are_joined() -> None:
    """Two To headers are one list, in order."""
    message = read("To: ana@example.org", "to: rui@example.org")
    assert [box.addr for box in message.to] == ["ana@example.org", "rui@example.org"]


def test_folded_headers_are_unfolded() -> None:
    """A field goes on over lines that begin with white space."""
    message = read("Subject: one\n two\n\tthree", "To: ana@example.org,\n rui@example.org")
    assert message.subject == "one two three"
    assert len(message.to) == 2


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?iso-8859-1?Q?Caf=E9_am_Montag?=", "Café am Montag"),
        (b"=?UTF-8?B?w4lsaXNl?= =?UTF-8?B?IMOpdMOp?=", "Élise été"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=A9t=C3=A9?=", "été"),
        (b"Re: =?utf-8*fr?q?caf=C3=A9?= demain", "Re: café demain"),
        (b"=?no-such-charset?q?abc?=", "abc"),
        (b"=?utf-8?b?YWJjZA=?= x", "abcd x"),
        (b"=?utf-8?b?a?= x", "=?utf-8?b?a?= x"),
        ("Café".encode(), "Café"),
        ("Café – demain".encode("cp1252"), "Café – demain"),
        (b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        (b"one\x00two", "onetwo"),
    ],
)
def test_words_in_every_charset(raw: bytes, expected: str) -> None:
    """Encoded words are decoded, raw 8-bit is guessed, and nothing unstorable gets through."""
    data = b"Date: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: a@example.org\nSubject: " + raw + b"\n\n"
    assert read_message(data).subject == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00"),
        ("2 Mar 2026 09:00 GMT", "2026-03-02T09:00:00"),
        ("Mon, 02 Mar 2026 04:00:00 EST", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 09:00:00", "2026-03-02T09:00:00"),
        ("Mon, 2 Mar 2026 09:00:00 -0000", "2026-03-02T09:00:00"),
        ("Mon,  2 Mar 2026 10:00:00 +0100 (CET)", "2026-03-02T09:00:00"),
        ("Mon Mar  2 09:00:00 2026", "2026-03-02T09:00:00"),
        ("yesterday", "2026-03-02T09:00:05"),
        ("", "2026-03-02T09:00:05"),
        ("Thu, 1 Jan 1970 00:00:00 +0000", "2026-03-02T09:00:05"),
        ("Mon, 2 Mar 2036 09:00:00 +0000", "2026-03-02T09:00:05"),
        ("Tue, 3 Mar 2026 09:00:00 +0000", "2026-03-03T09:00:00"),
        ("Thu, 31 Foo 2026 25:61:00", "2026-03-02T09:00:05"),
        ("Mon, 2 Mar 2026 09:00:00 +9900", "2026-03-02T09:00:00"),
    ],
)
def test_dates(date: str, expected: str) -> None:
    """A date without zone is UTC; a missing or absurd one is the newest Received."""
    data = f"Received: by x; Mon, 2 Mar 2026 09:00:05 +0000\nDate: {date}\nFrom: a@example.org\n\n"
    assert read_message(data.encode()).at == datetime.fromisoformat(expected + "+00:00")


def test_the_arrival_dates_what_has_no_date() -> None:
    """Where the header has no date the store's arrival time is taken; else it is no mail."""
    arrived = datetime(2026, 3, 2, tzinfo=UTC)
    assert read_message(b"From: a@example.org\n\n", arrived).at == arrived
    with pytest.raises(BadItem):
        read_message(b"From: a@example.org\n\n")


def test_a_missing_message_id_is_made_up() -> None:
    """The made-up id is the same for copies of one mail, and another for another mail."""
    one = read("From: a@example.org", "Subject: x")
    copy = read(
        "Received: by y; Tue, 3 Mar 2026 09:00:00 +0000", "From: a@example.org", "Subject: x"
    )
    other = read("From: a@example.org", "Subject: y")
    assert one.message_id.startswith("none:")
    assert one.message_id == copy.message_id != other.message_id


def test_ids_and_parents() -> None:
    """The parent is In-Reply-To, else the last of References; 20 references are kept."""
    many = " ".join(f"<{number}@example.org>" for number in range(30))
    message = read("Message-ID: <a @example.org>", f"References: {many}", "From: a@example.org")
    assert message.message_id == "a@example.org"
    assert message.in_reply_to == "29@example.org"
    assert len(message.references) == 20
    assert (
        read("In-Reply-To: Your mail of Monday <b@example.org>", "From: a@b.org").in_reply_to
        == "b@example.org"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<b@example.org>", "b@example.org"),
        ("<b@example.org> <c@example.org>", "b@example.org"),
        ("<y@example.org> <x@example.org>", "y@example.org"),
        ('Your message of "Mon, 2 Mar 2026 09:00:00 +0100." <b@example.org>', "b@example.org"),
        ('Message from Ana <ana@example.org> of "Mon, 2 Mar." <b@example.org>', "b@example.org"),
        ('Message from Ana <ana@example.org> of "Mon, 2 Mar 2026 09:00"', "y@example.org"),
        ("message-id <b@example.org> of Mon, 2 Mar 2026", "b@example.org"),
        ("<b@example.org>; from ana@example.org on Mon", "b@example.org"),
        ("<b@exam\n ple.org>", "b@example.org"),
        ("b@example.org", "b@example.org"),
        ("your letter", "y@example.org"),
        ("ana@example.org, Monday", "y@example.org"),
        ("<>", "y@example.org"),
        ("", "y@example.org"),
    ],
)
def test_parents(written: str, expected: str) -> None:
    """The id that is meant, whatever stands around it; else the last of References."""
    message = read(
        f"In-Reply-To: {written}",
        "References: <x@example.org>\n <y@example.org>",
        "Thread-Topic: <z@example.org>",
        "From: ana@example.org",
    )
    assert message.in_reply_to == expected


def test_several_authors_and_none() -> None:
    """The first From that names anybody is the author; a Sender never stands in for one."""
    message = read(
        "From: nobody", "From: ana@example.org, rui@example.org", "From: eve@example.net"
    )
    assert [box.addr for box in message.from_] == ["ana@example.org", "rui@example.org"]
    message = read("Sender: ana@example.org", "Subject: x")
    assert message.from_ == ()
    assert message.sender == Mailbox("ana@example.org")


def test_a_broken_line_before_the_author_does_not_end_the_header() -> None:
    """A gateway's accident, which leaves the rest of the header as it is."""
    message = read("quite Delivered-To: x", "From: ana@example.org", "Subject: Coffee")
    assert (message.from_[0].addr, message.subject) == ("ana@example.org", "Coffee")


def test_traits_are_kept_and_cut() -> None:
    """Machine marks are kept by lower-case name, cut at 200; an empty Return-Path stays visible."""
    message = read(
        "Return-Path: <>", "X-CampaignID: 7", "PRECEDENCE: bulk", f"List-Id: {'x' * 500}",
        "X-Other: no", "From: a@example.org",
    )  # fmt: skip
    assert message.trait("return-path") == "<>"
    assert message.trait("x-campaignid") == "7"
    assert message.trait("precedence") == "bulk"
    assert len(message.trait("list-id") or "") == 200
    assert message.trait("x-other") is None


def test_repeated_traits_leave_room_for_the_others() -> None:
    """A mail through many hands repeats Delivered-To; what tells a machine is kept all the same."""
    many = [f"Delivered-To: {number}@example.org" for number in range(60)]
    others = [f"X-Campaign-{number}: x" for number in range(60)]
    message = read(*many, *others, "Auto-Submitted: auto-replied", "From: a@example.org")
    assert message.trait("auto-submitted") == "auto-replied"
    assert sum(name == "delivered-to" for name, _ in message.traits) == 10
    assert len(message.traits) < 50


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"BEGIN:VCARD\nFN:Ana\n", b"\x00\x01\x02", b"hello world"]
)
def test_what_is_no_mail(data: bytes) -> None:
    """Anything without a usable header is a bad item, and says so without quoting it."""
    with pytest.raises(BadItem) as caught:
        read_message(data)
    assert "world" not in str(caught.value)


def test_a_header_that_never_ends_is_bounded() -> None:
    """A file of one endless header costs a bounded effort."""
    data = b"Date: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: a@example.org\nTo: " + b"x" * 10_000_000
    assert header_end(data) == -1
    assert len(data) > READ_LIMIT
    assert read_message(data).from_


def test_a_body_without_a_blank_line_ends_the_header() -> None:
    """Text that follows the header directly is no header, even where it has a colon later on."""
    message = read("From: a@example.org", "Hello there, this is the text", "To: rui@example.org")
    assert message.to == ()


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 60))
def test_mutated_mails_never_fail_otherwise(noise: bytes, position: int, cut: int) -> None:
    """Whatever bytes arrive: a message or BadItem, and nothing unstorable in it."""
    data = TIDY[:position] + noise + TIDY[position + cut :]
    try:
        message = read_message(data)
    except BadItem:
        return
    message.subject.encode("utf-8")
    assert "\x00" not in message.subject + message.message_id
    for box in (*message.from_, *message.to, *message.cc):
        assert "@" in box.addr
        (box.addr + box.name).encode("utf-8")


@given(st.text(alphabet="=?utf-8bqQB*_ABCéñ\x00\ud800 \n", max_size=60))
def test_encoded_words_never_fail(text: str) -> None:
    """Decoding takes any text."""
    decode_words(text)
