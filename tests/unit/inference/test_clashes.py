"""Which accepted meetings are in each other's way, or in that of the owner's absence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from connectors.records import Attendee, Mailbox, Meeting, PartStat
from syncd.inference import clashes as module
from syncd.inference.clashes import clashes
from syncd.inference.model import Owner, Sighted

OWNER, ANA, BOB = "me@example.org", "ana@example.com", "bob@example.net"
ME = Owner(addresses=frozenset({OWNER}), zone=ZoneInfo("Europe/Lisbon"))
TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
YES, NO = PartStat.ACCEPTED, PartStat.DECLINED
BOOKED, AWAY = "meeting:double-booked", "meeting:out-of-office"


def entry(
    uid: str,
    start: float = 0,
    length: float = 60,
    mine: PartStat = YES,
    theirs: PartStat = YES,
    other: str = ANA,
    **changes: Any,
) -> Meeting:
    """A meeting with one other person, `start` minutes after ten."""
    begin = TEN + timedelta(minutes=start)
    meeting = Meeting(
        uid=uid,
        recurrence_id="",
        start=begin,
        end=begin + timedelta(minutes=length),
        title=f"Talks {uid}",
        organizer=Mailbox(other),
        attendees=(Attendee(Mailbox(OWNER), mine), Attendee(Mailbox(other), theirs)),
    )
    return replace(meeting, **changes)


def note(uid: str, title: str, start: float = 0, length: float = 60, **changes: Any) -> Meeting:
    """An entry without invitees."""
    return entry(uid, start, length, title=title, organizer=None, attendees=(), **changes)


def found(*meetings: Meeting, gone: datetime | None = None, **more: Any) -> dict[str, str]:
    """The clashes by UID; `gone` is when the first one disappeared."""
    sighted = [
        Sighted(m.uid, m, (), TEN, gone if index == 0 else None) for index, m in enumerate(meetings)
    ]
    return clashes(sighted, ME, **more)


def test_two_accepted_at_once_clash() -> None:
    """The owner was in one of them, and nobody knows in which."""
    assert found(entry("a"), entry("b", 30, other=BOB)) == {"a": BOOKED, "b": BOOKED}


@pytest.mark.parametrize(
    ("start", "length", "clash"),
    [(60, 60, False), (51, 60, False), (50, 60, True), (55, 10, True), (56, 10, False)],
)
def test_a_few_minutes_are_no_clash(start: float, length: float, clash: bool) -> None:
    """Ten minutes are, or half of the shorter meeting."""
    assert bool(found(entry("a"), entry("b", start, length, other=BOB))) is clash


@pytest.mark.parametrize(
    "other",
    [
        entry("b", mine=NO),
        entry("b", mine=PartStat.UNKNOWN),
        entry("b", mine=PartStat.TENTATIVE),
        entry("b", theirs=NO),
        entry("b", status="cancelled"),
        entry("b", status="tentative"),
        entry("b", title="Canceled: Talks"),
        entry("b", all_day=True),
        entry("b", busy="free", theirs=PartStat.UNKNOWN, organizer=Mailbox(OWNER)),
        entry("b", kind="focus"),
        entry("b", kind="birthday"),
        entry("b", kind="travel"),
        entry("b", title="Flight to Lisbon"),
        entry("b", attendees=(Attendee(Mailbox(ANA), YES),)),
        note("b", "Dentist"),
        note("b", "Lunch with Ana"),
    ],
)
def test_what_would_not_count_is_in_nobodys_way(other: Meeting) -> None:
    """Only meetings that the owner would be counted in can clash."""
    assert found(other, entry("a", other=BOB)) == {}


def test_a_removed_meeting_is_in_nobodys_way() -> None:
    """It was called off before its end; one that vanished later still clashes."""
    pair = (entry("a"), entry("b", other=BOB))
    assert found(*pair, gone=TEN) == {}
    assert found(*pair, gone=TEN + timedelta(days=1)) == {"a": BOOKED, "b": BOOKED}


def test_an_accepted_all_hands_clashes() -> None:
    """The owner said they would be there, even though it counts for nobody."""
    many = tuple(Attendee(Mailbox(f"p{n}@example.com"), YES) for n in range(40))
    large = entry("b", attendees=(Attendee(Mailbox(OWNER), YES), *many))
    assert found(entry("a"), large) == {"a": BOOKED, "b": BOOKED}


def test_an_agreed_pair_marked_free_clashes() -> None:
    """It would count, so it stands in the way."""
    assert set(found(entry("a"), entry("b", other=BOB, busy="free"))) == {"a", "b"}


def test_a_note_clashes_when_it_names_somebody() -> None:
    """Coffee with one person, and a meeting with another."""
    pair = (entry("a"), note("b", "Coffee with Bob"))
    assert found(*pair) == {}
    assert set(found(*pair, named=frozenset({"b"}))) == {"a", "b"}
    assert found(entry("a"), note("b", "Call Bob"), named=frozenset({"b"})) == {}


@pytest.mark.parametrize(
    "copy",
    [entry("b", title="Talks a"), note("b", "Talks a"), note("b", "Coffee with Ana", 15)],
)
def test_one_meeting_noted_twice_does_not_clash(copy: Meeting) -> None:
    """Copied calendars, and the owner's own note beside the invitation."""
    assert found(entry("a"), copy, named=frozenset({"b"})) == {}


def test_a_meeting_does_not_clash_with_itself() -> None:
    """One key is one meeting."""
    assert found(entry("a"), entry("a")) == {}


@pytest.mark.parametrize(
    "absence",
    [
        note("z", "Lisbon", -600, 1440, all_day=True, busy="oof"),
        note("z", "Away", 0, 5, kind="oof"),
        note("z", "Vacation", -600, 1440, all_day=True, busy="free"),
        note("z", "Urlaub", 55, 60),
    ],
)
def test_an_absence_conflicts_with_everything(absence: Meeting) -> None:
    """Any overlap with the owner's out-of-office, all-day ones included."""
    assert found(entry("a"), absence) == {"a": AWAY}


@pytest.mark.parametrize(
    "notice",
    [
        note("z", "Ana on vacation", -600, 1440, all_day=True),
        note("z", "Ana OOO"),
        entry("z", mine=PartStat.UNKNOWN, kind="oof", busy="oof"),
        note("z", "Lisbon", -600, 600, kind="oof"),
        note("z", "Lisbon", 60, 600, kind="oof"),
        note("z", "Lisbon", -600, 1440, kind="oof", status="cancelled"),
    ],
)
def test_an_absence_of_others_or_at_another_time_does_not(notice: Meeting) -> None:
    """A colleague's holiday is not the owner's, and touching is not overlapping."""
    assert found(entry("a"), notice) == {}


def test_an_absence_says_more_than_a_double_booking() -> None:
    """Where both hold, the absence is the reason."""
    away = note("z", "Lisbon", 0, 30, kind="oof")
    assert found(entry("a"), entry("b", 40, other=BOB), away) == {"a": AWAY, "b": BOOKED}


slots = st.tuples(st.integers(0, 40), st.integers(0, 12), st.sampled_from([YES, NO]))


@given(st.lists(slots, max_size=14), st.randoms(use_true_random=False))
def test_the_sweep_finds_what_comparing_all_pairs_finds(
    rows: list[tuple[int, int, PartStat]], random: Any
) -> None:
    """In whatever order the calendar is read."""
    meetings = [
        entry(str(n), start * 5, length * 5, mine, other=f"p{n}@example.com")
        for n, (start, length, mine) in enumerate(rows)
    ]
    expected = set()
    for one in meetings:
        for two in meetings:
            shared = min(one.end, two.end) - max(one.start, two.start)
            least = min(one.end - one.start, two.end - two.start)
            overlap = shared > timedelta(0) and (
                shared >= timedelta(minutes=10) or shared * 2 >= least
            )
            both = one.attendees[0].partstat is two.attendees[0].partstat is YES
            if one is not two and overlap and both:
                expected |= {one.uid, two.uid}
    random.shuffle(meetings)
    assert set(found(*meetings)) == expected


def test_a_pile_at_one_hour_costs_no_square(mocker: MockerFixture) -> None:
    """Two thousand meetings at once need few comparisons each."""
    collide = mocker.spy(module, "_collide")
    pile = [entry(str(n), n % 7, other=f"p{n}@example.com") for n in range(2_000)]
    assert len(found(*pile)) == 2_000
    assert collide.call_count < 3 * 2_000
