"""Relationship --evaluate--> Verdict --plan--> OutboxEntry, for everyone whose moment has come.

`Decider.follow` brings the rows of people up to date, one transaction for each few hundred of
them; `Decider.draw` turns the day's candidates into tasks. The decision and the intent to write it
are one transaction, so a crash between them cannot happen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from connectors.contract import Draft
from rules.evaluate import Clock, evaluate, find_anchor, judge, next_anchor
from rules.model import Rule, RuleSet
from rules.templates import render
from rules.verdict import State, Verdict
from syncd.inference.model import Real
from syncd.intake import participants
from syncd.pipeline.people import Gallery, Portrait
from syncd.planner import (
    Followed,
    Intent,
    Policy,
    Tracked,
    Update,
    draw,
    due_day,
    follow,
    footer,
    unjudged,
)
from syncd.store import ledger, ledger_tasks, people
from syncd.store.database import Database

_AT_ONCE = 300
_MAX_NOTES = 8192
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
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
    progress: Callable[[int], None] = lambda _: None

    def follow(self) -> int:
        """Evaluate everybody who is due; returns how many were."""
        seen = 0
        while True:
            with self.database.begin() as connection:
                owner = self.database.owner
                ids = people.due_people(connection, owner, self.now, _AT_ONCE)
                if not ids:
                    return seen
                rows = ledger.load(connection, owner, ids)
                following: dict[str, datetime | None] = dict.fromkeys(ids)
                for portrait in self.gallery.look(connection, ids, self.now):
                    followed = self.stand(portrait, rows.get(portrait.row.id, ()))
                    followed = self._reworded(portrait, followed)
                    ledger.save(connection, owner, followed)
                    following[portrait.row.id] = self._next(portrait, followed)
                people.set_next(connection, owner, following)
            seen += len(ids)
            self.progress(len(ids))

    def stand(self, portrait: Portrait, rows: tuple[Tracked, ...]) -> Followed:
        """Where every rule stands with this person at `now`; nothing is stored."""
        history, current = portrait.history, self.verdicts(portrait)
        rejudged = {
            row.key: self._rejudge(portrait, row)
            for row in unjudged(current, rows)
            if self._can_tell(portrait, row)
        }
        return follow(
            portrait.row.id,
            current,
            rows,
            rejudged,
            self.policy,
            self.now,
            address_of={
                verdict.anchor.evidence: self.address_in(portrait, verdict.anchor.evidence)
                for verdict in current
            },
            events={event.evidence: event for event in history.events},
            incident=any(
                row.live and row.task.account in self.incidents for row in rows if row.task
            ),
        )

    def _reworded(self, portrait: Portrait, followed: Followed) -> Followed:
        """A task whose anchor moved says what it is about now, where its owner left it alone."""
        rows = {row.key: row for row in followed.tracked}
        intents: list[Intent] = []
        for intent in followed.intents:
            if isinstance(intent, Update) and intent.anchored and intent.key in rows:
                drafted = self.draft(portrait, rows[intent.key])
                if drafted is not None:
                    title, notes = drafted[0].title, drafted[0].notes
                    intent = replace(intent, title=title, notes=notes)
            intents.append(intent)
        return replace(followed, intents=tuple(intents))

    def verdicts(self, portrait: Portrait) -> tuple[Verdict, ...]:
        """Where each rule that has an anchor here stands, whatever was done about it."""
        if portrait.row.kind != "person":
            return ()
        return evaluate(self.ruleset, portrait.history, self.now, self.clock)

    def _can_tell(self, portrait: Portrait, row: Tracked) -> bool:
        """Whether anything can be said of a row's anchor: its rule exists, and its evidence is not
        merely still to come (a meeting that was moved ahead, a clock that was put back)."""
        key = row.anchor.partition("#")[0]
        pending = any(c.key == key and c.real is Real.PENDING for c in portrait.claims)
        return self.rule(row.rule) is not None and not pending

    def _rejudge(self, portrait: Portrait, row: Tracked) -> Verdict | None:
        rule = self.rule(row.rule)
        anchor = find_anchor(rule, row.anchor, portrait.history) if rule else None
        if rule is None or anchor is None:
            return None
        return judge(
            rule,
            anchor,
            portrait.history,
            self.now,
            self.clock,
            delivered=True,
            tiers=self.ruleset.tiers,
        )

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.ruleset.rules if rule.id == rule_id), None)

    def address_in(self, portrait: Portrait, evidence: str) -> str:
        """The person's address that takes part in the evidence, so that a key survives merges."""
        key = evidence.partition("#")[0]
        dossier = portrait.dossier
        involved: set[str] = set()
        for message in dossier.messages:
            involved |= participants(message.record) if message.key == key else frozenset()
        for meeting in dossier.meetings:
            involved |= participants(meeting.record) if meeting.key == key else frozenset()
        for log in dossier.logs:
            involved |= log.addrs if log.key == key else frozenset()
        return min(involved & set(portrait.addrs) or portrait.addrs, default="")

    def _next(self, portrait: Portrait, followed: Followed) -> datetime | None:
        """When this person has to be looked at again; never now, or the loop would not end."""
        moments = [followed.next, portrait.history.snapshot().valid_until]
        if portrait.row.kind == "person":
            moments.append(next_anchor(self.ruleset, portrait.history, self.now))
        ahead = [moment for moment in moments if moment is not None and moment > self.now]
        return min(ahead, default=None)

    # --- the day's draw ---

    def draw(self) -> int:
        """Turn candidates into tasks within the limits; returns how many."""
        if not self.tasks_in:
            return 0
        owner = self.database.owner
        urgent = {rule.id for rule in self.ruleset.rules if rule.urgent}
        decided = 0
        with self.database.begin() as connection:
            waiting = ledger_tasks.candidates(connection, owner, urgent)
            if self.incidents:
                blocked = self._bound_for_incidents(connection, [one.key for one in waiting])
                waiting = [one for one in waiting if one.key not in blocked]
            today, soon = ledger_tasks.counts(connection, owner, self.policy, self.now, urgent)
            drawn = draw(waiting, today, soon, self.policy, self.now)
            rows = ledger.by_key(connection, owner, drawn)
            whose = sorted({row.person for row in rows.values()})
            looked = self.gallery.look(connection, whose, self.now)
            portraits = {portrait.row.id: portrait for portrait in looked}
            for key in drawn:
                portrait = portraits.get(rows[key].person)
                if portrait is not None:
                    decided += self._decide(connection, portrait, rows[key])
        return decided

    def _decide(self, connection: Connection, portrait: Portrait, row: Tracked) -> bool:
        drafted = self.draft(portrait, row)
        if drafted is None:
            return False
        draft, rule, account = drafted
        target = self._target(account)
        if target is None:
            return False
        return ledger_tasks.decide(
            connection, self.database.owner, row.key, target, draft, rule.done_means, self.now
        )

    def _target(self, account: str) -> str | None:
        return self.tasks_in.get(account) or self.tasks_in.get("default")

    def _bound_for_incidents(self, connection: Connection, keys: Sequence[str]) -> set[str]:
        """Which of these candidates would go to a list that is not to be written now."""
        rows = ledger.by_key(connection, self.database.owner, keys)
        whose = sorted({row.person for row in rows.values()})
        portraits = {p.row.id: p for p in self.gallery.look(connection, whose, self.now)}
        blocked = set()
        for key, row in rows.items():
            portrait = portraits.get(row.person)
            drafted = self.draft(portrait, row) if portrait else None
            if drafted is not None and self._target(drafted[2]) in self.incidents:
                blocked.add(key)
        return blocked

    def draft(self, portrait: Portrait, row: Tracked) -> tuple[Draft, Rule, str] | None:
        """What the task of this row says now, its rule, and the account of its anchor."""
        rule = self.rule(row.rule)
        anchor = find_anchor(rule, row.anchor, portrait.history) if rule else None
        if rule is None or anchor is None:
            return None
        verdict = judge(
            rule, anchor, portrait.history, self.now, self.clock, tiers=self.ruleset.tiers
        )
        if verdict.state is State.VOID:
            return None
        due = due_day(row.due, self.policy, self.now)
        title, notes = render(
            rule, replace(verdict, due=due), portrait.history, self.now, self.clock
        )
        draft = Draft(
            key=row.key,
            title=title,
            notes=_with_footer(notes, footer(rule.id, row.key)),
            due=due,
            created=self.now.astimezone(UTC),
            link=anchor.link,
            priority=rule.priority,
        )
        return draft, rule, anchor.account


def _with_footer(notes: str, last: str) -> str:
    """The footer always fits: Google Tasks takes 8,192 characters, and it holds the key."""
    room = _MAX_NOTES - len(last) - 2
    return f"{notes[:room].rstrip()}\n\n{last}".strip()
