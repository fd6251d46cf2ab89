"""A support module: messages as Gmail takes them apart (MessagePart)."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Collection, Iterable
from email.header import decode_header, make_header
from email.message import Message
from typing import TYPE_CHECKING, Final, cast

from fakes.google.mailbox import Letter

if TYPE_CHECKING:
    from fakes.google.documents import Json


# What comes along with a message; invitations, reports and the like are asked for by their id.
_SHOWN: Final = {"text/plain", "text/html"}
_asked = itertools.count()  # ids of attachments differ with each answer


def encoded(data: bytes) -> str:
    """base64url, padded."""
    return base64.urlsafe_b64encode(data).decode()


def payload(letter: Letter, bodies: bool, headers: Collection[str] = ()) -> Json:
    """The tree of a message; without `bodies` its top alone. `headers`: only those."""
    top = letter.parsed
    if not bodies:
        wanted = {one.lower() for one in headers}
        kept = [(n, v) for n, v in top.items() if not wanted or n.lower() in wanted]
        return {"mimeType": top.get_content_type(), "headers": _headers(kept)}
    return _part(letter, top, "")


def snippet(letter: Letter) -> str:
    """The first words of the text."""
    for part in letter.parsed.walk():
        if part.get_content_type() == "text/plain":
            return " ".join(_text(part).decode("utf-8", "replace").split())[:100]
    return ""


def attachment(letter: Letter, found: str) -> bytes | None:
    """The bytes of an attachment by its id, which is good for this message alone. None: no id."""
    if not found.startswith(f"ANGjdJ-{letter.id}-"):
        return None
    return _data(list(letter.parsed.walk())[int(found.rpartition("-")[2])])


def _headers(items: Iterable[tuple[str, object]]) -> list[Json]:
    return [{"name": name, "value": _plain(str(value))} for name, value in items]


def _part(letter: Letter, part: Message, number: str) -> Json:
    filename = part.get_filename() or ""
    answer: Json = {
        "partId": number,
        "mimeType": part.get_content_type(),
        "filename": filename,
        "headers": _headers(part.items()),
        "body": {"size": 0},
    }
    opaque = part.get_content_type() == "message/delivery-status"
    if part.is_multipart() and not opaque:
        inner = cast("list[Message]", part.get_payload())
        answer["parts"] = [
            _part(letter, one, f"{number}.{at}" if number else str(at))
            for at, one in enumerate(inner)
        ]
    elif filename or opaque or part.get_content_type() not in _SHOWN:
        at = list(letter.parsed.walk()).index(part)
        found = f"ANGjdJ-{letter.id}-{next(_asked)}-{at}"
        answer["body"] = {"attachmentId": found, "size": len(_data(part))}
    elif data := _text(part):
        answer["body"] = {"size": len(data), "data": encoded(data)}
    return answer


def _data(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    if isinstance(data, bytes):
        return data
    inner = cast("list[Message]", part.get_payload())
    return b"\n".join(one.as_bytes() for one in inner)


def _text(part: Message) -> bytes:
    """Text comes in UTF-8, whatever the header still says."""
    data = _data(part)
    if part.get_content_maintype() != "text":
        return data
    try:
        return data.decode(part.get_content_charset() or "utf-8").encode()
    except (LookupError, UnicodeDecodeError):
        return data


def _plain(value: str) -> str:
    """A header without folds and encoded words."""
    if value.isascii() and value.isprintable() and "=?" not in value:  # nearly all
        return value
    line = value.replace("\r", "").replace("\n", "")
    try:
        text = str(make_header(decode_header(line)))
    except (LookupError, UnicodeDecodeError, ValueError):
        text = line
    return text.encode("utf-8", "replace").decode()
