"""A support module: Microsoft Graph and its sign-in on loopback.

    with fake_graph(clock) as graph:
        ana = graph.account("ana@example.com")
        ana.mailbox.deliver(letter("bob@example.org", ana.address, "Lunch"))
        token = graph.token("ana@example.com")           # Authorization: Bearer ...
        requests.get(f"{graph.endpoint}/v1.0/me/messages", ...)

Every request and every answer is checked against the metadata of Graph. What does not fit, what is
not served and what breaks inside is kept in `wrong`, and leaving the `with` raises it.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fakes.google.wire import served
from fakes.graph import batch, csdl, incoming, outgoing
from fakes.graph.account import Account
from fakes.graph.call import Call, Json, Refused, Reply, Request, Undocumented
from fakes.graph.entra import Entra
from fakes.graph.entra_endpoints import Endpoints
from fakes.graph.faults import Faults
from fakes.graph.limits import Limits
from fakes.graph.routes import Route
from fakes.graph.served import SERVED
from fakes.graph.tokens import Token, Tokens, denied
from fakes.graph.whims import Whims

_VERSION: Final = "/v1.0"
SCOPES: Final = (
    "User.Read", "Mail.ReadWrite", "Calendars.Read", "Contacts.ReadWrite", "Tasks.ReadWrite",
    "MailboxSettings.Read",
)  # fmt: skip


@dataclass(frozen=True)
class Called:
    """A call that was answered or refused, in their order."""

    method: str
    path: Mapping[str, str]
    options: Mapping[str, str]
    address: str
    status: int


class FakeGraph:
    """The whole of it. Acts of tests on the world hold `lock` if clients call at the same time."""

    def __init__(self, clock: Callable[[], datetime], seed: int = 0) -> None:
        self.port = 0
        self.lock = threading.RLock()
        self._answered = threading.Condition(self.lock)
        self.reset(clock, seed)

    def reset(self, clock: Callable[[], datetime], seed: int = 0) -> None:
        """As new: nobody has an account, nothing is wrong. `clock`: aware, of UTC."""
        self.clock = clock
        self.whims = Whims(seed)
        self.wrong: list[str] = []
        self.log: list[Called] = []
        self.accounts: dict[str, Account] = {}
        self.faults = Faults()
        self.limits = Limits(self.now)
        self.limits.refuses_parts = self.whims.pick(False, False, False, True)
        self.tokens = Tokens(self.now)
        self.entra = Entra(self.now, self.tokens)
        self._endpoints = Endpoints(self.entra)

    def now(self) -> datetime:
        """The fake's time."""
        return self.clock()

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """In place of https://graph.microsoft.com and of https://login.microsoftonline.com."""
        return self.url

    def account(self, address: str = "ana@example.com") -> Account:
        """Somebody's mailbox and what else they have, made where there is none."""
        with self.lock:
            if address not in self.accounts:
                made = Account(address, self.now, german=self.whims.pick(False, False, True))
                made.tasks.day_as_sent = self.whims.pick(False, True)
                quiet = self.whims.pick(False, True, False, True, False, False)
                made.calendars.quiet = made.calendars.primary.quiet = quiet
                self.accounts[address] = made
            return self.accounts[address]

    def token(self, address: str = "ana@example.com", scopes: Iterable[str] = SCOPES) -> str:
        """An access token, as after a sign-in; for an app without a user the address is ""."""
        if address:
            self.account(address)
        return self.tokens.give(address, scopes)

    def count(self, method: str) -> int:
        """How many calls of a method came, answered or refused."""
        return sum(one.method == method for one in self.log)

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
            raise AssertionError("\n".join(["the fake of Graph saw:", *self.forgive()]))

    # --- answering ---

    def answer(self, request: Request) -> Reply:
        """Whatever comes."""
        try:
            if request.path == f"{_VERSION}/$batch" and request.verb == "POST":
                return self._met("batch", lambda: self._batch(request))
            if found := self._endpoints.find(request.path):
                return self._signed_in(*found, request)
            return outgoing.packed(request, self._one(request, within=False), self.whims)
        except Exception:  # noqa: BLE001  # told by `judge`, to the test that caused it
            self.wrong.append(f"{request.verb} {request.path}: {traceback.format_exc()}")
            return Reply(500)

    def _signed_in(self, name: str, make: Callable[[Request], Reply], request: Request) -> Reply:
        """Of Entra."""

        def locked() -> Reply:
            with self.lock:
                return make(request)

        reply = self._met(name, locked)
        with self._answered:
            self.log.append(Called(name, {}, {}, "", reply.status))
            self._answered.notify_all()
        return reply

    def _met(self, name: str, make: Callable[[], Reply]) -> Reply:
        """Answer, unless a fault is in the way."""
        fault = self.faults.hit(name)
        if fault and fault.late:
            fault.postponed.append(make)
            return Reply(0, cut=True)
        instead = fault.before() if fault else None
        if instead is not None and not isinstance(instead, Reply):
            raise TypeError("a fault of Graph answers in Graph's own words")
        reply = instead or make()
        return fault.after(reply) if fault and instead is None else reply

    def _batch(self, request: Request) -> Reply:
        """Up to four parts of a batch are under way at a time, and those beyond wait for them;
        where other requests hold places, or by whim, some parts are refused."""
        mailbox = self._mailbox(request, "")

        def one(part: Request) -> Reply:
            if self.limits.refuses_parts and self.whims.chance(8):
                return self.limits.concurrency().reply()
            return self._one(part, within=True)

        try:
            self.tokens.holder(request.headers.get("authorization", ""))
            parts = batch.parts(request)
            wanted = min(len(parts), self.limits.at_once)
            with self.limits.several(mailbox, wanted) as places:
                late = wanted - places
                return batch.answer(
                    request,
                    parts[: len(parts) - late],
                    parts[len(parts) - late :],
                    self.whims,
                    one,
                    self.limits.concurrency,
                )
        except Refused as refused:
            if refused.status == 400:
                self.wrong.append(f"batch: {refused.message}")
            return refused.reply()

    def _one(self, request: Request, *, within: bool) -> Reply:
        below = request.path.removeprefix(_VERSION)
        whose = incoming.mailbox_of(below) if below != request.path else None
        found = SERVED.find(request.verb, whose[2]) if whose else None
        if whose is None or found is None:
            self.wrong.append(f"{request.verb} {request.path}: is not served")
            return Refused(400, "BadRequest", "Resource not found for the segment.").reply()
        route, path = found
        mailbox = self._mailbox(request, whose[0])

        def make() -> Reply:
            return self._met(route.name, lambda: self._called(route, path, whose, request))

        try:
            if within:
                self.limits.charge(mailbox)
                return make()
            with self.limits.one(mailbox):
                return make()
        except Refused as refused:
            return self._logged(route, path, {}, "", refused.reply())

    def _mailbox(self, request: Request, named: str) -> str:
        """Whose limits a request counts against."""
        text = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = self.tokens.access.get(text)
        return (named or (token.address if token else "")).lower()

    def _called(
        self, route: Route, path: Mapping[str, str], whose: tuple[str, str, str], request: Request
    ) -> Reply:
        address, given = "", dict[str, str]()
        try:
            given = incoming.options(request)
            token = self.tokens.holder(request.headers.get("authorization", ""))
            account = self._account(token, whose[0])
            if route.answers != "user":
                _let_in(account, token)
            address = account.address
            if not token.scopes & (route.rights.scopes if token.address else route.rights.roles):
                raise denied()
            prefer = incoming.prefer(request.headers.get("prefer", ""))
            body = self._checked(route, request, given, prefer)
            host = request.headers.get("host") or f"127.0.0.1:{self.port}"
            root = f"{_scheme(host)}://{host}{_VERSION}{whose[1]}"
            url = f"{root}{whose[2]}"
            call = Call(
                route.name, path, given, body, account, token, request.headers, prefer, root, url,
                self.whims, request.body,
            )  # fmt: skip
            with self.lock:
                made = route.handler(call)
            reply, wrong = outgoing.told(route, call, made)
            self.wrong += wrong
        except Refused as refused:
            if isinstance(refused, Undocumented):
                self.wrong.append(f"{route.name}: {refused.message}")
            reply = refused.reply()
        return self._logged(route, path, given, address, reply)

    def _logged(
        self,
        route: Route,
        path: Mapping[str, str],
        given: Mapping[str, str],
        address: str,
        reply: Reply,
    ) -> Reply:
        with self._answered:
            self.log.append(Called(route.name, path, given, address, reply.status))
            self._answered.notify_all()
        return reply

    def _account(self, token: Token, named: str) -> Account:
        """Whose mailbox a call is about."""
        if not named and not token.address:
            message = "/me request is only valid with delegated authentication flow."
            raise Refused(400, "BadRequest", message)
        wanted = (named or token.address).lower()
        found = next(
            (
                one
                for one in self.accounts.values()
                if wanted in {one.address.lower(), one.id, *map(str.lower, one.aliases)}
            ),
            None,
        )
        if found is None:
            raise Refused(404, "ErrorInvalidUser", f"The requested user '{named}' is invalid.")
        if token.address and token.address != found.address:
            raise denied()
        return found

    def _checked(
        self, route: Route, request: Request, given: dict[str, str], prefer: Mapping[str, str]
    ) -> Json:
        """The body of a request that is as documented; a refusal, kept in `wrong`, of others."""
        body, wrong = incoming.body(route, request)
        code = "RequestBodyRead"
        if refused := incoming.wrong_options(route, given):
            wrong, code = [f"{route.name}: {refused}"], "ErrorInvalidUrlQuery"
        if wrong:
            self.wrong += wrong
            raise Refused(400, code, "; ".join(wrong))
        if route.ids and prefer.get("idtype") != "ImmutableId":
            self.wrong.append(f'{route.name}: no Prefer: IdType="ImmutableId"')
        return body


def _let_in(account: Account, token: Token) -> None:
    """Whether there is a mailbox, and a policy that lets an app into it."""
    if not token.address and not account.policy:
        message = "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly"
        raise denied(f"{message} AccessPolicy settings.")
    if not account.licensed:
        message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise Refused(404, "MailboxNotEnabledForRESTAPI", message)


def _scheme(host: str) -> str:
    return "http" if host.startswith(("127.", "localhost", "[::1]")) else "https"


@contextmanager
def running_graph(clock: Callable[[], datetime], seed: int = 0) -> Iterator[FakeGraph]:
    """A running one that nobody judges."""
    fake = FakeGraph(clock, seed)
    if absent := csdl.absent():
        sys.stderr.write(f"{absent}\n")
    with served(fake.answer, fake.now) as fake.port:
        try:
            yield fake
        finally:
            fake.faults.clear()


@contextmanager
def fake_graph(clock: Callable[[], datetime], seed: int = 0) -> Iterator[FakeGraph]:
    """A running one; raises AssertionError at the end if anything was wrong."""
    with running_graph(clock, seed) as fake:
        yield fake
    fake.judge()
