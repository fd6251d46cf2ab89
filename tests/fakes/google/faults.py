"""A support module: what goes wrong on purpose.

A fault is for the methods whose id matches `method` (as in fnmatch: "gmail.*", "*"; also
"oauth.token" and "batch"). The answers of a batch's parts are those of their methods, so a fault
of one method makes a batch fail in part; a connection that ends for one part ends for all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase

from fakes.google.call import Refused, Reply, json_reply
from fakes.google.fault import Fault, Gate
from fakes.google.oauth import insufficient
from fakes.google.pages import instant
from fakes.google.quota import daily_limit, rate_limited

_PAGE = b"<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title><p>That's an error.</html>"


@dataclass
class Faults:
    """Those that are switched on. What these methods return counts its `hits`."""

    all: list[Fault] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> Fault:
        """Switch it on."""
        self.all.append(fault)
        return fault

    def clear(self) -> None:
        """Everything works again; whoever waits is let through."""
        self.all.clear()
        for gate in self.gates:
            gate.release()

    def hit(self, method: str) -> Fault | None:
        """The fault that this call meets, if any."""
        with self._lock:
            for fault in self.all:
                if not fnmatchcase(method, fault.method) or not fault.when():
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.times is None or fault.hits < fault.times:
                    fault.hits += 1
                    return fault
        return None

    def too_many(
        self,
        method: str = "*",
        times: int | None = 1,
        *,
        skip: int = 0,
        retry_after: int | None = None,
        until: datetime | None = None,
    ) -> Fault:
        """429 rateLimitExceeded; with Retry-After (seconds) where it is given. With `until`:
        userRateLimitExceeded, which says until when in words alone, as Gmail does it."""
        if until is None:
            made = rate_limited(429, retry_after=retry_after)
        else:
            words = f"User-rate limit exceeded.  Retry after {instant(until)}"
            made = Refused(
                429, "userRateLimitExceeded", words, domain="usageLimits", name="RESOURCE_EXHAUSTED"
            )
        return self.refuse(method, lambda: made, times, skip)

    def rate(
        self,
        method: str = "*",
        times: int | None = 1,
        *,
        skip: int = 0,
        reason: str = "userRateLimitExceeded",
    ) -> Fault:
        """403 with a reason that means: later. No Retry-After."""
        return self.refuse(method, lambda: rate_limited(403, reason), times, skip)

    def used_up(
        self, method: str = "*", times: int | None = 1, *, reason: str = "dailyLimitExceeded"
    ) -> Fault:
        """403 with a reason that means: not today (or `quotaExceeded`)."""
        return self.refuse(method, lambda: daily_limit(reason), times)

    def broken(
        self, method: str = "*", times: int | None = 1, *, skip: int = 0, status: int = 503
    ) -> Fault:
        """5xx in JSON."""
        words = "The service is currently unavailable." if status == 503 else "Internal error."
        return self.refuse(method, lambda: Refused(status, "backendError", words), times, skip)

    def forbidden(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """403 insufficientPermissions: the token has not the scope for it."""
        return self.refuse(method, insufficient, times, skip)

    def dead_token(self, times: int | None = None, *, subtype: str = "") -> Fault:
        """invalid_grant at the token endpoint, until cleared. `subtype`: "invalid_rapt" where an
        organisation wants its people to sign in again every so often; google-auth then talks of
        gcloud."""
        told = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if subtype:
            told |= {"error_description": "reauth related error", "error_subtype": subtype}
        return self.add(Fault("oauth.token", lambda: json_reply(told, 400), times=times))

    def refuse(
        self, method: str, make: Callable[[], Refused], times: int | None = 1, skip: int = 0
    ) -> Fault:
        """Any error of the API."""
        return self.add(Fault(method, before=make, times=times, skip=skip))

    def cut_before(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """The connection ends before anything happened."""
        return self.add(Fault(method, lambda: Reply(0, cut=True), times=times, skip=skip))

    def cut_after(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """It happened, and the answer is lost."""
        return self._spoil(method, times, skip, lambda reply: Reply(0, cut=True))

    def late(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """The connection ends, and it happens all the same when the test calls `land()`: a create
        that lands after the look. (`slow` does so with a client that gives up by itself.)"""
        return self.add(Fault(method, times=times, skip=skip, late=True))

    def truncated(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """It happened; half of the answer comes, then the connection ends."""
        return self._spoil(
            method,
            times,
            skip,
            lambda reply: Reply(reply.status, reply.body, reply.headers, len(reply.body) // 2),
        )

    def html(
        self, method: str = "*", times: int | None = 1, *, skip: int = 0, status: int = 502
    ) -> Fault:
        """A page in HTML, as of something before the API."""
        page = Reply(status, _PAGE, {"Content-Type": "text/html; charset=UTF-8"})
        return self.add(Fault(method, lambda: page, times=times, skip=skip))

    def nonsense(
        self, method: str = "*", times: int | None = 1, *, skip: int = 0, body: bytes = b'{"a": [1,'
    ) -> Fault:
        """It happened, and the answer is 200 and no JSON, or other JSON than was promised."""
        kind = {"Content-Type": "application/json; charset=UTF-8"}
        return self._spoil(method, times, skip, lambda reply: Reply(200, body, kind))

    def slow(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Gate:
        """Nothing happens until the gate is released. `gate.reached` tells that a call waits. A
        client that gave up meanwhile finds that it happened all the same, later."""
        gate = self._gate()
        self.add(Fault(method, gate.wait, times=times, skip=skip))
        return gate

    def stalled(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Gate:
        """It happened; half of the answer comes, the rest when the gate is released."""
        gate = self._gate()

        def pace(at: int, whole: int) -> None:
            if at == whole // 2:
                gate.wait()

        self._spoil(method, times, skip, lambda reply: replace(reply, pace=pace))
        return gate

    def drip(
        self, method: str = "*", times: int | None = 1, *, skip: int = 0, every: float = 0.05
    ) -> Gate:
        """It happened; the answer comes byte by byte, with `every` seconds (really) between them,
        so that no single read takes long. The rest comes at once when the gate is released."""
        gate = self._gate()

        def pace(at: int, whole: int) -> None:
            gate.wait(every)

        self._spoil(method, times, skip, lambda reply: replace(reply, pace=pace))
        return gate

    def meanwhile(self, method: str, act: Callable[[], object], *, skip: int = 0) -> Fault:
        """`act` changes the world just before such a call is answered, as between list and get."""

        def before() -> None:
            act()

        return self.add(Fault(method, before, times=1, skip=skip))

    def _gate(self) -> Gate:
        self.gates.append(Gate())
        return self.gates[-1]

    def _spoil(
        self, method: str, times: int | None, skip: int, after: Callable[[Reply], Reply]
    ) -> Fault:
        return self.add(Fault(method, after=after, times=times, skip=skip))
