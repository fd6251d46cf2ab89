"""Observations that decide about others: answers about their questions' people, copies of a letter
about each other, meetings about whatever is at the same time, mail about a series about all its
instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, union_all

from syncd.store import series
from syncd.store.query import EMPTY, Many, Query, owned
from syncd.store.schema import DAY, address, involved, long_meeting, named, observation

HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Trace:
    """What of an observation can decide about others; times as the store keeps them."""

    kind: str
    key: str
    at: int
    until: int
    topic: str


def traces_of(connection: Connection, numbers: Iterable[int]) -> list[Trace]:
    """What the index says of these observations now."""
    wanted = list(numbers)
    return [Trace(*row) for row in _TRACES(connection, numbers=wanted)] if wanted else []


_TRACES = Query(
    lambda many: select(
        observation.c.kind,
        observation.c.key,
        observation.c.at,
        observation.c.until,
        observation.c.topic,
    ).where(observation.c.id.in_(many("numbers")))
)


def touched_by(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[str]:
    """The addresses of everybody in, or meant by, an observation that these decide about."""
    return company_of(connection, owner, decided_by(connection, owner, traces))


def decided_by(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[int]:
    """The observations that these decide about; some of these may be among them."""
    others = _answers_and_copies(connection, owner, traces)
    meetings = [trace.key for trace in traces if trace.kind == "meeting"]
    if not meetings:
        return others
    instances = series.decided_by(connection, owner, meetings)
    others |= instances
    traces = [*traces, *traces_of(connection, instances)]
    spans = {(t.at, t.until) for t in traces if t.kind == "meeting" and t.until > t.at}
    return others | at_the_same_time(connection, owner, spans)


def company_of(connection: Connection, owner: str, numbers: Collection[int]) -> set[str]:
    """The addresses that these observations touch, and those of whom their titles mean."""
    if not numbers:
        return set()
    meant = set(_MEANT.column(connection, owner=owner, numbers=sorted(numbers)))
    theirs = _THEIRS.each(connection, "who", sorted(meant), owner=owner)
    return involved_in(connection, numbers) | {addr for (addr,) in theirs}


def involved_in(connection: Connection, numbers: Collection[int]) -> set[str]:
    """The addresses that these observations touch."""
    return set(_INVOLVED.column(connection, numbers=sorted(numbers))) if numbers else set()


def _answers(many: Many) -> Any:
    return select(observation.c.id).where(
        owned(observation), observation.c.parent != EMPTY, observation.c.parent.in_(many("keys"))
    )


_ANSWERS = Query(_answers)
_MEANT = Query(
    lambda many: select(named.c.person).where(
        owned(named), named.c.observation.in_(many("numbers"))
    )
)
_THEIRS = Query(
    lambda _: select(address.c.addr).where(owned(address), address.c.person == bindparam("who"))
)
_INVOLVED = Query(
    lambda many: (
        select(involved.c.addr).where(involved.c.observation.in_(many("numbers"))).distinct()
    )
)


def _answers_and_copies(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[int]:
    """What answers one of these, and own letters with the same topic, sent within an hour of it."""
    messages = [trace.key for trace in traces if trace.kind == "message"]
    topics = {(trace.topic, trace.at) for trace in traces if trace.topic}
    # A subject may be as common as "Lunch?": only what was sent about then is looked at.
    sent = [{"topic": topic, "since": at - HOUR, "until": at + HOUR} for topic, at in topics]
    if messages and len(sent) == 1:
        return set(_BOTH.column(connection, owner=owner, keys=messages, **sent[0]))
    found = set(_ANSWERS.column(connection, owner=owner, keys=messages)) if messages else set()
    for one in sent:
        found |= set(_COPIES.column(connection, owner=owner, **one))
    return found


def _copies() -> Any:
    return select(observation.c.id).where(
        owned(observation),
        observation.c.topic != EMPTY,
        observation.c.topic == bindparam("topic"),
        observation.c.at.between(bindparam("since"), bindparam("until")),
    )


_COPIES = Query(lambda _: _copies())
_BOTH = Query(lambda many: union_all(_answers(many), _copies()))


def around(connection: Connection, numbers: Collection[int]) -> set[int]:
    """These meetings, and whatever meetings overlap them."""
    found = set(numbers)
    for query in (_SOON_AROUND, _LONG_AROUND):
        found |= set(query.column(connection, numbers=sorted(numbers)))
    return found


_mine, _other = observation.alias("mine"), observation.alias("other")
_overlap = (
    (_other.c.owner == _mine.c.owner)
    & (_other.c.at <= _mine.c.until)
    & (_other.c.until > _mine.c.at)
)
_SOON_AROUND = Query(
    lambda many: (
        select(_other.c.id)
        .select_from(_mine.join(_other, _overlap))
        .where(_other.c.kind == "meeting", _other.c.at >= _mine.c.at - DAY)
        .where(_mine.c.id.in_(many("numbers")))
        .distinct()
    )
)
_LONG_AROUND = Query(
    lambda many: (
        select(_other.c.id)
        .select_from(_mine.join(_other, _overlap))
        .where(long_meeting(_other), _other.c.at < _mine.c.until)
        .where(_mine.c.id.in_(many("numbers")))
        .distinct()
    )
)


def at_the_same_time(
    connection: Connection, owner: str, spans: Collection[tuple[int, int]]
) -> set[int]:
    """Meetings that overlap one of these (start, end) pairs."""
    found: set[int] = set()
    for at, until in spans:
        span = {"owner": owner, "at": at, "until": until}
        # Nearly everything is shorter than a day; what is longer has an index of its own.
        found |= set(_SOON.column(connection, since=at - DAY, **span))
        found |= set(_LONG.column(connection, **span))
    return found


_SOON = Query(
    lambda _: select(observation.c.id).where(
        owned(observation),
        observation.c.kind == "meeting",
        observation.c.at.between(bindparam("since"), bindparam("until")),
        observation.c.until > bindparam("at"),
    )
)
_LONG = Query(
    lambda _: select(observation.c.id).where(
        owned(observation),
        long_meeting(observation),
        observation.c.at < bindparam("until"),
        observation.c.until > bindparam("at"),
    )
)


def traffic_of_new_lists(
    connection: Connection, owner: str, lists: Collection[str], numbers: Collection[int]
) -> set[str]:
    """Everybody who took part in anything with an address that only now shows to be a list;
    `numbers` are the observations that show it."""
    found: set[int] = set()
    for addr in lists:
        all_of = select(involved.c.observation, involved.c.role).where(
            involved.c.owner == owner, involved.c.addr == addr
        )
        traffic = [(number, role) for number, role in connection.execute(all_of)]
        if not any(role == "list" and number not in numbers for number, role in traffic):
            found |= {number for number, _ in traffic}
    return company_of(connection, owner, found)


def authors(connection: Connection, owner: str, keys: Collection[str]) -> dict[str, str]:
    """Who wrote the messages with these keys, by Message-ID."""
    rows = _AUTHORS(connection, owner=owner, keys=sorted(keys)) if keys else ()
    return {key.removeprefix("message:"): author for key, author in rows}


_AUTHORS = Query(
    lambda many: select(observation.c.key, observation.c.author).where(
        owned(observation), observation.c.key.in_(many("keys"))
    )
)
