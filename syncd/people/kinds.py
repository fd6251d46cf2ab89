"""What an address is: a human's, a robot's, a role's, a list's or a room's.

Only humans have relationships. The local part tells most of it (RFC 2142 names the roles); what it
cannot tell (a list, a room) the caller has learnt from headers and calendars. In doubt an address
is a human: mail that it sends is still judged by its header.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from syncd.people.words import (
    BRANCHES,
    GIVEN_NAMES,
    LIST_COMMANDS,
    LIST_DOMAINS,
    LIST_LABELS,
    RESOURCE_DOMAINS,
    RESOURCES,
    ROBOT_ENDS,
    ROBOT_LABELS,
    ROBOT_PARTS,
    ROBOT_WHOLE,
    ROBOT_WORDS,
    ROLE_ENDS,
    ROLE_WORDS,
    TICKET_HOSTS,
    TICKET_LABELS,
    UNREACHABLE_DOMAINS,
)


class AddressKind(StrEnum):
    PERSON = "person"
    ROBOT = "robot"
    ROLE = "role"
    LIST = "list"
    RESOURCE = "resource"


# Stands for somebody whom the owner ignores, so that a crowd stays a crowd: nobody's mailbox.
IGNORED_DOMAIN: Final = "ignored.invalid"

_PERSON: Final = (AddressKind.PERSON, ())

_SEPARATORS: Final = re.compile(r"[._=+-]+")
_ROBOT_PART: Final = re.compile("|".join(ROBOT_PARTS))
_RESOURCE_PART: Final = re.compile("|".join(RESOURCES))
_UUID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_HEX: Final = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{16,}|\d{16,}")
# VERP (the recipient's address written into the sender's), SRS and BATV (prvs=).
_VERP: Final = re.compile(r"(?:srs[01]|prvs|btv1)[=+-]|[a-z0-9_.+-]+=[a-z0-9-]+\.[a-z]{2,}")
_TICKET: Final = re.compile(
    r"(?:case|ticket|issue|request|order|inbound|reply|thread|conversation|msg|message|comment|"
    r"incident|bug|task|card|support)s?[-_.+=]?(?:id)?[-_.+=]?"
    r"(?:\d{4,}|(?=[0-9a-f]*\d)[0-9a-f]{8,})(?:[-_.+=].*)?"
)
_RANDOM: Final = re.compile(r"[a-z0-9._-]{20,}")
_DIGITS: Final = re.compile(r"\d+")


def classify(addr: str, *, is_list: bool, is_resource: bool) -> tuple[AddressKind, tuple[str, ...]]:
    """The kind of `addr` (in its one spelling, or as written) and why; no reasons for a human.

    `is_list` and `is_resource` are what headers and calendars said about the address; they win.
    """
    if is_resource:
        return AddressKind.RESOURCE, ("address:resource",)
    if is_list:
        return AddressKind.LIST, ("address:list",)
    return _by_name(addr)


@lru_cache(maxsize=8_192)
def _by_name(addr: str) -> tuple[AddressKind, tuple[str, ...]]:
    local, at, domain = addr.strip(" <>").lower().rpartition("@")
    if not at or not local:
        return AddressKind.ROBOT, ("address:invalid",)
    if domain == IGNORED_DOMAIN:
        return _PERSON
    if domain.endswith(RESOURCE_DOMAINS):
        return AddressKind.RESOURCE, ("address:calendar",)
    if not LIST_LABELS.isdisjoint(domain.split(".")[:-1]) or domain in LIST_DOMAINS:
        return AddressKind.LIST, ("address:list",)
    if any(domain == end or domain.endswith("." + end) for end in UNREACHABLE_DOMAINS):
        return AddressKind.ROBOT, ("address:unreachable",)
    if not ROBOT_LABELS.isdisjoint(domain.split(".")[:-1]):
        return AddressKind.ROBOT, ("address:robot",)
    if domain.endswith(TICKET_HOSTS) or not TICKET_LABELS.isdisjoint(domain.split(".")[:-2]):
        return AddressKind.ROLE, ("address:ticket-system",)
    if _is_opaque(local):
        return AddressKind.ROBOT, ("address:opaque",)
    squashed = _SEPARATORS.sub("", local)
    if _ROBOT_PART.search(squashed):
        return AddressKind.ROBOT, ("address:robot",)
    if _RESOURCE_PART.search(squashed):
        return AddressKind.RESOURCE, ("address:resource",)
    return _by_words(local, squashed)


def _by_words(local: str, squashed: str) -> tuple[AddressKind, tuple[str, ...]]:
    plain = local.partition("+")[0]  # "notifications+token@": the part after the plus names nobody
    words = [word for word in _SEPARATORS.split(plain) if word]
    if not words:
        return AddressKind.ROBOT, ("address:opaque",)
    # Trailing numbers tell instances apart: info2, support24.
    bare = [word.rstrip("0123456789") or word for word in words]
    whole = "".join(bare)
    first, last = bare[0], bare[-1]
    if whole in ROBOT_WHOLE or whole in ROBOT_WORDS or squashed in ROBOT_WHOLE:
        return AddressKind.ROBOT, ("address:robot",)
    if whole in ROLE_WORDS:
        return AddressKind.ROLE, ("address:role",)
    if len(bare) == 1:
        return _PERSON
    if first == "owner" or (last in LIST_COMMANDS and _joined_by_dash(plain)):
        return AddressKind.ROBOT, ("address:list-command",)
    dashed = _joined_by_dash(plain)
    # A surname can be a robot's word ("m.root"), a first name cannot; a dash makes it no surname.
    if first in ROBOT_WORDS or last in ROBOT_ENDS or (last in ROBOT_WORDS and dashed):
        return AddressKind.ROBOT, ("address:robot",)
    # "support.mueller" is Müller's support desk: nobody's first name is Support.
    if first in ROLE_WORDS and (dashed or first not in GIVEN_NAMES):
        return AddressKind.ROLE, ("address:role",)
    if last in ROLE_WORDS and (dashed or last in ROLE_ENDS or first in BRANCHES):
        return AddressKind.ROLE, ("address:role",)
    if first in ("room", "raum", "sala", "salle") and words[-1].isdigit():
        return AddressKind.RESOURCE, ("address:resource",)
    return _PERSON


def _joined_by_dash(local: str) -> bool:
    """Whether the last word hangs on a dash or underscore: humans join their names with a dot."""
    return max(local.rfind("-"), local.rfind("_")) > local.rfind(".")


def _is_opaque(local: str) -> bool:
    if _UUID.search(local) or _VERP.search(local) or _TICKET.fullmatch(local):
        return True
    if any(_HEX.fullmatch(part) for part in _SEPARATORS.split(local)):
        return True
    # A token as relays hand them out: long, and letters and digits take turns many times.
    return bool(_RANDOM.fullmatch(local)) and len(_DIGITS.findall(local)) >= 4
