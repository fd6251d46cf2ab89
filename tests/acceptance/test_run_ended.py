"""`syncd run` that is told to leave in the middle of long work: it does, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

from acceptance_world import ANA, Home, at
from daemons import Running, answering, titles
from sqlalchemy import create_engine, text

LATER = "2026-06-15T13:00:00+00:00"  # after whatever the daemon's clock has come to
SOON = 2.0  # seconds, of which a loaded machine may need the half
PEOPLE = 150


def letter(number: int) -> str:
    """Of a long correspondence with many, as mbox has it."""
    addr = f"p{number % PEOPLE}@q{number % PEOPLE}.example.com"
    author, to = (addr, ANA) if number // PEOPLE % 2 else (ANA, addr)
    when = format_datetime(at("2024-06-15T10:00:00") + timedelta(hours=10 * number))
    return (
        f"From x Thu Jan  1 00:00:00 2026\nMessage-ID: <n{number}@example.net>\nDate: {when}\n"
        f"From: {author}\nTo: {to}\nSubject: Number {number}\n\nCould you send me the plan?\n\n"
    )


def crowded(folder: Path) -> Home:
    """Ana has written to hundreds, and they to her; the last of them wait for an answer."""
    home = answering(folder)
    right = home.config.read_text(encoding="utf-8")
    home.configure(right.replace("mail: [mail/]", "mail: [all.mbox, mail/]"))
    home.write("all.mbox", "".join(letter(number) for number in range(4 * PEOPLE)))
    for number in range(3):
        home.mail(f"p{number}@q{number}.example.com", ANA, at("2026-06-15T10:00"), "And now?")
    return home


def told(daemon: Running, *events: str) -> bool:
    """Whether one of these was told of yet."""
    return any(f'"{event}"' in line for line in daemon.lines for event in events)


def test_in_a_first_reading_and_in_a_pass(tmp_path: Path) -> None:
    """While the accounts are read for the first time, while everybody is judged, and while tasks
    are written: each time it leaves soon, and in the end everything is there once."""
    home = crowded(tmp_path / "ended")
    for moment in (
        "daemon.started",
        "source.batch_committed",
        "people.settled",
        "verdicts.followed",
    ):
        with Running(home.config, home.now) as daemon:
            daemon.until(partial(told, daemon, moment, "daemon.settled"))
            code, seconds = daemon.stop()
            assert (code, seconds < SOON) == (0, True), (moment, code, seconds)
            assert not [line for line in daemon.lines if '"level": "error"' in line]
    home.once(LATER)
    calm = crowded(tmp_path / "calm")
    calm.once(LATER)
    assert len(titles(home)) == 3
    assert titles(home) == titles(calm)
    assert home.people(LATER) == calm.people(LATER)


def test_while_everything_is_judged_anew(tmp_path: Path) -> None:
    """Other rules need everybody to be judged: told to leave as that begins it does, and whoever
    starts next uses the new ones."""
    home = crowded(tmp_path)
    rules = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        home.write("mine.yaml", rules.replace("answer\n", "write\n").replace("Answer", "Write to"))
        daemon.reload()
        daemon.heard("config.reloaded")
        code, seconds = daemon.stop()
        assert (code, seconds < SOON) == (0, True), (code, seconds)
    home.once(LATER)
    assert len([one for one in titles(home) if one.startswith("Write")]) == 3


def test_while_a_forgotten_persons_bytes_go(tmp_path: Path) -> None:
    """The state is large, so writing it anew takes a while: told to leave meanwhile it does within
    bounds, and whoever starts next finishes it."""
    home = answering(tmp_path, "Ben Birkin <ben@birkin.example.com>")
    home.once()
    engine = create_engine(f"sqlite:///{home.database}")
    with engine.begin() as connection:
        owner = connection.execute(text("SELECT owner FROM fact LIMIT 1")).scalar_one()
        connection.execute(
            text("INSERT INTO fact VALUES (:owner, 'ballast', CAST(zeroblob(40000000) AS TEXT))"),
            {"owner": owner},
        )
    engine.dispose()
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        with engine.connect() as reader:  # an old view keeps it from being done too soon
            reader.execute(text("SELECT count(*) FROM fact")).scalar_one()
            home.syncd("forget", "ben@birkin.example.com", "--yes")
        code, seconds = daemon.stop()
        assert (code, seconds < 5) == (0, True), (code, seconds)
    home.once(LATER)
    assert home.people(LATER) == []
    for path in (one for one in tmp_path.glob("syncd.db*") if one.is_file()):
        assert b"birkin" not in path.read_bytes(), path
