"""Where mails of an mbox begin and end, in every dialect that mailers write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats import mbox
from connectors.formats.mbox import Span, alive, begins, fingerprint, spans, unquoted
from connectors.formats.mbox_line import written

LINE = b"From ana@example.org Mon Mar  2 09:00:00 2026\n"


def mail(number: int, body: bytes = b"text\n", fields: bytes = b"") -> bytes:
    """An invented mail, without its separator."""
    return b"Message-ID: <%d@example.org>\nSubject: n%d\n%s\n%s" % (number, number, fields, body)


def split(data: bytes) -> list[Span]:
    """The spans, read in small blocks as well as in large ones: it must make no difference."""
    found = list(spans(lambda at, size: data[at : at + size], len(data)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "_FIRST_BLOCK", 100)
        patch.setattr(mbox, "_BLOCK", 1000)
        assert list(spans(lambda at, size: data[at : at + size], len(data))) == found
    return found


def mails(data: bytes) -> list[bytes]:
    """The mails without separators, and without the line ends that close them."""
    return [data[span.head : span.body + span.length] for span in split(data)]


@pytest.mark.parametrize(
    ("separator", "date"),
    [
        ("From ana@example.org Mon Mar  2 09:05:06 2026", "2026-03-02T09:05:06"),
        ("From ana@example.org Mon Mar 02 09:05:06 2026", "2026-03-02T09:05:06"),
        ("From ana@example.org Mon Mar  2 09:05 2026", "2026-03-02T09:05:00"),
        ("From ana@example.org  Mon Mar  2 9:05:06 2026", "2026-03-02T09:05:06"),
        ("From ana@example.org Mon Mar  2 09:05:06 2026 +0200", "2026-03-02T07:05:06"),
        ("From ana@example.org Mon Mar  2 09:05:06 +0200 2026", "2026-03-02T07:05:06"),
        ("From ana@example.org Mon Mar  2 09:05:06 UTC 2026", "2026-03-02T09:05:06"),
        ("From ana@example.org Mon, 2 Mar 2026 09:05:06 -0500", "2026-03-02T14:05:06"),
        ("From ana@example.org Mon Mar  2 09:05:06 2026 remote from mill", "2026-03-02T09:05:06"),
        ("From ana@example.org 2026-03-02T09:05:06+01:00", "2026-03-02T08:05:06"),
        ("From 1234567890123456789@xxx Mon Mar 02 09:05:06 +0000 2026", "2026-03-02T09:05:06"),
        ("From - Mon Mar  2 09:05:06 2026", "2026-03-02T09:05:06"),
        ("From MAILER-DAEMON Mon Mar  2 09:05:06 2026", "2026-03-02T09:05:06"),
        ('From "Ana Silva" <ana@example.org> Mon Mar  2 09:05:06 2026', "2026-03-02T09:05:06"),
        ("From Mon Mar  2 09:05:06 2026", "2026-03-02T09:05:06"),
        ("From -", ""),
        ("From ", ""),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_of_real_mailers(separator: str, date: str, end: str) -> None:
    """Each of these lines begins a mail, and its date is known where it has one."""
    data = f"{separator}\nSubject: 1\n\none\n\n{separator}\nSubject: 2\n\ntwo\n"
    found = split(data.replace("\n", end).encode())
    assert [span.header.split()[1] for span in found] == [b"1", b"2"]
    at = written(found[1].separator)
    assert at == (datetime.fromisoformat(date).replace(tzinfo=UTC) if date else None)
    assert begins(data.encode())


@pytest.mark.parametrize(
    "line",
    [
        b"From here on it is easy",
        b"From here on Monday at 09:00",
        b"From 2026 on, at 09:00, we meet Mon Mar  2 09:00:00 2026 in the mill",
        b"From Mon Mar  2 we meet",
        b"From: Ana",
        b"from ana@example.org Mon Mar  2 09:00:00 2026",
        b">From ana@example.org Mon Mar  2 09:00:00 2026",
        b" From ana@example.org Mon Mar  2 09:00:00 2026",
        b"From ana@example.org Mon Mar  2 09:00:00 2026",  # what follows is no field
    ],
)
def test_prose_splits_nothing(line: bytes) -> None:
    """A line of a body that begins with "From " is text, after an empty line too."""
    body = b"Hello,\n\n" + line + b"\nand so on\n\n" + line + b"\n\nregards\n" + line
    data = LINE + mail(1, body) + b"\n\n" + LINE + mail(2)
    assert mails(data) == [mail(1, body), mail(2).rstrip()]


def test_a_mail_without_an_empty_line_before_it() -> None:
    """Some delivery agents leave out the empty line; a full separator and a field are enough."""
    assert len(mails(LINE + mail(1) + LINE + mail(2))) == 2
    assert len(mails(LINE + mail(1) + b"From -\n" + mail(2))) == 1


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_believable_content_length(end: bytes) -> None:
    """mboxcl2 quotes nothing: the length alone says that a mail inside a mail is text."""
    body = (b"see\n\n" + LINE + mail(7) + b"\nbye\n").replace(b"\n", end)
    first = mail(1, b"", b"Content-Length: %d\n" % len(body)).replace(b"\n", end) + body
    data = LINE.replace(b"\n", end) + first + end + (LINE + mail(2)).replace(b"\n", end)
    assert mails(data) == [first.rstrip(), mail(2).replace(b"\n", end).rstrip()]
    assert unquoted(first) == first


@pytest.mark.parametrize("length", [0, 1, 3, 6, 400, 10**9, 10**14])
def test_a_stale_content_length(length: int) -> None:
    """A length that leads nowhere is ignored."""
    first = mail(1, b"one\n\nmore\n", b"Content-Length: %d\n" % length)
    data = LINE + first + b"\n" + LINE + mail(2) + b"\n" + LINE + mail(3)
    assert mails(data) == [first.rstrip(), mail(2).rstrip(), mail(3).rstrip()]


def test_a_length_beyond_the_end_is_told() -> None:
    """Such a mail may still be on its way."""
    (span,) = split(LINE + mail(1, b"one\n", b"Content-Length: 900\n"))
    assert span.short
    (span,) = split(LINE + mail(1, b"one\n", b"Content-Length: 4\n"))
    assert not span.short


def test_quotes_are_taken_off_bodies() -> None:
    """One ">" goes, in bodies only; a real quote is not touched."""
    body = b"\n>From here on\n>>From there\n> From Ana\nx>From\n"
    assert unquoted(b"A: b\n>From x\n" + body) == (
        b"A: b\n>From x\n\nFrom here on\n>From there\n> From Ana\nx>From\n"
    )
    assert unquoted(b"A: b\r\n\r\n>From here\r\n") == b"A: b\r\n\r\nFrom here\r\n"
    bare = b"A: b\n\n>From here\nFrom there\n"
    assert unquoted(bare) == bare


def test_marks_do_not_change_a_fingerprint() -> None:
    """What mail programs write into headers tells no mail from another; everything else does."""
    plain = split(LINE + mail(1))[0]
    marks = (
        b"Status: RO\nX-Status: A\nX-Keywords: a\n b\nX-UID: 7\nContent-Length: 5\nLines: 1\n"
        b"X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys: $label1\n"
        b"X-IMAPbase: 1 2\nX-Keys: x\n"
    )
    other = LINE.replace(b"09:00", b"10:00")
    dated = mail(1, fields=b"Date: Mon, 2 Mar 2026 09:00:00 +0000\n")
    assert fingerprint(split(LINE + mail(1, fields=marks))[0]) == fingerprint(plain)
    assert fingerprint(split((LINE + mail(1)).replace(b"\n", b"\r\n"))[0]) == fingerprint(plain)
    assert fingerprint(split(LINE + mail(2))[0]) != fingerprint(plain)
    assert fingerprint(split(other + mail(1))[0]) != fingerprint(plain)
    assert fingerprint(split(other + dated)[0]) == fingerprint(split(LINE + dated)[0])


@pytest.mark.parametrize(
    ("fields", "lives"),
    [
        (b"X-Mozilla-Status: 0009\n", False),
        (b"X-Mozilla-Status: 0008\r\n", False),
        (b"X-Mozilla-Status: 1018\n", False),
        (b"X-Mozilla-Status: 0001\n", True),
        (b"X-Mozilla-Status: 8003\n", True),
        (b"X-Status: AD\n", True),
        (b"X-Status: T\n", False),
        (b"Status: RO\nX-Status: AT\n", False),
    ],
)
def test_what_was_expunged_or_not_sent(fields: bytes, lives: bool) -> None:
    """Thunderbird leaves expunged mails in the file until it compacts it; a draft is no mail yet;
    what is only marked as deleted is still there."""
    assert alive(split(LINE + mail(1, fields=fields))[0]) is lives


def test_the_pseudo_mail() -> None:
    """UW-IMAP and Pine keep their notes in a mail of their own."""
    notes = (
        b"From MAILER-DAEMON Mon Mar  2 09:00:00 2026\nDate: 02 Mar 2026 09:00:00 +0000\n"
        b"From: Mail System Internal Data <MAILER-DAEMON@mill>\n"
        b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nThis text\n\n"
    )
    assert [alive(span) for span in split(notes + LINE + mail(1))] == [False, True]


@pytest.mark.parametrize("data", [b"", b"\n", b"\x00\xff" * 500, b"From ", LINE, b"Subject: x\n\n"])
def test_what_is_no_mbox(data: bytes) -> None:
    """No mail is found where none begins."""
    assert split(data) == []
    assert not begins(data)


def test_a_header_whose_first_line_is_spoilt() -> None:
    """A mail is no part of the one before it for that; prose is."""
    spoilt = LINE + b"Return-Path <ana@example.org>\nFrom: ana@example.org\nSubject: 1\n\ntext\n\n"
    assert len(mails(spoilt + spoilt)) == 2
    assert len(mails(LINE + mail(1, b"a\n\n" + LINE + b"and so on\nFrom there: on\n"))) == 1


def test_headers_without_bodies_take_no_time() -> None:
    """Each is cut off by the next, and none is read far."""
    read = 0
    data = (LINE + b"Subject: x\n") * 5000

    def counted(at: int, size: int) -> bytes:
        nonlocal read
        read += size
        return data[at : at + size]

    found = list(spans(counted, len(data)))
    assert len(found) == 5000
    assert all(span.header == b"Subject: x\n" for span in found)
    assert read < 10 * len(data)


def test_garbage_before_and_inside() -> None:
    """What stands before the first mail is passed over; bytes of any kind may be in a body."""
    body = bytes(range(256)) * 3000 + b"\n"
    data = b"\x00garbage\n\n" + LINE + mail(1, body) + b"\n" + LINE + mail(2)
    assert mails(data) == [mail(1, body).rstrip(b"\r\n"), mail(2).rstrip()]


def test_headers_without_end() -> None:
    """A header that is cut by the end of the file or by the next mail is told apart."""
    cut, last = split(LINE + b"Subject: 1\n" + LINE + b"Subject: 2")
    assert (cut.whole, cut.header) == (True, b"Subject: 1\n")
    assert (last.whole, last.header) == (False, b"Subject: 2")
    (endless,) = split(LINE + b"X: " + b"y" * 600_000 + b"\n\nbody\n")
    assert len(endless.header) == 256 * 1024


@given(
    st.lists(
        st.tuples(
            st.binary(max_size=60),
            st.sampled_from([0, 1, 40, 9_000, 70_000, 600_000]),
            st.sampled_from([b"\n", b"\r\n"]),
        ),
        max_size=5,
    )
)
def test_every_block_boundary(pieces: list[tuple[bytes, int, bytes]]) -> None:
    """However long mails are, each is found at its place, and none is found in a body."""
    data, expected = b"", []
    for number, (noise, filler, end) in enumerate(pieces):
        body = noise.replace(b"\n", b"").replace(b"\r", b"") + end + b"y" * filler + end
        expected.append(len(data))
        data += LINE + mail(number).rstrip() + b"\n\n" + body + b"\n"
    found = split(data)
    assert [span.start for span in found] == expected
    for span in found:  # and from any mail on as from the first
        again = list(spans(lambda at, size: data[at : at + size], len(data), span.start))
        assert again == found[found.index(span) :]


@given(st.binary(max_size=400), st.sampled_from([b"", LINE, LINE + mail(1)]))
def test_any_bytes(noise: bytes, before: bytes) -> None:
    """Whatever is in a file, spans follow each other in it."""
    data = before + noise.replace(b"F", b"\n\nFrom ") + noise
    reached = 0
    for span in split(data):
        assert reached <= span.start < span.head <= span.body <= span.end <= len(data)
        assert 0 <= span.length <= span.end - span.body
        fingerprint(span), alive(span), written(span.separator)
        reached = span.end
    # A file that became shorter meanwhile ends, too.
    short = list(spans(lambda at, size: data[at : at + size], len(data) + 100_000))
    assert len(short) <= len(data)
