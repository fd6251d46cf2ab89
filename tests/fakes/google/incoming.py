"""A support module: requests taken apart."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs

from fakes.google.call import Request


def unmasked(request: Request) -> Request:
    """A GET with a long query comes as a POST of a form (x-http-method-override)."""
    if request.headers.get("x-http-method-override") != "GET":
        return request
    return replace(request, verb="GET", query=request.body.decode(), body=b"")


def read_query(request: Request) -> dict[str, list[str]]:
    """Values by name, in their order."""
    return parse_qs(request.query, keep_blank_values=True)


def read_body(request: Request) -> object:
    """JSON, None without a body. Raise ValueError for anything else."""
    return json.loads(request.body) if request.body else None
