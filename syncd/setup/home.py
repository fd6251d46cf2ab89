"""Whose home folder is looked at, and what its environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_SPOOL = Path("/var/mail")


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder. `environment` and `spool` belong to whoever runs this; for another folder
    than one's own both are empty."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    spool: Path | None = None
    own: bool = False  # `~` means this one

    @classmethod
    def of(cls, path: Path | None) -> Home:
        """One's own home, or `path` and nothing but what is in it."""
        if path is None:
            return cls(Path.home(), dict(os.environ), _SPOOL, own=True)
        return cls(path.absolute())

    def folder(self, variable: str, default: str) -> Path:
        """An XDG base folder."""
        given = self.environment.get(variable, "")
        return Path(given) if given.startswith("/") else self.path / default

    def expanded(self, text: str) -> Path:
        """A path as programs write it in their settings, with `~` and $HOME; below home where it
        is relative."""
        for name in ("$HOME", "${HOME}", "~"):
            if text == name or text.startswith(name + "/"):
                text = str(self.path) + text[len(name) :]
                break
        for variable, default in (
            ("$XDG_DATA_HOME", ".local/share"),
            ("$XDG_CONFIG_HOME", ".config"),
        ):
            if text.startswith(variable + "/"):
                text = str(self.folder(variable[1:], default)) + text[len(variable) :]
        return self.path / text

    def short(self, path: Path) -> str:
        """The path as the configuration names it: with `~` where that means this home."""
        if self.own and path.is_relative_to(self.path):
            return str(Path("~") / path.relative_to(self.path))
        return str(path)
