"""Everything about one person: the claims of mail, of meetings and of ticked tasks.

Dossier --judge_messages--> Claims
        --judge_meetings--> Claims      one tuple, in the order of (until, key)
        --ticks-----------> Claims
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from syncd.inference.mail import judge_messages
from syncd.inference.meetings import judge_meetings
from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Dossier,
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
    claims = [
        *judge_messages(dossier, owner, now),
        *judge_meetings(dossier, owner, now),
        *(_of_tick(tick) for tick in dossier.ticks if tick.at <= now),
    ]
    return tuple(sorted(claims, key=lambda claim: (claim.until, claim.key)))


def _of_tick(tick: Tick) -> Claim:
    """The owner ticked the task off: they say themselves that it happened."""
    return Claim(
        key=f"task:{tick.key}",
        kind=ClaimKind.TASK,
        at=tick.at,
        until=tick.at,
        real=Real.YES,
        reasons=("task:ticked",),
        direction=_DIRECTION.get(tick.means, Direction.BOTH),
        mode=_MODE.get(tick.means, Mode.UNKNOWN),
        weight=1.0,
        probability=1.0,
    )
