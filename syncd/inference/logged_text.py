"""Text that can be searched folded and cut as written: one index serves both."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

HOLE = "\x1f"  # stands where something was understood and taken out


@dataclass(slots=True)
class Cloth:
    """A line of the owner's, letter by letter beside its folded form (lower case, no accents).

    What is understood is cut out of both; a hole is left, which joins nothing.
    """

    written: str
    plain: str = field(init=False)
    _at: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.written = unicodedata.normalize("NFC", " ".join(self.written.split()))
        letters: list[str] = []
        self._at = []
        for index, char in enumerate(self.written):
            for part in unicodedata.normalize("NFKD", char.casefold()):
                if not unicodedata.combining(part):
                    letters.append("'" if part in "’`´" else part)
                    self._at.append(index)
        self.plain = "".join(letters)

    def cut(self, begin: int, end: int) -> str:
        """Take a span of `plain` out; what was written there is returned."""
        if begin >= end:
            return ""
        first, last = self._at[begin], self._at[end - 1]
        taken = self.written[first : last + 1]
        # A letter may have folded into several; all of them go.
        while begin and self._at[begin - 1] == first:
            begin -= 1
        while end < len(self._at) and self._at[end] == last:
            end += 1
        self.plain = self.plain[:begin] + HOLE * (end - begin) + self.plain[end:]
        self.written = self.written[:first] + HOLE * (last + 1 - first) + self.written[last + 1 :]
        return taken

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match in the folded text."""
        return pattern.search(self.plain)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match, cut out."""
        match = pattern.search(self.plain)
        if match is not None:
            self.cut(*match.span())
        return match

    def at(self, index: int) -> int:
        """Where a letter of `plain` stands in `written`."""
        return self._at[index]

    def left(self) -> str:
        """What was not taken out, as written."""
        text = re.sub(rf"\s*{HOLE}+\s*", " ", self.written)
        text = re.sub(r"\s+([,.;])", r"\1", text)
        return " ".join(text.split()).strip(" ,.;:-–—")
