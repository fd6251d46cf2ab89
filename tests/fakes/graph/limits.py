"""A support module: how much a mailbox lets an app do.

10,000 requests in ten minutes and four at a time, for each app and mailbox:
learn.microsoft.com/graph/throttling-limits (Outlook service limits).
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from fakes.graph.call import Refused


class Limits:
    """Tests may change them. `most_at_once`: how many were under way together so far."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.at_once = 4
        self.requests = 10_000
        self.span = timedelta(minutes=10)
        self.retry_after = 2
        self.refuses_parts = False  # some requests of a batch, although there is room
        self.most_at_once = 0
        self.refused = 0
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()
        self._spent: dict[str, deque[datetime]] = {}

    @contextmanager
    def one(self, mailbox: str) -> Iterator[None]:
        """A request is under way; a refusal if it is one too many."""
        with self.several(mailbox, 1) as places:
            if not places:
                raise self.concurrency()
            self.charge(mailbox)
            yield

    @contextmanager
    def several(self, mailbox: str, count: int) -> Iterator[int]:
        """So many, as parts of a batch: how many places they got."""
        with self._lock:
            taken = min(count, max(0, self.at_once - self._under_way[mailbox]))
            self._under_way[mailbox] += taken
            self.most_at_once = max(self.most_at_once, self._under_way[mailbox])
        try:
            yield taken
        finally:
            with self._lock:
                self._under_way[mailbox] -= taken

    def charge(self, mailbox: str) -> None:
        """A request counts, or there were too many of late."""
        with self._lock:
            self._charge(mailbox)

    def concurrency(self) -> Refused:
        """What a request gets that is one too many at a time."""
        self.refused += 1
        return self._over("MailboxConcurrency", self.retry_after)

    def _charge(self, mailbox: str) -> None:
        spent = self._spent.setdefault(mailbox, deque())
        while spent and spent[0] <= self._now() - self.span:
            spent.popleft()
        if len(spent) >= self.requests:
            self.refused += 1
            wait = spent[0] + self.span - self._now()
            raise self._over("MailboxRequests", -(-wait // timedelta(seconds=1)))
        spent.append(self._now())

    def _over(self, limit: str, seconds: int) -> Refused:
        return Refused(
            429,
            "ApplicationThrottled",
            f"Application is over its {limit} limit.",
            headers={"Retry-After": str(seconds)},
        )
