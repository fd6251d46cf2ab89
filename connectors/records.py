"""What a source saw, normalised: the four kinds of observation and the items that carry them.

Every record is a frozen value with a stable JSON form (`pack` / `unpack` in `connectors/wire.py`),
because the core stores observations and infers from them again later. Times are aware UTC; a date
without a time is a `datetime.date` in the owner's zone. Addresses are `addr-spec`s as written
(RFC 5322), not yet normalised: whether two of them are one person is a decision, and decisions
live in the core. No record has room for a body.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Facet(StrEnum):
    """One side of an account."""

    MAIL = "mail"
    CALENDAR = "calendar"
    CONTACTS = "contacts"
    TASKS = "tasks"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name beside it (RFC 5322 `mailbox`). `name` may be empty."""

    addr: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """The header of one mail. Its identity is the Message-ID, in whatever account it is found."""

    message_id: str  # without <>; a message that has none gets `none:` + a digest of its header
    at: datetime  # UTC; `Date`, or the newest `Received` where that is missing or absurd
    from_: tuple[Mailbox, ...] = ()
    sender: Mailbox | None = None
    reply_to: tuple[Mailbox, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    subject: str = ""
    in_reply_to: str = ""  # the parent's Message-ID: In-Reply-To, else the last of References
    references: tuple[str, ...] = ()  # at most the last 20
    # The headers that tell a machine from a human, lower-case names, values cut at 200
    # characters: see `connectors/formats/mime.py` for the list.
    traits: tuple[tuple[str, str], ...] = ()

    def trait(self, name: str) -> str | None:
        """The first value of a kept header, or None where the message had none."""
        return next((value for key, value in self.traits if key == name), None)


class PartStat(StrEnum):
    """An invitee's answer (RFC 5545 section 3.2.12); UNKNOWN where none was sent."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    DELEGATED = "delegated"
    UNKNOWN = "unknown"  # NEEDS-ACTION or absent


@dataclass(frozen=True, slots=True)
class Attendee:
    """One invitee. `kind` is the CUTYPE: individual, group, room, resource or unknown."""

    mailbox: Mailbox
    partstat: PartStat = PartStat.UNKNOWN
    kind: str = "individual"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence of one calendar entry; a series is as many records as it has instances.

    Identity is (`uid`, `recurrence_id`) in whatever calendar it is found.
    """

    uid: str
    recurrence_id: (
        str  # "" for a single event, else the *original* start: ISO 8601 in UTC or a date
    )
    start: datetime  # UTC
    end: datetime  # UTC, never before `start`
    all_day: bool = False
    title: str = ""
    place: str = ""
    link: str = ""  # a conference URL found in the entry, "" where there is none
    phone: str = ""  # a telephone number found where the place or the title should be
    organizer: Mailbox | None = None
    attendees: tuple[Attendee, ...] = ()
    status: str = "confirmed"  # confirmed | tentative | cancelled
    busy: str = "busy"  # busy | free | tentative | oof | elsewhere
    # What the provider says it is: default | focus | oof | birthday | location | travel
    kind: str = "default"
    recurring: bool = False
    sequence: int = 0  # SEQUENCE: of two sightings the higher is the newer
    modified: datetime | None = None  # LAST-MODIFIED or DTSTAMP
    # How it came by mail (RFC 5546): request | reply | cancel | counter | add | publish | refresh |
    # declinecounter. "" for what a calendar holds. A reply or counter shows one invitee only.
    method: str = ""
    url: str = ""  # a page about it that the entry names (http, https), "" where there is none
    # Where the provider says that somebody under another address is the one whose calendar it is:
    # their own address, under which they stand here, and who they are called in the entry.
    aliases: tuple[tuple[str, Mailbox], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One contact card. Only what the core uses is kept; photos never are.

    `attached_by` is "" for a card of an address book, which its owner keeps on purpose. A card that
    came attached to a mail names that mail's author there: anybody can send one.
    """

    uid: str
    name: str  # FN, or composed from N
    addrs: tuple[str, ...] = ()
    organisation: str = ""
    title: str = ""
    birthday: str = ""  # YYYY-MM-DD or --MM-DD
    categories: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    note: str = ""  # NOTE, cut at 2,000 characters
    kind: str = "individual"  # individual | group | org | location (RFC 6350 section 6.1.4)
    members: tuple[str, ...] = ()  # of a group: the UIDs or addresses of its cards
    attached_by: str = ""
    links: tuple[str, ...] = ()  # of a card that is added; none is read


@dataclass(frozen=True, slots=True)
class Task:
    """One entry of a task list, ours or not. `key` is "" where it is not ours."""

    key: str
    title: str
    notes: str = ""
    due: date | None = None
    completed: bool = False
    completed_at: datetime | None = None
    created: datetime | None = None
    cancelled: bool = False  # given up without being deleted (RFC 5545 section 3.8.1.11)


Observation = Message | Meeting | Card | Task


@dataclass(frozen=True, slots=True)
class Seen:
    """An item that exists: what it says now replaces whatever it said before.

    `ref` names the item within its account and facet for as long as it exists (a path, a UID, a
    provider's id). `stamp` changes when the content may have changed (an etag, mtime and size);
    "" for items that never change. One item may hold several observations (a calendar file with a
    series).
    """

    ref: str
    stamp: str
    observations: tuple[Observation, ...]
    broken: str = ""  # what of it could not be read, for the owner; "" when all of it could


@dataclass(frozen=True, slots=True)
class Gone:
    """An item that existed and no longer does."""

    ref: str


@dataclass(frozen=True, slots=True)
class Bad:
    """An item that cannot be read. It is acknowledged like any other, and listed for the owner.

    With `for_now` it may be readable later though its stamp stays the same: a `Rereading` source is
    asked for it some more times.
    """

    ref: str
    stamp: str
    reason: str  # a short sentence for the owner; never text out of the item
    for_now: bool = False


Item = Seen | Gone | Bad


@dataclass(frozen=True, slots=True)
class Batch:
    """Items in the order they were seen, and the cursor after them.

    A batch may be empty: its cursor is committed all the same, so nothing is fetched for ever.
    `done` says that the source has, for now, no more: the back-fill of this facet is complete.
    """

    items: tuple[Item, ...]
    cursor: str
    done: bool = False
