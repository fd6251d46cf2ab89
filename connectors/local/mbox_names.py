"""What the refs of an mbox's mails end with: a fingerprint, and "~2" for the second of two."""

from __future__ import annotations

from typing import Final

from connectors.contract import Known

_FEW: Final = 50  # up to this many new mails are looked up one by one


class Names:
    """Names for all mails of an mbox, from its first on."""

    def __init__(self) -> None:
        self._once: set[int] = set()  # 64 bits each, because they may be half a million
        self._again: dict[str, int] = {}

    def next(self, finger: str) -> str:
        """The name of the next mail in the file with that fingerprint."""
        number = int(finger[:16], 16)
        if number not in self._once:
            self._once.add(number)
            return finger
        self._again[finger] = self._again.get(finger, 1) + 1
        return f"{finger}~{self._again[finger]}"


class KnownNames:
    """Names for what is appended to an mbox, by what is known of it."""

    def __init__(self, known: Known, ours: str) -> None:
        self._known = known
        self._ours = ours
        self._counts: dict[str, int] = {}
        self._stamps: dict[str, str] = {}
        self._all: dict[str, int] | None = None

    def next(self, finger: str) -> str:
        """The name of one more mail with that fingerprint."""
        count = self._count(finger) + 1
        self._counts[finger] = count
        return finger if count == 1 else f"{finger}~{count}"

    def again(self, name: str) -> str:
        """The name of a mail that is known, as it is counted already."""
        self._count(finger_of(name))
        return name

    def stamp(self, name: str) -> str | None:
        """The known stamp, of a mail that was asked for with `again`."""
        return self._stamps.get(name)

    def _count(self, finger: str) -> int:
        # Asked once, before any of these is yielded: what is known grows as we go.
        if finger not in self._counts:
            if self._all is None and len(self._counts) >= _FEW:
                self._all = {}
                for ref in self._known.under(self._ours):
                    other = finger_of(ref[len(self._ours) :])
                    self._all[other] = self._all.get(other, 0) + 1
            if self._all is not None:
                self._counts[finger] = self._all.get(finger, 0)
            else:
                found = self._known.under(self._ours + finger)
                self._counts[finger] = len(found)
                if not self._stamps:  # only that of the mail that was the last is ever asked for
                    self._stamps = {ref[len(self._ours) :]: found[ref] for ref in found}
        return self._counts[finger]


def finger_of(name: str) -> str:
    """The fingerprint in a name."""
    return name.partition("~")[0]
