"""A support module: the real client library, talking to the fake."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from exchangelib import BASIC, DELEGATE, UTC, Account, Configuration, Credentials, Version
from exchangelib.protocol import FailFast
from exchangelib.version import EXCHANGE_2013_SP1
from fakes.exchange.answering import PATH
from fakes.exchange.server import FakeExchange
from fakes.exchange.xml import SOAP, Element, parse


@contextmanager
def client(
    exchange: FakeExchange, address: str = "ana@example.com", **more: Any
) -> Iterator[Account]:
    """Somebody's account. Nothing is guessed or tried again, unless `more`, for a Configuration,
    says otherwise."""
    own = exchange.account(address)
    told = {
        "service_endpoint": exchange.url,
        "credentials": Credentials(own.user, own.password),
        "auth_type": BASIC,
        "version": Version(EXCHANGE_2013_SP1),
        "retry_policy": FailFast(),
        "max_connections": 2,
        **more,
    }
    made = Account(
        address,
        config=Configuration(**told),
        autodiscover=False,
        access_type=DELEGATE,
        default_timezone=UTC,
    )
    try:
        yield made
    finally:
        made.protocol.close()
        type(made.protocol).clear_cache()


_ENVELOPE: Final = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"
 xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header>
 <t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>{}</s:Body></s:Envelope>"""


def ask(exchange: FakeExchange, body: str, address: str = "ana@example.com") -> Element:
    """The body of an answer to one that no client would send."""
    own = exchange.account(address)
    signed = base64.b64encode(f"{own.user}:{own.password}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=30)
    with closing(connection):
        content = _ENVELOPE.format(body).encode()
        connection.request("POST", PATH, content, {"Authorization": f"Basic {signed}"})
        return parse(connection.getresponse().read()).find(f"{{{SOAP}}}Body")[0]


def codes(answer: Element) -> list[str]:
    """The response codes of an answer."""
    return [one.text for one in answer.iter("{*}ResponseCode")]
