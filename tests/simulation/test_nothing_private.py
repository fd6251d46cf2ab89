"""A year of an invented life, and everything that its logs and metrics tell of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from overheard import Overheard, overheard, private_in, world_of

from syncd import log, wiring
from syncd.demo import write
from syncd.engine.engine import Engine
from syncd.pipeline import once
from syncd.pipeline.workshop import Workshop
from syncd.telemetry import Pulse, Telemetry

END = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
TOKEN = "ya29.a0AfH6SMBx7Qw3Zk9"

Told = tuple[Overheard, Path, set[str], set[str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The year in one pass, then ten days of the engine, with some of what goes wrong in life."""
    folder = tmp_path_factory.mktemp("year") / "of-ana"
    write(folder, end=END)
    (folder / "contacts" / "broken.vcf").write_text(f"BEGIN:VCARD\nFN:Zaphod {TOKEN}\n")
    config = folder / "syncd.yaml"
    text = config.read_text(encoding="utf-8").replace("name: home", "name: ana@home.example")
    config.write_text(text.replace("tasks_in: home", "tasks_in: ana@home.example"))
    assembly = wiring.assemble(config)
    log.know([one.name for one in assembly.settings.accounts])
    database = wiring.open_state(assembly)
    pulse, now = Pulse(), [END]
    with overheard() as heard:
        telemetry = Telemetry(pulse, database, ["ana@home.example"], lambda: now[0])
        try:
            once(wiring.open_workshop(assembly, database), END)
            heard.add(telemetry.page()[0])
            _live_on(wiring.open_workshop(assembly, database), folder, now)
            heard.add(telemetry.page()[0])
        finally:
            telemetry.close()
            database.close()
            log.know(())
    whole, words = world_of(folder)
    yield heard, folder, whole | {TOKEN, "Zaphod"}, words
    shutil.rmtree(folder)


def _live_on(shop: Workshop, folder: Path, now: list[datetime]) -> None:
    """Mail comes in, a folder is away for two days, a program breaks a task."""
    engine = Engine(shop)
    engine.start(END)
    (account,) = shop.accounts
    mails = sorted((folder / "Maildir" / "cur").iterdir())
    for day in range(10):
        now[0] = END + timedelta(days=day)
        copy = (
            mails[day * 7].read_bytes().replace(b"Message-ID: <", b"Message-ID: <again.%d." % day)
        )
        (folder / "Maildir" / "new" / f"17732{day}.M1P1.demo").write_bytes(copy)
        away = folder / "calendars", folder / "elsewhere"
        if day == 3:
            away[0].rename(away[1])
        if day == 5:
            away[1].rename(away[0])
            task = min((folder / "tasks").glob("*.ics"))
            task.write_text(task.read_text().replace("BEGIN:VTODO", f"BEGIN:{TOKEN}"))
        for source in account.readable:
            engine.read(account.name, source, now[0])
        engine.hand(account.name, now[0])
        engine.texts(now[0])
        engine.wake(now[0])
        engine.deliver(account.name, now[0])


def test_a_year_is_told_without_anybody_in_it(told: Told) -> None:
    """No address, name, subject, title, place, note, key, path or token of that world, nor any word
    of them, in either form of the log or in the metrics."""
    heard, folder, whole, words = told
    assert len(whole) > 5000
    assert len(words) > 1000
    for word in ("ana", "silva", "home.example", str(folder)):
        assert word not in heard.text.casefold().replace("people", "")
    assert private_in(heard.text, whole, words) == []


def test_the_search_would_find_them(told: Told) -> None:
    """The same search in a log that quotes finds a name, a subject, a place and a token."""
    _, _, whole, words = told
    mails = [one for one in whole if " " in one]
    for one in (*sorted(mails)[:40], TOKEN, "Zaphod"):
        assert private_in(f'level=info event=mail.read subject="{one}"', whole, words)


def test_much_was_told(told: Told) -> None:
    """The year and the days after it, an outage and its end, under the account's number."""
    heard, _, _, _ = told
    names = {one["event"] for one in heard.events}
    assert {"source.batch_committed", "people.settled", "outbox.delivered"} <= names
    assert {"account.down", "account.up"} <= names
    assert {one["account"] for one in heard.events if "account" in one} == {"account-1"}
    for page in heard.more:
        assert 'account="account-1"' in page
