"""What `syncd doctor` finds at the servers of accounts: all are asked at once, and not for long."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final

from connectors.contract import Timed
from syncd import wiring
from syncd.pipeline import Account
from syncd.store.health import SIGNED_OUT, words_of
from syncd.views.doctor import Finding, ok, warning, wrong

SECONDS: Final = 40.0  # for all of them together
_OFF: Final = timedelta(minutes=2)


class _Visit(Thread):
    """One account's server is asked. Whoever hangs in the network is left there."""

    def __init__(self, account: Account) -> None:
        super().__init__(name=f"doctor {account.name}", daemon=True)
        self.account = account
        self.found: list[str] = []
        self.trouble = ""
        self.signed_out = False
        self.clock: timedelta | None = None  # how far the server is ahead of us

    def run(self) -> None:
        assert self.account.survey is not None
        try:
            self.found.extend(self.account.survey())
            for source in self.account.sources:
                if isinstance(source, Timed) and (there := source.server_time()) is not None:
                    self.clock = there - datetime.now(UTC)
                    break
        except Exception as error:  # noqa: BLE001  # it is told
            self.trouble = words_of(error)
            self.signed_out = isinstance(error, SIGNED_OUT)


def servers(
    assembly: wiring.Assembly, opened: Sequence[Account], *, seconds: float = SECONDS
) -> Iterator[Finding]:
    """A line for each account on a server: reached, signed in, what it has. Nothing is read into
    the state. Where no account at all can sign in, that is what is wrong (77)."""
    kinds = {entry.name: entry.kind for entry in assembly.settings.accounts}
    visits = [_Visit(account) for account in opened if account.survey is not None]
    for visit in visits:
        visit.start()
    end = time.monotonic() + seconds
    for visit in visits:
        visit.join(max(0.0, end - time.monotonic()))
    nobody = len(visits) == len(opened) and all(visit.signed_out for visit in visits)
    for visit in visits:
        found = _finding(f"{visit.account.name}/{kinds[visit.account.name]}", visit, seconds)
        yield replace(found, code=77) if nobody else found


def _finding(what: str, visit: _Visit, seconds: float) -> Finding:
    said = "; ".join(visit.found)
    if visit.is_alive():
        so_far = f" ({said})" if said else ""
        look = "look whether host or URL, port and encryption are right; if so, try again later"
        return wrong(what, f"no answer within {seconds:.0f} seconds{so_far}", look)
    if visit.trouble:
        return wrong(what, "; ".join([*visit.found, visit.trouble]))
    if visit.clock is None:
        return ok(what, said)
    if abs(visit.clock) < _OFF:
        return ok(what, f"{said}; its clock agrees with ours")
    where = "ahead of" if visit.clock > timedelta() else "behind"
    minutes = abs(visit.clock) // timedelta(minutes=1)
    words = f"{said}; its clock is {minutes} minutes {where} ours"
    return warning(what, words, "look which of the two is right")
