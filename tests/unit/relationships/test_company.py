"""Whom the owner and a person both know, as a task names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.relationships.stories import day, log, meeting, received, sent

from connectors.records import Attendee, Mailbox, Meeting, Message, PartStat
from syncd.inference.model import Claim, Direction, Dossier, Logged, Mode, Real, Sighted, SignalKind
from syncd.relationships.company import Known, company_of, mutual
from syncd.relationships.loops import loops_of, spoken_of

ME, ANA, BOB, CARLA, DORA = (
    f"{name}@example.org" for name in ("me", "ana", "bob", "carla", "dora")
)
OWNED = frozenset({ME})
WHOSE = {
    BOB: Known("p-bob", "Bob Lee"),
    "bob@home.example": Known("p-bob", "Bob Lee"),
    CARLA: Known("p-carla", "Carla Silva"),
    DORA: Known("p-dora", "Dora Ek", colleague=True),
}
ACCEPTED, UNKNOWN, DECLINED = PartStat.ACCEPTED, PartStat.UNKNOWN, PartStat.DECLINED
Item = tuple[Claim, Sighted[Any]]


def boxes(*addrs: str) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(addr) for addr in addrs)


def mail(at: float, author: str, *to: str, cc: tuple[str, ...] = (), **more: Any) -> Item:
    """A mail that counts, as it was seen."""
    direction = sent if author == ME else received
    claim = direction(at, *more.pop("signals", ()), title=more.get("subject", ""))
    bcc = boxes(*more.pop("bcc", ()))
    record = Message(
        claim.key, claim.at, boxes(author), to=boxes(*to), cc=boxes(*cc), bcc=bcc, **more
    )
    return claim, Sighted(claim.key, record, (), claim.at)


def met(at: float, answers: dict[str, PartStat], organizer: str = ME, **more: Any) -> Item:
    """A meeting that took place."""
    claim = meeting(at, **more)
    invited = tuple(Attendee(Mailbox(addr), answer) for addr, answer in answers.items())
    record = Meeting(claim.key, "", claim.at, claim.until, organizer=Mailbox(organizer))
    record = replace(record, attendees=invited)
    return claim, Sighted(claim.key, record, (), claim.at)


def said(
    *items: Item,
    now: float = 90,
    whose: dict[str, Known] = WHOSE,
    lists: frozenset[str] = frozenset(),
    logs: tuple[Logged, ...] = (),
    more: tuple[Claim, ...] = (),
) -> list[str]:
    """The lines about Ana."""
    seen = [one for _, one in items]
    dossier = Dossier(
        frozenset({ANA, "ana@home.example"}),
        messages=tuple(one for one in seen if isinstance(one.record, Message)),
        meetings=tuple(one for one in seen if isinstance(one.record, Meeting)),
        lists=lists,
        logs=logs,
    )
    claims = sorted([*more, *(claim for claim, _ in items)], key=lambda claim: claim.until)
    counted = [claim for claim in claims if claim.real is Real.YES]
    loops = loops_of(counted, (), day(now), spoken_of(claims, day(now)))
    company = company_of(dossier, claims, loops, OWNED)
    assert not company.addresses & {ME, ANA}
    return mutual(company, whose, "Ana", day(now), UTC).splitlines()


def test_people_in_small_company_are_known_to_both() -> None:
    """Meetings before mail, then the more frequent, then the newer; colleagues come last."""
    assert said(
        mail(1, ME, ANA, BOB),
        mail(2, ANA, ME, BOB, cc=("carla@example.org",)),
        met(3, {ME: ACCEPTED, ANA: ACCEPTED, CARLA: ACCEPTED, DORA: ACCEPTED}),
        met(4, {ME: ACCEPTED, ANA: ACCEPTED, DORA: ACCEPTED}),
    ) == [
        "You both know Carla Silva (1 meeting, 1 mail), Bob Lee (2 mails) and Dora Ek (2 meetings)."
    ]


def test_two_addresses_of_somebody_are_one_person() -> None:
    """In one mail they are there once, and both count for them."""
    both = mail(1, ME, ANA, BOB, "bob@home.example")
    assert said(both, mail(2, ME, ANA, "bob@home.example")) == ["You both know Bob Lee (2 mails)."]


@pytest.mark.parametrize(
    "item",
    [
        mail(1, ME, ANA, "robot@example.net"),  # nobody's address
        mail(1, ME, ANA, BOB, *(f"x{n}@example.net" for n in range(4))),  # six besides the owner
        mail(1, ME, "list@example.net", ANA, BOB),  # a list, and who knows how many
        mail(1, ME, ANA, bcc=(BOB,)),  # hidden from Ana
        mail(1, ME, BOB, bcc=(ANA,)),  # Ana is hidden
        met(1, {ME: ACCEPTED, ANA: ACCEPTED, BOB: DECLINED}),
        met(1, {ME: ACCEPTED, ANA: ACCEPTED, BOB: UNKNOWN}),  # less sure than Ana was
        met(1, {ME: ACCEPTED, ANA: ACCEPTED}),
    ],
)
def test_who_did_not_take_part_is_not_named(item: Item) -> None:
    """Robots, crowds, lists, the hidden, and those who did not come."""
    assert said(item, lists=frozenset({"list@example.net"})) == []


def test_who_answered_as_the_person_did_came_as_surely() -> None:
    """A calendar that knows no answers knows none of anybody; who convenes, comes."""
    assert said(met(1, {ME: ACCEPTED, ANA: UNKNOWN, BOB: UNKNOWN})) != []
    assert said(met(1, {ME: ACCEPTED, ANA: ACCEPTED}, organizer="bob@home.example")) != []


def test_only_what_counts_and_is_over_says_anything() -> None:
    """An invitation that nobody accepted, and next week's meeting, do not."""
    claim, seen = met(1, {ME: ACCEPTED, ANA: ACCEPTED, BOB: ACCEPTED})
    assert said((replace(claim, real=Real.UNKNOWN), seen)) == []
    assert said((claim, seen), now=0) == []
    assert said((claim, seen), whose={BOB: WHOSE[BOB]._replace(contact=False)}) == []


def test_what_was_logged_with_several_counts() -> None:
    """The owner knows who was there."""
    claim = log(1, Direction.BOTH, Mode.IN_PERSON)
    logged = Logged(
        claim.key,
        claim.at,
        Mode.IN_PERSON,
        Direction.BOTH,
        2,
        "",
        "",
        claim.at,
        frozenset({BOB, ANA}),
    )
    assert said(logs=(logged,), more=(claim,)) == ["You both know Bob Lee (1 meeting)."]


def test_five_are_enough() -> None:
    """Of seven people the first by name, where nothing else tells them apart."""
    people = {f"x{n}@example.net": Known(f"p{n}", f"X{n} Y") for n in range(7)}
    items = [mail(1, ME, ANA, addr) for addr in people]
    once = [f"X{n} Y (1 mail)" for n in range(5)]
    assert said(*items, whose=people) == [f"You both know {', '.join(once[:4])} and {once[4]}."]


def test_introductions_say_who_brought_whom_together() -> None:
    """The owner both, the person the owner to somebody, and somebody else the two."""
    signals = (SignalKind.INTRODUCES,)
    made = mail(1, ME, ANA, BOB, signals=signals, subject="Ana, meet Bob")
    assert said(made, now=30)[1:] == ["You introduced Ana to Bob Lee on 7 January (Ana, meet Bob)."]
    theirs = mail(2, ANA, ME, CARLA, signals=signals)
    assert said(theirs, now=30)[1:] == ["Ana introduced you to Carla Silva on 8 January."]
    claim, seen = mail(3, DORA, ME, ANA, signals=signals)
    others = replace(claim, real=Real.NO, weight=0.0)
    assert said((others, seen), now=30) == ["Dora Ek introduced you to Ana on 9 January."]
    assert said((others, seen), now=30, whose={}) == ["You were introduced to Ana on 9 January."]


@given(st.permutations([0, 1, 2, 3, 4]))
def test_the_order_of_what_was_seen_does_not_matter(order: list[int]) -> None:
    """The same set says the same."""
    items = [mail(n, ME, ANA, addr) for n, addr in enumerate((BOB, CARLA, DORA, BOB, CARLA))]
    assert said(*(items[n] for n in order)) == [
        "You both know Carla Silva (2 mails), Bob Lee (2 mails) and Dora Ek (1 mail)."
    ]
