"""`syncd run` over real files: it reacts, it can be talked to, and it can be ended in any way."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from daemons import Running, titles

BEN, CLEO = "Ben Birkin <ben@birkin.example.com>", "Cleo Castell <cleo@castell.example.com>"
RULES = """\
version: 1
rules:
  - id: answer
    since: message_received
    until: [message_sent]
    due: 2d
    urgent: {urgent}
    task: {{title: "Answer {{{{ first_name }}}}"}}
"""


def home_of(folder: Path, *, urgent: bool = True, more: str = "") -> Home:
    """Ana wrote to Ben and Cleo a while ago."""
    home = Home(folder, rules="mine.yaml", more=f"log: json\n{more}")
    home.write("mine.yaml", RULES.format(urgent=str(urgent).lower()))
    for who in (BEN, CLEO):
        home.mail(ANA, who, at("2026-06-01T09:00"))
    return home


def test_it_reacts_and_leaves(tmp_path: Path) -> None:
    """A mail becomes a task while it runs, the answer closes it; whoever wants the same state is
    told by whom it is held, while reading commands work; SIGTERM ends it at once, with code 0."""
    home = home_of(tmp_path)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        asked = home.mail(BEN, ANA, at("2026-06-15T11:00"), "Could you send me the plan?")
        daemon.heard("outbox.delivered", created=1)
        assert titles(home) == ["Answer Ben"]
        home.mail(ANA, BEN, at("2026-06-15T11:30"), answers=asked)
        daemon.heard("outbox.delivered", completed=1)
        assert titles(home) == ["x Answer Ben"]
        for command in ("once", "run"):
            refused = home.apart(command)
            assert refused.code == 1
            assert f"(process {daemon.pid})" in refused.err
        assert home.status()["tasks"]["open"] == 0
        code, seconds = daemon.stop()
        assert code == 0
        assert seconds < 2
    assert not [line for line in daemon.lines if '"level": "error"' in line]
    assert home.once().code == 0  # the state is free again


def test_a_meeting_that_is_cancelled(tmp_path: Path) -> None:
    """What it was about did not happen after all: its task, which nobody touched, is closed."""
    home = home_of(tmp_path)
    rules = RULES.format(urgent="true").replace("message_received", "meeting")
    home.write("mine.yaml", rules)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        both = {ANA: "ACCEPTED", "ben@birkin.example.com": "ACCEPTED"}
        path = home.event(at("2026-06-15T10:00"), "Coffee", organizer=ANA, attendees=both)
        daemon.heard("outbox.delivered", created=1)
        text = path.read_text(encoding="utf-8")
        cancelled = text.replace("END:VEVENT", "STATUS:CANCELLED\nSEQUENCE:3\nEND:VEVENT")
        path.with_suffix(".new").write_text(cancelled, encoding="utf-8")
        path.with_suffix(".new").rename(path)
        daemon.heard("outbox.delivered", completed=1)
        assert titles(home) == ["x Answer Ben"]
        assert daemon.stop()[0] == 0


def test_the_owner_talks_to_it(tmp_path: Path) -> None:
    """Commands beside it are followed at once: a preview ends, somebody is muted, a meeting is
    logged, two are one person and two again, a pause begins and ends, somebody is forgotten and
    stays so."""
    home = home_of(tmp_path, urgent=False, more="mode: preview\n")
    for who in (BEN, CLEO):
        home.mail(who, ANA, at("2026-06-15T09:00"), "Could you send me the plan?")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        assert home.status()["tasks"]["held_by"] == {"preview": 2}
        assert home.syncd("enable", "--json").json["waiting"] == 2  # though it writes them at once
        daemon.heard("outbox.delivered", created=2)
        assert titles(home) == ["Answer Ben", "Answer Cleo"]

        assert home.syncd("log", "coffee with Ben, yesterday").code == 0
        (met,) = [one for one in home.people() if one["counts"]["meetings"]]
        assert met["name"] == "Ben Birkin"
        assert home.syncd("mute", "ben@birkin.example.com").code == 0
        assert home.syncd("pause", "--until", "2099-01-01").code == 0
        assert home.syncd("resume").code == 0

        one, other = "ben@birkin.example.com", "cleo@castell.example.com"
        assert home.syncd("merge", one, other).code == 0
        assert len(home.people()) == 1
        assert titles(home).count("Answer Ben") + titles(home).count("Answer Cleo") >= 1
        assert home.syncd("split", one).code == 0
        assert len(home.people()) == 2

        forgotten = home.syncd("forget", other, "--yes")
        assert forgotten.code == 0, forgotten
        assert not [title for title in titles(home) if "Cleo" in title]
        home.mail(CLEO, ANA, at("2026-06-15T11:59"), "It is me again.")
        daemon.heard("source.batch_committed", facet="mail")
        assert [who["name"] for who in home.people()] == ["Ben Birkin"]
        assert daemon.stop(signal.SIGINT)[0] == 130
    assert b"castell" not in home.database.read_bytes()


def test_the_configuration_is_read_anew(tmp_path: Path) -> None:
    """A wrong one is refused: the old one stays in use, and `status` says so until it is right.
    A right one is used at once: another rule, and another account."""
    home = home_of(tmp_path, urgent=False)
    right = home.config.read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        home.configure(right + "nonsense: 1\n")
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.refused", mistakes=1)
        wrong = home.syncd("status")
        assert (wrong.code, "nonsense" in wrong.err) == (78, True)
        assert f"A syncd runs (process {daemon.pid}) and goes on with the" in wrong.out
        assert "all its accounts are up" in wrong.out
        plain = home.syncd("status", "--json")
        assert (plain.code, plain.json["running"]["process"]) == (78, daemon.pid)
        assert [one["state"] for one in plain.json["running"]["health"]] == ["up"]
        assert "nonsense" in plain.json["mistakes"][0]["message"]
        home.configure(right.replace(ANA, "zoe@example.org"))  # whose state this is not
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.refused", mistakes=1)
        home.configure(right)
        assert home.status()["configuration_refused"]
        home.mail(BEN, ANA, at("2026-06-15T11:00"), "Could you send me the plan?")
        daemon.heard("source.batch_committed", facet="mail", items=1)
        assert titles(home) == []

        home.write("mine.yaml", RULES.format(urgent="true"))
        more = "  - {name: second, kind: local, mail: [more/]}\ntasks_in: home"
        home.mail(CLEO, ANA, at("2026-06-15T11:10"), "And me?", folder="more")
        home.configure(right.replace("tasks_in: home", more))
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.reloaded", accounts=2)
        while titles(home) != ["Answer Ben", "Answer Cleo"]:
            daemon.heard("outbox.delivered")
        assert home.status()["configuration_refused"] is None
        assert daemon.stop()[0] == 0


@pytest.mark.parametrize("moment", ["source.batch_committed", "outbox.delivered"])
def test_a_power_cut(tmp_path: Path, moment: str) -> None:
    """Killed at any moment and started anew, it has written each task once, and closes it."""
    home = home_of(tmp_path)
    asked = home.mail(BEN, ANA, at("2026-06-15T10:00"), "Could you send me the plan?")
    home.mail(CLEO, ANA, at("2026-06-15T10:00"), "Could you call me?")
    with Running(home.config, home.now) as daemon:
        daemon.heard(moment)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        while titles(home) != ["Answer Ben", "Answer Cleo"]:
            daemon.heard("outbox.delivered")
        home.mail(ANA, BEN, at("2026-06-15T11:30"), answers=asked)
        daemon.heard("outbox.delivered", completed=1)
        assert daemon.stop()[0] == 0
    home.once()
    assert titles(home) == ["Answer Cleo", "x Answer Ben"]


def test_tasks_that_vanish(tmp_path: Path) -> None:
    """Three deleted at once are an incident; told that it was meant, the daemon takes them for
    answers without being stopped."""
    home = home_of(tmp_path)
    people = [f"P{n} Quist <p{n}@quist{n}.example.com>" for n in range(3)]
    for who in people:
        home.mail(ANA, who, at("2026-06-01T09:00"))
        home.mail(who, ANA, at("2026-06-15T10:00"), "Could you call me?")
    with Running(home.config, home.now) as daemon:
        while len(titles(home)) < 3:
            daemon.heard("outbox.delivered")
        for path in (home.folder / "tasks").glob("*.ics"):
            path.unlink()
        daemon.until(lambda: home.status()["incidents"])
        refused = home.syncd("once")
        assert refused.code == 1
        assert f"syncd runs (process {daemon.pid})" in refused.err
        accepted = home.syncd("once", "--accept-deletions")
        assert accepted.code == 0, accepted
        assert "took the vanished tasks for deleted" in accepted.out
        assert not home.status()["incidents"]
        found = home.syncd("tasks", "--json").json
        assert [one["status"] for one in found] == ["dismissed"] * 3
        again = home.syncd("once", "--accept-deletions")
        assert (again.code, "nothing was in question" in again.out) == (0, True)
        assert daemon.stop()[0] == 0


def test_it_is_private(tmp_path: Path) -> None:
    """What it leaves beside the state is the owner's alone."""
    home = home_of(tmp_path)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("syncd.db*")}
        assert daemon.stop()[0] == 0
    assert "syncd.db.poke" in modes
    assert set(modes.values()) == {0o600}
