"""Addresses --join--> people: who is one person, and what becomes of what they had.

Which addresses are looked at together is a matter of the store (`syncd/store/identity.py`), which
of them are one person of pure inference (`syncd/inference/identity.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from syncd.inference.identity import Named, Pair, Scene, join, similar
from syncd.inference.renaming import current_names, renamed
from syncd.people import AddressKind, classify, person_id
from syncd.store import evidence, identity, ledger, people
from syncd.store.identity import Reached

Entries = Sequence[tuple[str, str, int]]  # role, name beside it, how often


@dataclass(frozen=True, slots=True)
class Group:
    """Addresses that are one person's, or one address that is no person."""

    id: str
    addrs: frozenset[str]
    kind: AddressKind
    reasons: tuple[str, ...]
    names: tuple[tuple[str, int], ...]
    # Of a single address to which nothing else leads (no namesake, no card with others on it, no
    # word of the owner's): how it was seen. () where anything new in a mail may join or part.
    alone: tuple[tuple[str, str, int], ...] = ()


def kind_of_address(addr: str, seen: Entries) -> tuple[AddressKind, tuple[str, ...]]:
    """What an address is, given how it was seen."""
    return classify(
        addr,
        is_list=any(role == "list" for role, _, _ in seen),
        is_resource=any(role == "room" for role, _, _ in seen),
    )


def names_of(seen: Entries) -> tuple[tuple[str, int], ...]:
    """Names beside an address: what it calls itself, else what others call it."""
    own = tuple((name, count) for role, name, count in seen if role == "from" and name)
    return own or tuple((name, count) for _, name, count in seen if name)


def named_by(seen: Entries) -> Named:
    """The same, as far as names tell who is one person."""
    own = {name for role, name, _ in seen if role == "from" and name}
    return Named(frozenset(own), frozenset(name for _, name, _ in seen if name) - own)


@dataclass(frozen=True, slots=True)
class Stage:
    """Some addresses with everything that decides who is one person among them."""

    reached: Reached
    scene: Scene
    own: frozenset[str]  # the owner's, who is nobody here
    unseen: frozenset[str]  # what nothing names any more: a card was edited, or is ignored
    kinds: dict[str, tuple[AddressKind, tuple[str, ...]]]
    namesakes: frozenset[str] = frozenset()  # who goes by somebody else's full name as well

    def alone(self, addrs: frozenset[str]) -> tuple[tuple[str, str, int], ...]:
        """How the one address was seen, where no other is reached from it; else ()."""
        if len(addrs) != 1 or not addrs.isdisjoint(self.namesakes):
            return ()
        if any(card.addrs > addrs for card in self.reached.cards.values()):
            return ()
        (addr,) = addrs
        if any(addr in (word.one, word.other) for word in self.reached.words):
            return ()
        return tuple(sorted(self.reached.seen[addr]))


def reach(
    connection: Connection, owner: str, own: frozenset[str], addrs: Collection[str]
) -> Reached:
    """`addrs` and all whom they may be one with. `own` are the owner's addresses."""

    def keys_of(addr: str, seen: list[tuple[str, str, int]]) -> frozenset[str]:
        human = addr not in own and kind_of_address(addr, seen)[0] is AddressKind.PERSON
        return named_by(seen).keys if human else frozenset()

    return identity.neighbourhood(connection, owner, addrs, keys_of)


def set_the_stage(
    connection: Connection, owner: str, own: frozenset[str], reached: Reached
) -> Stage:
    """Gather what else decides about the addresses that were reached."""
    mine = reached.addrs & own
    unseen = reached.addrs - mine - reached.seen.keys()
    here = reached.addrs - mine - unseen
    kinds = {addr: kind_of_address(addr, reached.seen[addr]) for addr in here}
    joinable = {addr for addr, (kind, _) in kinds.items() if kind is AddressKind.PERSON}
    named = {addr: named_by(reached.seen[addr]) for addr in joinable}
    keys = frozenset().union(*reached.keys.values())
    bare = Scene(
        addrs=frozenset(here),
        joinable=frozenset(joinable),
        cards=tuple(reached.cards[number] for number in sorted(reached.cards)),
        named=named,
        common=identity.common(connection, owner, keys),
        words=tuple(reached.words),
    )
    pairs = bare.namesakes()
    scene = _with_evidence(connection, owner, own, bare, pairs) if pairs else bare
    sharing = frozenset(addr for pair in pairs for addr in pair)
    return Stage(reached, scene, frozenset(mine), frozenset(unseen), kinds, sharing)


def _with_evidence(
    connection: Connection, owner: str, own: frozenset[str], scene: Scene, pairs: set[Pair]
) -> Scene:
    """The scene with what there is beside equal names; `pairs` are the namesakes."""
    reply_to = evidence.reply_to(connection, owner, pairs)
    asking = {addr for pair in reply_to for addr in pair}
    answered = evidence.answered(connection, owner, pairs, own)
    speaking = {_ordered(pair) for pair in reply_to | answered}
    speaking |= {pair for pair in pairs if similar(pair, scene.named)}
    return replace(
        scene,
        reply_to=reply_to,
        answered=answered,
        written=evidence.written_to(connection, owner, asking, own),
        together=evidence.together(connection, owner, _across(scene, speaking)),
        addressed=evidence.addressed(connection, owner, {_ordered(pair) for pair in answered}),
    )


def _ordered(pair: tuple[str, str]) -> tuple[str, str]:
    return min(pair), max(pair)


def _across(scene: Scene, speaking: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs that `speaking` ones could bring together: all under the names concerned."""
    touched = {addr for pair in speaking for addr in pair}
    keys = {key for addr in touched for key in scene.named[addr].keys}
    return {
        pair
        for pair in scene.namesakes()
        if any(not keys.isdisjoint(scene.named[addr].keys) for addr in pair)
    }


@dataclass(frozen=True, slots=True)
class Regrouper:
    """Joins addresses into people for one owner at `now`."""

    owner: str
    own: frozenset[str]
    now: datetime

    def regroup(
        self, connection: Connection, addrs: Collection[str]
    ) -> tuple[list[Group], set[str]]:
        """Join addresses into people; returns the groups, and words of names that are gone."""
        reached = reach(connection, self.owner, self.own, addrs)
        identity.put_names(connection, self.owner, reached.keys, reached.before)
        stage = set_the_stage(connection, self.owner, self.own, reached)
        seen = stage.reached.seen
        groups = []
        for together in join(stage.scene).groups:
            kind, reasons = stage.kinds[min(together)]
            names = names_of([entry for addr in together for entry in seen[addr]])
            alone = stage.alone(together) if kind is AddressKind.PERSON else ()
            if kind is AddressKind.PERSON and renamed(names):
                alone = ()  # which of their names is the last one is for all their mail to say
                uses = evidence.own_names(connection, self.owner, together)
                names = current_names(names, uses)
            groups.append(Group(person_id(together), together, kind, reasons, names, alone))
        nobodys = stage.own | stage.unseen
        no_person = (AddressKind.ROLE, ("address:owner",), ())
        nobody = [
            Group(person_id(frozenset({addr})), frozenset({addr}), *no_person)
            for addr in sorted(nobodys)
        ]
        lost = self._move(connection, groups + nobody, reached.whose)
        people.unassign(connection, self.owner, nobodys)
        return groups, lost

    def _move(
        self, connection: Connection, groups: Sequence[Group], before: Mapping[str, str]
    ) -> set[str]:
        """Give every address, which was that of `before`, to its person of now, and what people
        lost to whoever has it now."""
        owner = self.owner
        whose = {
            addr: group.id if group.kind is AddressKind.PERSON else ""
            for group in groups
            for addr in group.addrs
        }
        people.assign(connection, owner, {a: p for a, p in whose.items() if before.get(a) != p})
        gone = set(before.values()) - set(whose.values()) - {""}
        # What an address took part in goes where the address goes: that is a merge, and a split.
        moves: dict[tuple[str, str], set[str]] = {}
        for addr, old in sorted(before.items()):
            if old and whose[addr] and whose[addr] != old:
                moves.setdefault((old, whose[addr]), set()).add(addr)
        for (old, new), addrs in sorted(moves.items()):
            ledger.reassign(connection, owner, old, new, addrs)
        for old, new in sorted(moves):
            if old in gone:  # and what hangs on an address that is nobody's any more
                ledger.reassign(connection, owner, old, new)
        orphans = set(ledger.load(connection, owner, gone))
        people.retire(connection, owner, orphans, self.now)
        return people.remove(connection, owner, gone, keep=orphans)
