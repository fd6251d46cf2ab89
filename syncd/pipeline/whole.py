"""What a whole pass does between reading and writing, for everybody whom it concerns.

    begin    whatever was derived with another configuration or version is derived anew
    relate   whoever was touched is folded; the texts that could tell more are read; again
    decide   whoever's moment has come is judged; the day's candidates become tasks

`once` makes one pass; a daemon makes one where a step would be too small (`syncd.pipeline.step`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from syncd import log
from syncd.intake import without_ignored
from syncd.pipeline import difference, draws
from syncd.pipeline.adopt import Stray
from syncd.pipeline.decide import UNREAD
from syncd.pipeline.hand import incident
from syncd.pipeline.observe import Outcome
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
from syncd.store import facts, health, observations, people, shred, sources, trials
from syncd.store.dossiers import Shelf
from syncd.store.health import Place
from syncd.store.times import from_int, to_int


def begin(shop: Workshop, now: datetime, report: Report, show: Progress) -> None:
    """Bring what is stored up to this configuration and version, before anything new is read."""
    show.step("Checking")
    notice_restored(shop)
    _forget_places(shop)
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


def _notice_progress(shop: Workshop, portraits: Portraits, now: datetime) -> None:
    """When a back-fill ends or a new account begins one, everybody is judged anew: `first_*`
    events come to exist, and what was held for it is free."""
    unfinished = sorted(
        f"{row.account}/{row.facet}/{row.scope}"
        for row in portraits.progress
        if row.done_at is None
    )
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


def decide(
    shop: Workshop,
    now: datetime,
    outcomes: Iterable[Outcome],
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
    strays = {
        key: Stray(one.account, found) for one in outcomes for key, found in one.strays.items()
    }
    decider = replace(decider, strays=strays, progress=show.advance)
    if decider.adopt():
        settler_of(shop, gallery, now).settle()
    followed, drawn = decider.follow(), decider.draw(daily=daily)
    log.event("verdicts.followed", people=followed, drawn=drawn)
    moment, owner = str(to_int(now)), shop.database.owner
    with shop.database.begin() as connection:
        if facts.get(connection, owner, "as_of") != moment:
            facts.put(connection, owner, "as_of", moment)
        if daily:
            draws.note(connection, owner, decider.policy, now)


def incidents_of(shop: Workshop, connection: Connection) -> dict[str, int]:
    """How many tasks vanished at once, by account; accounts without any are left out."""
    owner, names = shop.database.owner, [account.name for account in shop.accounts]
    found = {name: len(incident(connection, owner, name)) for name in names}
    return {name: count for name, count in found.items() if count}


def policy_of(shop: Workshop) -> Policy:
    """The policy as the owner's off switches stand."""
    with shop.database.read() as connection:
        return in_force(connection, shop.database.owner, shop.policy).policy
