"""A support module: what goes wrong on purpose.

A fault is for the methods whose name matches `method` (as in fnmatch: "messages.*", "*"; also
"login.token" and "batch"). The answers of a batch's parts are those of their methods; a connection
that ends for one part ends for all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final

from fakes.google.fault import Fault, Gate
from fakes.graph import aadsts
from fakes.graph.call import Refused, Reply
from fakes.graph.tokens import denied

_PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body>Our services aren't ..."
_SYNC: Final = {
    "SyncStateNotFound": 410,
    "syncStateNotFound": 410,
    "resyncRequired": 410,
    "SyncStateInvalid": 400,
    "ErrorInvalidSyncStateData": 400,
}


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

    # --- refusals ---

    def refuse(
        self, method: str, make: Callable[[], Refused], times: int | None = 1, skip: int = 0
    ) -> Fault:
        """Any error, made anew for each call."""
        return self.add(Fault(method, before=lambda: make().reply(), times=times, skip=skip))

    def error(
        self, status: int, code: str, method: str = "*", times: int | None = 1, *, skip: int = 0
    ) -> Fault:
        """Any error by its status and code: 404 MailboxNotEnabledForRESTAPI, 503
        ErrorMailboxStoreUnavailable, 403 ErrorAccessDenied, 507 ErrorQuotaExceeded ..."""
        words = f"{code}: this is how it is."
        return self.refuse(method, lambda: Refused(status, code, words), times, skip)

    def too_many(
        self,
        method: str = "*",
        times: int | None = 1,
        *,
        skip: int = 0,
        retry_after: int | str | None = 7,
    ) -> Fault:
        """429 with Retry-After (seconds, or a date in the form of HTTP; None: without)."""
        after = {} if retry_after is None else {"Retry-After": str(retry_after)}
        words = "Application is over its MailboxConcurrency limit."
        return self.refuse(
            method, lambda: Refused(429, "ApplicationThrottled", words, headers=after), times, skip
        )

    def broken(
        self,
        method: str = "*",
        times: int | None = 1,
        *,
        skip: int = 0,
        status: int = 503,
        retry_after: int | None = None,
    ) -> Fault:
        """5xx in JSON."""
        after = {} if retry_after is None else {"Retry-After": str(retry_after)}
        code = "serviceNotAvailable" if status == 503 else "UnknownError"
        return self.refuse(
            method, lambda: Refused(status, code, "Try again later.", headers=after), times, skip
        )

    def lost_state(
        self,
        method: str = "*.delta",
        times: int | None = 1,
        *,
        skip: int = 0,
        code: str = "SyncStateNotFound",
        location: str = "",
    ) -> Fault:
        """A sync state is gone: 410 (or 400, as its code says), with Location where one is given.
        Other codes: resyncRequired, SyncStateInvalid, ErrorInvalidSyncStateData."""
        more = {"Location": location} if location else {}
        words = "The sync state generation is not found."
        return self.refuse(
            method, lambda: Refused(_SYNC[code], code, words, headers=more), times, skip
        )

    def dead_token(
        self, times: int | None = 1, *, method: str = "*", claims: bool = False
    ) -> Fault:
        """401 InvalidAuthenticationToken. `claims`: with a challenge, as when a session is ended
        before its tokens are (continuous access evaluation)."""
        words = "Access token has expired or is not yet valid."
        about = (
            'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'
        )
        more = {"WWW-Authenticate": about} if claims else {}
        made = Refused(401, "InvalidAuthenticationToken", words, headers=more)
        return self.refuse(method, lambda: made, times)

    def forbidden(self, method: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """403 ErrorAccessDenied."""
        return self.refuse(method, denied, times, skip)

    def entra(
        self,
        number: int,
        error: str = "invalid_grant",
        *,
        status: int = 400,
        method: str = "login.token",
        times: int | None = 1,
    ) -> Fault:
        """An error of the sign-in by its AADSTS number; `Entra.trouble` is one of a grant."""
        made = aadsts.error(number, error, status)
        return self.add(Fault(method, lambda: made, times=times))

    # --- the network ---

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
            method, times, skip, lambda reply: replace(reply, sent=len(reply.body) // 2)
        )

    def html(
        self, method: str = "*", times: int | None = 1, *, skip: int = 0, status: int = 502
    ) -> Fault:
        """A page in HTML, as of something before Graph."""
        page = Reply(status, _PAGE, {"Content-Type": "text/html; charset=UTF-8"})
        return self.add(Fault(method, lambda: page, times=times, skip=skip))

    def nonsense(
        self, method: str = "*", times: int | None = 1, *, skip: int = 0, body: bytes = b'{"a": [1,'
    ) -> Fault:
        """It happened, and the answer is 200 and no JSON, or other JSON than was promised."""
        kind = {"Content-Type": "application/json"}
        return self._spoil(method, times, skip, lambda reply: Reply(200, body, kind))

    def redirect(self, to: str, method: str = "*", times: int | None = 1) -> Fault:
        """302 to somewhere else."""
        return self.add(Fault(method, lambda: Reply(302, b"", {"Location": to}), times=times))

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
