"""Everything behind one person, address or task: what counted, what did not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from rules.evaluate import tier_of
from syncd.inference import infer
from syncd.inference.bounces import suspended_addresses
from syncd.inference.humans import kind_of
from syncd.inference.model import Claim, Owner
from syncd.people import AddressKind, classify
from syncd.pipeline.decide import Decider
from syncd.pipeline.people import Gallery, Portrait
from syncd.planner import Tracked, mint, unplaced
from syncd.store import ledger, people
from syncd.views.cards import cards_behind
from syncd.views.joins import joined_by
from syncd.views.waits import reasons_of

_AT_ONCE = 200


def explain_person(
    connection: Connection, decider: Decider, person: str, now: datetime
) -> dict[str, Any]:
    """The object of `explain PERSON --json`."""
    portrait = decider.gallery.look(connection, [person], now)[0]
    rows = ledger.load(connection, decider.gallery.owner_id, [person]).get(person, ())
    return _object(connection, decider, portrait, rows, now)


def explain_address(
    connection: Connection, gallery: Gallery, addr: str, now: datetime
) -> dict[str, Any]:
    """The object for an address that is no person's."""
    seen = people.roles(connection, gallery.owner_id, [addr]).get(addr, [])
    kind, reasons = classify(
        addr,
        is_list=any(role == "list" for role, _, _ in seen),
        is_resource=any(role == "room" for role, _, _ in seen),
    )
    dossier = gallery.desk().gather(connection, [frozenset({addr})])[0]
    claims = infer(dossier, gallery.owner, now)
    if kind is AddressKind.PERSON:
        reasons = kind_of(dossier, claims)[1]
    return _no_person(addr, reasons, claims)


def _no_person(addr: str, reasons: Sequence[str], claims: Sequence[Claim]) -> dict[str, Any]:
    return {
        "person": None,
        "address": addr,
        "reasons": list(reasons),
        "facts": None,
        "interactions": interactions_of(claims),
        "signals": [],
        "verdicts": [],
    }


def explain_all(
    connection: Connection, decider: Decider, owner: Owner, now: datetime
) -> Iterator[dict[str, Any]]:
    """One object for every person, then one for every other address."""
    gallery = decider.gallery
    everybody = people.everyone(connection, gallery.owner_id, ("person", "silent", "machine"))
    desk = gallery.desk()
    for start in range(0, len(everybody), _AT_ONCE):
        ids = [row.id for row in everybody[start : start + _AT_ONCE]]
        rows = ledger.load(connection, gallery.owner_id, ids)
        for portrait in gallery.look(connection, ids, now, desk):
            yield _object(connection, decider, portrait, rows.get(portrait.row.id, ()), now)
        desk.clear()
    every = people.all_addresses(connection, gallery.owner_id)
    whose = people.owners_of(connection, gallery.owner_id, every)
    for addr in every:
        if not whose.get(addr) and addr not in owner.addresses:
            yield explain_address(connection, gallery, addr, now)


def _object(
    connection: Connection,
    decider: Decider,
    portrait: Portrait,
    rows: tuple[Tracked, ...],
    now: datetime,
) -> dict[str, Any]:
    kind, reasons = kind_of(portrait.dossier, portrait.claims)
    if kind == "machine":
        return _no_person(min(portrait.addrs), reasons, portrait.claims)
    history = portrait.history
    facts = history.facts_json(now)
    tier = tier_of(decider.ruleset, history.subject, history.facts_at(now), decider.clock)
    suspended = suspended_addresses(portrait.dossier, decider.gallery.owner, now)
    if len(suspended) == len(portrait.addrs):
        reasons = (*reasons, "address:suspended")
    return {
        "person": person_of(portrait) | _joined(connection, decider, portrait),
        "reasons": list(reasons),
        "facts": facts | {"tier": tier.name if tier else None, "suspended": list(suspended)},
        "interactions": interactions_of(portrait.claims),
        "signals": [
            {
                "at": signal.at,
                "kind": str(signal.kind),
                "direction": str(signal.direction),
                "confidence": round(signal.confidence, 3),
                "due": signal.due,
                "state": signal.state,
                "closed_by": signal.closed_by or None,
            }
            for signal in history.signals(now)
        ],
        "verdicts": _verdicts(connection, decider, portrait, rows),
    }


def _joined(connection: Connection, decider: Decider, portrait: Portrait) -> dict[str, Any]:
    """Why several addresses are one person's."""
    gallery = decider.gallery
    links = joined_by(connection, gallery.owner_id, gallery.owner, portrait.addrs)
    return {"joined_by": links} if len(portrait.addrs) > 1 else {}


def _verdicts(
    connection: Connection, decider: Decider, portrait: Portrait, rows: tuple[Tracked, ...]
) -> list[dict[str, Any]]:
    """Every rule's standing: what is followed, and what was over before it could be a task."""
    followed = decider.stand(portrait, rows)
    shown = [
        verdict_of(row, reasons_of(connection, decider, portrait, row)) for row in followed.tracked
    ]
    there = {(row.rule, row.anchor) for row in followed.tracked}
    muted = decider.mutes.of(portrait.addrs, decider.now)
    for verdict in decider.verdicts(portrait, rows):
        anchor = verdict.anchor.evidence
        if (verdict.rule, anchor) in there:
            continue
        state, reasons = unplaced(verdict, followed.tracked, muted.rules, muted.unmuted)
        shown.append(
            {
                "rule": verdict.rule,
                "anchor": anchor,
                "state": str(state),
                "remind": verdict.remind,
                "due": verdict.due,
                "next": None,
                "reasons": list(reasons),
                "key": mint(verdict.rule, anchor, portrait.address_in(anchor)),
            }
        )
    return sorted(shown, key=lambda one: (one["rule"], one["key"]))


def person_of(portrait: Portrait, addr: str = "") -> dict[str, Any]:
    row = portrait.row
    return {"id": row.id, "name": row.name, "addresses": list(portrait.addrs) or [addr]}


def verdict_of(row: Tracked, reasons: Sequence[str]) -> dict[str, Any]:
    return {
        "rule": row.rule,
        "anchor": row.anchor,
        "state": str(row.state),
        "remind": row.remind,
        "due": row.due,
        "next": row.next,
        "reasons": list(reasons),
        "key": row.key,
    }


def interactions_of(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """Every claim, newest first, those that do not count among them; not what was never meant to be
    contact, a task ticked whose rule says nothing of it."""
    newest = sorted(claims, key=lambda claim: (claim.at, claim.key), reverse=True)
    return [interaction_of(one) for one in newest if one.reasons != ("task:acknowledged",)]


def interaction_of(claim: Claim) -> dict[str, Any]:
    return {
        "at": claim.at,
        "kind": str(claim.kind),
        "mode": str(claim.mode),
        "direction": str(claim.direction),
        "real": str(claim.real),
        "weight": round(claim.weight, 4),
        "probability": round(claim.probability, 3),
        "reasons": list(claim.reasons),
        "title": claim.title,
        "evidence": [
            {"account": where.account, "ref": where.ref, "link": where.link or claim.link}
            for where in claim.evidence
        ],
    }


def evidence_of(portrait: Portrait, anchors: Sequence[str]) -> list[dict[str, Any]]:
    """What these pieces of evidence name, for a task: interactions, and the cards behind a birthday
    or a card that was added."""
    claims: Mapping[str, Claim] = portrait.claim_by_key
    keys = dict.fromkeys(anchor.partition("#")[0] for anchor in anchors)
    found = [interaction_of(claims[key]) for key in keys if key in claims]
    return found + [card for key in keys for card in cards_behind(portrait, key)]
