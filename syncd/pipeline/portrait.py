"""What a relationship needs besides claims: tags, colleagues, cards, how far reading has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime, tzinfo

from rules.values import value
from syncd.inference.humans import chosen_cards, saved_cards
from syncd.inference.model import Claim, Dossier
from syncd.people import domain_of, is_free_domain
from syncd.people.channels import ELSEWHERE, MAIL, channel_in
from syncd.people.tags import tags_in
from syncd.relationships import PersonHistory, Profile, relate
from syncd.relationships.birthdays import birthday_of
from syncd.store.sources import SourceRow


@value
class Portraits:
    """Turns claims into histories, with what configuration and progress say about a person."""

    zone: tzinfo
    owner_domains: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()  # further domains and addresses
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by normalised address
    elsewhere: frozenset[str] = frozenset()  # addresses and domains the owner meets elsewhere
    progress: Sequence[SourceRow] = ()
    first_after: datetime | None = None
    levels: frozenset[float] = frozenset()  # of strength, at which rules ask

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
        lines = tuple(dict.fromkeys((*notes, *_on_cards(dossier))))
        profile = Profile(
            id=person,
            name=name,
            addresses=tuple(sorted(addrs)),
            tags=tags_in(lines).union(*(self.tags.get(addr, frozenset()) for addr in addrs)),
            colleague=any(self._is_colleague(addr) for addr in addrs),
            channel=self._channel(addrs, (*_on_cards(dossier), *notes)),
            has_card=bool(chosen_cards(dossier)),
            card_seen_at=self._card_seen_at(dossier),
            first_known=self._first_known(),
            birthday=birthday_of(_birthdays(dossier)),
            notes=lines,
            first_after=self.first_after,
            unsettled=self._unsettled(),
        )
        return relate(profile, claims, now, self.zone)

    def as_read(self, profile: Profile) -> bool:
        """Whether the profile was made when the accounts had been read as far as they are now."""
        now = self._first_known(), self._unsettled()
        return (profile.first_known, profile.unsettled) == now

    def _first_known(self) -> bool:
        return all(row.done_at is not None for row in self.progress)

    def _unsettled(self) -> frozenset[str]:
        return frozenset(row.account for row in self.progress if row.done_at is None)

    def _is_colleague(self, addr: str) -> bool:
        # Whoever is below the owner's own domain works there as well.
        return _is_among(addr, self.colleagues) or _is_among(addr, self.owner_domains)

    def _channel(self, addrs: Collection[str], notes: Sequence[str]) -> str:
        """A note on somebody says more than the configuration does of many."""
        configured = any(_is_among(addr, self.elsewhere) for addr in addrs)
        return channel_in(notes) or (ELSEWHERE if configured else MAIL)

    def _card_seen_at(self, dossier: Dossier) -> datetime | None:
        """When the first card came in; None for cards that were there at the first start."""
        books = [row for row in self.progress if row.facet == "contacts"]
        fresh = []
        for card in chosen_cards(dossier):
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


def _is_among(addr: str, named: Collection[str]) -> bool:
    """Whether an address is named itself, or its domain or one above that is."""
    if not named:
        return False
    labels = domain_of(addr).split(".")
    domains = {".".join(labels[start:]) for start in range(len(labels))}
    return addr in named or not domains.isdisjoint(named)


def _on_cards(dossier: Dossier) -> list[str]:
    """What the owner noted on the person's cards (`needs: …`), in the same order every time."""
    notes = sorted(card.record.note for card in saved_cards(dossier) if card.record.note)
    return [line for note in notes for line in note.splitlines()]


def _birthdays(dossier: Dossier) -> list[tuple[str, str]]:
    """The birthdays on the person's cards, with the accounts that hold them."""
    return [
        (card.record.birthday, min((where.account for where in card.evidence), default=""))
        for card in saved_cards(dossier)
        if card.record.birthday
    ]


def domains_of(addresses: Collection[str]) -> frozenset[str]:
    """The owner's own domains, as far as sharing one makes a colleague."""
    return frozenset(domain_of(addr) for addr in addresses if not is_free_domain(domain_of(addr)))
