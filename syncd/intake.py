"""From records to rows: what an observation is about, decided once, when it comes in.

Everything here can be computed again from the stored records, so that a newer version of it, or
other owner's addresses, apply to the past as well (`syncd.store.observations.reindex`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Final

from connectors.records import Attendee, Card, Mailbox, Meeting, Message
from rules.values import value
from syncd.inference.authors import author_of, authors_of
from syncd.inference.bounces import FAILURES, failed_addresses
from syncd.inference.hints import Myself, hints_of
from syncd.inference.humans import is_ours
from syncd.inference.letters import topic
from syncd.inference.machine import list_addresses
from syncd.inference.titles import tokens
from syncd.people import IGNORED_DOMAIN, normalise
from syncd.people.forgotten import Forgotten
from syncd.veil import without_forgotten

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Mail to more people than this touches only its author and the owner: nobody gets to know
# anybody by a circular, and ten thousand recipients are ten thousand rows.
_MOST_INVOLVED = 100


@value
class Involvement:
    """An address that an observation touches. `role`: from, to, organizer, attendee, room, card,
    list, bounced (it is named in a delivery report and took no part in anything)."""

    addr: str
    role: str
    name: str


@value
class Row:
    """What the store indexes of an observation, beside the record itself."""

    kind: str
    key: str
    at: datetime
    until: datetime
    author: str = ""
    parent: str = ""
    topic: str = ""
    involved: tuple[Involvement, ...] = ()
    title_tokens: frozenset[str] = frozenset()
    hints: tuple[tuple[str, str, str], ...] = ()  # see `syncd/inference/hints.py`


@dataclass(frozen=True, slots=True)
class Ignore:
    """What the owner does not want to be stored: addresses, domains, `*@domain` (normalised), and
    who is to stay forgotten. `owned` are the owner's normalised addresses."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    forgotten: Forgotten = field(default=Forgotten())
    owned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Ignore:
        addresses, domains = set(), set()
        for pattern in patterns:
            plain = pattern.strip().lower().removeprefix("*")
            if "@" in plain and not plain.startswith("@"):
                addresses.add(normalise(plain))
            else:
                domains.add(plain.lstrip("@."))
        return cls(frozenset(addresses), frozenset(domains))

    def matches(self, addr: str) -> bool:
        normal = normalise(addr)
        if normal in self.addresses or self.forgotten.matches(normal):
            return True
        domain = normal.rpartition("@")[2]
        return any(domain == d or domain.endswith("." + d) for d in self.domains)

    def __bool__(self) -> bool:
        return bool(self.addresses or self.domains or self.forgotten)


_NOTED: Final = ("needs:", "offers:", "about:", "tags:", "tag:", "channel:")


def without_chatter(record: Message | Meeting | Card) -> Message | Meeting | Card:
    """Of a card's note only the lines that mean something here: `needs:`, `offers:`, `about:`,
    `tags:`, `channel:`."""
    if not isinstance(record, Card) or not record.note:
        return record
    lines = (line.strip() for line in record.note.splitlines())
    kept = "\n".join(line for line in lines if line.lower().startswith(_NOTED))
    return replace(record, note="" if record.attached_by else kept)


def without_ignored(
    record: Message | Meeting | Card, ignore: Ignore
) -> Message | Meeting | Card | None:
    """The record without what is to be ignored; None when nothing of it is left to store.

    Somebody ignored among others leaves a nameless place: eleven recipients stay eleven.
    """
    if not ignore:
        return record
    known = without_forgotten(record, ignore.forgotten, ignore.owned)
    if known is None:
        return None
    record = known
    if isinstance(record, Message):
        return _message_without(record, ignore)
    if isinstance(record, Meeting):
        return _meeting_without(record, ignore)
    addrs = tuple(addr for addr in record.addrs if not ignore.matches(addr))
    if len(addrs) == len(record.addrs):
        return record
    return replace(record, addrs=addrs) if addrs else None


def _message_without(message: Message, ignore: Ignore) -> Message | None:
    if any(ignore.matches(box.addr) for box in authors_of(message)):
        return None
    if any(ignore.matches(addr) for addr in list_addresses(message)):
        return None
    if any(ignore.matches(addr) for addr in failed_addresses(message)):
        told = (one for one in message.traits if not _is_failure_of(one, ignore))
        message = replace(message, traits=tuple(told))
    places = count()
    to, cc, bcc, reply_to = (
        _nameless(boxes, ignore, places)
        for boxes in (message.to, message.cc, message.bcc, message.reply_to)
    )
    if (to, cc, bcc, reply_to) == (message.to, message.cc, message.bcc, message.reply_to):
        return message
    if all(_is_nameless(box) for box in (*to, *cc, *bcc)) and (to or cc or bcc):
        return None
    return replace(message, to=to, cc=cc, bcc=bcc, reply_to=reply_to)


def _is_failure_of(trait: tuple[str, str], ignore: Ignore) -> bool:
    name, value = trait
    return name in FAILURES and ignore.matches(value.partition(" ")[0])


def _meeting_without(meeting: Meeting, ignore: Ignore) -> Meeting | None:
    if meeting.organizer is not None and ignore.matches(meeting.organizer.addr):
        return None
    places = count()
    attendees = tuple(
        replace(one, mailbox=_nameless((one.mailbox,), ignore, places)[0])
        for one in meeting.attendees
    )
    aliases = tuple(one for one in meeting.aliases if not ignore.matches(one[1].addr))
    if (attendees, aliases) == (meeting.attendees, meeting.aliases):
        return meeting
    return replace(meeting, attendees=attendees, aliases=aliases)


def _nameless(
    boxes: tuple[Mailbox, ...], ignore: Ignore, places: Iterator[int]
) -> tuple[Mailbox, ...]:
    return tuple(
        Mailbox(f"n{next(places)}@{IGNORED_DOMAIN}") if ignore.matches(box.addr) else box
        for box in boxes
    )


def _is_nameless(box: Mailbox) -> bool:
    return box.addr.endswith("@" + IGNORED_DOMAIN)


def key_of(record: Message | Meeting | Card, account: str, ref: str) -> str:
    """The identity under which all sightings of one thing meet."""
    if isinstance(record, Message):
        return f"message:{record.message_id}"
    if isinstance(record, Meeting):
        return f"meeting:{record.uid}/{record.recurrence_id}"
    if record.attached_by:
        # Whoever sends a card may give it the UID of one in the book: it stays theirs.
        return f"card:<{normalise(record.attached_by)}>/{record.uid or ref}"
    # Two cards of one person in two accounts are two statements; one that was renamed is the same.
    return f"card:{account}/{record.uid or ref}"


def row_of(record: Message | Meeting | Card, key: str, owned: frozenset[str], *, gone: bool) -> Row:
    """Index one (merged) record. `owned` are the owner's normalised addresses.

    A card that is gone joins nobody any more; a mail or a meeting that is gone was there.
    """
    if isinstance(record, Message):
        return _message(record, key, owned)
    if isinstance(record, Meeting):
        return _meeting(record, key, owned)
    # A group's or a company's card is nobody's.
    human = record.kind == "individual"
    addrs = () if gone or not human else _normal(record.addrs, owned)
    role, name = ("ours", "") if is_ours(record) else ("card", record.name)
    people = tuple(Involvement(addr, role, name) for addr in addrs)
    return Row("card", key, _NEVER, _NEVER, involved=people)


@dataclass(frozen=True, slots=True)
class Clerk:
    """`row_of` for one owner, hints included: a value, so that it can go to another process."""

    owned: frozenset[str]
    me: Myself

    def __call__(self, record: Message | Meeting | Card, key: str, gone: bool) -> Row:
        row = row_of(record, key, self.owned, gone=gone)
        hints = hints_of(record, self.me, gone=gone)
        return replace(row, hints=hints) if hints else row


def _normal(addrs: Iterable[str], owned: frozenset[str]) -> Sequence[str]:
    seen = dict.fromkeys(normalise(addr) for addr in addrs)
    return [addr for addr in seen if addr and addr not in owned]


def _message(message: Message, key: str, owned: frozenset[str]) -> Row:
    author = author_of(message)
    people: dict[str, Involvement] = {}
    for addr in list_addresses(message):
        if addr not in owned:
            people[addr] = Involvement(addr, "list", "")
    recipients = message.to + message.cc + message.bcc
    for role, boxes in (("from", authors_of(message)), ("to", recipients)):
        if role == "to" and len(boxes) > _MOST_INVOLVED:
            continue
        _add(people, role, boxes, owned)
    for addr in failed_addresses(message):
        if addr not in owned and addr not in people:
            people[addr] = Involvement(addr, "bounced", "")
    parent = f"message:{message.in_reply_to}" if message.in_reply_to else ""
    own_topic = topic(message) if author in owned else ""
    involved = tuple(people.values())
    return Row("message", key, message.at, message.at, author, parent, own_topic, involved)


def _meeting(meeting: Meeting, key: str, owned: frozenset[str]) -> Row:
    people: dict[str, Involvement] = {}
    if meeting.organizer is not None:
        _add(people, "organizer", (meeting.organizer,), owned)
    for attendee in meeting.attendees:
        _add(people, _role(attendee), (attendee.mailbox,), owned)
    author = normalise(meeting.organizer.addr) if meeting.organizer else ""
    # A room that was booked for oneself is no company.
    alone = all(someone.role == "room" for someone in people.values())
    return Row(
        "meeting",
        key,
        meeting.start,
        meeting.end,
        author,
        involved=tuple(people.values()),
        # What nobody's calendar holds is nobody's note.
        title_tokens=tokens(meeting.title) if alone and not meeting.method else frozenset(),
    )


def _role(attendee: Attendee) -> str:
    return "room" if attendee.kind in ("room", "resource") else "attendee"


def _add(
    people: dict[str, Involvement],
    role: str,
    boxes: Iterable[Mailbox],
    owned: frozenset[str],
) -> None:
    """Note each address once; the first role wins, a name is taken from wherever there is one."""
    for box in boxes:
        addr = normalise(box.addr)
        if not addr or addr in owned or _is_nameless(box):
            continue
        there = people.get(addr)
        if there is None:
            people[addr] = Involvement(addr, role, box.name)
        elif box.name and not there.name:
            people[addr] = replace(there, name=box.name)


def participants(record: Message | Meeting) -> frozenset[str]:
    """The normalised addresses of everybody who wrote, received, called or was invited."""
    boxes: list[Mailbox] = []
    if isinstance(record, Message):
        boxes += authors_of(record) + record.to + record.cc + record.bcc
    else:
        boxes += [record.organizer] if record.organizer else []
        boxes += [attendee.mailbox for attendee in record.attendees]
    return frozenset(normalise(box.addr) for box in boxes) - {""}
