"""Servers that do what the real ones of our tests cannot be told to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest
from contract.dav_stages import ZONE, event
from contract.ledger import NOW, Ledger
from servers.fake_dav import WORK, Asked, FakeDav, Reply, fake_dav

from connectors.caldav import source
from connectors.caldav.calendar import Calendars
from connectors.caldav.digest import digest_answer
from connectors.caldav.http import Login, Session
from connectors.caldav.server import Server
from connectors.errors import CursorExpired, Refused, SignInNeeded, Unavailable
from connectors.records import Bad, Item, Seen

TOKEN_ERROR = '<error xmlns="DAV:"><valid-sync-token/></error>'
PAGE = "<!DOCTYPE html><html><body>Please sign in to this network</body></html>"


@pytest.fixture
def fake() -> Iterator[FakeDav]:
    with fake_dav() as running:
        for number in range(5):
            running.put(f"{number}.ics", event(number).decode())
        yield running


def calendar(fake: FakeDav, login: Login | None = None) -> Calendars:
    return Calendars(Server(Session(login, timeout=10), fake.url), "caldav", ZONE)


def names(items: Sequence[Item]) -> list[str]:
    return [f"{type(item).__name__} {item.ref.rpartition('/')[2]}" for item in items]


def test_a_poll_is_one_request_where_nothing_moved(fake: FakeDav) -> None:
    """A poll that finds the token where it was asks for nothing else."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    fake.asked.clear()
    assert ledger.read(calendars) == []
    assert [(one.method, one.path) for one in fake.asked] == [("PROPFIND", "/dav/")]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_truncated_answers_are_followed(fake: FakeDav, page: int) -> None:
    """A 507 in the answer means that there is more: all pages are read, in a first and a later
    reading."""
    fake.page = page
    ledger, calendars = Ledger(), calendar(fake)
    assert len(ledger.read(calendars)) == 5
    fake.put("5.ics", event(5).decode())
    fake.put("1.ics", event(1, "Lunch").decode())
    fake.delete("2.ics")
    assert sorted(names(ledger.read(calendars))) == ["Gone 2.ics", "Seen 1.ics", "Seen 5.ics"]
    assert ledger.read(calendars) == []


def test_a_server_that_never_ends_is_left(fake: FakeDav) -> None:
    """One that promises more and moves no token is an error, and no endless loop."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    answer = f"""<multistatus xmlns="DAV:"><response><href>{WORK}</href>
        <status>HTTP/1.1 507 Full</status></response><sync-token>t5</sync-token></multistatus>"""
    fake.put("6.ics", event(6).decode())
    fake.script = lambda asked: Reply(207, answer) if "sync-collection" in asked.body else None
    with pytest.raises(Unavailable, match="no end"):
        ledger.read(calendars)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 412, 500, 507])
def test_an_invalid_token_is_known_by_its_element(fake: FakeDav, status: int) -> None:
    """Whatever the status: the collection is listed anew, and only what differs is told."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    fake.put("1.ics", event(1, "Lunch").decode())
    fake.delete("2.ics")
    fake.oldest, fake.refusal = 7, Reply(status, TOKEN_ERROR)
    assert names(ledger.read(calendars)) == ["Seen 1.ics", "Gone 2.ics"]
    assert ledger.read(calendars) == []


def test_410_without_the_element_is_the_token_too(fake: FakeDav) -> None:
    """A collection that is listed is not gone, so it is the token."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    fake.delete("2.ics")
    fake.oldest, fake.refusal = 6, Reply(410)
    assert names(ledger.read(calendars)) == ["Gone 2.ics"]


def test_403_for_another_reason_is_refused(fake: FakeDav) -> None:
    """A missing right is no invalid token: nothing is listed, and the owner hears of it."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    fake.delete("2.ics")
    fake.oldest = 6
    fake.refusal = Reply(403, '<error xmlns="DAV:"><need-privileges/></error>')
    with pytest.raises(Refused, match="forbids"):
        ledger.read(calendars)
    assert len(ledger.stamps) == 5


@pytest.mark.parametrize("ctags", [True, False])
def test_without_sync_the_listings_are_compared(fake: FakeDav, ctags: bool) -> None:
    """What was added, edited, deleted is found; nothing is listed while the ctag stands."""
    fake.syncs, fake.ctags = False, ctags
    ledger, calendars = Ledger(), calendar(fake)
    assert len(ledger.read(calendars)) == 5
    fake.asked.clear()
    assert ledger.read(calendars) == []
    assert fake.count("PROPFIND") == (1 if ctags else 2)
    fake.put("1.ics", event(1, "Lunch").decode())
    fake.put("7.ics", event(7).decode())
    fake.delete("2.ics")
    assert sorted(names(ledger.read(calendars))) == ["Gone 2.ics", "Seen 1.ics", "Seen 7.ics"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 415, 501])
def test_sync_that_is_promised_and_not_done(fake: FakeDav, status: int) -> None:
    """A server that refuses the report it has told of is listed."""
    said = '<error xmlns="DAV:"><supported-report/></error>' if status == 403 else ""
    fake.script = lambda asked: Reply(status, said) if "sync-collection" in asked.body else None
    ledger, calendars = Ledger(), calendar(fake)
    assert len(ledger.read(calendars)) == 5
    fake.delete("2.ics")
    assert names(ledger.read(calendars)) == ["Gone 2.ics"]


def test_an_item_that_spoils_the_answer_is_set_aside(fake: FakeDav) -> None:
    """A multiget that fails is halved until the item is alone; it may be readable later."""
    fake.undelivered = {"3.ics"}
    ledger, calendars = Ledger(), calendar(fake)
    items = ledger.read(calendars)
    (bad,) = (item for item in items if isinstance(item, Bad))
    assert (bad.ref.rpartition("/")[2], bad.for_now) == ("3.ics", True)
    assert sum(isinstance(item, Seen) for item in items) == 4
    assert ledger.read(calendars) == []
    fake.undelivered = set()
    (again,) = calendars.read_again([bad.ref], ledger.cursor or "")
    assert isinstance(again, Seen)


def test_a_server_that_delivers_nothing_is_unavailable(fake: FakeDav) -> None:
    """Where every item fails it is the server, and no item is set aside for it."""
    fake.undelivered = set(fake.items)
    ledger = Ledger()
    with pytest.raises(Unavailable, match="delivers nothing"):
        ledger.read(calendar(fake))
    assert ledger.stamps == {}


def test_emptiness_is_not_believed(fake: FakeDav) -> None:
    """A calendar that held much and is listed empty was lost, not emptied."""
    for number in range(5, 30):
        fake.put(f"{number}.ics", event(number).decode())
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    fake.items.clear()
    fake.log.clear()
    fake.oldest, fake.refusal = 99, Reply(403, TOKEN_ERROR)
    with pytest.raises(Unavailable, match="nothing was deleted"):
        ledger.read(calendars)
    assert len(ledger.stamps) == 30


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_exactly(fake: FakeDav, status: int) -> None:
    """The seconds that the server names are the ones that are waited."""
    fake.script = lambda _: Reply(status, "", {"Retry-After": "1234"})
    with pytest.raises(Unavailable) as told:
        Ledger().read(calendar(fake))
    assert (told.value.wait, told.value.asked) == (1234.0, True)


@pytest.mark.parametrize("status", [200, 207, 302])
def test_a_page_for_people_is_no_server(fake: FakeDav, status: int) -> None:
    """A network's sign-in page, with whatever status, is an outage with a hint and no deletion."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    headers = {"Content-Type": "text/html", "Location": "/"}
    fake.script = lambda _: Reply(status, PAGE, headers)
    with pytest.raises(Unavailable):
        ledger.read(calendars)
    with pytest.raises(Unavailable):
        Ledger().read(calendar(fake))
    assert len(ledger.stamps) == 5


def test_entities_are_not_expanded(fake: FakeDav) -> None:
    """An answer with a document type is refused before anything in it is looked at."""
    bomb = '<!DOCTYPE a [<!ENTITY x "xxx"><!ENTITY y "&x;&x;">]><multistatus>&y;</multistatus>'
    fake.script = lambda _: Reply(207, bomb)
    with pytest.raises(Unavailable):
        Ledger().read(calendar(fake))


def test_answers_have_an_end(fake: FakeDav, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit at once is refused, not held in memory."""
    monkeypatch.setattr("connectors.caldav.response.LIMIT", 100)
    with pytest.raises(Unavailable, match="at once"):
        Ledger().read(calendar(fake))


def test_redirects_within_the_host_are_followed(fake: FakeDav) -> None:
    """With method and body; another host is named to the owner and never asked."""

    def moved(asked: Asked) -> Reply | None:
        if asked.path == "/":
            return Reply(301, "", {"Location": "/me/"})
        return None

    fake.script = moved
    assert len(Ledger().read(calendar(fake, Login("ana", lambda: "secret")))) == 5
    fake.script = lambda _: Reply(301, "", {"Location": "https://example.org/dav/"})
    with pytest.raises(Refused, match=r"example\.org"):
        Ledger().read(calendar(fake))


def test_a_root_without_dav_is_entered_by_its_well_known_door(fake: FakeDav) -> None:
    """RFC 6764: what the root does not tell, /.well-known/caldav leads to; nobody signs in on the
    way there."""

    def doors(asked: Asked) -> Reply | None:
        if asked.path.startswith("/.well-known/"):
            assert "Authorization" not in asked.headers
            return Reply(301, "", {"Location": "/me/"})
        return Reply(405) if asked.path == "/" else None

    fake.script = doors
    assert len(Ledger().read(calendar(fake, Login("ana", lambda: "secret")))) == 5


def test_a_wrong_password_is_tried_once(fake: FakeDav) -> None:
    """As it is the same one when it is asked for anew; and it is nowhere in the text."""
    fake.script = lambda _: Reply(401, "", {"WWW-Authenticate": 'Basic realm="x"'})
    with pytest.raises(SignInNeeded) as told:
        Ledger().read(calendar(fake, Login("ana", lambda: "hunter2")))
    assert len(fake.asked) == 1
    assert "hunter2" not in str(told.value)
    assert "app password" in str(told.value)


def test_a_token_that_was_renewed_is_shown(fake: FakeDav) -> None:
    """An access token lives for an hour: the next one is asked for, and the request repeated."""
    tokens = iter(["old", "new", "newer"])

    def guard(asked: Asked) -> Reply | None:
        return Reply(401) if asked.headers.get("Authorization") != "Bearer new" else None

    fake.script = guard
    assert len(Ledger().read(calendar(fake, Login("ana", lambda: next(tokens), bearer=True)))) == 5


def test_digest_where_nothing_else_is_taken(fake: FakeDav) -> None:
    """The challenge is answered once; the password itself is never sent."""
    offer = 'Digest realm="dav", qop="auth", nonce="n1", algorithm=SHA-256'

    def guard(asked: Asked) -> Reply | None:
        said = asked.headers.get("Authorization", "")
        if not said.startswith("Digest"):
            return Reply(401, "", {"WWW-Authenticate": offer})
        cnonce = re.search(r'cnonce="(\w+)"', said)
        assert cnonce is not None
        again = digest_answer(offer, asked.method, asked.path, "ana", "secret", cnonce[1])
        return None if said == again else Reply(401, "", {"WWW-Authenticate": offer})

    fake.script = guard
    assert len(Ledger().read(calendar(fake, Login("ana", lambda: "secret")))) == 5
    with pytest.raises(SignInNeeded):
        Ledger().read(calendar(fake, Login("ana", lambda: "wrong")))


def test_a_nonce_that_ends_in_silence(fake: FakeDav) -> None:
    """A server that does not say `stale` (RFC 7616 section 3.3: it should) is answered anew; the
    login is as good as it was."""
    used: list[str] = []

    def guard(asked: Asked) -> Reply | None:
        """Each nonce is good for three requests."""
        said = asked.headers.get("Authorization", "")
        if said.startswith("Digest") and f'nonce="n{len(used) // 3}"' in said:
            used.append(said)
            return None
        offer = f'Digest realm="dav", qop="auth", nonce="n{len(used) // 3}", algorithm=SHA-256'
        return Reply(401, "", {"WWW-Authenticate": offer})

    fake.script = guard
    assert len(Ledger().read(calendar(fake, Login("ana", lambda: "secret")))) == 5
    assert len(used) > 3


def test_a_password_goes_nowhere_unencrypted() -> None:
    """Plain http is for this machine only."""
    server = Server(Session(Login("ana", lambda: "secret")), "http://example.org/")
    with pytest.raises(Refused, match="unencrypted"):
        Ledger().read(Calendars(server, "caldav", ZONE))


@pytest.mark.parametrize("url", ["", "example.org", "ftp://example.org/", "https://", "http://[x/"])
def test_a_url_that_is_none(url: str) -> None:
    """It is said so, with an example."""
    with pytest.raises(Refused, match="https://dav"):
        Ledger().read(Calendars(Server(Session(None), url), "caldav", ZONE))


def test_the_servers_clock(fake: FakeDav) -> None:
    """It is asked for each time: an old answer is no time."""
    source = calendar(fake)
    for _ in range(2):
        told = source.server_time()
        assert told is not None
        assert abs(told - datetime.now(UTC)).total_seconds() < 600
    assert [one.method for one in fake.asked] == ["OPTIONS"] * 2


def test_the_window_moves(fake: FakeDav) -> None:
    """A series that goes on is read again, without being told of by the server, once the window
    ends too soon; nothing else is."""
    weekly = event(9).replace(b"SUMMARY", b"RRULE:FREQ=WEEKLY\r\nSUMMARY")
    fake.put("9.ics", weekly.decode())
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    before = {ref: len(seen) for ref, seen in ledger.observations.items()}
    later = NOW.replace(year=2027)
    items = ledger.read(calendars, later)
    assert names(items) == ["Seen 9.ics"]
    assert len(ledger.observations[items[0].ref]) > before[items[0].ref] + 40
    assert ledger.read(calendars, later) == []


def test_history_bounds_what_is_observed(fake: FakeDav) -> None:
    """Events before it are items without observations."""
    calendars = Calendars(Server(Session(None), fake.url), "caldav", ZONE, history=date(2026, 3, 3))
    items = Ledger().read(calendars)
    assert [item.observations for item in items if isinstance(item, Seen)] == [()] * 5


@pytest.mark.parametrize(
    "cursor", ["{}", "[]", '{"v":2}', '{"v":1,"in":[]}', '{"v":1,"in":{"/":1}}']
)
def test_cursors_of_somebody_else(fake: FakeDav, cursor: str) -> None:
    """They ask for a new start."""
    with pytest.raises(CursorExpired):
        list(calendar(fake).changes(cursor, Ledger(), NOW))


def test_hrefs_in_every_spelling(fake: FakeDav) -> None:
    """Whole URLs, other escapes, the inner name of a server behind a proxy: one item each."""
    ledger, calendars = Ledger(), calendar(fake)
    ledger.read(calendars)
    real = fake.answer

    def otherwise(asked: Asked) -> Reply:
        reply = real(asked)
        inner = r"<href>http://10.0.0.1:8080/dav/w%6frk/\1"
        body = re.sub(r"<href>/dav/work/(\d)", inner, str(reply.body))
        return Reply(reply.status, body, reply.headers)

    fake.answer = otherwise  # type: ignore[method-assign]  # the same server, seen through a proxy
    fake.put("1.ics", event(1, "Lunch").decode())
    fake.delete("2.ics")
    assert sorted(names(ledger.read(calendars))) == ["Gone 2.ics", "Seen 1.ics"]
    ledger.cursor = None
    assert len(ledger.read(calendars)) == 4
    assert len(ledger.stamps) == 4


def test_batches_hold_few_items_and_their_cursors_go_on(
    fake: FakeDav, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever batch was the last one that was committed, the rest follows and nothing twice."""
    monkeypatch.setattr(source, "BATCH", 2)
    batches = list(calendar(fake).changes(None, Ledger(), NOW))
    assert [len(batch.items) for batch in batches] == [2, 2, 1, 0]
    for number in range(1, 5):
        ledger = Ledger()
        for batch in batches[:number]:
            ledger.commit(batch)
        rest = ledger.read(calendar(fake))
        assert len(ledger.stamps) == 5
        assert len(rest) == max(0, 5 - 2 * number)
