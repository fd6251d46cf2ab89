"""Who is told that a secret was refused, and believes it."""

from __future__ import annotations


class Refusals(list[str]):
    """What was said of each."""

    def __call__(self, _secret: str, words: str) -> bool:
        self.append(words)
        return True
