"""Chance that a seed decides: each purpose has a stream of its own, so that one more throw for the
weather moves no mail."""

from __future__ import annotations

import hashlib
import random


def dice(seed: int, *purpose: object) -> random.Random:
    """The stream of this seed for this purpose; the same in every process."""
    return random.Random(f"{seed}/{'/'.join(map(str, purpose))}")


def share(seed: int, *purpose: object) -> float:
    """One throw in [0, 1) that depends on nothing but what it is for."""
    digest = hashlib.sha256(f"{seed}/{'/'.join(map(str, purpose))}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
