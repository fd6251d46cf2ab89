"""The pipeline, one pass of it:

    Source --observe--> Observation --infer--> Interaction --relate--> Relationship
           --evaluate--> Verdict --plan--> OutboxEntry --deliver--> Task

    observe    every source is read; a batch and its cursor are one transaction   observe.py
               and so is what the owner did in the task lists                     hand.py
    infer,     whoever was touched is inferred and folded anew                    settle.py
    relate     the few texts that could tell more are read, then once more        read.py
    evaluate,  whoever's moment has come is judged by the rules; the day's        decide.py
    plan       candidates become tasks, decided and queued in one transaction
    deliver    what is queued is written, exactly once                            ../outbox.py

What one step leaves for the next is stored with it (marks, due moments, wanted texts, the
outbox), so a pass that is interrupted anywhere is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.contract import Source, TaskList
from rules.evaluate import Clock
from rules.model import RuleSet
from syncd import log
from syncd.inference.hints import Myself
from syncd.inference.model import Owner
from syncd.intake import Ignore, without_ignored
from syncd.pipeline import difference
from syncd.pipeline.adopt import Stray
from syncd.pipeline.aliases import find_aliases
from syncd.pipeline.decide import UNREAD
from syncd.pipeline.finish import finish_forgetting
from syncd.pipeline.hand import HandReader, incident
from syncd.pipeline.lists import notice_restored, settle_twins, write
from syncd.pipeline.observe import READABLE, UNMARKED, Reader
from syncd.pipeline.people import Gallery
from syncd.pipeline.portrait import Portraits
from syncd.pipeline.putback import put_back
from syncd.pipeline.read import TextReader
from syncd.pipeline.report import Progress, Report, Silent
from syncd.pipeline.settle import Settler
from syncd.pipeline.step import decider_of, settler_of
from syncd.pipeline.switches import in_force, notice
from syncd.planner import Policy
from syncd.store import facts, observations, people, shred, sources
from syncd.store.database import Database
from syncd.store.dossiers import Lawyer, Shelf
from syncd.store.lock import exclusive
from syncd.store.observations import Indexer
from syncd.store.sources import SourceRow
from syncd.store.times import from_int, to_int

UNKNOWN_AFTER_CUT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Account:
    """One opened account: its sources, and the list that takes tasks if it has one."""

    name: str
    sources: tuple[Source, ...]
    tasks: TaskList | None = None
    since: datetime | None = None  # `history:` what is older is not stored


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything a pass works with; made by `syncd.wiring`."""

    database: Database
    owner: Owner
    owner_domains: frozenset[str]
    colleagues: frozenset[str]
    tags: Mapping[str, frozenset[str]]
    lawyer: Lawyer
    indexer: Indexer
    ignore: Ignore
    accounts: tuple[Account, ...]
    ruleset: RuleSet
    clock: Clock
    policy: Policy
    tasks_in: Mapping[str, str]
    prints: Mapping[str, str]
    # The owner's aliases: as whom they are looked for, and who they are once some are found.
    myself: Myself = field(default_factory=Myself)
    not_mine: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()  # addresses and domains whose silence means nothing
    reowned: Callable[[Workshop, frozenset[str]], Workshop] | None = None

    def gallery(self, connection: Connection, shelf: Shelf | None = None) -> Gallery:
        """How people are looked at, given how far the accounts have been read."""
        portraits = self.portraits(connection)
        return Gallery(self.database.owner, self.owner, self.lawyer, portraits, shelf or Shelf())

    def portraits(self, connection: Connection) -> Portraits:
        return Portraits(
            zone=self.owner.zone,
            owner_domains=self.owner_domains,
            colleagues=self.colleagues,
            tags=self.tags,
            elsewhere=self.elsewhere,
            progress=self._progress(connection),
            first_after=self._first_after(),
        )

    def _first_after(self) -> datetime | None:
        """Before this a first event is unknown: there may have been others before the cut."""
        cuts = [account.since for account in self.accounts if account.since is not None]
        return max(cuts) + UNKNOWN_AFTER_CUT if cuts else None

    def _progress(self, connection: Connection) -> tuple[SourceRow, ...]:
        """Every configured source that is read for evidence, as far as it has been read."""
        stored = {
            (row.account, row.facet, row.scope): row
            for row in sources.load(connection, self.database.owner)
        }
        wanted = [
            (account.name, str(source.facet), source.scope)
            for account in self.accounts
            for source in account.sources
            if source.facet in READABLE
        ]
        return tuple(stored.get(key) or SourceRow(*key) for key in wanted)


def once(
    shop: Workshop,
    now: datetime,
    progress: Progress | None = None,
    *,
    accept_deletions: bool = False,
) -> Report:
    """Pull everything, evaluate, deliver. Raises `StoreError` while another run is under way."""
    show = progress or Silent()
    report = Report()
    with exclusive(shop.database):
        show.step("Checking")
        notice_restored(shop.database, [one.name for one in shop.accounts if one.tasks])
        before = difference.begin(shop.database, shop.prints)
        refresh(shop, now)
        if before is not None:
            # Before anything new is read, so that the difference is this version's alone.
            relate(shop, now, report, show, Shelf(), texts=False)
            report.reinferred = difference.end(shop.database, before, now)
            log.event("people.reinferred", changed=report.reinferred)
        observe(shop, now, report, show, accept_deletions=accept_deletions)
        _notice_reading(shop, now, report)
        shop = find_aliases(shop)
        shelf = Shelf()
        relate(shop, now, report, show, shelf)
        decide(shop, now, report, show, shelf)
        show.step("Writing tasks")
        deliver(shop, now, report)
    return report


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


def observe(
    shop: Workshop,
    now: datetime,
    report: Report,
    show: Progress,
    *,
    accept_deletions: bool = False,
) -> None:
    """Read every source; one that fails is noted and stops no other."""
    reader = Reader(
        shop.database,
        shop.indexer,
        shop.ignore,
        now,
        progress=lambda _account, _facet, count: show.advance(count),
    )
    for facet in READABLE:
        for account in shop.accounts:
            for source in account.sources:
                if source.facet == facet:
                    show.step(f"Reading {account.name}: {source.scope}")
                    report.outcomes.append(reader.observe(account.name, source, account.since))
    hand = HandReader(shop.database, now, accept_deletions, shop.ignore.forgotten)
    policy = _policy(shop)
    for account in shop.accounts:
        if account.tasks is not None:
            show.step(f"Reading {account.name}: tasks")
            outcome = hand.observe(account.name, account.tasks)
            report.outcomes.append(outcome)
            if outcome.twins and not policy.preview:
                settle_twins(shop.database, account.name, account.tasks, outcome, now)


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


def _notice_reading(shop: Workshop, now: datetime, report: Report) -> None:
    """Whoever was ignored until now has been read again, unless a source failed."""
    owner = shop.database.owner
    if any(outcome.error for outcome in report.outcomes if outcome.facet in READABLE):
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


def decide(shop: Workshop, now: datetime, report: Report, show: Progress, shelf: Shelf) -> None:
    """Evaluate whoever's moment has come, then draw the day's tasks."""
    show.step("Judging by the rules")
    with shop.database.read() as connection:
        gallery = shop.gallery(connection, shelf)
        decider = decider_of(shop, connection, gallery, now)
        for account in shop.accounts:
            vanished = incident(connection, shop.database.owner, account.name)
            if vanished:
                report.incidents[account.name] = len(vanished)
    strays = {
        key: Stray(one.account, found)
        for one in report.outcomes
        for key, found in one.strays.items()
    }
    decider = replace(decider, strays=strays, progress=show.advance)
    if decider.adopt():
        settler_of(shop, gallery, now).settle()
    followed, drawn = decider.follow(), decider.draw()
    log.event("verdicts.followed", people=followed, drawn=drawn)
    with shop.database.begin() as connection:
        as_of = facts.get(connection, shop.database.owner, "as_of")
        if as_of is None or int(as_of) != to_int(now):
            facts.put(connection, shop.database.owner, "as_of", str(to_int(now)))


def deliver(shop: Workshop, now: datetime, report: Report) -> None:
    """Write what is queued; a list that fails is noted and stops no other."""
    lists = {account.name: account.tasks for account in shop.accounts if account.tasks is not None}
    readable = {name: one for name, one in lists.items() if name not in _unreadable(report)}
    summary = write(shop.database, readable, now, _policy(shop))
    report.created = summary.created
    report.updated = summary.updated
    report.completed = summary.completed
    report.delivery_errors = dict(summary.failed)
    forgotten = shop.ignore.forgotten
    report.delivery_errors |= finish_forgetting(shop.database, readable, forgotten)
    log.event(
        "outbox.delivered",
        created=summary.created,
        updated=summary.updated,
        completed=summary.completed,
        failed=len(summary.failed),
    )


def _policy(shop: Workshop) -> Policy:
    with shop.database.read() as connection:
        return in_force(connection, shop.database.owner, shop.policy).policy


def _unreadable(report: Report) -> Sequence[str]:
    """Lists that could not be read, or lost many tasks at once, are not written to."""
    failed = [o.account for o in report.outcomes if o.facet == "tasks" and o.error]
    return [*failed, *report.incidents]
