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

from collections.abc import Sequence
from datetime import datetime

from syncd.pipeline import clock
from syncd.pipeline.aliases import find_aliases
from syncd.pipeline.finish import finish_cards, finish_forgetting
from syncd.pipeline.hand import HandReader
from syncd.pipeline.lists import settle_twins, write
from syncd.pipeline.observe import READABLE, Reader
from syncd.pipeline.report import Progress, Report, Silent
from syncd.pipeline.whole import (
    begin,
    decide,
    incidents_of,
    notice_reading,
    policy_of,
    refresh,
    relate,
)
from syncd.pipeline.workshop import UNKNOWN_AFTER_CUT, Account, Workshop
from syncd.store import trouble
from syncd.store.dossiers import Shelf
from syncd.store.lock import exclusive

__all__ = ["UNKNOWN_AFTER_CUT", "Account", "Workshop", "deliver", "observe", "once", "refresh"]


def once(
    shop: Workshop,
    now: datetime,
    progress: Progress | None = None,
    *,
    accept_deletions: bool = False,
    real: bool = False,
) -> Report:
    """Pull everything, evaluate, deliver. `real`: `now` is the clock's, which may be wrong; then
    nothing is done. Raises `StoreError` while another run is under way."""
    show = progress or Silent()
    report = Report()
    with exclusive(shop.database, guest=True), trouble.watched(shop.database, now):
        if real:
            report.clock = clock.look(shop, now)
        if report.clock:
            return report
        begin(shop, now, report, show)
        observe(shop, now, report, show, accept_deletions=accept_deletions)
        failed = any(one.error or one.paused for one in report.outcomes if one.facet in READABLE)
        notice_reading(shop, now, complete=not failed)
        shop = find_aliases(shop)
        shelf = Shelf()
        relate(shop, now, report, show, shelf)
        decide(shop, now, show, shelf)
        show.step("Writing tasks")
        deliver(shop, now, report)
        run_errands(shop, now, report)
    return report


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
    policy = policy_of(shop)
    for account in shop.accounts:
        if account.tasks is not None:
            show.step(f"Reading {account.name}: tasks")
            outcome = hand.observe(account.name, account.tasks)
            report.outcomes.append(outcome)
            if outcome.twins and not policy.preview:
                settle_twins(shop.database, account.name, account.tasks, outcome, now)


def deliver(shop: Workshop, now: datetime, report: Report) -> None:
    """Write what is queued; a list that fails is noted and stops no other."""
    with shop.database.read() as connection:
        report.incidents = incidents_of(shop, connection)
    unreadable = _unreadable(report)
    readable = {name: one for name, one in shop.lists.items() if name not in unreadable}
    summary = write(shop.database, readable, now, policy_of(shop), beside=shop.lists)
    report.created = summary.created
    report.updated = summary.updated
    report.completed = summary.completed
    report.delivery_errors = dict(summary.failed)
    report.delivery_pauses = {name: str(pause) for name, pause in summary.paused.items()}
    report.incidents |= {name: len(keys) for name, keys in summary.missing.items()}
    forgotten = shop.ignore.forgotten
    report.delivery_errors |= finish_forgetting(shop.database, readable, forgotten)


def run_errands(shop: Workshop, now: datetime, report: Report) -> None:
    """Add the cards and leave the drafts that are due."""
    if shop.books or shop.drawers:
        from syncd.pipeline.errands import plan  # few have them switched on
        from syncd.pipeline.gather import Gatherer
        from syncd.pipeline.outward import hand_over

        plan(shop, now)
        mail = {one.name: [s for s in one.sources if s.facet == "mail"] for one in shop.accounts}
        Gatherer(shop.database, mail).gather()
        done = hand_over(shop, now)
        report.cards, report.drafts = done.cards, done.drafts
        report.errand_errors, report.errand_pauses = done.failed, done.paused
    if shop.ignore.forgotten and shop.writes:
        for name, error in finish_cards(shop.database, shop.books).items():
            report.errand_errors[name, "card"] = error


def _unreadable(report: Report) -> Sequence[str]:
    """Lists that could not be read, or lost many tasks at once, are not written to."""
    failed = [o.account for o in report.outcomes if o.facet == "tasks" and (o.error or o.paused)]
    return [*failed, *report.incidents]
