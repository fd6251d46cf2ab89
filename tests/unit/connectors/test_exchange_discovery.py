"""Where Autodiscover looks for a mailbox, and whom it believes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.exchange import discovery
from connectors.exchange.discovery import discovered
from connectors.exchange.errors import Answered, Blocked
from connectors.exchange.session import Server

EWS = "https://mail.example.org/EWS/Exchange.asmx"
SVC = "autodiscover/autodiscover.svc"
OWN = f"https://example.org/{SVC}"
USUAL = f"https://autodiscover.example.org/{SVC}"


class Net:
    """What answers at which URL."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, Callable[[], str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.redirected = self.srv = ""
        monkeypatch.setattr(discovery, "_answer", self.answer)
        monkeypatch.setattr(discovery, "_redirected", lambda *_: self.redirected)
        monkeypatch.setattr(discovery, "_srv", lambda *_: self.srv)

    def answer(self, _server: Server, _adapter: Any, url: str, address: str) -> str:
        self.asked.append((url, address))
        if url not in self.answers:
            raise Unavailable(f"nobody at {url}")
        return self.answers[url]()

    def found(self, login: str = "ana@example.org", **more: Any) -> str:
        return discovered(Server(login, lambda: "secret", **more), None)  # type: ignore[arg-type]


def raising(error: Exception) -> Callable[[], str]:
    """An answer that is none."""

    def answer() -> str:
        raise error

    return answer


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    return Net(monkeypatch)


def test_the_ways_in_their_order(net: Net) -> None:
    """The domain, its usual host, where that sends us, where DNS says."""
    net.redirected, net.srv = f"https://there.example.org/{SVC}", "srv.example.org"
    net.answers[f"https://srv.example.org/{SVC}"] = lambda: EWS
    assert net.found() == EWS
    assert [url for url, _ in net.asked] == [
        OWN, USUAL, net.redirected, f"https://srv.example.org/{SVC}",
    ]  # fmt: skip


def test_a_web_site_is_in_nobodys_way(net: Net) -> None:
    """Whatever the site of the domain answers, the others are asked."""
    net.answers = {OWN: raising(Refused("it forbids")), USUAL: lambda: EWS}
    assert net.found() == EWS


def test_another_address(net: Net) -> None:
    """The mailbox may go by another one, elsewhere."""
    net.answers[OWN] = lambda: "ana@example.com"
    net.answers[f"https://example.com/{SVC}"] = lambda: EWS
    assert net.found() == EWS
    net.answers[f"https://example.com/{SVC}"] = lambda: "ana@example.org"
    with pytest.raises(Unavailable, match="in circles"):
        net.found()


def test_a_redirect_stays_with_https(net: Net) -> None:
    """To plain HTTP nobody goes."""
    there = f"https://there.example.net/{SVC}"
    net.answers = {OWN: raising(Answered(302, {"location": there}, b"", OWN)), there: lambda: EWS}
    assert net.found() == EWS
    net.answers[OWN] = raising(Answered(302, {"location": f"http://plain/{SVC}"}, b"", OWN))
    with pytest.raises(Unavailable, match="set `host:`"):
        net.found()


def test_microsoft_365_is_named(net: Net) -> None:
    """A mailbox that is there takes another kind of account, and no password is shown."""
    net.redirected = f"https://autodiscover-s.outlook.com/{SVC}"
    with pytest.raises(Blocked, match="kind: graph"):
        net.found()


def test_a_secret_that_is_refused(net: Net) -> None:
    """Where somebody knows us and nobody lets us in, whoever has the secret hears of it."""
    told: list[str] = []

    def refused(secret: str, _words: str) -> bool:
        told.append(secret)
        return True

    no = discovery._NoEntry("example.org", "secret", Answered(401, {}, b"", OWN))
    net.answers[OWN] = raising(no)
    with pytest.raises(SignInNeeded):
        net.found(refused=refused)
    assert told == ["secret"]
    net.answers[USUAL] = lambda: EWS
    assert net.found() == EWS


def test_nothing_is_found(net: Net) -> None:
    """It is said what to set, and what the last one said."""
    with pytest.raises(Unavailable, match="no Exchange server is found") as caught:
        net.found()
    assert "nobody at" in str(caught.value)


def test_a_url_of_its_own(net: Net) -> None:
    """Where Autodiscover is may be configured."""
    url = f"https://elsewhere.example.org/{SVC}"
    net.answers[url] = lambda: EWS
    assert net.found(url=url) == EWS
    assert net.asked == [(url, "ana@example.org")]
