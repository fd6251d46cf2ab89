"""Numbers of things, in words."""

from __future__ import annotations


def many(count: int, noun: str, plural: str = "") -> str:
    """ "1 task", "1,204 tasks"; `plural` where an s does not make it."""
    return f"1 {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"
