"""Two people who may be one: what they have in common, where it is not enough to join them.

Only a suggestion comes of it; the owner decides. Reasons:

    name         the same full name
    nickname     the same but for a given name and what its bearers are called
    name-part    one name says no more than the other ("Ana Silva", "Ana Maria Silva")
    initials     one is written with an initial ("A. Silva")
    local-part   the same local part at another host, and names that agree
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from syncd.people import compatible, is_nickname, name_key, telling, words_of

_CROWD = 40  # so many people under one word tell nothing
_INITIAL = re.compile(r"(?<![^\W\d_])([^\W\d_])\.?(?![^\W\d_])")
_LONG_LOCAL = 8


@dataclass(frozen=True, slots=True)
class Face:
    """A person as others see them: names as written, nicknames on cards, addresses."""

    id: str
    names: frozenset[str]
    nicknames: frozenset[str]
    addrs: frozenset[str]

    @property
    def words(self) -> frozenset[frozenset[str]]:
        return frozenset(words for name in self.names if (words := words_of(name)))

    @property
    def handles(self) -> frozenset[str]:
        """What this person may be looked up by: words of the names, local parts."""
        locals_ = {addr.rpartition("@")[0] for addr in self.addrs}
        return frozenset().union(*self.words, self.nicknames, locals_)


def lookalikes(faces: Iterable[Face]) -> Iterator[tuple[Face, Face, tuple[str, ...]]]:
    """All pairs that have something in common, with what it is; in no order."""
    holders: dict[str, list[Face]] = {}
    for face in faces:
        for handle in face.handles:
            holders.setdefault(handle, []).append(face)
    seen: set[tuple[str, str]] = set()
    for theirs in holders.values():
        if len(theirs) > _CROWD:
            continue
        for one, other in combinations(theirs, 2):
            pair = min(one.id, other.id), max(one.id, other.id)
            if pair not in seen:
                seen.add(pair)
                if reasons := resemblance(one, other):
                    yield one, other, reasons


def resemblance(one: Face, other: Face) -> tuple[str, ...]:
    """What two people have in common; () where it is nothing worth a question."""
    keys = [{key for name in face.names if (key := name_key(name))} for face in (one, other)]
    found = []
    if keys[0] & keys[1]:
        found.append("name")
    elif _by_nickname(one, other) or _by_nickname(other, one):
        found.append("nickname")
    elif any(_part(a, b) for a in one.words for b in other.words):
        found.append("name-part")
    elif any(_initialled(a, b) or _initialled(b, a) for a in one.names for b in other.names):
        found.append("initials")
    if _same_local(one, other):
        found.append("local-part")
    return tuple(found)


def _by_nickname(one: Face, other: Face) -> bool:
    """Whether a name of `other` is one of `one` with a nickname in place of the given name."""
    for full in one.words:
        for short in other.words:
            rest, instead = full - short, short - full
            if len(full) < 2 or len(rest) != 1 or len(instead) != 1 or not full & short:
                continue
            (given,), (called,) = rest, instead
            if called in one.nicknames or given in other.nicknames or is_nickname(given, called):
                return True
    return False


def _part(one: frozenset[str], other: frozenset[str]) -> bool:
    return one != other and min(len(one), len(other)) > 1 and compatible(one, other)


def _initialled(short: str, full: str) -> bool:
    """Whether `short` is `full` with an initial in place of a word: "A. Silva", "Ana Silva"."""
    initials = [letter.casefold() for letter in _INITIAL.findall(short)]
    words, all_words = words_of(short), words_of(full)
    if not initials or not words or not words < all_words:
        return False
    beginnings = [word[0] for word in all_words - words]
    return all(letter in beginnings for letter in initials)


def _same_local(one: Face, other: Face) -> bool:
    shared = {addr.rpartition("@")[0] for addr in one.addrs}
    shared &= {addr.rpartition("@")[0] for addr in other.addrs}
    if not shared or not _agree(one, other):
        return False
    keys = {key for face in (one, other) for name in face.names if (key := name_key(name))}
    return any(
        (keys and all(telling(f"{local}@x", key) for key in keys))
        or (len(local) >= _LONG_LOCAL and not local.isdigit())
        or _names_somebody(local, one, other)
        for local in shared
    )


def _agree(one: Face, other: Face) -> bool:
    return any(compatible(a, b) for a in one.words for b in other.words) or not (
        one.words and other.words
    )


def _names_somebody(local: str, one: Face, other: Face) -> bool:
    """Whether the local part is a full name that one of them bears."""
    parts = frozenset(part for part in re.split(r"[._-]", local) if len(part) > 1)
    return len(parts) > 1 and any(parts <= words for face in (one, other) for words in face.words)
