"""Who introduces, and who was introduced to the owner: by signals, recipients and subjects."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.inference.letterbox import ANA, AT, BEN, CLEO, NEWSLETTER, OWNER, SENT, judged, mail

from connectors.records import Message
from syncd.inference.humans import kind_of
from syncd.inference.introductions import introduces_by_subject, vouching
from syncd.inference.mail import judge_messages
from syncd.inference.model import Dossier, Reading, Real, Sighted, Signal, SignalKind

INTRODUCES, OFFERS, ASKS = SignalKind.INTRODUCES, SignalKind.OFFERS, SignalKind.ASKS
SAID = Reading((Signal(INTRODUCES, 0.9), Signal(ASKS, 0.8)))
VOUCHED = Reading(SAID.signals, vouched=True)
DORA, EMIL = "dora@mill.example.com", "emil@quarry.example.net"


def kinds(one: Sighted[Message], reading: Reading, *others: Sighted[Message]) -> list[SignalKind]:
    """What the first mail does, as the claim about Ben says."""
    claim = judged(one, *others, readings={one.key: reading})[0]
    return [signal.kind for signal in claim.signals]


def test_the_owner_introduces_two_people() -> None:
    """With one reader it is a recommendation: an offer."""
    assert kinds(mail(ANA, (BEN, CLEO)), SAID) == [INTRODUCES, ASKS]
    assert kinds(mail(ANA, BEN, cc=CLEO), SAID) == [INTRODUCES, ASKS]
    assert kinds(mail(ANA, BEN), SAID) == [OFFERS, ASKS]
    assert kinds(mail(ANA, (BEN, ANA)), SAID) == [OFFERS, ASKS]


def test_somebody_introduces_the_owner() -> None:
    """Mail of Ben that counts has all its signals."""
    assert kinds(mail(BEN, (ANA, CLEO)), SAID, SENT) == [INTRODUCES, ASKS]
    assert kinds(mail(BEN, (ANA, CLEO)), SAID) == []  # nobody answered it


@pytest.mark.parametrize(
    "one",
    [
        mail(CLEO, (ANA, BEN)),
        mail(CLEO, ANA, cc=BEN),
        mail(CLEO, BEN, cc=ANA),
        mail(CLEO, (ANA, BEN, DORA)),
        mail(CLEO, (ANA, BEN, CLEO, DORA)),
    ],
)
def test_a_co_recipient_is_introduced(one: Sighted[Message]) -> None:
    """Ben, by a mail of Cleo's that counts: he alone, or he and one more. It stays no contact."""
    (claim,) = judged(one, readings={one.key: VOUCHED})
    assert (claim.real, claim.weight) == (Real.NO, 0.0)
    assert claim.reasons == ("mail:co-recipient", "mail:introduced")
    assert claim.signals == (Signal(INTRODUCES, 0.9),)
    assert not claim.wants_text


@pytest.mark.parametrize(
    ("one", "reading"),
    [
        (mail(CLEO, (ANA, BEN)), SAID),
        (mail(CLEO, (ANA, BEN)), Reading((Signal(ASKS, 0.9),), vouched=True)),
        (mail(CLEO, (ANA, BEN)), None),
        (mail(CLEO, (ANA, BEN, DORA, EMIL)), VOUCHED),
    ],
    ids=["its author is a stranger", "it introduces nobody", "unread", "too many"],
)
def test_other_copies_introduce_nobody(one: Sighted[Message], reading: Reading | None) -> None:
    """Mail that does not count, does something else, was not read, or went to three and more."""
    (claim,) = judged(one, readings={one.key: reading} if reading else {})
    assert (claim.reasons, claim.signals) == (("mail:co-recipient",), ())


def test_a_list_introduces_nobody() -> None:
    """Whoever writes behind an address that is a list is not known to be Cleo."""
    one = mail(CLEO, (ANA, BEN))
    (claim,) = judged(one, readings={one.key: VOUCHED}, lists=frozenset({CLEO}))
    assert claim.signals == ()


def test_an_introduction_ahead_is_none_yet() -> None:
    """A mail dated in the future is judged when it comes."""
    one = mail(CLEO, (ANA, BEN), days=2)
    (claim,) = judged(one, now=AT, readings={one.key: VOUCHED})
    assert (claim.reasons, claim.signals) == (("mail:future",), ())
    (claim,) = judged(one, now=AT + timedelta(days=2), readings={one.key: VOUCHED})
    assert claim.signals


def test_the_introduced_is_a_person() -> None:
    """Another co-recipient is nobody whom the owner has to do with."""
    one = mail(CLEO, (ANA, BEN))
    for reading, kind in ((VOUCHED, "person"), (SAID, "silent")):
        dossier = Dossier(frozenset({BEN}), (one,), readings={one.key: reading})
        claims = judge_messages(dossier, OWNER, AT)
        assert kind_of(dossier, claims)[0] == kind


def vouched(*mails: Sighted[Message], reading: Reading = SAID) -> dict[str, bool]:
    """For which of their mails Ben stands."""
    dossier = Dossier(frozenset({BEN}), mails, readings={one.key: reading for one in mails})
    return vouching(dossier, judge_messages(dossier, OWNER, AT + timedelta(days=9)))


def test_who_vouches() -> None:
    """The author of a mail that introduces, as far as it counts, and nobody else in it."""
    pitch = mail(BEN, (ANA, CLEO))
    assert vouched(pitch) == {pitch.key: False}
    assert vouched(pitch, reading=Reading((Signal(ASKS, 0.9),))) == {}
    assert vouched(mail(CLEO, (ANA, BEN))) == {}
    assert vouched(mail(BEN, (ANA, CLEO), traits=NEWSLETTER), SENT)["message:m@x"] is False
    assert vouched(pitch, SENT)[pitch.key] is True


@pytest.mark.parametrize(
    "subject",
    [
        "Intro: Ana <> Ben",
        "intro: ana <-> ben",
        "Introduction: Elif / Nils",
        "Introduction - Ana Silva & Ben Archer",
        "Introducing Ana to Ben",
        "Email intro: Ana and Ben",
        "Ana <> Ben (intro)",
        "Quick intro Ana / Ben",
    ],
)
def test_a_subject_introduces(subject: str) -> None:
    """Two names and the word."""
    assert introduces_by_subject(subject)
    one = mail(BEN, (ANA, CLEO), subject=subject)
    assert kinds(one, Reading(), SENT) == [INTRODUCES]
    assert kinds(one, Reading(gone=True), SENT) == [INTRODUCES]
    other = mail(CLEO, (ANA, BEN), subject=subject)
    assert kinds(other, Reading(vouched=True)) == [INTRODUCES]


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Re: Intro: Ana <> Ben",
        "Introduction",
        "Introducing Ben",
        "Introducing our new boat",
        "Introduction to Sailing and Knots",
        "Intro: data and methods",
        "Ana <> Ben",
        "Intro session: Ana and Ben",
        "Introducing the New Mast and Sail",
    ],
)
def test_other_subjects_introduce_nobody(subject: str) -> None:
    """Answers, products, courses, and two names alone: that may be any meeting."""
    assert not introduces_by_subject(subject)
