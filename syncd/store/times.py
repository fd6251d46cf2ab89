"""Moments as the store keeps them, see `syncd/people/times.py`."""

from __future__ import annotations

from syncd.people.times import from_int, maybe_int, maybe_moment, to_int

__all__ = ["from_int", "maybe_int", "maybe_moment", "to_int"]
