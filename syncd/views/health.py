"""How every account fares, as data: by account and, within it, by facet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection

from syncd.store import health
from syncd.store.health import Health


def health_of(
    connection: Connection, owner: str, accounts: Collection[str]
) -> list[dict[str, Any]]:
    """One object for each of these accounts that was ever tried: it is as well as its worst facet.

    `facet` and `scope` name that one; `last_success` is the oldest of its facets' while it is up,
    `next_try` when something of it is tried again by itself.
    """
    rows = [row for row in health.load(connection, owner) if row.place.account in accounts]
    found = []
    for account in sorted({row.place.account for row in rows}):
        mine = [row for row in rows if row.place.account == account]
        worst = health.worst(mine)
        assert worst is not None
        read = [row.last_ok for row in mine if row.place.facet != health.DELIVERY and row.last_ok]
        again = [row.next_try for row in mine if row.next_try is not None]
        found.append(
            {
                "account": account,
                **_plain(worst),
                "since": max(row.since for row in mine)
                if worst.state == health.UP
                else worst.since,
                "last_success": worst.last_ok if worst.outage else min(read, default=None),
                "next_try": min(again, default=None),
                "facets": [_plain(row) for row in mine],
            }
        )
    return found


def _plain(row: Health) -> dict[str, Any]:
    return {
        "facet": row.place.facet,
        "scope": row.place.scope,
        "state": row.state,
        "since": row.since,
        "last_success": row.last_ok,
        "error": row.error or None,
        "kind": row.kind or None,
        "remedy": row.remedy,
        "next_try": row.next_try,
        "tries": row.tries,
    }


def nobody_signed_in(found: Sequence[dict[str, Any]], accounts: Collection[str]) -> bool:
    """Whether no account could sign in, in whatever facet."""
    kinds = {error.__name__ for error in health.SIGNED_OUT}
    outside = {
        one["account"] for one in found if any(facet["kind"] in kinds for facet in one["facets"])
    }
    return bool(accounts) and outside >= set(accounts)
