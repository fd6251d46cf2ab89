"""Items whose refs are sealed: known under a name that nobody reads without the key.

An item is one, whether its ref is sealed or not: what is stored under the other spelling moves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, delete, select, update

from connectors.records import Facet
from syncd.people.forgotten import Forgotten
from syncd.store.portions import Taken
from syncd.store.schema import item, sighting
from syncd.store.statements import chunked

# Named one by one: the index of items begins with them.
READ: Final = tuple(str(facet) for facet in Facet if facet is not Facet.TASKS)


def respell(
    connection: Connection, owner: str, account: str, facet: str, taken: Sequence[Taken]
) -> None:
    """Move what is stored of these items under their other refs, before they are stored."""
    now = {one.twin: one.ref for one in taken if one.twin}
    for some in chunked(now):
        items = (item.c.owner == owner, item.c.account == account, item.c.facet == facet)
        connection.execute(delete(item).where(*items, item.c.ref.in_(some)))
        ours = (sighting.c.owner == owner, sighting.c.account == account)
        seen = select(sighting.c.ref).where(*ours, sighting.c.ref.in_(some)).distinct()
        for ref in list(connection.execute(seen).scalars()):
            moved = update(sighting).where(*ours, sighting.c.ref == ref).values(ref=now[ref])
            connection.execute(moved)


def seal_empty(
    connection: Connection,
    owner: str,
    forgotten: Forgotten,
    places: Collection[tuple[str, str]],
) -> None:
    """Seal the ref of each (account, ref) that holds nothing any more."""
    for account, ref in sorted(places):
        ours = (sighting.c.owner == owner, sighting.c.account == account, sighting.c.ref == ref)
        left = select(sighting.c.ref).where(*ours, sighting.c.gone_at.is_(None)).limit(1)
        if connection.execute(left).first() is not None:
            continue
        sealed = forgotten.sealed(ref)
        connection.execute(update(sighting).where(*ours).values(ref=sealed))
        items = (
            item.c.owner == owner,
            item.c.account == account,
            item.c.facet.in_(READ),
            item.c.ref == ref,
        )
        values = {"ref": sealed, "state": "ignored", "reason": ""}
        connection.execute(update(item).where(*items).values(values))
