"""Relationship --evaluate--> Verdict --plan--> OutboxEntry, for everyone whose moment has come.

`Decider.follow` brings the rows of people up to date, one transaction for each few hundred of
them. The decision and the intent to write it are one transaction, so a crash between them cannot
happen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from connectors.contract import Draft
from rules.cut import units
from rules.evaluate import Clock, evaluate, find_anchor, judge, next_anchor
from rules.history import Event
from rules.model import Rule, RuleSet
from rules.templates import MAX_NOTES, render
from rules.times import times_of
from rules.values import value
from rules.verdict import State, Verdict
from syncd.inference.model import Real
from syncd.pipeline.adopt import Origin, adopted, origins, row_of
from syncd.pipeline.company import mutual_of
from syncd.pipeline.people import Gallery, Portrait
from syncd.pipeline.trying import Trying
from syncd.planner import (
    Followed,
    Intent,
    Policy,
    Tracked,
    Update,
    due_day,
    follow,
    footer,
    passed_over,
    too_late,
    unjudged,
)
from syncd.planner.mutes import Mutes
from syncd.planner.words import added
from syncd.store import facts, ledger, ledger_hand, observations, people, strays
from syncd.store.database import Database
from syncd.store.strays import Stray

# The fact that says that somebody is ignored no more whose observations are not read again yet.
UNREAD = "unread"
_AT_ONCE = 300
_CLOSING = 400  # room for the sentence that is appended when a task is closed
_TICK = timedelta(microseconds=1)
_NOBODY: Mapping[str, Portrait] = {}


@value
class Decider:
    """Decides for one owner at `now`."""

    database: Database
    gallery: Gallery
    ruleset: RuleSet
    clock: Clock
    policy: Policy
    tasks_in: Mapping[str, str]  # task account by the anchor's account, and `default`
    now: datetime
    incidents: frozenset[str] = frozenset()  # task accounts that lost many tasks at once
    mutes: Mutes = field(default=Mutes())
    ignored: Callable[[str], bool] = lambda _: False  # of an address, by `ignore:`
    strays: bool = False  # whether there are tasks that only the lists know
    # Whoever a stray with the owner's hand on it is about: what was ticked may be contact, so they
    # are marked, and to be settled once more.
    touched: set[str] = field(default_factory=set)
    # Whoever an urgent task has just come to wait for.
    urged: set[str] = field(default_factory=set)
    progress: Callable[[int], None] = lambda _: None

    def follow(self) -> int:
        """Evaluate everybody who is due; returns how many were."""
        seen = 0
        while True:
            with self.database.begin() as connection:
                done = self.follow_in(connection)
            seen += done
            self.progress(done)
            if done < _AT_ONCE:
                return seen

    def follow_in(self, connection: Connection, painted: Mapping[str, Portrait] = _NOBODY) -> int:
        """Evaluate some hundreds of those who are due; returns how many. `painted` are portraits
        made in this transaction, of people about whom nothing was written since."""
        owner = self.database.owner
        ids = people.due_people(connection, owner, self.now, _AT_ONCE)
        if not ids:
            return 0
        rows = ledger.load(connection, owner, ids)
        portraits = [painted[one] for one in ids if one in painted]
        others = [one for one in ids if one not in painted]
        portraits += (
            self.gallery.look(connection, others, self.now, trying=self.trying) if others else []
        )
        found = self.follow_these(connection, portraits, rows)
        people.set_next(connection, owner, dict.fromkeys(ids) | found)
        return len(ids)

    def follow_these(
        self,
        connection: Connection,
        portraits: Sequence[Portrait],
        rows: Mapping[str, tuple[Tracked, ...]],
    ) -> dict[str, datetime | None]:
        """Evaluate these people, whose rows those are, and store what becomes of them; returns when
        each has to be looked at again."""
        owner = self.database.owner
        unread = facts.get(connection, owner, UNREAD) is not None
        following: dict[str, datetime | None] = {}
        done: list[str] = []
        for portrait in portraits:
            who = portrait.row.id
            following[who] = None
            with self.trying.person(connection, who):
                theirs = self._adopted(connection, portrait, rows.get(who, ()))
                followed = self.stand(portrait, theirs, unread=unread)
                followed = self._reworded(portrait, followed, connection)
                following[who] = self._next(portrait, followed)
                self._urge(portrait, followed)
                ledger.save(connection, owner, followed)
                done.append(who)
        self.trying.people_well(connection, done)
        return following

    def judged(
        self, portrait: Portrait, rows: tuple[Tracked, ...], *, unread: bool
    ) -> tuple[Followed, datetime | None]:
        """What becomes of one person's rows, and when they have to be looked at again; nothing is
        stored. Raises `Beyond` where the portrait does not hold all that is asked for."""
        followed = self.stand(portrait, rows, unread=unread)
        self._urge(portrait, followed)
        return followed, self._next(portrait, followed)

    def _urge(self, portrait: Portrait, followed: Followed) -> None:
        urgent = self.ruleset.urgent
        if any(row.state is State.HELD and row.rule in urgent for row in followed.rows):
            self.urged.add(portrait.row.id)

    @property
    def trying(self) -> Trying:
        return Trying(self.database.owner, self.now)

    def stand(
        self, portrait: Portrait, rows: tuple[Tracked, ...], *, unread: bool = False
    ) -> Followed:
        """Where every rule stands with this person at `now`; nothing is stored. `unread`: evidence
        that is not there may be read again yet."""
        # `follow` drops what is over and has no row.
        current = self.verdicts(portrait, rows, {row.rule for row in rows})
        judged = [
            (row.key, self._rejudge(portrait, row))
            for row in unjudged(current, rows)
            if self._can_tell(portrait, row)
        ]
        # Without the cadence or rhythm it was made with, a task ends when it would have.
        judged = [(key, said) for key, said in judged if not said or said.state is not State.VOID]
        rejudged = {key: said for key, said in judged if said or not unread}
        muted = self.mutes.of(portrait.addrs, self.now)
        out = any(row.live for row in rows)
        return follow(
            portrait.row.id,
            current,
            rows,
            rejudged,
            self.policy,
            self.now,
            address_of={
                verdict.anchor.evidence: portrait.address_in(verdict.anchor.evidence)
                for verdict in current
            },
            muted=muted.rules,
            unmuted=muted.unmuted,
            # Only a task that is out has to be told why it is closed.
            events={event.evidence: event for event in portrait.history.events} if out else {},
            moved=self._moved(portrait, rows),
            incident=any(
                row.live and row.task.account in self.incidents for row in rows if row.task
            ),
        )

    def awaits(self, connection: Connection, portrait: Portrait) -> bool:
        """Whether there is a stray about this person."""
        return self.strays and any(self._origins(connection, portrait))

    def _origins(
        self, connection: Connection, portrait: Portrait
    ) -> Iterator[tuple[Origin, Stray]]:
        there = partial(strays.some, connection, self.database.owner)
        return origins(portrait, self.ruleset.rules, there, self.now)

    def _adopted(
        self, connection: Connection, portrait: Portrait, rows: tuple[Tracked, ...]
    ) -> tuple[Tracked, ...]:
        """The person's rows, with the strays that are about them taken in."""
        if not self.strays:
            return rows
        there, owner = {row.key: row for row in rows}, self.database.owner
        placed = []
        for one, stray in self._origins(connection, portrait):
            if one.key not in there or there[one.key].task is None:
                verdict = self._judged(portrait, one.rule, one.anchor, delivered=True)
                row = row_of(portrait, one, verdict, self.now)
                drafted = self.draft(portrait, row, connection)
                if drafted is None:
                    continue
                means = one.rule.done_means
                seen = adopted(row, means, stray, drafted[0], self.policy, self.now)
                there[one.key] = ledger_hand.take(connection, owner, seen)
                if seen.acts:
                    self.touched.add(portrait.row.id)
                    observations.mark(connection, owner, portrait.addrs)
            placed.append(one.key)
        if placed:
            strays.drop(connection, owner, placed)
        return tuple(row for _, row in sorted(there.items())) if placed else rows

    def _reworded(self, portrait: Portrait, followed: Followed, connection: Connection) -> Followed:
        """A task whose anchor moved says what it is about now, where its owner left it alone."""
        rows = {row.key: row for row in followed.tracked}
        intents: list[Intent] = []
        for intent in followed.intents:
            if isinstance(intent, Update) and intent.anchored and intent.key in rows:
                drafted = self.draft(portrait, rows[intent.key], connection)
                if drafted is not None:
                    title, notes = drafted[0].title, drafted[0].notes
                    intent = replace(intent, title=title, notes=notes)
            intents.append(intent)
        return replace(followed, intents=tuple(intents))

    def verdicts(
        self,
        portrait: Portrait,
        rows: Sequence[Tracked] = (),
        traced: Collection[str] | None = None,
    ) -> tuple[Verdict, ...]:
        """Where each rule that has an anchor here stands, given the person's rows. An open loop
        that the owner answered, or that is found too late, makes way for the next one. `traced`:
        see `evaluate`."""
        if portrait.row.kind != "person":
            return ()
        passed, found = passed_over(rows), {(r.rule, r.anchor) for r in rows if r.found_at}
        while True:
            current = evaluate(self.ruleset, portrait.history, self.now, self.clock, passed, traced)
            late = {
                (one.rule, one.anchor.evidence)
                for one in current
                if too_late(one, self.policy, self.now)
            }
            late -= found | passed
            if not late:
                return current
            passed |= late

    def _can_tell(self, portrait: Portrait, row: Tracked) -> bool:
        """Whether anything can be said of a row's anchor: its rule exists, and its evidence is not
        merely still to come (a meeting that was moved ahead, a clock that was put back), nor out
        of sight because the owner has the person ignored."""
        key = row.anchor.partition("#")[0]
        pending = any(c.key == key and c.real is Real.PENDING for c in portrait.claims)
        return self.rule(row.rule) is not None and not pending and not self.ignored(row.addr)

    def _moved(self, portrait: Portrait, rows: Sequence[Tracked]) -> dict[str, datetime]:
        """When the anchors of live tasks will be, those that were moved ahead. One that is to come
        at its old moment was not: the clock was put back."""
        out = [row for row in rows if row.live]
        pending = {c.key: c for c in portrait.claims if c.real is Real.PENDING} if out else {}
        found = {}
        for row in out if pending else ():
            claim, rule = pending.get(row.anchor.partition("#")[0]), self.rule(row.rule)
            if claim is None or rule is None:
                continue
            ahead = Event(frozenset(), claim.at, claim.until, row.anchor)
            tiers = self.ruleset.tiers
            times = times_of(rule, ahead, portrait.history, self.clock, tiers)
            if times is not None and times.remind > row.remind:
                found[row.key] = claim.at
        return found

    def _rejudge(self, portrait: Portrait, row: Tracked) -> Verdict | None:
        rule = self.rule(row.rule)
        anchor = find_anchor(rule, row.anchor, portrait.history) if rule else None
        if rule is None or anchor is None:
            return None
        return self._judged(portrait, rule, anchor, delivered=True)

    def _judged(
        self, portrait: Portrait, rule: Rule, anchor: Event, *, delivered: bool = False
    ) -> Verdict:
        tiers = self.ruleset.tiers
        return judge(rule, anchor, portrait.history, self.now, self.clock, delivered, tiers=tiers)

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.ruleset.rules if rule.id == rule_id), None)

    def _next(self, portrait: Portrait, followed: Followed) -> datetime | None:
        """When this person has to be looked at again; never now, or the loop would not end."""
        moments = [followed.next, portrait.history.snapshot().valid_until]
        moments.append(self.mutes.of(portrait.addrs, self.now).next)
        if portrait.row.kind == "person":
            moments.append(next_anchor(self.ruleset, portrait.history, self.now))
        ahead = [moment for moment in moments if moment is not None and moment > self.now]
        return min(ahead, default=None)

    def draft(
        self, portrait: Portrait, row: Tracked, connection: Connection
    ) -> tuple[Draft, Rule, str] | None:
        """What the task of this row says now, its rule, and the account of its anchor."""
        rule = self.rule(row.rule)
        anchor = find_anchor(rule, row.anchor, portrait.history) if rule else None
        if rule is None or anchor is None:
            return None
        verdict = self._judged(portrait, rule, anchor)
        if verdict.state is State.VOID:
            return None
        due = due_day(row.due, self.policy, self.now)
        last = footer(
            rule.id,
            row.key,
            portrait.history.subject.name,
            row.addr if row.addr in portrait.addrs else min(portrait.addrs, default=""),
        )
        more = {}
        if "mutual" in rule.task_title + rule.task_notes:
            more["mutual"] = mutual_of(connection, self.gallery, portrait, self.now)
        title, notes = render(
            rule,
            replace(verdict, due=due),
            portrait.history,
            self.now,
            self.clock,
            more,
            MAX_NOTES - units(last) - _CLOSING,
        )
        draft = Draft(
            key=row.key,
            title=title,
            notes=added(notes, last),
            due=due,
            created=self.now.astimezone(UTC),
            link=anchor.link,
            priority=rule.priority,
        )
        return draft, rule, anchor.account
