"""One person, looked at as of any moment: the dossier gathered, inferred and related.

Both deciding and showing go through here, so that what is shown is what was decided on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime

from sqlalchemy import Connection

from rules.values import value
from syncd.inference import infer
from syncd.inference.model import Claim, Dossier, Owner
from syncd.intake import participants
from syncd.pipeline.portrait import Portraits
from syncd.pipeline.trying import Trying
from syncd.relationships import PersonHistory, Snapshot
from syncd.store import notes, people, ticks, trials
from syncd.store.dossiers import Desk, Lawyer, Shelf
from syncd.store.errors import is_of_the_state
from syncd.store.people import PersonRow


@value
class Portrait:
    """A person as of a moment: what is stored of them, what is claimed, what follows from it."""

    row: PersonRow
    addrs: tuple[str, ...]
    dossier: Dossier
    claimed: tuple[Claim, ...] | None  # None: what the history is told from
    history: PersonHistory

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All that is claimed."""
        return self.history.claims if self.claimed is None else self.claimed

    @property
    def claim_by_key(self) -> Mapping[str, Claim]:
        return {claim.key: claim for claim in self.claims}

    def address_in(self, evidence: str) -> str:
        """The person's address that takes part in the evidence, so that a key survives merges."""
        if len(self.addrs) == 1:
            return self.addrs[0]
        key = evidence.partition("#")[0]
        involved: set[str] = set()
        for message in self.dossier.messages:
            if message.key == key:
                involved |= participants(message.record)
        for meeting in self.dossier.meetings:
            if meeting.key == key:
                involved |= participants(meeting.record)
        for log in self.dossier.logs:
            if log.key == key:
                involved |= log.addrs
        return min(involved & set(self.addrs) or self.addrs, default="")


@value
class Gallery:
    """Looks at people of one owner."""

    owner_id: str
    owner: Owner
    lawyer: Lawyer
    portraits: Portraits
    shelf: Shelf = field(default_factory=Shelf)

    def desk(self) -> Desk:
        return Desk(self.owner_id, self.owner, self.lawyer, self.shelf)

    def look(
        self,
        connection: Connection,
        ids: Sequence[str],
        now: datetime,
        desk: Desk | None = None,
        trying: Trying | None = None,
    ) -> list[Portrait]:
        """Portraits of these people, in their order; ids that are nobody's are left out, and
        whoever cannot be judged now. `trying` counts whom it breaks, where anything is written."""
        rows = people.load(connection, self.owner_id, ids)
        aside = trials.of_people(connection, self.owner_id)
        if trying is not None and aside:
            aside = {who: one for who, one in aside.items() if not trying.is_due(one)}
        found = [number for number in ids if number in rows and number not in aside]
        desk = desk or self.desk()
        if trying is None:
            return self._look(connection, rows, found, now, desk)
        return self._look_safely(connection, rows, found, now, desk, trying)

    def _look_safely(
        self,
        connection: Connection,
        rows: Mapping[str, PersonRow],
        found: Sequence[str],
        now: datetime,
        desk: Desk,
        trying: Trying,
    ) -> list[Portrait]:
        """Whoever breaks it is left out, and tried again some other time."""
        try:
            return self._look(connection, rows, found, now, desk)
        except Exception as error:  # noted with the person
            if is_of_the_state(connection, error):
                raise
            desk.clear()
            if len(found) == 1:
                trying.person_failed(connection, found[0], error)
                return []
        return [
            portrait
            for one in found
            for portrait in self._look_safely(connection, rows, [one], now, desk, trying)
        ]

    def _look(
        self,
        connection: Connection,
        rows: Mapping[str, PersonRow],
        found: Sequence[str],
        now: datetime,
        desk: Desk,
    ) -> list[Portrait]:
        addrs = people.addresses_of(connection, self.owner_id, found)
        given = ticks.by_person(connection, self.owner_id, found)
        groups = [frozenset(addrs[number]) for number in found]
        dossiers = desk.gather(connection, groups, found, given)
        written = notes.of(connection, self.owner_id, groups)
        desk.clear()
        return [
            self._portrait(rows[number], dossier, written[group], now)
            for number, group, dossier in zip(found, groups, dossiers, strict=True)
        ]

    def _portrait(
        self, row: PersonRow, dossier: Dossier, lines: tuple[str, ...], now: datetime
    ) -> Portrait:
        claims = infer(dossier, self.owner, now)
        history = self.portraits.history(row.id, row.name, dossier, claims, now, lines)
        return Portrait(row, tuple(sorted(dossier.addresses)), dossier, claims, history)


def snapshot_of(row: PersonRow, now: datetime) -> Snapshot | None:
    """The stored snapshot where it answers for `now`, else None: then look at the claims."""
    if now < row.folded_at:
        return None
    snapshot = Snapshot.from_json(row.snapshot)
    if snapshot.valid_until is not None and now >= snapshot.valid_until:
        return None
    return snapshot
