"""The newest message, taken without the older ones: what a step does for nearly every mail.

    brief + message --newest--> claim --continue--> history --judge--> stored

It comes to what folding everything anew would, byte for byte, because it is done only where the
message leaves all else as it was. The store says that it decides about no other observation
(`Applied.only`), inference that it leaves the older claims alone (`syncd/inference/newest.py`), and
here it is seen to that

- nothing was marked before it came, and nobody's moment has come of those in it
- every address in it is a known person's own and only one, to whom nothing else leads, and what
  they are called stays what it was
- their brief was made under the terms of today, and no claim in it changes by mere time till then

Whatever is not so is folded anew, from all there is.

Rules are judged only as far as the message can have changed where they stand. Whoever has a brief
and no moment that has come was judged since they were folded, so a rule without a row is over, or
never began; it stays so unless the message is what its clock starts at (`rules.anchors`). A history
that goes on from its last snapshot (`syncd/relationships/continued.py`) tells what that takes, and
the claims before the message are unpacked only for what asks for them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from connectors.records import Message
from rules.values import value
from syncd.inference.model import Claim, Dossier, Real, Sighted
from syncd.inference.newest import newest
from syncd.inference.renaming import renamed
from syncd.people import AddressKind
from syncd.pipeline.brief import Brief, Seen, Terms, seen_again, shown_name, terms_of
from syncd.pipeline.people import Gallery, Portrait
from syncd.pipeline.regroup import kind_of_address, named_by, names_of
from syncd.relationships import Snapshot
from syncd.relationships.facts import strength_at
from syncd.store import dossiers, neighbours
from syncd.store import newest as stored
from syncd.store.observations import First
from syncd.store.people import PersonRow

_MOST = 20  # people in one message; what goes to more is no letter to somebody


@value
class Taken:
    """Somebody with one more message: as they are now, and the brief that goes with it."""

    portrait: Portrait
    brief: str
    claim: Claim

    @property
    def row(self) -> PersonRow:
        return self.portrait.row


@value
class Newest:
    """Takes the newest message at `now`. `gallery` says how people are looked at."""

    gallery: Gallery
    now: datetime

    def take(self, connection: Connection, only: First) -> list[Taken] | None:
        """Everybody in the one message that came, with it; None where they are to be folded anew.
        Nothing is stored, and nothing was marked before the message came. Raises `Beyond` where
        rules ask for more than is kept."""
        owner, entry = self.gallery.owner_id, only.entry
        addrs = {addr for addr, _, _ in entry.people}
        if only.read or not 0 < len(addrs) <= _MOST:
            return None
        known = stored.with_brief(connection, owner, addrs)
        if len({row.id for row, _ in known.values()}) != len(addrs):
            return None
        parents = neighbours.authors(connection, owner, [entry.parent] if entry.parent else [])
        sighted = dossiers.sighted_once(only, self.now)
        found, terms = [], terms_of(self.gallery.owner, self.gallery.portraits)
        for addr, role, name in entry.people:
            row, text = known[addr]
            brief = Brief.from_text(text, terms)
            if brief is None:
                return None
            who = _Known(row, addr, brief, role, name)
            one = self._with(who, terms, sighted, parents)
            if one is None:
                return None
            found.append(one)
        return found

    def _with(
        self, who: _Known, terms: Terms, sighted: Sighted[Message], parents: dict[str, str]
    ) -> Taken | None:
        """Somebody with the message; None where it may change more than that."""
        row, brief, now = who.row, who.brief, self.now
        owner, portraits = self.gallery.owner, self.gallery.portraits
        if row.kind != "person":
            return None
        if row.next_at is not None and row.next_at <= now:
            return None
        before = Snapshot.from_json(row.snapshot)
        if now < before.taken or (before.valid_until is not None and before.valid_until <= now):
            return None
        last = before.standing.last_end
        if last is not None and sighted.record.at <= last:
            return None
        seen = seen_again(brief.seen, who.role, who.name)
        if not portraits.as_read(before.profile) or not who.is_called_the_same(seen):
            return None
        addrs = frozenset((who.addr,))
        claim = newest(sighted, brief.past, addrs, parents, owner, now)
        if claim is None or (claim.real is Real.YES and not row.known):
            return None
        history = brief.history(before, claim, now, portraits.zone)
        snapshot = history.snapshot()
        standing = snapshot.standing
        row = PersonRow(
            row.id,
            row.name,
            row.kind,
            row.reasons,
            row.known,
            strength=strength_at(standing, now),
            last_at=standing.last_at,
            snapshot=snapshot.to_json(),
            folded_at=now,
            next_at=now,  # to be judged
        )
        past = brief.past.with_newest(sighted.record, claim)
        after = brief.with_newest(seen, past, claim, history, terms)
        if after is None:
            return None
        portrait = Portrait(row, (who.addr,), Dossier(addrs), None, history)
        return Taken(portrait, after.to_text(), claim)


@value
class _Known:
    """Somebody in the message, as they were before it, and how it shows them."""

    row: PersonRow
    addr: str
    brief: Brief
    role: str
    name: str

    def is_called_the_same(self, seen: Seen) -> bool:
        """Whether they are a human of the same names, seen like that."""
        names, before = names_of(seen), self.brief.seen
        if len(seen) == len(before) and len(names) < 2:
            return True  # as often before, and there is nothing to choose from
        return (
            named_by(seen).keys == named_by(before).keys
            and kind_of_address(self.addr, seen)[0] is AddressKind.PERSON
            and not renamed(names)
            and shown_name(self.brief.cards, names, (self.addr,)) == self.row.name
        )
