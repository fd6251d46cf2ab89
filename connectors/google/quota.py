"""What calls cost, and how many of them may be made now, by what the provider allows.

A bucket gives back each unit a minute after it was spent (a day, for Tasks), so that in any minute
no more is spent than there is in it: Google counts over minutes, and so do we. Nobody waits here:
whoever finds it empty ends with `Paused`, and comes again.

Costs: developers.google.com/gmail/api/reference/quota, messages.get and threads.get as since 1 May
2026. Limits: 6,000 units a minute and user for Gmail, 600 and 90 calls for Calendar and People,
50,000 calls a day and project for Tasks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from types import MappingProxyType
from typing import Final, NamedTuple

from connectors.errors import Paused

COSTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "gmail.users.drafts.create": 10,
        "gmail.users.drafts.delete": 10,
        "gmail.users.drafts.get": 20,
        "gmail.users.drafts.list": 5,
        "gmail.users.getProfile": 1,
        "gmail.users.history.list": 2,
        "gmail.users.labels.get": 1,
        "gmail.users.labels.list": 1,
        "gmail.users.messages.attachments.get": 20,
        "gmail.users.messages.get": 20,
        "gmail.users.messages.list": 5,
        "gmail.users.settings.sendAs.list": 1,
        "gmail.users.stop": 50,
        "gmail.users.threads.get": 40,
        "gmail.users.threads.list": 10,
        "gmail.users.watch": 100,
    }
)
ADVICE: Final = (
    "another program may be using up the quota of the same project, or read the same mailbox: see "
    "IAM & Admin, Quotas, in the Cloud console (docs/google.md)"
)
_DEAREST: Final = 100  # Gmail's methods that are not listed
_GRAIN: Final = 600  # into so many parts a span is divided: what was spent in one is added up
_NAMES: Final = {
    "gmail": "Gmail",
    "calendar": "Google Calendar",
    "people": "Google Contacts",
    "tasks": "Google Tasks",
    "pubsub": "Google Pub/Sub",
}


class Limit(NamedTuple):
    """So many units in any `span` seconds."""

    units: int
    span: float


LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "gmail": Limit(6_000, 60.0),
        "calendar": Limit(600, 60.0),
        "people": Limit(90, 60.0),
        "tasks": Limit(50_000, 86_400.0),
        "pubsub": Limit(6_000, 60.0),
    }
)


def cost(method: str) -> int:
    """What one call costs, in units. `method` is its id: "gmail.users.messages.get"."""
    if method.startswith("gmail."):
        return COSTS.get(method, _DEAREST)
    return 1


class Bucket:
    """What one API allows to one user. The clock goes in seconds, and never back."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        # Of each short while: when it began, when the last of it was spent, how much.
        self._spent: deque[tuple[float, float, int]] = deque()
        self._sum = 0
        self._shut_until = 0.0

    def free(self, keep: int = 0) -> int:
        """Units that may be spent now, if `keep` are left."""
        now = self._clock()
        if now < self._shut_until:
            return 0
        self._forget(now)
        return max(0, self._limit.units - self._sum - keep)

    def spend(self, units: int) -> None:
        """They are spent, whether there were as many or not."""
        now = begun = self._clock()
        self._forget(now)
        self._sum += units
        if self._spent and now - self._spent[-1][0] < self._limit.span / _GRAIN:
            begun, _, before = self._spent.pop()
            units += before
        self._spent.append((begun, now, units))

    def counted(self) -> None:
        """What was spent last was counted over there by now, and perhaps not sooner."""
        if self._spent:
            begun, _, units = self._spent.pop()
            self._spent.append((begun, self._clock(), units))

    def wait(self, units: int, keep: int = 0) -> float:
        """Seconds until so many are free."""
        now = self._clock()
        self._forget(now)
        lacking = self._sum + keep + units - self._limit.units
        until = self._shut_until
        for _, at, one in self._spent:
            if lacking <= 0:
                break
            lacking -= one
            until = max(until, at + self._limit.span)
        return max(0.0, until - now)

    def shut(self, seconds: float) -> None:
        """Nothing may be spent for so long."""
        self._shut_until = max(self._shut_until, self._clock() + seconds)

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0][1] <= now - self._limit.span:
            self._sum -= self._spent.popleft()[2]


class Quota:
    """The buckets of one account, one for each API. From any thread."""

    def __init__(self, clock: Callable[[], float], limits: Mapping[str, Limit] = LIMITS) -> None:
        self._buckets = {api: Bucket(limit, clock) for api, limit in limits.items()}
        self._lock = Lock()

    def take(self, method: str, times: int = 1, *, keep: int = 0) -> None:
        """Pay for calls that are about to be made. Raises `Paused`, and takes nothing, where that
        would leave less than `keep` units to others."""
        units = cost(method) * times
        with self._lock:
            bucket = self._of(method)
            if units > bucket.free(keep):
                raise _paused(method, bucket.wait(units, keep))
            bucket.spend(units)

    def answered(self, method: str) -> None:
        """The call that was paid for is over: its units come back a minute from now."""
        with self._lock:
            self._of(method).counted()

    def affords(self, method: str, *, keep: int = 0) -> int:
        """How many such calls may be made now."""
        with self._lock:
            return self._of(method).free(keep) // cost(method)

    def wait(self, method: str, times: int = 1, *, keep: int = 0) -> float:
        """Seconds until `take` would go well; 0.0 where it does now."""
        with self._lock:
            bucket = self._of(method)
            units = cost(method) * times
            return 0.0 if units <= bucket.free(keep) else bucket.wait(units, keep)

    def refused(self, method: str, wait: float) -> None:
        """The API asked not to be asked for so many seconds."""
        with self._lock:
            self._of(method).shut(wait)

    def _of(self, method: str) -> Bucket:
        return self._buckets[method.partition(".")[0]]


def _paused(method: str, wait: float) -> Paused:
    name = _NAMES.get(api := method.partition(".")[0], api)
    return Paused(
        f"{name} gives so much at a time, and the rest in {max(1, round(wait))} seconds",
        wait,
        ADVICE,
    )
