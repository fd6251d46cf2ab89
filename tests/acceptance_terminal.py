"""A support module: `syncd` on a real terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from acceptance_world import NOW
from mortal import mortal, within

SYNCD = str(Path(sys.executable).with_name("syncd"))


class Terminal:
    """`syncd init`, or another command, on a real terminal, which is nobody's controlling one.
    `program` is what starts syncd."""

    def __init__(
        self,
        *words: str,
        command: str = "init",
        program: Sequence[str] = (SYNCD,),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.end, inside = pty.openpty()
        self.process = subprocess.Popen(
            mortal([*program, "--now", NOW, command, *words]),
            stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200", **(environment or {})},
        )  # fmt: skip
        os.close(inside)
        self.seen = ""
        self.read = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(30)
        os.close(self.end)

    def until(self, text: str) -> None:
        """Wait until `text` is printed, behind what was waited for before."""
        until = time.monotonic() + 60
        while text not in self.seen[self.read :]:
            ready, _, _ = select.select([self.end], [], [], max(0, until - time.monotonic()))
            assert ready, f"waited for {text!r} in vain after: {self.seen}"
            assert self._more(), f"ended before {text!r}: {self.seen}"
        self.read = self.seen.index(text, self.read) + len(text)

    def say(self, text: str) -> None:
        """Type a line."""
        os.write(self.end, (text + "\n").encode())

    def answer(self, question: str, text: str = "") -> None:
        """Wait for a question and type a line."""
        self.until(question)
        self.until(": ")
        self.say(text)

    def interrupt(self) -> None:
        """Ctrl-C while it waits for an answer: one that comes between its question and its reading
        is noticed when something is typed."""
        until = time.monotonic() + 60
        stat = Path(f"/proc/{self.process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < until, f"it does not wait: {self.seen}"
        self.process.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """The rest is read; the exit code."""
        with within(120, self.process):
            while self._more():
                pass
        return self.process.wait(30)

    def _more(self) -> bool:
        try:
            new = os.read(self.end, 4096)
        except OSError:  # the other end is closed
            return False
        self.seen += new.decode().replace("\r\n", "\n")
        return bool(new)
