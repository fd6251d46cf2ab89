"""Observation --infer--> Interaction --relate--> Relationship, for whoever was touched.

Work is found by marks: an address that something new is about, a calendar entry whose title may
name somebody, a person whose next moment has come. Each pass takes some marks, joins addresses
into people, infers and folds them, and removes the marks, all in one transaction; what a pass
changes for others (a name that becomes known) leaves new marks. When no mark is left, the state
is the same whatever the order things arrived in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syncd.inference import infer
from syncd.inference.humans import chosen_cards, kind_of
from syncd.inference.introductions import vouching
from syncd.inference.model import Claim, ClaimKind, Dossier, Owner, Real
from syncd.inference.titles import tokens, who
from syncd.people import AddressKind, first_name
from syncd.pipeline.brief import Brief, Terms, shown_name, terms_of
from syncd.pipeline.people import Portrait
from syncd.pipeline.portrait import Portraits
from syncd.pipeline.regroup import Group, Regrouper
from syncd.pipeline.trying import Trying
from syncd.relationships.facts import strength_at
from syncd.store import briefs, neighbours, notes, people, readings, ticks
from syncd.store.database import Database
from syncd.store.dossiers import Desk, Lawyer, Shelf
from syncd.store.errors import is_of_the_state
from syncd.store.observations import mark
from syncd.store.people import PersonRow

_AT_ONCE = 1500  # marks in one transaction
_DOSSIERS = 100  # held in memory at once
# Texts older than this are not read: every loop they could open has expired long ago.
TEXT_WINDOW = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Settler:
    """Brings every marked person up to date at `now`."""

    database: Database
    owner: Owner
    lawyer: Lawyer
    portraits: Portraits
    now: datetime
    progress: Callable[[int], None] = lambda _: None
    shelf: Shelf = field(default_factory=Shelf)
    # Where portraits are to be kept, by person: as they were folded last.
    painted: dict[str, Portrait] | None = None
    briefs: dict[str, str] = field(default_factory=dict)  # of those folded in this pass

    @property
    def trying(self) -> Trying:
        return Trying(self.database.owner, self.now)

    @property
    def terms(self) -> Terms:
        """Under which people are folded."""
        return terms_of(self.owner, self.portraits)

    def settle(self) -> int:
        """Work until no mark is left; returns how many people were folded."""
        with self.database.begin() as connection:
            self.mark_due(connection)
        folded = 0
        while True:
            with self.database.begin() as connection:
                done = self.settle_in(connection)
            if done is None:
                return folded
            folded += done
            self.progress(done)

    def mark_due(self, connection: Connection, most: int = 1_000_000) -> int:
        """Mark whose moment has come; returns how many they are. Whoever was folded is due until
        the rules have seen them: at the same moment nothing else would come of it."""
        owner = self.database.owner
        ids = people.outdated_people(connection, owner, self.now, most)
        ids = [*ids, *self.trying.due_people(connection)][:most]
        theirs = people.addresses_of(connection, owner, ids)
        mark(connection, owner, (addr for addrs in theirs.values() for addr in addrs))
        mark(connection, owner, self.trying.due_marks(connection))
        return len(ids)

    def settle_in(self, connection: Connection) -> int | None:
        """Work off some of the marks; returns how many people were folded, None where no mark is
        left."""
        owner = self.database.owner
        marks = people.dirty_addresses(connection, owner, _AT_ONCE)
        if not marks:
            return None
        # Removed first: whatever this pass marks anew must stay marked.
        people.clean(connection, owner, marks)
        return self._pass_safely(connection, sorted(marks))

    def _pass_safely(self, connection: Connection, marks: Sequence[str]) -> int:
        """Work these off; a mark that breaks the pass before or after anybody is folded is left
        out, and tried again some other time."""
        try:
            with connection.begin_nested():
                entries = {int(m[6:]) for m in marks if m.startswith("entry:")}
                addrs = {m for m in marks if not m.startswith("entry:")}
                folded = self._pass(connection, addrs, entries)
            self.trying.marks_well(connection, marks)
            return folded
        except Exception as error:  # noted with the mark
            if is_of_the_state(connection, error):
                raise
            self.briefs.clear()
            if len(marks) == 1:
                self.trying.mark_failed(connection, marks[0], error)
                return 0
        half = len(marks) // 2
        first = self._pass_safely(connection, marks[:half])
        return first + self._pass_safely(connection, marks[half:])

    def _pass(self, connection: Connection, addrs: set[str], entries: set[int]) -> int:
        owner = self.database.owner
        words: set[str] = set()
        folded: list[PersonRow] = []
        if addrs:
            regrouper = Regrouper(owner, self.owner.addresses, self.now)
            groups, lost = regrouper.regroup(connection, addrs)
            words |= lost
            folded = self._fold(connection, groups)
            before = people.load(connection, owner, [row.id for row in folded])
            people.save(connection, owner, folded)
            briefs.drop(connection, owner, [row.id for row in folded if row.id not in self.briefs])
            briefs.put(connection, owner, self.briefs)
            self.briefs.clear()
            renamed = {r.id for r in folded if r.id in before and before[r.id].name != r.name}
            by_name = {
                row.id: tokens(row.name) if row.known else frozenset[str]() for row in folded
            }
            words |= people.set_name_tokens(connection, owner, by_name, renamed)
        entries |= people.entries_with(connection, owner, words)
        self._read_titles(connection, entries)
        return len(folded)

    # --- what happened between us ---

    def _fold(self, connection: Connection, groups: Sequence[Group]) -> list[PersonRow]:
        owner = self.database.owner
        humans = [group for group in groups if group.kind is AddressKind.PERSON]
        desk = Desk(owner, self.owner, self.lawyer, self.shelf)
        rows: list[PersonRow] = []
        for start in range(0, len(humans), _DOSSIERS):
            rows += self._fold_some(connection, desk, humans[start : start + _DOSSIERS])
        return rows

    def _fold_some(
        self, connection: Connection, desk: Desk, groups: Sequence[Group]
    ) -> list[PersonRow]:
        """Fold these; whoever breaks it is left out, and tried again some other time."""
        trying, owner = self.trying, self.database.owner
        held = trying.held(connection)
        some = [group for group in groups if group.id not in held]
        try:
            rows = self._folded(connection, desk, some)
        except Exception as error:  # noted with the person
            if is_of_the_state(connection, error):
                raise
            desk.clear()
            if len(some) > 1:
                return [r for one in some for r in self._fold_some(connection, desk, [one])]
            trying.person_failed(connection, some[0].id, error)
            rows = []
        left = {group.id for group in groups} - {row.id for row in rows}
        briefs.drop(connection, owner, left)
        people.set_next(connection, owner, dict.fromkeys(left))
        return rows

    def _folded(self, connection: Connection, desk: Desk, some: Sequence[Group]) -> list[PersonRow]:
        if not some:
            return []
        owner = self.database.owner
        ids = [group.id for group in some]
        given = ticks.by_person(connection, owner, ids)
        dossiers = desk.gather(connection, [group.addrs for group in some], ids, given)
        # Tags are given in notes.
        written = notes.of(connection, owner, [group.addrs for group in some])
        wants: list[str] = []
        rows = []
        for group, dossier in zip(some, dossiers, strict=True):
            claims = infer(dossier, self.owner, self.now)
            wants += self._unread(dossier, claims)
            readings.vouch(connection, owner, dossier.readings, vouching(dossier, claims))
            rows.append(self._paint(group, dossier, claims, written[group.addrs]))
        readings.want(connection, owner, wants)
        desk.clear()
        return rows

    def _unread(self, dossier: Dossier, claims: Sequence[Claim]) -> list[str]:
        """Messages whose text could still tell something: wanted, recent, not read yet."""
        since = self.now - TEXT_WINDOW
        return [
            claim.key
            for claim in claims
            if claim.wants_text and claim.at >= since and claim.key not in dossier.readings
        ]

    def _paint(
        self, group: Group, dossier: Dossier, claims: tuple[Claim, ...], lines: tuple[str, ...]
    ) -> PersonRow:
        cards = tuple(card.record.name for card in chosen_cards(dossier) if card.record.name)
        name = shown_name(cards, group.names, group.addrs)
        kind, reasons = kind_of(dossier, claims)
        history = self.portraits.history(group.id, name, dossier, claims, self.now, lines)
        snapshot = history.snapshot()
        row = PersonRow(
            id=group.id,
            name=name,
            kind=kind,
            reasons=json.dumps(reasons),
            known=bool(chosen_cards(dossier)) or _met_or_wrote(claims, dossier),
            strength=strength_at(snapshot.standing, self.now),
            last_at=snapshot.standing.last_at,
            snapshot=snapshot.to_json(),
            folded_at=self.now,
            # To be evaluated now; the pipeline puts the real next moment once it has.
            next_at=self.now,
        )
        if group.alone:
            brief = Brief.of(self.terms, group.alone, cards, dossier, history)
            if brief is not None:
                self.briefs[row.id] = brief.to_text()
        if self.painted is not None:
            addrs = tuple(sorted(group.addrs))
            self.painted[row.id] = Portrait(row, addrs, dossier, claims, history)
        return row

    # --- who is meant by a title ---

    def _read_titles(self, connection: Connection, entries: Collection[int]) -> None:
        if not entries:
            return
        owner = self.database.owner
        candidates = people.candidates_for(connection, owner, entries)
        rows = people.load(connection, owner, set().union(*candidates.values()))
        titles = self._titles(connection, entries)
        meant: dict[int, str | None] = {}
        for number in sorted(entries):
            index = _index({i: rows[i].name for i in candidates.get(number, ()) if i in rows})
            found = who(titles.get(number, ""), index)
            meant[number] = next(iter(found)) if len(found) == 1 else None
        changed, moved = people.set_named(connection, owner, meant)
        if moved:
            # An entry that means somebody can be in conflict with whatever is at the same time.
            self.shelf.clashing = None
            spans = {(t.at, t.until) for t in neighbours.traces_of(connection, moved)}
            others = neighbours.at_the_same_time(connection, owner, spans)
            mark(connection, owner, neighbours.company_of(connection, owner, others))
        theirs = people.addresses_of(connection, owner, sorted(changed))
        mark(connection, owner, (addr for addrs in theirs.values() for addr in addrs))

    def _titles(self, connection: Connection, entries: Collection[int]) -> dict[int, str]:
        desk = Desk(self.database.owner, self.owner, self.lawyer, self.shelf)
        desk.load(connection, entries)
        return {n: desk.sighted[n].record.title for n in entries if n in desk.sighted}


def _index(names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    index: dict[str, set[str]] = {}
    for who_id, name in names.items():
        for form in {first_name(name).lower(), name.lower()}:
            index.setdefault(form, set()).add(who_id)
    return {form: frozenset(ids) for form, ids in index.items()}


def _met_or_wrote(claims: Sequence[Claim], dossier: Dossier) -> bool:
    """Known enough to be meant by a bare first name.

    An entry's own title proves nothing. A meeting that is only in doubt is as good as a real one:
    doubt can come from an entry at the same hour that means somebody else, and whom an entry means
    must not depend on whom entries mean.
    """
    return any(
        c.key not in dossier.named
        and (c.real is Real.YES or (c.kind is ClaimKind.MEETING and c.real is Real.UNKNOWN))
        for c in claims
    )
