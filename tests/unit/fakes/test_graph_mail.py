"""Mail as the fake of Graph has it."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from fakes.google.world import START, letter
from fakes.graph.asking import Asker
from fakes.graph.fixtures import Clock, FakeGraph, clock, graph

__all__ = ["clock", "graph"]

_INBOX = "/me/mailFolders/inbox/messages"


@pytest.mark.parametrize("seed", range(5))
def test_a_round_tells_all_and_the_next_what_changed(
    graph: FakeGraph, clock: Clock, seed: int
) -> None:
    """Whatever the sizes and orders of pages are; ids stay the same when a message is moved."""
    graph.reset(clock, seed)
    mailbox = graph.account().mailbox
    ids = [mailbox.deliver(letter("bob@example.org", "ana@example.com", str(n))) for n in range(23)]
    asker = Asker(graph, prefer=["odata.maxpagesize=5"])
    found, link = asker.round(f"{_INBOX}/delta?$select=subject")
    assert {one["id"] for one in found} == set(ids)
    assert all("body" not in one and "@odata.etag" in one for one in found)
    mailbox.move(ids[0], "drafts")
    mailbox.delete(ids[1])
    mailbox.read(ids[2])
    found, _ = asker.round(link)
    told = {one["id"]: one for one in found}
    assert {one for one in told if "@removed" in told[one]} == {ids[0], ids[1]}
    assert "subject" in told[ids[2]]
    moved, _ = asker.round("/me/mailFolders/drafts/messages/delta")
    assert [one["id"] for one in moved] == [ids[0]]
    assert asker.round(link)[0], "a link is good for more than once"


def test_what_changes_while_pages_are_read_comes_again(graph: FakeGraph) -> None:
    """A deltaLink stands for the first request of its round."""
    mailbox = graph.account().mailbox
    ids = [mailbox.deliver(letter("bob@example.org", "ana@example.com", str(n))) for n in range(4)]
    asker = Asker(graph, prefer=["odata.maxpagesize=2"])
    page = asker.get(f"{_INBOX}/delta")
    mailbox.delete(ids[3])
    late = mailbox.deliver(letter("bob@example.org", "ana@example.com", "late"))
    rest, link = asker.round(page["@odata.nextLink"])
    assert [one["id"] for one in rest if "@removed" not in one] == [ids[2]]
    assert {one["id"] for one in asker.round(link)[0]} == {ids[3], late}


def test_a_filter_on_the_date_has_its_limit(graph: FakeGraph) -> None:
    """The newest come, and no more than so many."""
    mailbox = graph.account().mailbox
    mailbox.filtered_most = 2
    for number in range(5):
        raw = letter("bob@example.org", "ana@example.com", str(number))
        mailbox.deliver(raw, at=START - timedelta(days=number))
    day = f"{START - timedelta(days=3):%Y-%m-%d}T00:00:00Z"
    asker = Asker(graph)
    found, _ = asker.round(f"{_INBOX}/delta?$filter=receivedDateTime ge {day}")
    assert [one["subject"] for one in found] == ["0", "1"]
    refused = asker.ask("GET", f"{_INBOX}/delta?$filter=subject eq 'x'")
    assert (refused.status, refused.code) == (400, "ErrorInvalidUrlQuery")


def test_a_message_as_exchange_tells_it(graph: FakeGraph) -> None:
    """Headers only when they are asked for, and none of what Outlook itself sent; properties by
    their ids; the body as text where that is preferred."""
    mailbox = graph.account().mailbox
    first = mailbox.deliver(letter("Bob <b@example.org>", "ana@example.com", message_id="<1@x>"))
    raw = letter("ana@example.com", "b@example.org", "Re", answers="<1@x>", html="<b>Yes</b>")
    sent = mailbox.deliver(raw, "sentitems", bare=True)
    asker = Asker(graph, prefer=['outlook.body-content-type="text"'])
    plain = asker.get(f"/me/messages/{first}")
    assert plain["from"] == {"emailAddress": {"name": "Bob", "address": "b@example.org"}}
    assert "internetMessageHeaders" not in plain
    headed = asker.get(f"/me/messages/{first}?$select=internetMessageHeaders")
    assert {"name": "Message-ID", "value": "<1@x>"} in headed["internetMessageHeaders"]
    expand = "$expand=singleValueExtendedProperties($filter=id eq 'String 0x1042')"
    answer = asker.get(f"/me/messages/{sent}?$select=body,internetMessageHeaders&{expand}")
    assert "internetMessageHeaders" not in answer
    (told,) = answer["singleValueExtendedProperties"]
    assert told == {"id": "String 0x1042", "value": "<1@x>"}
    assert answer["body"]["contentType"] == "text"
    assert asker.ask("GET", f"/me/messages/{sent}/$value").body == raw.replace(b"\n", b"\r\n")
    threads = {asker.get(f"/me/messages/{one}")["conversationId"] for one in (first, sent)}
    assert len(threads) == 1


def test_folders(graph: FakeGraph, clock: Clock) -> None:
    """By their well-known names in any language, level by level; their changes at any depth."""
    graph.reset(clock, 2)
    mailbox, asker = graph.account().mailbox, Asker(graph)
    made = mailbox.make_folder("Clients/Acme")
    mailbox.make_folder("Secret", hidden=True)
    assert asker.get("/me/mailFolders/inbox")["displayName"] == "Posteingang"
    top = asker.all("/me/mailFolders?$top=3")
    assert {"Clients", "Posteingang"} < {one["displayName"] for one in top}
    assert "Secret" not in {one["displayName"] for one in top}
    below = asker.all(f"/me/mailFolders/{mailbox.folder('Clients').id}/childFolders")
    assert [one["id"] for one in below] == [made.id]
    found, link = asker.round("/me/mailFolders/delta")
    assert made.id in {one["id"] for one in found}
    mailbox.rename_folder("Clients/Acme", "ACME")
    mailbox.delete_folder("drafts")
    news = {one["id"]: one for one in asker.round(link)[0]}
    assert news[made.id]["displayName"] == "ACME"
    assert sum("@removed" in one for one in news.values()) == 1
    assert asker.ask("GET", "/me/mailFolders/archive").code == "ErrorItemNotFound"


def test_drafts_and_nothing_but_drafts(graph: FakeGraph) -> None:
    """As JSON or MIME, found again by a property of ours; nothing is sent, no mail is touched."""
    mailbox, asker = graph.account().mailbox, Asker(graph)
    there = mailbox.deliver(letter("Bob <b@example.org>", "ana@example.com", "Lunch"))
    name = "String {6f1d5a3c-8b52-4c7e-9d1a-3e2b8c4f7a90} Name syncd-key"
    body = {
        "subject": "Hi",
        "toRecipients": [{"emailAddress": {"address": "b@example.org", "name": "Bob"}}],
        "body": {"contentType": "text", "content": "Olá"},
        "singleValueExtendedProperties": [{"id": name, "value": "k1"}],
    }
    made = asker.ask("POST", "/me/messages", body)
    assert (made.status, made.body["isDraft"]) == (201, True)
    where = f"singleValueExtendedProperties/any(e:e/id eq '{name}' and e/value eq 'k1')"
    found = asker.all(f"/me/mailFolders/drafts/messages?$filter={where}")
    assert [one["id"] for one in found] == [made.body["id"]]
    mime = letter("ana@example.com", "b@example.org", "MIME", message_id="<mime@x>")
    data = base64.b64encode(mime)
    posted = asker.ask("POST", "/me/messages", data, Content_Type="text/plain")
    assert posted.body["internetMessageId"] == "<mime@x>"
    reply = asker.ask("POST", f"/me/messages/{there}/createReply", {"comment": "Gladly"})
    assert (reply.status, reply.body["subject"]) == (201, "RE: Lunch")
    assert len(mailbox.drafts) == 3
    assert not graph.wrong
    assert asker.ask("DELETE", f"/me/messages/{there}").status == 400
    assert asker.ask("POST", f"/me/messages/{made.body['id']}/send").status == 400
    assert asker.ask("PATCH", f"/me/messages/{there}", {"subject": "x"}).status == 400
    assert len(graph.forgive()) == 3
