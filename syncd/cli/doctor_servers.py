"""What `syncd doctor` finds at the servers of accounts: all are asked at once, and not for long."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final

from connectors.contract import Timed
from syncd import wiring
from syncd.pipeline import Account
from syncd.store.health import words_of
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


def servers(
    assembly: wiring.Assembly, opened: Sequence[Account], *, seconds: float = SECONDS
) -> Iterator[Finding]:
    """A line for each account on a server: reached, signed in, what it has. Nothing is read into
    the state."""
    kinds = {entry.name: entry.kind for entry in assembly.settings.accounts}
    visits = [_Visit(account) for account in opened if account.survey is not None]
    for visit in visits:
        visit.start()
    end = time.monotonic() + seconds
    for visit in visits:
        visit.join(max(0.0, end - time.monotonic()))
        yield _finding(f"{visit.account.name}/{kinds[visit.account.name]}", visit, seconds)


def _finding(what: str, visit: _Visit, seconds: float) -> Finding:
    said = "; ".join(visit.found)
    if visit.is_alive():
        so_far = f" ({said})" if said else ""
        return wrong(what, f"no answer within {seconds:.0f} seconds{so_far}", "try again later")
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
