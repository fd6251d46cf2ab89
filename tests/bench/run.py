"""`make bench`: back-fill against the standard library on the same files, one new mail, memory.

    python tests/bench/run.py [MESSAGES]     5,000 by default

Machines are noisy: look at the ratios, which come from one run, not at the seconds.
"""

from __future__ import annotations

import mailbox
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mailbox_of import END, one_more, write

CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - {name: home, kind: local, mail: [Maildir], tasks: tasks}
rules: [real-networking, open-loops]
state: sqlite:///syncd.db
"""
NEW = 30


def stdlib(folder: Path) -> None:
    """Parse every message with `mailbox.Maildir`, and look at the headers one would need."""
    for message in mailbox.Maildir(folder / "Maildir", create=False):
        for name in ("From", "To", "Cc", "Date", "Message-ID", "In-Reply-To", "Subject"):
            message.get(name)


def headers_only(folder: Path) -> None:
    """Our first pass: every header read, stored and indexed."""
    from syncd import pipeline, wiring

    assembly = wiring.assemble(folder / "syncd.yaml")
    database = wiring.open_state(assembly)
    shop = wiring.open_workshop(assembly, database)
    pipeline.observe(shop, END, pipeline.Report(), pipeline.Silent())
    database.close()


def everything(folder: Path) -> None:
    """The whole of `once`: headers, people, the texts that matter, rules, tasks."""
    from syncd import wiring
    from syncd.pipeline import once

    assembly = wiring.assemble(folder / "syncd.yaml")
    database = wiring.open_state(assembly)
    once(wiring.open_workshop(assembly, database), END)
    database.close()


def one_at_a_time(folder: Path) -> None:
    """`once` after each of a few new mails, in one process; prints the median."""
    from syncd import wiring
    from syncd.pipeline import once

    assembly = wiring.assemble(folder / "syncd.yaml")
    database = wiring.open_state(assembly)
    shop = wiring.open_workshop(assembly, database)
    idle, busy = [], []
    for number in range(NEW):
        started = time.perf_counter()
        once(shop, END)
        idle.append(time.perf_counter() - started)
        one_more(folder, number)
        started = time.perf_counter()
        once(shop, END)
        busy.append(time.perf_counter() - started)
    database.close()
    print(
        f"  one new mail: {statistics.median(busy) * 1000:.1f} ms for the whole of `once`; "
        f"{statistics.median(idle) * 1000:.1f} ms of that when nothing is new "
        f"(medians of {NEW})"
    )


def _child(work: Callable[[Path], None], folder: Path, pipe: Connection) -> None:
    started = time.perf_counter()
    work(folder)
    took = time.perf_counter() - started
    pipe.send((took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measured(work: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """(seconds, peak MB) of `work` in a fresh process."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_child, args=(work, folder, there))
    process.start()
    there.close()
    took, peak = here.recv()
    process.join()
    return float(took), float(peak)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, count)
        (folder / "syncd.yaml").write_text(CONFIG)
        print(f"{count:,} messages in a Maildir, each line in a fresh process:")
        base, peak = measured(stdlib, folder)
        print(f"  stdlib mailbox.Maildir, parse only: {count / base:9,.0f} /s  {peak:5.0f} MB")
        for label, work in (
            ("syncd, headers into the state", headers_only),
            ("syncd once, everything", everything),
        ):
            for left in folder.glob("syncd.db*"):
                left.unlink()
            took, peak = measured(work, folder)
            print(
                f"  {label:<34}: {count / took:9,.0f} /s  {peak:5.0f} MB  "
                f"{base / took:.2f} x stdlib"
            )
        took, peak = measured(everything, folder)
        print(f"  syncd once again, nothing new     : {took:9.2f} s  {peak:5.0f} MB")
        measured(one_at_a_time, folder)


if __name__ == "__main__":
    main()
