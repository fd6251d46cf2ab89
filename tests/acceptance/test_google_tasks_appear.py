"""As a new owner would try it: sign in to Google, read, and find the follow-up in Google Tasks."""

from __future__ import annotations

import json
import webbrowser
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance_world import Home
from fakes.google.clients import browse, client_file
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter

__all__ = ["clock", "google"]
ANA, BEN = "Ana Silva <ana@example.com>", "Ben Archer <ben@example.org>"
CONFIG = """\
owner: {name: Ana Silva, addresses: [ana@example.com], timezone: Europe/Lisbon}
accounts:
  - {name: work, kind: google, login: ana@example.com}
rules: [mine.yaml]
state: sqlite:///syncd.db
"""
RULES = """\
version: 1
rules:
  - id: answer
    since: message_received
    until: [message_sent]
    due: 2d
    urgent: true
    task: {title: "Answer {{ first_name }}", notes: "{{ evidence }}"}
"""


def test_login_once_and_the_task_is_there(
    tmp_path: Path, google: FakeGoogle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of its own with one task, which is closed when the owner answered; nothing is written
    twice, and nothing is wrong."""
    monkeypatch.setenv("SYNCD_GOOGLE_ENDPOINT", google.url)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)
    ana = google.account("ana@example.com")
    ana.mailbox.deliver(letter(ANA, BEN, "Hello", at=clock() - timedelta(days=5)))
    question = letter(BEN, ANA, "The report", at=clock() - timedelta(days=1))
    ana.mailbox.deliver(question)
    home = Home(tmp_path)
    home.configure(CONFIG)
    home.write("mine.yaml", RULES)
    home.write("google-client.json", json.dumps(client_file(google)))
    assert home.syncd("login").code == 0
    for _ in range(2):
        once = home.syncd("once", now=clock().isoformat())
        assert (once.code, once.err) == (0, "")
        (task,) = ana.tasks.named("Follow-ups").tasks
        assert (task.body["title"], task.body["status"]) == ("Answer Ben", "needsAction")
        clock.advance(minutes=5)
    assert "The report" in ana.tasks.named("Follow-ups").tasks[0].body["notes"]
    ana.mailbox.deliver(letter(ANA, BEN, "Re: The report", at=clock()))
    clock.advance(minutes=5)
    assert home.syncd("once", now=clock().isoformat()).code == 0
    (task,) = ana.tasks.named("Follow-ups").tasks
    assert task.body["status"] == "completed"
    assert len(ana.tasks.all) == 2
    status = home.syncd("status", now=clock().isoformat())
    assert (status.code, "work: tasks Follow-ups: up to date" in status.out) == (0, True)
