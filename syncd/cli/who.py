"""Whom the owner means: a person by id, address or name, or near matches and exit code 1."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.cli.context import NotFound
from syncd.people import normalise
from syncd.pipeline import Workshop
from syncd.store import people, trials
from syncd.store.people import PersonRow
from syncd.store.target import Target
from syncd.views.people import Found, find


def look_up(connection: Connection, shop: Workshop, word: str) -> Found:
    """A person, or an address that is no person's. Raises `NotFound`."""
    if normalise(word) in shop.owner.addresses:
        raise NotFound(f"{word} is you; name somebody else (`syncd people` lists everybody)")
    found = find(connection, shop.database.owner, word)
    if found.person is None and not found.address:
        raise unknown(word, found)
    return found


def person(connection: Connection, shop: Workshop, word: str) -> PersonRow:
    """Somebody. Raises `NotFound`, for an address that is no person's as well."""
    found = look_up(connection, shop, word)
    if found.person is None:
        raise NotFound(f"{found.address} is no person: `syncd explain {found.address}` says why")
    return found.person


def judged(connection: Connection, shop: Workshop, found: Found) -> None:
    """Raises `NotFound` for somebody who cannot be judged, and so not be shown."""
    owner = shop.database.owner
    failed = trials.of_people(connection, owner)
    if not failed:
        return
    addr = found.address or ""
    who = found.person.id if found.person else people.owners_of(connection, owner, [addr]).get(addr)
    if who in failed:
        raise NotFound(
            f"{found.person.name if found.person else addr} cannot be judged: what is known of "
            "them makes syncd fail; `syncd status` says more, `syncd retry` tries again"
        )


def target(connection: Connection, shop: Workshop, word: str) -> Target:
    """Somebody with all their addresses, or an address that is no person's. Raises `NotFound`."""
    found = look_up(connection, shop, word)
    if found.person is None:
        return Target(frozenset({found.address}))
    row = found.person
    addrs = people.addresses_of(connection, shop.database.owner, [row.id])[row.id]
    # Whoever turned out to be no person is kept for their tasks, under no address.
    addrs = addrs or [addr for addr in (normalise(word),) if addr]
    if not addrs:
        raise NotFound(f"{row.name} has no address any more; name one that was theirs")
    return Target(frozenset(addrs), row.id, row.name)


def unknown(word: str, found: Found) -> NotFound:
    """Nobody, or several: the sentence that helps."""
    if found.several:
        return NotFound(f"{word!r} may be any of\n  " + "\n  ".join(found.near))
    if found.near:
        return NotFound(
            f"nobody here is known as {word!r}; did you mean\n  " + "\n  ".join(found.near)
        )
    return NotFound(f"nobody here is known as {word!r}; `syncd people` lists everybody")
