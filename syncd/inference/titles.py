"""What a calendar title says: whom it names, and whether it is a meeting or a reminder.

Half of all calendar entries are reminders to oneself (49 % of 474 Outlook events, 2010), so a title
has to say a way of meeting ("Coffee with Ana") before it counts for anything. English, German,
French, Spanish and Portuguese; everything is compared folded (see `fold`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from syncd.inference import titlewords as w

_PHRASES = re.compile(
    r"\bcatch(?:ing)? up\b|\bjour fixe\b|\brendez vous\b|\bpetit dejeuner\b|\bpequeno almoco\b"
    r"|\btete a tete\b|\bunter vier augen\b|\bcara a cara\b|\bone on one\b"
    r"|(?<![\d:])1\s?(?::|-|/|on)\s?1(?![\d:])|<-?>|↔|\w x \w|[☕🍽🍴🍻🍺🍷🥂]"
)
_LEAD = re.compile(
    r"^(?:[^\w<]|todo\b|to do\b|to\b|need to\b|must\b|should\b|have to\b|please\b|pls\b|bitte\b"
    r"|nochmal\b|don.?t forget(?: to)?\b|remember to\b)+"
)
_BACK = re.compile(r"\bcall(?:ing)? back\b|\bcallback\b|\b(?:e-?)?mail an\b|\bto call\b")
_LABEL = re.compile(r"\s*(?:[:|/<(]|[-–—]\s)")
_STOPS = (w.MEALS | w.COFFEES | w.CALLS | w.MEETINGS | w.WITH | w.ABOUT | w.WITHOUT | w.PLACED) | (
    w.DO | w.DO_LAST | w.NOUN_OR_VERB | w.OTHER_STOPS
)
# "Call with Ana", "phone conference": the word before these is a noun.
_AFTER_NOUN = w.WITH | w.CALLS | w.MEETINGS | {"conference", "screen", "screening", "slot"}
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’][sS]$")
_LONGEST_NAME = 4
_MOST_WORDS = 32  # a title is no essay; the rest of it names nobody


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # lower case, accents kept
    plain: str  # folded
    capital: bool
    possessive: bool
    joined: bool  # nothing but white space stands before it
    index: int  # where it begins in the title


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Lower case without accents and with single spaces: "José  Ávila" is `jose avila`."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(char for char in parts if not unicodedata.combining(char))
    return " ".join(text.lower().split())


def tokens(title: str) -> frozenset[str]:
    """The names that may be in a title, lower case: words, and runs of two to four words.

    Each comes as written and folded ("josé" and "jose"), so either spelling of a name finds it.
    Words of meeting, reminding, joining and of the week are left out.
    """
    found: set[str] = set()
    for run in _runs(_words(title)):
        if len(run) > 1 or len(run[0].plain) > 1:
            found.update((" ".join(w.text for w in run), " ".join(w.plain for w in run)))
    return frozenset(found)


def who(title: str, index: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The ids of the persons a title names; empty where it names nobody who is known.

    `index` holds ids by first name and by full name, in whatever spelling; it is read whole, so it
    should hold candidates only. A full name beats the first name in it ("Ana Silva", "Ana S."), a
    first name that a strange surname follows is somebody else, and nobody is named after "about",
    "without", in a genitive or where a place stands. Two persons of one first name are both
    answered: the caller counts.
    """
    words = _words(title)
    names: dict[str, frozenset[str]] = {}
    for name, ids in index.items():
        names[fold(name)] = names.get(fold(name), frozenset()) | ids
    found: set[str] = set()
    taken: set[int] = set()
    for run in sorted(_runs(words), key=len, reverse=True):
        at = words.index(run[0])
        places = set(range(at, at + len(run)))
        ids = names.get(_plain(run), frozenset()) or _by_initial(run, names)
        if not ids or taken & places or (len(run) == 1 and not _is_whole(words, at, names)):
            continue
        taken |= places
        if not run[-1].possessive and not _spoken_of(words, at):
            found |= ids
    return frozenset(found)


@lru_cache(maxsize=16_384)
def is_meeting_title(title: str) -> bool:
    """Whether a title says a way of meeting, and is no reminder."""
    if is_imperative(title):
        return False
    plain = fold(title)
    words = {word.plain for word in _words(title)}
    if not words.isdisjoint(w.MEALS | w.COFFEES | w.CALLS | w.MEETINGS):
        return True
    return bool(_PHRASES.search(plain))


@lru_cache(maxsize=16_384)
def is_imperative(title: str) -> bool:
    """Whether a title tells its owner what to do: "Call Ana", "Gift for Ana", "Ana anrufen"."""
    plain = _LEAD.sub("", fold(title))
    match = _WORD.match(plain)
    if match is None:
        return False
    first, rest = match[0], plain[match.end() :]
    if first in w.DO or _BACK.search(plain):
        return True
    if first in w.NOUN_OR_VERB and rest.strip():
        after = _WORD.search(rest)
        noun = _LABEL.match(rest) or (after is not None and after[0] in _AFTER_NOUN)
        return not noun
    return [*_WORD.findall(plain)][-1] in w.DO_LAST


@lru_cache(maxsize=16_384)
def _words(title: str) -> tuple[_Word, ...]:
    found: list[_Word] = []
    end = 0
    for match in _WORD.finditer(unicodedata.normalize("NFC", title).replace("w/o", "without")):
        bare = _POSSESSIVE.sub("", match[0])
        gap = match.string[end : match.start()]
        found.append(
            _Word(
                text=bare.lower(),
                plain=fold(bare),
                capital=bare[0].isupper(),
                possessive=bare != match[0],
                joined=bool(found) and not gap.strip(),
                index=match.start(),
            )
        )
        end = match.end()
        if len(found) == _MOST_WORDS:
            break
    return tuple(found)


def _runs(words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    """Every run of words that may be a name: joined, begun and ended by no everyday word."""
    for begin, word in enumerate(words):
        if word.plain in _STOPS:
            continue
        for end in range(begin, min(begin + _LONGEST_NAME, len(words))):
            if end > begin and not words[end].joined:
                break
            # A letter may be a surname's first one: "Ana M." and Madame are written alike.
            if words[end].plain not in _STOPS or (end > begin and _is_initial(words[end])):
                yield words[begin : end + 1]


def _plain(run: Sequence[_Word]) -> str:
    return " ".join(word.plain for word in run)


def _is_initial(word: _Word) -> bool:
    return word.capital and len(word.text) == 1


def _by_initial(run: Sequence[_Word], names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Who is meant by a first name and the first letter of a surname: "Ana S."."""
    if len(run) != 2 or not _is_initial(run[1]):
        return frozenset()
    first, initial = run[0].plain, run[1].plain
    fits = (n for n in names if n.startswith(f"{first} ") and n.split()[-1].startswith(initial))
    return frozenset().union(*(names[name] for name in fits))


def _is_whole(words: Sequence[_Word], at: int, names: Mapping[str, frozenset[str]]) -> bool:
    """Whether a first name stands where a whole name would: no part of a longer name or place."""
    lower = not any(word.capital for word in words)
    word = words[at]
    before = words[at - 1] if at else None
    after = words[at + 1] if at + 1 < len(words) else None
    if before is not None and before.plain in w.PLACED:
        return False
    if word.plain in w.AMBIGUOUS:
        expected = before is not None and before.plain in w.WITH
        if not expected or not (word.capital or lower):
            return False
    beside = [before] if before is not None and word.joined else []
    if after is not None and after.joined:
        beside.append(after)
    return not any(
        (other.capital or lower)
        and (other.plain not in _STOPS or (other is after and _is_initial(other)))
        and other.plain not in names
        for other in beside
    )


def _spoken_of(words: Sequence[_Word], at: int) -> bool:
    """Whether a name stands behind "about" (anywhere) or "without" (right before it)."""
    if any(word.plain in w.ABOUT for word in words[1:at]):
        return True
    return at > 0 and words[at - 1].plain in w.WITHOUT
