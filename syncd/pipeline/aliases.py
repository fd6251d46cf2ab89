"""The owner's aliases, found out from everything read so far, and applied to it at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from syncd import log
from syncd.inference.aliases import found
from syncd.intake import without_ignored
from syncd.store import aliases, facts, observations, people, shred
from syncd.store.portions import Taken

if TYPE_CHECKING:
    from syncd.pipeline import Workshop


def find_aliases(shop: Workshop, *, news: bool = False) -> Workshop:
    """The workshop of an owner who has all the addresses that were found to be theirs. `news`:
    what came in may tell of them although it is settled.

    What is found depends on the observations and the configuration alone. Mail of an address that
    becomes (or ceases to be) the owner's means something else from now on: it is indexed anew.
    """
    if shop.reowned is None:
        return shop
    database, owner = shop.database, shop.database.owner
    prints = (shop.prints.get(name, "") for name in ("index", "people"))
    basis = "/".join((*prints, *sorted(shop.not_mine)))
    with database.read() as connection:
        looked = f"{basis}/{aliases.tally(connection, owner)}"
        known = facts.get(connection, owner, "aliases")
        if known == looked and not news and not aliases.is_news(connection, owner):
            return shop  # these hints and this configuration were looked at
        clues = aliases.clues(connection, owner, shop.myself, shop.owner.shared)
        before = aliases.load(connection, owner)
    now = found(clues, shop.not_mine)
    after = shop if now.keys() == shop.myself.found else shop.reowned(shop, frozenset(now))
    if now == before and after is shop and known == looked:
        return shop
    with database.begin() as connection:
        if now != before:
            aliases.save(connection, owner, now)
        if after is not shop:
            _apply(connection, shop, after)
        tally = aliases.tally(connection, owner)  # what was indexed anew may hint at more
        facts.put(connection, owner, "aliases", f"{basis}/{tally}")
    return after


class Suspects:
    """Whether something new may tell of the owner's aliases: most mail does not, and to look at
    everything that hints at them takes longer than to judge a mail."""

    def __init__(self, shop: Workshop) -> None:
        with shop.database.read() as connection:
            self._addrs = aliases.hinted(connection, shop.database.owner)

    def concerned(self, taken: Iterable[Taken]) -> bool:
        """Whether these items may tell of one of them, or stop doing so."""
        for one in taken:
            if not one.entries and self._addrs:
                return True  # an item that told of them may be gone
            for entry in one.entries:
                if any(kind in aliases.TELLING for kind, _, _ in entry.hints):
                    return True
                if self._addrs and (
                    entry.kind == "card" or any(addr in self._addrs for addr, _, _ in entry.people)
                ):
                    return True
        return False


def _apply(connection: Connection, before: Workshop, after: Workshop) -> None:
    owner = before.database.owner
    gone = before.myself.found - after.myself.found
    fresh = after.myself.found - before.myself.found
    if gone:
        # Nothing says any more in what the owner took part under that address.
        observations.reindex(connection, owner, after.indexer)
    else:
        numbers = aliases.observations_of(connection, owner, fresh)
        if after.ignore.forgotten:
            # A copy to an address of one's own makes no company.
            stripped = observations.strip(
                connection,
                owner,
                after.indexer,
                lambda one: without_ignored(one, after.ignore),
                list(numbers),
                after.ignore.forgotten,
            )
            if stripped:
                shred.order(connection, owner)
        observations.reindex(connection, owner, after.indexer, numbers)
    # Whose mail is the owner's, and who is a colleague, may be another for everybody.
    everybody = people.all_addresses(connection, owner)
    observations.mark(connection, owner, {*everybody, *gone, *fresh})
    log.event("aliases.changed", found=len(fresh), lost=len(gone))
