"""What keeps a hanging test from keeping the whole run: see `tests/conftest.py`."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
HANGS = """
import ctypes, os, subprocess, sys, pytest
from mortal import mortal

def test_before():
    assert True

@pytest.mark.seconds(1)
def test_that_hangs():
    child = os.fork()
    if not child:
        ctypes.PyDLL(None).pause()
    program = subprocess.Popen(mortal([sys.executable, "-c", "import signal; signal.pause()"]))
    print(child, program.pid, file=sys.__stderr__, flush=True)
    ctypes.PyDLL(None).pause()  # it keeps the interpreter: no thread of Python's does anything
"""


def test_a_hang_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """The process says where it hung and is over; so are its children, and programs it started."""
    path = tmp_path / "test_it.py"
    path.write_text(HANGS)
    command = ["-m", "pytest", "-q", "-s", "-n0", "-p", "conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *command, f"--rootdir={tmp_path}", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"},
    )
    assert done.returncode == 1, done.stdout
    assert "Timeout" in done.stderr
    assert "in test_that_hangs" in done.stderr
    started = next(line for line in done.stderr.splitlines() if line.replace(" ", "").isdigit())
    for number in map(int, started.split()):
        try:
            left = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        assert select.select([left], [], [], 30)[0], f"process {number} lives on"
        os.close(left)


def test_signals_are_as_they_were() -> None:
    """Whatever the tests before this one left: a program that ran here has handlers of its own."""
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
