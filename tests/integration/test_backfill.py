"""Reading with other processes comes to the same as reading without, whatever happens to them."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mortal import mortal, within
from sqlalchemy import text

from connectors.contract import Chunk
from connectors.errors import Unavailable
from connectors.local import files, folder, maildir
from connectors.local.maildir import Maildir
from connectors.records import Batch
from syncd import wiring
from syncd.pipeline import backfill, observe, once
from syncd.pipeline.report import Report, Silent
from syncd.store import fresh
from syncd.store.portions import Taken

NOW = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}
accounts:
  - {name: home, kind: local, mail: [Maildir], calendar: [calendars], tasks: tasks}
rules: [real-networking, open-loops]
ignore: [shop.example.net]
state: sqlite:///syncd.db
"""
TABLES = {
    "item": "SELECT ref, stamp, state, reason FROM item ORDER BY ref",
    "cursor": "SELECT facet, scope, cursor, done_at, error FROM cursor ORDER BY facet",
    "observation": "SELECT kind, key, at, until, author, parent, topic FROM observation"
    " ORDER BY key",
    "sighting": "SELECT o.key, s.ref, s.record, s.seen_at, s.gone_at FROM sighting s"
    " JOIN observation o ON o.id = s.observation ORDER BY o.key, s.ref",
    "involved": "SELECT o.key, i.addr, i.role, i.name FROM involved i"
    " JOIN observation o ON o.id = i.observation ORDER BY o.key, i.addr",
    "dirty": "SELECT count(*) FROM dirty WHERE addr NOT LIKE 'entry:%'",
}
EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//test//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260301T090000Z
DTSTART:202603{day:02}T1{hour}0000Z
DURATION:PT30M
SUMMARY:Coffee with Ben
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few items are many here, so that a small mailbox is read by several processes."""
    for module in (files, folder, maildir):
        monkeypatch.setattr(module, "BATCH", 5)
    monkeypatch.setattr(backfill, "MANY", 12)
    monkeypatch.setattr(backfill, "_TOGETHER", 10)
    monkeypatch.setattr(backfill, "readers", lambda: 2)


def a_mailbox(base: Path, mails: int = 60) -> Path:
    """Mails with everything that makes a path of its own: copies, broken ones, ignored ones."""
    base.mkdir()
    (base / "syncd.yaml").write_text(CONFIG)
    (base / "calendars").mkdir()
    for part in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (base / "Maildir" / part).mkdir(parents=True)
    for number in range(mails):
        sender, to = f"p{number % 7}@harbour.example.com", "ana@example.org"
        if number % 3 == 0:
            sender, to = to, sender
        if number % 11 == 5:
            sender = "news@shop.example.net"
        head = (
            f"From: {sender}\nTo: {to}\nSubject: About {number}\n"
            f"Date: {1 + number % 4} Mar 2026 0{number % 10}:00:00 +0000\n"
            f"Message-ID: <m{number - number % 13 // 12}@example.org>\n"  # two are copies
            f"In-Reply-To: <m{number // 2}@example.org>\n\nCould you send me the plan?\n"
        )
        body = b"\0no mail" if number == 31 else head.encode()
        box = "cur" if number % 2 else ".Sent/cur"
        (base / "Maildir" / box / f"{number:03}.host:2,S").write_bytes(body)
    for number in range(30):
        path = base / "calendars" / f"{number}.ics"
        path.write_text(EVENT.format(uid=number, day=1 + number % 28, hour=number % 9))
    return base


def read(base: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that reading stores."""
    assembly = wiring.assemble(base / "syncd.yaml")
    database = wiring.open_state(assembly)
    try:
        report = Report()
        observe(wiring.open_workshop(assembly, database), NOW, report, Silent())
        assert not [outcome.error for outcome in report.outcomes if outcome.error]
        with database.read() as connection:
            return {
                name: [tuple(row) for row in connection.execute(text(query))]
                for name, query in TABLES.items()
            }
    finally:
        database.close()


def read_alone(base: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[Any, ...]]]:
    """The same, read by this process."""
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "readers", lambda: 1)
        return read(base)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each chunk that was sent away, whether it came back as rows."""
    found: list[bool] = []
    real = backfill.Readers._send

    def send(self: backfill.Readers, chunk: Chunk) -> bytes | None:
        data = real(self, chunk)
        found.append(data is not None)
        return data

    monkeypatch.setattr(backfill.Readers, "_send", send)
    return found


def as_found(state: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The state without what differs between two folders: times and inodes of files."""
    items = [(ref, bool(stamp), *rest) for ref, stamp, *rest in state["item"]]
    cursors = [(facet, scope, done, error) for facet, scope, _, done, error in state["cursor"]]
    return {**state, "item": items, "cursor": cursors}


def test_readers_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bool]
) -> None:
    """Rows worked out elsewhere are the rows that this process works out."""
    alone = read_alone(a_mailbox(tmp_path / "a"), monkeypatch)
    shared = read(a_mailbox(tmp_path / "b"))
    assert answers
    assert all(answers)
    assert as_found(shared) == as_found(alone)
    assert len(shared["observation"]) > 60
    assert any(state == "bad" for _, _, state, _ in shared["item"])
    assert any(state == "ignored" for _, _, state, _ in shared["item"])


@pytest.mark.parametrize("survivors", [0, 1])
def test_a_killed_reader_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bool], survivors: int
) -> None:
    """Chunks of readers that die are read by this process, in their place."""
    real = backfill.Readers._start

    def start(self: backfill.Readers) -> None:
        real(self)
        for process in self._processes[survivors:]:
            process.kill()

    monkeypatch.setattr(backfill.Readers, "_start", start)
    found = as_found(read(a_mailbox(tmp_path / "b")))
    assert not all(answers)
    assert any(answers) == bool(survivors)
    assert found == as_found(read_alone(a_mailbox(tmp_path / "a"), monkeypatch))


def test_without_readers_it_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bool]
) -> None:
    """A machine that starts no process for us reads all the same."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    found = as_found(read(a_mailbox(tmp_path / "b")))
    assert answers
    assert not any(answers)
    assert found == as_found(read_alone(a_mailbox(tmp_path / "a"), monkeypatch))


def test_trouble_keeps_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bool]
) -> None:
    """A source that fails midway is an account that failed; the next reading goes on from there."""
    base = a_mailbox(tmp_path / "b")
    real = Maildir.chunks

    def chunks(self: Maildir, *args: Any) -> Iterator[Chunk]:
        for number, chunk in enumerate(real(self, *args)):
            if number == 7:
                raise Unavailable("the disk went away")
            yield chunk

    with monkeypatch.context() as patch:
        patch.setattr(Maildir, "chunks", chunks)
        assembly = wiring.assemble(base / "syncd.yaml")
        database = wiring.open_state(assembly)
        report = Report()
        observe(wiring.open_workshop(assembly, database), NOW, report, Silent())
        database.close()
    mail = next(outcome for outcome in report.outcomes if outcome.facet == "mail")
    assert (mail.error, mail.items) == ("the disk went away", 35)
    assert as_found(read(base)) == as_found(read_alone(a_mailbox(tmp_path / "a"), monkeypatch))


def test_what_is_new_is_stored_like_what_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short way for new observations stores what the long way, which looks at everything that
    is there already, comes to."""
    short = as_found(read(a_mailbox(tmp_path / "a")))

    known = fresh.divide

    def divide(*args: Any) -> tuple[list[Taken], list[Taken], set[str]]:
        return [], list(args[-1]), known(*args)[2]

    monkeypatch.setattr(fresh, "divide", divide)
    assert as_found(read(a_mailbox(tmp_path / "b"))) == short


def test_everybody_is_judged_after_a_backfill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A back-fill that came to its end in pieces, with people judged in between, leaves the same
    people as one that came through: nobody is left as they were judged before all was known."""
    pieces, whole = a_mailbox(tmp_path / "a"), a_mailbox(tmp_path / "b")
    real = Maildir.read_chunk

    def failing(self: Maildir, chunk: Chunk) -> Batch:
        if self.root.endswith("a/Maildir") and '"listed"' in chunk.cursor and fail():
            raise Unavailable("the disk went away")
        return real(self, chunk)

    calls = iter(range(1000))

    def fail() -> bool:
        return next(calls) % 4 == 3

    monkeypatch.setattr(backfill, "readers", lambda: 1)
    monkeypatch.setattr(Maildir, "read_chunk", failing)
    runs = 0
    while run(pieces) and runs < 20:
        runs += 1
    assert runs > 1
    assert not run(whole)
    assert people_of(pieces) == people_of(whole)


def run(base: Path) -> bool:
    """One `once`; whether an account failed."""
    assembly = wiring.assemble(base / "syncd.yaml")
    database = wiring.open_state(assembly)
    try:
        return once(wiring.open_workshop(assembly, database), NOW).failed
    finally:
        database.close()


def people_of(base: Path) -> list[tuple[Any, ...]]:
    """Everybody, as folded."""
    assembly = wiring.assemble(base / "syncd.yaml")
    database = wiring.open_state(assembly)
    with database.read() as connection:
        query = text("SELECT id, name, kind, reasons, known, strength, snapshot FROM person")
        rows = sorted(tuple(row) for row in connection.execute(query))
    database.close()
    return rows


def test_a_reader_starts_light() -> None:
    """A reader loads neither a database nor a command line nor what no mail header needs."""
    heavy = "sqlalchemy pydantic typer rich jinja2 icalendar vobject selectolax pysqlite3"
    code = (
        "import sys, syncd.reader, connectors.local.mail;"
        f"print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"[]"


def test_readers_die_with_whoever_started_them(tmp_path: Path) -> None:
    """A process that is killed leaves no reader behind."""
    a_mailbox(tmp_path / "b", mails=5)
    code = f"""
import sys, signal
from pathlib import Path
from zoneinfo import ZoneInfo
from connectors.local.maildir import Maildir
from syncd.inference.hints import Myself
from syncd.intake import Clerk, Ignore
from syncd.pipeline.backfill import Readers
from syncd.store.portions import Terms
terms = Terms("home", Ignore(), None, Clerk(frozenset(), Myself()))
source = Maildir(Path({str(tmp_path / "b" / "Maildir")!r}), "m", ZoneInfo("UTC"))
with Readers(source, terms, 2) as readers:
    print(*[process.pid for process in readers._processes], flush=True)
    signal.pause()
"""
    process = subprocess.Popen(mortal([sys.executable, "-c", code]), stdout=subprocess.PIPE)
    assert process.stdout is not None
    with within(120, process):
        readers = [os.pidfd_open(int(pid)) for pid in process.stdout.readline().split()]
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    process.stdout.close()
    for reader in readers:
        ended, _, _ = select.select([reader], [], [], 30)
        os.close(reader)
        assert ended
    assert len(readers) == 2
