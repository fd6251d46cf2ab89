"""The lists as their owner sees them, read without asking the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simulation.years.stage import LISTS, Stage

from connectors.records import Facet, Task

_FOOTER = re.compile(r"syncd, rule ([\w-]+)\. Why: syncd explain (\S+)\. .*?"
                     r"(?:never for .*?: syncd mute (\S+) --rule|$)", re.MULTILINE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ours:
    """One of our tasks in a list. `rule` and `addr` are what its last line says."""

    account: str
    ref: str
    task: Task
    rule: str
    addr: str

    @property
    def key(self) -> str:
        return self.task.key


def listed(stage: Stage) -> list[tuple[str, Task]]:
    """Every task of ours as it stands, with its key."""
    return [(one.key, one.task) for one in tasks_of(stage)]


def tasks_of(stage: Stage) -> Iterator[Ours]:
    """Every task of ours, in a fixed order; twins one after the other."""
    for account in stage.at_first(*LISTS):
        world = stage.worlds[account]
        for ref in sorted(world.alive(Facet.TASKS)):
            task = world.task(ref)
            if task.key:
                found = _FOOTER.search(task.notes)
                rule, addr = (found[1], found[3] or "") if found else ("", "")
                yield Ours(account, ref, task, rule, addr.strip("'\""))
