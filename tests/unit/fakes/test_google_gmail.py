"""Gmail as the fake has it, by the real client library."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from fakes.google.clients import client, reason
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import START, Clock, letter
from googleapiclient.errors import HttpError

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
METADATA = "https://www.googleapis.com/auth/gmail.metadata"


def listed(gmail: Any, **asked: Any) -> list[str]:
    """Ids of all pages."""
    found, token = [], None
    while True:
        page = gmail.users().messages().list(userId="me", pageToken=token, **asked).execute()
        found += [one["id"] for one in page.get("messages", ())]
        if (token := page.get("nextPageToken")) is None:
            return found


def test_listing_is_newest_first_in_pages_that_stand_firm(google: FakeGoogle, clock: Clock) -> None:
    """What is deleted or comes in between pages neither hides nor doubles another message."""
    mailbox = google.account().mailbox
    ids = []
    for number in range(7):
        ids.append(mailbox.deliver(letter(BOB, ANA, f"{number}")))
        clock.advance(hours=1)
    with client(google, "gmail") as gmail:
        assert listed(gmail, maxResults=3) == ids[::-1]
        first = gmail.users().messages().list(userId="me", maxResults=3).execute()
        mailbox.delete(ids[6])
        mailbox.deliver(letter(BOB, ANA, "late"))
        more = {"pageToken": first["nextPageToken"], "maxResults": 3}
        second = gmail.users().messages().list(userId="me", **more).execute()
        assert [one["id"] for one in second["messages"]] == ids[1:4][::-1]


def test_spam_and_trash_are_asked_for(google: FakeGoogle) -> None:
    """They are listed on request alone; labels and searches choose."""
    mailbox = google.account().mailbox
    kept, binned, spam, sent = (
        mailbox.deliver(letter(BOB, ANA, name), at=START) for name in ("a", "b", "c", "d")
    )
    mailbox.trash(binned)
    mailbox.mark_spam(spam)
    mailbox.relabel(sent, ["SENT"], ["INBOX"])
    with client(google, "gmail") as gmail:
        assert set(listed(gmail)) == {kept, sent}
        assert set(listed(gmail, includeSpamTrash=True)) == {kept, binned, spam, sent}
        assert listed(gmail, labelIds=["TRASH"]) == [binned]
        assert listed(gmail, q="in:sent") == [sent]
        assert listed(gmail, q="-in:sent subject:a") == [kept]
        assert listed(gmail, q="after:2026/11/03") == []
        assert set(listed(gmail, q="newer_than:1d in:anywhere -in:spam")) == {kept, binned, sent}


def test_an_unknown_search_operator_is_not_guessed_at(google: FakeGoogle) -> None:
    """The fake does not know what Gmail would find, so the test fails."""
    with client(google, "gmail") as gmail:
        asked = gmail.users().messages().list(userId="me", q="larger:5M")
        with pytest.raises(HttpError, match="500"):
            asked.execute()
    assert "larger: is not known to this fake" in google.forgive()[0]


def test_formats(google: FakeGoogle) -> None:
    """minimal has no payload, metadata the headers asked for, full all parts, raw the bytes."""
    raw = letter(
        "Bob Ünal <bob@example.org>", ANA, "Grüße", "Hej å\n", html="<p>Hej</p>",
        files=[("plan.pdf", b"%PDF")],
    )  # fmt: skip
    found = google.account().mailbox.deliver(raw)
    with client(google, "gmail") as gmail:
        get = gmail.users().messages().get
        minimal = get(userId="me", id=found, format="minimal").execute()
        assert "payload" not in minimal
        assert minimal["internalDate"] == str(int(START.timestamp() * 1000))
        asked = get(userId="me", id=found, format="metadata", metadataHeaders=["subject", "From"])
        headers = {one["name"]: one["value"] for one in asked.execute()["payload"]["headers"]}
        assert headers == {"From": "Bob Ünal <bob@example.org>", "Subject": "Grüße"}
        full = get(userId="me", id=found).execute()["payload"]
        assert full["mimeType"] == "multipart/mixed"
        both, plan = full["parts"]
        texts = [base64.urlsafe_b64decode(one["body"]["data"]).decode() for one in both["parts"]]
        assert texts == ["Hej å\n", "<p>Hej</p>\n"]
        assert [one["partId"] for one in both["parts"]] == ["0.0", "0.1"]
        assert (plan["filename"], plan["body"]["size"]) == ("plan.pdf", 4)
        attached = gmail.users().messages().attachments()
        got = attached.get(userId="me", messageId=found, id=plan["body"]["attachmentId"]).execute()
        assert base64.urlsafe_b64decode(got["data"]) == b"%PDF"
        whole = get(userId="me", id=found, format="raw").execute()["raw"]
        assert base64.urlsafe_b64decode(whole) == raw


def test_parts_that_come_apart(google: FakeGoogle) -> None:
    """An invitation and the report of a bounce have no file name and no data: only an id, another
    one with each answer, that asks for it."""
    head = f"From: {BOB}\nTo: {ANA}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
    report = "Final-Recipient: rfc822; x@example.org\nAction: failed\n"
    parts = (
        "text/plain\n\nHi\n",
        "text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n",
        f"message/delivery-status\n\nReporting-MTA: dns; a\n\n{report}",
    )
    body = "".join(f"--b\nContent-Type: {one}\n" for one in parts)
    found = google.account().mailbox.deliver(f"{head}\n{body}--b--\n".encode())
    with client(google, "gmail") as gmail:
        messages = gmail.users().messages()
        mask = "payload(parts(mimeType,body(attachmentId,size)))"
        told = [
            messages.get(userId="me", id=found, fields=mask).execute()["payload"]["parts"]
            for _ in range(2)
        ]
        kinds = [one["mimeType"] for one in told[0]]
        assert kinds == ["text/plain", "text/calendar", "message/delivery-status"]
        ids = [[one["body"].get("attachmentId") for one in parts] for parts in told]
        assert ids[0][0] is None
        assert not set(ids[0][1:]) & set(ids[1][1:])
        for one, text in ((ids[0][1], b"BEGIN:VCALENDAR"), (ids[1][2], b"Action: failed")):
            got = messages.attachments().get(userId="me", messageId=found, id=one).execute()
            assert text in base64.urlsafe_b64decode(got["data"])


def test_threads_follow_references(google: FakeGoogle) -> None:
    """An answer joins the thread of what it answers."""
    mailbox = google.account().mailbox
    first = mailbox.deliver(letter(BOB, ANA, "Lunch", message_id="<1@example.org>"))
    answer = mailbox.deliver(letter(ANA, BOB, "Re: Lunch", answers="<1@example.org>"), ["SENT"])
    other = mailbox.deliver(letter(BOB, ANA, "Else", answers="<unknown@example.org>"))
    threads = {one.id: one.thread for one in mailbox.letters.values()}
    assert threads == {first: first, answer: first, other: other}


def test_deleted_between_list_and_get(google: FakeGoogle) -> None:
    """404, in the words of Gmail."""
    mailbox = google.account().mailbox
    found = mailbox.deliver(letter(BOB, ANA))
    google.faults.meanwhile("gmail.users.messages.get", lambda: mailbox.delete(found))
    with client(google, "gmail") as gmail:
        assert listed(gmail) == [found]
        with pytest.raises(HttpError, match="404") as caught:
            gmail.users().messages().get(userId="me", id=found).execute()
    assert reason(caught.value) == "notFound"


def test_labels_and_profile(google: FakeGoogle) -> None:
    """System labels are named by their ids, the owner's have both; profile and labels count."""
    mailbox = google.account().mailbox
    mailbox.make_label("Clients")
    found = mailbox.deliver(letter(BOB, ANA))
    with client(google, "gmail") as gmail:
        labels = gmail.users().labels().list(userId="me").execute()["labels"]
        assert {"id": "Label_1", "name": "Clients"}.items() <= labels[-1].items()
        assert {"id": "SENT", "name": "SENT", "type": "system"} in labels
        profile = gmail.users().getProfile(userId=ANA).execute()
        assert (profile["emailAddress"], profile["messagesTotal"]) == (ANA, 1)
        assert profile["historyId"] == str(mailbox.history)
        with pytest.raises(HttpError, match="Delegation denied"):
            gmail.users().getProfile(userId=BOB).execute()
        inbox = gmail.users().labels().get(userId="me", id="INBOX").execute()
        assert (inbox["messagesTotal"], inbox["messagesUnread"]) == (1, 1)
        with pytest.raises(HttpError, match="404"):
            gmail.users().labels().get(userId="me", id="Label_9").execute()
        mailbox.relabel(found, remove=list(mailbox.letters[found].labels))
        bare = gmail.users().messages().get(userId="me", id=found, format="minimal").execute()
        assert "labelIds" not in bare


def test_addresses_the_owner_sends_as(google: FakeGoogle) -> None:
    """The main one and the aliases."""
    google.account().mailbox.aliases.append("ana.silva@example.com")
    with client(google, "gmail") as gmail:
        told = gmail.users().settings().sendAs().list(userId="me").execute()["sendAs"]
    found = [(one["sendAsEmail"], bool(one.get("isPrimary"))) for one in told]
    assert found == [(ANA, True), ("ana.silva@example.com", False)]


def test_the_estimate_is_no_count(google: FakeGoogle) -> None:
    """Above 201 Gmail says 201."""
    mailbox = google.account().mailbox
    for number in range(300):
        mailbox.deliver(letter(BOB, ANA, str(number)))
    with client(google, "gmail") as gmail:
        page = gmail.users().messages().list(userId="me", maxResults=500).execute()
    assert (len(page["messages"]), page["resultSizeEstimate"]) == (300, 201)


def test_the_metadata_scope_is_narrow(google: FakeGoogle) -> None:
    """It refuses searches and bodies."""
    found = google.account().mailbox.deliver(letter(BOB, ANA))
    with client(google, "gmail", scopes=[METADATA]) as gmail:
        gmail.users().messages().get(userId="me", id=found, format="metadata").execute()
        for asked in (
            gmail.users().messages().list(userId="me", q="in:sent"),
            gmail.users().messages().get(userId="me", id=found, format="full"),
        ):
            with pytest.raises(HttpError, match="Metadata scope"):
                asked.execute()


def test_a_long_query_comes_as_a_form(google: FakeGoogle) -> None:
    """The library turns a GET above 2,048 characters into a POST."""
    found = google.account().mailbox.deliver(letter(BOB, ANA, "Long"))
    names = ["Subject", *(f"X-Header-{number}" for number in range(150))]
    with client(google, "gmail") as gmail:
        asked = {"userId": "me", "id": found, "format": "metadata", "metadataHeaders": names}
        got = gmail.users().messages().get(**asked).execute()
    assert got["payload"]["headers"] == [{"name": "Subject", "value": "Long"}]
