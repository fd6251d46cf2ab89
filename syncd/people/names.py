"""Display names: what the world writes beside an address, made into one name to show.

Mailers, directories and mailing lists decorate names ("'Silva, Ana (Sales)' via Team"); what is
shown is the bare name, and the choice between several depends on their multiset alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_QUOTES: Final = " \t'\"`´‘’‚“”„«»<>"
_VIA: Final = re.compile(r"\s+via\s+\S.*$", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>)")
_AFTER_BAR: Final = re.compile(r"\s+(?:[|•·/]|--?|–|—)\s+\S.*$")
_HAS_LETTER: Final = re.compile(r"[^\W\d_]")
_PART: Final = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")
# After a comma these are a rank, a firm or a generation, and no given name.
_SUFFIX: Final = re.compile(
    r"(?:jr|sr|ii|iii|iv|ph\.?\s?d|md|m\.d|mba|esq|cpa|pmp|msc|m\.sc|bsc|b\.sc|ma|dds|rn|llm|"
    r"inc|llc|ltd|limited|gmbh|co|corp|sa|s\.a|ag|kg|bv|plc)\.?",
    re.IGNORECASE,
)
_FIRM: Final = re.compile(
    r"(?:inc|llc|ltd|limited|gmbh|co|corp|sa|s\.a|ag|kg|bv|plc)\.?", re.IGNORECASE
)
# At the end of a name some of these are somebody's: "Kim Co", "Ana Sa".
_FIRM_ONLY: Final = re.compile(r"inc\.?|llc|ltd\.?|limited|gmbh|corp\.?|plc|s\.a\.?", re.IGNORECASE)
TITLE: Final = re.compile(
    r"(?:dr|prof|mr|mrs|ms|miss|mx|herr|frau|hr|fr|dipl|ing|dipl-ing|mag|sr|sra|srta|dra|eng|"
    r"m|mme|mlle|me|dott|dottssa|sig|rev|sir|dame|don|doña|dona|dom)\.?",
    re.IGNORECASE,
)
_PARTICLES: Final = frozenset(
    ("al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "e",
     "el", "la", "le", "ten", "ter", "van", "vom", "von", "y", "zu", "zum", "zur")
)  # fmt: skip


def name_of(candidates: Iterable[tuple[str, int]], addresses: Iterable[str] = ()) -> str:
    """The name to show, of display names with how often each was seen.

    A full name beats a single word, then the more frequent, then the better spelt one. Names that
    are addresses name nobody; they and `addresses` are what is fallen back on: a local part that
    reads as a name ("ana.silva"), else the smallest address, else "".
    """
    counts: dict[str, int] = {}
    found_addresses = {addr.strip() for addr in addresses if addr.strip()}
    for written, count in candidates:
        if "@" in written:
            found_addresses.add(written.strip(_QUOTES))
            continue
        if name := tidy(written):
            counts[name] = counts.get(name, 0) + count
    if counts:
        groups: dict[str, list[str]] = {}
        for name in counts:
            groups.setdefault(name.casefold(), []).append(name)
        best = min(
            groups.values(),
            key=lambda names: (
                " " not in names[0],
                -sum(counts[name] for name in names),
                -len(names[0]),
                names[0].casefold(),
            ),
        )
        return min(best, key=lambda name: (-counts[name], -_capitals(name), name))
    by_local = sorted(filter(None, map(_from_local, found_addresses)))
    if by_local:
        return by_local[0]
    return min(found_addresses, default="")


def first_name(name: str) -> str:
    """What to call somebody of that name: "Dr. Ana Silva" -> "Ana"; "" for "" and for addresses."""
    if "@" in name:
        return ""
    words = tidy(name).split()
    while len(words) > 1 and TITLE.fullmatch(words[0]):
        words = words[1:]
    if not words:
        return ""
    # "J. R. Silva" is called by nothing better than the whole of it.
    return words[0].rstrip(",;") if len(words[0].strip(".")) > 1 else " ".join(words)


@lru_cache(maxsize=4_096)
def called(name: str) -> str:
    """What to call them in a sentence: the first name, or all of a name that has none, as "Acme
    GmbH" and "Dr. Silva"; "" for "" and for addresses."""
    first = first_name(name)
    words = tidy(name).split()
    titled = bool(words) and TITLE.fullmatch(words[0]) is not None and words[-1] == first
    firm = len(words) > 1 and _FIRM_ONLY.fullmatch(words[-1]) is not None
    return " ".join(words) if titled or firm else first


def tidy(written: str) -> str:
    """One display name without its decoration; "" where no name is left."""
    name = " ".join(written.split()).strip(_QUOTES)
    if "@" in name:
        return ""
    name = _ASIDE.sub("", name)
    # An opening bracket that nothing closes was cut off by somebody's length limit.
    name = re.sub(r"\s*[(\[{][^)\]}]*$", "", name) or name
    name = _VIA.sub("", name).strip(_QUOTES)
    name = _AFTER_BAR.sub("", name)
    name = _turned(name.strip(_QUOTES + ",;"))
    if not _HAS_LETTER.search(name):
        return ""
    return _tamed(name)


def _turned(name: str) -> str:
    """ "Silva, Ana" -> "Ana Silva"; a degree or a firm's form after the comma turns nothing."""
    parts = [part.strip(_QUOTES) for part in name.split(",")]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return parts[0] if parts else ""
    if any(_FIRM.fullmatch(part) for part in parts[1:]):
        return ", ".join(parts)
    names = [part for part in parts if not _SUFFIX.fullmatch(part)]
    if len(names) == 2:
        return f"{names[1]} {names[0]}"
    return names[0] if names else parts[0]


def _tamed(name: str) -> str:
    letters = [char for char in name if char.isalpha()]
    shouted = all(not char.islower() for char in letters) and (" " in name or len(letters) > 3)
    # Scripts without case are neither.
    cased = any(char.isupper() or char.islower() for char in letters)
    if not cased or not (shouted or all(not char.isupper() for char in letters)):
        return name
    words = name.lower().split()
    return " ".join(
        word if word in _PARTICLES and 0 < number < len(words) - 1 else _capitalised(word)
        for number, word in enumerate(words)
    )


def _capitalised(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def _capitals(name: str) -> int:
    return sum(1 for word in name.split() if word[:1].isupper())


def _from_local(addr: str) -> str:
    local, at, _ = addr.rpartition("@")
    words = [word for word in re.split(r"[._-]+", local.lower()) if word]
    if at and 2 <= len(words) <= 3 and all(_PART.fullmatch(word) for word in words):
        return _tamed(" ".join(words))
    return ""
