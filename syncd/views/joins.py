"""Who is one person and why, and who might be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from connectors import wire
from connectors.records import Card
from syncd.inference.identity import join
from syncd.inference.model import Owner
from syncd.inference.resemblance import Face, lookalikes
from syncd.people import words_of
from syncd.pipeline.people import Gallery
from syncd.pipeline.regroup import reach, set_the_stage
from syncd.store import identity, people
from syncd.store.people import PersonRow
from syncd.store.schema import involved, observation, sighting
from syncd.store.statements import chunked


def joined_by(
    connection: Connection, owner: str, own: Owner, addrs: Collection[str]
) -> list[dict[str, Any]]:
    """What made these addresses one person: links from address to address, each with a reason."""
    if len(addrs) < 2:
        return []
    stage = set_the_stage(
        connection, owner, own.addresses, reach(connection, owner, own.addresses, addrs)
    )
    return [
        {"addresses": [link.one, link.other], "reason": link.reason}
        for link in join(stage.scene).links
        if link.one in addrs and link.other in addrs
    ]


def suggestions(connection: Connection, gallery: Gallery) -> list[dict[str, Any]]:
    """Pairs of people who may be one, best first, each with the command that joins them."""
    owner = gallery.owner_id
    rows = {row.id: row for row in people.everyone(connection, owner, ("person",))}
    addrs = people.addresses_of(connection, owner, sorted(rows))
    faces = _faces(connection, owner, rows, addrs)
    apart = identity.told_apart(connection, owner)
    found = []
    for one, other, reasons in lookalikes(faces):
        if any((min(a, b), max(a, b)) in apart for a in one.addrs for b in other.addrs):
            continue
        pair = sorted((one, other), key=lambda face: (rows[face.id].name, face.id))
        first, second = (min(face.addrs) for face in pair)
        entry = {
            "people": [_shown(rows[face.id], face) for face in pair],
            "reasons": list(reasons),
            "command": f"syncd merge {first} {second}",
        }
        found.append((-len(reasons), f"{rows[pair[0].id].name} {first} {second}", entry))
    return [entry for _, _, entry in sorted(found, key=lambda one: one[:2])]


def _shown(row: PersonRow, face: Face) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "addresses": sorted(face.addrs)}


def _faces(
    connection: Connection,
    owner: str,
    rows: dict[str, PersonRow],
    addrs: dict[str, list[str]],
) -> list[Face]:
    everybody = [addr for some in addrs.values() for addr in some]
    seen = people.roles(connection, owner, everybody)
    nicknames = _nicknames(connection, owner, everybody)
    faces = []
    for who in sorted(rows):
        theirs = addrs.get(who, [])
        if not theirs:
            continue
        names = {name for addr in theirs for _, name, _ in seen.get(addr, ()) if name}
        called = {nick for addr in theirs for nick in nicknames.get(addr, ())}
        # The name shown is among them, but for one that was made of the address.
        faces.append(
            Face(who, frozenset(names | {rows[who].name}), frozenset(called), frozenset(theirs))
        )
    return faces


def _nicknames(
    connection: Connection, owner: str, addrs: Collection[str]
) -> dict[str, frozenset[str]]:
    """What the owner's cards say these are called, folded."""
    found: dict[str, set[str]] = defaultdict(set)
    for some in chunked(sorted(addrs)):
        query = (
            select(involved.c.addr, sighting.c.record)
            .join(observation, observation.c.id == involved.c.observation)
            .join(sighting, sighting.c.observation == involved.c.observation)
            .where(involved.c.owner == owner, involved.c.role == "card", involved.c.addr.in_(some))
        )
        for addr, packed in connection.execute(query):
            card = wire.unpack("card", packed)
            if isinstance(card, Card):
                found[addr] |= {word for nick in card.nicknames for word in words_of(nick)}
    return {addr: frozenset(words) for addr, words in found.items()}
