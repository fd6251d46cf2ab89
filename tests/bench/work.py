"""One thing to measure, in a process of its own: `python work.py NAME PATH`."""

from __future__ import annotations

import mailbox
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mailbox_of import END, one_more

_WANTED = ("From", "To", "Cc", "Date", "Message-ID", "In-Reply-To", "Subject")
_NEW = 30


def stdlib_maildir(path: Path) -> None:
    """Parse every message with the standard library, and look at the headers one would need."""
    _look(mailbox.Maildir(path, create=False))


def stdlib_mbox(path: Path) -> None:
    """The same for an mbox."""
    _look(mailbox.mbox(path, create=False))


def _look(box: mailbox.Maildir | mailbox.mbox) -> None:
    for message in box:
        for name in _WANTED:
            message.get(name)


def icalendar_parse(path: Path) -> None:
    """Parse every calendar of a folder, and do nothing with it."""
    from icalendar import Calendar

    for file in path.iterdir():
        Calendar.from_ical(file.read_bytes())


def observe(config: Path) -> None:
    """Our first pass: everything read, stored and indexed."""
    from syncd import pipeline, wiring
    from syncd.pipeline.report import Report, Silent

    assembly = wiring.assemble(config)
    database = wiring.open_state(assembly)
    report = Report()
    pipeline.observe(wiring.open_workshop(assembly, database), END, report, Silent())
    database.close()
    if report.failed:
        sys.exit(f"syncd: {[outcome.error for outcome in report.outcomes if outcome.error]}")


def one_at_a_time(config: Path) -> None:
    """`once` after each of a few new mails, in one process; prints the medians."""
    from syncd import wiring
    from syncd.pipeline import once

    assembly = wiring.assemble(config)
    database = wiring.open_state(assembly)
    shop = wiring.open_workshop(assembly, database)
    idle, busy = [], []
    for number in range(_NEW):
        started = time.perf_counter()
        once(shop, END)
        idle.append(time.perf_counter() - started)
        one_more(config.parent / "Maildir", number)
        started = time.perf_counter()
        once(shop, END)
        busy.append(time.perf_counter() - started)
    database.close()
    print(
        f"  one new mail: {statistics.median(busy) * 1000:.1f} ms for the whole of `once`; "
        f"{statistics.median(idle) * 1000:.1f} ms of that when nothing is new "
        f"(medians of {_NEW})"
    )


WORKS: dict[str, Callable[[Path], None]] = {
    work.__name__: work
    for work in (stdlib_maildir, stdlib_mbox, icalendar_parse, observe, one_at_a_time)
}

if __name__ == "__main__":
    WORKS[sys.argv[1]](Path(sys.argv[2]))
