"""Who is to stay forgotten, known by keyed digests alone (HMAC-SHA256, RFC 2104).

    address   one of their addresses: whatever it takes part in is not stored
    domain    where one of them is, so that texts are searched only where that can help
    name      their full name, its words in any order: taken out of texts
    part      a word of a name of theirs: taken out where they took part
    entry     the UID of an entry that named them without an address: not stored again
    check     nothing; shows that the key is the one the digests were made with

The key lies outside the database, so the digests tell nobody who reads it whom they are about.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from syncd.people.addresses import normalise

GAP: Final = "…"  # stands where something was taken out
_SEALED: Final = "sealed:"
_LOCAL: Final = r"[^\s@<>()\[\],;:\\\"|/]+"
_AT: Final = re.compile(rf"({_LOCAL})@([\w.-]*\w)")
# Files are called by addresses; their ends belong to no domain.
_FILE_END: Final = re.compile(
    r"\.(?:vcf|ics|ical|icalendar|eml|mbox|mbx|msg|txt|json)$", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_POSSESSIVE: Final = re.compile(r"['’]s$", re.IGNORECASE)
_NEAR: Final = re.compile(r"[\s,._+-]{0,3}")
# Words of names that are everybody's.
_PARTICLES: Final = frozenset(
    ("al", "and", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du",
     "from", "la", "le", "of", "the", "und", "van", "via", "von", "zu")
)  # fmt: skip
_LONGEST_NAME: Final = 5


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Tombstones and their key. A small value that can go to another process."""

    key: bytes = field(default=b"", repr=False)
    digests: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.digests)

    def digest(self, kind: str, text: str = "") -> str:
        """The tombstone of something; hexadecimal."""
        return _digest(self.key, f"{kind}:{text}")

    def has(self, kind: str, text: str = "") -> bool:
        return bool(self.digests) and _digest(self.key, f"{kind}:{text}") in self.digests

    def matches(self, addr: str) -> bool:
        """Whether this is an address of somebody forgotten."""
        return bool(self.digests) and self._is_theirs(addr)

    def entry(self, uid: str) -> bool:
        """Whether a calendar entry of that UID went with somebody whom only its title named."""
        return self.has("entry", uid)

    def _is_theirs(self, addr: str) -> bool:
        normal = normalise(addr)
        return bool(normal) and self.has("address", normal)

    # --- texts ---

    def text(self, text: str, *, words: bool = False) -> str:
        """`text` without their addresses and full names; with `words` without any word of their
        names either, for texts about something they took part in."""
        if not self.digests or not text:
            return text
        spans = [*self._addresses_in(text), *self._names_in(text, words=words)]
        if not spans:
            return text
        pieces, end = [], 0
        for begin, until in sorted(spans):
            if begin >= end:
                pieces += [text[end:begin], GAP]
            end = max(end, until)
        return re.sub(rf"{GAP}(?:\s*{GAP})+", GAP, "".join([*pieces, text[end:]]))

    def name(self, name: str) -> str:
        """A display name; "" where nothing but a gap is left of it."""
        left = self.text(name)
        return left if left is name else left.replace(GAP, " ").strip(" \t,;.'\"()<>")

    def _addresses_in(self, text: str) -> Iterator[tuple[int, int]]:
        if "@" not in text:
            return
        for match in _AT.finditer(text):
            local, domain = match[1], _FILE_END.sub("", match[2])
            if not self.has("domain", _domain(domain)):
                continue
            for start in range(len(local)):
                # "…20260301.ana@example.org" holds ana's address, "joana@example.org" does not.
                if start and local[start - 1].isalnum():
                    continue
                if self._is_theirs(f"{local[start:]}@{domain}"):
                    yield match.start() + start, match.start(2) + len(domain)
                    break

    def _names_in(self, text: str, *, words: bool) -> Iterator[tuple[int, int]]:
        run: list[tuple[int, int, str]] = []
        for match in _WORD.finditer(text):
            bare = _POSSESSIVE.sub("", match[0])
            plain = folded(bare)
            if not self.has("part", plain):
                continue
            begin, end = match.start(), match.start() + len(bare)
            if words and len(plain) > 1 and plain not in _PARTICLES:
                yield begin, end
            if run and not _NEAR.fullmatch(text[run[-1][1] : begin]):
                run = []
            run = [*run, (begin, end, plain)][-_LONGEST_NAME:]
            for first in range(len(run) - 1):
                if self.has("name", name_key(word for _, _, word in run[first:])):
                    yield run[first][0], end
                    break

    # --- names of things ---

    def identifier(self, text: str) -> str:
        """A Message-ID or UID; another one, always the same, where it shows who they are."""
        if not self.digests or self.text(text) == text:
            return text
        return f"hidden-{self.digest('id', text)[:24]}@ignored.invalid"

    def key_of(self, key: str) -> str:
        """The key of an observation whose identifier was replaced by `identifier`."""
        kind, _, rest = key.partition(":")
        if not self.digests or self.text(key) == key:
            return key
        if kind == "message":
            return f"{kind}:{self.identifier(rest)}"
        first, _, last = rest.rpartition("/") if kind == "meeting" else rest.partition("/")
        if kind == "meeting":
            return f"{kind}:{self.identifier(first)}/{last}"
        return f"{kind}:{self.text(first)}/{self.ref(self.identifier(last))}"

    def ref(self, ref: str) -> str:
        """A ref as it is stored: sealed where it shows who they are, so that the item can still be
        known from what its source lists."""
        if not self.digests or ref.startswith(_SEALED):
            return ref
        open_ = unquote(ref)
        if self.text(ref) == ref and (open_ == ref or self.text(open_) == open_):
            return ref
        return self.sealed(ref)

    def sealed(self, ref: str) -> str:
        """A ref that nobody reads without the key, whatever it shows; the same each time."""
        if ref.startswith(_SEALED):
            return ref
        data = ref.encode("utf-8", "surrogateescape")
        tag = hmac.new(self.key, b"seal:" + data, hashlib.sha256).digest()[:16]
        return _SEALED + (tag + _stream(self.key, tag, data)).hex()

    def opened(self, ref: str) -> str:
        """What a sealed ref stands for; any other ref as it is."""
        if not ref.startswith(_SEALED):
            return ref
        data = bytes.fromhex(ref.removeprefix(_SEALED))
        return _stream(self.key, data[:16], data[16:]).decode("utf-8", "surrogateescape")


def is_sealed(ref: str) -> bool:
    return ref.startswith(_SEALED)


def tombstones(
    key: bytes,
    addrs: Iterable[str],
    names: Iterable[str],
    entries: Iterable[str],
    shared: Iterable[str] = (),
) -> frozenset[str]:
    """The digests that keep somebody out: their addresses, names as written, UIDs of entries.
    `shared` are names that others have as well: they go only where this person took part."""
    maker = Forgotten(key)
    found = {maker.digest("check")}
    for addr in addrs:
        found |= {maker.digest("address", addr), maker.digest("domain", _domain_of(addr))}
    own = set(names)
    for name in own | set(shared):
        words = [folded(_POSSESSIVE.sub("", word)) for word in _WORD.findall(name)]
        found |= {maker.digest("part", word) for word in words}
        if name in own and 1 < len(words) <= _LONGEST_NAME and any(len(word) > 1 for word in words):
            found.add(maker.digest("name", name_key(words)))
    return frozenset(found | {maker.digest("entry", uid) for uid in entries})


def name_key(words: Iterable[str]) -> str:
    """A full name whatever the order: "Silva, Ana" is "Ana Silva"."""
    return " ".join(sorted(words))


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _domain(written: str) -> str:
    return _domain_of(normalise(f"x@{written}"))


def _domain_of(addr: str) -> str:
    return addr.rpartition("@")[2]


@lru_cache(maxsize=131_072)
def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _stream(key: bytes, tag: bytes, data: bytes) -> bytes:
    """`data` under a key stream of HMAC-SHA256 in counter mode; twice gives it back."""
    stream = b""
    while len(stream) < len(data):
        block = b"stream:" + tag + len(stream).to_bytes(8, "big")
        stream += hmac.new(key, block, hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))
