"""The text of a mail: which part, and what becomes of HTML."""

from __future__ import annotations

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
    """PGP and S/MIME say nothing."""
    assert plain_text(mail("text/plain", "-----BEGIN PGP MESSAGE-----\nabc")) == ""
    assert plain_text(mail("application/pkcs7-mime", "abc")) == ""
    data = parts("multipart/encrypted", ("Content-Type: text/plain", "Version: 1"))
    assert plain_text(data) == ""


def test_text_is_bounded() -> None:
    """A huge mail costs and yields a bounded amount of text; deep HTML does not recurse."""
    assert len(plain_text(mail("text/plain", "word " * 100_000))) == TEXT_LIMIT
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
