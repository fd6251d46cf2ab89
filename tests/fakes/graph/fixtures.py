"""A support module: fixtures for tests against the fake. A file that uses them imports both.

from fakes.graph.fixtures import clock, graph
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fakes.google.world import Clock
from fakes.graph.server import FakeGraph, running_graph
from kept import Kept

__all__ = ["Clock", "FakeGraph", "clock", "graph"]


@contextmanager
def _one() -> Iterator[FakeGraph]:
    with running_graph(Clock()) as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    """The fake's time, which a test moves."""
    return Clock()


@pytest.fixture
def graph(kept: Kept, clock: Clock) -> Iterator[FakeGraph]:
    """Graph with nobody in it, of seed 0: `graph.reset(clock, seed)` has others. The test fails if
    a request or an answer was not as documented."""
    fake = kept.one(_one)
    fake.reset(clock)
    yield fake
    fake.faults.clear()
    fake.judge()
