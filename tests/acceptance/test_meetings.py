"""Meetings on the command line: which entries of a calendar are real meetings, and of what mode.

Each row of a table is one sentence of DESIGN section 5 with somebody of its own; all rows of a
table are read by one run.
"""

from __future__ import annotations

from typing import Any

import pytest
from acceptance_meetings import (
    CASES,
    Case,
    check,
    explained,
    judged_by,
)
from acceptance_world import Home


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The meetings of every case, oldest first, by its truth."""
    home = Home(tmp_path_factory.mktemp("meetings"))
    return judged_by(home, CASES, "2023-01-02T09:00", 20)


@pytest.mark.parametrize("case", CASES, ids=[case.truth for case in CASES])
def test_what_meetings_count(case: Case, judged: dict[str, Any]) -> None:
    """The sentence that names the case."""
    check(case, judged[case.truth])


def test_every_meeting_has_reasons_and_evidence(judged: dict[str, Any]) -> None:
    """Whatever was judged, for or against, says why and names the account and the file."""
    explained(judged)
