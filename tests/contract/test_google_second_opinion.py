"""Gmail as another project has it (npm: @emulators/google 0.4.1), beside ours, for what both have.

Opt-in: SYNCD_EMULATORS names a folder in which `npm install @emulators/google@0.4.1` was run.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fakes.google import validation
from fakes.google.clients import client
from fakes.google.documents import by_id
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import START, Clock, letter
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from mortal import mortal

__all__ = ["clock", "google"]

ANA, BOB = "ana@example.com", "bob@example.org"
SCRIPT = Path(__file__).resolve().parent.parent / "fakes" / "google" / "second.mjs"


@pytest.fixture
def other() -> Iterator[Any]:
    """A client of the other one."""
    if (folder := os.environ.get("SYNCD_EMULATORS")) is None:
        pytest.skip("second opinion on Gmail: set SYNCD_EMULATORS to try it")
    command = mortal(["node", SCRIPT, ANA, "token"])
    with ExitStack() as stack:
        node = stack.enter_context(
            subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(node.kill)
        assert node.stdout
        url = f"http://127.0.0.1:{int(node.stdout.readline())}/"
        signed_in = Credentials("token")  # type: ignore[no-untyped-call]  # annotated in part
        yield stack.enter_context(
            build(
                "gmail",
                "v1",
                credentials=signed_in,
                static_discovery=True,
                client_options={"api_endpoint": url},
            )
        )


LETTERS = (
    letter(BOB, ANA, "Lunch", message_id="<1@example.org>"),
    letter(BOB, ANA, "Plan", html="<p>Plan</p>", files=[("plan.pdf", b"%PDF")]),
    letter(BOB, ANA, "Grüße", "Hej å\n"),
)


def filled(google: FakeGoogle, clock: Clock, other: Any) -> list[tuple[str, str]]:
    """The same letters in both: pairs of ids, ours first."""
    pairs = []
    for raw in LETTERS:
        clock.advance(minutes=1)
        dated = raw.replace(b"09:00:00", clock().strftime("%H:%M:%S").encode())
        ours = google.account().mailbox.deliver(dated, ["INBOX", "UNREAD"])
        body = {
            "raw": base64.urlsafe_b64encode(dated).decode(),
            "labelIds": ["INBOX", "UNREAD"],
        }
        insert = other.users().messages().insert
        asked = insert(userId="me", body=body, internalDateSource="dateHeader")
        pairs.append((ours, asked.execute()["id"]))
    return pairs


def shape(part: Any) -> Any:
    """A part without what is each side's own: ids and sizes."""
    body = part.get("body", {})
    data = base64.urlsafe_b64decode(body.get("data", "") + "==")  # the other one does not pad
    text = data.decode().replace("\r\n", "\n").strip()
    inner = [shape(one) for one in part.get("parts", ())]
    return part["mimeType"], part.get("filename", ""), text, "attachmentId" in body, inner


def faults(method: str, answer: Any) -> list[str]:
    """What is not as documented, but for history ids, which are too large there."""
    told = validation.response(by_id(method), answer)
    return [one for one in told if not one.endswith("is no uint64")]


def test_both_list_and_take_apart_alike(google: FakeGoogle, clock: Clock, other: Any) -> None:
    """Order, labels, dates, members of each format and the parts of a message."""
    pairs = filled(google, clock, other)
    assert clock() > START
    with client(google, "gmail") as gmail:
        sides = [one.users().messages() for one in (gmail, other)]
        order = [
            [one["id"] for one in side.list(userId="me", labelIds=["INBOX"]).execute()["messages"]]
            for side in sides
        ]
        assert order[0] == [ours for ours, _ in pairs][::-1]
        inserted = {theirs for _, theirs in pairs}
        assert [one for one in order[1] if one in inserted] == [one for _, one in pairs][::-1]
        for pair in pairs:
            for form in ("minimal", "metadata", "full", "raw"):
                got = [
                    side.get(userId="me", id=one, format=form).execute()
                    for side, one in zip(sides, pair, strict=True)
                ]
                assert set(got[0]) == set(got[1])
                same = [{n: one[n] for n in ("internalDate", "labelIds")} for one in got]
                assert same[0]["internalDate"] == same[1]["internalDate"]
                assert set(same[0]["labelIds"]) == set(same[1]["labelIds"])
                assert not faults("gmail.users.messages.get", got[1])
                if form == "full":
                    assert shape(got[0]["payload"]) == shape(got[1]["payload"])


def test_both_tell_the_same_history(google: FakeGoogle, clock: Clock, other: Any) -> None:
    """Messages that came, labels that went; a message that is none is 404."""
    pairs = filled(google, clock, other)
    told = []
    with client(google, "gmail") as gmail:
        for side, at in ((gmail, 0), (other, 1)):
            ids = [pair[at] for pair in pairs]
            users = side.users()
            start = users.messages().get(userId="me", id=ids[0]).execute()["historyId"]
            if at:
                body = {"removeLabelIds": ["UNREAD"]}
                users.messages().modify(userId="me", id=ids[0], body=body).execute()
            else:
                google.account().mailbox.read(ids[0])
            history = users.history().list(userId="me", startHistoryId=start).execute()
            assert not faults("gmail.users.history.list", history)
            found = []
            for record in history["history"]:
                for kind in set(record) - {"id", "messages"}:
                    change = record[kind][0]
                    number = ids.index(change["message"]["id"])
                    found.append((kind, number, change.get("labelIds", [])))
            told.append(found)
            with pytest.raises(HttpError, match="404"):
                users.messages().get(userId="me", id="18c4ffffffffffff").execute()
    assert told[0] == told[1]
    assert told[0][-1] == ("labelsRemoved", 0, ["UNREAD"])
