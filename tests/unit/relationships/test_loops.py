"""What was asked, promised, proposed or introduced, and what answered it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from unit.relationships.stories import (
    START,
    after,
    day,
    log,
    meeting,
    planned,
    received,
    sent,
    tick,
)

from rules.history import LOOPS, Event
from syncd.inference.model import Claim, Direction, Mode, Real, Signal, SignalKind
from syncd.relationships import SignalState
from syncd.relationships.loops import INTRODUCED, LIFETIME, MINE, OPENS

ASKS, PROMISES = SignalKind.ASKS, SignalKind.PROMISES
PROPOSES, INTRODUCES, THANKS = (
    SignalKind.PROPOSES_MEETING,
    SignalKind.INTRODUCES,
    SignalKind.THANKS,
)
BOTH = Direction.BOTH


def loop(opener: Claim, *others: Claim, now: float = 60) -> Event:
    """The one loop event that `opener` opened."""
    (event,) = [event for event in after(now, opener, *others).events if event.kinds & LOOPS]
    return event


def test_every_loop_has_a_kind_and_a_life() -> None:
    """What signals can open is exactly what rules call a loop."""
    opened = {kind for mine, theirs, _ in OPENS.values() for kind in (mine, theirs) if kind}
    assert opened | {INTRODUCED} == LOOPS
    assert LIFETIME.keys() == LOOPS
    assert MINE < LOOPS


@pytest.mark.parametrize(
    ("opener", "kind", "suffix"),
    [
        (received(0, ASKS), "asked_me", "#asked"),
        (sent(0, ASKS), "i_asked", "#asked"),
        (sent(0, PROMISES), "i_promised", "#promised"),
        (received(0, PROMISES), "they_promised", "#promised"),
        (sent(0, PROPOSES), "meeting_proposed", "#proposed"),
        (received(0, PROPOSES), "meeting_proposed", "#proposed"),
        (sent(0, INTRODUCES), "introduction_made", "#introduced"),
        (received(0, INTRODUCES), "introduction_received", "#introduced"),
    ],
)
def test_a_signal_opens_a_loop(opener: Claim, kind: str, suffix: str) -> None:
    """Who wrote it decides whose turn it is; the evidence is the message's with a mark."""
    event = loop(opener)
    assert event.kinds == {kind}
    assert event.evidence == opener.key + suffix
    assert (event.at, event.end) == (START, START)
    assert (event.closed_at, event.closed_by) == (None, "")


@pytest.mark.parametrize(
    ("opener", "closer"),
    [
        (received(0, ASKS), sent(2)),
        (received(0, ASKS), meeting(2, hours=0)),
        (received(0, ASKS), tick(2, Direction.SENT)),
        (received(0, ASKS), tick(2, BOTH, Mode.PHONE)),
        (received(0, ASKS), sent(2, THANKS)),
        (sent(0, ASKS), received(2)),
        (sent(0, ASKS), log(2, BOTH, Mode.PHONE)),
        (sent(0, PROMISES), sent(2)),
        (sent(0, PROMISES), sent(2, THANKS, SignalKind.SHARES)),
        (sent(0, PROMISES), meeting(2, hours=0)),
        (received(0, PROMISES), received(2)),
        (received(0, PROMISES), meeting(2, hours=0)),
        (sent(0, PROPOSES), meeting(2, hours=0)),
        (received(0, PROPOSES), log(2, BOTH, Mode.IN_PERSON)),
        (sent(0, INTRODUCES), received(2, THANKS)),
        (received(0, INTRODUCES), sent(2)),
    ],
)
def test_what_closes_a_loop(opener: Claim, closer: Claim) -> None:
    """The other side's turn, or a talk, closes it at that moment, on whatever channel."""
    if closer.kind.value == "meeting" and opener.signals[0].kind is PROPOSES:
        closer = replace(closer, seen_at=None, at=day(2))
    event = loop(opener, closer)
    assert (event.closed_at, event.closed_by) == (day(2), closer.key)


@pytest.mark.parametrize(
    ("opener", "other"),
    [
        (received(2, ASKS), sent(1)),
        (received(2, ASKS), sent(2)),
        (received(2, ASKS), received(3)),
        (received(2, ASKS), meeting(1.99, hours=3)),
        (received(2, ASKS), replace(sent(3), real=Real.NO, weight=0.0)),
        (sent(2, ASKS), sent(3)),
        (sent(2, PROMISES), sent(3, THANKS)),
        (sent(2, PROMISES), received(3)),
        (received(2, PROMISES), received(3, THANKS)),
        (sent(2, PROPOSES), received(3)),
        (sent(2, PROPOSES), tick(3, BOTH, Mode.PHONE)),
        (sent(2, PROPOSES), meeting(1)),
        (
            sent(2, PROPOSES),
            replace(planned(5, seen=3), scheduled=False, reasons=("meeting:owner-unanswered",)),
        ),
        (sent(2, INTRODUCES), sent(3)),
    ],
)
def test_what_does_not_close_a_loop(opener: Claim, other: Claim) -> None:
    """Earlier or simultaneous events, the wrong side, mere thanks and what is not real."""
    assert loop(opener, other).closed_at is None


def test_the_earliest_closes() -> None:
    """Of a mail and a meeting that would both do, the first one did."""
    mail, talk = sent(3), meeting(2)
    event = loop(received(0, ASKS), mail, talk)
    assert (event.closed_at, event.closed_by) == (talk.until, talk.key)


def test_a_proposal_is_closed_by_a_date_in_the_calendar() -> None:
    """A coffee is arranged when it is on the calendar, not only when it was drunk."""
    coming = planned(20, seen=3)
    event = loop(received(1, PROPOSES), coming, now=9)
    assert (event.closed_at, event.closed_by) == (day(3), coming.key + "#scheduled")


def test_a_date_that_was_on_the_calendar_closes_a_proposal_at_once() -> None:
    """\"See you on Monday\" about a meeting that stands is no loose end."""
    event = loop(received(4, PROPOSES), planned(20, seen=3), now=9)
    assert event.closed_at == day(4)


def test_a_proposal_is_closed_by_the_acceptance_not_by_the_invitation() -> None:
    """An invitation that waited for an answer when they proposed to meet arranged nothing yet."""
    coming = replace(planned(20, seen=2), meant_at=day(4))
    event = loop(received(3, PROPOSES), coming, now=9)
    assert (event.closed_at, event.closed_by) == (day(4), coming.key + "#scheduled")
    assert loop(received(3, PROPOSES), coming, now=3.5).closed_at is None


def test_a_date_seen_late_closes_a_proposal_at_its_start() -> None:
    """When nobody knows since when it was arranged, it was at the latest when it began."""
    held = meeting(5)
    event = loop(received(1, PROPOSES), held, now=9)
    assert (event.closed_at, event.closed_by) == (held.at, held.key)


def test_nothing_is_closed_by_the_future() -> None:
    """An answer of tomorrow leaves the question open today."""
    question, answer = received(0, ASKS), sent(5)
    assert loop(question, answer, now=4).closed_at is None
    assert loop(question, answer, now=5).closed_at == day(5)


def state(opener: Claim, *others: Claim, now: float) -> SignalState:
    """The first signal as of so many days after the beginning."""
    return after(now, opener, *others).signals(day(now))[0]


def test_a_signal_is_open_then_expired() -> None:
    """A question is history after 90 days, a proposal after 180."""
    assert state(received(0, ASKS), now=89.9).state == "open"
    assert state(received(0, ASKS), now=90).state == "expired"
    assert state(received(0, PROPOSES), now=179.9).state == "open"
    assert state(received(0, PROPOSES), now=180).state == "expired"


def test_a_closed_signal_names_what_closed_it() -> None:
    """`explain` can follow a closed loop to the interaction behind it, asked at any time."""
    answer = sent(3)
    history = after(200, received(0, ASKS), answer)
    assert history.signals(day(2))[0].state == "open"
    assert history.signals(day(200))[0].state == "closed"
    assert history.signals(day(200))[0].closed_by == answer.key


def test_thanks_open_nothing() -> None:
    """A signal without a loop is closed from the start, by nothing."""
    signal = state(received(0, THANKS), now=1)
    assert (signal.state, signal.closed_by, signal.direction) == ("closed", None, "received")


def test_one_loop_per_kind_and_message() -> None:
    """Two questions in one mail are one loop, with the surest reading and its due date."""
    due = date(2025, 1, 10)
    claim = replace(
        received(0), signals=(Signal(ASKS, 0.5), Signal(ASKS, 0.8, due), Signal(ASKS, 0.6))
    )
    assert loop(claim).evidence == claim.key + "#asked"
    (signal,) = after(1, claim).signals(day(1))
    assert (signal.confidence, signal.due) == (0.8, due)


def test_what_only_judges_a_meeting_is_no_signal() -> None:
    """\"Great to see you\" is evidence about a meeting and is not shown as a signal."""
    assert after(1, received(0, SignalKind.CONFIRMS_MEETING)).signals(day(1)) == ()
