"""Whom, and for which rule, the owner does not want to be reminded of.

A mute holds for an address or for a whole domain with its sub-domains, so it survives when people
are merged or split. It stops new tasks; what is in the list already stays the owner's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo

from rules.values import value

EVERY_RULE = "*"


@dataclass(frozen=True, slots=True)
class Mute:
    """One word of the owner's. `target` is a normalised address, or a domain (no @ in it).

    `until`: from the start of that day, in the owner's zone, it holds no more; None: for good. Not
    `muted`: the opposite, from `since` on two deletions before it are forgiven.
    """

    target: str
    since: datetime
    rule: str = EVERY_RULE
    until: date | None = None
    muted: bool = True

    def ends(self, zone: tzinfo) -> datetime | None:
        """The first moment at which it holds no more."""
        return None if self.until is None else start_of(self.until, zone)

    def about(self, addrs: Collection[str]) -> bool:
        """Whether it means whoever holds these addresses."""
        return any(covers(self.target, addr) for addr in addrs)


@value
class Standing:
    """What the mutes come to for one person at one moment."""

    rules: frozenset[str] = frozenset()  # muted; `*` for all
    unmuted: dict[str, datetime] = field(default_factory=dict)  # by rule or `*`: see `follow`
    next: datetime | None = None  # when the first of them ends


@dataclass(frozen=True, slots=True)
class Mutes:
    """All of one owner's."""

    zone: tzinfo = UTC
    words: tuple[Mute, ...] = ()

    def of(self, addrs: Collection[str], now: datetime) -> Standing:
        """What is muted for whoever holds these addresses."""
        rules, unmuted, ends = set(), dict[str, datetime](), []
        for word in self.words:
            if not word.about(addrs):
                continue
            end = word.ends(self.zone)
            if not word.muted:
                unmuted[word.rule] = max(word.since, unmuted.get(word.rule, word.since))
            elif end is None or now < end:
                rules.add(word.rule)
                ends += [] if end is None else [end]
        return Standing(frozenset(rules), unmuted, min(ends, default=None))


def covers(target: str, addr: str) -> bool:
    """Whether `addr` is this address, or at this domain or below it."""
    if "@" in target:
        return addr == target
    domain = addr.rpartition("@")[2]
    return domain == target or domain.endswith(f".{target}")


def in_force(words: Iterable[Mute], zone: tzinfo, now: datetime) -> list[Mute]:
    """The mutes that hold at `now`."""
    ends = ((word, word.ends(zone)) for word in words if word.muted)
    return [word for word, end in ends if end is None or now < end]


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day in `zone`, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
