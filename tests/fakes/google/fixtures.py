"""A support module: fixtures for tests against the fake. A file that uses them imports both.

from fakes.google.fixtures import clock, google
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fakes.google.server import FakeGoogle, running_google
from fakes.google.world import Clock
from kept import Kept

__all__ = ["FakeGoogle", "clock", "google"]


@contextmanager
def _one() -> Iterator[FakeGoogle]:
    with running_google(Clock()) as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    """The fake's time, which a test moves."""
    return Clock()


@pytest.fixture
def google(kept: Kept, clock: Clock) -> Iterator[FakeGoogle]:
    """Google with nobody in it. The test fails if a request or an answer was not as documented."""
    fake = kept.one(_one)
    fake.reset(clock)
    yield fake
    fake.faults.clear()
    fake.judge()
