"""A support module: Google on loopback, for the real client library to talk to.

    with fake_google(clock) as google:
        ana = google.account("ana@example.com")
        ana.mailbox.deliver(letter("bob@example.org", ana.address, "Lunch"))
        build("gmail", "v1", ..., client_options={"api_endpoint": google.endpoint("gmail")})

Every request and every answer is checked against Google's own documents. What does not fit, what
is not served and what breaks inside is kept in `wrong`, and leaving the `with` raises it.
"""

from __future__ import annotations

import itertools
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fakes.google import batch, pubsub, validation
from fakes.google import fields as masks
from fakes.google.account import Account
from fakes.google.call import Call, Refused, Reply, Request, json_reply
from fakes.google.documents import Method, find
from fakes.google.faults import Faults
from fakes.google.incoming import read_body, read_query, unmasked
from fakes.google.oauth import Oauth
from fakes.google.oauth_endpoints import Endpoints
from fakes.google.quota import Quota, at_once, switched_off
from fakes.google.served import SERVED
from fakes.google.wire import served

_AUDIENCE: Final = "https://oauth2.googleapis.com/token"


@dataclass(frozen=True)
class Called:
    """A call that was answered or refused, in their order."""

    method: str
    parameters: Mapping[str, Any]
    address: str
    status: int


class FakeGoogle:
    """The whole of it. Acts of tests on the world hold `lock` if clients call at the same time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.port = 0
        self.lock = threading.RLock()
        self._answered = threading.Condition(self.lock)
        self.reset(clock)

    def reset(self, clock: Callable[[], datetime]) -> None:
        """As new: nobody has an account, nothing is wrong. `clock`: aware, of UTC."""
        self.clock = clock
        self.wrong: list[str] = []
        self.log: list[Called] = []
        self.disabled: set[str] = set()  # APIs ("people") that the project did not switch on
        self.accounts: dict[str, Account] = {}
        self.faults = Faults()
        self.quota = Quota(self.now)
        self.pubsub = pubsub.PubSub(self.now, self.lock)
        self.oauth = Oauth(self.now)
        self._endpoints = Endpoints(self.oauth, lambda: {_AUDIENCE, f"{self.url}/token"})

    def now(self) -> datetime:
        """The fake's time."""
        return self.clock()

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def endpoint(self, api: str) -> str:
        """What `client_options={"api_endpoint": ...}` takes for gmail, calendar, tasks ..."""
        return f"{self.url}/calendar/v3/" if api == "calendar" else f"{self.url}/"

    def batch_uri(self, api: str, version: str) -> str:
        """What `BatchHttpRequest(batch_uri=...)` takes. `service.new_batch_http_request()` would go
        to the real Google."""
        return f"{self.url}/batch/{api}/{version}"

    def account(self, address: str = "ana@example.com") -> Account:
        """Somebody's Google account, made where there is none."""
        with self.lock:
            if address not in self.accounts:
                self.accounts[address] = Account(address, self.now, self.pubsub)
            return self.accounts[address]

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
            raise AssertionError("\n".join(["the fake of Google saw:", *self.forgive()]))

    # --- answering ---

    def answer(self, request: Request) -> Reply:
        """Whatever comes."""
        try:
            if request.path.startswith("/batch/"):
                return self._met("batch", lambda: self._batch(request))
            if found := self._endpoints.paths.get(request.path):
                name, make = found
                return self._met(name, lambda: self._locked(make, request), "oauth")
            return self._one(unmasked(request))
        except Exception:  # noqa: BLE001  # told by `judge`, to the test that caused it
            self.wrong.append(f"{request.verb} {request.path}: {traceback.format_exc()}")
            return Reply(500)

    def _locked(self, make: Callable[[Request], Reply], request: Request) -> Reply:
        with self.lock:
            return make(request)

    def _met(self, name: str, make: Callable[[], Reply], api: str = "gmail") -> Reply:
        """Answer, unless a fault is in the way."""
        fault = self.faults.hit(name)
        if fault and fault.late:
            fault.postponed.append(make)
            return Reply(0, cut=True)
        instead = fault.before() if fault else None
        if isinstance(instead, Refused):
            instead = instead.reply(api)
        reply = instead or make()
        return fault.after(reply) if fault and instead is None else reply

    def _batch(self, request: Request) -> Reply:
        api, taken = request.path.split("/")[2], itertools.count()

        def one(part: Request) -> Reply:
            if next(taken) >= self.quota.at_once:
                return at_once().reply(api)
            found = find(part.verb, part.path)
            if found and found[0].api.name != api:
                self.wrong.append(f"{request.path}: has a call of {found[0].id}")
            return self._one(part)

        try:
            return batch.answer(request, one)
        except Refused as refused:
            return refused.reply(api)

    def _one(self, request: Request) -> Reply:
        found = find(request.verb, request.path)
        if found is None or found[0].id not in SERVED:
            why = "no API has such a method" if found is None else f"{found[0].id} is not served"
            self.wrong.append(f"{request.verb} {request.path}: {why}")
            return Reply(404, b"<html>Not Found</html>", {"Content-Type": "text/html"})
        method, path = found
        return self._met(method.id, lambda: self._call(method, path, request), method.api.name)

    def _call(self, method: Method, path: Mapping[str, str], request: Request) -> Reply:
        query, body = read_query(request), None
        parameters, wrong = validation.parameters(method, path, query)
        try:
            body = read_body(request)
            wrong += validation.request(method, body)
        except ValueError as error:
            wrong.append(f"{method.id}: the body is no JSON: {error}")
        if wrong:
            self.wrong += wrong
            return Refused(400, "badRequest", "; ".join(wrong)).reply(method.api.name)
        address, reply = "", Reply(0)
        try:
            if method.api.name in self.disabled:
                raise switched_off(method.api.name)
            token = self.oauth.caller(request.headers.get("authorization", ""), method)
            address = token.address
            if method.api.name == "gmail" and address in self.oauth.robots:  # has no mailbox
                raise Refused(400, "failedPrecondition", "Precondition check failed.")
            mask = masks.parse(query["fields"][0]) if "fields" in query else {}
            self._check_mask(method, mask)
            account = self.account(address)
            told = body if isinstance(body, dict) else {}
            call = Call(method.id, parameters, told, account, token.scopes, request.headers)
            with self.lock:
                self.quota.charge(method.id, address)
                answer = SERVED[method.id](call)
            self.wrong += validation.response(method, answer)
            answer = masks.select(answer, mask)
            reply = Reply(204) if answer is None else json_reply(answer)
        except Refused as refused:
            reply = refused.reply(method.api.name)
        with self._answered:
            self.log.append(Called(method.id, parameters, address, reply.status))
            self._answered.notify_all()
        return reply

    def _check_mask(self, method: Method, mask: masks.Tree) -> None:
        if mask and method.response:
            try:
                masks.check(mask, {"$ref": method.response}, method.api.schemas)
            except Refused as refused:
                self.wrong.append(f"{method.id}: {refused.message}")
                raise


@contextmanager
def running_google(clock: Callable[[], datetime]) -> Iterator[FakeGoogle]:
    """A running one that nobody judges."""
    fake = FakeGoogle(clock)
    with served(fake.answer, fake.now) as fake.port:
        try:
            yield fake
        finally:
            fake.faults.clear()


@contextmanager
def fake_google(clock: Callable[[], datetime]) -> Iterator[FakeGoogle]:
    """A running one; raises AssertionError at the end if anything was wrong."""
    with running_google(clock) as fake:
        yield fake
    fake.judge()
