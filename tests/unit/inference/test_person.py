"""All claims about one person: mail, meetings and ticked tasks, in one order."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from connectors.records import Attendee, Mailbox, Meeting, Message, PartStat
from syncd.inference import infer
from syncd.inference.model import ClaimKind, Direction, Dossier, Mode, Owner, Real, Sighted, Tick

ANA, BEN = Mailbox("ana@example.org"), Mailbox("ben@example.com")
OWNER = Owner(frozenset({ANA.addr}), UTC)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = AT + timedelta(days=30)


def test_every_observation_becomes_a_claim_in_order() -> None:
    """By the moment of its end, then by its key."""
    yes = PartStat.ACCEPTED
    meeting = Meeting(
        "u",
        "",
        AT,
        AT + timedelta(hours=1),
        attendees=(Attendee(ANA, yes), Attendee(BEN, yes)),
        organizer=ANA,
    )
    late = Message("late@x", AT + timedelta(days=1), from_=(ANA,), to=(BEN,))
    early = Message("early@x", AT, from_=(BEN,), to=(ANA,))
    dossier = Dossier(
        frozenset({BEN.addr}),
        messages=tuple(Sighted(f"message:{m.message_id}", m, (), AT) for m in (late, early)),
        meetings=(Sighted("meeting:u/", meeting, (), AT),),
        ticks=(Tick("k", AT + timedelta(days=2), "call"),),
    )
    claims = infer(dossier, OWNER, NOW)
    assert [claim.key for claim in claims] == [
        "message:early@x",
        "meeting:u/",
        "message:late@x",
        "task:k",
    ]
    assert all(claim.real is Real.YES for claim in claims)


@pytest.mark.parametrize(
    ("means", "mode", "direction"),
    [
        ("call", Mode.PHONE, Direction.BOTH),
        ("meeting", Mode.UNKNOWN, Direction.BOTH),
        ("message", Mode.UNKNOWN, Direction.SENT),
    ],
)
def test_a_tick_can_mean_contact(means: str, mode: Mode, direction: Direction) -> None:
    """What the task's rule says a tick means happened, at the moment of the tick."""
    dossier = Dossier(frozenset({BEN.addr}), ticks=(Tick("k", AT, means),))
    (claim,) = infer(dossier, OWNER, NOW)
    assert (claim.kind, claim.real, claim.reasons) == (ClaimKind.TASK, Real.YES, ("task:ticked",))
    assert (claim.mode, claim.direction, claim.weight) == (mode, direction, 1.0)
    assert claim.at == claim.until == AT


def test_a_tick_still_to_come_is_no_interaction() -> None:
    """Nothing in the future counts, in a back-test least of all; after a clock was put back it is
    not denied either."""
    soon = NOW + timedelta(seconds=1)
    dossier = Dossier(frozenset({BEN.addr}), ticks=(Tick("k", soon, "call"),))
    (claim,) = infer(dossier, OWNER, NOW)
    assert (claim.real, claim.reasons, claim.weight) == (Real.PENDING, ("task:future",), 0.0)
    assert claim.changes_at == soon


def test_a_tick_that_means_nothing_is_no_contact() -> None:
    """The task is done, and nothing else is said by it."""
    dossier = Dossier(frozenset({BEN.addr}), ticks=(Tick("k", AT, "nothing"),))
    (claim,) = infer(dossier, OWNER, NOW)
    assert (claim.real, claim.reasons, claim.weight) == (Real.NO, ("task:acknowledged",), 0.0)


def test_the_model_is_loaded_without_the_rules() -> None:
    """Whoever only wants the types does not load inference."""
    script = (
        "import sys, syncd.inference.model; "
        "sys.exit(any(m in sys.modules for m in ('syncd.inference.mail', 'syncd.people')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0
