"""How the bytes of a mail are written: header words, transfer encodings, multiparts.

Written by hand because `email.generator` needs about a millisecond a message, and the whole demo
should be on disk before its reader has looked away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.header import Header
from functools import lru_cache
from typing import Protocol


class Party(Protocol):
    """Whoever can stand in From or To."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf (or, with its own boundary in `kind`, a branch) of a MIME tree."""

    kind: str  # the value of Content-Type
    encoding: str
    content: bytes
    disposition: str = ""


@lru_cache(maxsize=4096)
def words(text: str) -> str:
    """Unstructured header text, as RFC 2047 words where it is not plain ASCII."""
    return text if text.isascii() else Header(text, "utf-8").encode()


@lru_cache(maxsize=1024)
def mailbox(name: str, address: str) -> str:
    """`name <address>` as RFC 5322 wants it: quoted or encoded where necessary."""
    if not name:
        return address
    if not name.isascii():
        return f"{words(name)} <{address}>"
    quote = any(c in '()<>[]:;@\\,."' for c in name)
    return f'"{name}" <{address}>' if quote else f"{name} <{address}>"


def mailboxes(parties: Iterable[Party]) -> str:
    """A folded address list."""
    return ",\n ".join(mailbox(party.name, party.address) for party in parties)


def text_part(text: str, subtype: str = "plain", encoding: str = "", extra: str = "") -> Part:
    """A text part; `encoding` is quoted-printable or base64, or empty for what the text needs."""
    data = text.encode()
    charset = "us-ascii" if text.isascii() else "utf-8"
    kind = f"text/{subtype}; charset={charset}{extra}"
    if encoding == "base64":
        return Part(kind, encoding, base64.encodebytes(data))
    if encoding == "quoted-printable" or not text.isascii():
        return Part(kind, "quoted-printable", binascii.b2a_qp(data))
    return Part(kind, "7bit", data)


def file_part(name: str) -> Part:
    """A small attachment; nobody reads it, but mail about attachments should have some."""
    content = base64.encodebytes(b"%PDF-1.4\n% " + name.encode() + b"\n%%EOF\n")
    kind = f'application/pdf; name="{name}"'
    return Part(kind, "base64", content, f'attachment; filename="{name}"')


def multipart(subtype: str, parts: Iterable[Part]) -> Part:
    """Several parts as one. The boundary is a digest, so that equal mail has equal bytes."""
    leaves = [_headers(part) + b"\n" + part.content.rstrip(b"\n") + b"\n" for part in parts]
    mark = "=_" + hashlib.sha256(b"".join(leaves)).hexdigest()[:24]
    line = b"--" + mark.encode()
    body = b"".join(line + b"\n" + leaf for leaf in leaves) + line + b"--\n"
    return Part(f'multipart/{subtype}; boundary="{mark}"', "7bit", body)


def message(headers: Iterable[tuple[str, str]], body: Part) -> bytes:
    """A whole message with LF line ends, as delivery agents write them into a Maildir."""
    top = "".join(f"{name}: {value}\n" for name, value in headers)
    return top.encode("ascii") + b"MIME-Version: 1.0\n" + _headers(body) + b"\n" + body.content


def _headers(part: Part) -> bytes:
    lines = [f"Content-Type: {part.kind}", f"Content-Transfer-Encoding: {part.encoding}"]
    if part.disposition:
        lines.append(f"Content-Disposition: {part.disposition}")
    return ("\n".join(lines) + "\n").encode("ascii")
