"""What a whole pass does between reading and writing, for everybody whom it concerns.

    begin    whatever was derived with another configuration or version is derived anew
    relate   whoever was touched is folded; the texts that could tell more are read; again
    decide   whoever's moment has come is judged; the day's candidates become tasks

`once` makes one pass; a daemon makes one where a step would be too small (`syncd.pipeline.step`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from syncd import log
from syncd.intake import without_ignored
from syncd.pipeline import difference, draws
from syncd.pipeline.decide import UNREAD, Decider
from syncd.pipeline.drawing import draw_tasks
from syncd.pipeline.incidents import incident
from syncd.pipeline.portrait import Portraits
from syncd.pipeline.putback import put_back
from syncd.pipeline.read import TextReader
from syncd.pipeline.report import Progress, Report
from syncd.pipeline.restored import notice_restored
from syncd.pipeline.settle import Settler
from syncd.pipeline.step import decider_of, settler_of
from syncd.pipeline.switches import in_force, notice
from syncd.pipeline.taking import UNMARKED
from syncd.pipeline.workshop import Workshop
from syncd.planner import Policy
from syncd.store import (
    drafts,
    errands,
    facts,
    health,
    observations,
    people,
    shred,
    sources,
    strays,
    trials,
)
from syncd.store.dossiers import Shelf
from syncd.store.health import Place
from syncd.store.times import from_int, to_int


def begin(shop: Workshop, now: datetime, report: Report, show: Progress) -> None:
    """Bring what is stored up to this configuration and version, before anything new is read."""
    show.step("Checking")
    notice_restored(shop, now)
    _forget_places(shop)
    _drop_homeless(shop)
    _hasten(shop, now)
    before = difference.begin(shop.database, shop.prints)
    refresh(shop, now)
    if before is not None:
        # Before anything new is read, so that the difference is this version's alone.
        relate(shop, now, report, show, Shelf(), texts=False)
        report.reinferred = difference.end(shop.database, before, now)
        log.event("people.reinferred", changed=report.reinferred)


def _forget_places(shop: Workshop) -> None:
    """How what is not configured any more fared is nobody's business."""
    places = {
        Place(account.name, str(source.facet), source.scope)
        for account in shop.accounts
        for source in account.sources
    }
    places |= {Place(name, health.DELIVERY) for name in shop.lists}
    with shop.database.read() as connection:
        known = {row.place for row in health.load(connection, shop.database.owner)}
    if known - places:
        with shop.database.begin() as connection:
            health.keep(connection, shop.database.owner, places)


def _drop_homeless(shop: Workshop) -> None:
    with shop.database.read() as connection:
        waiting = shop.writes and errands.load(connection, shop.database.owner, errands.OPEN)
    if waiting:
        from syncd.pipeline.errands import drop_homeless  # few have them switched on

        drop_homeless(shop)


def _hasten(shop: Workshop, now: datetime) -> None:
    """What failed by itself is tried by every pass, until it is set aside."""
    owner = shop.database.owner
    with shop.database.read() as connection:
        waits = trials.next_at(connection, owner)
    if waits is not None:
        with shop.database.begin() as connection:
            trials.hasten(connection, owner, now)


def refresh(shop: Workshop, now: datetime) -> None:
    """Derive anew what was derived with another configuration, version or a later `now`."""
    database = shop.database
    owner = database.owner
    notice(database, shop.policy, now)
    with database.read() as connection:
        stale = {
            name
            for name, value in shop.prints.items()
            if facts.get(connection, owner, f"print:{name}") != value
        }
        as_of = facts.get(connection, owner, "as_of")
    back = as_of is not None and now < from_int(int(as_of))
    if not stale and not back:
        return
    with database.begin() as connection:
        if "index" in stale:
            observations.reindex(connection, owner, shop.indexer)
        if "ignore" in stale:
            stripped = observations.strip(
                connection,
                owner,
                shop.indexer,
                lambda one: without_ignored(one, shop.ignore),
                forgotten=shop.ignore.forgotten,
            )
            if stripped and shop.ignore.forgotten:
                shred.order(connection, owner)
            sources.forget_ignored(connection, owner)
            facts.put(connection, owner, UNREAD, "yes")
        if "history" in stale and as_of is not None:
            sources.start_over(connection, owner)
        if back or stale & {"index", "people"}:
            everybody = {*people.all_addresses(connection, owner), *shop.owner.addresses}
            observations.mark(connection, owner, everybody)
        if "rules" in stale:
            people.evaluate_all(connection, owner, now)
        for name in stale:
            facts.put(connection, owner, f"print:{name}", shop.prints[name])


def relate(
    shop: Workshop,
    now: datetime,
    report: Report,
    show: Progress,
    shelf: Shelf,
    *,
    texts: bool = True,
) -> None:
    """Fold whoever was touched, read the `texts` that could tell more, fold again."""
    with shop.database.read() as connection:
        portraits = shop.portraits(connection)
    _notice_progress(shop, portraits, now)
    settler = Settler(shop.database, shop.owner, shop.lawyer, portraits, now, show.advance, shelf)
    show.step("Who is who")
    report.people = settler.settle()
    log.event("people.settled", people=report.people)
    put_back(shop.database, now)
    if not texts:
        return
    show.step("Reading texts")
    mail = {
        account.name: [s for s in account.sources if s.facet == "mail"] for account in shop.accounts
    }
    reader = TextReader(shop.database, shop.owner.zone, mail, show.advance)
    report.texts = reader.read()
    log.event("texts.read", texts=report.texts)
    show.step("Who is who, with texts")
    settler.settle()


def notice_reading(shop: Workshop, now: datetime, *, complete: bool) -> None:
    """Whoever was ignored until now has been read again, if every source was (`complete`)."""
    owner = shop.database.owner
    if not complete:
        return
    with shop.database.read() as connection:
        if facts.get(connection, owner, UNREAD) is None:
            return
    with shop.database.begin() as connection:
        facts.drop(connection, owner, UNREAD)
        people.evaluate_all(connection, owner, now)


def unheard(shop: Workshop) -> frozenset[Place]:
    """Sources of which nothing was ever read, where there is somebody who would be judged anew for
    that, and once more when they are read: the first answer of most is all that they have."""
    owner = shop.database.owner
    with shop.database.read() as connection:
        if not people.is_anybody(connection, owner):
            return frozenset()
        told = (facts.get(connection, owner, "unfinished") or "").splitlines()
        progress = shop.portraits(connection).progress
    new = [row for row in progress if row.done_at is None and row.cursor is None]
    return frozenset(
        Place(row.account, row.facet, row.scope) for row in new if _line_of(row) not in told
    )


def _line_of(row: sources.SourceRow) -> str:
    return f"{row.account}/{row.facet}/{row.scope}"


def _notice_progress(shop: Workshop, portraits: Portraits, now: datetime) -> None:
    """When a back-fill ends or a new account begins one, everybody is judged anew: `first_*`
    events come to exist, and what was held for it is free."""
    unfinished = sorted(_line_of(row) for row in portraits.progress if row.done_at is None)
    text = "\n".join(unfinished)
    owner = shop.database.owner
    with shop.database.read() as connection:
        before = facts.get(connection, owner, "unfinished")
        unmarked = facts.get(connection, owner, UNMARKED)
    if before != text or unmarked:
        with shop.database.begin() as connection:
            observations.mark(connection, owner, people.all_addresses(connection, owner))
            facts.put(connection, owner, "unfinished", text)
            facts.put(connection, owner, UNMARKED, "")


def place_strays(shop: Workshop, now: datetime) -> None:
    """Take in the tasks that only the lists know, as far as it is known what they are about."""
    with shop.database.read() as connection:
        if facts.get(connection, shop.database.owner, strays.FACT) is None:
            return
        decider = decider_of(shop, connection, shop.gallery(connection), now)
    _follow(shop, decider, now)


def _follow(shop: Workshop, decider: Decider, now: datetime) -> int:
    followed = decider.follow()
    while decider.touched:
        # What the owner did to a task that was taken in is news of whoever it is about.
        decider.touched.clear()
        settler_of(shop, decider.gallery, now).settle()
        followed += decider.follow()
    return followed


def decide(
    shop: Workshop,
    now: datetime,
    show: Progress,
    shelf: Shelf,
    *,
    daily: bool = True,
) -> None:
    """Evaluate whoever's moment has come, then draw the day's tasks (the urgent ones alone, unless
    `daily`)."""
    show.step("Judging by the rules")
    with shop.database.read() as connection:
        gallery = shop.gallery(connection, shelf)
        decider = decider_of(shop, connection, gallery, now)
    decider = replace(decider, progress=show.advance)
    followed, drawn = _follow(shop, decider, now), draw_tasks(decider, daily=daily)
    log.event("verdicts.followed", people=followed, drawn=drawn)
    moment, owner = str(to_int(now)), shop.database.owner
    with shop.database.begin() as connection:
        if facts.get(connection, owner, "as_of") != moment:
            facts.put(connection, owner, "as_of", moment)
        if daily:
            draws.note(connection, owner, decider.policy, now)
            drafts.tidy(connection, owner, now)


def incidents_of(shop: Workshop, connection: Connection) -> dict[str, int]:
    """How many tasks vanished at once, by account; accounts without any are left out."""
    owner, names = shop.database.owner, [account.name for account in shop.accounts]
    found = {name: len(incident(connection, owner, name)) for name in names}
    return {name: count for name, count in found.items() if count}


def policy_of(shop: Workshop) -> Policy:
    """The policy as the owner's off switches stand."""
    with shop.database.read() as connection:
        return in_force(connection, shop.database.owner, shop.policy).policy
