"""What holds of every claim about a meeting, whatever a calendar contains."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Attendee, Mailbox, Meeting, Message, PartStat
from syncd.inference.meetings import clashes, judge_meetings
from syncd.inference.model import (
    Claim,
    Dossier,
    Owner,
    Reading,
    Real,
    Sighted,
    Signal,
    SignalKind,
)

OWNER, ANA = "me@example.org", "ana@example.com"
ME = Owner(addresses=frozenset({OWNER}), zone=ZoneInfo("Europe/Lisbon"))
NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)

boxes = st.sampled_from(
    [OWNER, ANA, "bob@example.net", "staff@example.com", "noreply@example.com", "no address"]
).map(Mailbox)
moments = st.integers(-400, 400).map(lambda n: NOW + timedelta(minutes=30 * n))
titles = st.sampled_from(
    ["Talks", "Coffee with Ana", "Call Ana", "Canceled: x", "Flight", "OOO", "Hold: x", "", "Ana"]
)
guests = st.lists(
    st.builds(
        Attendee,
        boxes,
        st.sampled_from(PartStat),
        st.sampled_from(["individual", "group", "room"]),
    ),
    max_size=4,
).map(tuple)


@st.composite
def entries(draw: st.DrawFn) -> Meeting:
    """Any calendar entry around `NOW`."""
    start = draw(moments)
    return Meeting(
        uid="",
        recurrence_id="",
        start=start,
        end=start + timedelta(minutes=draw(st.sampled_from([0, 15, 60, 90, 3000]))),
        all_day=draw(st.integers(0, 9)) == 0,
        title=draw(titles),
        place=draw(st.sampled_from(["", "Room 4", "Zoom"])),
        organizer=draw(st.none() | boxes),
        attendees=draw(guests),
        status=draw(st.sampled_from(["confirmed", "confirmed", "tentative", "cancelled"])),
        busy=draw(st.sampled_from(["busy", "busy", "free", "tentative", "oof", "elsewhere"])),
        kind=draw(st.sampled_from(["default", "default", "default", "focus", "oof", "travel"])),
        sequence=draw(st.integers(0, 1)),
        modified=draw(st.none() | moments),
    )


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    """A calendar with Ana, some mail with her, and what was found out about both."""
    meetings = tuple(
        Sighted(f"meeting:{n}/", replace(m, uid=str(n)), (), NOW, draw(st.none() | moments))
        for n, m in enumerate(draw(st.lists(entries(), max_size=6)))
    )
    dates = draw(st.lists(moments, max_size=5))
    said = [draw(st.sampled_from(SignalKind)) for _ in dates]
    keys = [m.key for m in meetings]
    named = frozenset(draw(st.sets(st.sampled_from(keys))) if keys else ())
    return Dossier(
        addresses=frozenset({ANA}),
        messages=tuple(
            Sighted(f"message:{n}", Message(str(n), at), (), at) for n, at in enumerate(dates)
        ),
        meetings=meetings,
        readings={f"message:{n}": Reading((Signal(kind, 0.9),)) for n, kind in enumerate(said)},
        named=named,
        clashes=clashes(meetings, ME, named),
    )


def by_key(claims: tuple[Claim, ...]) -> dict[str, Claim]:
    return {claim.key: claim for claim in claims}


@given(dossiers())
def test_every_claim_is_consistent(dossier: Dossier) -> None:
    """One claim a meeting, with a reason; weight, probability and changes fit what is claimed."""
    claims = judge_meetings(dossier, ME, NOW)
    assert [claim.key for claim in claims] == [meeting.key for meeting in dossier.meetings]
    for claim in claims:
        assert claim.reasons
        assert all(reason.startswith("meeting:") for reason in claim.reasons)
        assert 0 <= claim.weight <= 1
        assert (claim.weight > 0) is (claim.real is Real.YES)
        assert (claim.probability >= 0.5) is (claim.real is Real.YES)
        assert (claim.changes_at == claim.until) is (claim.real is Real.PENDING)
        assert claim.size >= 2
        assert not claim.scheduled or (claim.real is Real.PENDING and claim.at > NOW)


@given(dossiers(), moments)
def test_nothing_in_the_future_counts(dossier: Dossier, now: datetime) -> None:
    """Before its end a meeting is pending, or was called off."""
    for claim in judge_meetings(dossier, ME, now):
        if claim.until > now:
            assert claim.real in (Real.PENDING, Real.NO)
        else:
            assert claim.real is not Real.PENDING


@given(dossiers(), st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(dossier: Dossier, random: Any) -> None:
    """Claims are a function of the set of observations."""
    meetings, messages = list(dossier.meetings), list(dossier.messages)
    random.shuffle(meetings)
    random.shuffle(messages)
    other = replace(dossier, meetings=tuple(meetings), messages=tuple(messages))
    assert clashes(meetings, ME, dossier.named) == dossier.clashes
    assert by_key(judge_meetings(other, ME, NOW)) == by_key(judge_meetings(dossier, ME, NOW))


@given(dossiers())
def test_what_was_called_off_never_counts(dossier: Dossier) -> None:
    """Not even where mail says that somebody met."""
    claims = by_key(judge_meetings(dossier, ME, NOW))
    for meeting in dossier.meetings:
        if meeting.record.status == "cancelled" or meeting.record.all_day:
            assert claims[meeting.key].real is not Real.YES
