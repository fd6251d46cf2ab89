"""Links to mails in tasks at Google: as a browser opens them, where the mail is in that Gmail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import quote

import pytest
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import letter
from google_desk import api_of
from google_tasks_desk import ANA, FOOTER, KEY, Desk, drafted, own_id, told
from hypothesis import given
from hypothesis import strategies as st

from connectors.google.tasks import GoogleTasks
from connectors.google.tasks_links import closed, opened

__all__ = ["clock", "google"]

HERE = "a+b@example.org"
LINK = "mid:a+b@example.org"
PAGE = f"https://mail.google.com/mail/u/?authuser={ANA}#search/rfc822msgid:a%2Bb@example.org"
NOTES = f"2026-11-01 message: Hi <{LINK}>\n2026-11-02 message: Ho <mid:far@example.net>\n\n{FOOTER}"


@pytest.fixture
def desk(google: FakeGoogle) -> Iterator[Desk]:
    """The mail of that name is in Ana's Gmail; the other came by another account."""
    desk = Desk(google)
    google.account(ANA).mailbox.deliver(
        letter("ben@example.org", ANA, "Hi", message_id=f"<{HERE}>")
    )
    with closing(desk.tasks):
        yield desk


def raw(desk: Desk) -> str:
    (one,) = desk.alive()
    return str(one.body["notes"])


def test_mails_that_are_there(desk: Desk) -> None:
    """Of the anchor and in the text; the others stay as they are. What is read back is what was
    written, so it is no edit of the owner's; and so it goes for what is written later."""
    remote = desk.tasks.create(replace(drafted(KEY), notes=NOTES, link=LINK))
    assert raw(desk).startswith(f"2026-11-01 message: Hi <{PAGE}>\n2026-11-02 message: Ho <mid:far")
    assert "See " not in raw(desk)  # it is there already
    assert remote.task.notes == NOTES
    (seen,) = told(desk.read())
    assert seen.notes == NOTES
    later = f"{NOTES}\n\nClosed: <{LINK}>"
    (found,) = desk.tasks.find(KEY)
    assert desk.tasks.complete(found, desk.google.now(), later).task.notes == later
    assert raw(desk).count(PAGE) == 2
    desk.lists.edit(own_id(remote), notes=f"{raw(desk)}\nMine")
    (edited,) = told(desk.read())
    assert edited.notes == f"{later}\nMine"


def test_mails_that_are_not(desk: Desk, google: FakeGoogle) -> None:
    """Of an anchor that no browser opens nothing is told beside the notes; nor where Gmail is not
    this account's, or cannot say."""
    desk.tasks.create(replace(drafted(KEY), link="mid:far@example.net"))
    assert "See " not in raw(desk)
    google.faults.broken("gmail.users.messages.list")
    desk.tasks.create(replace(drafted(KEY[:-1] + "8"), link=LINK))
    assert all("See " not in str(one.body["notes"]) for one in desk.alive())
    before = len(google.log)
    with closing(GoogleTasks(api_of(google, ANA), "Others")) as tasks:
        tasks.create(replace(drafted(KEY), link=LINK))
    assert not any(one.method.startswith("gmail.") for one in google.log[before:])


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), min_size=1)
)
def test_a_link_comes_back(name: str) -> None:
    """Whatever the mail is called."""
    link = "mid:" + quote(name, safe="@!$*+.,=~_-")
    assert closed(f"<{opened(link, ANA)}> and") == f"<{link}> and"
