"""What Exchange, and whatever stands before it, says when something is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from exchange_desk import ANA, exchange_of, server_of
from fakes.exchange.call import Reply
from fakes.exchange.fixtures import FakeExchange, clock, exchange
from fakes.exchange.server import PATH

from connectors.errors import (
    Ambiguous,
    ConnectorError,
    CursorExpired,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)
from connectors.exchange import raw
from connectors.exchange import request as ask
from connectors.exchange.errors import Answered, Declined, NotThere, Stale, of_answer, of_code
from connectors.exchange.request import Distinguished
from connectors.exchange.session import Exchange

__all__ = ["clock", "exchange"]


def look(way: Exchange) -> None:
    """Ask for something that is there."""
    raw.folder(way, Distinguished("inbox"), (), "the inbox")


def write(way: Exchange) -> None:
    """Make something."""
    task = ask.typed("Task", ask.typed("Subject", text="Call Bob"))
    raw.create(way, Distinguished("tasks"), task, "the task")


def trouble(way: Exchange, doing: Callable[[Exchange], None] = look) -> ConnectorError:
    """What it raises, in words that name no secret."""
    with pytest.raises(ConnectorError) as caught:
        doing(way)
    way.close()
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("message", [False, True])
def test_a_busy_server_names_its_back_off(exchange: FakeExchange, message: bool) -> None:
    """It is kept exactly, whether it stands in a fault or in a response."""
    way = exchange_of(exchange)
    look(way)
    exchange.faults.busy("GetFolder", back_off=7000, message=message)
    error = trouble(way)
    assert isinstance(error, Paused)
    assert error.wait == 7.0
    exchange.faults.busy("GetFolder", back_off=600_000, message=message)
    error = trouble(way)
    assert isinstance(error, Unavailable)
    assert not isinstance(error, Paused)
    assert (error.asked, error.wait) == (True, 600.0)
    exchange.faults.busy("GetFolder", back_off=None, message=message)
    error = trouble(way)
    assert isinstance(error, Unavailable)
    assert not error.asked
    assert exchange.count("GetFolder") == 4, "nothing is tried again by itself"


def test_retry_after(exchange: FakeExchange) -> None:
    """A 503 of what stands before it may say when."""
    exchange.faults.status("GetFolder", 503, Retry_After="300")
    error = trouble(exchange_of(exchange))
    assert isinstance(error, Unavailable)
    assert error.wait == 300.0


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda faults: faults.html("GetFolder", status=200), "web page"),
        (lambda faults: faults.html("GetFolder"), "HTTP 502"),
        (lambda faults: faults.status("GetFolder", 404), "no EWS at"),
        (lambda faults: faults.nonsense("GetFolder"), "what is no EWS"),
        (lambda faults: faults.nonsense("GetFolder", body=b"no XML"), "what is no EWS"),
        (lambda faults: faults.cut_before("GetFolder"), "broke off"),
        (lambda faults: faults.truncated("GetFolder"), "broke off"),
        (lambda faults: faults.moving("GetFolder"), "being moved"),
        (lambda faults: faults.unavailable("GetFolder"), "ErrorMailboxStoreUnavailable"),
        (lambda faults: faults.trouble("GetFolder", "ErrorNonExistentMailbox"), "no such mailbox"),
    ],
)
def test_what_may_pass(
    exchange: FakeExchange, break_it: Callable[[object], object], words: str
) -> None:
    """It is said in words, and asked again by whoever asked; then it is answered."""
    way = exchange_of(exchange)
    break_it(exchange.faults)
    error = trouble(way)
    assert isinstance(error, Unavailable)
    assert words in str(error)
    look(way)
    way.close()
    exchange.forgive()


@pytest.mark.parametrize(
    ("break_it", "kind"),
    [
        (lambda faults: faults.cut_after("CreateItem"), Ambiguous),
        (lambda faults: faults.truncated("CreateItem"), Ambiguous),
        (lambda faults: faults.nonsense("CreateItem"), Ambiguous),
        (lambda faults: faults.html("CreateItem"), Ambiguous),
        (lambda faults: faults.trouble("CreateItem", "ErrorInternalServerError"), Ambiguous),
        (lambda faults: faults.busy("CreateItem"), Paused),
        (lambda faults: faults.trouble("CreateItem", "ErrorAccessDenied"), Declined),
        (lambda faults: faults.trouble("CreateItem", "ErrorQuotaExceeded"), Refused),
    ],
)
def test_a_write_that_may_have_been_made(
    exchange: FakeExchange, break_it: Callable[[object], object], kind: type[ConnectorError]
) -> None:
    """Only where it was certainly not done it is said so."""
    break_it(exchange.faults)
    assert isinstance(trouble(exchange_of(exchange), write), kind)
    exchange.forgive()


def test_a_write_that_never_left(exchange: FakeExchange) -> None:
    """Where nobody answers at all nothing was written."""
    error = trouble(exchange_of(exchange, url="http://127.0.0.1:9/EWS/Exchange.asmx"), write)
    assert isinstance(error, Unavailable)
    assert "refuses connections" in str(error)


def test_a_server_that_has_moved(exchange: FakeExchange) -> None:
    """A redirect to another EWS is followed; one to a page is not."""
    there = {"Location": f"http://localhost:{exchange.port}{PATH}"}
    exchange.faults.instead("Connect", lambda: Reply(302, b"", dict(there)))
    way = exchange_of(exchange)
    look(way)
    assert way.url == there["Location"]
    way.close()
    page = {"Location": "/owa/auth/logon.aspx"}
    exchange.faults.instead("Connect", lambda: Reply(302, b"", dict(page)), None)
    assert "web page" in str(trouble(exchange_of(exchange)))


def test_a_moved_mailbox_is_discovered_anew(exchange: FakeExchange) -> None:
    """Where the server was found by the address it is looked for once more."""
    way = exchange_of(exchange, url=f"{exchange.host}/autodiscover/autodiscover.svc")
    look(way)
    before = exchange.count("Autodiscover")
    exchange.faults.trouble("GetFolder", "ErrorNonExistentMailbox")
    look(way)
    assert exchange.count("Autodiscover") > before
    way.close()


def test_ews_that_is_forbidden(exchange: FakeExchange) -> None:
    """The administrator is named."""
    exchange.faults.blocked()
    error = trouble(exchange_of(exchange))
    assert isinstance(error, Refused)
    assert "EwsEnabled" in str(error)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_exchange_online_lets_nobody_in(status: int) -> None:
    """Whatever it says, the advice is Graph."""
    answer = Answered(status, {}, b"", "https://outlook.office365.com/EWS/Exchange.asmx")
    error = of_answer(answer, "the inbox", "outlook.office365.com")
    assert isinstance(error, Refused)
    assert "kind: graph" in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ErrorInvalidSyncStateData", CursorExpired),
        ("ErrorItemNotFound", NotThere),
        ("ErrorFolderNotFound", NotThere),
        ("ErrorIrresolvableConflict", Stale),
        ("ErrorPasswordExpired", SignInNeeded),
        ("ErrorAccountDisabled", SignInNeeded),
        ("ErrorOrganizationAccessBlocked", Refused),
        ("ErrorInvalidServerVersion", Refused),
        ("ErrorSomethingNobodyKnows", Declined),
    ],
)
def test_each_code_has_its_remedy(code: str, kind: type[ConnectorError]) -> None:
    """By what has to be done about it."""
    assert isinstance(of_code(code, "the mail", "mail.example.org"), kind)


def test_an_old_server(exchange: FakeExchange) -> None:
    """Exchange 2010 is told to be too old, once."""
    exchange.version = "Exchange2010_SP2"
    error = trouble(exchange_of(exchange))
    assert isinstance(error, Refused)
    assert "Exchange 2013 SP1" in str(error)


def test_nothing_is_written_to_logs(
    exchange: FakeExchange, caplog: pytest.LogCaptureFixture
) -> None:
    """exchangelib would write whole answers, and the addresses in them."""
    caplog.set_level(0)
    exchange.faults.nonsense("GetFolder", body=b"Ana's letter")
    trouble(exchange_of(exchange))
    assert ANA not in caplog.text
    assert "letter" not in caplog.text
    exchange.forgive()


def test_secrets_are_in_no_name(exchange: FakeExchange) -> None:
    """Whatever is printed of a session or a server, the password is not."""
    exchange.account(ANA).password = "hunter2"
    way = exchange_of(exchange)
    look(way)
    session = way._session()
    shown = f"{session!r} {session.account!r} {session.account.protocol!r}"
    assert "hunter2" not in shown
    assert "hunter2" not in repr(server_of(exchange))
    way.close()
