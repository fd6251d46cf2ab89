"""A support module: fixtures for tests against the fake. A file that uses them imports both.

from fakes.exchange.fixtures import clock, exchange
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fakes.exchange.server import FakeExchange, running_exchange
from fakes.exchange.world import Clock
from kept import Kept

__all__ = ["FakeExchange", "clock", "exchange"]


@contextmanager
def _one() -> Iterator[FakeExchange]:
    with running_exchange(Clock()) as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    """The fake's time, which a test moves."""
    return Clock()


@pytest.fixture
def exchange(kept: Kept, clock: Clock) -> Iterator[FakeExchange]:
    """Exchange with nobody in it. The test fails if a request or an answer was not as the schemas
    have it."""
    fake = kept.one(_one)
    fake.reset(clock)
    yield fake
    fake.faults.clear()
    fake.judge()
