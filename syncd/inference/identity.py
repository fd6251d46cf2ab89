"""Who is one person: addresses joined by cards, by names with further evidence, by the owner.

    Scene --links--> Links   every reason there is for two addresses to be one person's
    Links --join---> Joined  people, and the links that made them

An equal full name alone joins nobody: there are two humans of every name. Better two halves than a
false whole. Whatever speaks against a link is looked at for all addresses that it would bring
together, and the owner's word beats everything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from syncd.people import (
    compatible,
    first_name,
    is_free_domain,
    is_nickname,
    name_key,
    same_organisation,
    shows,
    telling,
    words_of,
)

# More addresses than this under one full name are a common name, or a robot's many addresses.
MOST_NAMESAKES = 12
# An address that goes by more full names than this is several people's.
_MOST_NAMES = 3

_SEVERAL = re.compile(r"\s(?:&|\+|and|und|et|y|e)\s", re.IGNORECASE)

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CardSays:
    """One card of a human, as far as identity cares. Addresses are normalised."""

    name: str
    addrs: frozenset[str]
    attached_by: str = ""  # whoever sent it; "" for a card of the owner's address books


@dataclass(frozen=True, slots=True)
class Named:
    """What an address is called: by itself (From) and by others, as written."""

    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """The full names it goes by; what others call it counts where it does not say itself."""
        keys = _keys(self.own) or _keys(self.others)
        return keys if len(keys) <= _MOST_NAMES else frozenset()


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for name in names if (key := name_key(name)))


@dataclass(frozen=True, slots=True)
class Word:
    """What the owner said: these two addresses are one person's, or they are not."""

    one: str
    other: str
    same: bool
    number: int  # a later word has a higher one


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that decides who is one person among `addrs`."""

    addrs: frozenset[str]
    joinable: frozenset[str]  # a human's, as far as the address itself tells
    cards: Collection[CardSays] = ()
    named: Mapping[str, Named] = field(default_factory=dict)
    common: frozenset[str] = frozenset()  # names that more than MOST_NAMESAKES addresses go by
    reply_to: frozenset[Pair] = frozenset()  # (author, where answers shall go)
    answered: frozenset[Pair] = frozenset()  # (whom the owner wrote to alone, who answered)
    written: frozenset[str] = frozenset()  # addresses that the owner wrote to
    together: frozenset[frozenset[str]] = frozenset()  # both in one message or meeting
    addressed: frozenset[frozenset[str]] = frozenset()  # one wrote to the other
    words: Collection[Word] = ()

    def namesakes(self) -> set[Pair]:
        """Pairs of personal addresses under one full name, smaller first."""
        holders: dict[str, set[str]] = defaultdict(set)
        for addr in self.joinable & self.addrs:
            for key in self.named.get(addr, Named()).keys - self.common:
                holders[key].add(addr)
        return {
            pair
            for theirs in holders.values()
            if len(theirs) <= MOST_NAMESAKES
            for pair in combinations(sorted(theirs), 2)
        }


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A reason why two addresses are one person's. Links sort by strength: the owner's word, the
    latest first, then cards, then names with what else there is."""

    strength: int
    age: int
    one: str
    other: str
    reason: str  # owner | card | attached-card | reply-to | answered | organisation | local-part


@dataclass(frozen=True, slots=True)
class Joined:
    """Who is one person, and what made them one: `links` lead from address to address."""

    groups: list[frozenset[str]]
    links: tuple[Link, ...]


_STRENGTHS = (
    "owner",
    "card",
    "attached-card",
    "reply-to",
    "answered",
    "organisation",
    "local-part",
)


def _link(reason: str, pair: Pair, number: int = 0) -> Link:
    one, other = sorted(pair)
    return Link(_STRENGTHS.index(reason), -number, one, other, reason)


def similar(pair: Pair, named: Mapping[str, Named]) -> str:
    """What the addresses themselves say beside an equal name, "" where it is nothing."""
    one, other = pair
    local, _, domain = one.rpartition("@")
    local2, _, domain2 = other.rpartition("@")
    if local != local2:
        return ""
    if same_organisation(domain, domain2):
        return "organisation"
    keys = named[one].keys & named[other].keys
    return "local-part" if keys and all(telling(one, key) for key in keys) else ""


def links(scene: Scene) -> list[Link]:
    """All reasons, the strongest first, whatever may speak against them."""
    found = [
        _link("owner", (word.one, word.other), word.number)
        for word in latest(scene.words)
        if word.same
    ]
    alike = joining(scene.cards, scene.joinable)
    for card in scene.cards:
        if not card.attached_by:
            pairs = combinations(sorted(card.addrs & alike), 2)
            found += [_link("card", pair) for pair in pairs if not _two_humans(pair, card, scene)]
        elif _believable(card, scene):
            theirs = sorted(card.addrs & scene.joinable)
            found += [_link("attached-card", pair) for pair in combinations(theirs, 2)]
    for one, other in scene.namesakes():
        if {(one, other), (other, one)} & scene.reply_to and _known(one, other, scene):
            found.append(_link("reply-to", (one, other)))
        # Whoever writes to a namesake, who then answers, is somebody else.
        spoke = frozenset((one, other)) in scene.addressed
        if not spoke and {(one, other), (other, one)} & scene.answered:
            found.append(_link("answered", (one, other)))
        reason = similar((one, other), scene.named)
        if reason and frozenset((one, other)) not in scene.together:
            found.append(_link(reason, (one, other)))
    here = scene.addrs & scene.joinable
    return sorted({link for link in found if {link.one, link.other} <= here})


def _two_humans(pair: Pair, card: CardSays, scene: Scene) -> bool:
    """Whether a card of several humans ("Ben & Cleo Archer") holds an address of each."""
    if _SEVERAL.search(card.name) is None:
        return False
    one, other = (
        {name for name in scene.named.get(addr, Named()).own if name_key(name)} or {card.name}
        for addr in pair
    )
    return not any(_one_human(name, name2) for name in one for name2 in other)


def _one_human(name: str, other: str) -> bool:
    if compatible(words_of(name), words_of(other)):
        return True
    called, called2 = (first_name(each).casefold() for each in (name, other))
    return called == called2 or is_nickname(called, called2)


def _known(one: str, other: str, scene: Scene) -> bool:
    """Whether a Reply-To may be believed: fraud asks strangers to answer to a free host, under
    whatever name. The owner wrote to one of the two, or both addresses show the name."""
    if {one, other} & scene.written:
        return True
    if not any(is_free_domain(addr.rpartition("@")[2]) for addr in (one, other)):
        return True
    keys = scene.named[one].keys & scene.named[other].keys
    return any(shows(one, key) and shows(other, key) for key in keys)


def latest(words: Collection[Word]) -> list[Word]:
    """Of what was said about each pair of addresses, the last."""
    last: dict[Pair, Word] = {}
    for word in sorted(words, key=lambda word: word.number):
        last[min(word.one, word.other), max(word.one, word.other)] = word
    return [last[pair] for pair in sorted(last)]


def joining(cards: Collection[CardSays], joinable: Collection[str]) -> frozenset[str]:
    """The addresses that cards may join: personal ones, named alike on all their cards. What a
    stranger attached to a mail does not call the owner's own cards into question."""
    names: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        if not card.attached_by:
            for addr in card.addrs:
                names[addr].add(name_key(card.name) or " ".join(card.name.lower().split()))
    return frozenset(addr for addr in joinable if len(names[addr] - {""}) <= 1)


def _believable(card: CardSays, scene: Scene) -> bool:
    """Whether somebody sent their own card: they are on it, and neither what the addresses on it
    call themselves nor the owner's cards name anybody else. Anybody can attach anything."""
    if card.attached_by not in card.addrs:
        return False
    said = words_of(card.name)
    kept: dict[str, set[str]] = defaultdict(set)
    for other in scene.cards:
        for addr in other.addrs if not other.attached_by else ():
            kept[addr].add(other.name)
    for addr in card.addrs:
        names = {*scene.named.get(addr, Named()).own, *kept.get(addr, ())}
        own = {words_of(name) for name in names if name_key(name)}  # a nickname contradicts nobody
        if own and not any(compatible(said, words) for words in own):
            return False
    return True


def join(scene: Scene) -> Joined:
    """Split the addresses into people; the result depends on the sets alone, never on an order."""
    group = {addr: {addr} for addr in scene.addrs}
    parted = {frozenset((w.one, w.other)) for w in latest(scene.words) if not w.same}
    held: dict[str, set[int]] = defaultdict(set)
    for number, card in enumerate(scene.cards):
        if not card.attached_by:
            for addr in card.addrs:
                held[addr].add(number)
    used = []
    for link in links(scene):
        here, there = group[link.one], group[link.other]
        if here is there or _crosses(here, there, parted):
            continue
        if link.reason not in ("owner", "card") and _against(link, here, there, scene, held):
            continue
        here |= there
        for addr in there:
            group[addr] = here
        used.append(link)
    groups = {id(theirs): frozenset(theirs) for theirs in group.values()}
    return Joined(sorted(groups.values(), key=min), tuple(used))


def _crosses(here: set[str], there: set[str], pairs: Collection[frozenset[str]]) -> bool:
    return any(
        (here & pair) and (there & pair) and len(here & pair) + len(there & pair) == len(pair)
        for pair in pairs
    )


def _against(
    link: Link,
    here: set[str],
    there: set[str],
    scene: Scene,
    held: Mapping[str, set[int]],
) -> bool:
    """Whether what is known of all these addresses speaks against one person holding them."""
    cards = [set().union(*(held.get(addr, set()) for addr in side)) for side in (here, there)]
    if cards[0] and cards[1] and cards[0].isdisjoint(cards[1]):
        return True  # the owner keeps a card for each of them
    excused = frozenset((link.one, link.other))
    return any(
        pair in scene.together and pair != excused
        for pair in (frozenset((one, other)) for one in here for other in there)
    )
