"""Introductions: who makes them, and who was introduced to the owner.

    mail of the owner to two or more that introduces      they introduced each of these people
    the same to one person ("you should meet Bob")        an offer
    mail of Ana to the owner and Bob that introduces      Ana introduced, and Bob was introduced

Readings have no words, so nobody is found by name: whoever else the mail went to was introduced,
where that is one person or two; with more nobody can tell who is new to whom (whether the owner
knew one of two before is for the relationship to say). Ana's mail has to count for the owner. That
follows from all the mail with Ana and not from Bob's, so it is kept with the reading: `vouched`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from connectors.records import Message
from syncd.inference.authors import author_of
from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Dossier,
    Reading,
    Real,
    Signal,
    SignalKind,
)

# Besides the owner and the author; of more than these nobody can tell who was introduced.
MOST_INTRODUCED: Final = 2

_BY_SUBJECT: Final = Signal(SignalKind.INTRODUCES, 0.8)
_NAME: Final = r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}"
_PROPER: Final = r"[A-ZÀ-ÖØ-Þ][\w.'’-]*(?: [A-ZÀ-ÖØ-Þ][\w.'’-]*){0,3}"
_PAIR: Final = (
    rf"(?:{_NAME} ?(?:<-?=?>|[↔⇄×]) ?{_NAME}"
    rf"|{_PROPER}(?: ?[/&+] ?| ?[–-] ?| (?:and|x|meets?|to|with) ){_PROPER})"
)
# "Intro: Ana <> Bob", "Introduction - Ana / Bob", "Introducing Ana and Bob", "Ana & Bob - intro";
# what answers such a mail begins with "Re:" and introduces nobody.
_SUBJECT: Final = re.compile(
    rf"\s*(?:(?i:(?:(?:quick|e-?mail|warm) )?intro(?:duction|ducing)?s?)(?:\s*[:–-]\s*|\s+)(?:of )?"
    rf"{_PAIR}|{_PAIR}\s*[:(–-]+ ?(?i:(?:quick )?intro(?:duction)?)\)?)\s*!?\s*"
)
_NO_PERSON: Final = re.compile(
    r"^\s*intro\w* to\b|\b(?:the|our|your|new|program\w*|python|linux|course|guide|meeting|"
    r"session|call)\b",
    re.IGNORECASE,
)


def introduces_by_subject(subject: str) -> bool:
    """Whether a subject says that the mail introduces people to each other."""
    return (
        "ntro" in subject.lower()
        and _SUBJECT.fullmatch(subject) is not None
        and _NO_PERSON.search(subject) is None
    )


def signals_of(
    message: Message, reading: Reading | None, direction: Direction, size: int
) -> tuple[Signal, ...]:
    """What a mail that counts does, given to how many (`size`, without the owner) it went."""
    signals = () if reading is None else reading.signals
    if size >= 1 and introduces_by_subject(message.subject):
        known = any(signal.kind is SignalKind.INTRODUCES for signal in signals)
        signals = signals if known else (*signals, _BY_SUBJECT)
    if direction is Direction.SENT and size < 2:
        return _as_offers(signals)
    return signals


def _as_offers(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
    if not signals or all(signal.kind is not SignalKind.INTRODUCES for signal in signals):
        return signals
    return tuple(
        replace(signal, kind=SignalKind.OFFERS) if signal.kind is SignalKind.INTRODUCES else signal
        for signal in signals
    )


def introduction_of(message: Message, reading: Reading | None) -> tuple[Signal, ...]:
    """The introduction in somebody else's mail to the owner and others; () where there is none."""
    if reading is None or not reading.vouched:
        return ()
    found = tuple(s for s in reading.signals if s.kind is SignalKind.INTRODUCES)
    return found or ((_BY_SUBJECT,) if introduces_by_subject(message.subject) else ())


def vouching(dossier: Dossier, claims: Sequence[Claim]) -> dict[str, bool]:
    """The mail this person wrote to the owner and few others that introduces, by key: whether it
    counts. Only mail that was read."""
    if not dossier.readings:
        return {}
    records = {
        sighted.key: sighted.record
        for sighted in dossier.messages
        if sighted.key in dossier.readings
        and author_of(sighted.record) in dossier.addresses
        and _introduces(sighted.record, dossier.readings[sighted.key])
    }
    if not records:
        return {}
    return {
        claim.key: claim.real is Real.YES
        for claim in claims
        if claim.kind is ClaimKind.MESSAGE and claim.key in records
    }


def _introduces(message: Message, reading: Reading) -> bool:
    return any(
        signal.kind is SignalKind.INTRODUCES for signal in reading.signals
    ) or introduces_by_subject(message.subject)
