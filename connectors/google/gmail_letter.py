"""A mail as Gmail gives it (Message), read: its header and, where it carries some, its calendars,
cards and delivery reports.

Gmail gives header values in plain text, without folds and encoded words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.mail import read_mail
from connectors.formats.mime import read_message
from connectors.formats.report import from_mail_system
from connectors.google.gmail_labels import TRAIT, stamp, traits
from connectors.google.gmail_parts import carries
from connectors.records import Bad, Item, Message, Seen

SCOPE: Final = "gmail"

_NAME: Final = re.compile(r"[!-9;-~]{1,76}")
_ADDRESSES: Final = frozenset(("from", "sender", "reply-to", "to", "cc", "bcc"))
# A name with a comma that was encoded is in need of quotes now: "Stone, Bob <bob@example.org>".
_COMMAS: Final = re.compile(r'(?:^|(?<=[,;]))\s*+([^",;:<>@()]+(?:,[^",;:<>@()]+)+)(?=<)')


class Terms(NamedTuple):
    """How mails are read. `oldest`: what is older holds no observation."""

    zone: ZoneInfo
    oldest: datetime | None = None


def ref_of(message_id: str) -> str:
    """The ref of the mail with this id."""
    return f"{SCOPE}//{message_id}"


def id_of(ref: str) -> str:
    """The id in a ref; "" for one that is not ours."""
    scope, _, found = ref.partition("//")
    return found if scope == SCOPE and re.fullmatch(r"[\w-]+", found) else ""


def head_of(payload: Mapping[str, Any]) -> bytes:
    """The header as it may have come, in UTF-8 (RFC 6532)."""
    lines = []
    for header in payload.get("headers", ()):
        name, value = str(header.get("name", "")), str(header.get("value", ""))
        if not _NAME.fullmatch(name):
            continue
        value = " ".join(value.splitlines())
        if name.lower() in _ADDRESSES and "," in value:
            value = _COMMAS.sub(lambda match: f' "{match[1].strip()}" ', value)
        lines.append(f"{name}: {value}\n")
    return ("".join(lines) + "\n").encode("utf-8", "replace")


def arrived(message: Mapping[str, Any]) -> datetime | None:
    """When it came to Gmail, in UTC."""
    try:
        return datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def is_told_inside(message: Mapping[str, Any]) -> bool:
    """Whether its body has to be read for what it carries: a mail system says there what failed."""
    payload = message.get("payload", {})
    if carries(payload):
        return True
    try:
        return from_mail_system(read_message(head_of(payload), arrived(message)))
    except BadItem:
        return False


def item_of(message: Mapping[str, Any], whole: Callable[[], bytes], terms: Terms) -> Item:
    """A mail that is one, as an item. `whole` gives the mail from its start, if it is wanted."""
    ref, labels = ref_of(str(message["id"])), message.get("labelIds", ())
    head = head_of(message.get("payload", {}))
    try:
        first, *rest = read_mail(head, whole, terms.zone, arrived(message))
    except BadItem as error:
        return Bad(ref, stamp(labels), str(error))
    if not isinstance(first, Message):
        return Seen(ref, stamp(labels), (first, *rest))
    if terms.oldest is not None and first.at < terms.oldest:
        return Seen(ref, stamp(labels), ())
    return labelled(Seen(ref, "", (first, *rest)), labels)


def labelled(item: Seen, labels: Iterable[str]) -> Seen:
    """The item of a mail that has these labels. One that came in its header was put there by
    somebody else."""
    observations = list(item.observations)
    if observations and isinstance(first := observations[0], Message):
        own = (one for one in first.traits if one[0] != TRAIT)
        observations[0] = replace(first, traits=(*own, *traits(labels)))
    return Seen(item.ref, stamp(labels), tuple(observations), item.broken)
