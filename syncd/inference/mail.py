"""Mail: which messages of one person are interactions with the owner, and why the others are not.

    sent       the owner wrote it to this person and to few others           counts at once
    received   a human wrote it to the owner, and the owner writes to them   counts, also afterwards
    the rest   machines, lists, crowds, copies, cold mail                    kept with the reason

A pair is two-way once the owner wrote to the person in a mail that itself counts: a newsletter to
everybody makes nobody a friend.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from connectors.records import Mailbox, Message
from syncd.inference.machine import is_interaction_never, is_list, machine_reasons
from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Dossier,
    Owner,
    Real,
    Sighted,
)
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


def judge_messages(dossier: Dossier, owner: Owner, now: datetime) -> tuple[Claim, ...]:
    """One claim for each message of the dossier, in the order of (at, key).

    None at all where the dossier is the owner's own: writing to oneself concerns nobody.
    """
    person = dossier.addresses
    if not person.isdisjoint(owner.addresses):
        return ()
    no_person = _why_no_person(dossier)
    judged = [
        (sighted, _judge(sighted, dossier, owner, now, no_person)) for sighted in dossier.messages
    ]
    two_way = any(
        verdict.direction is Direction.SENT and verdict.real is Real.YES for _, verdict in judged
    )
    meetings = sorted(meeting.record.start for meeting in dossier.meetings)
    claims = [_claim(sighted, verdict, two_way, dossier, meetings) for sighted, verdict in judged]
    return tuple(sorted(claims, key=lambda claim: (claim.at, claim.key)))


def _judge(
    sighted: Sighted[Message],
    dossier: Dossier,
    owner: Owner,
    now: datetime,
    no_person: tuple[str, ...],
) -> _Verdict:
    m = sighted.record
    authors = {normalise(box.addr) for box in m.from_}
    sent = not authors.isdisjoint(owner.addresses)
    direction = Direction.SENT if sent else Direction.RECEIVED
    recipients = _recipients(m)
    # Two addresses of one person are one recipient, and copies to oneself go to nobody.
    others = recipients - owner.addresses - dossier.addresses - {""}
    is_recipient = not recipients.isdisjoint(dossier.addresses)
    size = len(others) + (is_recipient if sent or authors.isdisjoint(dossier.addresses) else 0)
    if no_person:
        return _Verdict(direction, Real.NO, no_person, size)
    if m.at > now:
        return _Verdict(direction, Real.PENDING, ("mail:future",), size)
    if sent:
        return _judge_sent(sighted, dossier, owner, size, is_recipient)
    if authors.isdisjoint(dossier.addresses):
        return _Verdict(direction, Real.NO, ("mail:co-recipient",), size)
    return _judge_received(sighted, dossier, owner, size, recipients)


def _judge_sent(
    sighted: Sighted[Message], dossier: Dossier, owner: Owner, size: int, is_recipient: bool
) -> _Verdict:
    m = sighted.record
    sent = Direction.SENT
    if not is_recipient:
        return _Verdict(sent, Real.NO, ("mail:not-addressed",), size)
    # Nobody wrote the owner's own out-of-office notice, RSVP or invitation either.
    reasons = machine_reasons(m)
    # A copy in the sent folder never travelled, so its Return-Path says nothing.
    reasons = tuple(code for code in reasons if code != "auto:null-sender")
    if is_interaction_never(reasons):
        return _Verdict(sent, Real.NO, reasons, size)
    if size > owner.mail_group:
        return _Verdict(sent, Real.NO, ("mail:group",), size)
    if sighted.key in dossier.letters:
        return _Verdict(sent, Real.NO, ("mail:letter",), size)
    answers = _key(m.in_reply_to) if dossier.parents.get(m.in_reply_to) in dossier.addresses else ""
    return _Verdict(sent, Real.YES, ("mail:sent",), size, size, answers)


def _judge_received(
    sighted: Sighted[Message],
    dossier: Dossier,
    owner: Owner,
    size: int,
    recipients: frozenset[str],
) -> _Verdict:
    m = sighted.record
    received = Direction.RECEIVED
    reasons = machine_reasons(m)
    if reasons:
        # A card may say that a role address is this human's: then it is no role.
        reasons = tuple(code for code in reasons if code != "sender:role")
    answers_owner = bool(m.in_reply_to) and dossier.parents.get(m.in_reply_to) in owner.addresses
    beaten = answers_owner and all(code.startswith(_ONLY_BULK) for code in reasons)
    if reasons and not beaten:
        return _Verdict(received, Real.NO, reasons, size)
    to_owner = not recipients.isdisjoint(owner.addresses)
    via_list = not to_owner and is_list(m)
    if not to_owner and not (via_list and answers_owner):
        code = "mail:list" if via_list else "mail:not-addressed"
        return _Verdict(received, Real.NO, (code,), size)
    if size > owner.mail_group:
        return _Verdict(received, Real.NO, ("mail:group",), size)
    shares = max(1, size + to_owner)
    if answers_owner:
        found = ("mail:answers-owner", *reasons)
        return _Verdict(received, Real.YES, found, size, shares, _key(m.in_reply_to))
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
        signals=reading.signals if yes and reading is not None else (),
        wants_text=reading is None
        and (yes or (reasons == ("mail:no-reply-ever",) and _near(m.at, meetings))),
    )


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
