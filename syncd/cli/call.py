"""The options that stand before a command, and what they lead to: configuration, rules, a moment.

Nothing here loads the framework that reads command lines: a daemon goes without it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syncd import log
from syncd.assembly import Assembly, assemble
from syncd.config import ConfigErrors, Mistake

_FIRST_YEAR, _LAST_YEAR = 1980, 9000


@dataclass(slots=True)
class Call:
    """The options that stand before the command."""

    config: Path | None = None
    now: str | None = None
    verbose: bool = False

    def assembly(self) -> Assembly:
        """Configuration and rules, read. Raises `ConfigErrors`."""
        assembly = assemble(self.config or default_config())
        settings = assembly.settings
        log.know([account.name for account in settings.accounts])
        if self.verbose and settings.log.format != "auto":
            log.listen("debug", settings.log.format)
        return assembly

    def moment(self, given: str | None, assembly: Assembly | None = None) -> datetime:
        """`--now`, before or after the command, else the clock. Without an offset it is meant in
        the owner's zone."""
        text = self.now if given is None else given
        if text is None:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise _wrong(
                f"{text!r} is no moment; write it like 2026-03-11T09:00:00+00:00"
            ) from None
        if moment.tzinfo is None:
            zone = assembly.settings.owner.zone if assembly else UTC
            moment = moment.replace(tzinfo=zone)
        # Room on both sides: windows of years are laid around it.
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise _wrong(
                f"{text!r} is beyond reason; write a year from {_FIRST_YEAR} to {_LAST_YEAR}"
            )
        return moment.astimezone(UTC)


def _wrong(message: str) -> Exception:
    """What ends a command whose `--now` is wrong with exit code 2."""
    import typer

    return typer.BadParameter(message, param_hint="--now")


def default_config() -> Path:
    """./syncd.yaml where it exists, else the one in the owner's configuration folder. Raises
    `ConfigErrors` where there is neither."""
    here = Path("syncd.yaml")
    if here.exists():
        return here
    try:
        home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    except RuntimeError:
        message = "no such file here, and no home folder to look in: name one with --config"
        raise ConfigErrors([Mistake(str(here), 0, 0, message)]) from None
    return Path(home) / "syncd" / "syncd.yaml"
