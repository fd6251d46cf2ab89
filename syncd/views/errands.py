"""Cards and drafts, as the owner sees them: what was added, what waits, what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from connectors import wire
from connectors.records import Card
from syncd.people import normalise
from syncd.pipeline.outward import card_of
from syncd.store import errands, errands_known
from syncd.store.errands import CARD, DONE, OPEN, Errand


def errands_of(connection: Connection, owner: str) -> dict[str, Any]:
    """How many were added and how many wait, by kind, and what did not succeed."""
    found = errands.load(connection, owner)
    return {
        f"{op}s": {
            "added": sum(one.op == op and one.state == DONE for one in found),
            "waiting": sum(one.op == op and one.state in OPEN for one in found),
        }
        for op in (CARD, errands.DRAFT)
    } | {
        "troubles": [
            {"key": one.key, "op": one.op, "account": one.account, "error": one.error}
            for one in errands.troubles(connection, owner)
        ]
    }


def errand_shown(one: Errand) -> dict[str, Any]:
    """One of them, for whoever asks why it is there."""
    shown = {
        "op": one.op,
        "account": one.account,
        "state": one.state,
        "made": one.made,
        "ref": one.ref or None,
        "error": one.error or None,
    }
    if one.op == CARD:
        card = card_of(one)
        shown["card"] = {
            "uid": card.uid,
            "name": card.name,
            "addresses": list(card.addrs),
            "organisation": card.organisation,
            "title": card.title,
            "phones": list(card.phones),
            "links": list(card.links),
        }
    else:
        shown["answers"] = str(one.found.get("answers", "")).removeprefix("message:")
    return shown


def written_in(connection: Connection, owner: str, addrs: Collection[str]) -> list[tuple[str, str]]:
    """(UID, name) of the cards that syncd added for whoever holds one of these addresses, and in
    which the owner has written since, as far as their books were read."""
    return [
        (one.uid, one.name)
        for one in errands.of_people(connection, owner, addrs)
        if one.op == CARD and one.written and _differs(connection, owner, one)
    ]


def _differs(connection: Connection, owner: str, one: Errand) -> bool:
    sheets = errands_known.sheets(connection, owner, f"card:{one.account}/{one.uid}")
    cards = [wire.unpack("card", sheet.record) for sheet in sheets]
    ours = _said(card_of(one))
    return any(isinstance(card, Card) and _said(card) != ours for card in cards)


def _said(card: Card) -> tuple[Any, ...]:
    return (
        card.name,
        {normalise(addr) for addr in card.addrs},
        card.organisation,
        card.title,
        card.birthday,
        set(card.phones),
        set(card.nicknames),
        card.note,
    )
