"""Tie strength: Interactions Rank, squeezed into 0-1, in closed form between interactions.

Roth et al., "Suggesting Friends Using the Implicit Social Graph" (KDD 2010), rank a tie by

    IR = 5 * sum over outgoing (1/2)^(age/half-life)  +  sum over incoming (1/2)^(age/half-life)

Outgoing counts five times because it is what the owner chose to do. Here every interaction also
carries its claim's weight (a mail to four people is a quarter of a mail to each). A meeting, a
call or a ticked one is outgoing *and* incoming at once, so it appears in both sums: 5 + 1.

    strength = 1 - (1/2)^(IR/k)

With a half-life of 60 days and k = 15, ten mails a year in both directions (the upper end of what
real ties were found to exchange) settle near one half, a weekly meeting near 0.9. Where nothing
ever came back, what was sent counts once (`facts.rank_of`): one single mail starts at 0.05.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=60)
SCALE = 15.0  # IR at which strength is one half
OWNER_ACTED = 5.0  # Roth et al. 2010, section 4: theta_out
THEY_ACTED = 1.0

_TICK = timedelta(microseconds=1)
_HALF_LIFE = HALF_LIFE // _TICK


def decayed(ir: float, elapsed: timedelta) -> float:
    """Interactions Rank after `elapsed` without an interaction."""
    return float(ir * 0.5 ** (elapsed / HALF_LIFE))


def strength_of(ir: float) -> float:
    """Strength in 0-1 for an Interactions Rank."""
    return float(1.0 - 0.5 ** (ir / SCALE))


def falls_below(ir: float, since: datetime, level: float) -> datetime | None:
    """The first microsecond after `since` at which strength is below `level`, when nothing happens.

    `ir` is the rank at `since`. None where strength is below the level already, or never falls.
    """
    if level <= 0.0 or strength_of(ir) < level:
        return None

    def below(ticks: int) -> bool:
        # `strength_of(decayed(ir, ticks * _TICK))`, to the last bit, in a third of the time.
        return bool(1.0 - 0.5 ** (ir * 0.5 ** (ticks / _HALF_LIFE) / SCALE) < level)

    # The closed form is right to a rounding error; the search makes it exact. At either end of the
    # scale, where floating point knows no such rank, the search starts from nothing.
    target = -SCALE * math.log2(1.0 - level) if level < 1.0 else math.inf
    guess = max(0, round(math.log2(ir / target) * _HALF_LIFE)) if 0.0 < target < ir else 0
    margin = 4
    while not below(guess + margin):
        margin *= 4
    high = guess + margin
    margin = 4
    while guess - margin > 0 and below(guess - margin):
        margin *= 4
    low = max(0, guess - margin)
    while high - low > 1:
        middle = (low + high) // 2
        if below(middle):
            high = middle
        else:
            low = middle
    return since + high * _TICK
