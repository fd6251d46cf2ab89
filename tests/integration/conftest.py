"""The machine that tests of the service share; only those that ask for it pay for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from booted import Machine


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A booted machine with syncd, and a user who stays logged in."""
    import booted

    reason = booted.why_not() or booted.rootfs()
    if reason:
        pytest.skip(f"NOT TESTED under systemd: {reason}")
    folder = tmp_path_factory.mktemp("booted")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, booted.REPOSITORY)
    subprocess.run([sys.executable, *build], check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    (folder / "work").mkdir()
    found = booted.Machine.boot(folder / "work", wheel)
    try:
        found.run("useradd", "--create-home", "ana")
        found.run("loginctl", "enable-linger", "ana")
        yield found
    finally:
        found.stop()
