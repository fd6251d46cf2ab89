"""Calls, writes and batches, by the real library, against the fake."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fakes.google.call import Refused as Said
from fakes.google.fixtures import clock, google
from fakes.google.server import FakeGoogle
from fakes.google.world import Clock, letter
from google_desk import Ticket, api_of

from connectors.errors import Ambiguous, Paused, Refused, SignInNeeded, Unavailable
from connectors.google import http
from connectors.google.api import Api
from connectors.google.errors import NotThere
from connectors.google.http import Http
from connectors.google.quota import Limit, Quota

__all__ = ["clock", "google"]
ANA = "ana@example.com"


def mails(google: FakeGoogle, count: int) -> list[str]:
    """The ids of so many mails that came."""
    box = google.account(ANA).mailbox
    return [box.deliver(letter("bob@example.org", ANA, f"n {n}")) for n in range(count)]


def profile(api: Api) -> Any:
    return api.ask(api.service("gmail").users().getProfile(userId="me"), "the mailbox")


def gets(api: Api, ids: list[str]) -> dict[str, Any]:
    messages = api.service("gmail").users().messages()
    return {one: messages.get(userId="me", id=one, format="metadata") for one in ids}


def make_list(api: Api, title: str = "x") -> Any:
    return api.write(api.service("tasks").tasklists().insert(body={"title": title}), "the list")


def lists(google: FakeGoogle) -> int:
    """How many there are."""
    return len(google.account(ANA).tasks.all)


def test_each_api(google: FakeGoogle) -> None:
    """All five are reached at the endpoint that was given, by the documents that were shipped."""
    api = api_of(google)
    assert profile(api)["emailAddress"] == ANA
    calendars = api.service("calendar").calendarList().list()
    assert api.ask(calendars, "the calendars")["items"]
    people = api.service("people").people().connections()
    request = people.list(resourceName="people/me", personFields="names")
    assert "connections" not in api.ask(request, "the contacts")
    assert make_list(api)["title"] == "x"
    pulls = api.service("pubsub").projects().subscriptions()
    request = pulls.pull(subscription="projects/p/subscriptions/s", body={"maxMessages": 1})
    with pytest.raises(NotThere):
        api.ask(request, "the news")
    assert api.server_time() == google.now()


def test_resources_are_made_once(google: FakeGoogle) -> None:
    """The library would make all their methods anew each time; requests are each their own."""
    api, (one, two) = api_of(google), mails(google, 2)
    users = api.service("gmail").users
    assert users() is users()
    assert users().messages() is users().messages()
    assert users().messages() is not users().drafts()
    requests = [users().messages().get(userId="me", id=each, fields="id") for each in (one, two)]
    assert [api.ask(each, "the mail")["id"] for each in requests] == [one, two]


def test_too_many_without_a_word_of_when(google: FakeGoogle, clock: Clock) -> None:
    """A minute in which that API is left alone, and no other; a write was not made."""
    api = api_of(google)
    profile(api)
    google.faults.rate("tasks.*")
    with pytest.raises(Paused) as caught:
        make_list(api)
    assert caught.value.wait == 60.0
    calls = len(google.log)
    clock.advance(seconds=59)
    with pytest.raises(Paused):
        make_list(api)
    assert len(google.log) == calls
    profile(api)
    clock.advance(seconds=1)
    assert make_list(api)["title"] == "x"
    assert lists(google) == 2


def test_the_real_google_is_no_other_machine(google: FakeGoogle) -> None:
    """Another endpoint is for tests, on this machine."""
    ticket, quota = Ticket(google, ANA, ()), Quota(lambda: 0.0)
    for wrong in ("http://192.0.2.1", "https://evil.example.org", "example"):
        with pytest.raises(ValueError, match="on this machine"):
            Api(ticket, quota, endpoint=wrong)


def test_batches(google: FakeGoogle) -> None:
    """Each answer goes with its key, fifty at a time; what went is one part's trouble, and what
    happens to the whole is everybody's."""
    api, ids = api_of(google), mails(google, 120)
    google.account(ANA).mailbox.delete(ids[7])
    google.faults.broken("gmail.users.messages.get", skip=60)
    found = dict(api.batch(gets(api, ids), "mail"))
    assert list(found) == ids
    assert isinstance(found[ids[7]], NotThere)
    assert [one for one in ids if isinstance(found[one], Unavailable)] == [ids[60]]
    assert sum(isinstance(one, dict) for one in found.values()) == 118
    google.faults.broken("batch")
    with pytest.raises(Unavailable, match="HTTP 503"):
        list(api.batch(gets(api, ids[:2]), "mail"))
    for spoil in (google.faults.truncated, google.faults.nonsense, google.faults.cut_after):
        spoil("batch")
        with pytest.raises(Unavailable, match="Google"):
            list(api.batch(gets(api, ids[:2]), "mail"))
    assert dict(api.batch({}, "mail")) == {}
    long = {f"{one} {'x' * 90}\n": request for one, request in gets(api, ids[:2]).items()}
    assert [type(one) for one in dict(api.batch(long, "mail")).values()] == [dict, dict]


def test_a_batch_ends_with_the_quota(google: FakeGoogle, clock: Clock) -> None:
    """What may be asked for is told, then comes the pause; nothing was asked for in vain."""
    api, ids = api_of(google, limits={"gmail": Limit(300, 60.0)}), mails(google, 20)
    told: dict[str, Any] = {}
    with pytest.raises(Paused) as caught:
        told.update(api.batch(gets(api, ids), "mail", keep=40))
    assert (list(told), caught.value.wait) == (ids[:13], 60.0)
    assert google.quota.spent("gmail", ANA) == 260
    profile(api)
    clock.advance(seconds=60)
    assert list(dict(api.batch(gets(api, ids[13:]), "mail"))) == ids[13:]
    assert not google.quota.refused


def test_a_token_that_died(google: FakeGoogle) -> None:
    """A call, and each part of a batch, is signed anew once; a second refusal is the owner's."""
    api, ids = api_of(google), mails(google, 3)
    profile(api)
    google.oauth.expire_access()
    assert profile(api)["messagesTotal"] == 3
    google.oauth.expire_access()
    assert all(isinstance(one, dict) for one in dict(api.batch(gets(api, ids), "mail")).values())
    google.faults.refuse("gmail.*", lambda: Said(401, "authError", "no"), None)
    with pytest.raises(SignInNeeded, match="syncd login work"):
        profile(api)
    assert all(isinstance(one, SignInNeeded) for _, one in api.batch(gets(api, ids), "mail"))


def test_a_write_is_sent_once(google: FakeGoogle) -> None:
    """Whatever becomes of its answer: httplib2 by itself would send it twice."""
    api = api_of(google)
    make_list(api)
    faults, method = google.faults, "tasks.tasklists.insert"
    for spoil, done in (
        (faults.cut_before, 0), (faults.cut_after, 1), (faults.truncated, 1), (faults.html, 0),
        (faults.nonsense, 1), (faults.broken, 0),
    ):  # fmt: skip
        before = lists(google)
        spoil(method)
        with pytest.raises(Ambiguous):
            make_list(api, "y")
        assert lists(google) - before == done, spoil
    faults.too_many(method, retry_after=11)
    with pytest.raises(Unavailable) as caught:
        make_list(api, "z")
    assert (caught.value.wait, google.faults.all[-1].hits) == (11.0, 1)
    with pytest.raises(Paused) as rest:  # it is kept by us as well
        make_list(api, "z")
    assert rest.value.wait == 11.0


def test_an_idle_connection_that_ended(google: FakeGoogle) -> None:
    """The other side may end it at any time: a reading is asked once more, a write finds out before
    it is sent."""
    api = api_of(google)
    profile(api)
    google.faults.cut_before("gmail.users.getProfile")
    assert profile(api)["emailAddress"] == ANA
    (kept,) = api._http().connections.values()
    kept.sock.shutdown(2)
    make_list(api)
    google.faults.cut_before("gmail.users.getProfile", 2)
    with pytest.raises(Unavailable, match="broke off"):
        profile(api)
    assert google.faults.all[-1].hits == 2
    assert lists(google) == 2


def test_an_answer_that_drips(google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then is given up in the end, and silence sooner."""
    api = api_of(google)
    profile(api)
    monkeypatch.setattr(http, "_LONGEST", -29.9)
    gate = google.faults.drip("gmail.users.getProfile", 2, every=0.02)
    with pytest.raises(Unavailable, match="stopped answering"):
        profile(api)
    gate.release()
    monkeypatch.undo()
    quiet = google.faults.stalled("gmail.users.getProfile", 2)
    with pytest.raises(Unavailable, match="stopped answering"):
        api.ask(api.service("gmail").users().getProfile(userId="me"), "the box", http=api.http(0.1))
    quiet.release()


def test_what_is_under_way_can_be_ended(google: FakeGoogle) -> None:
    """From another thread."""
    api = api_of(google)
    other = api.http(20.0)
    gate = google.faults.slow("gmail.users.getProfile", 2)

    def cut() -> None:
        gate.reached.wait(20)
        other.cut()

    threading.Thread(target=cut).start()
    with pytest.raises(Unavailable):
        api.ask(api.service("gmail").users().getProfile(userId="me"), "the box", http=other)
    gate.release()


def test_nobody_is_there() -> None:
    """Nothing was sent: a write may be tried again without a look."""
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 cannot be reached"):
        Http().request("http://127.0.0.1:1/", "POST", "x")


def test_each_thread_has_its_own_connection(google: FakeGoogle) -> None:
    """Sources are read at the same time; closing is a thread's own affair."""
    api = api_of(google)
    profile(api)
    mine = api._http()
    found: list[Any] = []

    def other() -> None:
        profile(api)
        found.append((api._http(), len(api._http().connections)))
        api.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(20)
    assert found[0][0] is not mine
    assert (found[0][1], len(mine.connections)) == (1, 1)
    api.close()
    assert len(mine.connections) == 0
    assert profile(api)["emailAddress"] == ANA


def test_a_document_that_is_not_there(google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packagers leave out what they hold for needless."""
    monkeypatch.setattr("googleapiclient.discovery_cache.DISCOVERY_DOC_DIR", "/nowhere")
    with pytest.raises(Refused, match="without its description of gmail"):
        api_of(google).service("gmail")
