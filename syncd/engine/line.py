"""How a running daemon is doing, in one line without names: for `systemctl status`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from syncd.pipeline.switches import in_force
from syncd.pipeline.workshop import Workshop
from syncd.planner import Status
from syncd.store import sources
from syncd.store.query import Query, owned
from syncd.store.schema import task

_OPEN = Query(lambda _: select(func.count()).where(owned(task), task.c.status == str(Status.OPEN)))


def line_of(shop: Workshop, next_look: datetime | None, now: datetime) -> str:
    """Like "watching 3 accounts; 12 tasks open; next look 14:30", in the owner's zone."""
    owner = shop.database.owner
    with shop.database.read() as connection:
        opened = _OPEN(connection, owner=owner)[0][0]
        rows = {(row.account, row.facet, row.scope): row for row in sources.load(connection, owner)}
        preview = in_force(connection, owner, shop.policy).policy.preview
    wanted = [
        (account.name, str(source.facet), source.scope)
        for account in shop.accounts
        for source in account.sources
    ]
    count = len(shop.accounts)
    parts = [f"watching {count} account{'' if count == 1 else 's'}"]
    ill = {key[0] for key in wanted if key in rows and rows[key].error}
    if ill:
        parts.append(f"{len(ill)} with trouble (`syncd status`)")
    unread = sum(key not in rows or rows[key].done_at is None for key in wanted)
    if unread:
        parts.append(f"first reading: {unread} of {len(wanted)} to go")
    parts.append(f"{opened} task{'' if opened == 1 else 's'} open")
    if preview:
        parts.append("preview")
    if next_look is not None:
        local = next_look.astimezone(shop.owner.zone)
        today = now.astimezone(local.tzinfo).date() == local.date()
        parts.append(f"next look {local:%H:%M}" if today else f"next look {local:%Y-%m-%d %H:%M}")
    return "; ".join(parts)
