"""A Google that asks to be asked less often: for a moment that is no trouble, for a week it is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from acceptance_world import Result
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from google_home import DAY, HOUR, google_home

__all__ = ["clock", "google"]


def test_refused_for_a_week(
    tmp_path: Path, google: FakeGoogle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run each day, `once` and `status` say on the third day since when, and what to look at;
    a first refusal after a week without a run is none, and the first answer ends it all."""
    home = google_home(tmp_path, google, monkeypatch)
    box = google.account("ana@example.com").mailbox
    assert home.syncd("login").code == 0

    def run(after: timedelta) -> tuple[Result, Result]:
        clock.advance(seconds=after.total_seconds())
        ben = "Ben Archer <ben@example.org>"
        box.deliver(letter(ben, "Ana <ana@example.com>", "Hello", at=clock() - HOUR))
        now = clock().isoformat()
        return home.syncd("once", now=now), home.syncd("status", now=now)

    assert [one.code for one in run(HOUR)] == [0, 0]
    for api in ("gmail", "calendar", "people", "tasks"):
        google.faults.rate(f"{api}.*", times=None, reason="rateLimitExceeded")
    once, status = run(7 * DAY)
    assert [once.code, status.code] == [0, 0]
    assert "work: mail: the Gmail API asks to be asked less often" in once.err
    since = clock()
    assert [one.code for one in run(DAY)] == [0, 0]
    once, status = run(DAY)
    assert [once.code, status.code] == [1, 1]
    for told in (once.err, status.out):
        assert f"nothing has been let through since {since:%Y-%m-%d %H:%M} UTC" in told
        assert "the Gmail API asks to be asked less often; another program" in told
        assert "docs/google.md" in told
    assert f"work is down since {since:%Y-%m-%d %H:%M} UTC (" in status.out
    (account,) = json.loads(home.syncd("status", "--json", now=clock().isoformat()).out)["health"]
    assert (account["state"], account["kind"], account["remedy"]) == ("down", "Paused", "wait")
    assert datetime.fromisoformat(account["since"]) == since
    google.faults.clear()
    once, status = run(DAY)
    assert [once.code, status.code, once.err] == [0, 0, ""]
    assert "let through" not in status.out
