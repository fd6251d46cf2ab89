"""Answers of EWS as XML."""

from __future__ import annotations

import pytest

from connectors.exchange.errors import Lost
from connectors.exchange.soap import envelope

HEAD = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'


def test_an_envelope() -> None:
    """Header and body, the former where there is one."""
    header, body = envelope(b"\xef\xbb\xbf" + HEAD + b"<s:Body/></s:Envelope>")
    assert header is None
    assert len(body) == 0


@pytest.mark.parametrize("text", [b"a\x01b", b"a&#x1F;b", b"a&#11;b", b"a&#xFFFF;b", b"a&#xD800;b"])
def test_characters_that_xml_has_not(text: bytes) -> None:
    """They are replaced, and what is legal beside them stays."""
    _, body = envelope(HEAD + b"<s:Body>&#xD;&#x1F600;" + text + b"</s:Body></s:Envelope>")
    assert body.text == "\r\N{GRINNING FACE}a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no XML", b"<a/>", HEAD, HEAD + b"<s:Body><a>", HEAD + b"<s:Header/></s:Envelope>",
        b"<html><body>Sign in</body></html>",
    ],
)  # fmt: skip
def test_what_is_not_whole(content: bytes) -> None:
    """It is no answer, however much of it there is."""
    with pytest.raises(Lost):
        envelope(content)


def test_entities_are_left_alone() -> None:
    """Nothing is fetched, or blown up."""
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
    _, body = envelope(bomb + HEAD + b"<s:Body>&b;</s:Body></s:Envelope>")
    assert not (body.text or "").strip()
