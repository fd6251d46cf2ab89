"""A support module: batches of calls (multipart/mixed of application/http)."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from http.client import responses
from typing import Final, cast

from fakes.google.call import Refused, Reply, Request

MOST: Final = 100
_EDGE: Final = "batch_fakefakefake"


def answer(request: Request, one: Callable[[Request], Reply]) -> Reply:
    """`one` answers a part. The whole is 200 even where parts are not; what ends the connection of
    a part, or holds it up, does so to the whole."""
    kind = request.headers.get("content-type", "")
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body)
    if not whole.is_multipart():
        raise Refused(400, "badRequest", "Failed to parse batch request, missing boundary.")
    parts = cast("list[Message]", whole.get_payload())
    if len(parts) > MOST:
        raise Refused(400, "badRequest", f"The batch request can contain at most {MOST} calls.")
    replies = [one(_request(part, request)) for part in parts]
    if any(reply.cut or reply.sent is not None for reply in replies):
        return Reply(0, cut=True)
    body = b"".join(map(_told, parts, replies))
    kind = f"multipart/mixed; boundary={_EDGE}"
    pace = next((reply.pace for reply in replies if reply.pace), None)
    return Reply(200, body + f"--{_EDGE}--\r\n".encode(), {"Content-Type": kind}, pace=pace)


def _request(part: Message, outer: Request) -> Request:
    raw = part.get_payload(decode=True)
    whole = (raw if isinstance(raw, bytes) else b"").replace(b"\r\n", b"\n").lstrip(b"\n")
    head, _, body = whole.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    verb, target, _ = first.split(" ")
    named = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    headers.setdefault("authorization", outer.headers.get("authorization", ""))
    path, _, query = target.partition("?")
    return Request(verb, path, query, headers, body)


def _told(part: Message, reply: Reply) -> bytes:
    number = str(part.get("Content-ID", "")).strip().removeprefix("<")
    head = (
        f"--{_EDGE}\r\nContent-Type: application/http\r\nContent-ID: <response-{number}\r\n\r\n"
        f"HTTP/1.1 {reply.status} {responses.get(reply.status, 'Unknown')}\r\n"
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    length = f"Content-Length: {len(reply.body)}\r\n\r\n"
    return (head + lines + length).encode() + reply.body + b"\r\n"
