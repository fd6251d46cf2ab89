"""Observations that decide about others: answers about their questions' people, copies of a letter
about each other, meetings about whatever is at the same time, mail about a series about all its
instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from syncd.store import series
from syncd.store.schema import address, involved, named, observation
from syncd.store.statements import chunked

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


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
    found: list[Trace] = []
    for some in chunked(numbers):
        query = select(
            observation.c.kind,
            observation.c.key,
            observation.c.at,
            observation.c.until,
            observation.c.topic,
        ).where(observation.c.id.in_(some))
        found += [Trace(*row) for row in connection.execute(query)]
    return found


def touched_by(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[str]:
    """The addresses of everybody in, or meant by, an observation that these decide about."""
    others: set[int] = set()
    for keys in chunked({trace.key for trace in traces if trace.kind == "message"}):
        query = select(observation.c.id).where(
            observation.c.owner == owner, observation.c.parent.in_(keys)
        )
        others |= set(connection.execute(query).scalars())
    others |= _copies(connection, owner, traces)
    meetings = [trace.key for trace in traces if trace.kind == "meeting"]
    instances = series.decided_by(connection, owner, meetings)
    others |= instances
    traces = [*traces, *traces_of(connection, instances)]
    spans = {(t.at, t.until) for t in traces if t.kind == "meeting" and t.until > t.at}
    others |= at_the_same_time(connection, owner, spans)
    return company_of(connection, owner, others)


def company_of(connection: Connection, owner: str, numbers: Collection[int]) -> set[str]:
    """The addresses that these observations touch, and those of whom their titles mean."""
    found: set[str] = set()
    for some in chunked(numbers):
        found |= involved_in(connection, some)
        meant = (
            select(address.c.addr)
            .join(named, (named.c.person == address.c.person) & (named.c.owner == address.c.owner))
            .where(address.c.owner == owner, named.c.observation.in_(some))
        )
        found |= set(connection.execute(meant).scalars())
    return found


def involved_in(connection: Connection, numbers: Sequence[int]) -> set[str]:
    """The addresses that these (few) observations touch."""
    query = select(involved.c.addr).where(involved.c.observation.in_(numbers)).distinct()
    return set(connection.execute(query).scalars())


def _copies(connection: Connection, owner: str, traces: Sequence[Trace]) -> set[int]:
    """Own letters with the same topic, sent within an hour of one of these."""
    sent: dict[str, list[int]] = {}
    for trace in traces:
        if trace.topic:
            sent.setdefault(trace.topic, []).append(trace.at)
    found: set[int] = set()
    for some in chunked(sent):
        query = select(observation.c.id, observation.c.topic, observation.c.at).where(
            observation.c.owner == owner, observation.c.topic.in_(some)
        )
        for number, topic, at in connection.execute(query):
            if any(abs(at - other) <= _HOUR for other in sent[topic]):
                found.add(number)
    return found


def at_the_same_time(
    connection: Connection, owner: str, spans: Collection[tuple[int, int]]
) -> set[int]:
    """Meetings that overlap one of these (start, end) pairs."""
    found: set[int] = set()
    for at, until in spans:
        # Nearly everything is shorter than a day; what is longer has to be looked for.
        soon = observation.c.at.between(at - _DAY, until)
        long = observation.c.until - observation.c.at > _DAY
        query = select(observation.c.id).where(
            observation.c.owner == owner,
            observation.c.kind == "meeting",
            observation.c.until > at,
            or_(soon, long & (observation.c.at < until)),
        )
        found |= set(connection.execute(query).scalars())
    return found


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
