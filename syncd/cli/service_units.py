"""Units as they are shipped, and the part that only this machine knows.

    deploy/systemd/syncd.service        one owner, a service of the system
    deploy/systemd/syncd@.service       several owners: syncd@ana.service
    deploy/systemd/user/syncd.service   a service of one's own

A shipped unit is copied as it is. What differs from machine to machine goes into a drop-in beside
it (systemd.unit(5)), so that an update can replace the one and a reader can tell both apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

DROP_IN: Final = "10-install.conf"
_HEAD: Final = """\
# Written by `syncd service install`, and anew by the next one. Changes of your own belong into
# another file of this folder: systemctl {user}edit {unit}
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """Which unit is meant: `name` is one of several owners, "" the only one."""

    user: bool = False
    name: str = ""

    @property
    def file(self) -> str:
        """The unit file's name: a template where there are several owners."""
        return "syncd@.service" if self.name else "syncd.service"

    @property
    def unit(self) -> str:
        """What `systemctl` calls it."""
        return f"syncd@{self.name}.service" if self.name else "syncd.service"

    @property
    def drop_in(self) -> str:
        return f"{self.unit}.d/{DROP_IN}"

    @property
    def config(self) -> Path:
        """The configuration that a service of the system reads unless it is told another."""
        return Path("/etc/syncd") / f"{self.name or 'syncd'}.yaml"

    @property
    def state(self) -> Path:
        """$STATE_DIRECTORY of a service of the system."""
        return Path("/var/lib") / (f"syncd-{self.name}" if self.name else "syncd")

    def shipped(self) -> str:
        """The unit file that comes with syncd."""
        name = f"user/{self.file}" if self.user else self.file
        inside = resources.files("syncd") / "units" / name
        if inside.is_file():
            return inside.read_text(encoding="utf-8")
        # In a working tree they are where a reader looks for them.
        beside = Path(__file__).resolve().parents[2] / "deploy" / "systemd" / name
        return beside.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Place:
    """What is this machine's own. All paths are absolute.

    `reads` and `writes` are the folders that the service has to see; `runs_as` is a user of this
    machine, "" for one that exists while the service runs. `missing` is what the configuration
    names and is not there; `credentials` are the names of what accounts sign in with.
    """

    config: Path
    runs_as: str = ""
    reads: Sequence[Path] = ()
    writes: Sequence[Path] = ()
    missing: Sequence[Path] = ()
    credentials: Sequence[str] = ()

    def drop_in(self, unit: Unit) -> str:
        """The text of the drop-in."""
        lines = ["[Service]", "ExecStart=", f"ExecStart={program()} run"]
        lines.append(f"Environment={quoted(f'SYNCD_CONFIG={self.config}')}")
        if self.runs_as:
            lines += ["# The folders are this user's; the walls stay.", f"User={self.runs_as}"]
        if self.reads:
            lines.append("# What the configuration names, and what it takes to run.")
            lines += [f"BindReadOnlyPaths={quoted(path)}" for path in self.reads]
        lines += [f"BindPaths={quoted(path)}" for path in self.writes]
        if self.credentials:
            whole = unit.unit.removesuffix(".service")
            lines.append(
                "# From /etc/credstore.encrypted (`systemd-creds encrypt`), where they are."
            )
            lines += [f"LoadCredentialEncrypted={one}:{whole}.{one}" for one in self.credentials]
        before: list[str] = []
        if self.reads or self.writes:
            # A home may be a disk of its own.
            paths = " ".join(quoted(path) for path in (*self.reads, *self.writes))
            before = ["[Unit]", f"RequiresMountsFor={paths}", ""]
        head = _HEAD.format(user="--user " if unit.user else "", unit=unit.unit)
        return head + "\n" + "\n".join([*before, *lines]) + "\n"


def program() -> str:
    """How this very syncd is started, as a unit writes it.

    By its interpreter, because the script beside it is a name that may move; -P: whatever lies in
    the working directory is not imported.
    """
    return f"{quoted(sys.executable)} -P -m syncd"


def homes_of_program() -> Iterable[Path]:
    """The folders that hold the interpreter, its libraries and syncd."""
    return {Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parents[2]}


def quoted(value: str | Path) -> str:
    """A value as one word of a unit file. Raises ValueError for one with a line break."""
    text = str(value)
    if not text.isprintable():
        raise ValueError(f"{text!r} cannot stand in a unit file: rename it")
    for mark, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%")):
        text = text.replace(mark, written)
    return f'"{text}"'
