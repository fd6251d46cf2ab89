"""What Gmail tells about changes: history, watches through Pub/Sub, and drafts."""

from __future__ import annotations

import base64
import json
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from fakes.google.clients import client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"


def changes(gmail: Any, since: int, **asked: Any) -> list[tuple[str, str, list[str]]]:
    """What happened: the kind, the message, the labels; all pages."""
    found, token = [], None
    while True:
        page = {"startHistoryId": str(since), "pageToken": token, **asked}
        answer = gmail.users().history().list(userId="me", **page).execute()
        for record in answer.get("history", ()):
            for kind in sorted(set(record) - {"id", "messages"}):
                told = record[kind]
                found += [(kind, one["message"]["id"], one.get("labelIds", [])) for one in told]
        if (token := answer.get("nextPageToken")) is None:
            return found


def test_history_tells_every_change(google: FakeGoogle) -> None:
    """In their order, in pages; by kind and by label on request."""
    mailbox = google.account().mailbox
    start = mailbox.history
    one, two = mailbox.deliver(letter(BOB, ANA, "1")), mailbox.deliver(letter(BOB, ANA, "2"))
    mailbox.read(one)
    mailbox.trash(two)
    mailbox.delete(two)
    all_of_it = [
        ("messagesAdded", one, []),
        ("messagesAdded", two, []),
        ("labelsRemoved", one, ["UNREAD"]),
        ("labelsAdded", two, ["TRASH"]),
        ("labelsRemoved", two, ["INBOX"]),
        ("messagesDeleted", two, []),
    ]
    with client(google, "gmail") as gmail:
        assert changes(gmail, start, maxResults=2) == all_of_it
        assert changes(gmail, start, historyTypes=["messageAdded", "messageDeleted"]) == [
            all_of_it[0], all_of_it[1], all_of_it[5],
        ]  # fmt: skip
        assert changes(gmail, start, labelId="TRASH") == all_of_it[3:]
        assert changes(gmail, mailbox.history) == []


def test_history_goes_on_while_pages_are_read(google: FakeGoogle) -> None:
    """What happens in between comes on a later page; the last page's id covers it."""
    mailbox = google.account().mailbox
    start = mailbox.history
    ids = [mailbox.deliver(letter(BOB, ANA, str(number))) for number in range(2)]
    with client(google, "gmail") as gmail:
        asked = {"userId": "me", "startHistoryId": str(start), "maxResults": 1}
        first = gmail.users().history().list(**asked).execute()
        ids.append(mailbox.deliver(letter(BOB, ANA, "late")))
        found, page = list(first["history"]), first
        while "nextPageToken" in page:
            page = gmail.users().history().list(**asked, pageToken=page["nextPageToken"]).execute()
            found += page["history"]
        assert [one["messages"][0]["id"] for one in found] == ids
        assert changes(gmail, int(page["historyId"])) == []


def test_history_expires(google: FakeGoogle, clock: Clock) -> None:
    """After its life, or at once: 404. An id that is not too old goes on being good."""
    mailbox = google.account().mailbox
    start = mailbox.history
    mailbox.deliver(letter(BOB, ANA, "1"))
    with client(google, "gmail") as gmail:
        clock.advance(days=6)
        second = mailbox.deliver(letter(BOB, ANA, "2"))
        middle = mailbox.log[0].id
        clock.advance(days=2)
        with pytest.raises(HttpError, match="404") as caught:
            changes(gmail, start)
        assert reason(caught.value) == "notFound"
        assert changes(gmail, middle) == [("messagesAdded", second, [])]
        latest = mailbox.history
        mailbox.forget_history()
        with pytest.raises(HttpError, match="404"):
            changes(gmail, latest)
        assert changes(gmail, mailbox.history) == []


def told(received: Any) -> dict[str, Any]:
    """What a message of Gmail's says."""
    data: dict[str, Any] = json.loads(base64.b64decode(received["message"]["data"]))
    return data


def test_a_watch_publishes_until_it_ends(google: FakeGoogle, clock: Clock) -> None:
    """Seven days; at once, and for each change of the labels that are watched."""
    mailbox = google.account().mailbox
    topic, name = google.pubsub.add()
    with client(google, "gmail") as gmail, client(google, "pubsub") as pubsub:
        subscriptions = pubsub.projects().subscriptions()

        def pull() -> list[dict[str, Any]]:
            answer = subscriptions.pull(subscription=name, body={"maxMessages": 10}).execute()
            found = answer.get("receivedMessages", [])
            if found:
                acks = {"ackIds": [one["ackId"] for one in found]}
                assert subscriptions.acknowledge(subscription=name, body=acks).execute() == {}
            return [told(one) for one in found]

        body = {"topicName": topic, "labelIds": ["INBOX"], "labelFilterBehavior": "include"}
        answer = gmail.users().watch(userId="me", body=body).execute()
        until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
        assert (until - clock()).days == 7
        assert pull() == [{"emailAddress": ANA, "historyId": int(answer["historyId"])}]
        mailbox.deliver(letter(ANA, BOB, "out"), ["SENT"])
        assert pull() == []
        mailbox.deliver(letter(BOB, ANA, "in"))
        assert pull() == [{"emailAddress": ANA, "historyId": mailbox.history}]
        assert pull() == []
        clock.advance(days=7)
        mailbox.deliver(letter(BOB, ANA, "later"))
        assert pull() == []
        gmail.users().watch(userId="me", body=body).execute()
        assert gmail.users().stop(userId="me").execute() in ("", b"", {})
        assert len(pull()) == 1
        mailbox.deliver(letter(BOB, ANA, "stopped"))
        assert pull() == []


def test_what_is_not_acknowledged_comes_again(google: FakeGoogle, clock: Clock) -> None:
    """Once its time is over, and only then."""
    topic, name = google.pubsub.add()
    google.pubsub.publish(topic, ANA, 5)
    with client(google, "pubsub") as pubsub:
        pull = pubsub.projects().subscriptions().pull
        assert "receivedMessages" in pull(subscription=name, body={"maxMessages": 1}).execute()
        assert pull(subscription=name, body={"maxMessages": 1}).execute() == {}
        clock.advance(seconds=11)
        assert "receivedMessages" in pull(subscription=name, body={"maxMessages": 1}).execute()


def test_a_pull_waits_for_a_message(google: FakeGoogle) -> None:
    """As long as it is told to, and no longer than the first message."""
    topic, name = google.pubsub.add()
    google.pubsub.hold = 20
    found: list[Any] = []
    with client(google, "pubsub") as pubsub:
        asked = pubsub.projects().subscriptions().pull(subscription=name, body={"maxMessages": 1})
        thread = threading.Thread(target=lambda: found.append(asked.execute()))
        gate = google.faults.slow("pubsub.*")
        thread.start()
        assert gate.reached.wait(20)
        gate.release()
        google.pubsub.publish(topic, ANA, 5)
        thread.join(20)
    assert told(found[0]["receivedMessages"][0])["historyId"] == 5


def test_topics_that_do_not_work(google: FakeGoogle) -> None:
    """No such topic: 400; Gmail may not publish to it: 403. A subscription that is none: 404."""
    topic, _ = google.pubsub.add("closed", granted=False)
    with client(google, "gmail") as gmail, client(google, "pubsub") as pubsub:
        for name, words in ((topic, "403.*not authorized"), ("projects/fake/topics/no", "400")):
            with pytest.raises(HttpError, match=words):
                gmail.users().watch(userId="me", body={"topicName": name}).execute()
        missing = {"subscription": "projects/fake/subscriptions/no", "body": {"maxMessages": 1}}
        with pytest.raises(HttpError, match="Resource not found"):
            pubsub.projects().subscriptions().pull(**missing).execute()


def test_drafts(google: FakeGoogle) -> None:
    """A draft is made in a thread, listed, read and deleted; the owner sends one away."""
    mailbox = google.account().mailbox
    first = mailbox.deliver(letter(BOB, ANA, "Lunch", message_id="<1@example.org>"))
    raw = letter(ANA, BOB, "Re: Lunch", "Thank you\n", answers="<1@example.org>")
    message = {"raw": base64.urlsafe_b64encode(raw).decode(), "threadId": first}
    with client(google, "gmail") as gmail:
        drafts = gmail.users().drafts()
        made = drafts.create(userId="me", body={"message": message}).execute()
        assert made["message"]["threadId"] == first
        assert made["message"]["labelIds"] == ["DRAFT"]
        listed = drafts.list(userId="me").execute()["drafts"]
        assert [(one["id"], one["message"]["id"]) for one in listed] == [
            (made["id"], made["message"]["id"])
        ]
        for query, there in (("subject:lunch", True), ("rfc822msgid:no@example.org", False)):
            assert ("drafts" in drafts.list(userId="me", q=query).execute()) is there
        got = drafts.get(userId="me", id=made["id"], format="raw").execute()["message"]["raw"]
        assert message_from_bytes(base64.urlsafe_b64decode(got))["Subject"] == "Re: Lunch"
        with pytest.raises(HttpError, match="404"):
            drafts.create(userId="me", body={"message": {**message, "threadId": "1"}}).execute()
        with pytest.raises(HttpError, match="'raw' RFC822"):
            drafts.create(userId="me", body={"message": {}}).execute()
        sent = mailbox.send_draft(made["id"])
        assert mailbox.letters[sent].labels == {"SENT"}
        assert "drafts" not in drafts.list(userId="me").execute()
        second = drafts.create(userId="me", body={"message": message}).execute()
        drafts.delete(userId="me", id=second["id"]).execute()
        with pytest.raises(HttpError, match="404"):
            drafts.get(userId="me", id=second["id"]).execute()
