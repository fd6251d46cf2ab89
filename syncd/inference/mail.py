"""Mail: which messages of one person are interactions with the owner, and why the others are not.

    sent       the owner wrote it to this person and to few others           counts at once
    came back  the owner wrote it, and it never arrived                      counts for nothing
    received   a human wrote it to the owner, and the owner writes to them   counts, also afterwards
    the rest   machines, lists, crowds, copies, cold mail                    kept with the reason

Somebody else's mail to the owner and this person counts for nobody here, but it may introduce them
to each other (`introductions.py`): then the claim has that signal, and the reason.

In a mailbox that others use as well only mail that names the owner in person is theirs.

A pair is two-way once the owner wrote to the person in a mail that itself counts: a newsletter to
everybody makes nobody a friend.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from connectors.records import Mailbox, Message
from syncd.inference.authors import author_of, authors_of
from syncd.inference.bounces import Bounces, bounces_of, failed_addresses
from syncd.inference.introductions import MOST_INTRODUCED, introduction_of, signals_of
from syncd.inference.machine import is_interaction_never, is_list, machine_reasons
from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Dossier,
    Owner,
    Real,
    Sighted,
    Signal,
)
from syncd.inference.sharing import is_written_by_owner, only_shared, personal
from syncd.inference.threads import Threads
from syncd.people import AddressKind, classify, normalise

# What a direct answer outweighs: these say how a mail was sent, not who wrote it.
_ONLY_BULK: Final = ("bulk:", "esp:", "category:")

# Mail this near to a meeting may say whether it took place, even mail that is no interaction yet.
_AROUND_MEETING: Final = timedelta(days=7)

# How sure each judgement is. The header tells human from machine right nine times in ten
# (Grbovic et al., CIKM 2014), and mail that the owner wrote needs no telling.
_PROBABILITY: Final = {
    "mail:sent": 0.99,
    "mail:answers-owner": 0.97,
    "mail:two-way": 0.93,
    "mail:no-reply-ever": 0.3,
    "mail:address-suspended": 0.2,
    "mail:future": 0.3,
}
_PROBABILITY_OF_NO: Final = 0.03


class _Verdict(NamedTuple):
    """One message before it is known whether the pair is two-way. `real` None: that decides."""

    direction: Direction
    real: Real | None
    reasons: tuple[str, ...]
    size: int = 0
    shares: int = 1
    answers: str = ""


class _Case(NamedTuple):
    """What the judgement of every message of a dossier needs."""

    dossier: Dossier
    owner: Owner
    now: datetime
    threads: Threads
    bounces: Bounces
    no_person: tuple[str, ...]
    personal: bool  # none of the owner's addresses is one that others use as well


def judge_messages(
    dossier: Dossier, owner: Owner, now: datetime, *, two_way: bool = False
) -> tuple[Claim, ...]:
    """One claim for each message of the dossier, in the order of (at, key). `two_way`: the pair is
    known to be, by mail that is not in the dossier.

    None at all where the dossier is the owner's own: writing to oneself concerns nobody.
    """
    person = dossier.addresses
    if not person.isdisjoint(owner.addresses):
        return ()
    case = _Case(
        dossier,
        owner,
        now,
        Threads(dossier, lambda sighted: _is_sent(sighted, owner)),
        bounces_of(dossier, owner, now),
        _why_no_person(dossier),
        len(personal(owner.addresses)) == len(owner.addresses),
    )
    judged = [(sighted, _judge(sighted, case)) for sighted in dossier.messages]
    two_way = two_way or any(
        verdict.direction is Direction.SENT and verdict.real is Real.YES for _, verdict in judged
    )
    meetings = sorted(meeting.record.start for meeting in dossier.meetings)
    claims = [_claim(sighted, verdict, two_way, dossier, meetings) for sighted, verdict in judged]
    return tuple(sorted(claims, key=lambda claim: (claim.at, claim.key)))


def _judge(sighted: Sighted[Message], case: _Case) -> _Verdict:
    m = sighted.record
    person, owner = case.dossier.addresses, case.owner
    authors = {normalise(box.addr) for box in authors_of(m)}
    named_owner = not authors.isdisjoint(owner.addresses)
    sent = named_owner and (case.personal or _is_sent(sighted, owner))
    direction = Direction.SENT if named_owner else Direction.RECEIVED
    recipients = _recipients(m)
    # Two addresses of one person are one recipient, and copies to oneself go to nobody.
    others = recipients - owner.addresses - person - {""}
    is_recipient = not recipients.isdisjoint(person)
    size = len(others) + (is_recipient if named_owner or authors.isdisjoint(person) else 0)
    if case.no_person:
        return _Verdict(direction, Real.NO, case.no_person, size)
    if m.at > case.now:
        return _Verdict(direction, Real.PENDING, ("mail:future",), size)
    if sent:
        return _judge_sent(sighted, case, size, recipients)
    if named_owner:
        return _Verdict(direction, Real.NO, ("mail:shared-mailbox",), size)
    if authors.isdisjoint(person):
        told = not is_recipient and not person.isdisjoint(failed_addresses(m))
        if told:
            return _Verdict(direction, Real.NO, ("mail:delivery-report",), size)
        met = is_recipient and _introduces(sighted, case, len(others - authors))
        reasons = ("mail:co-recipient", "mail:introduced") if met else ("mail:co-recipient",)
        return _Verdict(direction, Real.NO, reasons, size)
    return _judge_received(sighted, case, size, recipients)


def _introduces(sighted: Sighted[Message], case: _Case, third: int) -> bool:
    """Whether somebody else's mail introduces this person to the owner; `third` others have it."""
    if third + 1 > MOST_INTRODUCED or author_of(sighted.record) in case.dossier.lists:
        return False
    return bool(introduction_of(sighted.record, case.dossier.readings.get(sighted.key)))


def _judge_sent(
    sighted: Sighted[Message], case: _Case, size: int, recipients: frozenset[str]
) -> _Verdict:
    m, dossier, owner, bounces = sighted.record, case.dossier, case.owner, case.bounces
    sent = Direction.SENT
    theirs = recipients & dossier.addresses
    if not theirs:
        return _Verdict(sent, Real.NO, ("mail:not-addressed",), size)
    # Nobody wrote the owner's own out-of-office notice, RSVP or invitation either.
    if reasons := machine_reasons(m):
        # A copy in the sent folder never travelled, so its Return-Path says nothing.
        reasons = tuple(code for code in reasons if code != "auto:null-sender")
        if is_interaction_never(reasons):
            return _Verdict(sent, Real.NO, reasons, size)
    if size > owner.mail_group:
        return _Verdict(sent, Real.NO, ("mail:group",), size)
    if sighted.key in dossier.letters:
        return _Verdict(sent, Real.NO, ("mail:letter",), size)
    reached = theirs - bounces.failed.get(sighted.key, frozenset())
    if not reached:
        return _Verdict(sent, Real.NO, ("mail:bounced",), size)
    lost = bounces.spans and m.message_id not in bounces.answered
    if lost and all(bounces.suspended(addr, m.at) for addr in reached):
        return _Verdict(sent, Real.UNKNOWN, ("mail:address-suspended",), size)
    parent, author = case.threads.parent(m, sent=True)
    answers = _key(parent) if author in dossier.addresses else ""
    return _Verdict(sent, Real.YES, ("mail:sent",), size, size, answers)


def _judge_received(
    sighted: Sighted[Message], case: _Case, size: int, recipients: frozenset[str]
) -> _Verdict:
    m, owner = sighted.record, case.owner
    received = Direction.RECEIVED
    reasons = machine_reasons(m)
    if reasons:
        # A card may say that a role address is this human's: then it is no role.
        reasons = tuple(code for code in reasons if code != "sender:role")
    parent, author = case.threads.parent(m, sent=False)
    answers_owner = author in owner.addresses and case.threads.is_owners(parent, author)
    if reasons:
        beaten = answers_owner and all(code.startswith(_ONLY_BULK) for code in reasons)
        if not beaten:
            return _Verdict(received, Real.NO, reasons, size)
    shared = only_shared(sighted, owner)
    own = personal(owner.addresses) if shared else owner.addresses
    to_owner = not recipients.isdisjoint(own)
    via_list = not to_owner and is_list(m)
    if not to_owner and not (via_list and answers_owner):
        code = "mail:list" if via_list else "mail:not-addressed"
        return _Verdict(received, Real.NO, (code,), size)
    if size > owner.mail_group:
        return _Verdict(received, Real.NO, ("mail:group",), size)
    shares = max(1, size + to_owner)
    if answers_owner:
        found = ("mail:answers-owner", *reasons)
        return _Verdict(received, Real.YES, found, size, shares, _key(parent))
    return _Verdict(received, None, (), size, shares)


def _claim(
    sighted: Sighted[Message],
    verdict: _Verdict,
    two_way: bool,
    dossier: Dossier,
    meetings: list[datetime],
) -> Claim:
    m = sighted.record
    real, reasons = verdict.real, verdict.reasons
    if real is None:
        real = Real.YES if two_way else Real.PENDING
        reasons = ("mail:two-way",) if two_way else ("mail:no-reply-ever",)
    yes = real is Real.YES
    reading = dossier.readings.get(sighted.key)
    signals: tuple[Signal, ...] = ()
    if yes:
        signals = signals_of(m, reading, verdict.direction, verdict.size)
    elif "mail:introduced" in reasons:
        signals = introduction_of(m, reading)
    return Claim(
        key=sighted.key,
        kind=ClaimKind.MESSAGE,
        at=m.at,
        until=m.at,
        real=real,
        reasons=reasons,
        direction=verdict.direction,
        weight=1 / verdict.shares if yes else 0.0,
        probability=_PROBABILITY.get(reasons[0], _PROBABILITY_OF_NO),
        size=verdict.size,
        title=m.subject,
        evidence=sighted.evidence,
        seen_at=sighted.seen_at,
        changes_at=m.at if reasons == ("mail:future",) else None,
        answers=verdict.answers,
        signals=signals,
        wants_text=reading is None
        and (yes or (reasons == ("mail:no-reply-ever",) and _near(m.at, meetings))),
    )


def _is_sent(sighted: Sighted[Message], owner: Owner) -> bool:
    return is_written_by_owner(sighted.record, owner.addresses, only_shared(sighted, owner))


def _why_no_person(dossier: Dossier) -> tuple[str, ...]:
    """Reasons why the holder of these addresses is no human; () when one of them is a human's."""
    things = (
        {
            normalise(attendee.mailbox.addr)
            for meeting in dossier.meetings
            for attendee in meeting.record.attendees
            if attendee.kind in ("room", "resource")
        }
        if dossier.meetings
        else ()
    )
    found: set[str] = set()
    for addr in dossier.addresses:
        kind, reasons = classify(addr, is_list=addr in dossier.lists, is_resource=addr in things)
        if kind is AddressKind.PERSON:
            return ()
        found.update(reasons)
    return tuple(sorted(found)) or ("address:invalid",)


def _recipients(m: Message) -> frozenset[str]:
    boxes: tuple[Mailbox, ...] = m.to + m.cc + m.bcc if m.cc or m.bcc else m.to
    return frozenset([normalise(box.addr) for box in boxes])


def _key(message_id: str) -> str:
    return "message:" + message_id


def _near(at: datetime, meetings: list[datetime]) -> bool:
    return any(abs(at - start) <= _AROUND_MEETING for start in meetings)
