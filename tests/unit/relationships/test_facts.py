"""What may be asked of a relationship at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from unit.relationships.stories import (
    ANA,
    after,
    day,
    log,
    meeting,
    planned,
    received,
    sent,
)

from rules.history import Facts
from syncd.inference.model import Claim, Direction, Mode
from syncd.relationships import Profile, relate


def facts(now: float, *claims: Claim, profile: Profile = ANA) -> Facts:
    """The facts as of so many days after the beginning."""
    return after(now, *claims, profile=profile).facts_at(day(now))


def mails(count: int, every: float) -> list[Claim]:
    """So many mails each way, one of each a day."""
    return [claim for n in range(count) for claim in (sent(n * every), received(n * every + 0.1))]


def test_nobody_yet() -> None:
    """A card without any interaction is a contact, silent since never."""
    found = facts(1, profile=replace(ANA, has_card=True))
    assert (found.stage, found.strength, found.silent_for) == ("contact", 0.0, None)
    assert set(found.counts.values()) == {0}


@pytest.mark.parametrize(
    ("claims", "stage"),
    [
        ([sent(0), sent(1)], "contact"),
        ([received(0)], "contact"),
        ([sent(0), received(1)], "acquaintance"),
        ([log(0, Direction.BOTH, Mode.PHONE)], "acquaintance"),
        ([meeting(0)], "connection"),
        (mails(5, 10), "connection"),
        (mails(4, 10), "acquaintance"),
        (mails(5, 0.05), "acquaintance"),
        (mails(5, 91.5), "acquaintance"),
        ([*[sent(n * 9) for n in range(9)], received(1)], "acquaintance"),
    ],
)
def test_stage(claims: list[Claim], stage: str) -> None:
    """One-way is a contact, two-way an acquaintance; meeting or steady exchange connects."""
    last = max(claim.until for claim in claims)
    assert relate(ANA, claims, last).facts_at(last).stage == stage


def test_steady_exchange_is_not_forgotten() -> None:
    """Who was a connection goes dormant by silence; a mail a year later brings the tie back."""
    assert facts(900, *mails(5, 10), sent(899)).stage == "connection"


def test_dormant() -> None:
    """A tie without a rhythm sleeps after 180 days; one-way contacts never do."""
    assert facts(179.9, meeting(0, hours=0)).stage == "connection"
    assert facts(180, meeting(0, hours=0)).stage == "dormant"
    assert facts(900, sent(0)).stage == "contact"


def test_a_slow_tie_sleeps_late() -> None:
    """Eight times a rhythm of 60 days must pass, not 180 days."""
    slow = [meeting(60 * n, hours=0) for n in range(6)]
    assert facts(300 + 479, *slow).stage == "connection"
    assert facts(300 + 480, *slow).stage == "dormant"


def test_elsewhere_never_sleeps() -> None:
    """Where the tie lives on another channel silence is blindness, not decay."""
    elsewhere = replace(ANA, channel="elsewhere")
    history = after(900, meeting(0), profile=elsewhere)
    assert history.facts_at(day(900)).stage == "connection"
    assert history.strength_below(0.1, day(900)) == ()


def test_rhythm_needs_five_gaps() -> None:
    """Five contact days have four gaps, and no rhythm."""
    assert facts(90, *[sent(n * 12) for n in range(5)]).rhythm is None
    assert facts(90, *[sent(n * 12) for n in range(6)]).rhythm == timedelta(days=12)


@pytest.mark.parametrize(
    ("claims", "online"),
    [
        ([sent(n * 15) if n % 2 else received(n * 15) for n in range(5)], True),
        ([meeting(n * 15, Mode.VIDEO) for n in range(5)], True),
        ([sent(n * 15) for n in range(5)], False),
        ([sent(n * 14) if n % 2 else received(n * 14) for n in range(5)], False),
        ([sent(0), received(60), sent(70), sent(80)], False),
        ([*[meeting(n * 15, Mode.VIDEO) for n in range(5)], meeting(9, Mode.IN_PERSON)], False),
    ],
)
def test_online_only(claims: list[Claim], online: bool) -> None:
    """Five contact days over sixty, both ways, and never in the same room."""
    assert facts(100, *claims).online_only is online


@pytest.mark.parametrize(
    ("claims", "profile", "is_wanted"),
    [
        ([sent(0), meeting(1)], ANA, False),
        ([meeting(1), sent(2)], ANA, True),
        ([meeting(1), sent(1 + 1 / 48)], ANA, False),
        ([meeting(1), received(2)], ANA, False),
        ([meeting(1, organised=True)], ANA, True),
        ([meeting(1, organised=True, size=3)], ANA, False),
        ([], replace(ANA, has_card=True), True),
        ([], replace(ANA, has_card=True, card_seen_at=day(3)), True),
        ([], replace(ANA, has_card=True, card_seen_at=day(11)), False),
        ([], replace(ANA, tags=frozenset({"press"})), True),
    ],
)
def test_wanted(claims: list[Claim], profile: Profile, is_wanted: bool) -> None:
    """The owner wrote after meeting, organised the 1:1, saved the card or tagged them."""
    assert facts(10, *claims, profile=profile).wanted is is_wanted


def test_scheduled_until_it_begins() -> None:
    """A meeting is still to come from the moment it was seen until its start."""
    history = after(10, planned(20, seen=5))
    assert history.facts_at(day(10)).scheduled
    assert history.facts_at(day(5)).scheduled
    assert not history.facts_at(day(4.9)).scheduled
    assert not history.facts_at(day(20)).scheduled


def test_past_meetings_were_scheduled_once() -> None:
    """Before a meeting took place it was to come; of one seen late, for two weeks."""
    history = after(99, meeting(40, seen=2), meeting(90))
    moments = {1: False, 3: True, 39: True, 40: False, 75: False, 77: True, 90: False}
    assert {n: history.facts_at(day(n)).scheduled for n in moments} == moments


def test_days_are_the_owners() -> None:
    """Two mails around midnight in Auckland are two days there, and one in UTC."""
    claims = [sent(2 / 24), sent(1.9 / 24)]  # 11:00 and 10:54 UTC; midnight there is 11:00
    auckland = relate(ANA, claims, day(1), ZoneInfo("Pacific/Auckland"))
    assert auckland.facts_at(day(1)).counts["days"] == 2
    assert relate(ANA, claims, day(1)).facts_at(day(1)).counts["days"] == 1


def test_what_the_profile_says_is_a_fact() -> None:
    """Tags, domains, channel and colleague come from outside."""
    profile = Profile(
        "p", "Bo", ("bo@a.example.com", "bo@example.net"), frozenset({"x"}), True, "elsewhere"
    )
    found = facts(1, profile=profile)
    assert found.domain == {"a.example.com", "example.net"}
    assert found.tags == {"x"}
    assert (found.colleague, found.channel) == (True, "elsewhere")


def test_summary_is_the_stable_interface() -> None:
    """The fields of `people --json`, beginnings of meetings, four digits of strength."""
    history = after(
        9,
        sent(0),
        received(1),
        meeting(2, Mode.IN_PERSON),
        meeting(3, Mode.VIDEO),
        planned(20, seen=5),
    )
    summary = history.summary(day(9))
    strength = summary.pop("strength")
    assert strength == round(history.facts_at(day(9)).strength, 4)
    assert summary == {
        "id": "p1",
        "name": "Ana Silva",
        "addresses": ["ana@example.org"],
        "stage": "connection",
        "tier": None,
        "online_only": False,
        "wanted": False,
        "colleague": False,
        "last_interaction": day(3),
        "last_meeting": day(3),
        "next_meeting": day(20),
        "counts": {
            "sent": 1,
            "received": 1,
            "meetings": 2,
            "in_person": 1,
            "calls": 1,
            "days": 4,
        },
    }
