"""From a mail file to the task file that it calls for: `python latency.py FOLDER [MAILS]`.

A real `syncd run` on a real Maildir and a real folder of tasks, beside a peer that does nothing but
echo: it waits with inotify, reads the mail and writes a file that says so. Both get their mails in
turn, so that a slow hour of the machine slows both. Each of our mails asks the owner something, and
comes from somebody else with whom they have written before.
"""

from __future__ import annotations

import os
import select
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from daemon import running
from inotify_simple import INotify, flags

OWNER = "ana@example.org"
_SOON = 20.0  # seconds; a task that takes longer is not coming
_WARM = 10  # mails that are not counted
CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts: [{name: home, kind: local, mail: [Maildir], tasks: tasks}]
rules: [rules.yaml]
limits: {open: 10000}
state: sqlite:///syncd.db
"""
RULES = """\
version: 1
rules:
  - id: answer
    since: asked_me
    until: [resolved]
    due: 9d
    urgent: true
    task: {title: "Answer {{ first_name }}", notes: "{{ evidence }}"}
"""


def measure(folder: Path, mails: int) -> None:
    home, echoed = folder / "home", folder / "echo"
    people = mails + _WARM
    prepare(home, people)
    for name in ("new", "tmp", "out"):
        (echoed / name).mkdir(parents=True)
    with running(home / "syncd.yaml") as daemon, echo(echoed):
        daemon.rest()
        ours, theirs = Post(home / "Maildir", home / "tasks"), Post(echoed, echoed / "out")
        took: list[tuple[float, float]] = []
        cpu = 0
        for number in range(people):
            mail = letter(number, datetime.now(UTC), f"new{number}", "Could you send me the plan?")
            reply = theirs.answered(number, mail)
            before = daemon.busy()
            took.append((ours.answered(number, mail), reply))
            cpu += (daemon.busy() - before) if number >= _WARM else 0
            daemon.rest(0.05)
    assert len(list((home / "tasks").glob("*.ics"))) == people
    show(took[_WARM:], cpu / mails / 1e6)


def show(took: list[tuple[float, float]], cpu: float) -> None:
    ours, theirs = (sorted(one * 1e3 for one in each) for each in zip(*took, strict=True))
    high = int(len(took) * 0.99) - 1
    for label, each in (("bare inotify echo", theirs), ("mail file to task file", ours)):
        middle = statistics.median(each)
        print(f"  {label:<36} p50 {middle:7.2f} ms  p99 {each[high]:7.2f} ms", flush=True)
    print(
        f"  {'':<36} p50 {statistics.median(ours) / statistics.median(theirs):7.1f} x   "
        f"p99 {ours[high] / theirs[high]:7.1f} x the echo (goal: 10 x); "
        f"CPU until the task is there {cpu:.1f} ms",
        flush=True,
    )


class Post:
    """Delivers mails to a folder as servers do, and waits for what is written in another."""

    def __init__(self, box: Path, out: Path) -> None:
        self._box = box
        self._out = INotify()
        out.mkdir(exist_ok=True)
        self._out.add_watch(out, flags.CREATE | flags.MOVED_TO)

    def answered(self, number: int, mail: bytes) -> float:
        """Seconds from the rename that delivers it to the file that answers it."""
        temporary = self._box / "tmp" / f"new{number}.host"
        temporary.write_bytes(mail)
        self._out.read(timeout=0)
        started = perf_counter()
        temporary.rename(self._box / "new" / temporary.name)
        while True:
            ready, _, _ = select.select([self._out], [], [], _SOON)
            ended = perf_counter()
            if not ready:
                sys.exit(f"no answer to mail {number} in {self._box} within {_SOON:.0f} s")
            if any(event.name[0] != "." for event in self._out.read(timeout=0)):
                return ended - started


def prepare(home: Path, people: int) -> None:
    """An owner who has written with everybody before."""
    for name in ("cur", "new", "tmp"):
        (home / "Maildir" / name).mkdir(parents=True)
    (home / "syncd.yaml").write_text(CONFIG)
    (home / "rules.yaml").write_text(RULES)
    now = datetime.now(UTC)
    for number in range(people):
        at = now - timedelta(days=10, minutes=61 * number)
        for name, mail in (
            (f"a{number}", letter(number, at, f"a{number}", "Hello", sent=True)),
            (f"b{number}", letter(number, at + timedelta(minutes=5), f"b{number}", "Thanks")),
        ):
            (home / "Maildir" / "cur" / f"{name}.host:2,S").write_bytes(mail)


def letter(number: int, at: datetime, name: str, text: str, *, sent: bool = False) -> bytes:
    """A mail between the owner and somebody."""
    who = f"Person{number} Example <person{number}@place{number}.example.com>"
    author, to = (OWNER, who) if sent else (who, OWNER)
    return (
        f"From: {author}\r\nTo: {to}\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"Message-ID: <{name}@example.com>\r\nSubject: Plan {name}\r\n\r\n{text}\r\n"
    ).encode()


@contextmanager
def echo(folder: Path) -> Iterator[None]:
    """The peer, in a process of its own."""
    process = subprocess.Popen([sys.executable, __file__, "echo", str(folder)])
    try:
        while not (folder / "ready").exists():
            select.select([], [], [], 0.01)
        yield
    finally:
        process.kill()
        process.wait()


def echoing(folder: Path) -> None:
    """Read each mail that arrives, write a file for it."""
    with INotify() as inotify:
        inotify.add_watch(folder / "new", flags.MOVED_TO)
        (folder / "ready").touch()
        while True:
            for event in inotify.read():
                data = (folder / "new" / event.name).read_bytes()
                temporary = folder / "tmp" / f"{event.name}.out"
                temporary.write_bytes(b"BEGIN:VTODO\r\n" + data[:80] + b"END:VTODO\r\n")
                os.replace(temporary, folder / "out" / event.name)  # noqa: PTH105  # bare


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        echoing(Path(sys.argv[2]))
    else:
        measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
