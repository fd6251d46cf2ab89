"""How often everybody is judged while a long back-fill goes on.

Other accounts must not wait for its end, and it must not be held up by passes over whom it has just
brought. So passes are a while apart, and take a tenth of the time at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

APART: Final = timedelta(minutes=2)
_FACTOR: Final = 9  # times as long as the last pass took
_MOST: Final = timedelta(minutes=30)
_RESTED: Final = timedelta(minutes=5)  # between passes while it rests now and then


class Pace:
    """Says when a pass may be made. It is told the moments at which things are done."""

    def __init__(self) -> None:
        self._next: datetime | None = None
        self._passed: datetime | None = None  # when the last pass began, until its end is known
        self._first = False  # no pass was made since the back-fill began

    def begin(self, now: datetime) -> None:
        """A back-fill begins, the only one."""
        self._passed, self._next, self._first = None, now + APART, True

    def passed(self, now: datetime) -> None:
        """A pass was made; it began at `now`."""
        self._passed, self._next, self._first = now, now + APART, False

    def rest(self, now: datetime) -> None:
        """The back-fill waits for its provider. What it brought is shown soon; later on, how long
        a pass takes cannot be told from when it goes on."""
        if self._first:
            self._next = now
        elif self._passed is not None:
            self._next = self._passed + _RESTED
            self._passed = None

    def go_on(self, now: datetime) -> None:
        """The back-fill goes on: the pass before is over."""
        if self._passed is not None:
            pause = max(APART, _FACTOR * (now - self._passed))
            self._passed, self._next = None, now + min(pause, _MOST)

    def next(self, now: datetime) -> datetime:
        """When the next pass may be made; `now` or earlier means now. A clock that was set back
        does not put it off."""
        if self._next is None or self._next - now > _MOST:
            return now
        return self._next
