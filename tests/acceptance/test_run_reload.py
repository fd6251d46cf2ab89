"""SIGHUP while the daemon is busy: with mail, with what it writes, with what the owner says."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_world import ANA, FIRST_NAMES, Home, at
from daemons import Running, answering, titles

BEN, CLEO = "ben@birkin.example.com", "cleo@castell.example.com"
LATER = "2026-06-15T13:00:00+00:00"  # after whatever the daemon's clock has come to


def friends(count: int) -> dict[str, str]:
    """First names and how mail names them; as many as there are first names at most."""
    return {
        name: f"{name} Quist <{name.lower()}@quist.example.com>" for name in FIRST_NAMES[:count]
    }


def asks(home: Home, who: str, minute: int = 0) -> str:
    return home.mail(who, ANA, at(f"2026-06-15T10:{minute:02}"), "Could you call me?")


def test_mail_arrives_all_the_while(tmp_path: Path) -> None:
    """Read anew again and again while mails come in: none is lost, none counts twice, each has one
    task, and the state is what one run makes of the same files."""
    known = friends(20)
    home = answering(tmp_path / "busy", *known.values())
    right = home.config.read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        for number, who in enumerate(known.values()):
            asks(home, who, number)
            if number % 4 == 1:
                home.configure(right + f"catch_up: {number + 14}d\n")
                daemon.reload()
            if number % 4 == 2:
                daemon.heard("config.reloaded")
        home.configure(right)
        for _ in range(3):
            daemon.reload()
        daemon.until(lambda: len(titles(home)) == len(known))
        assert daemon.stop()[0] == 0
    home.once(LATER)
    assert titles(home) == sorted(f"Answer {name}" for name in known)
    calm = answering(tmp_path / "calm", *known.values())
    for number, who in enumerate(known.values()):
        asks(calm, who, number)
    calm.once(LATER)
    assert home.people(LATER) == calm.people(LATER)
    assert [one["counts"]["received"] for one in home.people(LATER)] == [1] * len(known)


def test_a_preview_begins_and_ends(tmp_path: Path) -> None:
    """From one reading of the configuration to the next nothing is written, neither a new task nor
    that one is done; what is due then is written at once when the preview ends, each thing once."""
    home = answering(tmp_path, f"Ben Birkin <{BEN}>", f"Cleo Castell <{CLEO}>")
    right = home.config.read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        first = asks(home, f"Ben Birkin <{BEN}>")
        daemon.until(lambda: titles(home) == ["Answer Ben"])
        home.configure(right + "mode: preview\n")
        daemon.reload()
        daemon.heard("config.reloaded")
        daemon.settled()
        before = {path: path.read_bytes() for path in (tmp_path / "tasks").glob("*.ics")}
        asks(home, f"Cleo Castell <{CLEO}>", 5)
        daemon.heard("source.batch_committed", facet="mail")
        home.mail(ANA, BEN, at("2026-06-15T11:30"), answers=first)
        daemon.heard("source.batch_committed", facet="mail")
        held = home.syncd("tasks", "--all", "--json", now=LATER).json
        assert [one["title"] for one in held if one["status"] == "held"] == ["Answer Cleo"]
        assert {path: path.read_bytes() for path in (tmp_path / "tasks").glob("*.ics")} == before
        home.configure(right)
        daemon.reload()
        daemon.until(lambda: titles(home) == ["Answer Cleo", "x Answer Ben"])
        assert daemon.stop()[0] == 0


def test_the_owner_speaks_at_that_moment(tmp_path: Path) -> None:
    """A note, a mute, a log, a merge and a forgetting, each while the configuration is read anew:
    every one is taken and followed."""
    known = friends(6)
    home = answering(tmp_path, *known.values(), more="mode: preview\n")
    for number, who in enumerate(known.values()):
        asks(home, who, number)
    addrs = [f"{name.lower()}@quist.example.com" for name in known]
    said = (
        ("note", addrs[0], "needs: a tiler"),
        ("log", f"coffee with {addrs[1]}, yesterday"),
        ("mute", addrs[2]),
        ("merge", addrs[0], addrs[3]),
        ("forget", addrs[4], "--yes"),
        ("enable",),
    )
    names = list(known)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        for command in said:
            daemon.reload()
            done = home.syncd(*command)
            assert done.code == 0, (command, done)
        daemon.heard("config.reloaded")
        daemon.until(lambda: f"Answer {names[5]}" in titles(home))
        assert daemon.stop()[0] == 0
    home.once(LATER)
    people = {one["name"]: one for one in home.people(LATER)}
    assert names[4] not in " ".join([*people, *titles(home)])
    assert len(people) == 4
    assert [n for n, one in people.items() if one["counts"]["meetings"]] == [f"{names[1]} Quist"]
    assert f"Answer {names[2]}" not in titles(home)
    one = home.explain(addrs[0], LATER)
    assert {*one["person"]["addresses"]} == {addrs[0], addrs[3]}
    assert "a tiler" in home.syncd("note", addrs[0], now=LATER).out


def test_the_owner_has_another_address(tmp_path: Path) -> None:
    """An address that is the owner's from now on: mail from there is sent mail at once, and
    answers; one that is no longer theirs is somebody else's, as if it had never been."""
    home = answering(tmp_path / "one", f"Ben Birkin <{BEN}>")
    other = "ana.silva@studio.example.net"
    right = home.config.read_text(encoding="utf-8")
    asked = asks(home, f"Ben Birkin <{BEN}>")
    home.mail(f"A. S. <{other}>", BEN, at("2026-06-15T11:00"), answers=asked)
    with Running(home.config, home.now) as daemon:
        daemon.until(lambda: titles(home) == ["Answer Ben"])
        home.configure(right.replace(f"[{ANA}]", f"[{ANA}, {other}]"))
        daemon.reload()
        daemon.until(lambda: titles(home) == ["x Answer Ben"])
        (ben,) = home.people()
        assert ben["counts"]["sent"] == 2
        home.configure(right)
        daemon.reload()
        daemon.until(lambda: titles(home) == ["Answer Ben"])
        (ben,) = home.people()
        assert ben["counts"]["sent"] == 1
        assert daemon.stop()[0] == 0


@pytest.mark.parametrize("moment", ["daemon.started", "source.batch_committed"])
def test_before_it_has_settled(tmp_path: Path, moment: str) -> None:
    """Ten at once before everything was read: it settles all the same, with the newest."""
    home = answering(tmp_path, f"Ben Birkin <{BEN}>")
    asks(home, f"Ben Birkin <{BEN}>")
    rules = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    with Running(home.config, home.now) as daemon:
        daemon.heard(moment)
        home.write("mine.yaml", rules.replace("Answer {{", "Write to {{"))
        for _ in range(10):
            daemon.reload()
        daemon.settled()
        daemon.until(lambda: titles(home) in (["Write to Ben"], ["Answer Ben"]))
        asks(home, f"Ben Birkin <{BEN}>", 30)
        daemon.heard("source.batch_committed", facet="mail")
        assert len(titles(home)) == 1
        assert daemon.stop()[0] == 0
