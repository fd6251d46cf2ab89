"""Answers to FETCH, and mails taken apart and put together by their structure."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connectors.formats.parts import leaves
from connectors.imap import structure
from connectors.imap.answers import fetched, is_draft

MIXED = (
    b'1 (UID 5 BODYSTRUCTURE ((("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 5 1)'
    b'("text" "html" NIL NIL NIL "base64" 8 1) "alternative" ("boundary" "in\\"ner"))'
    b'("application" "pdf" ("name*" "utf-8\'\'%C3%A4.pdf") NIL NIL "base64" 90000 NIL '
    b'("attachment" ("filename" "a.pdf")))'
    b'("message" "rfc822" NIL NIL NIL "7bit" 9 ("d" "s" NIL NIL NIL NIL NIL NIL NIL "<i>") '
    b'("text" "plain" NIL NIL NIL "7bit" 5 1) 3) "mixed" ("boundary" "outer")))'
)


def test_a_structure_is_understood() -> None:
    """Parts are numbered as a FETCH names them; an attached message is a leaf."""
    node = structure.tree([MIXED])
    assert node is not None
    assert [(leaf.number, leaf.kind) for leaf in node.leaves()] == [
        ("1.1", "text/plain"), ("1.2", "text/html"), ("2", "application/pdf"),
        ("3", "message/rfc822"),
    ]  # fmt: skip
    pdf = list(node.leaves())[2]
    assert (pdf.disposition, pdf.names, pdf.size) == ("attachment", (("filename", "a.pdf"),), 90000)


def test_a_mail_is_put_together() -> None:
    """What was fetched is in its place, the rest is there without its content."""
    node = structure.tree([MIXED])
    assert node is not None
    header = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n"
    mail = structure.rebuilt(header, node, {"1.1": b"Hello", "1.2": b"aGVsbG8="})
    assert mail is not None
    assert [(part.kind, part.body) for part in leaves(mail)] == [
        ("text/plain", b"Hello"), ("text/html", b"aGVsbG8="), ("application/pdf", b""),
        ("message/rfc822", b""),
    ]  # fmt: skip
    assert [part.filename for part in leaves(mail)][2] == "a.pdf"


def test_a_literal_in_a_structure() -> None:
    """Servers write a name as a literal where it has quotes or other letters in it."""
    pieces: list[bytes | tuple[bytes, bytes]] = [
        (b'1 (UID 5 BODYSTRUCTURE ("text" "calendar" ("name" {7}', b'a"b.ics'),
        b') NIL NIL "7bit" 5 1))',
    ]
    node = structure.tree(pieces)
    assert node is not None
    assert node.parameters == (("name", 'a"b.ics'),)
    assert structure.telling(pieces)


@given(st.binary(max_size=200))
def test_noise_is_no_structure(noise: bytes) -> None:
    """Whatever comes instead is None or a tree, and never an error."""
    structure.tree([b"BODYSTRUCTURE " + noise])
    structure.tree([MIXED[: len(noise)], noise])
    list(fetched([noise, (noise, noise), noise]))


def test_what_a_fetch_says() -> None:
    """UID, size, flags, the time of arrival in UTC, and bodies by their names."""
    head = b'3 (FLAGS (\\Seen \\Draft) INTERNALDATE " 2-Mar-2026 01:30:00 +0530" RFC822.SIZE 99 '
    (one,) = fetched([(head + b"UID 7 BODY[HEADER]<0> {5}", b"A: b\n"), b' BODY[1] "x\\"y")'])
    assert (one.uid, one.size, is_draft(one.plain)) == (7, 99, True)
    assert one.arrived == datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert one.bodies == {b"BODY[HEADER]": b"A: b\n", b"BODY[1]": b'x"y'}
    assert list(fetched([b"4 (FLAGS (\\Seen))"])) == []


def test_a_name_in_a_mail_says_nothing_of_it() -> None:
    """What mails carry may be called like what is told of them, and stands before that at times."""
    name = b'"a UID 9 RFC822.SIZE 8 FLAGS (\\\\Draft) INTERNALDATE \\"1-Jan-2020 00:00:00 +0000\\""'
    structure = b'BODYSTRUCTURE ("APPLICATION" "PDF" ("NAME" ' + name + b') NIL NIL "BASE64" 5)'
    said = b'UID 7 FLAGS () RFC822.SIZE 99 INTERNALDATE " 2-Mar-2026 01:30:00 +0000"'
    for answer in (structure + b" " + said, said + b" " + structure):
        (one,) = fetched([b"3 (" + answer + b")"])
        assert (one.uid, one.size, is_draft(one.plain)) == (7, 99, False)
        assert one.arrived == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
