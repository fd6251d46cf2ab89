"""A support module: who asks: by Basic, by a token, or by NTLM."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fakes.exchange import ntlm
from fakes.exchange.account import Account
from fakes.exchange.call import Reply, Request

_CONNECTION: Final = "signed in"  # of a connection: by NTLM, and whose it is then
# Exchange Online says so where Basic is no more; a client takes it for OAuth.
_MODERN: Final = 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers=""'


@dataclass
class SignIn:
    """`schemes`: what the server offers, in the order of its headers: "Basic", "NTLM",
    "Negotiate", "Bearer". `tokens`: bearer tokens that are good, and of whom."""

    schemes: list[str] = field(default_factory=lambda: ["Basic"])
    tokens: dict[str, str] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)  # addresses whose password ran out
    impersonators: set[str] = field(default_factory=set)  # addresses that may act for others
    asked: list[str] = field(default_factory=list)  # schemes that requests came with

    def token(self, address: str, token: str = "token-1") -> str:
        """A bearer token for somebody."""
        self.tokens[token] = address
        return token

    def of(self, request: Request, accounts: Iterable[Account]) -> Account | Reply:
        """Whose request it is, or the refusal."""
        written = request.headers.get("authorization", "")
        scheme, _, given = written.partition(" ")
        self.asked.append(scheme)
        if not scheme and _CONNECTION in request.peer:
            known: Account = request.peer[_CONNECTION]
            return known
        if scheme.lower() not in {one.lower() for one in self.schemes}:
            return self.refusal()
        found = None
        if scheme.lower() == "basic":
            found = self._basic(given, accounts)
        elif scheme.lower() == "bearer":
            address = self.tokens.get(given)
            found = next((one for one in accounts if one.address == address), None)
        elif scheme.lower() == "ntlm":
            told = ntlm.asked(given, request.peer, accounts)
            if isinstance(told, str):
                return Reply(401, b"", {"WWW-Authenticate": f"NTLM {told}"})
            found = told
            if found is not None:
                request.peer[_CONNECTION] = found
        return found or self.refusal()

    def _basic(self, given: str, accounts: Iterable[Account]) -> Account | None:
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        for one in accounts:
            if user.lower() in {one.user.lower(), one.address.lower()}:
                return one if password == one.password else None
        return None

    def refusal(self) -> Reply:
        """401, with what is offered."""
        offers = []
        for one in self.schemes:
            if one == "Basic":
                offers.append('Basic realm="127.0.0.1"')
            elif one == "Bearer":
                offers.append(_MODERN)
            else:
                offers.append(one)
        return Reply(401, b"", {"WWW-Authenticate": "\n".join(offers)})
