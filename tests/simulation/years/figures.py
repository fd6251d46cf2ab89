"""How much was tried, so that it can be told whether it was enough."""

from __future__ import annotations

from dataclasses import dataclass

_COUNTED = (
    "drives", "undisturbed", "crashes", "tasks", "judged", "meetings", "readings", "seen", "broken",
)  # fmt: skip


@dataclass(slots=True)
class Figures:
    """What a year came to."""

    drives: int = 0
    undisturbed: int = 0
    crashes: int = 0
    tasks: int = 0
    judged: int = 0  # how often the oracle and the list were compared about something
    meetings: int = 0
    readings: int = 0
    seen: int = 0  # observations of which it was compared when they were first seen
    broken: int = 0  # connections to real servers
    compared: bool = False  # with another order

    def add(self, other: Figures) -> None:
        """Count those of another year as well."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self) -> str:
        return (
            f"{self.drives} drives, {self.undisturbed} undisturbed, {self.crashes} crashes, "
            f"{self.tasks} tasks, {self.judged} judgements, {self.meetings} meetings, "
            f"{self.readings} readings, {self.seen} sights"
            f"{f', {self.broken} broken connections' if self.broken else ''}"
            f"{', in another order as well' if self.compared else ''}"
        )
