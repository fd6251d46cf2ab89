"""A support module: JSON batches. learn.microsoft.com/graph/json-batching"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from fakes.graph.call import Json, Refused, Reply, Request, json_reply
from fakes.graph.whims import Whims

MOST: Final = 20


def answer(
    request: Request,
    heard: Sequence[Json],
    late: Sequence[Json],
    whims: Whims,
    one: Callable[[Request], Reply],
    refused: Callable[[], Refused],
) -> Reply:
    """`one` answers a part that is heard, `refused` one that comes too late for a place. The whole
    is 200 even where parts are not, in any order; what ends the connection of a part does so to the
    whole."""
    replies = {part["id"]: refused().reply() for part in late}
    for part in heard:
        after = [replies.get(name) for name in part.get("dependsOn", ())]
        if any(reply is None or reply.status >= 400 for reply in after):
            replies[part["id"]] = Refused(
                424, "FailedDependency", "A request that this one depends on failed."
            ).reply()
        else:
            replies[part["id"]] = one(_request(part, request))
    if any(reply.cut or reply.sent is not None for reply in replies.values()):
        return Reply(0, cut=True)
    told = [_told(name, reply) for name, reply in replies.items()]
    return json_reply({"responses": whims.order(told)})


def parts(request: Request) -> list[Json]:
    """The requests in a batch. Raise Refused where it is none."""
    try:
        found = json.loads(request.body)["requests"]
    except (ValueError, KeyError, TypeError):
        raise _bad("Invalid batch payload format.") from None
    if not found or len(found) > MOST:
        raise _bad(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    names = [str(part.get("id", "")) for part in found]
    if "" in names or len(set(names)) < len(names):
        raise _bad("Each request of a batch needs an id of its own.")
    for part in found:
        if part.get("method") not in {"GET", "POST", "PATCH", "DELETE", "PUT"}:
            raise _bad(f"{part.get('method')!r} is no method.")
        if not str(part.get("url", "")).startswith("/"):
            raise _bad("The url of a request of a batch is relative to the version: /me/...")
        headers = {name.lower() for name in part.get("headers", {})}
        if "body" in part and "content-type" not in headers:
            raise _bad("A request of a batch with a body needs a Content-Type header.")
    return list(found)


def _request(part: Mapping[str, object], outer: Request) -> Request:
    path, _, query = str(part["url"]).partition("?")
    given = part.get("headers")
    named = given if isinstance(given, dict) else {}
    headers = {str(name).lower(): str(value) for name, value in named.items()}
    # Only these are taken from the whole; a Prefer of the whole says nothing about its parts.
    for name in ("authorization", "host"):
        headers.setdefault(name, outer.headers.get(name, ""))
    body = json.dumps(part["body"]).encode() if "body" in part else b""
    return Request(str(part["method"]), f"/v1.0{path}", query, headers, body)


def _told(name: str, reply: Reply) -> Json:
    told: Json = {"id": name, "status": reply.status, "headers": dict(reply.headers)}
    if reply.body:
        try:
            told["body"] = json.loads(reply.body)
        except ValueError:  # other bodies come in Base64
            told["body"] = base64.b64encode(reply.body).decode()
    return told


def _bad(message: str) -> Refused:
    return Refused(400, "BadRequest", message)
