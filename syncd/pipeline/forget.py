"""Forgetting somebody, so that a crash anywhere leaves them forgotten or not yet.

the key     made beside the database, if there is none
erase       tombstones, what is to be done in the task lists, every row: one transaction
follow      whoever took part in anything with them is judged anew
finish      the task lists confirm, the file is written anew; the next pass goes on with it
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.errors import ConnectorError
from syncd import log
from syncd.intake import without_ignored
from syncd.people.forgotten import Forgotten, tombstones
from syncd.pipeline.act import Turn, stored, wait
from syncd.pipeline.finish import finish_cards, finish_forgetting, unanswered
from syncd.pipeline.hand import HandReader
from syncd.pipeline.whole import place_strays, refresh
from syncd.pipeline.workshop import Workshop
from syncd.store import asked, facts, removals, shred, sources
from syncd.store import tombstones as stones
from syncd.store.erasure import Eraser
from syncd.store.target import Look, Target, look

_PATIENCE = 10.0  # seconds that a command waits for the daemon to finish


@dataclass(frozen=True, slots=True)
class Forgot:
    """What forgetting came to."""

    found: Look
    edited: tuple[str, ...] = ()  # tasks about others that the owner edited and that name them


def forget(
    shop: Workshop,
    now: datetime,
    target: Target,
    keep: Collection[str] = (),
    turn: Turn | None = None,
) -> tuple[Workshop, Forgot]:
    """Erase somebody; tasks to `keep` stay in their lists. Returns the workshop that keeps them
    out. The caller holds the state, or has a `turn` beside its daemon, and finishes."""
    database, owner = shop.database, shop.database.owner
    turn = turn or Turn(shop, now, alone=True)
    if turn.alone:
        refresh(shop, now)
    key = stones.key_of(database)
    before = shop.ignore.forgotten
    with stored(database) as connection:
        found = look(connection, owner, target)
        uids = [_uid(entry) for entry in found.entries]
        digests = tombstones(key, target.addrs, found.names, uids, found.shared)
        fresh = Forgotten(key, digests)
        forgotten = Forgotten(key, before.digests | fresh.digests)
        ignore = replace(shop.ignore, forgotten=forgotten)
        stones.put(connection, owner, fresh, fresh.digest("address", min(target.addrs)))
        eraser = Eraser(
            connection,
            owner,
            target,
            forgotten,
            shop.indexer,
            lambda record: without_ignored(record, ignore),
            found.names,
        )
        edited = eraser.erase(found, keep)
        shred.order(connection, owner)
    log.event("person.forgotten")
    shop = replace(shop, ignore=ignore)
    turn.follow(shop)
    return shop, Forgot(found, tuple(edited))


def read_hand(shop: Workshop, now: datetime) -> None:
    """See what the owner did in the task lists by now: what they wrote in is asked about. A list
    that cannot be read is asked again when its tasks are to go."""
    refresh(shop, now)
    reader = HandReader(shop.database, now)
    for account in shop.accounts:
        if account.tasks is not None:
            reader.observe(account.name, account.tasks)
    place_strays(shop, now)


def _uid(key: str) -> str:
    return key.removeprefix("meeting:").rpartition("/")[0]


def finish(shop: Workshop, now: datetime) -> dict[str, ConnectorError]:
    """Have the task lists confirm, and the file written anew; what is left is in `left_to_do`."""
    lists = {account.name: account.tasks for account in shop.accounts if account.tasks is not None}
    failed = unanswered(shop.database, lists, now)
    reached = {name: tasks for name, tasks in lists.items() if name not in failed}
    failed |= finish_cards(shop.database, shop.books)
    return failed | finish_forgetting(shop.database, reached, shop.ignore.forgotten)


def finish_beside(shop: Workshop) -> None:
    """Let the daemon that runs on this state have the lists confirm, and write the file anew."""
    owner = shop.database.owner
    wait(
        shop.database,
        lambda c: not removals.pending(c, owner) and facts.get(c, owner, shred.DUE) != "yes",
        _PATIENCE,
    )


def left_to_do(shop: Workshop) -> list[removals.Removal]:
    """What a list has not confirmed yet."""
    with shop.database.read() as connection:
        return removals.pending(connection, shop.database.owner)


def undo(shop: Workshop, addr: str) -> bool:
    """Let somebody in again; False where they were not forgotten. What was kept out is listed anew
    by the next reading."""
    database = shop.database
    digest = shop.ignore.forgotten.digest("address", addr)
    stones.settle(database)
    stones.lift_beside(database, digest)
    with stored(database) as connection:
        lifted = stones.lift(connection, database.owner, digest)
        if lifted:
            sources.forget_ignored(connection, database.owner)
            asked.ask(connection, database.owner)  # a daemon looks now
    return lifted
