"""Everything about one person: the claims of mail, of meetings, of ticked tasks and of logs.

Dossier --judge_messages--> Claims
        --judge_meetings--> Claims      one tuple, in the order of (until, key)
        --ticks, logs-----> Claims
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from syncd.inference.mail import judge_messages
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Dossier,
    Logged,
    Mode,
    Owner,
    Real,
    Tick,
)

_MODE: Final = {"call": Mode.PHONE}
_DIRECTION: Final = {"message": Direction.SENT}


def infer(dossier: Dossier, owner: Owner, now: datetime) -> tuple[Claim, ...]:
    """All claims about the person of `dossier`, as they stand at `now`.

    A function of the set of observations: their order in the dossier changes nothing.
    """
    mail = judge_messages(dossier, owner, now)
    claims = [
        *mail,
        *judge_meetings(_with_heard(dossier, mail), owner, now),
        *(_still_to_come(_of_tick(tick), now) for tick in dossier.ticks),
        *(_still_to_come(_of_log(log), now) for log in dossier.logs),
    ]
    return tuple(sorted(claims, key=lambda claim: (claim.until, claim.key)))


def _with_heard(dossier: Dossier, mail: Sequence[Claim]) -> Dossier:
    """The dossier with the texts of mail that counts, or may yet: what turned out to be none of it
    after it was read says no more about meetings than what never was read."""
    if not dossier.readings:
        return dossier
    heard = {c.key for c in mail if c.real is Real.YES or c.reasons == ("mail:no-reply-ever",)}
    readings = {key: found for key, found in dossier.readings.items() if key in heard}
    return replace(dossier, readings=readings)


def _still_to_come(claim: Claim, now: datetime) -> Claim:
    """What the owner says happens after `now` (its clock was put back) is not denied, but waits."""
    if claim.at <= now:
        return claim
    why = (f"{claim.kind}:future",)
    return replace(claim, real=Real.PENDING, reasons=why, weight=0.0, changes_at=claim.at)


def _of_tick(tick: Tick) -> Claim:
    """The owner ticked the task off: they say themselves that it happened, where the task's rule
    says that a tick means contact."""
    contact = tick.means != "nothing"
    return Claim(
        key=f"task:{tick.key}",
        kind=ClaimKind.TASK,
        at=tick.at,
        until=tick.at,
        real=Real.YES if contact else Real.NO,
        reasons=("task:ticked",) if contact else ("task:acknowledged",),
        direction=_DIRECTION.get(tick.means, Direction.BOTH),
        mode=_MODE.get(tick.means, Mode.UNKNOWN),
        weight=1.0 if contact else 0.0,
        probability=1.0 if contact else 0.0,
    )


def _of_log(log: Logged) -> Claim:
    """The owner logged it: they say themselves that it happened."""
    talk = log.direction is Direction.BOTH
    return Claim(
        key=log.key,
        kind=ClaimKind.LOG,
        at=log.at,
        until=log.at,
        real=Real.YES,
        reasons=("log:owner",),
        direction=log.direction,
        mode=log.mode,
        weight=1 / log.size,
        probability=1.0,
        size=log.size + talk,  # a meeting counts its owner, a mail its recipients alone
        title=log.title,
        place=log.place,
        seen_at=log.seen_at,
    )
