"""The back-fill of a Gmail mailbox, into the state and by the quota, with restarts."""

from __future__ import annotations

from pathlib import Path

from gmail_figures import PEOPLE, run

from connectors.google.gmail_reading import KEEP
from connectors.google.quota import LIMITS, cost

MESSAGES, RESTARTS = 1_000, 10
GET = cost("gmail.users.messages.get")
MOST = LIMITS["gmail"].units // GET  # messages a minute
LEAST = (LIMITS["gmail"].units - KEEP) // GET - 1


def test_a_mailbox_of_three_years(tmp_path: Path) -> None:
    """Six thousand units a minute are never passed, nothing is fetched twice, and after the first
    minute there are people to be seen. A process that has just started does not know what another
    one has spent: Google tells it."""
    found = run(tmp_path, MESSAGES, RESTARTS)
    assert found.restarts == RESTARTS
    assert set(found.looks.values()) == {1}
    assert len(found.looks) == MESSAGES
    assert GET < found.per_message < GET + 0.2
    assert found.first_minute == found.people == PEOPLE
    assert MESSAGES // MOST <= found.seconds / 60 <= MESSAGES // LEAST + 1
