"""Where a rule stands with a person: the result of `rules.evaluate`."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from rules.history import Event
from rules.values import value


class State(StrEnum):
    """`held` by pause is decided here; `held` by budget or mode, `muted` and `void` by the planner,
    which knows limits, mutes and what was open before."""

    WAITING = "waiting"
    HELD = "held"
    MUTED = "muted"
    OPEN = "open"
    SATISFIED = "satisfied"
    EXPIRED = "expired"
    MISSED = "missed"
    VOID = "void"


@value
class Verdict:
    """Where (rule, person, anchor) stands at the moment it was evaluated."""

    rule: str
    person: str
    anchor: Event
    state: State
    remind: datetime  # when the task should appear
    due: date  # in the owner's zone
    due_at: datetime
    expires: datetime
    opened_at: datetime | None  # first moment at or after `remind` at which nothing held it back
    closed_at: datetime | None  # when it was satisfied or expired
    next: datetime | None  # the next moment at which this can change by itself; None: never
    reasons: tuple[str, ...]
    satisfied_by: str = ""  # evidence of the event that satisfied it
    priority: int = 50
