"""The service manager, asked through its own programs."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syncd.cli.service_folders import Refused
from syncd.cli.service_units import DROP_IN, Unit

# sd_booted(3) looks for this folder as well.
_BOOTED: Final = Path("/run/systemd/system")
_EXPOSURE: Final = re.compile(r"Overall exposure level for .*: ([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Manager:
    """The system's manager, or with `user` one's own. With a `root` only files are touched."""

    user: bool = False
    root: Path | None = None

    @property
    def folder(self) -> Path:
        """Where an administrator's units lie, or one's own."""
        if self.user:
            home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
            return Path(home) / "systemd" / "user"
        return (self.root or Path("/")) / "etc" / "systemd" / "system"

    @property
    def runs(self) -> bool:
        """Whether services can be started."""
        return self.root is None

    def check(self) -> None:
        """Raises `Refused` where it is not there, or may not be told anything."""
        if not self.runs:
            return
        if not _BOOTED.is_dir():
            raise Refused(
                "this machine does not run systemd: have whatever starts services here start "
                "`syncd run`, or write into a tree that will, with --root"
            )
        if not self.user and os.geteuid() != 0:
            raise Refused(
                "a service of the system takes root: use sudo, or install one of your own with "
                "--user"
            )
        if self.user:
            self.control("show-environment")  # whoever came by su or sudo has no manager

    def control(self, *arguments: str, quiet: bool = False) -> str:
        """Run `systemctl`. Raises `Refused` when it fails, unless `quiet`."""
        scope = ["--user"] if self.user else [f"--root={self.root}"] if self.root else []
        done = _run("systemctl", *scope, *arguments)
        if done.returncode and not quiet:
            words = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise Refused(f"systemctl {' '.join([*scope, *arguments])}: {words}")
        return done.stdout.strip()

    def said(self, unit: Unit, lines: int = 5) -> str:
        """The last lines of a unit in the journal."""
        scope = "--user-unit" if self.user else "--unit"
        return _run(
            "journalctl", f"{scope}={unit.unit}", "--no-pager", "--output=cat", f"--lines={lines}"
        ).stdout.strip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What systemd-analyze says of a unit: what it does not understand, and how open it is (0 to
    10, lower is better)."""

    problems: Sequence[str]
    exposure: float | None


def judged(unit: Unit, text: str, drop_ins: dict[str, str]) -> Verdict:
    """Have a unit judged, whether it is installed or not. Raises `Refused` where systemd-analyze is
    not there."""
    with tempfile.TemporaryDirectory(prefix="syncd-") as scratch:
        folder = Path(scratch)
        path = folder / unit.unit
        path.write_text(text, encoding="utf-8")
        (folder / f"{unit.unit}.d").mkdir()
        for name, content in drop_ins.items():
            (folder / f"{unit.unit}.d" / name).write_text(content, encoding="utf-8")
        scope = "--user" if unit.user else "--system"
        # One's own manager is looked for there, and nobody who is not logged in has one.
        runtime = {"XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR") or scratch}
        found = _run(
            "systemd-analyze", scope, "--recursive-errors=no", "verify", str(path), **runtime
        )
        problems = [line for line in found.stderr.splitlines() if line.strip()]
        if found.returncode and not problems:
            problems = [f"systemd-analyze verify ended with {found.returncode}"]
        command = ("security", "--offline=true", "--no-pager", str(path))
        exposure = _EXPOSURE.search(_run("systemd-analyze", scope, *command, **runtime).stdout)
    return Verdict(problems, float(exposure[1]) if exposure else None)


def installed(manager: Manager, unit: Unit) -> tuple[str, dict[str, str]] | None:
    """An installed unit and its drop-ins; None where there is none."""
    path = manager.folder / unit.file
    folder = manager.folder / f"{unit.unit}.d"
    if not path.is_file() or not (folder / DROP_IN).is_file():
        return None
    drop_ins = {one.name: one.read_text(encoding="utf-8") for one in sorted(folder.glob("*.conf"))}
    return path.read_text(encoding="utf-8"), drop_ins


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0", **environment},
        )
    except FileNotFoundError:
        raise Refused(f"{command[0]} is not installed: this takes systemd") from None
