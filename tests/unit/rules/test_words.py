"""Every word of the language is explained, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from rules import durations, history, load, model, variables, verdict, where, words


@pytest.mark.parametrize(
    ("explained", "known"),
    [
        (words.EVENTS, {*history.EVENTS, model.RESOLVED, "strength_below"}),
        (words.CLAUSES, words.EVENTS),
        (words.FACTS, where.FACTS),
        (words.STAGES, where.STAGES),
        (words.COUNTS, where.COUNTS),
        (words.BOUNDS, where.BOUNDS),
        (words.VARIABLES, variables.VARIABLES),
        (words.SINCE_FIELDS, variables.SINCE_FIELDS),
        (words.STATES, [state.value for state in verdict.State]),
        (words.FILE, load.FILE_KEYS),
        (words.TIER, load.TIER_KEYS),
        (words.RULE, load.RULE_KEYS),
        (words.TASK, load.TASK_KEYS),
        (words.DEFAULTS, set(load.RULE_KEYS) - {*load.MANDATORY, "about"}),
    ],
)
def test_every_word_is_explained(explained: Mapping[str, str], known: Iterable[str]) -> None:
    """What the language knows and what its words explain are the same; each line is one line."""
    assert set(explained) == set(known)
    assert all(text.strip() == text and "\n" not in text for text in explained.values())


def test_every_unit_has_an_example() -> None:
    """The durations that are explained are durations, and every unit is among them."""
    units = list(dict.fromkeys(durations.parse(text).unit for text in words.DURATIONS))
    assert units == ["h", "d", "w", "m", "working days", "cadence", "rhythm"]
