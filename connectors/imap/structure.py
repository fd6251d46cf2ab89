"""BODYSTRUCTURE (RFC 3501 7.4.2): what a mail is made of, and the mail without its large parts.

    tree(pieces) -> Node;  sections(node, wanted) -> numbers to fetch;  rebuilt(header, node, …)

A mail that is put together again has the parts that were fetched, and of all others the headers:
whoever reads mails finds in it what is in the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_DEPTH_LIMIT: Final = 30
_TOKEN: Final = re.compile(rb'\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)
_STARTS: Final = re.compile(rb"BODYSTRUCTURE\s*", re.IGNORECASE)
# Parts whose kind or name tells of a calendar, a card or a delivery report; encoded names may.
_TELLING: Final = re.compile(
    rb'"(?:calendar|ics|x-?vcard|vcard|directory|delivery-status|global-delivery-status)"'
    rb'|\.(?:ics|ical|icalendar|vcf|vcard)\b|"(?:file)?name\*|=\?',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Node:
    """One part: `kind` is its media type in lower case, `number` its section ("" for the whole).

    A multipart has `parts`; a message/rfc822 is a leaf: what is in it is not this mail's.
    """

    kind: str
    number: str
    parameters: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    size: int = 0
    disposition: str = ""
    names: tuple[tuple[str, str], ...] = ()  # parameters of the disposition
    parts: tuple[Node, ...] = ()

    def leaves(self) -> Iterator[Node]:
        """The parts that hold something, in order."""
        if not self.kind.startswith("multipart/"):
            yield self
        for part in self.parts:
            yield from part.leaves()


def telling(pieces: Sequence[bytes | tuple[bytes, bytes]]) -> bool:
    """A cheap look: whether a part may be a calendar, a card or a delivery report."""
    return any(
        _TELLING.search(text)
        for one in pieces
        for text in ((one,) if isinstance(one, bytes) else one)
    )


def tree(pieces: Sequence[bytes | tuple[bytes, bytes]]) -> Node | None:
    """The parts in the answer for one mail; None where it cannot be understood."""
    try:
        tokens = _tokens(pieces, _STARTS)
        if next(tokens) != b"(":
            return None
        return _node(_listed(tokens, 0), "")
    except (ValueError, LookupError, TypeError, StopIteration, RecursionError):
        return None


def strings(pieces: Sequence[bytes | tuple[bytes, bytes]], starts: re.Pattern[bytes]) -> list[str]:
    """The strings of the list behind an item's name; empty where there is none."""
    try:
        tokens = _tokens(pieces, starts)
        if next(tokens) != b"(":
            return []
        return [one for one in _listed(tokens, 0) if isinstance(one, str)]
    except (ValueError, StopIteration):
        return []


def rebuilt(header: bytes, node: Node, bodies: Mapping[str, bytes]) -> bytes | None:
    """The mail with these bodies by section; None where it has no delimiters to put between."""
    if not node.parts:
        return header + bodies.get(node.number or "1", b"")
    out = [header.rstrip(b"\r\n") + b"\r\n\r\n"]
    return b"".join(out) if _write(node, bodies, out, 0) else None


def section(node: Node) -> str:
    """What to ask for to get a leaf: a mail without parts is its own first."""
    return node.number or "1"


def _write(node: Node, bodies: Mapping[str, bytes], out: list[bytes], depth: int) -> bool:
    boundary = dict(node.parameters).get("boundary", "").encode("utf-8", "surrogateescape")
    if not boundary or depth > _DEPTH_LIMIT:
        return False
    for part in node.parts:
        out.append(b"\r\n--" + boundary + b"\r\n" + _head(part))
        if part.parts:
            if not _write(part, bodies, out, depth + 1):
                return False
        else:
            out.append(bodies.get(part.number, b""))
    out.append(b"\r\n--" + boundary + b"--\r\n")
    return True


def _head(node: Node) -> bytes:
    lines = [f"Content-Type: {node.kind}{_written(node.parameters)}"]
    if node.encoding:
        lines.append(f"Content-Transfer-Encoding: {node.encoding}")
    if node.disposition:
        lines.append(f"Content-Disposition: {node.disposition}{_written(node.names)}")
    plain = (" ".join(line.split()) for line in lines)
    return "\r\n".join((*plain, "", "")).encode("utf-8", "surrogateescape")


def _written(parameters: Sequence[tuple[str, str]]) -> str:
    return "".join(
        '; {}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"'))
        for name, value in parameters
    )


def _tokens(
    pieces: Sequence[bytes | tuple[bytes, bytes]], starts: re.Pattern[bytes]
) -> Iterator[bytes | str | None]:
    """Brackets as bytes, strings as text, NIL as None; from behind the item's name."""
    begun = False
    for one in pieces:
        text = one if isinstance(one, bytes) else re.sub(rb"~?\{\d+\}$", b"", one[0])
        if not begun:
            match = starts.search(text)
            if match is None:
                continue
            begun, text = True, text[match.end() :]
        for match in _TOKEN.finditer(text):
            if match[1] or match[2]:
                yield match[1] or match[2]
            elif match[3] is not None:
                yield _text(_ESCAPE.sub(rb"\1", match[3]))
            else:
                yield None if match[4].upper() == b"NIL" else _text(match[4])
        if isinstance(one, tuple):
            yield _text(one[1])


def _listed(tokens: Iterator[bytes | str | None], depth: int) -> list[Any]:
    if depth > _DEPTH_LIMIT:
        raise ValueError("too deep")
    found: list[Any] = []
    for token in tokens:
        if token == b")":
            return found
        found.append(_listed(tokens, depth + 1) if token == b"(" else token)
    raise ValueError("it ends too early")


def _node(row: list[Any], number: str) -> Node:
    if row and isinstance(row[0], list):
        count = next((at for at, one in enumerate(row) if not isinstance(one, list)), len(row))
        inside = f"{number}." if number else ""
        parts = tuple(_node(one, f"{inside}{at}") for at, one in enumerate(row[:count], 1))
        rest = row[count:]
        return Node(
            f"multipart/{rest[0]}".lower(),
            number,
            _pairs(rest[1]) if len(rest) > 1 else (),
            disposition=_disposition(rest, 2)[0],
            names=_disposition(rest, 2)[1],
            parts=parts,
        )
    kind = f"{row[0]}/{row[1]}".lower()
    # Behind the seven fields of all: lines of a text; envelope, structure and lines of a message.
    extra = 7 + (1 if kind.startswith("text/") else 3 if kind == "message/rfc822" else 0)
    disposition, names = _disposition(row, extra + 1)
    return Node(
        kind, number or "1", _pairs(row[2]), str(row[5] or "").lower(), int(row[6] or 0),
        disposition, names,
    )  # fmt: skip


def _disposition(row: list[Any], at: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    found = row[at] if len(row) > at else None
    if not isinstance(found, list) or not found or not isinstance(found[0], str):
        return "", ()
    return found[0].lower(), _pairs(found[1] if len(found) > 1 else None)


def _pairs(row: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(row, list):
        return ()
    return tuple((str(row[at]).lower(), str(row[at + 1] or "")) for at in range(0, len(row) - 1, 2))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
