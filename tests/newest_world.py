"""A support module: a state in which a step may take the newest message by itself, beside one in
which everybody is folded anew from all there is; and all that is derived in either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from sqlalchemy import select
from stepping import steps

from rules.history import Beyond
from syncd.pipeline.decide import Decider
from syncd.pipeline.newest import Newest, Taken
from syncd.store import ledger, tables
from syncd.store.database import Database
from syncd.store.observations import First

from worlds import Lab

DERIVED = (
    "person", "address", "name_token", "named", "verdict", "task", "outbox", "wanted", "reading",
    "known_as", "brief", "dirty", "involved",
)  # fmt: skip
RULES = """\
version: 1
tiers:
  - {name: inner, where: {strength: {above: 0.1}}, cadence: 14d}
  - {name: others, cadence: 45d}
rules:
  - {id: thank, since: first_meeting, until: [message_sent, call], remind: 0d, due: 48h,
     task: {title: "Thank {{ first_name }}"}}
  - {id: hello, since: first_contact, until: [meeting, call], remind: 1d, due: 21d, expires: 60d,
     where: {stage: [contact, acquaintance]}, task: {title: "Get to know {{ first_name }}"}}
  - {id: answer, since: asked_me, until: [resolved], remind: 1 working day, due: 3 working days,
     task: {title: "Answer {{ first_name }}"}}
  - {id: ask-again, since: i_asked, until: [resolved, message_received], remind: 7d, due: 10d,
     pause_while: scheduled, task: {title: "Ask {{ first_name }} again"}}
  - {id: coffee, since: meeting_proposed, until: [resolved, meeting_scheduled], remind: 5d,
     due: 14d, task: {title: "Find a day to meet {{ first_name }}"}}
  - {id: cadence, since: interaction, until: [interaction], remind: cadence, due: cadence x 1.5,
     expires: cadence x 3, task: {title: "Be in touch with {{ first_name }}"}}
  - {id: rhythm, since: interaction, until: [interaction], remind: rhythm x 1, due: rhythm x 4,
     task: {title: "It is quiet with {{ first_name }}"}}
  - {id: fading, since: {strength_below: 0.1}, until: [interaction], remind: 0d, due: 14d,
     task: {title: "{{ first_name }} is fading"}}
  - {id: lost, since: message_sent, until: [message_received, {strength_below: 0.05}], remind: 3d,
     due: 35d, expires: 90d, task: {title: "Write to {{ first_name }} once more"}}
  - {id: first-of-all, since: message_received, anchor: oldest_open, until: [message_sent],
     remind: 3d, due: 5d, expires: 21d, task: {title: "Write back to {{ first_name }}"}}
"""


@contextmanager
def counting(taken: Counter[str], *, allowed: bool = True) -> Iterator[None]:
    """Count how messages are taken; where it is not `allowed`, everybody is folded anew."""
    by_itself, judged = Newest.take, Decider.judged

    def take(self: Newest, connection: Any, only: First) -> list[Taken] | None:
        found = _sound(taken, lambda: by_itself(self, connection, only)) if allowed else None
        taken["anew" if found is None else "newest"] += 1
        if found:
            taken["long"] += any(one.portrait.history.earlier is not None for one in found)
            rows = ledger.load(connection, self.gallery.owner_id, [one.row.id for one in found])
            theirs = [row for some in rows.values() for row in some if row.task is not None]
            taken["had tasks"] += bool(theirs)
            taken["have tasks"] += any(row.live for row in theirs)
        return found

    def judge(self: Decider, *given: Any, **more: Any) -> Any:
        return _sound(taken, lambda: judged(self, *given, **more))

    with mock.patch.object(Newest, "take", take), mock.patch.object(Decider, "judged", judge):
        yield


def _sound(taken: Counter[str], work: Callable[[], Any]) -> Any:
    """What comes of it, whatever goes wrong but a look too far back is noted."""
    try:
        return work()
    except Beyond:
        taken["beyond"] += 1
        raise
    except Exception as error:
        taken[f"wrong: {error!r}"] += 1
        raise


def derived(database: Database) -> dict[str, list[Any]]:
    """Every row of the tables that are worked out, but for the brief's of nobody."""
    with database.read() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in tables.metadata.tables.items()
            if name in DERIVED
        }


def one(lab: Lab, now: datetime, **how: bool) -> dict[str, list[Any]]:
    database = lab.open()
    steps(lab.shop(database), now, **how)
    found = derived(database)
    database.close()
    return found
