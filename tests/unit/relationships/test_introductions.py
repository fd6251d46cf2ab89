"""Who was introduced to the owner, what was shared with them, and what settles either."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from unit.relationships.stories import after, day, log, meeting, planned, received, sent, tick

from rules.history import LOOPS, Event
from syncd.inference.model import Claim, Direction, Mode, Real, SignalKind
from syncd.relationships import PersonHistory

INTRODUCES, SHARES, THANKS = SignalKind.INTRODUCES, SignalKind.SHARES, SignalKind.THANKS
FORWARDS, ASKS, PROMISES = SignalKind.FORWARDS_ON, SignalKind.ASKS, SignalKind.PROMISES
BOTH = Direction.BOTH


def spoken(at: float) -> Claim:
    """Somebody else's mail to the owner and Ana that introduces them to each other."""
    reasons = ("mail:co-recipient", "mail:introduced")
    return replace(received(at, INTRODUCES), real=Real.NO, weight=0.0, reasons=reasons)


def loops(*claims: Claim, now: float = 60) -> list[Event]:
    return [event for event in after(now, *claims).events if event.kinds & LOOPS]


def test_whom_one_was_introduced_to() -> None:
    """One event of both kinds, of the mail that is no interaction of theirs."""
    mail = spoken(1)
    (event,) = loops(mail)
    assert event.kinds == {"introduction_received", "introduced_to_me"}
    assert (event.evidence, event.end) == (mail.key + "#introduced", day(1))
    assert after(2, mail).interactions == ()


@pytest.mark.parametrize(
    "closer",
    [
        sent(3),
        received(3),
        meeting(3, hours=0),
        tick(3, BOTH, Mode.PHONE),
        tick(3, Direction.SENT),
        log(3, BOTH, Mode.IN_PERSON),
        log(3, Direction.RECEIVED),
    ],
)
def test_any_contact_settles_an_introduction(closer: Claim) -> None:
    """In either direction, on any channel."""
    (event,) = loops(spoken(1), closer)
    assert (event.closed_at, event.closed_by) == (day(3), closer.key)


@pytest.mark.parametrize(
    "other",
    [
        replace(received(3), real=Real.PENDING, weight=0.0),
        planned(90, seen=2),
        replace(meeting(3), real=Real.UNKNOWN, weight=0.0),
    ],
)
def test_what_does_not_count_settles_nothing(other: Claim) -> None:
    """Cold mail, a plan, a meeting in doubt."""
    (event,) = loops(spoken(1), other)
    assert event.closed_at is None


def test_nobody_is_introduced_to_whom_they_know() -> None:
    """A copy to an old friend is no introduction, whenever the older mail is seen."""
    for claims in permutations([sent(0), spoken(1)]):
        assert loops(*claims) == []
        assert after(2, *claims).signals(day(2)) == ()


def test_an_introduction_ahead_is_none_yet() -> None:
    """Nothing of the future happens."""
    assert loops(spoken(5), now=4) == []


@pytest.mark.parametrize(
    ("opener", "closer", "closes"),
    [
        (received(0, INTRODUCES), sent(2), True),
        (received(0, INTRODUCES), meeting(2, hours=0), True),
        (received(0, INTRODUCES), log(2, BOTH, Mode.PHONE), True),
        (received(0, INTRODUCES), received(2), False),
        (sent(0, INTRODUCES), received(2), True),
        (sent(0, INTRODUCES), tick(2, BOTH), True),
        (sent(0, INTRODUCES), tick(2, Direction.SENT), False),
        (received(0, SHARES), sent(2, THANKS), True),
        (received(0, SHARES), sent(2), True),
        (received(0, SHARES), meeting(2, hours=0), True),
        (received(0, SHARES), tick(2, Direction.SENT), True),
        (received(0, SHARES), log(2, BOTH, Mode.IN_PERSON), True),
        (received(0, SHARES), received(2), False),
        (sent(0, ASKS), received(2, FORWARDS), True),
        (received(0, PROMISES), received(2, FORWARDS), True),
        (received(0, PROMISES), received(2, THANKS, FORWARDS), True),
        (received(0, PROMISES), received(2, THANKS), False),
        (sent(0, PROMISES), sent(2, FORWARDS), True),
        (sent(0, PROMISES), received(2, FORWARDS), False),
    ],
)
def test_what_settles_the_others(opener: Claim, closer: Claim, closes: bool) -> None:
    """The owner's turn for what they were given, an echo for what they made; who passed something
    on has answered and kept their promise."""
    (event,) = [event for event in loops(opener, closer) if event.evidence.startswith(opener.key)]
    assert (event.closed_at == day(2)) is closes
    assert event.closed_by == (closer.key if closes else "")


def test_sharing_is_open_then_history() -> None:
    """What nobody answered for a season is over; an introduction lasts half a year."""

    def state(opener: Claim, now: float) -> str:
        return after(now, opener).signals(day(now))[0].state

    assert [state(received(0, SHARES), now) for now in (89.9, 90)] == ["open", "expired"]
    assert [state(spoken(0), now) for now in (179.9, 180)] == ["open", "expired"]


def sides(history: PersonHistory, now: float) -> dict[str, list[str]]:
    """The kinds of the open loops, by whose turn it is."""
    found = history.facts_json(day(now))["open_loops"]
    assert isinstance(found, dict)
    return {side: [one["kind"] for one in found[side]] for side in ("mine", "theirs")}


def test_whose_turn_it_is() -> None:
    """What was given or made for the owner is theirs to answer, an echo is the others'."""
    claims = [received(1, SHARES), received(2, INTRODUCES), sent(3, INTRODUCES)]
    assert sides(after(2, *claims), 2) == {
        "mine": ["shared_with_me", "introduction_received"],
        "theirs": [],
    }
    assert sides(after(4, *claims), 4) == {"mine": [], "theirs": ["introduction_made"]}
    assert sides(after(4, spoken(3)), 4) == {"mine": ["introduced_to_me"], "theirs": []}


def test_an_introduction_is_no_deed_of_the_introduced() -> None:
    """`introducing` counts what the two did, and not what was done for them."""
    assert after(4, spoken(1), received(2)).facts_json(day(4))["introducing"] == {
        "mine": 0,
        "theirs": 0,
    }
    detail = after(4, sent(1, FORWARDS, INTRODUCES), received(2, FORWARDS)).facts_json(day(4))
    assert detail["forwarding"] == {"mine": 1, "theirs": 1}
    assert detail["introducing"] == {"mine": 1, "theirs": 0}
