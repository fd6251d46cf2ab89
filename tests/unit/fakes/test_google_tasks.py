"""Google Tasks as the fake has it, by the real client library."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fakes.google.clients import client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]


def titles(service: Any, tasklist: str = "@default", **asked: Any) -> list[str]:
    """Of all pages."""
    found, token = [], None
    while True:
        page = service.tasks().list(tasklist=tasklist, pageToken=token, **asked).execute()
        found += [one["title"] for one in page.get("items", ())]
        if (token := page.get("nextPageToken")) is None:
            return found


def test_lists(google: FakeGoogle) -> None:
    """Made, renamed by either side, and gone."""
    tasks = google.account().tasks
    with client(google, "tasks") as service:
        lists = service.tasklists()
        made = lists.insert(body={"title": "Follow-ups"}).execute()
        assert [one["title"] for one in lists.list().execute()["items"]] == [
            "My Tasks", "Follow-ups",
        ]  # fmt: skip
        lists.patch(tasklist=made["id"], body={"title": "People"}).execute()
        assert tasks.named("People").id == made["id"]
        tasks.rename_list(made["id"], "Ana's")
        assert lists.get(tasklist=made["id"]).execute()["title"] == "Ana's"
        lists.update(tasklist=made["id"], body={"id": made["id"], "title": "Mine"}).execute()
        assert tasks.named("Mine").id == made["id"]
        lists.delete(tasklist=made["id"]).execute()
        with pytest.raises(HttpError, match="cannot be deleted"):
            lists.delete(tasklist="@default").execute()
        for asked in (lists.get(tasklist=made["id"]), service.tasks().list(tasklist=made["id"])):
            with pytest.raises(HttpError, match="404"):
                asked.execute()


def test_a_task_is_written(google: FakeGoogle, clock: Clock) -> None:
    """Only the day of `due` is kept; new ones stand at the top, or behind another."""
    with client(google, "tasks") as service:
        insert = service.tasks().insert
        body = {"title": "Call Bob", "notes": "key", "due": "2026-11-05T18:30:00+02:00"}
        first = insert(tasklist="@default", body=body).execute()
        assert first["due"] == "2026-11-05T00:00:00.000Z"
        assert (first["status"], first["updated"]) == ("needsAction", "2026-11-02T09:00:00.000Z")
        insert(tasklist="@default", body={"title": "Top"}).execute()
        behind = {"tasklist": "@default", "previous": first["id"]}
        insert(**behind, body={"title": "Last"}).execute()
        assert titles(service) == ["Top", "Call Bob", "Last"]
        assert titles(service, maxResults=2) == ["Top", "Call Bob", "Last"]
        got = service.tasks().get(tasklist="@default", task=first["id"]).execute()
        assert (got["notes"], got["etag"]) == ("key", first["etag"])


@pytest.mark.parametrize(
    "body",
    [{"title": "x" * 1_025}, {"notes": "x" * 8_193}, {"status": "done"}, {"due": "2026-11-05"}],
)
def test_limits(google: FakeGoogle, body: dict[str, str]) -> None:
    """400, and nothing is written; at the limit all is well."""
    with client(google, "tasks") as service:
        insert = service.tasks().insert
        with pytest.raises(HttpError, match="400"):
            insert(tasklist="@default", body=body).execute()
        assert titles(service) == []
        insert(tasklist="@default", body={"title": "x" * 1_024, "notes": "y" * 8_192}).execute()


def test_changing(google: FakeGoogle) -> None:
    """patch changes members, update all of them and wants the id; an etag guards both."""
    with client(google, "tasks") as service:
        tasks = service.tasks()
        body = {"title": "Call", "notes": "n", "due": "2026-11-05T00:00:00Z"}
        made = tasks.insert(tasklist="@default", body=body).execute()
        name = {"tasklist": "@default", "task": made["id"]}
        done = tasks.patch(**name, body={"status": "completed", "due": None}).execute()
        assert done["completed"] == "2026-11-02T09:00:00.000Z"
        assert (done["notes"], "due" in done) == ("n", False)
        again = tasks.update(**name, body={"id": made["id"], "title": "Write"}).execute()
        assert (again["title"], "notes" in again, "completed" in again) == ("Write", False, False)
        with pytest.raises(HttpError, match="Missing task ID"):
            tasks.update(**name, body={"title": "Write"}).execute()
        guarded = tasks.patch(**name, body={"title": "Old"})
        guarded.headers["If-Match"] = made["etag"]
        with pytest.raises(HttpError, match="412") as caught:
            guarded.execute()
        assert reason(caught.value) == "conditionNotMet"


def test_what_is_shown(google: FakeGoogle, clock: Clock) -> None:
    """Completed ones are; deleted and hidden ones, as completed in Google's apps, on request."""
    lists = google.account().tasks
    names = ("open", "ticked", "completed", "deleted", "purged")
    made = {one: lists.write(lists.default.id, title=one) for one in names}
    clock.advance(hours=1)
    lists.tick(made["ticked"])
    lists.tick(made["completed"], hidden=False)
    lists.delete(made["deleted"])
    lists.purge(made["purged"])
    with client(google, "tasks") as service:
        assert titles(service) == ["completed", "open"]
        assert titles(service, showCompleted=False) == ["open"]
        assert titles(service, showHidden=True) == ["completed", "ticked", "open"]
        every: Any = {"showHidden": True, "showDeleted": True}
        assert set(titles(service, **every)) == set(names) - {"purged"}
        since = titles(service, **every, updatedMin="2026-11-02T10:00:00Z")
        assert set(since) == {"ticked", "completed", "deleted"}
        got = service.tasks().get(tasklist="@default", task=made["deleted"]).execute()
        assert got["deleted"]
        with pytest.raises(HttpError, match="404"):
            service.tasks().get(tasklist="@default", task=made["purged"]).execute()


def test_a_hidden_task_that_is_opened_again(google: FakeGoogle) -> None:
    """It is hidden no more; to hide one is not for clients."""
    lists = google.account().tasks
    made = lists.write(lists.default.id, title="Call")
    lists.tick(made)
    with client(google, "tasks") as service:
        name = {"tasklist": "@default", "task": made}
        service.tasks().patch(**name, body={"status": "needsAction"}).execute()
        service.tasks().patch(**name, body={"hidden": True}).execute()
        assert titles(service, showCompleted=False) == ["Call"]


def test_pages_of_what_was_there_at_the_first(google: FakeGoogle) -> None:
    """What changes between pages neither hides nor doubles another task."""
    lists = google.account().tasks
    ids = [lists.write(lists.default.id, title=str(number)) for number in range(4)][::-1]
    with client(google, "tasks") as service:
        asked = {"tasklist": "@default", "maxResults": 2}
        first = service.tasks().list(**asked).execute()
        lists.delete(ids[0])
        lists.write(lists.default.id, title="late")
        second = service.tasks().list(**asked, pageToken=first["nextPageToken"]).execute()
        with pytest.raises(HttpError, match="page token"):
            service.tasks().list(tasklist="@default", pageToken="nonsense").execute()
    assert [one["id"] for one in (*first["items"], *second["items"])] == ids


def test_by_day(google: FakeGoogle) -> None:
    """Limits of `due` are instants; tasks without one are left out."""
    lists = google.account().tasks
    lists.write(lists.default.id, title="none")
    for day in (4, 5):
        lists.write(lists.default.id, title=str(day), due=date(2026, 11, day))
    with client(google, "tasks") as service:
        assert titles(service, dueMin="2026-11-05T00:00:00Z") == ["5"]
        assert titles(service, dueMax="2026-11-04T12:00:00Z") == ["4"]


def test_moving(google: FakeGoogle) -> None:
    """Within a list; to another one with the same id, or, by the owner's app, with a new one."""
    lists = google.account().tasks
    other = lists.add_list("Other")
    one, two = (lists.write(lists.default.id, title=name) for name in ("one", "two"))
    with client(google, "tasks") as service:
        move = service.tasks().move
        move(tasklist="@default", task=one).execute()
        assert titles(service) == ["one", "two"]
        move(tasklist="@default", task=one, previous=two).execute()
        assert titles(service) == ["two", "one"]
        moved = move(tasklist="@default", task=one, destinationTasklist=other).execute()
        assert moved["id"] == one
        assert (titles(service), titles(service, other)) == (["two"], ["one"])
        anew = lists.move_to(two, other, anew=True)
        assert anew != two
        assert (titles(service), titles(service, other)) == ([], ["two", "one"])
        assert titles(service, showDeleted=True) == ["two"]
        assert lists.find(anew)[0].id == other


def test_deleting(google: FakeGoogle) -> None:
    """Answers nothing; the owner's edit of a task is seen."""
    lists = google.account().tasks
    made = lists.write(lists.default.id, title="Call")
    lists.edit(made, title="Call Bob", due=date(2026, 11, 9))
    with client(google, "tasks") as service:
        name = {"tasklist": "@default", "task": made}
        got = service.tasks().get(**name).execute()
        assert (got["title"], got["due"]) == ("Call Bob", "2026-11-09T00:00:00.000Z")
        service.tasks().delete(**name).execute()
        assert titles(service, showHidden=True) == []
    assert lists.find(made)[1].body["deleted"]


def test_the_lost_answer_that_the_library_repeats(google: FakeGoogle) -> None:
    """httplib2 itself sends a request again when the connection ends: a POST too. Whoever writes
    has to forbid it, or finds two tasks after one lost answer."""
    google.faults.cut_after("tasks.tasks.insert")
    with client(google, "tasks") as service:
        service.tasks().insert(tasklist="@default", body={"title": "Call"}).execute(num_retries=0)
        assert titles(service) == ["Call", "Call"]
