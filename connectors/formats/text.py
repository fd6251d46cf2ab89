"""The text of one mail: what its author wrote, as lines.

    plain_text(mail bytes) -> text

The first text/plain part that says something, with those that go on after a picture; else HTML with
its block structure kept. Attached files and messages are not read: somebody else wrote them. Quotes
and signatures stay in, marked as text/plain marks them ("> "), so that whoever reads the text can
tell old from new. What cannot be read (PGP, S/MIME) says "", never ciphers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from connectors.formats.html import html_lines
from connectors.formats.parts import ENCRYPTED, Part, decoded, leaves
from connectors.formats.signed import opened
from connectors.formats.words import charset_text

TEXT_LIMIT: Final = 64 * 1024  # characters of text; nobody reads on
_DECODE_LIMIT: Final = 4 * 1024 * 1024  # bytes of one part

_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w.:\-]{1,40})", re.IGNORECASE)
_MANY_LINES: Final = re.compile(r"\n{3,}")
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\ud800-\udfff]")
_PGP_MESSAGE: Final = re.compile(
    r"^-----BEGIN PGP MESSAGE(?:, PART [\d/]+)?-----[ \t]*$", re.MULTILINE
)
# RFC 9580 section 7: what is signed stands between a head of "Hash:" lines and the signature.
_PGP_SIGNED: Final = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]{1,40}: [^\n]*\n)*+[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
_PGP_BLOCK: Final = re.compile(
    r"^-----BEGIN PGP (SIGNATURE|PUBLIC KEY BLOCK)-----[ \t]*$(?:\n(?!-----END PGP)[^\n]*+)*+"
    r"(?:\n-----END PGP [^\n]*+)?+",
    re.MULTILINE,
)
_UUENCODED: Final = re.compile(
    r"^begin(?:-base64)? [0-7]{3,4} [^\n]++\n(?:[!-`][ -`a-z]{3,90}+[ \t]*+\n)++"
    r"(?:[ `]?[ \t]*+\n)?+(?:(?:end|={4})[ \t]*+$)?+",
    re.MULTILINE,
)
_YENC: Final = re.compile(
    r"^=ybegin [^\n]*+(?:\n(?!=yend)[^\n]*+)*+(?:\n=yend[^\n]*+)?+", re.MULTILINE
)
_FOOTER: Final = re.compile(r"\s*(?:_{10,}|-{10,}|={10,}|-- ?\n|~{10,})")


def plain_text(data: bytes) -> str:
    """What the mail says, lines separated by "\\n"; "" where it is encrypted or has no text."""
    parts = opened(leaves(data))
    html: Part | None = None
    for number, part in enumerate(parts):
        if part.kind in ENCRYPTED:
            return ""  # what stands beside it was added on the way
        if part.attached:
            continue
        if part.kind == "text/plain":
            if text := _with_rest(part, parts[number + 1 :]):
                return text
        elif part.kind == "text/html" and html is None:
            html = part
    return "" if html is None else html_text(_decoded(html))


def html_text(html: str) -> str:
    """HTML as lines of text: blocks end lines, quotes get "> ", scripts and styles are dropped."""
    return _readable(html_lines(html))


def tidy(text: str, limit: int = TEXT_LIMIT) -> str:
    """Line ends as "\\n", no trailing blanks, no runs of empty lines, cut at `limit`."""
    text = _UNSTORABLE.sub("", text[: 2 * limit].replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", lines).strip("\n")[:limit]


def _readable(text: str) -> str:
    """`tidy` text without armour and blocks of encoded files; "" where the text is encrypted."""
    text = tidy(text[: 4 * TEXT_LIMIT], 4 * TEXT_LIMIT)
    if _PGP_MESSAGE.search(text):
        return ""
    if "\n=ybegin " in "\n" + text:
        text = _YENC.sub("", text)
    if "begin" in text:
        text = _UUENCODED.sub("", text)
    if "-----BEGIN PGP " in text:
        signed = _PGP_SIGNED.search(text) is not None
        text = _PGP_BLOCK.sub("", _PGP_SIGNED.sub("", text))
        if signed:  # RFC 9580 section 7.1: lines that begin with a dash were sent as "- -"
            text = re.sub(r"^- (?=-|From )", "", text, flags=re.MULTILINE)
    return tidy(text)


def _with_rest(part: Part, later: Sequence[Part]) -> str:
    """A text part, and those of the same mixed multipart that go on after a picture or a file.

    What a mailing list or a scanner appended is no text of the author's.
    """
    text = _plain(part)
    if not text or part.within not in ("multipart/mixed", "multipart/related"):
        return text
    pieces = [text]
    size = len(text)
    for other in later:
        if other.group != part.group or other.kind != "text/plain" or other.attached:
            continue
        more = _plain(other)
        if not more or size > TEXT_LIMIT or other.disposition or _FOOTER.match(more):
            break
        pieces.append(more)
        size += len(more)
    return "\n\n".join(pieces)[:TEXT_LIMIT]


def _plain(part: Part) -> str:
    text = _decoded(part)
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    return _readable(text)


def _decoded(part: Part) -> str:
    data = decoded(part, _DECODE_LIMIT)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    charset = part.parameters.get("charset", "")
    if not charset and part.kind == "text/html" and (match := _META_CHARSET.search(data[:4096])):
        charset = match[1].decode("ascii", "replace")
    return charset_text(data.removeprefix(b"\xef\xbb\xbf"), charset)


def _unflow(text: str, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 section 4.1), quotes level by level."""
    paragraphs: list[list[str]] = []
    open_depth = -1  # of the line before, where it ended soft
    for line in text[: 8 * TEXT_LIMIT].replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        signature = content == "-- "
        soft = content.endswith(" ") and not signature
        shown = content[:-1] if soft and delsp else content
        if open_depth == depth and not signature:
            paragraphs[-1].append(shown)
        else:
            paragraphs.append([">" * depth + " " if depth else "", shown])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)
