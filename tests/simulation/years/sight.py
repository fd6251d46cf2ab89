"""When things were first seen, and what nobody touched: as the state has it, against what the
simulation noted when it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulation.years.broken import must
from simulation.years.owner import Memory
from simulation.years.process import Process
from simulation.years.shadow import Reading
from simulation.years.stage import Stage
from simulation.years.truth import Truth
from sqlalchemy import Connection

from connectors.records import Card, Meeting, Message, PartStat, Seen
from syncd.inference.model import Sighted
from syncd.planner import Tracked
from syncd.store import ledger, ledger_tasks, people

_WORDS = ("title", "notes", "due")

Record = Message | Meeting | Card


def _shown(stage: Stage, reading: Reading) -> Iterator[tuple[str, Record]]:
    """What was read then: by the key that the observation has."""
    versions = stage.worlds[reading.account].versions
    # A ref that is sealed is nowhere out there.
    version = versions.get((reading.facet, reading.ref, reading.stamp))
    item = version.item if version is not None else None
    for one in item.observations if isinstance(item, Seen) else ():
        if isinstance(one, Message):
            yield f"message:{one.message_id}", one
        elif isinstance(one, Meeting):
            yield f"meeting:{one.uid}/{one.recurrence_id}", one
        elif isinstance(one, Card) and not one.attached_by:
            yield f"card:{reading.account}/{one.uid}", one


@dataclass(frozen=True, slots=True)
class Noted:
    """What was read, and when. Each question returns how many observations it compared."""

    process: Process
    stage: Stage
    readings: Sequence[Reading]
    now: datetime

    def first(self, memory: Memory) -> int:
        """2. `seen_at` is when something was first read, whatever it became since."""
        if memory.ever_ignored:
            return 0  # what was thrown away is seen anew when it is wanted again
        noted = self._when(lambda _: True)
        compared = 0
        with self.process.looking(self.now) as (connection, decider, _):
            ids = self._everybody(connection)
            for portrait in decider.gallery.look(connection, ids, self.now):
                dossier = portrait.dossier
                seen: list[Sighted[Any]] = [*dossier.messages, *dossier.meetings, *dossier.cards]
                for one in seen:
                    then = noted.get(one.key)  # None: of somebody who was to be forgotten
                    same = then is None or one.seen_at == then
                    must(same, f"2: {one.key} was seen {then}, not {one.seen_at}")
                    compared += then is not None
        return compared

    def scheduled(self, truth: Truth) -> int:
        """A meeting is scheduled when it is first seen that the owner comes: there the rule `ready`
        begins."""
        noted = self._when(self._comes)
        plain = {
            f"meeting:{date.uid}/{date.recurrence}"
            for tie in truth.ties.values()
            for date in tie.dates
            if date.took_place and not date.earlier
        }
        with self.process.database.read() as connection:
            ids = self._everybody(connection)
            found = ledger.load(connection, self.process.database.owner, ids)
        compared = 0
        for row in (one for some in found.values() for one in some):
            key = row.anchor.partition("#")[0]
            if row.rule == "ready" and key in plain and key in noted:
                then = noted[key]
                must(row.remind == then, f"2: {key} was planned {then}, not {row.remind}")
                compared += 1
        return compared

    def _everybody(self, connection: Connection) -> list[str]:
        owner = self.process.database.owner
        every = people.all_addresses(connection, owner)
        return sorted(set(people.owners_of(connection, owner, every).values()) - {""})

    def _when(self, wanted: Callable[[Record], bool]) -> dict[str, datetime]:
        """When each observation was first read as one that is wanted; by its key."""
        found: dict[str, dict[tuple[str, str], datetime]] = {}
        for reading in self.readings:
            for key, record in _shown(self.stage, reading):
                if wanted(record):
                    places = found.setdefault(key, {})
                    places.setdefault((reading.account, reading.ref), reading.at)
        return {key: min(places.values()) for key, places in found.items()}

    def _comes(self, record: Record) -> bool:
        """Whether a calendar shows that the owner means to be there: to convene is to accept."""
        if not isinstance(record, Meeting) or record.method:
            return False
        mine = self.process.cast.owner
        said = {one.partstat for one in record.attendees if one.mailbox.addr == mine.addr}
        host = record.organizer is not None and record.organizer.addr == mine.addr
        return PartStat.ACCEPTED in said or (host and said <= {PartStat.UNKNOWN})


def untouched(process: Process, memory: Memory) -> None:
    """4. What the owner never wrote in is not taken for theirs: it would not be moved or closed."""
    with process.database.read() as connection:
        rows = ledger_tasks.open_tasks(connection, process.database.owner)
    for row in rows:
        if memory.restored and row.task and row.task.created < memory.restored:
            continue  # what we wrote in it since the copy was made is not known to be ours
        wrote = memory.edits.get(row.key, {})
        if not any(name in wrote for name in _WORDS):
            must(not _touched(row), f"4: the owner did not touch {row.key}: {row.task}")


def not_dismissed(process: Process, memory: Memory) -> None:
    """4. Only a task that the owner deleted by itself is a "no": never one of a list that was
    emptied, however slowly."""
    with process.database.read() as connection:
        rows = ledger_tasks.dismissed(connection, process.database.owner)
    others = [row.key for row in rows if row.key not in memory.deleted]
    must(not others, f"4: the owner deleted a list, and said nothing about {others}")


def _touched(row: Tracked) -> bool:
    return row.task is not None and row.task.delivered_at is not None and row.task.touched
