"""Names as evidence: when two ways of writing a name can be one human's, and what a name leaves
open.

A key is what is left of a full name when case, accents, order, titles and degrees are off:
"Dr. Silva, Ána" and "SILVA Ana" are both `ana silva`. A single word or initials have no key: they
prove nothing. A generation ("Jr.") stays in the key: father and son are two humans.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from syncd.people.names import TITLE, tidy
from syncd.people.nicknames import NICKNAMES
from syncd.people.words import GIVEN_NAMES, ROBOT_WORDS, ROLE_WORDS

# Letters that Unicode does not take apart into a base and a mark.
_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
     "ŧ": "t", "ĸ": "k"}
)  # fmt: skip
_NO_LETTER: Final = re.compile(r"[\W\d_]+")
_APOSTROPHES: Final = re.compile(r"['’‘ʼ`´]")
_DEGREES: Final = frozenset(
    ("phd", "ph", "mba", "esq", "cpa", "pmp", "msc", "bsc", "dds", "rn", "llm", "md", "dipl",
     "ing")
)  # fmt: skip
_GENERATIONS: Final = frozenset(
    ("jr", "junior", "sr", "senior", "ii", "iii", "iv", "filho", "neto")
)
_NOBODY: Final = (ROLE_WORDS | ROBOT_WORDS) - GIVEN_NAMES
_LOCAL_SPLIT: Final = re.compile(r"[^a-z]+")
# What a local part says without telling anything of its holder.
_PLAIN: Final = frozenset(
    ("address", "all", "archive", "box", "business", "code", "contact", "dev", "email", "gmail",
     "google", "hello", "home", "inbox", "lists", "list", "mail", "mails", "mailing", "main", "me",
     "mobile", "mymail", "news", "office", "personal", "post", "private", "privat", "public",
     "spam", "the", "user", "web", "work", "yahoo", "you")
)  # fmt: skip
_SHORT: Final = 4


@lru_cache(maxsize=4_096)
def words_of(name: str) -> frozenset[str]:
    """The words of a name, folded; titles, degrees and initials are left out."""
    # Taken apart first: letters of mathematics and of full width have no case of their own.
    letters = unicodedata.normalize("NFKD", tidy(name)).casefold().translate(_LETTERS)
    folded = unicodedata.normalize("NFKD", letters)
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    found = _NO_LETTER.sub(" ", _APOSTROPHES.sub("", plain)).split()
    while len(found) > 1 and TITLE.fullmatch(found[0]):
        found = found[1:]
    return frozenset(word for word in found if len(word) > 1 and word not in _DEGREES)


@lru_cache(maxsize=4_096)
def name_key(name: str) -> str:
    """What `name` has in common with every other way of writing it; "" where it proves nothing."""
    words = words_of(name)
    # "Zeal Robot" and "Sales Team" are full names of nobody.
    if len(words - _GENERATIONS) < 2 or not words.isdisjoint(_NOBODY):
        return ""
    return " ".join(sorted(words))


def compatible(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the words of two names can be one human's: one says no more than the other."""
    return one <= other or other <= one


def is_nickname(given: str, called: str) -> bool:
    """Whether somebody of that given name is called so, or the other way round; both folded."""
    return called in NICKNAMES.get(given, ()) or given in NICKNAMES.get(called, ())


def shows(addr: str, key: str) -> bool:
    """Whether the local part of `addr` is made of the name: it holds one of its words, a nickname
    or nothing but initials and beginnings."""
    names = _forms(key)
    local = addr.rpartition("@")[0]
    letters = "".join(_LOCAL_SPLIT.split(local))
    return any(name in local for name in names if len(name) > 2) or (
        bool(letters) and _made_of(letters, names)
    )


def _forms(key: str) -> frozenset[str]:
    """The words of a name, and what its bearer may be called besides."""
    words = frozenset(key.split())
    shorts = {short for word in words for short in NICKNAMES.get(word, ())}
    return words | shorts | {full for full, of in NICKNAMES.items() if not words.isdisjoint(of)}


def telling(addr: str, key: str) -> bool:
    """Whether the local part of `addr` is an invention that two humans called `key` do not share.

    Anything that can be made of the name (its words, their beginnings, a nickname, initials) with
    digits, or that is a plain or a role word, tells nothing.
    """
    names = _forms(key)
    local = addr.rpartition("@")[0]
    parts = [part for part in _LOCAL_SPLIT.split(local) if part]
    if any(name in local for name in names if len(name) > 2):
        return False
    return any(_invented(part, names) for part in parts)


def _invented(part: str, names: frozenset[str]) -> bool:
    if len(part) < 3 or part in _PLAIN or part in ROLE_WORDS:
        return False
    initials = {name[0] for name in names}
    if len(part) <= _SHORT and part[0] in initials:
        return False  # initials, of which the name shows only some
    if any(part.startswith(name[:2]) for name in names):
        return False  # "mikej"
    return not _made_of(part, names)


def _made_of(part: str, names: frozenset[str]) -> bool:
    """Whether `part` is nothing but beginnings of these names, one after the other."""
    reached = {0}
    for place in range(len(part)):
        if place in reached:
            for name in names:
                for size in range(1, len(name) + 1):
                    if not part.startswith(name[:size], place):
                        break
                    reached.add(place + size)
    return len(part) in reached
