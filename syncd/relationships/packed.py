"""Claims as short lines of text: as much of them as a history is told from.

    message   ["m", until, key, sent, weight, size, account, signals]
    the rest  ["x", …] with every field that matters

What only words are made of (titles, places, links, more than one sighting) is left out: whoever
writes a task looks at the observations themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from syncd.inference.model import (
    Claim,
    ClaimKind,
    Direction,
    Evidence,
    Mode,
    Real,
    Signal,
    SignalKind,
)
from syncd.people.times import from_int, maybe_int, maybe_moment, to_int
from syncd.relationships.events import account_of

_MAIL: Final = "message:"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_KINDS: Final = {kind.value: kind for kind in SignalKind}
_CLAIMS: Final = {kind.value: kind for kind in ClaimKind}
_REALS: Final = {real.value: real for real in Real}
_DIRECTIONS: Final = {direction.value: direction for direction in Direction}
_MODES: Final = {mode.value: mode for mode in Mode}


def is_told(claim: Claim) -> bool:
    """Whether a history is another one without this claim."""
    return (
        claim.kind is not ClaimKind.MESSAGE
        or claim.real is not Real.NO
        or bool(claim.signals)
        or claim.changes_at is not None
    )


def pack(claim: Claim) -> str:
    """The claim on one line."""
    signals = [
        [signal.kind.value, signal.confidence, signal.due and signal.due.isoformat()]
        for signal in claim.signals
    ]
    account, until = account_of(claim), to_int(claim.until)
    if claim.kind is ClaimKind.MESSAGE and claim.real is Real.YES and claim.key.startswith(_MAIL):
        sent = int(claim.direction is Direction.SENT)
        key = claim.key[len(_MAIL) :]
        return _encode(["m", until, key, sent, claim.weight, claim.size, account, signals])
    return _encode(
        [
            "x",
            until,
            claim.key,
            claim.kind.value,
            to_int(claim.at),
            claim.real.value,
            claim.reasons,
            claim.direction.value,
            claim.mode.value,
            claim.weight,
            claim.size,
            account,
            maybe_int(claim.seen_at),
            maybe_int(claim.meant_at),
            maybe_int(claim.changes_at),
            int(claim.scheduled),
            int(claim.organised),
            signals,
        ]
    )


def order_of(line: str) -> tuple[int, str]:
    """By what claims are sorted: when they were over, and their key."""
    row = json.loads(line)
    return row[1], (_MAIL + row[2] if row[0] == "m" else row[2])


def unpack(lines: Iterable[str]) -> list[Claim]:
    """The claims behind these lines; what was left out is empty."""
    # As one text: the reader takes as long to begin as for a line.
    return [_claim(row) for row in json.loads(f"[{','.join(lines)}]")]


def _claim(row: Sequence[Any]) -> Claim:
    until = from_int(row[1])
    if row[0] == "m":
        _, _, key, sent, weight, size, account, signals = row
        return Claim(
            # Positional, in the order of the fields: most of what is read are messages.
            _MAIL + key,
            ClaimKind.MESSAGE,
            until,
            until,
            Real.YES,
            (),
            Direction.SENT if sent else Direction.RECEIVED,
            Mode.UNKNOWN,
            weight,
            size=size,
            evidence=_seen_in(account),
            signals=_signals(signals) if signals else (),
        )
    (
        _, _, key, kind, at, real, reasons, direction, mode, weight, size, account,
        seen_at, meant_at, changes_at, scheduled, organised, signals,
    ) = row  # fmt: skip
    return Claim(
        key=key,
        kind=_CLAIMS[kind],
        at=from_int(at),
        until=until,
        real=_REALS[real],
        reasons=tuple(reasons),
        direction=_DIRECTIONS[direction],
        mode=_MODES[mode],
        weight=weight,
        size=size,
        evidence=_seen_in(account),
        seen_at=maybe_moment(seen_at),
        meant_at=maybe_moment(meant_at),
        changes_at=maybe_moment(changes_at),
        scheduled=bool(scheduled),
        organised=bool(organised),
        signals=_signals(signals),
    )


@lru_cache(maxsize=64)
def _seen_in(account: str) -> tuple[Evidence, ...]:
    return (Evidence(account, ""),) if account else ()


def _signals(rows: Iterable[Sequence[Any]]) -> tuple[Signal, ...]:
    return tuple(
        [
            Signal(_KINDS[kind], confidence, date.fromisoformat(due) if due else None)
            for kind, confidence, due in rows
        ]
    )
