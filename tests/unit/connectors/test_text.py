"""The text of a mail: which part, and what becomes of HTML."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadItem
from connectors.formats.text import TEXT_LIMIT, html_text, plain_text

HEAD = "From: ana@example.org\nMIME-Version: 1.0\n"


def mail(kind: str, body: str, *headers: str) -> bytes:
    """A mail of one part."""
    return ("\n".join((HEAD + f"Content-Type: {kind}", *headers)) + "\n\n" + body).encode()


def parts(kind: str, *parts: tuple[str, str]) -> bytes:
    """A multipart mail; each part is its headers and its body."""
    inner = "".join(f"--b\n{head}\n\n{body}\n" for head, body in parts)
    return (HEAD + f"Content-Type: {kind}; boundary=b\n\n{inner}--b--\n").encode()


def test_plain_text_wins_over_html() -> None:
    """Of two alternatives the plain one is read."""
    data = parts(
        "multipart/alternative",
        ("Content-Type: text/html", "<p>html</p>"),
        ("Content-Type: text/plain", "plain"),
    )
    assert plain_text(data) == "plain"


def test_an_empty_plain_part_falls_back_to_html() -> None:
    """A plain part that says nothing is no text."""
    data = parts(
        "multipart/alternative",
        ("Content-Type: text/plain", "   "),
        ("Content-Type: text/html", "<p>Hello</p>"),
    )
    assert plain_text(data) == "Hello"


def test_attachments_and_attached_mails_are_not_read() -> None:
    """Only what the sender wrote in this mail is text."""
    data = parts(
        "multipart/mixed",
        ("Content-Type: message/rfc822", "Subject: old\n\nold words"),
        ("Content-Type: text/plain\nContent-Disposition: attachment", "a file"),
        ("Content-Type: text/plain; name=log.txt", "a log"),
        ("Content-Type: text/plain", "my words"),
    )
    assert plain_text(data) == "my words"


@pytest.mark.parametrize(
    ("kind", "headers", "body", "expected"),
    [
        (
            "text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "caf=C3=A9",
            "café",
        ),
        ("text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "Y2Fmw6k=", "café"),
        ("text/plain; charset=no-such", "X: y", "hello", "hello"),
        ("text/plain", "X: y", "grüß", "grüß"),
        ("text/html", "X: y", '<meta charset="utf-8"><p>é</p>', "é"),
    ],
)
def test_encodings_and_charsets(kind: str, headers: str, body: str, expected: str) -> None:
    """Transfer encodings are undone and charsets guessed where they are missing or wrong."""
    assert plain_text(mail(kind, body, headers)) == expected


def test_flowed_text_is_joined() -> None:
    """Soft line breaks are undone within one quote level; the signature line is no soft break."""
    body = "one \ntwo\n> three \n> four\n-- \nAna"
    assert plain_text(mail("text/plain; format=flowed", body)) == "one two\n> three four\n--\nAna"


def test_html_keeps_lines_and_quotes() -> None:
    """Blocks end lines, quotes are marked, scripts and hidden text are dropped."""
    html = (
        "<html><head><title>t</title><style>x{}</style></head><body><p>Dear <b>Rui</b>,</p>"
        "<div>coffee?</div>Ana<br>Silva<script>evil()</script><div style='display: none'>hid</div>"
        "<blockquote><p>old</p><blockquote>older</blockquote></blockquote>"
        "<ul><li>a</li><li>b</li></ul><table><tr><td>1</td><td>2</td></tr></table></body></html>"
    )
    assert html_text(html).split("\n") == [
        "Dear Rui,",
        "",
        "coffee?",
        "Ana",
        "Silva",
        "> old",
        ">",
        "> > older",
        "",
        "- a",
        "- b",
        "",
        "1 2",
    ]


def test_encrypted_mail_has_no_text() -> None:
    """PGP and S/MIME say nothing, nor does what was added to them on the way."""
    assert plain_text(mail("text/plain", "-----BEGIN PGP MESSAGE-----\nabc")) == ""
    assert plain_text(mail("text/plain", "Hi\n-----BEGIN PGP MESSAGE-----\n\nabc")) == ""
    assert plain_text(mail("application/pkcs7-mime", "abc")) == ""
    encrypted = parts("multipart/encrypted", ("Content-Type: text/plain", "Version: 1"))
    assert plain_text(encrypted) == ""
    data = parts(
        "multipart/mixed",
        ("Content-Type: multipart/encrypted; boundary=e", "--e\n\nx\n--e--"),
        ("Content-Type: text/plain", "the list's footer"),
    )
    assert plain_text(data) == ""


def test_a_quoted_cipher_is_no_cipher() -> None:
    """Whoever answers an encrypted mail in the clear is read."""
    assert plain_text(mail("text/plain", "Got it.\n> -----BEGIN PGP MESSAGE-----\n> x")) != ""


CLEARSIGNED = """\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512
Comment: x

Coffee on Friday?
- --\x20
Ana
- From then on.
-----BEGIN PGP SIGNATURE-----
Version: 1

iQEzBAEBCgAdFiEE
=abcd
-----END PGP SIGNATURE-----
"""


def test_signed_text_is_read_without_its_armour() -> None:
    """Clearsigned, PGP/MIME and S/MIME: the text, not the signature."""
    assert plain_text(mail("text/plain", CLEARSIGNED)) == (
        "Coffee on Friday?\n--\nAna\nFrom then on."
    )
    data = parts(
        "multipart/signed",
        ("Content-Type: text/plain", "Coffee?"),
        ("Content-Type: text/plain; name=smime.txt", "not this"),
    )
    assert plain_text(data) == "Coffee?"


def der(tag: int, *contents: bytes) -> bytes:
    """One DER element."""
    body = b"".join(contents)
    size = len(body).to_bytes(2, "big")
    return bytes((tag, 0x82)) + size + body


def opaque(oid: str, content: bytes) -> bytes:
    """An S/MIME envelope (RFC 8551) around a content."""
    data = der(0x06, bytes.fromhex("2a864886f70d010701"))
    inner = der(0x30, data, der(0xA0, content))
    signed = der(0x30, der(0x02, b"\x01"), der(0x31), inner)
    envelope = der(0x30, der(0x06, bytes.fromhex(oid)), der(0xA0, signed))
    head = HEAD + "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
    return head.encode() + base64.encodebytes(envelope)


SIGNED, ENVELOPED = "2a864886f70d010702", "2a864886f70d010703"


def test_opaque_signed_mail_is_opened() -> None:
    """What was signed lies in the clear inside; what is enveloped does not."""
    inner = b"Content-Type: text/plain\n\nCoffee?"
    assert plain_text(opaque(SIGNED, der(0x04, inner))) == "Coffee?"
    chunks = b"\x24\x80" + der(0x04, inner[:9]) + der(0x04, inner[9:]) + b"\0\0"
    assert plain_text(opaque(SIGNED, chunks)) == "Coffee?"
    assert plain_text(opaque(ENVELOPED, der(0x04, inner))) == ""
    assert plain_text(opaque(SIGNED, b"\x04\x84\xff")) == ""


def test_text_goes_on_after_a_picture() -> None:
    """Parts side by side are one text; what a list or a scanner appended is not."""
    data = parts(
        "multipart/mixed",
        ("Content-Type: text/plain", "Look:"),
        ("Content-Type: image/png", "x"),
        ("Content-Type: text/plain", "Coffee on Friday?"),
        ("Content-Type: text/plain", "_______________________________________________\nlist"),
    )
    assert plain_text(data) == "Look:\n\nCoffee on Friday?"


def test_encoded_files_inside_the_text_are_cut() -> None:
    """uuencode and yEnc are no words."""
    line = "M" + "A" * 60 + "\n"
    body = f"Hello\nbegin 644 x.doc\n{line * 3}%:&5L;&\\\n`\nend\nbye"
    assert plain_text(mail("text/plain", body)) == "Hello\n\nbye"
    body = "Hello\n=ybegin line=128 size=1 name=x\n\x89\x8a)\n=yend size=1\nbye"
    assert plain_text(mail("text/plain", body)) == "Hello\n\nbye"
    words = "we begin 100 things\nbegin 200 more\nand end"
    assert plain_text(mail("text/plain", words)) == words


def test_an_attachment_alone_has_no_text() -> None:
    """Outlook's winmail.dat and other files are not read."""
    assert plain_text(mail("application/ms-tnef; name=winmail.dat", "abc")) == ""
    assert plain_text(parts("multipart/mixed", ("Content-Type: application/ms-tnef", "x"))) == ""


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display:none'>{}</div>",
        "<div style='color:red; DISPLAY : none !important'>{}</div>",
        "<span style='visibility:hidden'>{}</span>",
        "<p style='max-height:0px;overflow:hidden'>{}</p>",
        "<p style='opacity:0'>{}</p>",
        "<p hidden>{}</p>",
        "<span class='email-preheader'>{}</span>",
        "<style>{}</style>",
        "<!-- {} -->",
    ],
)
def test_what_nobody_sees_is_not_read(hidden: str) -> None:
    """Previews of newsletters and words for search engines."""
    html = "<p>one</p>" + hidden.format("HIDDEN") + "<p style='opacity:0.9;font-size:0'>two</p>"
    assert html_text(html).split() == ["one", "two"]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000 + "deep",
        "<ul><li>" * 100_000,
        "<blockquote><p>x" * 50_000,
        "".join(f"<font size={n}>" for n in range(40_000)),
        "<x></y>" * 100_000,
        "<p " + " ".join(f"a{n}=1" for n in range(80_000)) + ">x",
        "<b" * 200_000,
        "<pre>" + "\n" * 500_000,
        "<img src='data:image/png;base64," + "A" * 4_000_000 + "'>seen",
    ],
)
def test_html_bombs(html: str) -> None:
    """The parser takes quadratic time for some pages; it never gets to see them."""
    begun = time.process_time()
    text = html_text(html)
    assert time.process_time() - begun < 5
    assert len(text) <= TEXT_LIMIT
    assert ("seen" in html) == ("seen" in text)


def test_text_is_bounded() -> None:
    """A huge mail costs and yields a bounded amount of text; deep HTML does not recurse."""
    assert len(plain_text(mail("text/plain", "word " * 100_000))) == TEXT_LIMIT
    flowed = mail("text/plain; format=flowed", "word \n" * 500_000)
    assert len(plain_text(flowed)) == TEXT_LIMIT
    assert "deep" in html_text("<div>" * 20_000 + "deep")


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 80))
def test_mutated_mails_never_fail_otherwise(noise: bytes, position: int, cut: int) -> None:
    """Whatever bytes arrive: text that can be stored, or BadItem."""
    data = parts(
        "multipart/alternative",
        ("Content-Type: text/plain; charset=utf-8; format=flowed", "caf=C3=A9 \nx"),
        ("Content-Type: text/html; charset=x", "<p>a<blockquote>b"),
    )
    try:
        text = plain_text(data[:position] + noise + data[position + cut :])
    except BadItem:
        return
    text.encode("utf-8")
    assert "\x00" not in text
