"""What an idle daemon costs: `python idle.py FOLDER PEOPLE [SECONDS]`.

A crowd that was judged a moment ago, twenty rules, an empty Maildir, calendar and task list that
nobody touches: how long it takes to be ready, what it did until it rested, and then, over the
seconds asked for, processor time, wake-ups of all its threads together, and memory.
"""

from __future__ import annotations

import select
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import crowd
from daemon import running

crowd.END = datetime.now(UTC).replace(microsecond=0)  # before whoever builds with it is imported

import crowd_state  # noqa: E402

CONFIG = f"""\
owner: {{name: Ana Silva, addresses: [{crowd.OWNER.addr}], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, mail: [Maildir], calendar: [calendars], contacts: [contacts], \
tasks: tasks}}
rules: [{crowd_state.HERE / "twenty.yaml"}]
state: sqlite:///syncd.db
mode: preview
"""


def build(folder: Path, people: int) -> Path:
    """A state of so many people; returns its configuration."""
    folder.mkdir(parents=True)
    shop, _ = crowd_state.build(folder, people)
    shop.database.close()
    for name in ("Maildir/cur", "Maildir/new", "Maildir/tmp", "calendars", "contacts", "tasks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    config = folder / "syncd.yaml"
    config.write_text(CONFIG)
    return config


def measure(config: Path, people: int, seconds: float) -> None:
    with running(config) as daemon:  # takes in what was not there when the state was built
        rested, cpu, resident = daemon.rest(5), daemon.busy(), daemon.resident()
        print(
            f"  {people:>9,} people: the first start rests after {daemon.start + rested:.1f} s "
            f"({cpu / 1e9:.2f} s CPU, {resident:.0f} MB)",
            flush=True,
        )
    with running(config) as daemon:
        ready = daemon.busy()
        rested = daemon.rest(5)
        began, cpu, wakes = perf_counter(), daemon.busy(), daemon.wakes()
        while (left := began + seconds - perf_counter()) > 0:
            select.select([], [], [], left)
        minutes = (perf_counter() - began) / 60
        used, woken = (daemon.busy() - cpu) / 1e6 / minutes, (daemon.wakes() - wakes) / minutes
        print(
            f"  {'':>9}   ready in {daemon.start:.2f} s ({ready / 1e9:.2f} s CPU; goal: "
            f"0.5 s), at rest after {rested:.1f} s ({cpu / 1e9:.2f} s CPU)\n"
            f"  {'':>9}   idle {seconds:.0f} s: {used:.2f} ms CPU a minute (goal: 1 ms), "
            f"{woken:.1f} wake-ups a minute (goal: 2), {daemon.resident():.0f} MB (goal: 70 MB), "
            f"{daemon.threads()} threads",
            flush=True,
        )


if __name__ == "__main__":
    measure(
        build(Path(sys.argv[1]), int(sys.argv[2])),
        int(sys.argv[2]),
        float(sys.argv[3]) if len(sys.argv) > 3 else 60.0,
    )
