"""Whom the owner and a person both know, looked up when a task is about to say it.

Only then: it takes the people around a person, whom nothing else about that person needs.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from syncd.pipeline.people import Gallery, Portrait
from syncd.relationships.company import Known, company_of, mutual
from syncd.store import people

_HUMAN = ("person", "silent")


def mutual_of(connection: Connection, gallery: Gallery, portrait: Portrait, now: datetime) -> str:
    """The template variable `mutual` of a person, "" where there is nobody to name."""
    history = portrait.history
    company = company_of(portrait.dossier, portrait.claims, history.loops, gallery.owner.addresses)
    whose = _whose(connection, gallery.owner_id, company.addresses, portrait.row.id)
    called = history.subject.first_name or "them"
    return mutual(company, whose, called, now, history.zone)


def _whose(
    connection: Connection, owner: str, addrs: Collection[str], besides: str
) -> dict[str, Known]:
    """The humans behind addresses, but for the one with the id `besides`."""
    if not addrs:
        return {}
    ids = people.owners_of(connection, owner, addrs)
    rows = people.load(connection, owner, {one for one in ids.values() if one and one != besides})
    known = {
        row.id: Known(
            row.id,
            row.name,
            colleague=bool(json.loads(row.snapshot)["colleague"]),
            contact=row.known and row.kind == "person",
        )
        for row in rows.values()
        if row.kind in _HUMAN
    }
    return {addr: known[one] for addr, one in ids.items() if one in known}
