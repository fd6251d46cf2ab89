"""A support module: from a request of HTTP to an answer: who asks, what, and what is in the way."""

from __future__ import annotations

import gzip
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from fakes.exchange import schema, soap
from fakes.exchange.account import Account
from fakes.exchange.autodiscover import Autodiscover
from fakes.exchange.call import Call, Reply, Request, SoapFault, Trouble, failed, response
from fakes.exchange.fault import Fault
from fakes.exchange.faults import Faults
from fakes.exchange.served import ASKED, EMPTY, SERVED
from fakes.exchange.signin import SignIn
from fakes.exchange.soap import Asked
from fakes.exchange.streams import Streams
from fakes.exchange.xml import Element, find, local, m, parse, serialized

PATH: Final = "/EWS/Exchange.asmx"


@dataclass(frozen=True)
class Called:
    """A call that was answered or refused, in their order. `code`: NoError, or the first error."""

    operation: str
    address: str
    status: int
    code: str


class Answering:
    """What answers requests; what it answers from is set by its heir."""

    lock: threading.RLock
    seed: int
    version: str
    scheme: str
    port: int
    accounts: dict[str, Account]
    faults: Faults
    signin: SignIn
    discovery: Autodiscover
    streams: Streams
    wrong: list[str]
    log: list[Called]
    most_at_once: int  # requests of one account, streams apart
    page: int  # items that FindItem gives at once
    batch: int  # changes that SyncFolderItems gives at once
    extras: bool  # things come that nobody asked for
    _answered: threading.Condition
    _replies: int
    _running: Counter[str]

    @property
    def host(self) -> str:
        """Without a slash at its end."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Of EWS."""
        return self.host + PATH

    def answer(self, request: Request) -> Reply:
        """Whatever comes. By the seed it is compressed, for clients that take it so."""
        reply = self._answer(request)
        self._replies += 1
        if self.extras and self._replies % 5 == 0 and not reply.cut:
            reply.headers["Connection"] = "close"
        plain = not (reply.cut or reply.stream or reply.pace or reply.sent is not None)
        if plain and self.extras and "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**reply.headers, "Content-Encoding": "gzip"}
            reply = replace(reply, body=gzip.compress(reply.body), headers=headers)
        return reply

    def _answer(self, request: Request) -> Reply:
        try:
            path = request.path.lower()
            if path == PATH.lower():
                return self._met("Connect", partial(self._ews, request))
            if path.startswith("/autodiscover/autodiscover."):
                return self._met("Autodiscover", partial(self._found, request))
            return Reply(404, b"<html>Not Found</html>", {"Content-Type": "text/html"})
        except Exception:  # noqa: BLE001  # told by `judge`, to the test that caused it
            self.wrong.append(f"{request.verb} {request.path}: {traceback.format_exc()}")
            return Reply(500)

    def _met(self, name: str, make: Callable[[], Reply], asked: Asked | None = None) -> Reply:
        """Answer, unless a fault is in the way."""
        fault = self.faults.hit(name)
        if fault is None:
            return make()
        if fault.late:
            fault.postponed.append(make)
            return Reply(0, cut=True)
        instead = self._instead(fault, asked)
        if instead is None:
            return fault.after(make())
        self._log(name, "", instead.status, "fault")
        return instead

    def _instead(self, fault: Fault, asked: Asked | None) -> Reply | None:
        made = fault.before()
        if isinstance(made, SoapFault):
            return soap.fault(made, self.version, self._headers())
        if isinstance(made, Trouble):
            assert asked is not None, "a Trouble needs an operation"
            name = local(asked.body)
            count = len(find(asked.body, ASKED[name])) if name in ASKED else 1
            empty = EMPTY.get(name)
            content = response(
                name, [failed(name, made, m(empty) if empty else None) for _ in range(count)]
            )
            return self._told(content)
        return made

    def _found(self, request: Request) -> Reply:
        """Autodiscover, by SOAP or plain XML."""
        if self.discovery.elsewhere:
            return Reply(302, headers={"Location": self.discovery.elsewhere})
        who = self.signin.of(request, self.accounts.values())
        if isinstance(who, Reply):
            self._log("Autodiscover", "", who.status, "")
            return who
        plain = request.path.lower().endswith(".xml")
        make = self.discovery.plain if plain else self.discovery.soap
        self._log("Autodiscover", who.address, 200, "")
        try:
            return make(request.body, self._known, self.url)
        except ValueError as error:
            self.wrong.append(str(error))
            return Reply(400)

    def _ews(self, request: Request) -> Reply:
        who = self.signin.of(request, self.accounts.values())
        if isinstance(who, Reply):
            self._log("Connect", "", who.status, "")
            return who
        if request.verb != "POST":
            return Reply(405)
        try:
            raw = parse(request.body)
        except ValueError as error:
            self.wrong.append(f"the request is no XML: {error}")
            return Reply(400)
        try:
            if who.address in self.signin.expired:
                raise SoapFault("ErrorPasswordExpired", "The password has expired.")
            soap.check_version(raw, self.version)
            if wrong := list(schema.wrong_envelope(raw)):
                self.wrong += [f"request, {one}" for one in wrong]
                raise SoapFault("ErrorSchemaValidation", "; ".join(wrong))
            asked = soap.opened(raw)
            if asked.acting:
                who = self._acting(who, asked.acting)
        except SoapFault as fault:
            self._log("Connect", who.address, fault.status, fault.code)
            return soap.fault(fault, self.version, self._headers())
        name = local(asked.body)
        if name == "GetStreamingEvents":
            return self._met(name, partial(self._stream, asked, who), asked)
        if name not in SERVED:
            self.wrong.append(f"{name} is not served")
            return soap.fault(SoapFault("ErrorInvalidRequest"), self.version, self._headers())
        return self._counted(name, asked, who)

    def _acting(self, who: Account, address: str) -> Account:
        """Whom a request impersonates."""
        if who.address not in self.signin.impersonators:
            raise SoapFault("ErrorImpersonateUserDenied", "The account may not impersonate.")
        if (found := self._known(address)) is None:
            raise SoapFault("ErrorNonExistentMailbox")
        return found

    def _counted(self, name: str, asked: Asked, who: Account) -> Reply:
        """Unless the account asks too much at once."""
        with self.lock:
            self._running[who.address] += 1
            over = self._running[who.address] > self.most_at_once
        try:
            if over:
                fault = SoapFault(
                    "ErrorExceededConnectionCount", "Too many concurrent connections."
                )
                return soap.fault(fault, self.version, self._headers())
            return self._met(name, partial(self._one, name, asked, who), asked)
        finally:
            with self.lock:
                self._running[who.address] -= 1

    def _one(self, name: str, asked: Asked, who: Account) -> Reply:
        call = self._call(asked, who)
        try:
            with self.lock:
                content = SERVED[name](call)
        except SoapFault as fault:
            self._log(name, who.address, fault.status, fault.code)
            return soap.fault(fault, self.version, self._headers())
        reply = self._told(content)
        codes = [one.text for one in content.iter("{*}ResponseCode")]
        code = next((one for one in codes if one != "NoError"), "NoError")
        self._log(name, who.address, reply.status, code)
        return reply

    def _stream(self, asked: Asked, who: Account) -> Reply:
        call = self._call(asked, who)
        with self.lock:
            answers = self.streams.stream(call)
        self._log(call.name, who.address, 200, "NoError")

        def documents(alive: Callable[[], bool]) -> Generator[bytes, None, None]:
            for one in answers(alive):
                if one is None:
                    yield b""
                    return
                raw = soap.envelope(one, self.version)
                self.wrong += [f"event, {wrong}" for wrong in schema.wrong_envelope(raw)]
                yield serialized(raw)

        kind = {"Content-Type": "text/xml; charset=utf-8", **self._headers()}
        return Reply(200, headers=kind, stream=documents)

    def _call(self, asked: Asked, who: Account) -> Call:
        return Call(
            name=local(asked.body),
            body=asked.body,
            account=who,
            mailbox_of=self._mailbox_of,
            everybody=lambda: list(self.accounts.values()),
            since_2013=asked.version >= "Exchange2013",
            zone=asked.zone,
            extras=self.extras,
            seed=self.seed,
            page=self.page,
            batch=self.batch,
            streams=self.streams,
        )

    def _told(self, content: Element) -> Reply:
        """An answer, checked as it goes out."""
        reply = soap.reply(content, self.version, self._headers())
        self.wrong += [f"answer, {one}" for one in schema.wrong_envelope(parse(reply.body))]
        return reply

    def _log(self, *told: object) -> None:
        with self._answered:
            self.log.append(Called(*told))  # type: ignore[arg-type]
            self._answered.notify_all()

    def _known(self, address: str) -> Account | None:
        for one in self.accounts.values():
            if address.lower() in {one.address.lower(), *(a.lower() for a in one.aliases)}:
                return one
        return None

    def _mailbox_of(self, address: str) -> Account:
        if (found := self._known(address)) is None:
            raise Trouble("ErrorNonExistentMailbox")
        return found

    def _headers(self) -> dict[str, str]:
        if not self.extras:
            return {}
        return {"X-FEServer": "EX01", "X-Unheard-Of": "1", "X-CalculatedBETarget": "ex01.local"}
