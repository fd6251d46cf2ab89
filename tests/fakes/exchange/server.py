"""A support module: Exchange Web Services on loopback, for the real client library to talk to.

    with fake_exchange(clock) as exchange:
        ana = exchange.account("ana@example.com")
        ana.mailbox.deliver(letter("bob@example.org", ana.address, "Lunch"))
        with client(exchange) as account:      # clients.py: the real library
            account.inbox.all()

Every request and every answer is checked against Microsoft's own schemas. What does not fit, what
is not served and what breaks inside is kept in `wrong`, and leaving the `with` raises it.
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from ssl import SSLContext

from fakes.exchange import schema
from fakes.exchange.account import Account
from fakes.exchange.answering import PATH, Answering, Called
from fakes.exchange.autodiscover import Autodiscover
from fakes.exchange.faults import Faults
from fakes.exchange.signin import SignIn
from fakes.exchange.streams import Streams
from fakes.exchange.wire import served

__all__ = ["PATH", "Called", "FakeExchange", "fake_exchange", "running_exchange"]


class FakeExchange(Answering):
    """The whole of it. Acts of tests on the world hold `lock` if clients call at the same time."""

    def __init__(self, clock: Callable[[], datetime], seed: int = 0) -> None:
        self.port = 0
        self.scheme = "http"
        self.streams = Streams(self.now)
        self.lock = threading.RLock()
        self._answered = threading.Condition(self.lock)
        self.reset(clock, seed)

    def reset(self, clock: Callable[[], datetime], seed: int = 0) -> None:
        """As new: nobody has an account, nothing is wrong. `clock`: aware, of UTC. With a `seed`
        other than 0 pages are small, and things come that nobody asked for."""
        self.clock = clock
        self.seed = seed
        self.version = "Exchange2013_SP1"
        self.wrong: list[str] = []
        self.log: list[Called] = []
        self.accounts: dict[str, Account] = {}
        self.faults = Faults()
        self.signin = SignIn()
        self.discovery = Autodiscover()
        self.streams.cut()
        self.streams = Streams(self.now)
        chance = random.Random(f"whims {seed}")
        self.most_at_once = 27
        self._replies = 0
        self._running: Counter[str] = Counter()
        self.page = chance.choice([1, 2, 3, 7, 50]) if seed else 1000
        self.batch = chance.choice([1, 2, 3, 7, 50]) if seed else 512
        self.extras = bool(seed) and chance.random() < 0.7

    def now(self) -> datetime:
        """The fake's time."""
        return self.clock()

    def account(self, address: str = "ana@example.com") -> Account:
        """Somebody's account, made where there is none."""
        with self.lock:
            if address not in self.accounts:
                self.accounts[address] = Account(
                    address, self.now, lambda: list(self.accounts.values())
                )
                self.streams.watch(self.accounts[address].store)
            return self.accounts[address]

    def count(self, operation: str) -> int:
        """How many calls of an operation came, answered or refused."""
        return sum(one.operation == operation for one in self.log)

    def settled(self, what: Callable[[], bool], most: float = 20) -> bool:
        """Wait until `what` is so, looked at after each answer; False: it was not, for so long."""
        with self._answered:
            return self._answered.wait_for(what, most)

    def forgive(self) -> list[str]:
        """What was wrong so far, which is then forgotten."""
        wrong, self.wrong = self.wrong, []
        return wrong

    def judge(self) -> None:
        """Raise if anything was wrong."""
        if self.wrong:
            raise AssertionError("\n".join(["the fake of Exchange saw:", *self.forgive()]))


@contextmanager
def running_exchange(
    clock: Callable[[], datetime], seed: int = 0, tls: SSLContext | None = None
) -> Iterator[FakeExchange]:
    """A running one that nobody judges; by https with `tls`."""
    if absent := schema.absent():
        sys.stderr.write(f"{absent}\n")
    fake = FakeExchange(clock, seed)
    fake.scheme = "http" if tls is None else "https"
    with served(fake.answer, fake.now, tls) as fake.port:
        try:
            yield fake
        finally:
            fake.faults.clear()
            fake.streams.cut()


@contextmanager
def fake_exchange(
    clock: Callable[[], datetime], seed: int = 0, tls: SSLContext | None = None
) -> Iterator[FakeExchange]:
    """A running one; raises AssertionError at the end if anything was wrong."""
    with running_exchange(clock, seed, tls) as fake:
        try:
            yield fake
        except Exception as error:
            for one in fake.forgive():
                error.add_note(f"the fake of Exchange saw: {one}")
            raise
    fake.judge()
