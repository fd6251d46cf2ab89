"""What every command starts from: the moment, the configuration, the open state."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from syncd import log, wiring

NowOption = Annotated[str | None, typer.Option("--now", help="The moment to judge at (ISO 8601).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


_FIRST_YEAR, _LAST_YEAR = 1980, 9000


class NotFound(Exception):
    """Nothing here by that name (exit code 1)."""


@dataclass(slots=True)
class Call:
    """The options that stand before the command."""

    config: Path | None = None
    now: str | None = None
    verbose: bool = False

    def assembly(self) -> wiring.Assembly:
        """Configuration and rules, read. Raises `ConfigErrors`."""
        assembly = wiring.assemble(self.config or default_config())
        settings = assembly.settings
        log.know([account.name for account in settings.accounts])
        if self.verbose and settings.log.format != "auto":
            log.listen("debug", settings.log.format)
        return assembly

    def moment(self, given: str | None, assembly: wiring.Assembly | None = None) -> datetime:
        """`--now`, before or after the command, else the clock. Without an offset it is meant in
        the owner's zone."""
        text = self.now if given is None else given
        if text is None:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise typer.BadParameter(
                f"{text!r} is no moment; write it like 2026-03-11T09:00:00+00:00",
                param_hint="--now",
            ) from None
        if moment.tzinfo is None:
            zone = assembly.settings.owner.zone if assembly else UTC
            moment = moment.replace(tzinfo=zone)
        # Room on both sides: windows of years are laid around it.
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise typer.BadParameter(
                f"{text!r} is beyond reason; write a year from {_FIRST_YEAR} to {_LAST_YEAR}",
                param_hint="--now",
            )
        return moment.astimezone(UTC)


def call_of(context: typer.Context) -> Call:
    found = context.obj
    assert isinstance(found, Call)
    return found


def default_config() -> Path:
    """./syncd.yaml where it exists, else the one in the owner's configuration folder."""
    here = Path("syncd.yaml")
    if here.exists():
        return here
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "syncd" / "syncd.yaml"


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
