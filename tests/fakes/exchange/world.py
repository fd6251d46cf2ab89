"""A support module: letters and a clock, for worlds in which the fake plays."""

from __future__ import annotations

from fakes.google.world import START, Clock, letter

__all__ = ["START", "Clock", "letter"]
