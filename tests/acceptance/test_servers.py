"""Mail by IMAP, calendars, cards and tasks by CalDAV: what `once` makes of them."""

from __future__ import annotations

from acceptance_servers import BEN, CLEO, House, davs, house, servers
from acceptance_world import NOW, at

__all__ = ["davs", "house", "servers"]


def test_what_is_read_becomes_tasks_on_the_server(house: House) -> None:
    """Mail, a meeting and a card are read from two servers, and the list is made that tasks are
    written to; a second run writes nothing; a tick comes back."""
    name = house.exchange()
    house.meeting()
    checked = house.syncd("check")
    assert checked.code == 0
    assert f"account post: {house.mailbox.user} at 127.0.0.1 (mail)" in checked.out
    assert "account dav: owner at 127.0.0.1 (calendar, contacts, tasks)" in checked.out
    assert "tasks go to: dav (default)" in checked.out

    first = house.syncd("once", "--json").json
    assert first["tasks"] == {"created": 2, "updated": 0, "completed": 0}
    assert {one["facet"]: one["items"] for one in first["read"]} == {
        "mail": 2, "calendar": 1, "contacts": 1, "tasks": 0,
    }  # fmt: skip
    assert house.titles() == ["Answer Ben", "Call Cleo"]
    tasks = {one["title"]: one for one in house.syncd("tasks", "--json").json}
    (seen,) = tasks["Answer Ben"]["evidence"][-1]["evidence"]
    assert (seen["account"], seen["link"]) == ("post", f"mid:{name}")
    assert seen["ref"].startswith("imap//INBOX;UIDVALIDITY=")
    (met,) = tasks["Call Cleo"]["evidence"][-1]["evidence"]
    assert (met["account"], met["ref"]) == ("dav", f"caldav/{house.work}one.ics")
    assert {one["name"] for one in house.people()} == {"Ben Archer", "Cleo Birkin"}

    before = house.files()
    again = house.syncd("once", "--json").json
    assert again["tasks"] == {"created": 0, "updated": 0, "completed": 0}
    assert [one["items"] for one in again["read"]] == [0, 0, 0, 0]
    assert house.files() == before

    (path,) = [path for path, text in before.items() if "Call Cleo" in text]
    ticked = before[path].replace("STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
    assert ticked != before[path]
    done = "COMPLETED:20260615T100000Z\r\nEND:VTODO"
    house.dav.put(path, ticked.replace("END:VTODO", done).encode())
    house.once()
    states = {one["title"]: one["status"] for one in house.syncd("tasks", "--json").json}
    assert states == {"Answer Ben": "open", "Call Cleo": "done"}
    assert house.explain(CLEO)["facts"]["last_call"] is not None
    assert house.titles() == ["Answer Ben", "x Call Cleo"]


def test_an_answer_closes_the_task(house: House) -> None:
    """What Ana sends from any program is found in her sent mail."""
    name = house.exchange()
    house.once()
    assert house.titles() == ["Answer Ben"]
    house.letter("Ana Silva <ana@example.org>", BEN, at(NOW), "Sent Messages", answers=name)
    house.once(now="2026-06-15T13:00:00+00:00")
    assert house.titles() == ["x Answer Ben"]
    (task,) = house.syncd("tasks", "--json").json
    assert task["status"] == "closed"


def test_nothing_is_missing(house: House) -> None:
    """`audit` counts what the servers have; `doctor` says what it found at each; neither shows a
    password, and nothing of a mailbox is changed."""
    house.exchange()
    house.meeting()
    house.once()
    audited = house.syncd("audit")
    assert audited.code == 0
    assert audited.out.splitlines() == [
        "post: mail imap: 2 of 2 seen",
        "dav: contacts carddav: 1 of 1 seen",
        "dav: calendar caldav: 1 of 1 seen",
    ]
    looked = house.syncd_now("doctor")
    assert looked.code == 0, looked.out
    lines = {line.split()[1]: " ".join(line.split()[2:]) for line in looked.out.splitlines()}
    assert lines["post/imap"] == (
        f"127.0.0.1:{house.mailbox.server.port} answers without TLS, on this machine; signed in as "
        f"{house.mailbox.user}; 2 of 5 folders are read: INBOX, Sent Messages; tells of new mail "
        "by itself (IDLE)"
    )
    user = house.mailbox.user
    assert lines["dav/caldav"].partition("; ")[2] == (
        f"signed in as owner; calendars: {user}-work; address books: {user}-people; tasks are "
        f"written to {house.list}; its clock agrees with ours"
    )
    assert lines["secrets"] == "dav.password, post.password"
    assert "secret;" not in looked.out
    assert "Seen" not in house.mailbox.client.flags()


def test_before_the_list_is_there(house: House) -> None:
    """Neither `doctor` nor a preview makes the list; the first task does."""
    house.exchange()
    house.accounts(house.post(), house.caldav(), more="mode: preview\n")
    assert "the first task makes the list" in house.syncd_now("doctor").out
    assert "preview" in house.once().out
    assert house.files() == {}
    assert house.syncd("enable").code == 0
    house.once()
    assert house.titles() == ["Answer Ben"]


def test_the_same_twice_counts_once(house: House) -> None:
    """The same mail by IMAP and in a folder, the same meeting by CalDAV and in a folder."""
    name = house.exchange()
    house.meeting()
    house.once()
    counts = [house.counts(who) for who in (BEN, CLEO)]
    house.accounts(
        house.post(), house.caldav(),
        "{name: home, kind: local, mail: [mail/], calendar: [calendar/]}",
    )  # fmt: skip
    mails = house.mailbox.client.imap
    mails.select("INBOX", readonly=True)
    _, data = mails.fetch("1", "(RFC822)")
    assert isinstance(data[0], tuple)
    house.write("mail/1.eml", data[0][1])
    house.write("calendar/one.ics", house.dav.get(f"{house.work}one.ics"))
    house.once()
    assert [house.counts(who) for who in (BEN, CLEO)] == counts
    seen = house.interactions(BEN)[-1]["evidence"]
    assert {one["account"] for one in seen} == {"post", "home"}
    assert {one["link"] for one in seen} == {f"mid:{name}"}
    assert house.titles() == ["Answer Ben", "Call Cleo"]
