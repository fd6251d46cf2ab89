"""A mail as Gmail takes it apart (MessagePart), and put together again.

    parts(payload) -> the leaves;  rebuilt(payload, bodies) -> the mail, for who reads mails

What comes inside a part (`body.data`) has no transfer encoding any more, and text is UTF-8,
whatever its header says (as Gmail does it; told nowhere). Files come by an id of their own.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Payload = Mapping[str, Any]

DEPTH: Final = 6  # of parts inside parts that are asked for
_DEPTH_LIMIT: Final = 20
_ENDINGS: Final = (".ics", ".ical", ".icalendar", ".vcf", ".vcard")
_KINDS: Final = ("calendar", "/ics", "vcard", "directory", "delivery-status")
_REPLACED: Final = re.compile(
    r';\s*(?:charset|boundary)\*?\d*\*?\s*=\s*(?:"[^"]*"?|[^;]*)', re.IGNORECASE
)
_SPACE: Final = re.compile(r"\s+")


def mask(inner: str) -> str:
    """The part of a `fields` mask that asks for `inner` of a payload and of the parts in it."""
    whole = inner
    for _ in range(DEPTH):
        whole = f"{inner},parts({whole})"
    return f"payload({whole})"


def leaves(payload: Payload, depth: int = 0) -> Iterator[Payload]:
    """The parts that hold something, in order. What is in an attached message was said by somebody
    else: that is a leaf."""
    inner = payload.get("parts")
    if not inner or depth > _DEPTH_LIMIT or not kind_of(payload).startswith("multipart/"):
        yield payload
        return
    for part in inner:
        yield from leaves(part, depth + 1)


def kind_of(part: Payload) -> str:
    """Its media type, in lower case."""
    return str(part.get("mimeType", "")).strip().lower()


def carries(payload: Payload) -> bool:
    """Whether there may be a calendar, a card or a delivery report in the mail."""
    return any(map(is_carried, leaves(payload)))


def is_carried(part: Payload) -> bool:
    """Whether this part may be one."""
    name = str(part.get("filename", "")).lower()
    return any(kind in kind_of(part) for kind in _KINDS) or name.endswith(_ENDINGS)


def is_said(part: Payload) -> bool:
    """Whether this part may be what the mail's author says."""
    kind = kind_of(part)
    if "pkcs7-mime" in kind:  # S/MIME: the mail itself is inside (RFC 8551 section 3.2)
        return True
    return kind in ("text/plain", "text/html") and not part.get("filename")


def value_of(part: Payload, name: str) -> str:
    """A header of a part in one line, "" where it has none."""
    for header in part.get("headers", ()):
        if str(header.get("name", "")).lower() == name:
            return _SPACE.sub(" ", str(header.get("value", ""))).strip()
    return ""


def attachment_of(part: Payload) -> tuple[str, int]:
    """The id and the size of a body that did not come with its part; "" where it did."""
    body = part.get("body", {})
    return ("" if body.get("data") else str(body.get("attachmentId", ""))), int(body.get("size", 0))


def data_of(text: str) -> bytes:
    """What is in base64url (RFC 4648 section 5), padded or not; as far as it can be read."""
    padded = text.rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        return base64.urlsafe_b64decode(padded)
    except (binascii.Error, ValueError):
        return b""


def rebuilt(payload: Payload, bodies: Mapping[str, bytes] | None = None) -> bytes:
    """The mail without its large files: in each part what came with it, or is in `bodies` by the
    id of its attachment. Its header is left out, but for what tells of the parts."""
    out: list[bytes] = []
    _write(payload, bodies or {}, out, "0")
    return b"".join(out)


def _write(part: Payload, bodies: Mapping[str, bytes], out: list[bytes], number: str) -> None:
    kind = value_of(part, "content-type") or kind_of(part) or "text/plain"
    kind = _REPLACED.sub("", kind)
    inner = part.get("parts")
    if inner and kind_of(part).startswith("multipart/") and number.count(".") < _DEPTH_LIMIT:
        edge = f"=_{number}_="  # none of the bodies has an underscore
        out.append(f'Content-Type: {kind}; boundary="{edge}"\r\n\r\n'.encode())
        for at, one in enumerate(inner):
            out.append(f"\r\n--{edge}\r\n".encode())
            _write(one, bodies, out, f"{number}.{at}")
        out.append(f"\r\n--{edge}--\r\n".encode())
        return
    body = part.get("body", {})
    data = data_of(str(body.get("data", ""))) or bodies.get(str(body.get("attachmentId", "")), b"")
    if _is_utf8(data):
        kind += "; charset=utf-8"
    elif charset := re.search(r'charset\s*=\s*"?([\w.:-]{1,40})', value_of(part, "content-type")):
        kind += f"; charset={charset[1]}"
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    if disposition := value_of(part, "content-disposition"):
        lines.append(f"Content-Disposition: {disposition}")
    out.append("\r\n".join((*lines, "", "")).encode("utf-8", "replace"))
    out.append(base64.encodebytes(data))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
