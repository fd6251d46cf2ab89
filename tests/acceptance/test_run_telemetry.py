"""What `syncd run` tells whoever looks after the machine."""

from __future__ import annotations

import json
import socket
import urllib.request
from pathlib import Path

from acceptance_world import ANA, NOW, Home, at
from daemons import Running
from inside import until
from overheard import private_in, world_of

BEN = "ben@birkin.example"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def asked(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def test_a_daemon_is_looked_after(tmp_path: Path) -> None:
    """JSON in its log, a page that says it is well and counts what it did, a file for the
    collector; nothing private in any of it; and nothing left of it when it was stopped."""
    port, file = free_port(), tmp_path / "syncd.prom"
    home = Home(tmp_path / "home", rules="real-networking")
    outward = f"log: json\nmetrics: {{listen: {port}, textfile: {file}}}\n"
    home.configure(home.config.read_text(encoding="utf-8") + outward)
    home.mail(ANA, f"Ben Birkin <{BEN}>", at("2026-06-01T09:00"), subject="Xylofon")
    both = {ANA: "ACCEPTED", BEN: "ACCEPTED"}
    home.event(at("2026-06-14T09:00"), "Lunch", organizer=ANA, attendees=both)
    with Running(home.config, NOW, verbose=False) as daemon:
        written = 0
        while written < 2:
            written += daemon.heard("outbox.delivered")["created"]
        until(lambda: "syncd_tasks_written_total 2.0" in asked(port, "/metrics"))
        page = asked(port, "/metrics")
        assert asked(port, "/healthz") == "ok\n"
        assert file.exists()
        assert daemon.stop()[0] == 0
    lines = daemon.lines
    assert not file.exists()
    names = [json.loads(line)["event"] for line in lines]
    assert {"source.batch_committed", "outbox.delivered", "daemon.stopped"} <= set(names)
    assert 'syncd_lag_seconds{account="home",facet="mail"}' in page
    assert "syncd_step_duration_seconds_count{" in page
    text = "".join(lines)
    whole, words = world_of(home.folder)
    assert BEN in whole
    assert private_in(text, whole, words) == []
    assert private_in(page, {BEN, "Xylofon", "Lunch"}, ["Birkin"]) == []
