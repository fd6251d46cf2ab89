"""A person's brief: all that is needed to take their newest message without reading older ones.

It is written when a person is folded and goes with their row. The first line says who they are,
what their mail comes to and how far the fold has come, the second what a long history began with,
each line after it is a claim (`syncd/relationships/packed.py`), oldest first. It holds keys, dates
and names as headers gave them, and no subject, title or place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from hashlib import blake2s
from typing import Any

from rules.values import value
from syncd.inference.model import INFERENCE_VERSION, Claim, Dossier, Owner
from syncd.inference.newest import Past, past_of
from syncd.people import name_key, name_of
from syncd.pipeline.portrait import Portraits
from syncd.relationships import PersonHistory, Snapshot
from syncd.relationships.birthdays import Birthday
from syncd.relationships.continued import Before, Continued
from syncd.relationships.earlier import divided, is_to_divide
from syncd.relationships.packed import is_told, order_of, pack
from syncd.relationships.packed_earlier import pack_earlier, pack_end, unpack_earlier, unpack_end
from syncd.relationships.timeline import NOTHING, Folded
from syncd.store.times import maybe_int, maybe_moment, to_int

_VERSION = 2
Seen = tuple[tuple[str, str, int], ...]  # role, name beside it, how often; sorted
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@value
class Brief:
    """What is kept of somebody with one address. `terms`: what they were folded under."""

    terms: str
    seen: Seen
    cards: tuple[str, ...]  # the names on their cards in the owner's books
    past: Past
    birthday: Birthday | None
    end: Folded  # of the fold, without its standing: that is the snapshot's
    earlier: str  # the early part of a long history, see `syncd/relationships/earlier.py`
    lines: tuple[str, ...]

    @classmethod
    def of(
        cls,
        terms: Terms,
        seen: Seen,
        cards: tuple[str, ...],
        dossier: Dossier,
        history: PersonHistory,
    ) -> Brief | None:
        """The brief of somebody who was folded into that history; None where none is of use."""
        past, birthday = past_of(dossier, history.claims), history.profile.birthday
        end = history.end._replace(standing=NOTHING)
        bare = cls(terms.text, seen, tuple(sorted(cards)), past, birthday, end, "", ())
        return bare.telling(history, terms)

    def telling(self, history: PersonHistory, terms: Terms) -> Brief | None:
        """The same with all that this history is told from. Raises `Beyond`."""
        parts = divided(history, terms.levels)
        if parts is None:
            return None
        earlier, claims = parts
        # Without an early part, since when they are known is said by the first of all claims.
        first = 1 if earlier is None else 0
        lines = [pack(one) for n, one in enumerate(claims) if n < first or is_told(one)]
        text = "" if earlier is None else pack_earlier(earlier)
        return replace(self, earlier=text, lines=tuple(lines))

    def to_text(self) -> str:
        """The same brief gives the same text."""
        past = self.past
        head = [
            self.terms,
            self.seen,
            self.cards,
            [maybe_int(past.newest), past.two_way, past.reports, past.references],
            self.birthday,
            pack_end(self.end),
        ]
        return "\n".join((_encode(head), self.earlier, *self.lines))

    @classmethod
    def from_text(cls, text: str, under: Terms) -> Brief | None:
        """The brief, where it was written under these terms; None where not."""
        first, earlier, *lines = text.split("\n")
        terms, *rest = json.loads(first)
        if terms != under.text:
            return None
        seen, cards, (newest, two_way, reports, references), birthday, end = rest
        return cls(
            terms,
            tuple([(role, name, count) for role, name, count in seen]),
            tuple(cards),
            Past(maybe_moment(newest), two_way, reports, tuple(references)),
            None if birthday is None else Birthday(*birthday),
            unpack_end(end),
            earlier,
            tuple(lines),
        )

    def with_newest(
        self, seen: Seen, past: Past, claim: Claim, history: Continued, terms: Terms
    ) -> Brief | None:
        """The same with one more message, the newest there is; `history` is told with it."""
        end, lines, place = history.end._replace(standing=NOTHING), self.lines, history.ahead
        divides = False
        if is_told(claim) or not (lines or self.earlier):
            divides = is_to_divide(history)
            # What is still to come stands behind it.
            lines = (*lines[:place], pack(claim), *lines[place:])
        after = Brief(self.terms, seen, self.cards, past, self.birthday, end, self.earlier, lines)
        return after.telling(history, terms) if divides else after

    def history(self, snapshot: Snapshot, newest: Claim, now: datetime, zone: tzinfo) -> Continued:
        """Their history with one more message, the newest. `snapshot` goes with this brief."""
        stored, ahead = snapshot.profile, len(self.lines)
        earlier = unpack_earlier(self.earlier, stored.unsettled) if self.earlier else None
        profile = replace(stored, birthday=self.birthday) if self.birthday else stored
        order = to_int(newest.until), newest.key
        while ahead and order_of(self.lines[ahead - 1]) > order:
            ahead -= 1
        before = Before(
            snapshot, self.end._replace(standing=snapshot.standing), self.lines, ahead, earlier
        )
        return Continued(profile, before, newest, now, zone)


def seen_again(seen: Seen, role: str, name: str) -> Seen:
    """How an address was seen, with one more time."""
    counts = {(was, beside): count for was, beside, count in seen}
    counts[role, name] = counts.get((role, name), 0) + 1
    return tuple(sorted((was, beside, count) for (was, beside), count in counts.items()))


def shown_name(
    cards: Sequence[str], names: Sequence[tuple[str, int]], addrs: Collection[str]
) -> str:
    """What somebody is called: as on their cards, else as they call themselves."""
    on_cards = [(name, 1) for name in cards]
    if any(name_key(name) for name, _ in names):
        # A desk's card on which somebody's address stands as well names the desk.
        on_cards = [(name, n) for name, n in on_cards if " " not in name or name_key(name)]
    own = [(addr, 1) for addr in sorted(addrs)]
    return name_of(on_cards or names or own) or name_of(own) or min(addrs)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms under which people are folded: who the owner is, what the configuration says of
    people, the version of it all, and at which `levels` of strength rules ask."""

    text: str
    levels: frozenset[float]


_LAST: list[tuple[tuple[Any, ...], Terms]] = []


def terms_of(owner: Owner, portraits: Portraits) -> Terms:
    """The terms of today; found out once for each configuration."""
    given = (
        owner,
        portraits.owner_domains,
        portraits.colleagues,
        portraits.tags,
        portraits.elsewhere,
        portraits.first_after,
        portraits.levels,
    )
    if _LAST and all(one is other for one, other in zip(_LAST[0][0], given, strict=True)):
        return _LAST[0][1]
    parts = (
        _VERSION,
        INFERENCE_VERSION,
        sorted(owner.addresses),
        str(owner.zone),
        owner.mail_group,
        owner.meeting_group,
        sorted(owner.shared),
        sorted(portraits.owner_domains),
        sorted(portraits.colleagues),
        sorted((addr, sorted(tags)) for addr, tags in portraits.tags.items()),
        sorted(portraits.elsewhere),
        str(portraits.first_after),
        sorted(portraits.levels),
    )
    digest = blake2s(repr(parts).encode(), digest_size=9).hexdigest()
    terms = Terms(digest, portraits.levels)
    _LAST[:] = [(given, terms)]
    return terms
