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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from rules.history import Beyond
from syncd import log
from syncd.pipeline.decide import UNREAD, Decider
from syncd.pipeline.drawing import draw_in
from syncd.pipeline.incidents import asked_of, incidents
from syncd.pipeline.newest import Newest
from syncd.pipeline.people import Gallery, Portrait
from syncd.pipeline.settle import TEXT_WINDOW, Settler
from syncd.pipeline.switches import as_said
from syncd.planner import Followed, Update
from syncd.store import facts, ledger, newest, observations, people, readings, strays
from syncd.store.dossiers import Shelf
from syncd.store.errors import is_of_the_state
from syncd.store.facts import AtHand
from syncd.store.observations import Applied, First
from syncd.store.switches import SAID
from syncd.store.times import to_int

if TYPE_CHECKING:
    from syncd.pipeline import Workshop

MOST = 200  # people whose moment has come that one step takes on
_NOBODY: Mapping[str, Portrait] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did. `left`: it was too much, and a pass has to do the rest."""

    taken: int = 0
    folded: int = 0
    judged: int = 0
    drawn: int = 0  # urgent tasks
    next: datetime | None = None  # when something changes by itself; None: never
    left: bool = False


def step(shop: Workshop, now: datetime, take: Callable[[Connection], int] | None = None) -> Step:
    """`take` in what came, and bring everybody it concerns up to date at `now`.

    `take` stores and marks in the transaction it is given; it returns how much is new.
    """
    with shop.database.begin(repeatable=True) as connection:
        # What is marked already may be about the same people.
        before = facts.at_hand(connection, shop.database.owner, _asked(shop))
        settled = not before.marked
        held = observations.hold(connection) if settled else set()
        taken = take(connection) if take is not None else 0
        shelf = Shelf()
        gallery = shop.gallery(connection, shelf)
        found, urged = 0, False
        only = taken.only if isinstance(taken, Applied) and settled else None
        if only is not None:
            found, urged = _newest(shop, connection, gallery, now, only, before)
            held -= {addr for addr, _, _ in only.entry.people} if found else set()
        observations.mark(connection, shop.database.owner, held)
        if found:
            done = _over(shop, connection, now, Step(taken, found, found))
            if done.next is None or done.next > now:
                return _drawn(shop, connection, gallery, now, done) if urged else done
        painted: dict[str, Portrait] = {}
        settler = settler_of(shop, gallery, now, painted)
        if settler.mark_due(connection, MOST) == MOST:
            return Step(taken, found, found, left=True)
        folded, passes = found, 0
        while (some := settler.settle_in(connection)) is not None:
            folded, passes = folded + some, passes + 1
            if folded > MOST:
                return Step(taken, folded, left=True)
        if passes > 1:
            painted.clear()  # a later pass may have changed whom an earlier one had painted
        decider = decider_of(shop, connection, gallery, now)
        judged = found + decider.follow_in(connection, painted)
        left, urged = bool(decider.touched), urged or bool(decider.urged)
        # What was read of a task list may have ended an incident that held urgent tasks back.
        urged |= take is not None and not isinstance(taken, Applied)
        done = _over(shop, connection, now, Step(taken, folded, judged, left=left))
        if left or not urged:
            return done
        return _drawn(shop, connection, gallery, now, done, painted, decider)


def _drawn(
    shop: Workshop,
    connection: Connection,
    gallery: Gallery,
    now: datetime,
    done: Step,
    painted: Mapping[str, Portrait] = _NOBODY,
    decider: Decider | None = None,
) -> Step:
    """The step, with urgent tasks for whoever waits for one; the others are drawn once a day.
    Called where a step has left somebody waiting: to look for whoever waits is to look through all
    that is held."""
    if not shop.tasks_in:
        return done
    decider = decider or decider_of(shop, connection, gallery, now)
    if decider.policy.off(now):
        return done
    return replace(done, drawn=draw_in(decider, connection, daily=False, painted=painted))


def _newest(
    shop: Workshop,
    connection: Connection,
    gallery: Gallery,
    now: datetime,
    only: First,
    before: AtHand,
) -> tuple[int, bool]:
    """Take one message that is the newest of everybody in it; returns how many they are, 0 where
    it is another one and stays marked, and whether one of them waits for an urgent task now."""
    owner = shop.database.owner
    try:
        found = Newest(gallery, now).take(connection, only)
        if not found:
            return 0, False
        rows = ledger.load(connection, owner, [one.row.id for one in found])
        decider = decider_of(shop, connection, gallery, now, before)
        unread = UNREAD in before.said
        judged = [
            decider.judged(one.portrait, rows.get(one.row.id, ()), unread=unread) for one in found
        ]
        if any(decider.awaits(connection, one.portrait) for one in found):
            return 0, False
        if any(
            is_worded(done, one.claim.key) for one, (done, _) in zip(found, judged, strict=True)
        ):
            return 0, False
    except Beyond:
        return 0, False
    except Exception as error:  # whom it breaks shows when they are folded anew
        if is_of_the_state(connection, error):
            raise
        log.event("step.fell_back", error=error)
        return 0, False
    wanted = [one.claim.key for one in found if one.claim.wants_text]
    readings.want(connection, owner, wanted if found[0].claim.at >= now - TEXT_WINDOW else [])
    for followed, _ in judged:
        ledger.save(connection, owner, followed)
    for one, (_, moment) in zip(found, judged, strict=True):
        newest.save(connection, owner, one.row, one.brief, moment)
    return len(found), bool(decider.urged)


def is_worded(followed: Followed, key: str) -> bool:
    """Whether a task that is out is to be told in words that no brief has: it is about something
    else now, or something other than the message with this key closed it."""
    closed = {row.key: row.satisfied_by.partition("#")[0] for row in followed.rows}
    return any(
        intent.anchored if isinstance(intent, Update) else closed.get(intent.key) not in ("", key)
        for intent in followed.intents
    )


def _over(shop: Workshop, connection: Connection, now: datetime, done: Step) -> Step:
    """The step, with what it leaves for the next one."""
    owner = shop.database.owner
    facts.put(connection, owner, "as_of", str(to_int(now)))
    return replace(done, next=people.next_moment(connection, owner))


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


def decider_of(
    shop: Workshop,
    connection: Connection,
    gallery: Gallery,
    now: datetime,
    before: AtHand | None = None,
) -> Decider:
    """Who decides for this workshop, as the owner's off switches stand; they are looked up where
    they were not `before`."""
    owner = shop.database.owner
    said, _, muted = before or AtHand(facts.several(connection, owner, _asked(shop)))
    switches = as_said(connection, owner, shop.policy, said, muted=muted)
    return Decider(
        shop.database,
        gallery,
        shop.ruleset,
        shop.clock,
        switches.policy,
        shop.tasks_in,
        now,
        incidents=incidents(connection, owner, [one.name for one in shop.accounts], said),
        mutes=switches.mutes,
        ignored=shop.ignore.matches,
        strays=strays.FACT in said,
    )


def _asked(shop: Workshop) -> tuple[str, ...]:
    """The names of all facts that deciding asks for."""
    return (*SAID, UNREAD, strays.FACT, *(asked_of(account.name) for account in shop.accounts))
