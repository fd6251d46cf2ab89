"""What a pass tells: how far it is while it runs, and what it did when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from connectors.errors import ConnectorError
from syncd.pipeline.observe import Outcome
from syncd.store.health import SIGNED_OUT


class Progress(Protocol):
    """Where long work tells how far it is."""

    def step(self, name: str) -> None: ...

    def advance(self, count: int) -> None: ...


class Silent:
    """Progress for nobody."""

    def step(self, name: str) -> None:
        """Nothing to show."""

    def advance(self, count: int) -> None:
        """Nothing to show."""


@dataclass(slots=True)
class Report:
    """What one pass did."""

    outcomes: list[Outcome] = field(default_factory=list)
    clock: str = ""  # what is wrong with it; nothing was done then
    people: int = 0  # folded
    reinferred: int | None = None  # people changed by a newer version; None: it is the same one
    texts: int = 0  # read
    created: int = 0
    updated: int = 0
    completed: int = 0
    delivery_errors: dict[str, ConnectorError] = field(default_factory=dict)
    delivery_pauses: dict[str, str] = field(default_factory=dict)
    cards: int = 0  # added
    drafts: int = 0  # left
    # By account and what was to be added ("card", "draft").
    errand_errors: dict[tuple[str, str], ConnectorError] = field(default_factory=dict)
    errand_pauses: dict[tuple[str, str], str] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)  # vanished tasks by account

    @property
    def failed(self) -> bool:
        """An account failed or needs its owner; everything else was done."""
        return (
            bool(self.clock)
            or any(outcome.error for outcome in self.outcomes)
            or bool(self.delivery_errors)
            or bool(self.errand_errors)
            or bool(self.incidents)
        )

    @property
    def nobody_signed_in(self) -> bool:
        """Every account refused our credentials, or there were none to show."""
        accounts = {outcome.account for outcome in self.outcomes}
        outside = {outcome.account for outcome in self.outcomes if outcome.signed_out}
        outside |= {name for name, e in self.delivery_errors.items() if isinstance(e, SIGNED_OUT)}
        outside |= {
            name for (name, _), e in self.errand_errors.items() if isinstance(e, SIGNED_OUT)
        }
        return bool(accounts) and accounts <= outside
