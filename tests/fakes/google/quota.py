"""A support module: what calls cost, by the fake's own clock, and refusals beyond that.

Gmail counts units in any minute of a user, Calendar and People calls; Tasks counts the calls of a
project in a day of the Pacific. Costs: developers.google.com/gmail/api/reference/quota, with those
of May 2026 for messages.get and threads.get.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from fakes.google.call import Refused

COSTS: Final = {
    "drafts.create": 10,
    "drafts.delete": 10,
    "drafts.get": 20,
    "drafts.list": 5,
    "getProfile": 1,
    "history.list": 2,
    "labels.get": 1,
    "labels.list": 1,
    "messages.attachments.get": 20,
    "messages.get": 20,
    "messages.list": 5,
    "settings.sendAs.list": 1,
    "stop": 50,
    "watch": 100,
}
_MINUTE: Final = timedelta(minutes=1)
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")


def cost(method: str) -> int:
    """In units; outside Gmail a call is one."""
    api, _, name = method.partition(".")
    return COSTS[name.removeprefix("users.")] if api == "gmail" else 1


class Quota:
    """Limits, which tests may change, and counters."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.a_minute = {"gmail": 6_000, "calendar": 600, "people": 90, "pubsub": 6_000}
        self.tasks_a_day = 50_000
        self.at_once = 100  # calls of a batch; Gmail is known to refuse some beyond 50
        self.status: Literal[403, 429] = 429  # Gmail answers either
        self.says_when = False  # Retry-After: what others log of Google's refusals has none
        self.calls: Counter[str] = Counter()  # those that were let through, by method
        self.units: Counter[str] = Counter()  # what they cost, by method
        self.refused: Counter[str] = Counter()  # by method
        self._spent: dict[tuple[str, str], deque[tuple[datetime, int]]] = {}
        self._sums: Counter[tuple[str, str]] = Counter()  # of those
        self._day: Counter[str] = Counter()

    def spent(self, api: str, address: str) -> int:
        """Units of the last minute."""
        self._forget(api, address)
        return self._sums[api, address]

    def charge(self, method: str, address: str) -> None:
        """Take what a call costs, or refuse it; a call that is refused costs nothing."""
        api, units = method.partition(".")[0], cost(method)
        try:
            if api == "tasks":
                self._charge_day()
            else:
                self._charge_minute(api, address, units)
        except Refused:
            self.refused[method] += 1
            raise
        self.calls[method] += 1
        self.units[method] += units

    def _charge_minute(self, api: str, address: str, units: int) -> None:
        if self.spent(api, address) + units > self.a_minute[api]:
            raise self._too_many(api, address, units)
        self._spent.setdefault((api, address), deque()).append((self._now(), units))
        self._sums[api, address] += units

    def _forget(self, api: str, address: str) -> None:
        spent = self._spent.get((api, address), deque())
        while spent and spent[0][0] <= self._now() - _MINUTE:
            self._sums[api, address] -= spent.popleft()[1]

    def _too_many(self, api: str, address: str, units: int) -> Refused:
        free, wait = self.a_minute[api] - self.spent(api, address), _MINUTE
        for at, one in self._spent.get((api, address), ()):
            free += one
            if free >= units:
                wait = at + _MINUTE - self._now()
                break
        seconds = -(-wait // timedelta(seconds=1))
        return rate_limited(self.status, retry_after=seconds if self.says_when else None)

    def _charge_day(self) -> None:
        day = self._now().astimezone(_PACIFIC).date().isoformat()
        if self._day[day] >= self.tasks_a_day:
            raise daily_limit()
        self._day[day] += 1


def rate_limited(
    status: int = 429, reason: str = "rateLimitExceeded", retry_after: int | None = None
) -> Refused:
    """Too many in too short a time. `reason`: `userRateLimitExceeded` as well; seconds."""
    message = (
        "User Rate Limit Exceeded"
        if reason == "userRateLimitExceeded"
        else "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'."
    )
    after = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refused(
        status,
        reason,
        message,
        domain="usageLimits",
        info="RATE_LIMIT_EXCEEDED",
        name="RESOURCE_EXHAUSTED",
        headers=after,
    )


def at_once() -> Refused:
    """What Gmail says of calls beyond what it takes at once, most of all in large batches."""
    return Refused(
        429,
        "rateLimitExceeded",
        "Too many concurrent requests for user.",
        domain="usageLimits",
        name="RESOURCE_EXHAUSTED",
    )


def daily_limit(reason: str = "dailyLimitExceeded") -> Refused:
    """Nothing more today; `reason`: `quotaExceeded` as well."""
    message = "Daily Limit Exceeded" if reason == "dailyLimitExceeded" else "Quota Exceeded"
    return Refused(
        403, reason, message, domain="usageLimits", info="RATE_LIMIT_EXCEEDED",
        name="RESOURCE_EXHAUSTED",
    )  # fmt: skip


def switched_off(api: str) -> Refused:
    """The project has not enabled that API."""
    message = f"{api} API has not been used in project 1234 before or it is disabled."
    return Refused(
        403, "accessNotConfigured", message, domain="usageLimits", info="SERVICE_DISABLED"
    )
