"""What an observation tells about whose an address is, beside who took part in it.

Hints are indexed with the observation (kind, address, another address or ""):

    reply-to    author, where the answers shall go
    attached    "", author of the mail that a card came with
    own-card    an address that shares a card with the owner, under the owner's name
    own-from    an unknown address that writes under the owner's full name
    own-sent    the same, in mail that its provider labels as sent
    delivered   an unknown address by which the mail was delivered, and its author
    misnamed    the same, where the mail calls that address by somebody else's name
    named       an unknown address under the owner's full name, as the only recipient of mail that
                was delivered to the owner, and its author
    own-invited an unknown address under which the owner stands in an entry, as the calendar of one
                of their own addresses says
    stranger    an address found to be the owner's that writes, or stands on a card, under somebody
                else's name, or is a list's or a room's

Each depends on the record and on the configuration alone, so none changes with what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connectors.records import Card, Mailbox, Meeting, Message
from syncd.inference.authors import author_of, authors_of
from syncd.inference.machine import is_list, list_addresses
from syncd.people import AddressKind, classify, compatible, name_key, normalise, words_of

Hint = tuple[str, str, str]

_DELIVERED: Final = ("delivered-to", "x-original-to")
_LABELS: Final = ("x-gmail-labels", "x-gm-labels")
_INDIVIDUAL: Final = ("", "individual")
_MANY: Final = 5  # an address in Reply-To among more is nobody's own


@dataclass(frozen=True, slots=True)
class Myself:
    """The owner as configured: `name` as written, normalised `addresses`, and what was found."""

    name: str = ""
    addresses: frozenset[str] = frozenset()
    found: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return name_key(self.name)


def hints_of(
    record: Message | Meeting | Card, me: Myself, *, gone: bool = False
) -> tuple[Hint, ...]:
    """Everything that one (merged) record hints at. A card that is `gone` says nothing."""
    if isinstance(record, Message):
        return tuple(sorted(_of_message(record, me)))
    if isinstance(record, Card):
        return () if gone else tuple(sorted(_of_card(record, me)))
    rooms = {normalise(a.mailbox.addr) for a in record.attendees if a.kind in ("room", "resource")}
    found = {("stranger", addr, "") for addr in rooms & me.found}
    return tuple(sorted(found | _of_meeting(record, me)))


def is_human(addr: str) -> bool:
    """Whether the address, by itself, looks like a human's."""
    return classify(addr, is_list=False, is_resource=False)[0] is AddressKind.PERSON


def speaks_for_another(name: str, me: Myself) -> bool:
    """Whether `name` cannot be the owner's."""
    words = words_of(name)
    return bool(words) and not compatible(words, words_of(me.name))


def _of_meeting(meeting: Meeting, me: Myself) -> set[Hint]:
    return {
        ("own-invited", addr, "")
        for mine, box in meeting.aliases
        if normalise(mine) in me.addresses and not speaks_for_another(box.name, me)
        if (addr := normalise(box.addr)) not in me.addresses and is_human(addr)
    }


def _of_card(card: Card, me: Myself) -> set[Hint]:
    if card.kind not in _INDIVIDUAL:
        return set()
    addrs = {normalise(addr) for addr in card.addrs} - {""}
    found: set[Hint] = set()
    if speaks_for_another(card.name, me):
        found = {("stranger", addr, "") for addr in addrs & me.found}
    elif me.key and name_key(card.name) == me.key and addrs & me.addresses and not card.attached_by:
        found = {("own-card", addr, "") for addr in addrs - me.addresses if is_human(addr)}
    if card.attached_by:
        found.add(("attached", "", normalise(card.attached_by) or card.attached_by))
    return found


def _of_message(message: Message, me: Myself) -> set[Hint]:
    found: set[Hint] = set()
    author = author_of(message)
    if 0 < len(message.reply_to) <= _MANY and author and is_human(author):
        answers = {normalise(box.addr) for box in message.reply_to}
        found |= {("reply-to", author, addr) for addr in answers - {"", author} if is_human(addr)}
    if me.key and author:
        found |= _of_author(message, author, me)
        delivered = {normalise(v) for k, v in message.traits if k in _DELIVERED}
        if delivered and author not in me.addresses and not is_list(message):
            found |= _of_delivery(message, author, delivered - {""}, me)
    if me.found:
        lists = list_addresses(message)
        found |= {("stranger", addr, "") for addr in me.found.intersection(lists)}
    return found


def _of_author(message: Message, author: str, me: Myself) -> set[Hint]:
    if author in me.addresses:
        return set()
    name = authors_of(message)[0].name
    if name_key(name) == me.key and is_human(author) and author not in list_addresses(message):
        labels = {
            label.strip().strip('"\\').lower()
            for key, value in message.traits
            if key in _LABELS
            for label in value.split(",")
        }
        return {("own-sent" if "sent" in labels else "own-from", author, "")}
    if author in me.found and speaks_for_another(name, me):
        return {("stranger", author, "")}
    return set()


def _of_delivery(message: Message, author: str, delivered: set[str], me: Myself) -> set[Hint]:
    boxes: dict[str, Mailbox] = {}
    for box in message.to + message.cc:
        boxes.setdefault(normalise(box.addr), box)
    found: set[Hint] = set()
    for addr in (delivered & boxes.keys()) - me.addresses - {author}:
        if is_human(addr):
            other = speaks_for_another(boxes[addr].name, me)
            found.add(("misnamed" if other else "delivered", addr, author))
    if len(boxes) == 1 and not me.addresses.isdisjoint(delivered):
        addr, box = next(iter(boxes.items()))
        unknown = addr not in me.addresses and addr != author and is_human(addr)
        if unknown and name_key(box.name) == me.key:
            found.add(("named", addr, author))
    return found
