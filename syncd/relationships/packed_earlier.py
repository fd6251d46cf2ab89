"""The early part of a history as one line of text, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rules.history import Event
from syncd.people.times import from_int, maybe_int, maybe_moment, to_int
from syncd.relationships.earlier import Earlier
from syncd.relationships.packed import pack, unpack
from syncd.relationships.timeline import Folded, Standing

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PLAIN: Final = Standing._fields.index("last_end")  # what comes before is plain, the rest moments


def pack_earlier(earlier: Earlier) -> str:
    """The same early part gives the same text."""
    so_far = earlier.folded
    return _encode(
        [
            [_of_standing(so_far.standing), *pack_end(so_far)],
            pack(earlier.last),
            earlier.first,
            to_int(earlier.first_end),
            to_int(earlier.since),
            [_of_event(event) for event in earlier.events],
            [[name, to_int(end)] for name, end in sorted(earlier.pins.items())],
            [[to_int(end), _of_standing(one)] for end, one in sorted(earlier.standings.items())],
            [
                [level, [_of_event(event) for event in events]]
                for level, events in sorted(earlier.falls.items())
            ],
        ]
    )


def unpack_earlier(text: str, unsettled: frozenset[str]) -> Earlier:
    """The early part that `pack_earlier` wrote; `unsettled` are accounts still back-filling."""
    so_far, last, first, first_end, since, events, pins, standings, falls = json.loads(text)
    standing, *end = so_far
    return Earlier(
        folded=unpack_end(end)._replace(standing=_standing(standing)),
        last=unpack((last,))[0],
        first=first,
        first_end=from_int(first_end),
        since=from_int(since),
        events=tuple([_event(row, unsettled) for row in events]),
        pins={name: from_int(end) for name, end in pins},
        standings={from_int(end): _standing(row) for end, row in standings},
        falls={
            level: tuple([_event(row, unsettled, fall=True) for row in some])
            for level, some in falls
        },
    )


def pack_end(end: Folded) -> list[Any]:
    """All of it but the standing, as plain values."""
    return [
        end.contact,
        [to_int(moment) for moment in end.sent_at],
        [to_int(moment) for moment in end.received_at],
        maybe_int(end.met_until),
    ]


def unpack_end(values: Sequence[Any]) -> Folded:
    """What `pack_end` made, without a standing."""
    contact, sent_at, received_at, met_until = values
    return Folded(
        contact=tuple(contact),
        sent_at=tuple(map(from_int, sent_at)),
        received_at=tuple(map(from_int, received_at)),
        met_until=maybe_moment(met_until),
    )


def _of_standing(standing: Standing) -> list[Any]:
    moments = (standing.last_end, standing.last_at, standing.last_meeting)
    return [*standing[:_PLAIN], *map(maybe_int, moments)]


def _standing(row: Sequence[Any]) -> Standing:
    moments: list[datetime | None] = [maybe_moment(value) for value in row[_PLAIN:]]
    return Standing(*row[:_PLAIN], *moments)


def _of_event(event: Event) -> list[Any]:
    return [
        sorted(event.kinds),
        to_int(event.at),
        to_int(event.end),
        event.evidence,
        event.size,
        event.account,
        maybe_int(event.closed_at),
        event.closed_by,
    ]


def _event(row: Sequence[Any], unsettled: frozenset[str], *, fall: bool = False) -> Event:
    kinds, at, end, evidence, size, account, closed_at, closed_by = row
    return Event(
        kinds=frozenset(kinds),
        at=from_int(at),
        end=from_int(end),
        evidence=evidence,
        size=size,
        account=account,
        settled=not unsettled if fall else account not in unsettled,
        closed_at=maybe_moment(closed_at),
        closed_by=closed_by,
    )
