"""What the owner switched off, and the report lines: what came to nothing, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from rules.verdict import State
from syncd.pipeline.switches import in_force, mode_line
from syncd.planner import Policy, Tracked
from syncd.store import ledger, people, switches
from syncd.views.mutes import muted_list

REPORTED = timedelta(days=14)  # for so long a missed verdict stays a report line


@dataclass(frozen=True, slots=True)
class Reporter:
    """Speaks of one owner's tasks at `now`. `policy` as configured."""

    connection: Connection
    owner: str
    policy: Policy
    now: datetime

    def off(self) -> dict[str, Any]:
        """Preview, pause and mutes, as they stand."""
        found = in_force(self.connection, self.owner, self.policy)
        paused = found.policy.paused(self.now)
        until = switches.paused_until(self.connection, self.owner) if paused else None
        return {
            "mode": "preview" if found.policy.preview else "deliver",
            "mode_line": mode_line(self.connection, self.owner, self.policy) or None,
            "enabled_at": found.enabled_at,
            "paused_until": until,
            "muted": muted_list(self.connection, self.owner, self.policy.zone, self.now),
        }

    def report(self) -> list[dict[str, Any]]:
        """What was missed within the last 14 days, and open tasks whose reason is gone."""
        rows = [
            row
            for row in ledger.in_state(self.connection, self.owner, (State.MISSED, State.VOID))
            if (row.live if row.state is State.VOID else self._lately(row))
        ]
        names = self._names(rows)
        return [
            {
                "kind": str(row.state),
                "key": row.key,
                "rule": row.rule,
                "person": names[row.person],
                "title": row.task.theirs.title if row.task else None,
                "due": row.due,
                "at": row.closed_at,
            }
            for row in rows
        ]

    def named(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """The tasks with these keys, as an incident lists them."""
        rows = list(ledger.by_key(self.connection, self.owner, keys).values())
        names = self._names(rows)
        return [
            {
                "key": row.key,
                "rule": row.rule,
                "person": names[row.person],
                "title": row.task.theirs.title if row.task else "",
            }
            for row in sorted(rows, key=lambda row: (row.due, row.key))
        ]

    def _lately(self, row: Tracked) -> bool:
        return row.closed_at is not None and self.now - row.closed_at <= REPORTED

    def _names(self, rows: Sequence[Tracked]) -> dict[str, str]:
        whose = sorted({row.person for row in rows})
        known = people.load(self.connection, self.owner, whose)
        addrs = {row.person: row.addr for row in rows}
        return {one: known[one].name if one in known else addrs[one] for one in whose}
