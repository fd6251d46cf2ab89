"""All that is stored about one person, as one document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from syncd.pipeline.decide import Decider
from syncd.store import logged, notes, rows
from syncd.store.target import Target
from syncd.views.explain import explain_address, explain_person
from syncd.views.tasks import tasks_list


def export_of(
    connection: Connection, decider: Decider, target: Target, now: datetime
) -> dict[str, Any]:
    """What `explain` says of them, what the owner wrote, their tasks, and every row there is.

    `stored` holds the rows by table, moments as moments: mail, meetings and cards under
    `observation` and `sighting` (with the record as it was seen, where and when), the names they
    were found under, how their addresses were joined.
    """
    owner = decider.gallery.owner_id
    if target.person:
        explained = explain_person(connection, decider, target.person, now)
    else:
        explained = explain_address(connection, decider.gallery, min(target.addrs), now)
    tasks = tasks_list(connection, decider, now, everything=True)
    return {
        "exported_at": now,
        "addresses": sorted(target.addrs),
        **explained,
        "notes": [
            {"line": one.line, "at": one.at}
            for one in notes.listed(connection, owner, target.addrs)
        ],
        "logs": [
            {
                "at": one.log.at,
                "kind": one.kind,
                "mode": str(one.log.mode),
                "direction": str(one.log.direction),
                "title": one.log.title,
                "place": one.log.place,
                "logged_at": one.log.seen_at,
            }
            for one in logged.listed(connection, owner)
            if one.log.addrs & target.addrs
        ],
        "tasks": [one for one in tasks if one["person"]["id"] == target.person],
        "stored": rows.about(connection, owner, target),
    }
