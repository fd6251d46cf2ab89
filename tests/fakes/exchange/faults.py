"""A support module: what goes wrong on purpose.

A fault is for the operations whose name matches `operation` (as in fnmatch: "SyncFolder*", "*";
also "Autodiscover" and "Connect", which is before anybody is asked who it is).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from fakes.exchange.call import Reply, SoapFault, Trouble
from fakes.exchange.fault import Fault, Gate, Instead
from fakes.exchange.xml import find, m, parse, serialized

_EMPTY: Final = ("Items", "Folders", "Attachments")
_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>502 - Web server received an invalid response</title>"
)


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

    def hit(self, operation: str) -> Fault | None:
        """The fault that this call meets, if any."""
        with self._lock:
            for fault in self.all:
                if not fnmatchcase(operation, fault.operation) or not fault.when():
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.times is None or fault.hits < fault.times:
                    fault.hits += 1
                    return fault
        return None

    def instead(
        self, operation: str, make: Callable[[], Instead], times: int | None = 1, skip: int = 0
    ) -> Fault:
        """Whatever `make` makes is the answer."""
        return self.add(Fault(operation, before=make, times=times, skip=skip))

    def trouble(
        self,
        operation: str,
        code: str,
        times: int | None = 1,
        *,
        skip: int = 0,
        text: str = "",
        **details: Any,
    ) -> Fault:
        """A response message with that code for each thing asked for; nothing happens."""
        return self.instead(operation, lambda: Trouble(code, text, **details), times, skip)

    def fault(
        self,
        operation: str,
        code: str,
        times: int | None = 1,
        *,
        skip: int = 0,
        text: str = "",
        **details: Any,
    ) -> Fault:
        """A SOAP fault with that code."""
        return self.instead(
            operation, lambda: SoapFault(code, text, client=False, **details), times, skip
        )

    def busy(
        self,
        operation: str = "*",
        times: int | None = 1,
        *,
        skip: int = 0,
        back_off: int | None = 7000,
        message: bool = False,
    ) -> Fault:
        """ErrorServerBusy with BackOffMilliseconds; as a SOAP fault, or as a response message."""
        details: dict[str, Any] = {} if back_off is None else {"BackOffMilliseconds": back_off}
        make = self.trouble if message else self.fault
        return make(operation, "ErrorServerBusy", times, skip=skip, **details)

    def moving(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """The mailbox moves to another database."""
        return self.trouble(operation, "ErrorMailboxMoveInProgress", times, skip=skip)

    def unavailable(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """The database of the mailbox is dismounted."""
        return self.trouble(operation, "ErrorMailboxStoreUnavailable", times, skip=skip)

    def status(
        self,
        operation: str = "*",
        status: int = 503,
        times: int | None = 1,
        *,
        skip: int = 0,
        body: bytes = b"",
        **headers: str,
    ) -> Fault:
        """An answer of HTTP alone; "_" in the names of headers is "-": Retry_After="7"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.instead(operation, lambda: Reply(status, body, dict(named)), times, skip)

    def blocked(self, times: int | None = None) -> Fault:
        """As Exchange Online refuses EWS where it is switched off: 403, with words."""
        told = b"EWS has been disabled for this tenant. Use Microsoft Graph."
        kind = {"Content-Type": "text/plain; charset=utf-8"}
        return self.instead("Connect", lambda: Reply(403, told, dict(kind)), times)

    def denied(self, operation: str = "*", times: int | None = None) -> Fault:
        """As it refuses applications by policy (EwsApplicationAccessPolicy)."""
        text = "Access is denied. EWS is blocked for this application or mailbox by policy."
        return self.fault(operation, "ErrorAccessDenied", times, text=text)

    def cut_before(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """The connection ends before anything happened."""
        return self.instead(operation, lambda: Reply(0, cut=True), times, skip)

    def cut_after(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """It happened, and the answer is lost."""
        return self._spoil(operation, times, skip, lambda reply: Reply(0, cut=True))

    def late(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """The connection ends, and it happens all the same when the test calls `land()`: a create
        that lands after the look. (`slow` does so with a client that gives up by itself.)"""
        return self.add(Fault(operation, times=times, skip=skip, late=True))

    def truncated(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Fault:
        """It happened; half of the answer comes, then the connection ends."""
        return self._spoil(
            operation, times, skip, lambda reply: replace(reply, sent=len(reply.body) // 2)
        )

    def html(
        self, operation: str = "*", times: int | None = 1, *, skip: int = 0, status: int = 502
    ) -> Fault:
        """A page in HTML, as of something before Exchange."""
        return self.status(
            operation, status, times, skip=skip, body=_PAGE, Content_Type="text/html"
        )

    def stopped(
        self, operation: str = "*", times: int | None = 1, *, skip: int = 0, after: int = 1
    ) -> Fault:
        """It happened for so many of the things asked for; the others are told to have been left
        out (ErrorBatchProcessingStopped), and nothing is told of what became of them."""

        def stop(reply: Reply) -> Reply:
            envelope = parse(reply.body)
            for one in list(next(envelope.iter("{*}ResponseMessages")))[after:]:
                empty = [m(tag) for tag in _EMPTY if find(one, tag) is not None]
                one[:] = [
                    m("MessageText", "Previous errors during batch processing."),
                    m("ResponseCode", "ErrorBatchProcessingStopped"),
                    m("DescriptiveLinkKey", 0),
                    *empty,
                ]
                one.set("ResponseClass", "Warning")
            return replace(reply, body=serialized(envelope))

        return self._spoil(operation, times, skip, stop)

    def nonsense(
        self, operation: str = "*", times: int | None = 1, *, skip: int = 0, body: bytes = b"<a><b>"
    ) -> Fault:
        """It happened, and the answer is 200 and no XML, or other XML than was promised."""
        kind = {"Content-Type": "text/xml; charset=utf-8"}
        return self._spoil(operation, times, skip, lambda reply: Reply(200, body, dict(kind)))

    def slow(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Gate:
        """Nothing happens until the gate is released. `gate.reached` tells that a call waits. A
        client that gave up meanwhile finds that it happened all the same, later."""
        gate = self._gate()

        def before() -> None:
            gate.wait()

        self.add(Fault(operation, before, times=times, skip=skip))
        return gate

    def stalled(self, operation: str = "*", times: int | None = 1, *, skip: int = 0) -> Gate:
        """It happened; half of the answer comes, the rest when the gate is released."""
        gate = self._gate()

        def pace(at: int, whole: int) -> None:
            if at == whole // 2:
                gate.wait()

        self._spoil(operation, times, skip, lambda reply: replace(reply, pace=pace))
        return gate

    def meanwhile(self, operation: str, act: Callable[[], object], *, skip: int = 0) -> Fault:
        """`act` changes the world just before such a call is answered, as between list and get."""

        def before() -> None:
            act()

        return self.add(Fault(operation, before, times=1, skip=skip))

    def _gate(self) -> Gate:
        self.gates.append(Gate())
        return self.gates[-1]

    def _spoil(
        self, operation: str, times: int | None, skip: int, after: Callable[[Reply], Reply]
    ) -> Fault:
        return self.add(Fault(operation, after=after, times=times, skip=skip))
