"""Signing in to Exchange: what is offered, what is refused, and who is told."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from exchange_desk import ANA, exchange_of
from exchangelib.transport import AUTH_TYPE_MAP, GSSAPI
from fakes.exchange.call import Reply
from fakes.exchange.fixtures import FakeExchange, clock, exchange

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.exchange import raw
from connectors.exchange.request import Distinguished
from connectors.exchange.session import Exchange, Server

__all__ = ["clock", "exchange"]


def look(way: Exchange) -> None:
    """Ask for something that is there."""
    raw.folder(way, Distinguished("inbox"), (), "the inbox")


class Keeper:
    """Who has the secret, and hears what becomes of it."""

    def __init__(self, *secrets: str, believes: bool = True) -> None:
        self.secrets = list(secrets)
        self.believes = believes
        self.shown = 0
        self.accepted: list[str] = []
        self.refused: list[tuple[str, str]] = []

    def secret(self) -> str:
        self.shown += 1
        return self.secrets[0]

    def no(self, secret: str, words: str) -> bool:
        self.refused.append((secret, words))
        return self.believes

    def way(self, exchange: FakeExchange, **more: Any) -> Exchange:
        given = {"user": exchange.account(ANA).user, "url": exchange.url, **more}
        server = Server(ANA, self.secret, refused=self.no, accepted=self.accepted.append, **given)
        return Exchange(server)


@pytest.mark.parametrize("scheme", ["Basic", "NTLM"])
def test_what_the_server_offers_is_used(exchange: FakeExchange, scheme: str) -> None:
    """The server is asked once how to sign in; whoever has the password hears once that it was
    right."""
    exchange.signin.schemes = ["Negotiate", scheme]
    keeper = Keeper(exchange.account(ANA).password)
    way = keeper.way(exchange)
    look(way)
    look(way)
    assert keeper.accepted == keeper.secrets
    assert keeper.shown == 1
    assert keeper.refused == []
    # By NTLM a connection is signed in, and says no more of it.
    assert exchange.signin.asked == (
        ["", "Basic", "Basic"] if scheme == "Basic" else ["", "", "NTLM", "NTLM", ""]
    )
    way.close()


def test_a_wrong_password_is_tried_once(exchange: FakeExchange) -> None:
    """It is shown once, as accounts get locked, and the words name whom to correct."""
    keeper = Keeper("wrong")
    with pytest.raises(SignInNeeded, match="check `user:`"):
        look(keeper.way(exchange))
    assert [secret for secret, _ in keeper.refused] == ["wrong"]
    assert keeper.accepted == []
    assert exchange.signin.asked == ["", "Basic"]


def test_a_refusal_that_is_doubted_is_no_sign_in(exchange: FakeExchange) -> None:
    """Who has the secret may know that it was right a moment ago."""
    with pytest.raises(Unavailable, match="accepted before"):
        look(Keeper("wrong", believes=False).way(exchange))


def test_a_password_that_is_changed_meanwhile(exchange: FakeExchange) -> None:
    """A secret that was good and is refused is asked for anew, and what was asked is answered."""
    keeper = Keeper(exchange.account(ANA).password)
    way = keeper.way(exchange)
    look(way)
    exchange.account(ANA).password = keeper.secrets[0] = "another"
    look(way)
    assert keeper.refused == []
    assert keeper.accepted[-1] == "another"
    way.close()


def test_a_password_that_has_expired(exchange: FakeExchange) -> None:
    """Exchange says so, and the owner is told what to do about it."""
    exchange.signin.expired.add(ANA)
    with pytest.raises(SignInNeeded, match="has expired"):
        look(Keeper(exchange.account(ANA).password).way(exchange))


def test_one_refusal_of_a_good_password(exchange: FakeExchange) -> None:
    """A server that is busy may say 401: it is asked once more, and nobody is troubled."""
    keeper = Keeper(exchange.account(ANA).password)
    way = keeper.way(exchange)
    look(way)
    exchange.faults.instead("Connect", lambda: Reply(401, b"", {"WWW-Authenticate": "Basic"}))
    look(way)
    assert keeper.refused == []
    way.close()


def test_a_token_is_renewed(exchange: FakeExchange) -> None:
    """A token ends after an hour: the next is asked for, and goes alone to the server."""
    exchange.signin.schemes = ["Bearer"]
    keeper = Keeper(exchange.signin.token(ANA, "token-1"))
    way = keeper.way(exchange, auth="bearer")
    look(way)
    del exchange.signin.tokens["token-1"]
    keeper.secrets[0] = exchange.signin.token(ANA, "token-2")
    look(way)
    assert keeper.refused == []
    assert set(exchange.signin.asked) == {"Bearer"}
    way.close()


@pytest.mark.parametrize(
    ("schemes", "words"),
    [(["Negotiate"], "auth: kerberos"), (["Bearer"], "auth: bearer"), ([], "set `auth:`")],
)
def test_no_way_in_is_named(exchange: FakeExchange, schemes: list[str], words: str) -> None:
    """Where a password is no use the words say what is."""
    exchange.signin.schemes = schemes
    with pytest.raises(Refused, match=words):
        look(Keeper("secret").way(exchange))


def test_kerberos_takes_its_package(
    exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not installed that is said, and no password is asked for."""
    monkeypatch.delitem(AUTH_TYPE_MAP, GSSAPI, raising=False)
    keeper = Keeper("secret")
    with pytest.raises(Refused, match="requests-gssapi"):
        look(keeper.way(exchange, auth="kerberos"))
    assert keeper.shown == 0


@pytest.mark.parametrize("secret", ["two\nlines", "tab\tin it", "\ud800"])
def test_a_secret_that_can_be_none(exchange: FakeExchange, secret: str) -> None:
    """It never goes anywhere, and is not repeated."""
    with pytest.raises(SignInNeeded, match="characters that none can have") as caught:
        look(Keeper(secret).way(exchange))
    assert secret not in str(caught.value)
    assert "Basic" not in exchange.signin.asked


def test_no_password_in_the_clear() -> None:
    """Plain HTTP is for this machine."""
    server = Server(ANA, lambda: "secret", url="http://mail.example.org/EWS/Exchange.asmx")
    with pytest.raises(Refused, match="https://"):
        look(Exchange(server))


def test_several_threads_try_one_at_a_time(exchange: FakeExchange) -> None:
    """As long as nobody was let in a wrong password is shown by one of them."""
    keeper = Keeper("wrong")
    way = keeper.way(exchange)
    told: list[Exception] = []

    def ask() -> None:
        try:
            if keeper.refused:
                raise SignInNeeded("refused before")
            look(way)
        except SignInNeeded as error:
            told.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert len(told) == 4


def test_the_mailbox_is_discovered(exchange: FakeExchange) -> None:
    """Where the server is says Autodiscover, which asks for the same sign-in."""
    look(exchange_of(exchange, url=f"{exchange.host}/autodiscover/autodiscover.svc"))
    assert exchange.count("Autodiscover") >= 1


def test_a_wrong_password_at_autodiscover(exchange: FakeExchange) -> None:
    """Who refuses us there knows us: the secret is wrong."""
    keeper = Keeper("wrong")
    url = f"{exchange.host}/autodiscover/autodiscover.svc"
    with pytest.raises(SignInNeeded):
        look(keeper.way(exchange, url=url))
    assert [secret for secret, _ in keeper.refused] == ["wrong"]
