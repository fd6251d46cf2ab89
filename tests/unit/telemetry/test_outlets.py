"""The page and the file are where they are wanted now, and are had as soon as they can be."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from syncd import log
from syncd.telemetry.outlets import AGAIN, EVERY, Outlets
from syncd.telemetry.page import Answer

HERE = "127.0.0.1"


class Bench:
    """Outlets on a stopwatch of the test's own, and what they tell."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.told: list[str] = []
        self.outlets = Outlets(
            CollectorRegistry(), lambda *_: Answer(200, b"ok\n"), lambda: self.seconds
        )

    def hear(self, name: str, _facts: Mapping[str, Any]) -> None:
        self.told.append(name)


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench()
    log.hear(found.hear)
    yield found
    log.unhear(found.hear)
    found.outlets.close()


def is_served(port: int) -> bool:
    try:
        socket.create_connection((HERE, port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_port_that_becomes_free(bench: Bench) -> None:
    """It is tried each half minute, told once while it is taken, and had when it is free."""
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        port = other.getsockname()[1]
        bench.outlets.aim((HERE, port), None)
        for _ in range(3):
            bench.seconds += AGAIN + 1
            bench.outlets.tick()
        assert f"port {port} cannot be used" in bench.outlets.problem
        assert bench.outlets.port is None
    bench.seconds += AGAIN / 2
    bench.outlets.tick()
    assert bench.outlets.problem
    bench.seconds += AGAIN
    bench.outlets.tick()
    assert (bench.outlets.problem, bench.outlets.port) == ("", port)
    assert is_served(port)
    assert bench.told == ["metrics.not_served", "metrics.served"]


def test_it_moves(bench: Bench, tmp_path: Path) -> None:
    """What is wanted as before is not touched; what is not wanted any more is gone."""
    one, two = tmp_path / "one.prom", tmp_path / "two.prom"
    bench.outlets.aim((HERE, 0), one)
    bench.outlets.tick()
    first, page = bench.outlets.port or 0, bench.outlets._page
    assert one.exists()
    bench.outlets.aim((HERE, 0), two)
    bench.outlets.tick()
    assert bench.outlets._page is page
    assert (one.exists(), two.exists()) == (False, True)
    bench.outlets.aim(None, two)
    assert not is_served(first)
    assert bench.outlets.port is None
    assert two.exists()
    bench.outlets.aim(None, None)
    assert not two.exists()
    assert bench.outlets.patience is None
    assert bench.told == ["metrics.served"]


def test_a_page_whose_thread_has_died(bench: Bench) -> None:
    """It is told, and another one answers."""
    bench.outlets.aim((HERE, 0), None)
    page = bench.outlets._page
    assert page is not None
    page._waker.send(b".")
    page._thread.join(30)
    bench.seconds += AGAIN + 1
    bench.outlets.tick()
    assert bench.outlets._page is not page
    assert is_served(bench.outlets.port or 0)
    assert bench.told == ["metrics.served", "metrics.not_served", "metrics.served"]


def test_a_file_that_cannot_be_written(bench: Bench, tmp_path: Path) -> None:
    """It is a problem until it can; a configuration that is read again has it tried at once."""
    path = tmp_path / "missing" / "syncd.prom"
    bench.outlets.aim(None, path)
    bench.outlets.tick()
    assert "metrics.textfile cannot be written (No such file" in bench.outlets.problem
    path.parent.mkdir()
    bench.seconds += EVERY
    bench.outlets.tick()
    assert bench.outlets.problem == ""
    path.unlink()
    path.parent.rmdir()
    bench.seconds += EVERY
    bench.outlets.tick()
    assert bench.outlets.problem != ""
    path.parent.mkdir()
    bench.outlets.aim(None, path)
    bench.outlets.tick()
    assert bench.outlets.problem == ""
    assert path.exists()
