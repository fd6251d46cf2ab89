"""What is raised where a promise was not kept."""

from __future__ import annotations


class Broken(AssertionError):
    """A promise that was not kept."""


def must(kept: object, promise: str) -> None:
    """Raise `Broken` unless it is kept."""
    if not kept:
        raise Broken(promise)
