"""`once` is killed at every commit and at every write of a file: nothing is lost, nothing doubled.

The runs that are to be killed happen in a child process, which really dies (`os._exit`, no
clean-up, no rollback by us); another process then runs `once` again, as an owner would.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from syncd import wiring
from syncd.pipeline import once
from syncd.pipeline.decide import Decider
from syncd.views.explain import explain_all
from syncd.views.people import people_list
from syncd.views.tasks import tasks_list

NOW = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
DEAD = 137

CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - {name: home, kind: local, mail: [Maildir], calendar: [calendars], tasks: tasks}
rules: [real-networking, open-loops]
state: sqlite:///syncd.db
"""

EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//test//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260301T090000Z
DTSTART:{start}
DTEND:{end}
SUMMARY:Coffee
LOCATION:Café Aurora
ORGANIZER;CN=Ana Silva:mailto:ana@example.org
ATTENDEE;CN=Ana Silva;PARTSTAT=ACCEPTED:mailto:ana@example.org
ATTENDEE;CN={name};PARTSTAT=ACCEPTED:mailto:{addr}
END:VEVENT
END:VCALENDAR
"""


def put_mail(folder: Path, number: int, sender: str, to: str, body: str, answers: str = "") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, f"About {number}"
    message["Date"] = f"{3 + number // 5} Mar 2026 {9 + number % 10:02}:00:00 +0000"
    message["Message-ID"] = f"<m{number}@example.org>"
    if answers:
        message["In-Reply-To"] = answers
    message.set_content(body)
    (folder / "Maildir" / "new" / f"{number}.host").write_bytes(message.as_bytes())


def a_small_world(folder: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (folder / "Maildir" / name).mkdir(parents=True)
    (folder / "calendars").mkdir()
    (folder / "syncd.yaml").write_text(CONFIG)
    put_mail(folder, 1, "ben@harbour.example.com", "ana@example.org", "Could you send the plan?")
    put_mail(folder, 2, "ana@example.org", "cleo@mill.example.com", "I will send it on Friday.")
    put_mail(folder, 3, "ana@example.org", "ben@harbour.example.com", "Hello Ben")
    put_mail(folder, 4, "news@shop.example.net", "ana@example.org", "Buy!")
    for n, (name, addr) in enumerate(
        (("Ben Archer", "ben@harbour.example.com"), ("Cleo Marsh", "cleo@mill.example.com"))
    ):
        (folder / "calendars" / f"{n}.ics").write_text(
            EVENT.format(
                uid=f"c{n}",
                start=f"20260304T1{n}0000Z",
                end=f"20260304T1{n}3000Z",
                name=name,
                addr=addr,
            ).replace("\n", "\r\n")
        )


def something_happens(folder: Path) -> None:
    """The second run has something of everything to do: close a task, write another, update."""
    put_mail(folder, 5, "ana@example.org", "ben@harbour.example.com", "Thank you, Ben!")
    for path in sorted((folder / "tasks").glob("*.ics")):
        if b"Cleo" in path.read_bytes():
            text = path.read_bytes().replace(b"STATUS:NEEDS-ACTION", b"STATUS:COMPLETED")
            path.write_bytes(text)
            break


def run(folder: Path, now: datetime) -> None:
    assembly = wiring.assemble(folder / "syncd.yaml")
    database = wiring.open_state(assembly)
    try:
        report = once(wiring.open_workshop(assembly, database), now)
    finally:
        database.close()
    assert not report.failed


def shown(folder: Path, now: datetime) -> dict[str, Any]:
    """Everything syncd says, and what the task folder really holds."""
    assembly = wiring.assemble(folder / "syncd.yaml")
    database = wiring.open_state(assembly)
    shop = wiring.open_workshop(assembly, database, writing=False)
    with database.read() as connection:
        gallery = shop.gallery(connection)
        decider = Decider(
            database, gallery, shop.ruleset, shop.clock, shop.policy, shop.tasks_in, now
        )
        found = {
            "people": people_list(connection, gallery, shop.ruleset, now),
            "explain": list(explain_all(connection, decider, shop.owner, now)),
            "tasks": tasks_list(connection, decider, now, everything=True),
            "files": sorted(
                (path.name, sorted(_lasting(path))) for path in (folder / "tasks").iterdir()
            ),
        }
    database.close()
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plain


def _lasting(path: Path) -> list[str]:
    """A task's properties without those that say when it was written."""
    volatile = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "COMPLETED:")
    return [line for line in path.read_text().splitlines() if not line.startswith(volatile)]


@contextmanager
def killed_at(step: int) -> Iterator[list[int]]:
    """Die at the `step`-th commit or file write; yields a counter of the steps so far."""
    count = [0]

    def tick() -> None:
        count[0] += 1
        if count[0] == step:
            os._exit(DEAD)

    def before(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            tick()
            return function(*args, **more)

        return wrapped

    # What is on disk changes with these alone, so dying before each of them is dying anywhere:
    # just after one is just before the next.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("link", "replace", "unlink", "rename"):
            patch.setattr(os, name, before(getattr(os, name)))
        event.listen(Engine, "commit", lambda _connection: tick())
        yield count
        tick()  # everything is on disk, and nobody was told


def in_child(work: Callable[[], int]) -> int:
    """Run `work` in a forked process that can die; returns its exit code."""
    with warnings.catch_warnings():
        # Only this test's own thread works; the runner's helper thread holds no lock of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dying(folder: Path, now: datetime, step: int) -> int:
    def work() -> int:
        with killed_at(step):
            run(folder, now)
        return 0

    return in_child(work)


def steps_of(folder: Path, now: datetime) -> int:
    """How many points there are at which this run can be killed."""
    path = folder / "steps"

    def work() -> int:
        with killed_at(-1) as count:
            run(folder, now)
        path.write_text(str(count[0]))
        return 0

    assert in_child(work) == 0
    steps = int(path.read_text())
    path.unlink()
    return steps


def test_a_first_run_killed_anywhere_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """From an empty state: die at every point, run again, be where an undisturbed run is."""
    whole = tmp_path / "whole"
    a_small_world(whole)
    steps = steps_of(whole, NOW)
    expected = shown(whole, NOW)
    assert steps > 15
    assert len(expected["files"]) >= 2
    for step in range(1, steps + 1):
        folder = tmp_path / f"first-{step}"
        a_small_world(folder)
        assert dying(folder, NOW, step) == DEAD
        run(folder, NOW)
        assert shown(folder, NOW) == expected, f"killed at step {step} of {steps}"


def test_a_later_run_killed_anywhere_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """With tasks out there, ticks to take in and tasks to close: the same."""

    model, whole = tmp_path / "model", tmp_path / "whole"
    a_small_world(model)
    run(model, NOW)
    something_happens(model)
    shutil.copytree(model, whole)
    steps = steps_of(whole, LATER)
    expected = shown(whole, LATER)
    assert {task["status"] for task in expected["tasks"]} >= {"done", "closed"}
    for step in range(1, steps + 1):
        folder = tmp_path / f"later-{step}"
        shutil.copytree(model, folder)
        assert dying(folder, LATER, step) == DEAD
        run(folder, LATER)
        assert shown(folder, LATER) == expected, f"killed at step {step} of {steps}"


def test_a_run_with_nothing_to_do_does_nothing(tmp_path: Path) -> None:
    """The second run reads no item again, and leaves every task file and the state as they are."""
    a_small_world(tmp_path)
    run(tmp_path, NOW)
    before = {
        p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "tasks").iterdir()
    }
    said = shown(tmp_path, NOW)
    assembly = wiring.assemble(tmp_path / "syncd.yaml")
    database = wiring.open_state(assembly)
    report = once(wiring.open_workshop(assembly, database), NOW)
    database.close()
    assert all(outcome.items == 0 for outcome in report.outcomes)
    assert (report.people, report.texts, report.created, report.updated) == (0, 0, 0, 0)
    after = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "tasks").iterdir()}
    assert after == before
    assert shown(tmp_path, NOW) == said
