"""A support module: answers, judged by the metadata and put into the form in which they go out."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Final

from fakes.graph import extended, validation
from fakes.graph.call import Answer, Call, Json, Reply, Request, json_reply
from fakes.graph.routes import Route
from fakes.graph.whims import Whims

# What was expanded stays, whatever is selected.
_EXPANDED: Final = ("linkedResources", "attachments", extended.NAME)


def told(route: Route, call: Call, made: Answer | Json | bytes | None) -> tuple[Reply, list[str]]:
    """What a method made, and what is wrong with it."""
    answer = made if isinstance(made, Answer) else Answer(made)
    applied = [f"{name}={value}" for name, value in call.prefer.items()]
    headers = {**answer.headers, **({"Preference-Applied": ", ".join(applied)} if applied else {})}
    if isinstance(answer.body, bytes):
        return Reply(route.status, answer.body, {"Content-Type": "text/plain", **headers}), []
    if answer.body is None:
        return Reply(route.status, b"", headers), []
    body, wrong = answer.body, list[str]()
    if route.many:
        for number, one in enumerate(body["value"]):
            if "@removed" not in one:
                place = f"{route.name}: value[{number}]"
                wrong += validation.entity(one, route.answers, place, answer.expanded)
        body = {**body, "value": [_shown(call, one) for one in body["value"]]}
    elif route.answers:
        wrong += validation.entity(body, route.answers, route.name, answer.expanded)
        body = _shown(call, body)
    context = f"{call.root.partition('/me')[0].partition('/users/')[0]}/$metadata#{route.answers}"
    return json_reply({"@odata.context": context, **body}, route.status, headers), wrong


def packed(request: Request, reply: Reply, whims: Whims) -> Reply:
    """Compressed where that is accepted, or, by seed, all the same as it is."""
    accepted = "gzip" in request.headers.get("accept-encoding", "")
    if not accepted or whims.pick(True, False) or reply.cut or not reply.body:
        return reply
    body = gzip.compress(reply.body, mtime=0)
    sent = None if reply.sent is None else min(reply.sent, len(body) // 2)
    headers = {**reply.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return replace(reply, body=body, sent=sent, headers=headers)


def _shown(call: Call, body: Json) -> Json:
    if "@removed" in body:
        return body
    if select := call.options.get("$select") or _selected_before(call):
        kept = [one.strip() for one in select.split(",")]
        body = validation.selected(body, [*kept, *(one for one in _EXPANDED if one in body)])
    return call.whims.strange(body)


def _selected_before(call: Call) -> str:
    """What the first request of a delta query selected: its tokens carry it."""
    given = call.options.get("$skiptoken") or call.options.get("$deltatoken")
    found = call.account.rounds.find(given) if given else None
    return found.options.get("$select", "") if found else ""
