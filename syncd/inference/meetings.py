"""Did the meeting take place, with this person? One claim for each calendar entry.

    called off -> no            not over -> pending           no meeting at all -> no
    somebody declined -> no     too many -> no                marked free -> no (but a 1:1)
    doubt (no answer, two at once, a placeholder) -> unknown, unless mail around it decides
    everything else -> yes

A shared calendar entry was a genuine meeting in 8 % of cases (474 Outlook events, 2010), so an
entry counts only where both sides said so, or mail says it for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.records import Meeting, PartStat
from syncd.inference.blocks import block, called_off, is_crowd_title, is_placeholder
from syncd.inference.clashes import DOUBLE_BOOKED, clashes
from syncd.inference.echoes import Candidate, Echo, echoes
from syncd.inference.invitations import Roster, merge_meetings, roster
from syncd.inference.itip import no_meeting
from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Dossier,
    Owner,
    Real,
    Sighted,
)
from syncd.inference.modes import mode_of
from syncd.inference.sharing import only_shared
from syncd.inference.titles import fold, is_imperative, is_meeting_title

__all__ = ["clashes", "judge_meetings", "merge_meetings"]

_NOTE_WEIGHT = 0.5  # an entry without invitees: only its title says that anybody came
# Called off or declined: nothing took place, yet it is what a mail may cancel or regret.
_PLANNED = frozenset(
    f"meeting:{why}"
    for why in (
        "cancelled", "cancelled-in-title", "removed", "moved",
        "declined", "delegated", "owner-declined", "owner-delegated",
    )
)  # fmt: skip
_NOT_COMING = {PartStat.DECLINED: "declined", PartStat.DELEGATED: "delegated"}

# How often such a meeting turns out to have happened. Estimates, to rank and to show, not measured.
_PROBABILITY = {
    "meeting:mail-confirms": 0.97,
    "meeting:one-to-one": 0.9,
    "meeting:small": 0.8,
    "meeting:named-in-title": 0.7,
}
_DOUBTFUL = 0.4
_UNLIKELY = 0.02


@dataclass(frozen=True, slots=True)
class _Case:
    """One meeting, as it looks from the owner and from the person."""

    sighted: Sighted[Meeting]
    roster: Roster
    alone: bool  # nobody but the owner is in it
    named: bool  # alone, and its title names the person
    size: int
    owner_answer: PartStat | None
    answer: PartStat | None
    mine: bool  # the owner convened it
    theirs: bool  # the person did
    only_arranged: bool  # the person convened it, perhaps for somebody else
    in_room: bool  # the person is a room
    elsewhere: bool  # only calendars that others use as well hold it
    meant_at: datetime | None  # when it was seen that both are in it and the owner means to come

    @property
    def meeting(self) -> Meeting:
        return self.sighted.record


@dataclass(frozen=True, slots=True)
class _Finding:
    real: Real
    reasons: tuple[str, ...]
    scheduled: bool = False
    never: bool = False  # no meeting of the owner with anybody, whatever comes


def judge_meetings(dossier: Dossier, owner: Owner, now: datetime) -> tuple[Claim, ...]:
    """One claim for each meeting of the dossier, about the person who holds its addresses.

    Invitees who declined do not count as participants; an invited group is a crowd of unknown
    size. The claims come in the order of the meetings; mail about a whole series has none of its
    own where its instances are known.
    """
    cases = [_case(sighted, dossier, owner) for sighted in dossier.meetings]
    cases = [case for case in cases if not _is_about_others(case, cases)]
    excluded = [_excluded(case, owner, now) for case in cases]
    candidates = [
        Candidate(case.sighted, held=found is None)
        for case, found in zip(cases, excluded, strict=True)
        if found is None or not _PLANNED.isdisjoint(found.reasons)
    ]
    said = echoes(dossier, candidates, now, owner.zone)
    claims: list[Claim] = []
    for case, found in zip(cases, excluded, strict=True):
        echo = said.get(case.sighted.key)
        clash = dossier.clashes.get(case.sighted.key, "")
        claims.append(_claim(case, _finding(case, found, echo, clash, now)))
    return _once(claims, {case.sighted.key for case in cases if case.alone})


def _case(sighted: Sighted[Meeting], dossier: Dossier, owner: Owner) -> _Case:
    found = roster(sighted.record, dossier.lists)
    alone = not found.crowd and not found.others(owner.addresses)
    return _Case(
        sighted=sighted,
        roster=found,
        alone=alone,
        named=alone and sighted.key in dossier.named,
        size=found.size(owner.addresses, dossier.addresses),
        owner_answer=found.answer(owner.addresses),
        answer=found.answer(dossier.addresses),
        mine=not alone and found.organizer in owner.addresses,
        theirs=found.organizer in dossier.addresses,
        only_arranged=(
            found.organizer in dossier.addresses and found.only_arranges(owner.addresses)
        ),
        in_room=not found.rooms.isdisjoint(dossier.addresses),
        elsewhere=only_shared(sighted, owner),
        meant_at=_meant_at(sighted, found, dossier),
    )


def _meant_at(sighted: Sighted[Meeting], found: Roster, dossier: Dossier) -> datetime | None:
    """See `Claim`."""
    if not sighted.joined:
        return sighted.meant_at
    late = dict(sighted.joined)
    there = (found.answers.keys() | {found.organizer}) & dossier.addresses
    joined = min((late.get(addr, sighted.seen_at) for addr in there), default=None)
    return max((at for at in (sighted.meant_at, joined) if at is not None), default=None)


def _is_about_others(case: _Case, cases: Sequence[_Case]) -> bool:
    """Whether it is mail about a whole series whose instances are there: those tell it."""
    series = case.sighted.key
    if not no_meeting(case.meeting) or not series.endswith("/"):
        return False
    return any(o.sighted.key.startswith(series) and o.sighted.key != series for o in cases)


def _excluded(case: _Case, owner: Owner, now: datetime) -> _Finding | None:
    """Why the entry is no meeting of these two whatever mail says, None where it may be one."""
    meeting = case.meeting
    if reason := no_meeting(meeting) or (_not_the_owners(case, owner) if case.elsewhere else ""):
        return _Finding(Real.NO, (reason,), never=True)
    if reason := called_off(case.sighted, now) or block(meeting, case.alone):
        return _Finding(Real.NO, (reason,))
    if case.in_room:
        return _Finding(Real.NO, ("meeting:room",))
    if case.owner_answer in _NOT_COMING:
        return _Finding(Real.NO, (f"meeting:owner-{_NOT_COMING[case.owner_answer]}",))
    if case.answer in _NOT_COMING:
        return _Finding(Real.NO, (f"meeting:{_NOT_COMING[case.answer]}",))
    if case.alone and meeting.method:
        # A file that somebody sent is no note of the owner's.
        return _Finding(Real.UNKNOWN, ("meeting:only-published",))
    if case.alone and not case.named:
        return _Finding(Real.UNKNOWN, ("meeting:not-named",))
    if not case.alone and case.owner_answer is None:
        return _Finding(Real.UNKNOWN, ("meeting:owner-not-invited",))
    if not case.alone and case.answer is None:
        return _Finding(Real.UNKNOWN, ("meeting:not-invited",))
    if case.roster.crowd or case.size > owner.meeting_group or is_crowd_title(meeting.title):
        return _Finding(Real.NO, ("meeting:large",))
    if meeting.busy == "free" and not _is_agreed_pair(case):
        return _Finding(Real.NO, ("meeting:free",))
    return None


def _not_the_owners(case: _Case, owner: Owner) -> str:
    """Why an entry of a shared or delegated calendar is none of the owner's, "" where it is.

    A note there is somebody else's, and who convenes meetings for others is not in them.
    """
    if case.alone:
        return "meeting:not-own"
    if case.roster.answers.keys().isdisjoint(owner.addresses):
        return "meeting:owner-arranged" if case.mine else "meeting:owner-not-invited"
    return ""


def _is_agreed_pair(case: _Case) -> bool:
    """A 1:1 that both accepted: people mark even those as free."""
    answers = (case.owner_answer, case.answer)
    return case.size == 2 and answers == (PartStat.ACCEPTED, PartStat.ACCEPTED)


def _finding(
    case: _Case, excluded: _Finding | None, echo: Echo | None, clash: str, now: datetime
) -> _Finding:
    if excluded is not None and excluded.never:
        return excluded
    heard = (str(echo),) if echo else ()
    doubts = excluded.reasons if excluded else _doubts(case, clash)
    if case.meeting.end > now and not called_off(case.sighted, now):
        coming = excluded is None and echo not in (Echo.MISSED, Echo.CANCELLED)
        scheduled = coming and case.meeting.start > now and _is_meant(case, doubts)
        return _Finding(Real.PENDING, ("meeting:not-over", *heard, *doubts), scheduled)
    if excluded:
        return excluded
    if echo is Echo.CONFIRMED:
        return _Finding(Real.YES, (*heard, *doubts))
    if echo is Echo.DISPUTED:
        return _Finding(Real.UNKNOWN, (*heard, *doubts))
    if echo is not None:
        return _Finding(Real.NO, heard)
    if doubts:
        return _Finding(Real.UNKNOWN, doubts)
    return _Finding(Real.YES, _agreement(case))


def _doubts(case: _Case, clash: str) -> tuple[str, ...]:
    """What keeps the meeting from counting as long as no mail decides."""
    meeting = case.meeting
    found = [clash] if clash else []
    if meeting.method == "publish":
        found.append("meeting:only-published")
    if case.alone and is_imperative(meeting.title):
        found.append("meeting:reminder")
    elif case.alone and not is_meeting_title(meeting.title):
        found.append("meeting:no-way-of-meeting")
    if not case.alone:
        if case.owner_answer is not PartStat.ACCEPTED:
            found.append(_missing("owner-", case.owner_answer))
        if case.answer is not PartStat.ACCEPTED:
            found.append(_missing("", case.answer))
    if case.only_arranged:
        found.append("meeting:only-arranged")
    own = case.alone or case.mine
    if meeting.status == "tentative" or (own and meeting.busy == "tentative"):
        found.append("meeting:tentative")
    if is_placeholder(meeting.title):
        found.append("meeting:placeholder")
    return tuple(found)


def _missing(whose: str, answer: PartStat | None) -> str:
    return f"meeting:{whose}{'tentative' if answer is PartStat.TENTATIVE else 'unanswered'}"


def _agreement(case: _Case) -> tuple[str, ...]:
    """The reasons for a meeting that nothing speaks against."""
    if case.alone:
        return ("meeting:named-in-title",)
    convener = case.roster.organizer
    implied = (case.mine or case.theirs) and (
        case.roster.answers.get(convener) is not PartStat.ACCEPTED
    )
    return (
        "meeting:organiser-implied" if implied else "meeting:both-accepted",
        "meeting:one-to-one" if case.size == 2 else "meeting:small",
        *(("meeting:convener",) if case.theirs and case.size > 2 else ()),
    )


def _claim(case: _Case, found: _Finding) -> Claim:
    meeting, real = case.meeting, found.real
    return Claim(
        key=case.sighted.key,
        kind=ClaimKind.MEETING,
        at=meeting.start,
        until=meeting.end,
        real=real,
        reasons=found.reasons,
        direction=_direction(case),
        mode=mode_of(meeting, in_room=bool(case.roster.rooms)),
        weight=_weight(case) if real is Real.YES else 0.0,
        probability=_probability(found),
        size=case.size,
        title=meeting.title,
        place=meeting.place,
        link=meeting.url or meeting.link,
        evidence=case.sighted.evidence,
        seen_at=case.sighted.seen_at,
        meant_at=case.meant_at,
        changes_at=meeting.end if real is Real.PENDING else None,
        scheduled=found.scheduled,
        organised=case.mine,
    )


def _direction(case: _Case) -> Direction:
    if case.mine:
        return Direction.SENT
    return Direction.RECEIVED if case.theirs else Direction.BOTH


def _weight(case: _Case) -> float:
    """This person's share of the meeting: whoever convenes it gives it their full attention."""
    if case.alone:
        return _NOTE_WEIGHT
    return 1.0 if case.theirs else 1 / (case.size - 1)


def _probability(found: _Finding) -> float:
    if found.real is Real.YES:
        return max(_PROBABILITY.get(reason, 0.5) for reason in found.reasons)
    if found.real is Real.UNKNOWN:
        return _DOUBTFUL / len(found.reasons)
    return _UNLIKELY if found.real is Real.NO else 0.0


def _is_meant(case: _Case, doubts: tuple[str, ...]) -> bool:
    """Whether the owner means to be there: a reminder, or a perhaps, is no date."""
    if case.alone:
        return not doubts or doubts == (DOUBLE_BOOKED,)
    return case.owner_answer is PartStat.ACCEPTED


def _once(claims: Sequence[Claim], notes: set[str]) -> tuple[Claim, ...]:
    """Let one occasion count once, though it is in two calendars under two UIDs.

    Of equal entries (title, start, end) the one that weighs most stays, and the owner's own note
    (`notes`: keys of entries without invitees) gives way to an invitation at the same time.
    """
    real = sorted(
        (claim for claim in claims if claim.real is Real.YES),
        key=lambda claim: (claim.key in notes, -claim.weight, claim.key),
    )
    invitations = [claim for claim in real if claim.key not in notes]
    seen: set[tuple[datetime, datetime, str]] = set()
    twice: set[str] = set()
    for claim in real:
        occasion = (claim.at, claim.until, fold(claim.title))
        if occasion in seen or (claim.key in notes and _any_overlaps(claim, invitations)):
            twice.add(claim.key)
        seen.add(occasion)
    return tuple(_doubled(claim) if claim.key in twice else claim for claim in claims)


def _any_overlaps(claim: Claim, others: Sequence[Claim]) -> bool:
    return any(claim.at < other.until and other.at < claim.until for other in others)


def _doubled(claim: Claim) -> Claim:
    reasons = ("meeting:noted-twice",)
    return replace(claim, real=Real.NO, reasons=reasons, weight=0.0, probability=_UNLIKELY)
