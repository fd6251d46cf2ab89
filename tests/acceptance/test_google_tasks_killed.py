"""A process that is killed while Google makes a task leaves one task, whenever that one lands."""

from __future__ import annotations

import json
import subprocess
import sys
import webbrowser
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance.test_google_tasks_appear import ANA, BEN, CONFIG, RULES
from acceptance_world import Home
from fakes.google.clients import browse, client_file
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from mortal import mortal

__all__ = ["clock", "google"]
INSERT = "tasks.tasks.insert"


def test_a_kill_while_a_task_is_made_leaves_one(
    tmp_path: Path, google: FakeGoogle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run looks for it, and makes it; the first one lands after that, and the run after
    that has one of them."""
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    ana = google.account("ana@example.com")
    ana.mailbox.deliver(letter(ANA, BEN, "Hello", at=clock() - timedelta(days=5)))
    ana.mailbox.deliver(letter(BEN, ANA, "The report", at=clock() - timedelta(days=1)))
    home = Home(tmp_path)
    home.configure(CONFIG)
    home.write("mine.yaml", RULES)
    home.write("google-client.json", json.dumps(client_file(google)))
    assert home.syncd("login").code == 0
    gate = google.faults.slow(INSERT)
    words = ["--config", str(home.config), "--now", clock().isoformat(), "once"]
    with subprocess.Popen(mortal([sys.executable, "-m", "syncd", *words])) as process:
        assert gate.reached.wait(60)
        process.kill()
    for number in range(2):
        clock.advance(minutes=5)
        assert home.syncd("once", now=clock().isoformat()).code == 0
        if number == 0:
            gate.release()
            assert google.settled(lambda: google.count(INSERT) == 2)
    tasks = ana.tasks.named("Follow-ups").tasks
    (task,) = (one for one in tasks if not one.body.get("deleted"))
    assert (task.body["title"], task.body["status"]) == ("Answer Ben", "needsAction")
    assert len(tasks) == 2
    (told,) = home.syncd("tasks", "--json", now=clock().isoformat()).json
    assert told["status"] == "open"
