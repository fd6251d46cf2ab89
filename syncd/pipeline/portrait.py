"""What a relationship needs besides claims: tags, colleagues, cards, how far reading has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from syncd.inference.humans import saved_cards
from syncd.inference.model import Claim, Dossier
from syncd.people import domain_of, is_free_domain
from syncd.relationships import PersonHistory, Profile, relate
from syncd.store.sources import SourceRow


@dataclass(frozen=True, slots=True)
class Portraits:
    """Turns claims into histories, with what configuration and progress say about a person."""

    zone: tzinfo
    owner_domains: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()  # further domains and addresses
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by normalised address
    progress: Sequence[SourceRow] = ()
    first_after: datetime | None = None

    def history(
        self,
        person: str,
        name: str,
        dossier: Dossier,
        claims: Sequence[Claim],
        now: datetime,
        notes: tuple[str, ...] = (),
    ) -> PersonHistory:
        addrs = dossier.addresses
        profile = Profile(
            id=person,
            name=name,
            addresses=tuple(sorted(addrs)),
            tags=frozenset().union(*(self.tags.get(addr, frozenset()) for addr in addrs)),
            colleague=any(self._is_colleague(addr) for addr in addrs),
            has_card=bool(saved_cards(dossier)),
            card_seen_at=self._card_seen_at(dossier),
            first_known=all(row.done_at is not None for row in self.progress),
            notes=tuple(dict.fromkeys((*notes, *_on_cards(dossier)))),
            first_after=self.first_after,
            unsettled=frozenset(row.account for row in self.progress if row.done_at is None),
        )
        return relate(profile, claims, now, self.zone)

    def _is_colleague(self, addr: str) -> bool:
        # Whoever is below the owner's own domain works there as well.
        labels = domain_of(addr).split(".")
        domains = {".".join(labels[start:]) for start in range(len(labels))}
        ours = self.owner_domains | self.colleagues
        return addr in self.colleagues or not ours.isdisjoint(domains)

    def _card_seen_at(self, dossier: Dossier) -> datetime | None:
        """When the first card came in; None for cards that were there at the first start."""
        books = [row for row in self.progress if row.facet == "contacts"]
        fresh = []
        for card in saved_cards(dossier):
            done = [
                book.done_at
                for where in card.evidence
                for book in books
                if book.account == where.account and where.ref.startswith(book.scope)
            ]
            if not done or any(at is None or card.seen_at <= at for at in done):
                return None
            fresh.append(card.seen_at)
        return min(fresh, default=None)


def _on_cards(dossier: Dossier) -> list[str]:
    """What the owner noted on the person's cards (`needs: …`), in the same order every time."""
    notes = sorted(card.record.note for card in saved_cards(dossier) if card.record.note)
    return [line for note in notes for line in note.splitlines()]


def domains_of(addresses: Collection[str]) -> frozenset[str]:
    """The owner's own domains, as far as sharing one makes a colleague."""
    return frozenset(domain_of(addr) for addr in addresses if not is_free_domain(domain_of(addr)))
