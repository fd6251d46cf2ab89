"""What goes wrong at the fake of Graph, and what it takes ill."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.client import HTTPException

import pytest
from fakes.google.world import letter
from fakes.graph import csdl, validation
from fakes.graph.asking import Answered, Asker
from fakes.graph.call import Json
from fakes.graph.fixtures import Clock, FakeGraph, clock, graph

__all__ = ["clock", "graph"]

_LOST = (OSError, HTTPException)


def test_answers_are_lost_and_creates_land_late(graph: FakeGraph) -> None:
    """Cut before the act, after it, or before it with the act to come; half an answer."""
    lists, asker = graph.account().tasks, Asker(graph)
    where = f"/me/todo/lists/{lists.default.id}/tasks"
    for fault, count in ((graph.faults.cut_before, 0), (graph.faults.cut_after, 1)):
        fault("tasks.create")
        with pytest.raises(_LOST):
            asker.ask("POST", where, {"title": "x"})
        assert len(lists.default.tasks) == count
    late = graph.faults.late("tasks.create")
    with pytest.raises(_LOST):
        asker.ask("POST", where, {"title": "y"})
    assert (len(lists.default.tasks), late.land(), len(lists.default.tasks)) == (1, [201], 2)
    graph.faults.truncated("tasks.list")
    with pytest.raises(_LOST):
        asker.ask("GET", where)


def test_refusals(graph: FakeGraph) -> None:
    """Each in the words of Graph, with what it says of waiting and of where to go."""
    mailbox = graph.account().mailbox
    there = mailbox.deliver(letter("bob@example.org", "ana@example.com"))
    asker = Asker(graph)
    troubles: list[tuple[Callable[[], object], int, str]] = [
        (lambda: graph.faults.too_many(retry_after=9), 429, "ApplicationThrottled"),
        (graph.faults.broken, 503, "serviceNotAvailable"),
        (graph.faults.dead_token, 401, "InvalidAuthenticationToken"),
        (graph.faults.forbidden, 403, "ErrorAccessDenied"),
        (lambda: graph.faults.error(503, "ErrorMailboxStoreUnavailable"), 503,
         "ErrorMailboxStoreUnavailable"),
        (lambda: graph.faults.meanwhile("messages.get", lambda: mailbox.delete(there)), 404,
         "ErrorItemNotFound"),
    ]  # fmt: skip
    for fault, status, code in troubles:
        fault()
        refused = asker.ask("GET", f"/me/messages/{there}")
        assert (refused.status, refused.code) == (status, code)
    graph.faults.too_many(retry_after=9)
    assert asker.ask("GET", "/me").headers["Retry-After"] == "9"


def test_sync_states_are_lost(graph: FakeGraph) -> None:
    """By a fault, with where to begin anew, or for good."""
    graph.account().mailbox.deliver(letter("bob@example.org", "ana@example.com"))
    asker, where = Asker(graph), "/me/mailFolders/inbox/messages/delta"
    _, link = asker.round(where)
    graph.faults.lost_state(code="resyncRequired", location=f"{graph.url}/v1.0{where}")
    lost = asker.ask("GET", link)
    assert (lost.status, lost.code) == (410, "resyncRequired")
    assert asker.get(lost.headers["Location"])["value"]
    graph.account().forget_tokens()
    assert asker.ask("GET", link).code == "SyncStateNotFound"


def test_four_at_once_and_so_many_in_ten_minutes(graph: FakeGraph, clock: Clock) -> None:
    """A fifth is refused, and a part of a batch for which there is no place."""
    graph.account()
    asker, found = Asker(graph), list[Answered]()
    gate = graph.faults.slow("me.get", times=3)
    threads = [
        threading.Thread(target=lambda: found.append(asker.ask("GET", "/me"))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert graph.settled(lambda: graph.limits.most_at_once == 3, 0) or gate.reached.wait(20)
    while graph.limits.most_at_once < 3:
        gate.reached.wait(0.01)
    parts = [{"id": str(n), "method": "GET", "url": "/me/mailFolders/inbox"} for n in range(2)]
    answer = asker.ask("POST", "/$batch", {"requests": parts}).body["responses"]
    assert sorted(one["status"] for one in answer) == [200, 429]
    gate.release()
    for thread in threads:
        thread.join()
    assert {one.status for one in found} == {200}
    graph.limits.requests = 1
    assert asker.ask("GET", "/me").headers["Retry-After"] == "600"
    clock.advance(minutes=10)
    assert asker.ask("GET", "/me").status == 200


def test_who_may_what(graph: FakeGraph, clock: Clock) -> None:
    """Tokens have an end and permissions; apps are let in by policies; mailboxes may be missing."""
    ana = graph.account()
    asker = Asker(graph, scopes={"User.Read"})
    assert asker.get("/me")["mail"] == "ana@example.com"
    assert asker.ask("GET", "/me/mailFolders").code == "ErrorAccessDenied"
    assert asker.ask("GET", "/users/bob@example.org").code == "ErrorInvalidUser"
    app = Asker(graph, "", {"Mail.Read"})
    assert app.ask("GET", "/me/mailFolders").status == 400
    assert app.get("/users/ana@example.com/mailFolders/inbox")["displayName"] == "Inbox"
    ana.policy = False
    assert app.ask("GET", "/users/ana@example.com/mailFolders").code == "ErrorAccessDenied"
    ana.policy, ana.licensed = True, False
    missing = app.ask("GET", "/users/ana@example.com/mailFolders")
    assert (missing.status, missing.code) == (404, "MailboxNotEnabledForRESTAPI")
    clock.advance(hours=1)
    assert asker.ask("GET", "/me").code == "InvalidAuthenticationToken"


def test_requests_that_are_not_as_documented_are_told(graph: FakeGraph) -> None:
    """Options, bodies and ids; the test that made them fails unless it forgives."""
    lists, asker = graph.account().tasks, Asker(graph)
    where = f"/me/todo/lists/{lists.default.id}/tasks"
    asker.ask("GET", f"{where}?$search=x")
    asker.ask("GET", f"{where}?$select=nothing")
    asker.ask("POST", where, {"title": 3, "importance": "urgent", "id": "x"})
    asker.ask("POST", where, b"{", Content_Type="application/json")
    asker.ask("GET", "/me/drive")
    del asker.headers["Prefer"]
    asker.ask("GET", "/me/messages")
    told = "\n".join(graph.forgive())
    for words in ("$search", "is not served", "ImmutableId", "no JSON"):
        assert words in told
    if not csdl.absent():
        for words in ("'nothing'", "3 is no Edm.String", "'urgent' is none of", "id: cannot be"):
            assert words in told


def test_answers_are_judged_by_the_metadata() -> None:
    """Properties, their types, what is never null and what comes only expanded."""
    if csdl.absent():
        pytest.skip(csdl.absent())
    task: Json = {"id": "1", "status": "done", "isReminderOn": None, "linkedResources": [], "x": 1}
    statuses = {"completed", "deferred", "inProgress", "notStarted", "waitingOnOthers"}
    told = list(validation.entity(task, "todoTask", "task"))
    assert told == [
        f"task.status: 'done' is none of {', '.join(sorted(statuses))}",
        "task.isReminderOn: cannot be null",
        "task.linkedResources: comes only when it is expanded",
        "task.x: todoTask has no such property",
    ]
    meeting = {"@odata.type": "#microsoft.graph.eventMessage", "id": "1", "isAllDay": True}
    assert list(validation.entity(meeting, "message", "mail")) == []
    wrong = {"id": "1", "receivedDateTime": "yesterday", "toRecipients": [{"emailAddress": 1}]}
    assert len(list(validation.entity(wrong, "message", "mail"))) == 2
