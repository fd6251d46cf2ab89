"""What inference takes and gives: dossiers in, claims out. Plain values, no behaviour.

    Dossier (all that was observed about one person)  --infer-->  Claims
    Claim with real = yes                             is an interaction
    Claim with any other real                         is kept, with the reasons, so that `explain`
                                                      can say why it does not count

All times are aware UTC. Reason codes are `subject:fact`, lower case: `bulk:list-unsubscribe`,
`meeting:declined`, `mail:no-reply-ever`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Generic, TypeVar

from connectors.records import Card, Meeting, Message
from rules.values import value

# Raised whenever the same observations may lead to other claims: everything is inferred anew.
INFERENCE_VERSION = 3


class Real(StrEnum):
    """Did it happen? `pending` can still become yes by itself; `unknown` is a legal answer."""

    YES = "yes"
    NO = "no"
    PENDING = "pending"
    UNKNOWN = "unknown"


class ClaimKind(StrEnum):
    MESSAGE = "message"
    MEETING = "meeting"
    TASK = "task"
    LOG = "log"


class Mode(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    BOTH = "both"


class SignalKind(StrEnum):
    """What a text does: eight signals, and three that only judge the meetings around it.

    OFFERS is something concrete, SHARES what comes with the mail, INTRODUCES two people to each
    other (in a mail of the owner to one person it becomes OFFERS), FORWARDS_ON what was passed on
    to somebody who is neither of the two.
    """

    ASKS = "asks"
    PROMISES = "promises"
    OFFERS = "offers"
    SHARES = "shares"
    THANKS = "thanks"
    PROPOSES_MEETING = "proposes_meeting"
    INTRODUCES = "introduces"
    FORWARDS_ON = "forwards_on"

    CONFIRMS_MEETING = "confirms_meeting"  # "great to see you yesterday"
    MISSED_MEETING = "missed_meeting"  # "sorry I missed you"
    CANCELS_MEETING = "cancels_meeting"  # "I have to cancel tomorrow"


@value
class Signal:
    """What a text was found to do, without its words."""

    kind: SignalKind
    confidence: float  # 0-1
    due: date | None = None  # the day a promise or request names, in the owner's zone


@value
class Reading:
    """The signals of one message that was read; `gone` when the text was no longer there."""

    signals: tuple[Signal, ...] = ()
    gone: bool = False
    vouched: bool = False  # it introduces, and its author's mail counts for the owner


@value
class Evidence:
    """Where an observation can be found again."""

    account: str
    ref: str
    link: str = ""


R = TypeVar("R", Message, Meeting, Card)


@value
class Sighted(Generic[R]):
    """One observation, all its sightings merged. `key` is `message:<id>`, `meeting:<uid>/<rid>`."""

    key: str
    record: R
    evidence: tuple[Evidence, ...]
    seen_at: datetime  # when syncd first saw it
    gone_at: datetime | None = None  # when syncd saw that every sighting had disappeared
    # Of a meeting: when the owner was first seen to have accepted or organised it; None: at once.
    meant_at: datetime | None = None
    # (normalised address, moment): when those were first seen in it who were not from the first.
    joined: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose network it is, as far as inference cares. Addresses are normalised."""

    addresses: frozenset[str]
    zone: tzinfo
    mail_group: int = 10  # most recipients besides the owner, inclusive
    meeting_group: int = 8  # most participants, the owner among them, inclusive
    shared: frozenset[str] = frozenset()  # accounts that others use as well: shared, delegate


@dataclass(frozen=True, slots=True)
class Tick:
    """The owner ticked a task of ours; its rule says what that means (`done_means`)."""

    key: str  # the task's key
    at: datetime
    means: str  # call | meeting | message | nothing


@dataclass(frozen=True, slots=True)
class Logged:
    """What the owner logged: a meeting, call or message that no source saw."""

    key: str  # `log:<digest>`
    at: datetime
    mode: Mode
    direction: Direction
    size: int  # people besides the owner
    title: str
    place: str
    seen_at: datetime  # when it was logged
    addrs: frozenset[str] = frozenset()  # of those who took part, as far as they are known


@value
class Dossier:
    """Everything that was observed about one person (or about one address that is no person)."""

    addresses: frozenset[str]  # normalised
    messages: tuple[Sighted[Message], ...] = ()
    meetings: tuple[Sighted[Meeting], ...] = ()
    cards: tuple[Sighted[Card], ...] = ()
    ticks: tuple[Tick, ...] = ()
    logs: tuple[Logged, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)  # by observation key
    # Facts about *other* observations that decide about these:
    parents: Mapping[str, str] = field(default_factory=dict)  # Message-ID -> its author, normalised
    letters: frozenset[str] = frozenset()  # keys of own mail that is one letter to many
    lists: frozenset[str] = frozenset()  # normalised addresses known to be mailing lists
    clashes: Mapping[str, str] = field(default_factory=dict)  # meeting key -> reason code
    unsaved: frozenset[str] = frozenset()  # keys of cards in address books that others use as well
    named: frozenset[str] = frozenset()  # keys of entries without attendees whose title names them


@value
class Claim:
    """What inference holds of one observation, for one person."""

    key: str
    kind: ClaimKind
    at: datetime  # a meeting's start, a message's date
    until: datetime  # a meeting's end; `at` for everything else
    real: Real
    reasons: tuple[str, ...]
    direction: Direction
    mode: Mode = Mode.UNKNOWN
    weight: float = 0.0  # this person's share, 0-1; 0 unless real is yes
    probability: float = 0.0  # how sure we are that it really happened, 0-1
    size: int = 1  # mail: recipients besides the owner; meeting: participants with the owner
    title: str = ""
    place: str = ""
    link: str = ""
    evidence: tuple[Evidence, ...] = ()
    seen_at: datetime | None = None
    # Of a meeting: when it was first seen as one of the two that the owner accepted or organised,
    # where that was later than `seen_at`.
    meant_at: datetime | None = None
    changes_at: datetime | None = None  # when it will be judged anew by itself (a meeting's end)
    scheduled: bool = False  # a meeting still to come that the owner accepted or organised
    organised: bool = False  # the owner convened it
    answers: str = ""  # key of the observation it directly answers
    signals: tuple[Signal, ...] = ()
    wants_text: bool = False  # its text could tell more
