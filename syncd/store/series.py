"""Series of meetings: mail about a whole series speaks for its instances, and what a calendar holds
of a series says which instances there are.

    key of an instance   meeting:UID/RECURRENCE-ID
    key of the series    meeting:UID/               where mail about all of it is stored
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, or_, select

from connectors import wire
from connectors.records import Meeting
from syncd.inference.acceptance import View
from syncd.inference.itip import SPEAKING, speaks_for_instances
from syncd.store.query import Query, owned
from syncd.store.schema import observation, sighting
from syncd.store.sightings import view
from syncd.store.statements import chunked

Where = tuple[str, str]  # account and ref


def series_of(key: str) -> str:
    """The key of the series that an instance belongs to; that of a single meeting is its own."""
    return key[: key.rindex("/") + 1]


def is_instance(key: str) -> bool:
    return key.startswith("meeting:") and not key.endswith("/")


def decided_by(connection: Connection, owner: str, meetings: Iterable[str]) -> set[int]:
    """The observations that these meetings (keys) decide about: the instances of a series that mail
    speaks of, and invitations to instances that the series may have lost."""
    whole: set[str] = set()
    parts: set[str] = set()
    for key in meetings:
        (parts if is_instance(key) else whole).add(series_of(key))
    found: set[int] = set()
    for prefix in sorted(_spoken_of(connection, owner, whole)):
        query = select(observation.c.id).where(_of(connection, owner, prefix))
        found |= set(connection.execute(query).scalars())
    for prefix in sorted(parts):
        query = (
            select(observation.c.id)
            .join(sighting, observation.c.id == sighting.c.observation)
            .where(_of(connection, owner, prefix), sighting.c.record.contains('"request"'))
        )
        found |= set(connection.execute(query).scalars())
    return found


def statements(connection: Connection, owner: str, keys: Iterable[str]) -> dict[str, list[View]]:
    """What mail says of the whole series of these instances, by the key of the series, as further
    sightings of each instance. Mail that disappeared said it all the same."""
    found: dict[str, list[View]] = defaultdict(list)
    for some in chunked(sorted({series_of(key) for key in keys if is_instance(key)})):
        query = (
            select(observation.c.key, sighting.c.record, sighting.c.seen_at, sighting.c.since)
            .join(sighting, observation.c.id == sighting.c.observation)
            .where(observation.c.owner == owner, observation.c.key.in_(some))
        )
        for key, record, seen_at, since in connection.execute(query):
            meeting = wire.unpack("meeting", record)
            if isinstance(meeting, Meeting) and speaks_for_instances(meeting):
                found[key].append(view(meeting, seen_at, since))
    return found


def instances(
    connection: Connection, owner: str, series: Collection[str]
) -> dict[str, list[tuple[Where, Meeting]]]:
    """Every sighting of an instance of these series (keys), with where it was."""
    found: dict[str, list[tuple[Where, Meeting]]] = defaultdict(list)
    for prefix in sorted(series):
        query = (
            select(sighting.c.account, sighting.c.ref, sighting.c.record)
            .join(observation, observation.c.id == sighting.c.observation)
            .where(_of(connection, owner, prefix))
        )
        for account, ref, record in connection.execute(query):
            meeting = wire.unpack("meeting", record)
            if isinstance(meeting, Meeting):
                found[prefix].append(((account, ref), meeting))
    return found


def _of(connection: Connection, owner: str, prefix: str) -> ColumnElement[bool]:
    """Of this owner and series, but for the series itself."""
    key = observation.c.key
    if connection.dialect.name == "sqlite":
        # A range uses the index; here texts compare by their bytes, and 0 follows the slash.
        return (observation.c.owner == owner) & (key > prefix) & (key < prefix[:-1] + "0")
    return (
        (observation.c.owner == owner) & (key != prefix) & key.startswith(prefix, autoescape=True)
    )


def _spoken_of(connection: Connection, owner: str, series: Collection[str]) -> set[str]:
    """Those of these keys under which there is mail that answers or cancels. Most are of single
    meetings, of which there are too many to look for instances of each."""
    if not series:
        return set()
    return set(_SPEAKING.column(connection, owner=owner, keys=sorted(series)))


_SPEAKING = Query(
    lambda many: (
        select(observation.c.key)
        .join(sighting, observation.c.id == sighting.c.observation)
        .where(
            owned(observation),
            observation.c.key.in_(many("keys")),
            or_(*(sighting.c.record.contains(f'"{method}"') for method in SPEAKING)),
        )
    )
)
