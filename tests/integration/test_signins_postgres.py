"""What a server refused, with the state in PostgreSQL: of several machines each has a key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import Server, server

from syncd.store.database import open_database
from syncd.wiring.refusals import Refusals

__all__ = ["server"]
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def test_each_machine_shows_a_secret_once(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None takes another's word away; where the owner says so, all of them try again."""
    database = open_database(server.url(server.fresh_sorted()), "ana@example.org")
    refusals = Refusals(database, "post", "post.password", "imap h ana", lambda: NOON)
    for machine in ("one", "two"):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / machine))
        assert refusals.of(machine) is None
        refusals.note(machine, "no")
    for machine, other in (("one", "two"), ("two", "one")):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / machine))
        assert refusals.of(machine) is not None
        assert refusals.of(other) is None
    refusals.drop()
    for machine in ("one", "two"):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / machine))
        assert refusals.of(machine) is None
    database.close()
