"""Ana's house in another zone and with other accounts, for tests of what depends on neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from acceptance_tasks import House

HOME = (
    "  - {name: home, kind: local, mail: [mail], calendar: [calendar],"
    " contacts: [contacts], tasks: tasks}\n"
)
Told = list[tuple[str, str, str, str | None]]


@dataclass(slots=True)
class Abroad(House):
    """A house whose owner lives in `zone`; `accounts` are the lines of its configuration."""

    zone: str = "Europe/Lisbon"
    accounts: str = HOME

    def at(self, text: str) -> datetime:
        """A moment on the owner's clock, such as `2026-03-03T12:00`."""
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.zone))

    def configure(self) -> None:
        House.configure(self)
        text = self.config.read_text(encoding="utf-8")
        text = text.replace("Europe/Lisbon", self.zone).replace(HOME, self.accounts)
        self.config.write_text(text, encoding="utf-8")

    def told(self, now: datetime) -> Told:
        """`once`, then every task, waiting ones included: (rule, first name, status, due)."""
        self.once(now)
        return self.listed(now)

    def listed(self, now: datetime) -> Told:
        """The same without `once` before it."""
        return sorted(
            (one["rule"], _first(one["person"]), one["status"], one["due"])
            for one in self.tasks(now, everything=True)
        )

    def stands(self, now: datetime) -> dict[str, str]:
        """`once`, then the status by rule, where every rule has one task."""
        found = self.told(now)
        assert len({rule for rule, *_ in found}) == len(found), found
        return {rule: status for rule, _, status, _ in found}


def _first(person: dict[str, Any]) -> str:
    name: str = person["name"] or person["addresses"][0]
    return name.split()[0]
