"""A support module: accounts of the fake of Exchange, as connectors are given them."""

from __future__ import annotations

from typing import Any

from fakes.exchange.server import FakeExchange

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.session import Exchange, Server

ANA = "ana@example.com"


def server_of(exchange: FakeExchange, address: str = ANA, **more: Any) -> Server:
    """Where somebody's mailbox is, and how to sign in there."""
    own = exchange.account(address)
    return Server(address, lambda: own.password, **{"user": own.user, "url": exchange.url, **more})


def exchange_of(exchange: FakeExchange, address: str = ANA, **more: Any) -> Exchange:
    """The way to it."""
    return Exchange(server_of(exchange, address, **more))


def account_of(exchange: FakeExchange, address: str = ANA, **more: Any) -> ExchangeAccount:
    """Somebody's account, read whole; `more` as its keywords."""
    own = exchange.account(address)
    given = {"user": own.user, "url": exchange.url, **more}
    return ExchangeAccount("work", address, lambda: own.password, **given)
