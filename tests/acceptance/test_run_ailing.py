"""What `syncd run` says of its own troubles, and what it does about `metrics:` and `log:` that were
changed while it runs."""

from __future__ import annotations

import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from acceptance_world import ANA, Home, at
from daemons import Running

BEN = "Ben Birkin <ben@birkin.example.com>"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one.getsockname()[1]


def asked(port: int, path: str = "/healthz") -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def home_of(folder: Path) -> Home:
    home = Home(folder, rules="real-networking")
    home.mail(ANA, BEN, at("2026-06-01T09:00"))
    return home


def metrics_of(home: Home) -> tuple[str, str]:
    """What `doctor` finds of them, and what it says."""
    (found,) = [one for one in home.syncd("doctor", "--json").json["checks"]
                if one["what"] == "metrics"]  # fmt: skip
    return found["state"], found["says"]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """`status` and `doctor` say so, and what to do; it is no failure. It is had when the
    configuration is read again, and nothing is left to be said."""
    home = home_of(tmp_path)
    plain = home.config.read_text(encoding="utf-8") + "log: json\n"
    with taken_port() as port:
        home.configure(f"{plain}metrics: {{listen: {port}}}\n")
        assert metrics_of(home)[0] == "wrong"
        with Running(home.config, home.now) as daemon:
            daemon.heard("metrics.not_served", port=port, code="EADDRINUSE")
            daemon.settled()
            status = home.syncd("status")
            assert status.code == 0
            assert f"port {port} cannot be used" in status.out
            assert "choose another one" in status.out
            assert [one["kind"] for one in home.status()["ailments"]] == ["metrics"]
            doctor = home.syncd("doctor")
            assert doctor.code == 1
            assert f"port {port} of 127.0.0.1 cannot be used" in doctor.out
            home.configure(plain + f"metrics: {{listen: {(other := free_port())}}}\n")
            daemon.tell(signal.SIGHUP)
            daemon.heard("metrics.served", port=other)
            daemon.settled()
            assert asked(other) == (200, "ok\n")
            daemon.until(lambda: home.status()["ailments"] == [])
            assert metrics_of(home) == ("ok", f"port {other} of 127.0.0.1 answers")
            assert daemon.stop()[0] == 0
    assert metrics_of(home) == ("ok", f"port {other} of 127.0.0.1 is free")
    assert home.status()["ailments"] == []


def test_metrics_and_log_are_changed(tmp_path: Path) -> None:
    """SIGHUP opens the page, moves it, moves the file and takes both away; what was counted goes
    on. The log takes another level."""
    home = home_of(tmp_path)
    plain = home.config.read_text(encoding="utf-8")
    one, two = free_port(), free_port()
    first, second = tmp_path / "one.prom", tmp_path / "two.prom"

    def change(more: str) -> None:
        home.configure(plain + more)
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.reloaded")
        daemon.settled()

    home.configure(f"{plain}log: {{format: json, level: info}}\n")
    with Running(home.config, home.now, verbose=False) as daemon:
        daemon.settled()
        change(f"log: {{format: json}}\nmetrics: {{listen: {one}, textfile: {first}}}\n")
        assert asked(one) == (200, "ok\n")
        home.mail(BEN, ANA, at("2026-06-15T11:00"), "Could you send me the plan?")
        daemon.heard("source.batch_committed", facet="mail", items=1)
        change(f"log: {{format: json}}\nmetrics: {{listen: {two}, textfile: {second}}}\n")
        assert 'syncd_items_total{account="home",facet="mail"} 1' in asked(two, "/metrics")[1]
        with pytest.raises(urllib.error.URLError, match="refused"):
            asked(one)
        daemon.until(second.exists)
        assert not first.exists()
        assert not [line for line in daemon.lines if '"level": "debug"' in line]
        change("log: {format: json, level: debug}\n")
        with pytest.raises(urllib.error.URLError, match="refused"):
            asked(two)
        assert not second.exists()
        home.mail(BEN, ANA, at("2026-06-15T11:10"), "And the other plan?")
        daemon.heard("step.made")
        home.configure(plain + "metrics: {listen: '0.0.0.0:1'}\n")
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.refused")
        assert daemon.stop()[0] == 0


def test_what_ails_it_is_not_well(tmp_path: Path) -> None:
    """An account that is down, a configuration that was refused: 503, one plain line each, without
    a path; 200 when both are mended."""
    home = home_of(tmp_path)
    plain = home.config.read_text(encoding="utf-8")
    plain += f"log: json\nmetrics: {{listen: {(port := free_port())}}}\n"
    home.configure(plain)
    with Running(home.config, home.now) as daemon:
        daemon.settled()
        assert asked(port)[0] == 200
        (tmp_path / "mail").rename(tmp_path / "away")
        daemon.heard("account.down")
        home.configure("owner: nobody\n")
        daemon.tell(signal.SIGHUP)
        daemon.heard("config.refused")
        daemon.until(lambda: len(asked(port)[1].splitlines()) == 2)
        code, text = asked(port)
        assert code == 503
        assert "the configuration is wrong" in text
        assert "account home is down: `syncd status` says why" in text
        assert str(tmp_path) not in text
        assert 'syncd_troubles{kind="configuration"} 1.0' in asked(port, "/metrics")[1]
        home.configure(plain)
        (tmp_path / "away").rename(tmp_path / "mail")
        daemon.tell(signal.SIGHUP)
        daemon.until(lambda: asked(port) == (200, "ok\n"))
        assert daemon.stop()[0] == 0
