"""What a task that waits for its turn really waits for."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.pipeline.decide import Decider
from syncd.pipeline.people import Portrait
from syncd.planner import Tracked

BUDGET = "budget"


def reasons_of(
    connection: Connection, decider: Decider, portrait: Portrait, row: Tracked
) -> tuple[str, ...]:
    """The reasons that are stored with a verdict; where its turn cannot come, because there is no
    list to write to or that may not be written now, this instead."""
    if BUDGET not in row.reasons:
        return row.reasons
    if not decider.tasks_in:
        waits = "list:none"
    elif decider.incidents and _is_bound_for_one(connection, decider, portrait, row):
        waits = "list:incident"
    else:
        return row.reasons
    return tuple(waits if one == BUDGET else one for one in row.reasons)


def _is_bound_for_one(
    connection: Connection, decider: Decider, portrait: Portrait, row: Tracked
) -> bool:
    """Whether its list has vanished, or lost many tasks at once."""
    drafted = decider.draft(portrait, row, connection)
    if drafted is None:
        return False
    lists = decider.tasks_in
    return (lists.get(drafted[2]) or lists.get("default")) in decider.incidents
