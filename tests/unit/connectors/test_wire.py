"""Packed observations: exact, stable, compact."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Attendee, Card, Mailbox, Meeting, Message, PartStat, Task
from connectors.wire import kind_of, pack, unpack

TEXT = st.text(max_size=30)
MOMENT = st.datetimes(timezones=st.just(UTC))
MAILBOX = st.builds(Mailbox, TEXT, TEXT)
MAILBOXES = st.lists(MAILBOX, max_size=4).map(tuple)
MESSAGE = st.builds(
    Message,
    message_id=TEXT,
    at=MOMENT,
    from_=MAILBOXES,
    sender=st.none() | MAILBOX,
    reply_to=MAILBOXES,
    to=MAILBOXES,
    cc=MAILBOXES,
    bcc=MAILBOXES,
    subject=TEXT,
    in_reply_to=TEXT,
    references=st.lists(TEXT, max_size=4).map(tuple),
    traits=st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple),
)
MEETING = st.builds(
    Meeting,
    uid=TEXT,
    recurrence_id=TEXT,
    start=MOMENT,
    end=MOMENT,
    all_day=st.booleans(),
    title=TEXT,
    place=TEXT,
    link=TEXT,
    phone=TEXT,
    organizer=st.none() | MAILBOX,
    attendees=st.lists(
        st.builds(Attendee, MAILBOX, st.sampled_from(PartStat), TEXT, st.booleans()), max_size=4
    ).map(tuple),
    status=st.sampled_from(["confirmed", "tentative", "cancelled", ""]),
    busy=st.sampled_from(["busy", "free", "tentative", "oof", "elsewhere", ""]),
    kind=st.sampled_from(["default", "focus", "oof", "birthday", "location", "travel", ""]),
    recurring=st.booleans(),
    sequence=st.integers(0, 2**40),
    modified=st.none() | MOMENT,
    method=st.sampled_from(["", "request", "reply"]),
    url=TEXT,
    aliases=st.lists(st.tuples(TEXT, MAILBOX), max_size=2).map(tuple),
)
CARD = st.builds(
    Card,
    uid=TEXT,
    name=TEXT,
    addrs=st.lists(TEXT, max_size=3).map(tuple),
    organisation=TEXT,
    title=TEXT,
    birthday=TEXT,
    categories=st.lists(TEXT, max_size=3).map(tuple),
)
TASK = st.builds(
    Task,
    key=TEXT,
    title=TEXT,
    notes=TEXT,
    due=st.none() | st.dates(),
    completed=st.booleans(),
    completed_at=st.none() | MOMENT,
    created=st.none() | MOMENT,
)
OBSERVATION = st.one_of(MESSAGE, MEETING, CARD, TASK)


@given(OBSERVATION)
def test_every_record_comes_back_as_it_was(record: Message | Meeting | Card | Task) -> None:
    """Unpacking what was packed gives an equal record, whatever is in it."""
    text = pack(record)
    assert unpack(kind_of(record), text) == record
    assert pack(unpack(kind_of(record), text)) == text


@given(OBSERVATION)
def test_packed_records_are_json_arrays(record: Message | Meeting | Card | Task) -> None:
    """The text is plain JSON on one line."""
    text = pack(record)
    assert isinstance(json.loads(text), list)
    assert "\n" not in text


def test_a_text_from_before_a_field_was_there_reads_as_its_default() -> None:
    """Rows written by an older syncd stay readable."""
    there = unpack("meeting", '[1,"m1","",1772442000,1772445600,"Coffee"]')
    assert isinstance(there, Meeting)
    assert (there.title, there.method, there.url) == ("Coffee", "", "")


def test_times_in_other_zones_come_back_in_utc() -> None:
    """A moment keeps its instant; its zone is always UTC afterwards."""
    at = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    back = unpack("message", pack(Message("m", at)))
    assert isinstance(back, Message)
    assert back.at == at
    assert back.at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive moment has no place in a record, so packing it fails."""
    with pytest.raises(TypeError):
        pack(Message("m", datetime(2026, 3, 1)))  # noqa: DTZ001  # the mistake under test


def test_the_text_is_compact() -> None:
    """Defaults at the end cost nothing."""
    assert pack(Task("k", "Call Ana")) == '[1,"k","Call Ana"]'
    assert pack(Task("k", "t", due=date(2026, 1, 2))) == '[1,"k","t","","2026-01-02"]'


@pytest.mark.parametrize(
    "text", ["{}", "[1]x", "3", '[1,"m",0,5]', "[1,2,3,4,5,6,7,8,9,0,1,2,3,4]"]
)
def test_a_foreign_text_is_a_value_error(text: str) -> None:
    """What `pack` never wrote is refused in one way."""
    with pytest.raises(ValueError, match=r"packed|Extra|unpack"):
        unpack("message", text)


def test_an_unknown_kind_is_a_value_error() -> None:
    """Only the four kinds of observation exist."""
    with pytest.raises(ValueError, match="known kind"):
        unpack("letter", "[1]")
