"""What `syncd run` tells whoever looks after the machine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from acceptance_world import ANA, NOW, Home, at
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
    program = [sys.executable, "-m", "syncd", "--config", str(home.config), "--now", NOW, "run"]
    environment = {key: os.environ[key] for key in os.environ if key != "JOURNAL_STREAM"}
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, env=environment) as daemon:
        assert daemon.stderr is not None
        lines: list[str] = []
        written = 0
        try:
            for line in daemon.stderr:
                lines.append(line)
                written += json.loads(line).get("created", 0)
                if written == 2:
                    break
            page = asked(port, "/metrics")
            assert asked(port, "/healthz") == "ok\n"
            assert file.exists()
            daemon.send_signal(signal.SIGTERM)
            lines += daemon.communicate(timeout=30)[1].splitlines()
        finally:
            daemon.kill()
    assert daemon.returncode == 0, lines
    assert not file.exists()
    names = [json.loads(line)["event"] for line in lines]
    assert {"source.batch_committed", "outbox.delivered", "daemon.stopped"} <= set(names)
    assert "syncd_tasks_written_total 2.0" in page
    assert 'syncd_lag_seconds{account="home",facet="mail"}' in page
    assert "syncd_step_duration_seconds_count{" in page
    text = "\n".join(lines)
    whole, words = world_of(home.folder)
    assert BEN in whole
    assert private_in(text, whole, words) == []
    assert private_in(page, {BEN, "Xylofon", "Lunch"}, ["Birkin"]) == []
