"""A machine with a real systemd: a small Debian in namespaces (tests/boot.sh), with syncd in it.

It takes root, and the right to make namespaces; it costs 25 s and 250 MB once, for the system in
.cache, and two seconds a boot. Nothing of this machine is seen or changed in there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

REPOSITORY = Path(__file__).resolve().parent.parent
ROOTFS = REPOSITORY / ".cache" / "bookworm"
# Its Python must be the one whose packages we have.
PYTHON = (3, 11)
_PACKAGES = "systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,python3,tzdata"
_SCOPES = ("--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup")
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
SYNCD = "/opt/syncd/bin/syncd"


def why_not() -> str:
    """Why no machine can be booted here; "" when one can."""
    if os.geteuid() != 0:
        return "booting a systemd takes root"
    for program in ("unshare", "nsenter", "setpriv", "pivot_root"):
        if shutil.which(program) is None:
            return f"there is no {program} here: apt install util-linux"
    if sys.version_info[:2] != PYTHON:
        return f"Debian 12 has Python 3.11, and this is {sys.version.split()[0]}"
    allowed = _run("unshare", *_SCOPES, "--fork", "mount", "-t", "cgroup2", "none", "/mnt")
    if allowed.returncode:
        return f"namespaces may not be made here: {allowed.stderr.strip()}"
    if not ROOTFS.is_dir() and shutil.which("mmdebstrap") is None:
        return "there is no mmdebstrap here to make the system with: apt install mmdebstrap"
    return ""


def rootfs() -> str:
    """Make the system unless it is there; why it could not be made, else ""."""
    if ROOTFS.is_dir():
        return ""
    fresh = ROOTFS.with_name("bookworm.new")
    shutil.rmtree(fresh, ignore_errors=True)
    ROOTFS.parent.mkdir(exist_ok=True)
    options = ("--variant=apt", "--dpkgopt=force-unsafe-io", f"--include={_PACKAGES}")
    made = _run("mmdebstrap", *options, "bookworm", str(fresh), seconds=600)
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        last = made.stderr.strip().splitlines()[-3:]
        return f"mmdebstrap could not make the system: {' / '.join(last)}"
    fresh.rename(ROOTFS)
    return ""


class Failed(AssertionError):
    """A command in the machine did not end well, or something did not come true in time."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A booted machine. `leader` is the process id, out here, of its process 1."""

    leader: int
    top: subprocess.Popen[bytes]
    work: Path

    @classmethod
    def boot(cls, work: Path, wheel: Path) -> Machine:
        """Boot it and install the wheel as /opt/syncd; `work` is an empty folder."""
        # The kernel ends it when this process ends, however that happens.
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "sh"]
        script = [REPOSITORY / "tests" / "boot.sh", ROOTFS, work, sysconfig.get_path("purelib")]
        with (work.parent / "console").open("wb") as console:
            top = subprocess.Popen(
                [*command, *map(str, script)], stdin=subprocess.DEVNULL, stdout=console,
                stderr=console,
            )  # fmt: skip

        def leader() -> int:
            if top.poll() is not None:
                raise Failed(f"it did not boot: {(work.parent / 'console').read_text()}")
            return _systemd_below(top.pid)

        try:
            machine = cls(until(leader, "process 1"), top, work)
        except BaseException:
            top.kill()
            top.wait(60)
            raise
        try:
            machine.until("systemctl", "is-system-running")
            machine._install(wheel)
        except BaseException:
            machine.stop()
            raise
        return machine

    def _install(self, wheel: Path) -> None:
        shutil.copy(wheel, self.path("/opt") / wheel.name)
        self.run("python3", "-m", "venv", "--without-pip", "/opt/syncd")
        python, packages = "/opt/syncd/bin/python", "/opt/syncd/lib/python3.11/site-packages"
        pip = ("env", "PYTHONPATH=/opt/dependencies", python, "-m", "pip", "install", "--quiet")
        quiet = ("--root-user-action=ignore", "--disable-pip-version-check")
        self.run(*pip, *quiet, "--no-deps", "--no-index", f"/opt/{wheel.name}")
        # Path files in there are not followed, so the working tree stays out of reach.
        self.write(f"{packages}/dependencies.pth", "/opt/dependencies\n")

    def run(self, *command: str, user: str = "", good: bool = True, seconds: float = 60) -> str:
        """Run a program in there, as root or as a `user` with a session of their own, and return
        its output; it has to exit 0 unless `good` is False."""
        if user:
            number = self.run("id", "-u", user).strip()
            home = f"HOME=/home/{user}"
            session = (f"XDG_RUNTIME_DIR=/run/user/{number}", home, "PATH=/usr/bin:/bin")
            clean = ("runuser", "-u", user, "--", "env", "-i", "-C", f"/home/{user}")
            command = (*clean, *session, *command)
        inside = ("-m", "-p", "-u", "-i", "-n", "-C", "-r", "-w")
        done = _run(
            "nsenter", "-t", str(self.leader), *inside, *command,
            seconds=seconds, environment=_ENVIRONMENT,
        )  # fmt: skip
        if good and done.returncode:
            raise Failed(
                f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}"
            )
        return done.stdout + done.stderr

    def until(self, *command: str, user: str = "", seconds: float = 30) -> None:
        """Wait until a program in there exits 0."""

        def succeeds() -> bool:
            try:
                self.run(*command, user=user)
            except Failed:
                return False
            return True

        until(succeeds, " ".join(command), seconds)

    def path(self, inside: str) -> Path:
        """A path in there, as it is called out here. Links that are absolute lead astray."""
        return Path(f"/proc/{self.leader}/root{inside}")

    def write(self, inside: str, text: str, mode: int = 0o644) -> None:
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def stop(self) -> None:
        """End it, and leave nothing behind."""
        # It takes no notice of SIGTERM. With it goes every process in there, and every mount.
        os.kill(self.leader, signal.SIGKILL)
        self.top.wait(timeout=30)
        group = (self.work / "group").read_text().strip()
        tidy = 'mount -t cgroup2 none "$1" && find "$2" -depth -type d -exec rmdir {} +'
        sweep = ("unshare", "--mount", "sh", "-c", tidy, "sh", str(self.work / "groups"), group)
        until(lambda: _run(*sweep).returncode == 0, "an empty control group")


def _systemd_below(parent: int) -> int:
    """The child that is a systemd; 0 while there is none."""
    with contextlib.suppress(OSError):  # a child may be gone before it is looked at
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
    return 0


def until(condition: Callable[[], Result], what: str, seconds: float = 30) -> Result:
    """Wait until a condition holds, and return what it said. Raises `Failed` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return result


def _run(
    *command: str, seconds: float = 60, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        env=environment,
    )
