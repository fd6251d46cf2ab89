"""The back-fill of a Gmail mailbox, into the state and by the quota, with restarts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from gmail_figures import PEOPLE, run

from connectors.google.gmail_reading import KEEP
from connectors.google.quota import LIMITS, cost

MESSAGES = 1_000
A_MINUTE = (LIMITS["gmail"].units - KEEP) // cost("gmail.users.messages.get")


@pytest.mark.parametrize("restarts", [0, 10])
def test_a_thousand_messages(tmp_path: Path, restarts: int) -> None:
    """Six thousand units a minute are never passed, nothing is fetched twice, and after the first
    minute there are people to be seen. A process that has just started does not know what another
    one has spent: Google tells it."""
    found = run(tmp_path, MESSAGES, restarts)
    assert found.restarts == restarts
    assert set(found.looks.values()) == {1}
    assert len(found.looks) == MESSAGES
    assert 20 < found.per_message < 20.2
    assert found.first_minute == found.people == PEOPLE
    least = timedelta(
        minutes=MESSAGES // (LIMITS["gmail"].units // cost("gmail.users.messages.get"))
    )
    most = timedelta(minutes=-(-MESSAGES // A_MINUTE) + (restarts > 0))
    assert least <= timedelta(seconds=found.seconds) <= most
    assert restarts or not found.refused
