"""What a command of the owner's prints: a password, or a token.

No shell runs it; it sees nothing of ours that is secret, and has thirty seconds. What it complains
of may name a password, and what we say is stored: it is looked through for words that are known.
"""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Final

SECONDS: Final = 30.0
_MOST: Final = 64 * 1024  # bytes of its output; nobody signs in with more
_LOOK: Final = (
    0.05  # seconds between two looks whether it has ended, while something holds its pipe
)
# Ours, or our manager's: they name secrets, or hold one.
_PRIVATE: Final = re.compile(r"SYNCD_.*|CREDENTIALS_DIRECTORY|NOTIFY_SOCKET|LISTEN_.*|PG[A-Z]+")
# What keeps the usual password managers from telling.
_MANAGERS: Final = (
    "decryption failed",
    "no secret key",
    "not in the password store",
    "cannot autolaunch D-Bus",
    "no pinentry",
    "is locked",
    "not logged in",
    "not found",
)


class NotPrinted(Exception):
    """It printed nothing that can be used; the message says why, and shows no secret."""


class NoCommand(NotPrinted):
    """There is nothing to start: that does not mend itself."""


def printed(command: Sequence[str], folder: Path, seconds: float = SECONDS) -> str:
    """The first line that a command prints, without its end. `folder` is where it runs. Raises
    `NotPrinted`."""
    words = [os.path.expanduser(one) if one.startswith("~/") else one for one in command]  # noqa: PTH111
    program = Path(words[0]).name
    try:
        process = subprocess.Popen(  # the owner's own
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_without_secrets(os.environ),
            start_new_session=True,  # what it waits for ends with it; an agent it leaves may stay
        )
    except FileNotFoundError:
        raise NoCommand(f"there is no command {program!r}") from None
    except PermissionError as error:
        raise NoCommand(f"{program!r} cannot be started ({error.strerror})") from error
    except OSError as error:
        raise NotPrinted(f"{program!r} cannot be started ({error.strerror})") from error
    try:
        out, complaint = _heard(process, monotonic() + seconds)
    except TimeoutError:
        raise NotPrinted(f"{program!r} was not done after {seconds:.0f} seconds") from None
    finally:
        _end(process)
    if process.returncode:
        raise NotPrinted(f"{program!r} {_ended(process.returncode)}{_told(complaint)}")
    try:
        line = out.partition(b"\n")[0].rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        raise NotPrinted(f"what {program!r} printed is no text (UTF-8)") from None
    if not line:
        raise NotPrinted(f"{program!r} printed nothing{_told(complaint)}")
    return line


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if not _PRIVATE.fullmatch(key)}


def _heard(process: subprocess.Popen[bytes], end: float) -> tuple[bytes, bytes]:
    """All that it printed, and complained of, until it ended. Raises `TimeoutError`."""
    assert process.stdout is not None
    assert process.stderr is not None
    heard = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    still = list(heard)
    out, complaint = heard.values()
    while True:
        # What it started may live on and hold the pipe: its own end is what counts.
        ended = process.poll() is not None
        ready = select.select(still, [], [], 0 if ended else _LOOK)[0] if still else []
        for one in ready:
            data = os.read(one, _MOST)
            room = _MOST - len(heard[one])
            heard[one] += data[:room]
            if not data:
                still.remove(one)
        if ended and not ready:
            return bytes(out), bytes(complaint)
        if monotonic() >= end:
            raise TimeoutError
        if not still:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - monotonic()))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Whatever of it is still there."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _ended(code: int) -> str:
    return f"ended with {code}" if code > 0 else f"was killed ({signal.Signals(-code).name})"


def _told(complaint: bytes) -> str:
    """What the system or a password manager says of such a failure, as ` (No such file or
    directory)`: of its complaint nothing but these words, whatever else stands beside them."""
    for line in reversed(complaint.decode("utf-8", "replace").lower().splitlines()):
        if found := [words for words in _known() if words.lower() in line]:
            return f" ({max(found, key=len)})"
    return ": run it yourself to see what it complains of" if complaint.strip() else ""


@cache
def _known() -> tuple[str, ...]:
    return (*map(os.strerror, sorted(errno.errorcode)), *_MANAGERS)
