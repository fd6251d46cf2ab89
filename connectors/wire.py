"""Observations as compact text: positional JSON, one array a record, trailing defaults left out.

    pack(Message(...))           '["<id>",1730000000,["ana@example.org","Ana"],...]'
    unpack("message", text)      the record again, equal in every field

The same record always gives the same text, so texts can be compared and hashed. A field that is
added to a record later goes to the end of its row here: older texts then read as its default. A
moment is whole seconds since the epoch, or `[seconds, microseconds]`; mailboxes are a flat list of
address, name, address, name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from json import encoder
from typing import Any, Final

from connectors.records import (
    Attendee,
    Card,
    Mailbox,
    Meeting,
    Message,
    Observation,
    PartStat,
    Task,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400
_PARTSTAT: Final = {str(value): value for value in PartStat}
_KINDS: Final[dict[type[Any], str]] = {
    Message: "message",
    Meeting: "meeting",
    Card: "card",
    Task: "task",
}
_NAMES: Final = frozenset(_KINDS.values())
_encoder: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# What `encode` makes anew for every text; where there is no C, it is slow and right.
_c_encoder: Final[Callable[..., Any] | None] = getattr(encoder, "c_make_encoder", None)
_pieces: Final[Callable[[Any, int], Iterable[str]]] = (
    _c_encoder(
        None, _encoder.default, encoder.encode_basestring, None, ":", ",", False, False, True
    )
    if _c_encoder
    else lambda row, _: _encoder.iterencode(row)
)
_decode: Final = json.JSONDecoder().decode


def kind_of(observation: Observation) -> str:
    """The name that `unpack` wants beside the text: message, meeting, card or task."""
    return _KINDS[type(observation)]


def pack(observation: Observation) -> str:
    """One observation as text. Raises TypeError for a moment without a zone."""
    if isinstance(observation, Message):
        row = _message_row(observation)
    elif isinstance(observation, Meeting):
        row = _meeting_row(observation)
    elif isinstance(observation, Card):
        row = _card_row(observation)
    else:
        row = _task_row(observation)
    while not row[-1]:
        row.pop()
    return "".join(_pieces(row, 0))


def unpack(kind: str, text: str) -> Observation:
    """The observation that `pack` wrote. ValueError for an unknown kind or a foreign text."""
    row = _decode(text)
    if not isinstance(row, list) or kind not in _NAMES:
        raise ValueError(f"not a packed observation of a known kind: {kind}")
    try:
        if kind == "message":
            return _message(row)
        if kind == "meeting":
            return _meeting(row)
        if kind == "card":
            return _card(row)
        return _task(row)
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"not a packed {kind}") from error


# Every row begins with 1, so that dropping trailing defaults always ends.


def _message_row(m: Message) -> list[Any]:
    return [
        1,
        m.message_id,
        _moment(m.at),
        _mailboxes(m.from_),
        _mailboxes(m.to),
        m.subject,
        m.in_reply_to,
        m.references,
        [part for pair in m.traits for part in pair],
        _mailboxes(m.cc),
        _mailboxes(m.reply_to),
        [m.sender.addr, m.sender.name] if m.sender else 0,
        _mailboxes(m.bcc),
    ]


def _message(row: list[Any]) -> Message:
    row += _MESSAGE_DEFAULTS[len(row) :]
    _, message_id, at, from_, to, subject, parent, references, traits, cc, reply, sender, bcc = row
    return Message(
        message_id,
        _when(at),
        tuple(map(Mailbox, from_[::2], from_[1::2])),
        Mailbox(*sender) if sender else None,
        tuple(map(Mailbox, reply[::2], reply[1::2])),
        tuple(map(Mailbox, to[::2], to[1::2])),
        tuple(map(Mailbox, cc[::2], cc[1::2])),
        tuple(map(Mailbox, bcc[::2], bcc[1::2])),
        subject,
        parent,
        tuple(references),
        tuple(zip(traits[::2], traits[1::2], strict=True)),
    )


_MESSAGE_DEFAULTS: Final[list[Any]] = [1, "", 0, (), (), "", "", (), (), (), (), 0, ()]


def _meeting_row(m: Meeting) -> list[Any]:
    return [
        1,
        m.uid,
        m.recurrence_id,
        _moment(m.start),
        _moment(m.end),
        m.title,
        [m.organizer.addr, m.organizer.name] if m.organizer else 0,
        [
            part
            for a in m.attendees
            for part in (a.mailbox.addr, a.mailbox.name, a.partstat, a.kind, int(a.optional))
        ],
        m.place,
        m.link,
        m.phone,
        int(m.all_day),
        int(m.recurring),
        m.sequence,
        [_moment(m.modified)] if m.modified else 0,
        "" if m.status == "confirmed" else [m.status],
        "" if m.busy == "busy" else [m.busy],
        "" if m.kind == "default" else [m.kind],
        m.method,
        m.url,
        [part for addr, box in m.aliases for part in (addr, box.addr, box.name)],
    ]


def _meeting(row: list[Any]) -> Meeting:
    row += _MEETING_DEFAULTS[len(row) :]
    (
        _, uid, recurrence_id, start, end, title, organizer, people, place, link, phone,
        all_day, recurring, sequence, modified, status, busy, kind, method, url, aliases,
    ) = row  # fmt: skip
    return Meeting(
        uid=uid,
        recurrence_id=recurrence_id,
        start=_when(start),
        end=_when(end),
        all_day=bool(all_day),
        title=title,
        place=place,
        link=link,
        phone=phone,
        organizer=Mailbox(*organizer) if organizer else None,
        attendees=tuple(
            Attendee(Mailbox(addr, name), _PARTSTAT[partstat], cutype, bool(optional))
            for addr, name, partstat, cutype, optional in zip(
                *(people[i::5] for i in range(5)), strict=True
            )
        ),
        status=status[0] if status else "confirmed",
        busy=busy[0] if busy else "busy",
        kind=kind[0] if kind else "default",
        recurring=bool(recurring),
        sequence=sequence,
        modified=_when(modified[0]) if modified else None,
        method=method,
        url=url,
        aliases=tuple(
            (addr, Mailbox(other, name))
            for addr, other, name in zip(*(aliases[i::3] for i in range(3)), strict=True)
        ),
    )


_MEETING_DEFAULTS: Final[list[Any]] = [
    1, "", "", 0, 0, "", 0, (), "", "", "", 0, 0, 0, 0, "", "", "", "", "", (),
]  # fmt: skip


def _card_row(c: Card) -> list[Any]:
    return [
        1,
        c.uid,
        c.name,
        c.addrs,
        c.organisation,
        c.title,
        c.birthday,
        c.categories,
        c.nicknames,
        c.phones,
        c.note,
        "" if c.kind == "individual" else [c.kind],
        c.members,
        c.attached_by,
        c.links,
    ]


def _card(row: list[Any]) -> Card:
    row += _CARD_DEFAULTS[len(row) :]
    (
        _, uid, name, addrs, organisation, title, birthday, categories,
        nicknames, phones, note, kind, members, attached_by, links,
    ) = row  # fmt: skip
    return Card(
        uid=uid,
        name=name,
        addrs=tuple(addrs),
        organisation=organisation,
        title=title,
        birthday=birthday,
        categories=tuple(categories),
        nicknames=tuple(nicknames),
        phones=tuple(phones),
        note=note,
        kind=kind[0] if kind else "individual",
        members=tuple(members),
        attached_by=attached_by,
        links=tuple(links),
    )


_CARD_DEFAULTS: Final[list[Any]] = [
    1, "", "", (), "", "", "", (), (), (), "", "", (), "", (),
]  # fmt: skip


def _task_row(t: Task) -> list[Any]:
    return [
        1,
        t.key,
        t.title,
        t.notes,
        t.due.isoformat() if t.due else 0,
        int(t.completed),
        [_moment(t.completed_at)] if t.completed_at else 0,
        [_moment(t.created)] if t.created else 0,
        int(t.cancelled),
    ]


def _task(row: list[Any]) -> Task:
    row += _TASK_DEFAULTS[len(row) :]
    _, key, title, notes, due, completed, completed_at, created, cancelled = row
    return Task(
        key,
        title,
        notes,
        date.fromisoformat(due) if due else None,
        bool(completed),
        _when(completed_at[0]) if completed_at else None,
        _when(created[0]) if created else None,
        bool(cancelled),
    )


_TASK_DEFAULTS: Final[list[Any]] = [1, "", "", "", 0, 0, 0, 0, 0]


def _mailboxes(boxes: tuple[Mailbox, ...]) -> list[str]:
    if len(boxes) == 1:  # by far the most frequent
        box = boxes[0]
        return [box.addr, box.name]
    return [part for box in boxes for part in (box.addr, box.name)]


def _moment(at: datetime) -> int | list[int]:
    since = at - _EPOCH
    seconds = since.days * _DAY + since.seconds
    return [seconds, since.microseconds] if since.microseconds else seconds


def _when(moment: int | list[int]) -> datetime:
    if type(moment) is int:
        return _EPOCH + timedelta(0, moment)
    seconds, microseconds = moment  # type: ignore[misc]  # not an int: the pair
    return _EPOCH + timedelta(0, seconds, microseconds)
