"""What is fuzzed: each target takes any bytes, may raise nothing, and checks what must hold.

`BadItem` is the one answer to what cannot be read; every record that is read packs and unpacks to
itself, holds only text that a store takes, and says nothing impossible.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.formats.ical import read_calendar
from connectors.formats.itip import read_itip
from connectors.formats.mail import read_mail
from connectors.formats.text import TEXT_LIMIT, plain_text
from connectors.formats.vcard import read_cards
from connectors.formats.vtodo import read_tasks
from connectors.records import Card, Meeting, Message, Observation, PartStat
from connectors.wire import kind_of, pack, unpack

ZONE: Final = ZoneInfo("Europe/Lisbon")
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
START: Final = datetime(2016, 1, 1, tzinfo=UTC)
END: Final = NOW + timedelta(days=400)
MANY: Final = 500  # of the records of one input are looked at

_BUSY: Final = frozenset(("busy", "free", "tentative", "oof", "elsewhere"))
_CARDS: Final = frozenset(("individual", "group", "org", "location"))


def one_calendar(data: bytes) -> None:
    """A calendar file, the same bytes as a part of a mail, and the tasks in it."""
    try:
        reading = read_calendar(data, START, END, ZONE)
    except BadItem as error:
        _check_reason(error)
    else:
        for meeting in reading.meetings[:MANY]:
            check_meeting(meeting)
            assert meeting.start < END
            assert meeting.end >= START
            assert meeting.method == ""
        keys = [(meeting.uid, meeting.recurrence_id) for meeting in reading.meetings]
        assert len(keys) == len(set(keys))
    try:
        messages = read_itip(data, ZONE, NOW)
    except BadItem as error:
        _check_reason(error)
    else:
        for meeting in messages[:MANY]:
            check_meeting(meeting)
            assert meeting.method
    try:
        tasks = read_tasks(data, ZONE)
    except BadItem as error:
        _check_reason(error)
    else:
        for task in tasks:
            _check_record(task)


def one_cards(data: bytes) -> None:
    """A file of contact cards."""
    try:
        reading = read_cards(data)
    except BadItem as error:
        _check_reason(error)
        return
    assert reading.cards
    for card in reading.cards[:MANY]:
        check_card(card)


def one_mail(data: bytes) -> None:
    """A whole mail, with what it carries."""
    try:
        first, *others = read_mail(data[:8192], lambda: data, ZONE, NOW)
    except BadItem as error:
        _check_reason(error)
        return
    assert isinstance(first, Message)
    check_message(first)
    author = first.from_[0] if first.from_ else first.sender
    for other in others[:MANY]:
        if isinstance(other, Meeting):
            check_meeting(other)
            assert other.method
        else:
            assert isinstance(other, Card)
            check_card(other)
            assert author is not None
            assert other.attached_by == author.addr


def one_text(data: bytes) -> None:
    """The text of a mail."""
    text = plain_text(data)
    text.encode("utf-8")
    assert len(text) <= TEXT_LIMIT
    assert not any(ord(char) < 32 and char not in "\n\t" for char in text)


def check_message(message: Message) -> None:
    """What holds for every mail."""
    assert message.message_id
    assert message.at.utcoffset() == timedelta(0)
    assert len(message.references) <= 20
    sender = (message.sender,) if message.sender else ()
    boxes = (*message.from_, *sender, *message.to, *message.cc, *message.bcc, *message.reply_to)
    for box in boxes:
        assert "@" in box.addr
        assert len(box.addr) <= 320
        assert len(box.name) <= 200
    assert len(message.subject) <= 998
    assert len(message.traits) <= 100
    words = (message.subject, message.message_id, message.in_reply_to, *message.references)
    values = (value for _, value in message.traits)
    for text in (*words, *values, *(box.addr + box.name for box in boxes)):
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
    _check_record(message)


def check_meeting(meeting: Meeting) -> None:
    """What holds for every meeting, wherever it was read."""
    assert meeting.uid
    assert meeting.start.utcoffset() == meeting.end.utcoffset() == timedelta(0)
    assert meeting.end >= meeting.start
    assert meeting.status in ("confirmed", "tentative", "cancelled")
    assert meeting.busy in _BUSY
    assert meeting.sequence >= 0
    assert all(isinstance(attendee.partstat, PartStat) for attendee in meeting.attendees)
    assert len(meeting.title) <= 1000
    assert max(map(len, (meeting.place, meeting.link, meeting.phone))) <= 500
    if meeting.modified is not None:
        assert meeting.modified.utcoffset() == timedelta(0)
    _check_record(meeting)


def check_card(card: Card) -> None:
    """What holds for every card."""
    assert card.uid
    assert card.name
    assert card.kind in _CARDS
    assert len(card.note) <= 2_000
    assert len(card.birthday) in (0, 7, 10)
    assert all("@" in addr for addr in card.addrs)
    _check_record(card)


def _check_record(record: Observation) -> None:
    text = pack(record)
    assert unpack(kind_of(record), text) == record
    text.encode("utf-8")
    assert "\\u0000" not in text


def _check_reason(error: BadItem) -> None:
    assert 0 < len(str(error)) < 100
