"""What every command starts from: the moment, the configuration, the open state."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import Annotated, Any

import typer

from syncd.cli.call import Call, default_config
from syncd.cli.ends import NotFound

__all__ = [
    "Call",
    "JsonOption",
    "NotFound",
    "NowOption",
    "call_of",
    "default_config",
    "json_text",
    "print_json",
]

NowOption = Annotated[str | None, typer.Option("--now", help="The moment to judge at (ISO 8601).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def call_of(context: typer.Context) -> Call:
    found = context.obj
    assert isinstance(found, Call)
    return found


def print_json(value: Any, *, line: bool = False) -> None:
    """Print JSON: indented for one document, compact for one of many lines."""
    sys.stdout.write(json_text(value, line=line) + "\n")


def json_text(value: Any, *, line: bool = False) -> str:
    """JSON with moments and days in ISO 8601."""
    return json.dumps(
        value,
        ensure_ascii=False,
        default=_plain,
        indent=None if line else 2,
        separators=(",", ":") if line else None,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
