"""The body of a mail cut into its parts (MIME, RFC 2045 and 2046), within bounds.

    leaves(mail bytes) -> [Part, …]

stdlib `email` parses the same, but takes quadratic time for parts inside parts inside parts, and
reads every line of every attachment. Here nothing is copied before it is asked for. An attached
message (message/rfc822) and an encrypted body are leaves: what is in them is not this mail's.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from connectors.formats.words import charset_text, clean, decode_words, raw_text

PARTS_LIMIT: Final = 200
DEPTH_LIMIT: Final = 20
BODY_LIMIT: Final = 16 * 1024 * 1024  # nothing behind that is looked at
_FIELD_LIMIT: Final = 4096  # of a Content-Type: RFC 2231 file names are long
_BOUNDARY_LIMIT: Final = 200  # RFC 2046 section 5.1.1 allows 70

ENCRYPTED: Final = frozenset(
    (
        "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime",
        "application/pgp-encrypted",
    )
)  # fmt: skip

_HEADER: Final = re.compile(
    rb"(?:>?From [^\n]*\n)?(?:[!-9;-~]++[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))*+"
)
_WANTED: Final = re.compile(
    rb"^Content-(Type|Transfer-Encoding|Disposition)[ \t]*:([^\n]*+(?:\n[ \t][^\n]*+)*+)",
    re.IGNORECASE | re.MULTILINE,
)
# The first line of a body that can only be a delimiter, for mails that declare another or none.
_GUESS: Final = re.compile(rb"\n--([^\r\n]{1,200})\r?\n(?=Content-[A-Za-z-]+:)", re.IGNORECASE)
_PARAMETER: Final = re.compile(
    r""";\s*+([^\s=;"]{1,80})\s*+=\s*+(?:"((?:[^"\\]|\\.){0,2000}+)"?|([^;]{0,2000}+))""", re.DOTALL
)
_CONTINUED: Final = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?", re.DOTALL)  # RFC 2231 section 3
_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf. `kind` is the media type in lower case, `within` that of the multipart around it
    ("" for the whole body). `body` is as it was sent: see `decoded`."""

    kind: str
    parameters: Mapping[str, str]  # of the Content-Type, lower-case names
    body: bytes
    encoding: str = ""  # Content-Transfer-Encoding, lower case
    disposition: str = ""  # inline | attachment | …
    filename: str = ""
    within: str = ""
    group: int = 0  # parts of one multipart have the same number

    @property
    def attached(self) -> bool:
        """Whether it is a file beside the text, and no text itself."""
        return self.disposition == "attachment" or bool(self.within and self.filename)


def leaves(data: bytes) -> list[Part]:
    """The parts of the mail itself, in order, at most `PARTS_LIMIT`. Never raises.

    Of multipart/signed only what was signed. A multipart whose delimiter is nowhere is text.
    """
    data = data[:BODY_LIMIT]
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")  # as old Macs stored it
    found: list[Part] = []
    waiting = [(0, len(data), 0, "", 0)]
    groups = 0
    while waiting and len(found) < PARTS_LIMIT:
        start, end, depth, within, group = waiting.pop()
        part, body = _part(data, start, end, within, group)
        if part.kind.startswith("multipart/") and part.kind not in ENCRYPTED:
            if depth >= DEPTH_LIMIT:
                continue
            spans = _spans(data, body, end, part.parameters.get("boundary", ""))
            if spans:
                groups += 1
                if part.kind == "multipart/signed":
                    spans = spans[:1]  # RFC 1847 section 2.1: the second is the signature
                waiting += [
                    (first, last, depth + 1, part.kind, groups) for first, last in reversed(spans)
                ]
                continue
            part = Part("text/plain", {}, b"", part.encoding, within=within, group=group)
        found.append(
            Part(
                part.kind, part.parameters, data[body:end], part.encoding, part.disposition,
                part.filename, within, group,
            )
        )  # fmt: skip
    return found


def decoded(part: Part, limit: int) -> bytes:
    """The first `limit` bytes or so of a part, its transfer encoding undone as far as it goes."""
    if part.encoding == "base64":
        return _from_base64(part.body[: limit * 3 // 2])[:limit]
    if part.encoding == "quoted-printable":
        return binascii.a2b_qp(part.body[: 3 * limit])[:limit]
    if part.encoding in ("x-uuencode", "uuencode", "x-uue"):
        return _from_uu(part.body[: 2 * limit])[:limit]
    return part.body[:limit]


def _part(data: bytes, start: int, end: int, within: str, group: int) -> tuple[Part, int]:
    """The part in this span without its body, and where that begins."""
    match = _HEADER.match(data, start, end)
    body = match.end() if match else start
    fields: dict[bytes, bytes] = {}
    for field in _WANTED.finditer(data, start, body):
        fields.setdefault(field[1].lower(), field[2][:_FIELD_LIMIT])
    if data[body : body + 1] == b"\n":
        body += 1
    elif data[body : body + 2] == b"\r\n":
        body += 2
    default = "message/rfc822" if within == "multipart/digest" else "text/plain"
    kind, parameters = _parse(fields.get(b"type", b""))
    disposition, others = _parse(fields.get(b"disposition", b""))
    # "7bit (comment)", "base64;"
    encoding = raw_text(fields.get(b"transfer-encoding", b"")).strip().lower()
    return Part(
        kind if _is_kind(kind) else default,
        parameters,
        b"",
        (re.split(r"[\s;(]", encoding, maxsplit=1))[0].strip('"'),
        disposition,
        others.get("filename", "") or parameters.get("name", ""),
        within,
        group,
    ), min(body, end)


def _is_kind(kind: str) -> bool:
    main, _, sub = kind.partition("/")
    return bool(main and sub) and "/" not in sub


def _spans(data: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Where the parts of a multipart begin and end."""
    mark = boundary.encode("utf-8", "replace").rstrip()
    found = _between(data, start, end, mark) if 0 < len(mark) <= _BOUNDARY_LIMIT else []
    if not found and (guess := _GUESS.search(data, max(0, start - 1), end)):
        found = _between(data, start, end, guess[1].rstrip())
    return found


def _between(data: bytes, start: int, end: int, mark: bytes) -> list[tuple[int, int]]:
    delimiter = b"\n--" + mark
    found: list[tuple[int, int]] = []
    begun = -1
    at = max(0, start - 1)  # the delimiter may be the first line of the body
    while (at := data.find(delimiter, at, end)) >= 0 and len(found) < PARTS_LIMIT:
        stop = at
        at += len(delimiter)
        line = data.find(b"\n", at, end)
        rest = data[at : min(line if line >= 0 else end, at + 80)].strip()
        if rest not in (b"", b"--"):
            continue  # a longer line, or another boundary that begins like this one
        if begun >= 0:
            found.append((begun, max(begun, stop - (data[stop - 1 : stop] == b"\r"))))
        begun = line + 1 if line >= 0 else end
        at = max(at, begun - 1)
        if rest:
            return found
    if begun >= 0 and len(found) < PARTS_LIMIT:
        found.append((begun, end))  # never closed: it goes on to the end
    return found


def _parse(value: bytes) -> tuple[str, dict[str, str]]:
    """A structured value and its parameters (RFC 2045 section 5.1, RFC 2231)."""
    text = raw_text(value.replace(b"\r", b"").replace(b"\n", b""))
    word, _, _ = text.partition(";")
    word, _, _ = word.partition("(")
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(text):
        quoted, plain = match[2], match[3]
        shown = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else plain
        name = _CONTINUED.fullmatch(match[1].lower())
        if name is not None:
            number = int(name[2]) if name[2] else -1
            pieces.setdefault(name[1], []).append((number, bool(name[3]), shown.strip()))
    parameters = {name: _joined(sorted(found)) for name, found in pieces.items()}
    return "".join(word.split()).lower(), parameters


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """One parameter out of what RFC 2231 may have cut it into and encoded."""
    numbered = [piece for piece in pieces if piece[0] >= 0]
    whole = [piece for piece in pieces if piece[0] < 0]
    # filename*=… is meant for those who can read it, filename=… for the others.
    chosen = [max(whole, key=lambda piece: piece[1])] if whole else numbered
    if not any(encoded for _, encoded, _ in chosen):
        return clean(decode_words("".join(text for _, _, text in chosen)))
    charset = ""
    out: list[bytes] = []
    for position, (_, encoded, text) in enumerate(chosen):
        if encoded and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        out.append(unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace"))
    return clean(charset_text(b"".join(out), charset or "utf-8"))


def _from_base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:  # cut off, or letters lost
        kept = _BASE64.sub(b"", data)
        return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


def _from_uu(data: bytes) -> bytes:
    out: list[bytes] = []
    for line in data.splitlines():
        if line[:6] == b"begin " or not line.strip() or line.strip() == b"end":
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(out)
