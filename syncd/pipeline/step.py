"""One small step: what came in, whoever it touches, and whoever's moment has come, in a single
transaction. It is what a daemon does for a new mail, and when a moment has come.

    take in --marks--> settle --portraits--> judge --> stored, with the next moment

It does what a whole pass does and with the same functions (`Settler.settle_in`,
`Decider.follow_in`), but looks at each person once: the portrait that was folded is judged in the
transaction that folded it, so nothing can have come between. What is too much for one transaction
stays marked, for a pass; so does what is about everybody (a back-fill that ends, another
configuration, a merge that is taken back), which only a pass notices.

A step does not wait for the disk. Nothing it decided is written to a task list before the delivery
has committed a transaction of its own, which takes all earlier ones along; what a power cut undoes
is found again where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from syncd.pipeline.decide import Decider
from syncd.pipeline.hand import incident
from syncd.pipeline.people import Gallery, Portrait
from syncd.pipeline.settle import Settler
from syncd.pipeline.switches import in_force
from syncd.store import facts, people
from syncd.store.dossiers import Shelf
from syncd.store.times import to_int

if TYPE_CHECKING:
    from syncd.pipeline import Workshop

MOST = 200  # people whose moment has come that one step takes on


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did. `left`: it was too much, and a pass has to do the rest."""

    taken: int = 0
    folded: int = 0
    judged: int = 0
    next: datetime | None = None  # when something changes by itself; None: never
    left: bool = False


def step(shop: Workshop, now: datetime, take: Callable[[Connection], int] | None = None) -> Step:
    """`take` in what came, and bring everybody it concerns up to date at `now`.

    `take` stores and marks in the transaction it is given; it returns how much is new.
    """
    owner = shop.database.owner
    with shop.database.begin(repeatable=True) as connection:
        taken = take(connection) if take is not None else 0
        shelf = Shelf()
        gallery = shop.gallery(connection, shelf)
        painted: dict[str, Portrait] = {}
        settler = settler_of(shop, gallery, now, painted)
        if settler.mark_due(connection, MOST) == MOST:
            return Step(taken, left=True)
        folded, passes = 0, 0
        while (done := settler.settle_in(connection)) is not None:
            folded, passes = folded + done, passes + 1
            if folded > MOST:
                return Step(taken, folded, left=True)
        if passes > 1:
            painted.clear()  # a later pass may have changed whom an earlier one had painted
        judged = decider_of(shop, connection, gallery, now).follow_in(connection, painted)
        facts.put(connection, owner, "as_of", str(to_int(now)))
        return Step(taken, folded, judged, people.next_moment(connection, owner))


def settler_of(
    shop: Workshop, gallery: Gallery, now: datetime, painted: dict[str, Portrait] | None = None
) -> Settler:
    """Who settles people for this workshop, looking at them as `gallery` does."""
    return Settler(
        shop.database,
        shop.owner,
        shop.lawyer,
        gallery.portraits,
        now,
        shelf=gallery.shelf,
        painted=painted,
    )


def decider_of(shop: Workshop, connection: Connection, gallery: Gallery, now: datetime) -> Decider:
    """Who decides for this workshop, as the owner's off switches stand."""
    owner = shop.database.owner
    switches = in_force(connection, owner, shop.policy)
    names = [account.name for account in shop.accounts]
    return Decider(
        shop.database,
        gallery,
        shop.ruleset,
        shop.clock,
        switches.policy,
        shop.tasks_in,
        now,
        incidents=frozenset(name for name in names if incident(connection, owner, name)),
        mutes=switches.mutes,
        ignored=shop.ignore.matches,
    )
