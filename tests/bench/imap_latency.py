"""From a mail on a server to the task file it calls for: `python imap_latency.py FOLDER [MAILS]`.

A real `syncd run` in IDLE on a Dovecot of this machine. The clock starts when the server tells that
something is there (EXISTS): Dovecot itself waits half a second with that, for others to come. Each
mail asks the owner something, and comes from somebody else with whom they have written before.
"""

from __future__ import annotations

import select
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty
from time import perf_counter

from daemon import running
from imap import MANY, configured, own
from inotify_simple import INotify, flags
from latency import RULES, letter, prepare
from relay import Relay
from servers import dovecot

_SOON = 30.0  # seconds; a task that takes longer is not coming
_WARM = 5  # mails that are not counted


def measure(folder: Path, mails: int) -> None:
    people = mails + _WARM
    with dovecot.running() as server, Relay(server.port, word=b" EXISTS") as relay:
        box = server.folder / "mail" / MANY
        prepare(folder / "before", people)
        (folder / "before" / "Maildir").rename(box)
        own(server, box)
        config = configured(folder / "home", relay.port, MANY)
        settings = config.read_text().replace("[real-networking, open-loops]", "[rules.yaml]")
        config.write_text(settings + "limits: {open: 10000}\n")
        (config.parent / "rules.yaml").write_text(RULES)
        tasks = config.parent / "tasks"
        tasks.mkdir()
        with running(config) as daemon, INotify() as out, server.client(MANY).imap as writer:
            out.add_watch(tasks, flags.CREATE | flags.MOVED_TO)
            daemon.rest()
            took: list[float] = []
            cpu = 0
            for number in range(people):
                out.read(timeout=0)
                while not relay.heard.empty():
                    relay.heard.get()
                before = daemon.busy()
                text = "Could you send me the plan?"
                mail = letter(number, datetime.now(UTC), f"new{number}", text)
                writer.append("INBOX", "", "", mail)
                took.append(_answered(out, relay))
                cpu += (daemon.busy() - before) if number >= _WARM else 0
                daemon.rest(0.05)
    show(sorted(took[_WARM:]), cpu / mails / 1e6)


def _answered(out: INotify, relay: Relay) -> float:
    """Seconds from when the server told of a mail until its task was there."""
    deadline = perf_counter() + _SOON
    while perf_counter() < deadline:
        ready, _, _ = select.select([out], [], [], _SOON)
        ended = perf_counter()
        if ready and any(event.name[0] != "." for event in out.read(timeout=0)):
            try:
                return ended - relay.heard.get_nowait()
            except Empty:
                sys.exit("a task came before the server told of its mail")
    sys.exit(f"no answer to a mail within {_SOON:.0f} s")


def show(took: list[float], cpu: float) -> None:
    high = took[int(len(took) * 0.99) - 1] * 1e3
    print(
        f"  {'EXISTS to task file':<36} p50 {statistics.median(took) * 1e3:7.2f} ms  "
        f"p99 {high:7.2f} ms  CPU until the task is there {cpu:.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    if lacking := dovecot.why_not():
        print(f"  !! SKIPPED: {lacking}")
    else:
        measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100)
