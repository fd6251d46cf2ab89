"""The truth of a week: with how many people did the owner really interact?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from syncd.inference.humans import kind_of
from syncd.inference.model import Claim, ClaimKind, Direction, Mode, Real
from syncd.pipeline.people import Gallery, Portrait
from syncd.store import people

_AT_ONCE = 200


def truth_of(
    connection: Connection, gallery: Gallery, now: datetime, days: int = 7
) -> dict[str, Any]:
    """What happened in the `days` before `now`: people, ways of contact, and what did not count.

    `not_counted` holds for each first reason how often it decided and up to three examples.
    """
    since = now - timedelta(days=days)
    met: dict[str, dict[str, Any]] = {}
    ways: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    examples: dict[str, list[dict[str, Any]]] = {}
    seen: set[tuple[str, str]] = set()
    for portrait in everyone(connection, gallery, now):
        human = kind_of(portrait.dossier, portrait.claims)[0] == "person"
        for claim in portrait.claims:
            if not since <= claim.at <= now or claim.until > now:
                continue
            if claim.real is Real.YES:
                ways[_way(claim)] += 1
                entry = met.setdefault(
                    portrait.row.id, {"name": portrait.row.name, "ways": Counter()}
                )
                entry["ways"][_way(claim)] += 1
            elif (claim.key, claim.reasons[0]) not in seen:
                # One all-hands is one thing that did not count, whoever else was invited.
                seen.add((claim.key, claim.reasons[0]))
                refused[claim.reasons[0]] += 1
                shown = examples.setdefault(claim.reasons[0], [])
                if len(shown) < 3:
                    who = portrait.row.name if human else min(portrait.addrs)
                    shown.append({"who": who, "title": claim.title, "at": claim.at})
    return {
        "since": since,
        "until": now,
        "people": sorted(met.values(), key=lambda entry: entry["name"]),
        "ways": dict(ways.most_common()),
        "not_counted": [
            {"reason": reason, "count": n, "examples": examples[reason]}
            for reason, n in refused.most_common()
        ],
    }


def everyone(connection: Connection, gallery: Gallery, now: datetime) -> Iterator[Portrait]:
    rows = people.everyone(connection, gallery.owner_id, ("person", "silent", "machine"))
    desk = gallery.desk()
    for start in range(0, len(rows), _AT_ONCE):
        ids = [row.id for row in rows[start : start + _AT_ONCE]]
        yield from gallery.look(connection, ids, now, desk)
        desk.clear()


def _way(claim: Claim) -> str:
    logged = claim.kind is ClaimKind.LOG
    if claim.kind is ClaimKind.MEETING or (logged and claim.direction is Direction.BOTH):
        return {
            Mode.IN_PERSON: "met in person",
            Mode.VIDEO: "met by video",
            Mode.PHONE: "talked by phone",
        }.get(claim.mode, "met (place unknown)")
    if claim.kind is ClaimKind.MESSAGE:
        return f"mail {claim.direction}"
    return f"message {claim.direction}" if logged else str(claim.kind)
