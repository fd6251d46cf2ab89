"""What mail says of meetings: "great to see you", "sorry I missed you", "I have to cancel".

Such a sentence seldom names its meeting. It is about the nearest one with that person, and only
within four days: later it is a memory, earlier a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from connectors.records import Meeting
from syncd.inference.model import Dossier, Sighted, Signal, SignalKind

_NEAR = timedelta(days=4)
_LATE = timedelta(hours=1)  # who cancels does so at the last minute, or when it has begun
_SURE = 0.5  # a signal that is rather not there than there decides nothing


class Echo(StrEnum):
    """What the mail around a meeting says, as the reason code it becomes."""

    CONFIRMED = "meeting:mail-confirms"
    MISSED = "meeting:mail-missed"
    CANCELLED = "meeting:mail-cancels"
    DISPUTED = "meeting:mail-disagrees"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A meeting that mail may be about. `held`: nothing certain says that it did not take place."""

    sighted: Sighted[Meeting]
    held: bool


def echoes(
    dossier: Dossier, candidates: Sequence[Candidate], now: datetime, zone: tzinfo
) -> dict[str, Echo]:
    """What the person's mail says of each meeting, by key; both directions of mail count alike.

    A meeting that was called off can be what a mail cancels or regrets, so that the mail does not
    hit the next one; "great to see you" cannot be about it.
    """
    heard: dict[str, set[SignalKind]] = {}
    for message in dossier.messages:
        at = message.record.at
        reading = dossier.readings.get(message.key)
        if reading is None or at > now:
            continue
        for signal in reading.signals:
            if signal.confidence >= _SURE and (found := _about(signal, at, candidates, zone)):
                heard.setdefault(found.sighted.key, set()).add(signal.kind)
    return {key: _decided(kinds) for key, kinds in heard.items()}


def _about(
    signal: Signal, at: datetime, candidates: Sequence[Candidate], zone: tzinfo
) -> Candidate | None:
    """The meeting a signal speaks of: the last one before it, or the next one to cancel."""
    if signal.kind is SignalKind.CONFIRMS_MEETING:
        past = [c for c in candidates if c.held and _was(c.sighted.record, at)]
        return max(past, key=_ended, default=None)
    if signal.kind is SignalKind.MISSED_MEETING:
        past = [c for c in candidates if c.sighted.record.start <= at <= _until(c)]
        return max(past, key=_ended, default=None)
    if signal.kind is SignalKind.CANCELS_MEETING:
        ahead = [c for c in candidates if _is_ahead(c.sighted.record, at)]
        named = [c for c in ahead if signal.due and _day(c, zone) == signal.due]
        nearest = min(named or ahead, key=_begins, default=None)
        return None if nearest and _is_anew(nearest.sighted.record, at) else nearest
    return None


def _was(meeting: Meeting, at: datetime) -> bool:
    """Whether somebody may look back on it: it may end early, so from its second half on."""
    half = meeting.start + (meeting.end - meeting.start) / 2
    return half <= at <= meeting.end + _NEAR


def _is_ahead(meeting: Meeting, at: datetime) -> bool:
    return meeting.start - _NEAR <= at <= meeting.start + _LATE


def _is_anew(meeting: Meeting, at: datetime) -> bool:
    """Whether the meeting was arranged anew after the mail that called its old time off."""
    modified = meeting.modified
    return meeting.sequence > 0 and modified is not None and at < modified <= meeting.start


def _until(candidate: Candidate) -> datetime:
    return candidate.sighted.record.end + _NEAR


def _ended(candidate: Candidate) -> tuple[datetime, str]:
    return candidate.sighted.record.end, candidate.sighted.key


def _begins(candidate: Candidate) -> tuple[datetime, str]:
    return candidate.sighted.record.start, candidate.sighted.key


def _day(candidate: Candidate, zone: tzinfo) -> date:
    return candidate.sighted.record.start.astimezone(zone).date()


def _decided(kinds: Iterable[SignalKind]) -> Echo:
    """One word for all mail about a meeting: who looks back on it knows more than who cancelled."""
    found = set(kinds)
    if SignalKind.CONFIRMS_MEETING in found:
        return Echo.DISPUTED if SignalKind.MISSED_MEETING in found else Echo.CONFIRMED
    return Echo.MISSED if SignalKind.MISSED_MEETING in found else Echo.CANCELLED
