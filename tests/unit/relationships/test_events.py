"""What happened, as rules see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.relationships.stories import (
    ANA,
    after,
    day,
    kinds_of,
    log,
    meeting,
    planned,
    received,
    sent,
    tick,
)

from rules.history import EVENTS
from syncd.inference.model import Claim, Direction, Evidence, Mode, Real, SignalKind

BOTH, SENT = Direction.BOTH, Direction.SENT


@pytest.mark.parametrize(
    ("claim", "kinds"),
    [
        (sent(1), {"message_sent"}),
        (received(1), {"message_received"}),
        (meeting(1), {"meeting"}),
        (meeting(1, Mode.IN_PERSON), {"meeting", "in_person_meeting"}),
        (meeting(1, Mode.VIDEO), {"meeting", "call"}),
        (meeting(1, Mode.PHONE), {"meeting", "call"}),
        (tick(1, BOTH, Mode.PHONE), {"task_done", "call"}),
        (tick(1, BOTH), {"task_done", "meeting"}),
        (tick(1, SENT), {"task_done", "message_sent"}),
        (log(1, BOTH, Mode.IN_PERSON), {"meeting", "in_person_meeting"}),
        (log(1, BOTH, Mode.PHONE), {"call"}),
        (log(1, SENT), {"message_sent"}),
    ],
)
def test_an_interaction_is_all_its_kinds_at_once(claim: Claim, kinds: set[str]) -> None:
    """Direction, kind and mode decide what an interaction is; it always is an interaction."""
    history = after(5, meeting(0), claim)
    assert kinds_of(history, claim.key) == kinds | {"interaction"}
    assert kinds <= EVENTS


def test_firsts_belong_to_the_earliest() -> None:
    """The first interaction and the first meeting carry it, whatever the order of arrival."""
    mail, coffee, lunch = sent(0), meeting(3), meeting(5)
    history = after(9, lunch, coffee, mail)
    assert "first_contact" in kinds_of(history, mail.key)
    assert {"first_meeting", "meeting"} <= kinds_of(history, coffee.key)
    assert not kinds_of(history, lunch.key) & {"first_meeting", "first_contact"}


@pytest.mark.parametrize("real", [Real.NO, Real.PENDING, Real.UNKNOWN])
def test_only_what_is_real_happened(real: Real) -> None:
    """A claim that does not count is kept, and is no event."""
    claim = replace(sent(0), real=real, weight=0.0)
    history = after(9, claim)
    assert history.claims == (claim,)
    assert history.events == ()


def test_nothing_after_now_happened() -> None:
    """A meeting under way and mail from tomorrow are not there yet."""
    history = after(5, meeting(5, hours=2), sent(6))
    assert history.events == ()
    assert history.facts_at(day(5)).counts["interactions"] == 0


def test_a_planned_meeting_was_scheduled_when_it_was_first_seen() -> None:
    """`meeting_scheduled` happens when syncd sees a future meeting, and stays when it is over."""
    coming, held = planned(20, seen=4), meeting(6, seen=2)
    history = after(9, coming, held)
    scheduled = [event for event in history.events if "meeting_scheduled" in event.kinds]
    assert [(event.evidence, event.at, event.end) for event in scheduled] == [
        (held.key + "#scheduled", day(2), day(2)),
        (coming.key + "#scheduled", day(4), day(4)),
    ]


def test_a_meeting_seen_afterwards_was_never_scheduled() -> None:
    """A calendar that is read late opens and satisfies nothing by itself."""
    history = after(9, meeting(5))
    assert all("meeting_scheduled" not in event.kinds for event in history.events)


@pytest.mark.parametrize(
    ("real", "reason", "happened"),
    [
        (Real.UNKNOWN, "meeting:unanswered", True),
        (Real.UNKNOWN, "meeting:double-booked", True),
        (Real.UNKNOWN, "meeting:out-of-office", True),
        (Real.UNKNOWN, "meeting:owner-unanswered", False),
        (Real.UNKNOWN, "meeting:reminder", False),
        (Real.NO, "meeting:mail-missed", True),
        (Real.NO, "meeting:mail-cancels", False),
        (Real.NO, "meeting:out-of-office", False),
        (Real.NO, "meeting:cancelled", False),
        (Real.NO, "meeting:declined", False),
    ],
)
def test_a_cancelled_meeting_was_not_scheduled(real: Real, reason: str, happened: bool) -> None:
    """What was called off takes its scheduling back; what merely stayed unproven does not."""
    claim = replace(meeting(5, seen=1, organised=True), real=real, weight=0.0, reasons=(reason,))
    found = [event for event in after(9, claim).events if "meeting_scheduled" in event.kinds]
    assert bool(found) is happened


def test_a_card_is_added_when_it_is_first_seen() -> None:
    """Cards of the first start are the past and no event; later ones are."""
    old = replace(ANA, has_card=True)
    new = replace(old, card_seen_at=day(3))
    assert after(9, profile=old).events == ()
    (event,) = after(9, profile=new).events
    assert (event.kinds, event.end) == (frozenset({"card_added"}), day(3))
    assert after(2, profile=new).events == ()


def test_an_event_knows_whether_its_account_is_settled() -> None:
    """Of several accounts the first by name speaks; while it back-fills nothing is settled."""
    claim = replace(sent(0), evidence=(Evidence("work", "2"), Evidence("home", "1")))
    (event,) = after(1, claim, profile=replace(ANA, unsettled=frozenset({"home"}))).events
    assert (event.account, event.settled) == ("home", False)
    (event,) = after(1, claim, profile=replace(ANA, unsettled=frozenset({"work"}))).events
    assert event.settled


def test_signals_are_events_of_their_own() -> None:
    """What a message asks, shares or promises stands beside the message, under its own evidence."""
    claim = received(1, SignalKind.ASKS, SignalKind.SHARES, SignalKind.SHARES)
    history = after(2, claim)
    assert [event.evidence for event in history.events] == [
        claim.key,
        claim.key + "#asked",
        claim.key + "#shared",
    ]
    assert kinds_of(history, claim.key + "#shared") == {"shared_with_me"}


def test_sharing_opens_nothing_when_the_owner_shares() -> None:
    """`shared_with_me` is about what Ana gave."""
    assert len(after(2, sent(1, SignalKind.SHARES)).events) == 1
