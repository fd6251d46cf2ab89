"""Calls, writes and batches of Graph against the fake, and what its refusals mean."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from fakes.google.world import Clock, letter
from fakes.graph.fixtures import clock, graph
from fakes.graph.server import FakeGraph
from graph_desk import Ticket, api_of

from connectors.errors import (
    Ambiguous,
    ConnectorError,
    CursorExpired,
    Paused,
    Refused,
    SignInNeeded,
    Unavailable,
)
from connectors.graph import http
from connectors.graph.api import Api
from connectors.graph.errors import Answered, Declined, Need, NotThere, Stale, asked_wait, of_answer
from connectors.graph.gate import AT_ONCE, Gate
from connectors.graph.odata import path

__all__ = ["clock", "graph"]
ANA = "ana@example.com"
INBOX = "mailFolders/inbox"


def mails(graph: FakeGraph, count: int) -> list[str]:
    """The ids of so many mails that came."""
    box = graph.account(ANA).mailbox
    return [box.deliver(letter("bob@example.org", ANA, f"n {n}"), "inbox") for n in range(count)]


def inbox(api: Api) -> Any:
    return api.ask(INBOX, "the inbox", params={"$select": "id"})


def make_list(api: Api) -> Any:
    return api.write("POST", "todo/lists", "the list", body={"displayName": "x"})


def lists(graph: FakeGraph) -> int:
    """How many there are."""
    return len(graph.account(ANA).tasks.all)


def test_asking_and_paging(graph: FakeGraph) -> None:
    """Objects, pages over links, raw mail, the time of the server."""
    api, ids = api_of(graph), mails(graph, 12)
    assert inbox(api)["id"]
    found = api.pages(f"{INBOX}/messages", "the mail", params={"$select": "id", "$top": "5"})
    assert {one["id"] for one in found} == set(ids)
    assert graph.count("messages.list") == 3
    raw = api.raw(path("messages", ids[0], "$value"), "the mail", 4096)
    assert raw.startswith(b"From: bob@example.org")
    assert api.raw(path("messages", ids[0], "$value"), "the mail", 10) == raw[:10]
    assert api.server_time() == graph.now()
    api.close()
    assert inbox(api)["id"]


def test_an_application_reads_a_mailbox(graph: FakeGraph) -> None:
    """Nobody signed in: the mailbox stands in the path, in single calls and in batches."""
    (one,) = mails(graph, 1)
    api = api_of(graph, app_only=True, scopes=["Mail.Read"])
    assert inbox(api)["id"]
    ((_, found),) = api.batch({"x": path("messages", one, query={"$select": "id"})}, "the mail")
    assert isinstance(found, dict)
    assert found["id"] == one


def test_links_lead_to_graph_alone(graph: FakeGraph) -> None:
    """A token goes nowhere else, whatever an answer says."""
    api = api_of(graph)
    for link in (
        "https://evil.example.org/v1.0/me/messages",
        graph.url.replace("http:", "https:") + "/v1.0/me",
        graph.url.replace("127.0.0.1", "127.0.0.2") + "/v1.0/me",
    ):
        with pytest.raises(Refused, match="another server"):
            api.ask(link, "the mail")
    assert api.is_own(f"{graph.url}/v1.0/me")
    for wrong in ("http://192.0.2.1", "https://evil.example.org", "example"):
        with pytest.raises(ValueError, match="on this machine"):
            Api(Ticket(graph, ANA, ()), ANA, endpoint=wrong)


def test_batches(graph: FakeGraph) -> None:
    """Each answer goes with its key, four at a time; what fails is one part's trouble."""
    api, ids = api_of(graph), mails(graph, 9)
    graph.account(ANA).mailbox.delete(ids[7])
    asked = {one: path("messages", one, query={"$select": "subject"}) for one in ids}
    found = dict(api.batch(asked, "the mail"))
    assert list(found) == ids
    assert isinstance(found.pop(ids[7]), NotThere)
    assert {one["subject"] for one in found.values() if isinstance(one, dict)} == {
        f"n {n}" for n in range(9) if n != 7
    }


def test_at_most_four_at_once(graph: FakeGraph) -> None:
    """All sides of an account together; a batch takes as many places as it has parts."""
    api, ids = api_of(graph), mails(graph, 8)
    asked = {one: path("messages", one, query={"$select": "id"}) for one in ids}
    found: list[object] = []

    def several() -> None:
        found.extend(one for _, one in api.batch(asked, "the mail"))
        found.append(inbox(api))

    threads = [threading.Thread(target=several) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(found) == 36
    assert all(isinstance(one, dict) for one in found)
    assert graph.limits.most_at_once == AT_ONCE
    assert graph.limits.refused == 0


def test_the_gate() -> None:
    """Four inside; who wants more than are left waits; nobody comes in while it is shut."""
    gate, inside, now = Gate(lambda: now[0]), threading.Semaphore(0), [0.0]
    leave = threading.Event()

    def one() -> None:
        with gate.through("Outlook"):
            inside.release()
            leave.wait(20)

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE + 2)]
    for each in threads:
        each.start()
    for _ in range(AT_ONCE):
        assert inside.acquire(timeout=20)
    assert not inside.acquire(blocking=False)
    leave.set()
    for each in threads:
        each.join(20)
    gate.shut("Outlook", 9)
    gate.shut("Outlook", 5)
    with pytest.raises(Paused, match="the rest in 9 seconds") as caught, gate.through("Outlook"):
        pass
    assert caught.value.wait == 9
    with gate.through("To Do", AT_ONCE):
        pass
    now[0] = 9.0
    with gate.through("Outlook", AT_ONCE):
        pass


def test_retry_after_is_kept(graph: FakeGraph, clock: Clock) -> None:
    """As long as Microsoft says, for all sides of the mailbox, and without asking meanwhile; To Do
    is another service. A date counts from the Date of the answer."""
    api = api_of(graph)
    graph.faults.too_many("mailFolders.get", retry_after=33)
    with pytest.raises(Paused) as caught:
        inbox(api)
    assert caught.value.wait == 33
    clock.advance(seconds=32)
    asked = len(graph.log)
    with pytest.raises(Paused) as caught:
        api.ask("contacts", "the contacts", params={"$select": "id"})
    assert caught.value.wait == 1
    assert len(graph.log) == asked
    assert make_list(api)["id"]
    clock.advance(seconds=1)
    assert inbox(api)
    graph.faults.too_many("mailFolders.get", retry_after=3_600)
    with pytest.raises(Unavailable) as longer:
        inbox(api)
    assert not isinstance(longer.value, Paused)
    assert longer.value.wait == 3_600
    headers = {"date": "Mon, 02 Nov 2026 09:00:00 GMT"}
    later = {**headers, "retry-after": "Mon, 02 Nov 2026 09:01:30 GMT"}
    assert asked_wait(Answered(503, later, b"")) == 90
    assert asked_wait(Answered(503, {**headers, "retry-after": "soon"}, b"")) is None


def test_nothing_is_asked_twice(graph: FakeGraph) -> None:
    """Not even where Microsoft fails; a token that was refused is changed once."""
    api = api_of(graph)
    graph.faults.broken("mailFolders.get", retry_after=12)
    with pytest.raises(Unavailable) as caught:
        inbox(api)
    assert caught.value.wait == 12
    fresh = api_of(graph)
    graph.faults.dead_token()
    assert inbox(fresh)
    graph.faults.dead_token(times=2)
    with pytest.raises(SignInNeeded, match="run `syncd login work`"):
        inbox(fresh)


def test_writes(graph: FakeGraph) -> None:
    """A lost answer is in doubt, a refusal is not; what was there is changed by its etag."""
    api = api_of(graph)
    before = lists(graph)
    graph.faults.cut_after("lists.create")
    with pytest.raises(Ambiguous):
        make_list(api)
    assert lists(graph) == before + 1
    graph.faults.nonsense("lists.create")
    with pytest.raises(Ambiguous):
        make_list(api)
    graph.faults.broken("lists.create", status=500)
    with pytest.raises(Ambiguous):
        make_list(api)
    graph.faults.dead_token(method="lists.create")
    found = make_list(api)
    where = path("todo", "lists", found["id"])
    told = api.write("PATCH", where, "the list", body={"displayName": "y"})
    assert told.get("displayName", "y") == "y"
    assert api.write("DELETE", where, "the list") == {}
    with pytest.raises(NotThere):
        api.write("DELETE", where, "the list")


def test_answers_that_are_none(graph: FakeGraph) -> None:
    """A page of somebody in between, half an answer, none at all, a redirect: asked again later, by
    whoever asks."""
    api = api_of(graph)
    for fault in (
        graph.faults.nonsense,
        graph.faults.truncated,
        lambda method: graph.faults.html(method, status=200),
        lambda method: graph.faults.redirect("https://portal.example/", method),
        lambda method: graph.faults.cut_before(method, times=2),
    ):
        fault("mailFolders.get")
        with pytest.raises(Unavailable):
            inbox(api)
    assert inbox(api)


def test_a_connection_that_ended_while_idle(graph: FakeGraph) -> None:
    """The other side may end it in the moment in which we ask: what changes nothing goes by a new
    one, what does is in doubt."""
    api = api_of(graph)
    inbox(api)
    graph.faults.cut_before("mailFolders.get")
    assert inbox(api)
    graph.faults.cut_before("lists.create")
    with pytest.raises(Ambiguous):
        make_list(api)


def test_a_server_that_says_nothing(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a limit to waiting, and nobody listening is nobody asked."""
    api = api_of(graph)
    api._http()._timeout = 0.2
    gate = graph.faults.slow("mailFolders.get")
    try:
        with pytest.raises(Unavailable, match="stopped answering"):
            inbox(api)
    finally:
        gate.release()
    nobody = Api(Ticket(graph, ANA, ()), ANA, endpoint="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="cannot be reached"):
        make_list(nobody)
    monkeypatch.setattr(http, "_LONGEST", -1.0)
    with pytest.raises(Unavailable, match="stopped answering"):
        inbox(api_of(graph))


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (410, "syncStateNotFound", CursorExpired, "no longer knows how far"),
        (400, "SyncStateNotFound", CursorExpired, "no longer knows how far"),
        (410, "resyncRequired", CursorExpired, "no longer knows how far"),
        (410, "anything", CursorExpired, "no longer knows how far"),
        (404, "MailboxNotEnabledForRESTAPI", Refused, "kind: exchange"),
        (403, "ErrorAccessDenied", Declined, "delegated permission Mail.Read "),
        (404, "ErrorItemNotFound", NotThere, "not there any more"),
        (412, "ErrorIrresolvableConflict", Stale, "has changed"),
        (409, "ErrorIrresolvableConflict", Stale, "has changed"),
        (507, "ErrorQuotaExceeded", Refused, "mailbox is full"),
        (503, "ErrorMailboxMoveInProgress", Unavailable, "moving the mailbox"),
        (400, "ErrorInvalidIdMalformed", Declined, "HTTP 400 \\(ErrorInvalidIdMalformed\\)"),
        (429, "ApplicationThrottled", Paused, "asked less often"),
        (504, "UnknownError", Unavailable, "HTTP 504"),
        (302, "", Unavailable, "check the network"),
    ],
)
def test_what_refusals_mean(status: int, code: str, kind: type[ConnectorError], words: str) -> None:
    """One remedy each, told by status and code."""
    body = json.dumps({"error": {"code": code, "message": "Trace ID: secret"}}).encode()
    found = of_answer(Answered(status, {}, body), "the mail", need=Need("Mail.Read", ANA))
    assert type(found) is kind
    with pytest.raises(kind, match=words):
        raise found
    assert "secret" not in str(found)


def test_what_an_application_lacks() -> None:
    """The policy that leaves a mailbox out, a permission, somebody who is not there."""
    need = Need("Mail.Read", "bob@example.com", alone=True)

    def said(status: int, code: str, message: str = "") -> str:
        body = json.dumps({"error": {"code": code, "message": message}}).encode()
        return str(of_answer(Answered(status, {}, body), "the mail", need=need))

    policy = (
        "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy"
    )
    assert "leaves out bob@example.com" in said(403, "ErrorAccessDenied", policy)
    assert "application permission Mail.Read" in said(403, "ErrorAccessDenied")
    assert "nobody called bob@example.com" in said(404, "ErrorInvalidUser")
    assert "administrator's consent" in said(401, "InvalidAuthenticationToken")
    assert "not there any more" in said(404, "ErrorItemNotFound")


def test_rights_behind_links(graph: FakeGraph) -> None:
    """However Microsoft spells the mailbox in a link, the missing permission is told."""
    api = api_of(graph)
    for where in (
        "me/mailFolders/x/messages",
        "me/mailfolders('x')/messages/delta?$deltatoken=y",
        "users/ana@example.com/messages",
        "Users('ana@example.com')/mailFolders('x')/messages",
        "users(%27ana@example.com%27)/messages",
    ):
        assert (
            api._path(f"{graph.url}/v1.0/{where}").lower().startswith(("mailfolders", "messages"))
        )
    assert api._path(f"{graph.url}/v1.0/me?$select=mail") == "?$select=mail"


def test_codes_that_stand_deeper() -> None:
    """The outer code may be a general one, and what is no error of Microsoft's says nothing."""
    inner: dict[str, Any] = {"code": "syncStateNotFound"}
    body = json.dumps({"error": {"code": "BadRequest", "innerError": inner}}).encode()
    assert isinstance(of_answer(Answered(400, {}, body), "the mail"), CursorExpired)
    for odd in (b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": 5}}'):
        assert isinstance(of_answer(Answered(404, {}, odd), "the mail"), NotThere)
    crowded = json.dumps({"error": {"code": "x", "message": "MailboxConcurrency"}}).encode()
    found = of_answer(Answered(429, {}, crowded), "the mail")
    assert isinstance(found, Paused)
    assert found.wait == 10
