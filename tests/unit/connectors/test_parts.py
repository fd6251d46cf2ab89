"""The parts of a mail: cut apart, named, decoded, and never too many of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats.parts import DEPTH_LIMIT, PARTS_LIMIT, decoded, leaves

TREE = """\
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer
Content-Type: multipart/alternative; boundary=outer-inner

--outer-inner

plain
--outer-inner
Content-Type: TEXT/HTML; charset=utf-8

<p>html
--outer-inner--
--outer
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=third

--third
Content-Type: text/calendar

--third--
--outer
Content-Type: multipart/signed; boundary=s

--s

signed
--s
Content-Type: application/pgp-signature

--s--
--outer--
epilogue
--outer

not a part
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_tree_of_parts(line_end: str) -> None:
    """Leaves in order, with the multipart around them; attached mails are closed."""
    parts = leaves(TREE.replace("\n", line_end).encode())
    assert [(part.kind, part.within) for part in parts] == [
        ("text/plain", "multipart/alternative"),
        ("text/html", "multipart/alternative"),
        ("message/rfc822", "multipart/mixed"),
        ("text/plain", "multipart/signed"),
    ]
    assert parts[0].body == b"plain"
    assert parts[1].parameters == {"charset": "utf-8"}
    assert parts[3].body == b"signed"
    assert parts[0].group == parts[1].group != parts[2].group


@pytest.mark.parametrize(
    ("head", "filename"),
    [
        ("name=a.ics", "a.ics"),
        ('name="my \\"a\\".ics"', 'my "a".ics'),
        ("name=my file.ics; charset=x", "my file.ics"),
        ("name*=utf-8''%C3%A9t%C3%A9.ics", "été.ics"),
        ("name*0*=utf-8''%C3%A9; name*1=t; name*2*=%C3%A9.ics", "été.ics"),
        ("name*1=b.ics; name*0=a", "ab.ics"),
        ("name=x.ics; name*=utf-8''y.ics", "y.ics"),
        ('name="=?utf-8?q?=C3=A9.ics?="', "é.ics"),
        ("name*=iso-8859-1'en'%E9.ics", "é.ics"),
        ("name*=%E9.ics", "é.ics"),
        (';;; name="a.ics" ;', "a.ics"),
    ],
)
def test_file_names(head: str, filename: str) -> None:
    """Parameters quoted, cut in pieces, encoded (RFC 2231), or encoded as they must not be."""
    (part,) = leaves(f"Content-Type: text/calendar; {head}\n\nx".encode())
    assert (part.kind, part.filename) == ("text/calendar", filename)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("TEXT/Plain; x", "text/plain"), ("text", "text/plain"), ("", "text/plain"),
     ("text / html (really)", "text/html"), ("a/b/c", "text/plain"), (";", "text/plain")],
)  # fmt: skip
def test_kinds(kind: str, expected: str) -> None:
    """What is no media type is plain text (RFC 2045 section 5.2)."""
    assert leaves(f"Content-Type: {kind}\n\nx".encode())[0].kind == expected


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("base64", b"aGVs\r\nbG8=", b"hello"),
        ("BASE64 (really)", b"aGVsbG8", b"hello"[:3]),
        ("base64", b"*aGV?sbG8=", b"hello"),
        ("quoted-printable", b"h=65llo=\n", b"hello"),
        ("x-uuencode", b"begin 644 x\n%:&5L;&\\\n`\nend\n", b"hello"),
        ("8bit", b"h\xe9llo", b"h\xe9llo"),
        ("no-such", b"hello", b"hello"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, expected: bytes) -> None:
    """Undone as far as they go."""
    head = f"Content-Transfer-Encoding: {encoding}\n\n".encode()
    (part,) = leaves(head + body)
    assert decoded(part, 1000).startswith(expected)
    assert len(decoded(part, 2)) <= 2


@pytest.mark.parametrize(
    "boundary", ["boundary=wrong", "x=y", "boundary=", "boundary=" + 300 * "x"]
)
def test_a_wrong_boundary_is_guessed(boundary: str) -> None:
    """The line before a header can be nothing else."""
    body = "--real\nContent-Type: text/html\n\nx\n--real--"
    data = f"Content-Type: multipart/mixed; {boundary}\n\n{body}"
    assert [(part.kind, part.body) for part in leaves(data.encode())] == [("text/html", b"x")]


def test_a_multipart_without_parts_is_text() -> None:
    """Somebody wrote the header, and nobody the parts."""
    (part,) = leaves(b"Content-Type: multipart/mixed; boundary=b\n\nHello\n")
    assert (part.kind, part.body) == ("text/plain", b"Hello\n")


def test_bombs_cost_little() -> None:
    """Deep, wide and endless mails are cut, in time that grows with their size alone."""
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(20_000)
    )
    wide = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000
    same = b"Content-Type: multipart/mixed; boundary=b\n\n" + (
        b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 50_000
    )
    long = b"X-A: b\n" * 100_000 + b"\n" + b"--b" * 100_000
    params = b"Content-Type: text/plain" + b'; a="' * 100_000 + b"\n\n"
    begun = time.process_time()
    assert len(leaves(deep)) <= DEPTH_LIMIT
    assert len(leaves(wide)) == PARTS_LIMIT
    for data in (same, long, params):
        assert len(leaves(data)) <= PARTS_LIMIT
    assert time.process_time() - begun < 5


@given(st.binary(max_size=300), st.integers(0, len(TREE)), st.integers(0, 60))
def test_mutated_mails(noise: bytes, position: int, cut: int) -> None:
    """Whatever bytes arrive there are parts of them."""
    data = TREE.encode()
    for part in leaves(data[:position] + noise + data[position + cut :]):
        decoded(part, 100)
