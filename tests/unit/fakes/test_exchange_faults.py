"""What the fake of Exchange does wrong on purpose, its streams, and who may sign in."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from exchangelib import NTLM, Credentials, Task
from exchangelib.autodiscover.protocol import AutodiscoverProtocol
from exchangelib.configuration import Configuration
from exchangelib.errors import (
    ErrorMailboxMoveInProgress,
    ErrorServerBusy,
    ErrorSubscriptionNotFound,
    EWSError,
    UnauthorizedError,
)
from fakes.exchange import schema
from fakes.exchange.clients import ask, client, codes
from fakes.exchange.fault import Fault
from fakes.exchange.fixtures import clock, exchange
from fakes.exchange.server import FakeExchange, fake_exchange
from fakes.exchange.world import START, Clock, letter
from requests.exceptions import RequestException

__all__ = ["clock", "exchange"]

FOLDER = """<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>
    <m:FolderIds><t:DistinguishedFolderId Id="{}"/></m:FolderIds></m:GetFolder>"""

GET = """<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>
    <t:FieldURI FieldURI="calendar:Start"/></t:AdditionalProperties></m:ItemShape><m:ItemIds>
    <t:ItemId Id="{}"/></m:ItemIds></m:GetItem>"""


def create(ana: Any) -> None:
    """A task is written."""
    Task(account=ana, folder=ana.tasks, subject="Call").save()


def test_refusals(exchange: FakeExchange) -> None:
    """As a fault, as a response message and as HTTP; each as often as it was told."""
    faults = exchange.faults

    def slowed() -> Fault:
        return faults.busy("CreateItem", back_off=9000)

    with client(exchange) as ana:
        assert ana.tasks.name == "Tasks"
        for make, error in (
            (slowed, ErrorServerBusy),
            (lambda: faults.busy("CreateItem", message=True), ErrorServerBusy),
            (lambda: faults.moving("CreateItem"), ErrorMailboxMoveInProgress),
            (lambda: faults.status("CreateItem", 503, Retry_After="7"), EWSError),
            (lambda: faults.html("CreateItem"), EWSError),
            (lambda: faults.nonsense("CreateItem"), EWSError),
            (lambda: faults.blocked(times=1), EWSError),
        ):
            fault = make()
            with pytest.raises(error) as caught:
                create(ana)
            assert fault.hits == 1
            back_off = getattr(caught.value, "back_off", None)
            assert back_off == (9 if make == slowed else back_off)
        create(ana)
    assert len(exchange.account().tasks.items()) == 2  # one was written, and its answer spoilt


def test_answers_that_are_lost(exchange: FakeExchange) -> None:
    """Before it happened, after it happened, in the middle of the answer, and much later."""
    faults, tasks = exchange.faults, exchange.account().tasks
    with client(exchange) as ana:
        assert ana.tasks.name == "Tasks"
        for make, count in ((faults.cut_before, 0), (faults.cut_after, 1), (faults.truncated, 2)):
            make("CreateItem")
            with pytest.raises((EWSError, RequestException)):
                create(ana)
            assert len(tasks.items()) == count
        late = faults.late("CreateItem")
        with pytest.raises((EWSError, RequestException)):
            create(ana)
        assert len(tasks.items()) == 2
        assert late.land() == [200]
        assert len(tasks.items()) == 3


def test_gone_between_list_and_get(exchange: FakeExchange) -> None:
    """An item vanishes, another cannot be read; the rest is there."""
    mailbox = exchange.account().mailbox
    one, other, _ = (mailbox.deliver(letter("bob@example.org", "ana@x", n)) for n in "abc")
    mailbox.spoil(other)
    exchange.faults.meanwhile("GetItem", lambda: mailbox.delete(one, "hard"))
    with client(exchange) as ana:
        found = list(ana.inbox.all())
    kinds = sorted(type(item).__name__ for item in found)
    assert kinds == ["ErrorItemCorrupt", "Message"]  # the library keeps ErrorItemNotFound back
    assert exchange.log[-1].code.startswith("ErrorItem")


def test_streams(exchange: FakeExchange, clock: Clock) -> None:
    """Events come while they happen; a stream ends by time, breaks, and is forgotten."""
    mailbox = exchange.account().mailbox
    heard: list[Any] = []
    events = threading.Event()
    with client(exchange) as ana:
        subscription = ana.inbox.subscribe_to_streaming()

        def listen() -> None:
            try:
                for told in ana.inbox.get_streaming_events(subscription, connection_timeout=1):
                    heard.extend(type(one).__name__ for one in told.events)
                    events.set()
                heard.append("end")
            except (EWSError, RequestException) as error:
                heard.append(type(error).__name__)

        for act, end in (
            (lambda: clock.advance(minutes=2), "end"),
            (exchange.streams.end, "end"),
            (exchange.streams.cut, "ChunkedEncodingError"),
            (exchange.streams.forget, "ChunkedEncodingError"),
        ):
            listener = threading.Thread(target=listen)
            listener.start()
            assert exchange.streams.listening()
            mailbox.deliver(letter("bob@example.org", "ana@example.com"))
            exchange.streams.beat()
            assert events.wait(20)
            events.clear()
            act()
            listener.join(20)
            assert heard == ["CreatedEvent", "NewMailEvent", end]
            heard.clear()
        listen()
        assert heard == [ErrorSubscriptionNotFound.__name__]


def test_signing_in(exchange: FakeExchange) -> None:
    """By NTLM and Basic, with the right password alone; not where it has expired."""
    ana = exchange.account()
    exchange.signin.schemes = ["Negotiate", "NTLM"]
    with client(exchange, auth_type=NTLM) as account:
        assert account.inbox.name == "Inbox"
    wrong = Credentials(ana.user, "wrong")
    with (
        client(exchange, auth_type=NTLM, credentials=wrong) as account,
        pytest.raises(UnauthorizedError),
    ):
        account.root.refresh()
    exchange.signin.schemes = ["Basic"]
    with client(exchange, credentials=wrong) as account, pytest.raises(UnauthorizedError):
        account.root.refresh()
    exchange.signin.expired.add(ana.address)
    with client(exchange) as account, pytest.raises(EWSError, match="expired"):
        account.root.refresh()


def test_autodiscover(exchange: FakeExchange) -> None:
    """Where the mailbox is, redirects, and nobody."""
    ana = exchange.account()
    asked = AutodiscoverProtocol(
        config=Configuration(
            service_endpoint=f"{exchange.host}/autodiscover/autodiscover.svc",
            credentials=Credentials(ana.user, ana.password),
            auth_type="basic",
        )
    )
    try:
        assert asked.get_user_settings(user=ana.address).ews_url == exchange.url
        assert asked.get_user_settings(user="bob@example.com").error_code == "InvalidUser"
        exchange.discovery.redirect_address = "a@example.com"
        assert asked.get_user_settings(user=ana.address).redirect_address == "a@example.com"
    finally:
        asked.close()


def test_it_judges(clock: Clock) -> None:
    """What is not as the schemas have it fails the test that did it, also what the fake says."""
    if absent := schema.absent():
        pytest.skip(absent)
    with fake_exchange(clock) as exchange:
        ask(exchange, FOLDER.format("inbox"))
        ask(exchange, FOLDER.format("no such folder"))
        ask(exchange, "<m:GetFolder/>")
        told = exchange.forgive()
        assert len(told) > 1
        assert all("GetFolder" in one or "DistinguishedFolderId" in one for one in told)
        event = exchange.account().calendar.add("Call", START, START)
        event.props["Start"].text = "soon"  # a fake that lies
        ask(exchange, GET.format(event.id))
        told = exchange.forgive()
        assert [one.partition(",")[0] for one in told] == ["answer"]


def test_without_schemas(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It works, and says that nothing is validated."""
    monkeypatch.setenv("SYNCD_SCHEMAS", "/nowhere")
    schema.forget()
    try:
        with fake_exchange(clock) as exchange, client(exchange) as ana:
            assert ana.inbox.name == "Inbox"
        assert "is NOT validated" in capfd.readouterr().err
    finally:
        schema.forget()


def test_a_batch_that_stops(exchange: FakeExchange) -> None:
    """What came before is told; of the rest, that nothing was done."""
    mailbox = exchange.account().mailbox
    ids = [mailbox.deliver(letter("bob@example.org", "ana@x", n)).id for n in "abc"]
    exchange.faults.stopped("GetItem")
    items = "".join(f'<t:ItemId Id="{one}"/>' for one in ids)
    body = f"""<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>
        {items}</m:ItemIds></m:GetItem>"""
    answer = ask(exchange, body)
    assert codes(answer) == ["NoError", *["ErrorBatchProcessingStopped"] * 2]
    assert not list(schema.wrong(answer))
