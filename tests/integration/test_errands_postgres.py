"""Cards and drafts with the state in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from errand_world import BEN, LATER, after_coffee, cards, config, drafts
from postgres import Server, server

__all__ = ["server"]


def test_both_come_once_there_as_well(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the card goes with whoever is forgotten, as everywhere."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    home = after_coffee(tmp_path / "home")
    url = server.url(server.fresh_sorted())
    home.configure(config().replace("sqlite:///syncd.db", url))
    home.once()
    assert (len(cards(home)), len(drafts(home))) == (1, 1)
    assert home.status()["errands"]["cards"] == {"added": 1, "waiting": 0}
    assert home.syncd("forget", BEN, "--yes", now=LATER).code == 0
    assert cards(home) == []
