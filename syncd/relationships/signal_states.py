"""The signals of a person's mail as `explain` shows them, with the state of what they opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from syncd.inference.model import Claim, ClaimKind, Direction
from syncd.relationships.loops import Loop, in_order, opened_by, signals_of


@dataclass(frozen=True, slots=True)
class SignalState:
    """One signal as `explain` shows it. A signal that opens nothing is closed from the start."""

    at: datetime
    kind: str
    direction: str  # sent | received
    confidence: float
    due: date | None
    state: str  # open | closed | expired
    closed_by: str | None


def signal_states(
    interactions: Sequence[Claim],
    loops: Sequence[Loop],
    moment: datetime,
    introductions: Sequence[Claim] = (),
) -> tuple[SignalState, ...]:
    """All signals up to a moment, oldest first, with the state of what they opened."""
    by_evidence = {loop.evidence: loop for loop in loops}
    states: list[SignalState] = []
    for claim in in_order(interactions, introductions):
        if claim.kind is not ClaimKind.MESSAGE or claim.until > moment:
            continue
        for signal in signals_of(claim):
            state, closed_by = "closed", None
            kind, evidence = opened_by(claim, signal)
            if kind:
                loop = by_evidence[evidence]
                state = loop.state_at(moment)
                closed_by = loop.closed_by if state == "closed" else None
            states.append(
                SignalState(
                    claim.until,
                    signal.kind.value,
                    "sent" if claim.direction is Direction.SENT else "received",
                    signal.confidence,
                    signal.due,
                    state,
                    closed_by,
                )
            )
    return tuple(states)
