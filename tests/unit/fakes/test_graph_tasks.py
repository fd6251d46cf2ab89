"""Microsoft To Do and contacts as the fake of Graph has them."""

from __future__ import annotations

from datetime import date

import pytest
from fakes.graph.asking import Asker
from fakes.graph.fixtures import Clock, FakeGraph, clock, graph

__all__ = ["clock", "graph"]

_DUE = {"dateTime": "2026-11-05T18:30:00", "timeZone": "W. Europe Standard Time"}
_LINK = {"externalId": "k1", "applicationName": "syncd", "webUrl": "https://example.org/1"}


@pytest.mark.parametrize("seed", range(4))
def test_a_task_is_written_and_found_by_its_key(graph: FakeGraph, clock: Clock, seed: int) -> None:
    """Links come with `$expand` alone; a due date is a day."""
    graph.reset(clock, seed)
    lists, asker = graph.account().tasks, Asker(graph)
    where = f"/me/todo/lists/{lists.default.id}/tasks"
    body = {"title": "Call Bob", "dueDateTime": _DUE, "linkedResources": [_LINK]}
    made = asker.ask("POST", where, body)
    assert made.status == 201
    assert made.body["dueDateTime"]["dateTime"] == (
        "2026-11-05T00:00:00.0000000" if seed % 2 else "2026-11-04T23:00:00.0000000"
    )
    (bare,) = asker.all(where)
    assert "linkedResources" not in bare
    (full,) = asker.all(f"{where}?$expand=linkedResources")
    assert [one["externalId"] for one in full["linkedResources"]] == ["k1"]
    assert [one.id for one in lists.keyed("k1")] == [made.body["id"]]
    changes = asker.ask("GET", f"{where}/delta?$expand=linkedResources")
    assert changes.status == (200 if seed == 2 else 400)


def test_what_the_owner_does_comes_back(graph: FakeGraph) -> None:
    """Ticked, edited, deleted, and moved, by which a task gets another id and keeps its links."""
    lists, asker = graph.account().tasks, Asker(graph)
    mine = lists.add_list("Follow-ups")
    ids = [lists.write(mine, f"Task {number}") for number in range(4)]
    where = f"/me/todo/lists/{mine}/tasks"
    asker.ask("POST", f"{where}/{ids[3]}/linkedResources", _LINK)
    _, link = asker.round(f"{where}/delta")
    lists.tick(ids[0])
    lists.edit(ids[1], title="Other", due=date(2026, 11, 9))
    lists.delete(ids[2])
    moved = lists.move_to(ids[3], lists.default.id)
    news = {one["id"]: one for one in asker.round(link)[0]}
    assert news[ids[0]]["status"] == "completed"
    assert news[ids[1]]["dueDateTime"]["dateTime"][:10] == "2026-11-09"
    assert {one for one in news if "@removed" in news[one]} == {ids[2], ids[3]}
    assert [one.id for one in lists.keyed("k1")] == [moved]
    lists.rename_list(mine, "People")
    lists.tick(ids[1])
    found, link = asker.round("/me/todo/lists/delta")
    assert {one["displayName"] for one in found} == {"Tasks", "Flagged Emails", "People"}
    lists.delete_list(mine)
    assert [one["@removed"]["reason"] for one in asker.round(link)[0]] == ["deleted"]


def test_a_task_is_changed_by_us(graph: FakeGraph) -> None:
    """Only if it is as we saw it, where we say so; reminders are in UTC."""
    lists, asker = graph.account().tasks, Asker(graph)
    made = lists.write(lists.default.id, "Call Bob")
    where = f"/me/todo/lists/{lists.default.id}/tasks/{made}"
    seen = asker.get(where)["@odata.etag"]
    remind = {"dateTime": "2026-11-05T09:00:00", "timeZone": "W. Europe Standard Time"}
    body = {"isReminderOn": True, "reminderDateTime": remind, "status": "completed"}
    changed = asker.ask("PATCH", where, body, If_Match=seen)
    assert changed.body["reminderDateTime"]["dateTime"][:16] == "2026-11-05T08:00"
    assert changed.body["completedDateTime"]["dateTime"][:10] == "2026-11-02"
    assert asker.ask("PATCH", where, {"title": "x"}, If_Match=seen).status == 412
    assert asker.ask("DELETE", where).status == 204
    assert asker.ask("GET", where).status == 404


def test_contacts(graph: FakeGraph) -> None:
    """By folder, of which the default one is not listed; added, changed, told apart by a mark."""
    contacts, asker = graph.account().contacts, Asker(graph)
    bob = contacts.add("Bob Stone", "bob@example.org", companyName="Acme")
    friends = contacts.make_folder("Friends")
    assert [one["id"] for one in asker.all("/me/contactFolders")] == [friends.id]
    found, link = asker.round("/me/contactFolders/contacts/contacts/delta?$select=displayName")
    assert [one["displayName"] for one in found] == ["Bob Stone"]
    contacts.move(bob, "Friends")
    assert [one["id"] for one in asker.round(link)[0] if "@removed" in one] == [bob]
    mark = {"id": "String {6f1d5a3c-8b52-4c7e-9d1a-3e2b8c4f7a90} Name uid", "value": "u1"}
    body = {
        "givenName": "Eva",
        "emailAddresses": [{"name": "Eva", "address": "eva@example.net"}],
        "categories": ["syncd"],
        "singleValueExtendedProperties": [mark],
    }
    eva = asker.ask("POST", "/me/contacts", body)
    assert eva.status == 201
    where = "emailAddresses/any(a:a/address eq 'EVA@example.net')"
    expand = f"$expand=singleValueExtendedProperties($filter=id eq '{mark['id']}')"
    (one,) = asker.all(f"/me/contacts?$filter={where}&{expand}")
    assert one["singleValueExtendedProperties"] == [mark]
    stale = asker.ask("PATCH", f"/me/contacts/{one['id']}", {"surname": "B"}, If_Match='W/"1"')
    assert stale.code == "ErrorIrresolvableConflict"
