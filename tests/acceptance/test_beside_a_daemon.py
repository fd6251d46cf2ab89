"""Forgetting, letting in again, backup and restore while `syncd run` is at work."""

from __future__ import annotations

from pathlib import Path

from acceptance_bad import BEN, one_line
from acceptance_world import ANA, NOW, Home, Result, at
from daemons import Running

CLEO = "cleo@studio.example.net"


def fine(result: Result) -> Result:
    assert result.code == 0, (result.code, result.err)
    return result


def known(home: Home) -> set[str]:
    return {addr for one in home.people() for addr in one["addresses"]}


def test_a_day_beside_a_daemon(tmp_path: Path) -> None:
    """Who is forgotten is gone at once, in the bytes of the file as well, and the backup of before
    brings them back to nobody; who is let in again is read again without anything new to read."""
    home = Home(tmp_path, more="log: json\n")
    for who in (BEN, CLEO):
        home.mail(ANA, who, at("2026-06-11T09:00"))
    path = home.folder / "kept.backup"
    with Running(home.config, NOW) as daemon:
        daemon.settled()
        daemon.until(lambda: known(home) == {BEN, CLEO})
        fine(home.syncd("backup", str(path)))
        refused = home.syncd("restore", str(path))
        one_line(refused, 1, f"process {daemon.pid}", "stop it first", "systemctl")
        told = fine(home.syncd("forget", CLEO, "--yes", "--json")).json
        assert (told["shredded"], told["copies"]) == (True, [])
        assert known(home) == {BEN}
        assert b"cleo" not in home.database.read_bytes().lower()
        fine(home.syncd("forget", "--undo", CLEO))
        daemon.until(lambda: known(home) == {BEN, CLEO})
        fine(home.syncd("forget", CLEO, "--yes"))
        assert daemon.stop()[0] == 0
    told = fine(home.syncd("restore", str(path), "--json")).json
    assert told["forgotten_again"] == 1
    assert known(home) == {BEN}
    fine(home.syncd("once"))
    assert known(home) == {BEN}
