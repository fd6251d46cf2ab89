"""A support module: how many examples of a property are tried."""

from __future__ import annotations

import os


def examples(few: int) -> int:
    """`few`, so that all tests together stay a matter of minutes; SYNCD_SOAK asks for more."""
    return max(few, int(os.environ.get("SYNCD_SOAK", "0")))
