"""A mail that Gmail took apart, put together again."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from connectors.formats.text import plain_text
from connectors.google.gmail_parts import attachment_of, data_of, is_said, mask, rebuilt


def part(kind: str, data: bytes = b"", filename: str = "", **headers: str) -> dict[str, Any]:
    """A MessagePart."""
    named = {"Content-Type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}
    return {
        "mimeType": kind.partition(";")[0],
        "filename": filename,
        "headers": [{"name": name, "value": value} for name, value in named.items()],
        "body": {"size": len(data), "data": base64.urlsafe_b64encode(data).decode()},
    }


def many(kind: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """A multipart."""
    headers = [{"name": "content-type", "value": f'{kind}; boundary="theirs"'}]
    return {"mimeType": kind, "headers": headers, "parts": list(parts), "body": {"size": 0}}


def test_text_is_utf8_whatever_its_header_says() -> None:
    """Gmail has converted it."""
    told = part('text/plain; charset="iso-8859-1"; format=flowed', "Olá, \nAna\n".encode())
    assert plain_text(rebuilt(told)) == "Olá, Ana"


def test_text_that_was_not_converted() -> None:
    """Then it is what the header says."""
    assert plain_text(rebuilt(part("text/plain; charset=iso-8859-1", b"Ol\xe1"))) == "Olá"


def test_the_text_among_files_and_pictures() -> None:
    """Parts inside parts; files beside the text are none."""
    whole = many(
        "multipart/mixed",
        many("multipart/alternative", part("text/plain", b"--theirs\nHello"), part("text/html")),
        part("text/plain", b"not mine", "notes.txt", Content_Disposition="attachment"),
    )
    assert plain_text(rebuilt(whole)) == "--theirs\nHello"


def test_bodies_that_came_apart() -> None:
    """An attachment is put where it belongs, by its id."""
    away = part("text/html") | {"body": {"size": 12, "attachmentId": "x1"}}
    assert attachment_of(away) == ("x1", 12)
    assert plain_text(rebuilt(away)) == ""
    assert plain_text(rebuilt(away, {"x1": b"<p>Hello</p>"})) == "Hello"


def test_what_is_signed_or_sealed() -> None:
    """Of a signed mail the text, of an encrypted one nothing."""
    signed = many(
        "multipart/signed", part("text/plain", b"Mine"), part("application/pgp-signature", b"xx")
    )
    assert plain_text(rebuilt(signed)) == "Mine"
    sealed = many("multipart/encrypted", part("text/plain", b"xx"))
    assert plain_text(rebuilt(sealed)) == ""


@pytest.mark.parametrize(
    ("kind", "filename", "said"),
    [
        ("text/plain", "", True),
        ("text/html", "", True),
        ("text/plain", "notes.txt", False),
        ("application/pkcs7-mime", "smime.p7m", True),
        ("application/pkcs7-signature", "smime.p7s", False),
        ("text/calendar", "", False),
    ],
)
def test_what_the_author_may_have_said(kind: str, filename: str, said: bool) -> None:
    """Text that is no file, and what S/MIME has sealed or signed as a whole."""
    assert is_said(part(kind, b"-", filename)) is said


@pytest.mark.parametrize("text", ["", "YQ", "YQ==", "Y_-.", "\u00e9", "YWI"])
def test_base64url_with_and_without_padding(text: str) -> None:
    """It never raises."""
    assert data_of(text) in {b"", b"a", b"ab", b"c\xff"}


def test_parts_without_end() -> None:
    """A depth that nobody sends is cut."""
    deep = part("text/plain", b"Hello")
    for _ in range(200):
        deep = many("multipart/mixed", deep)
    assert isinstance(rebuilt(deep), bytes)


def test_the_mask_asks_for_shapes() -> None:
    """No data and no snippet, however deep."""
    told = mask("mimeType,filename")
    assert told.startswith("payload(mimeType,filename,parts(mimeType,filename,parts(")
    assert told.count("(") == told.count(")")
    assert "body" not in told
