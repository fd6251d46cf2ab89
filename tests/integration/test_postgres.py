"""A state on PostgreSQL: the same as on SQLite, and nobody writes who does not hold it any more."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from postgres import Server, name, server, two
from stepping import lab_in, put, steps

from connectors.records import Card, Facet, Meeting, Message
from syncd.cli import who
from syncd.pipeline import Workshop, forget
from syncd.pipeline.act import acting
from syncd.store import acts, facts, shred, tombstones
from syncd.store.database import Database, open_database
from syncd.store.errors import StoreError, StoreHeld, StoreTaken
from syncd.store.lock import exclusive

from worlds import ANA, BEN, CLEO, DORA, Lab, card, coffee, day, mail

__all__ = ["name", "server", "two"]  # the fixtures


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key and the generation lie."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    return tmp_path / "state" / "syncd"


@dataclass(slots=True)
class Served(Lab):
    """The same owner, with the state on a server."""

    url: str = ""

    def open(self) -> Database:
        return open_database(self.url, ANA.addr, self.addresses)

    def shop(self, database: Database) -> Workshop:
        shop = Lab.shop(self, database)
        return replace(shop, ignore=replace(shop.ignore, forgotten=tombstones.load(database)))


def put_fact(database: Database, value: str) -> None:
    with database.begin() as connection:
        facts.put(connection, database.owner, "test", value)


def fact(database: Database) -> str | None:
    with database.read() as connection:
        return facts.get(connection, database.owner, "test")


# --- who holds it ---


def test_it_is_held_by_one(two: tuple[Database, Database]) -> None:
    """A second one is refused, is told by whom, and has it when the first one is done."""
    one, other = two
    with exclusive(one), pytest.raises(StoreHeld, match=r"process \d+\) is at work"):
        exclusive(other).__enter__()
    with exclusive(other):
        put_fact(other, "b")
    assert fact(one) == "b"


def test_two_owners_do_not_meet(server: Server, name: str) -> None:
    """Each is held for itself."""
    one = open_database(server.url(name), ANA.addr)
    other = open_database(server.url(name), BEN.addr)
    with exclusive(one), exclusive(other):
        put_fact(one, "hers")
        put_fact(other, "his")
    assert (fact(one), fact(other)) == ("hers", "his")
    one.close()
    other.close()


def test_a_session_that_ended_is_taken_again(
    server: Server, name: str, two: tuple[Database, Database]
) -> None:
    """The server ended every session and nobody came between: the state is still ours."""
    one, other = two
    with exclusive(one) as hold:
        put_fact(one, "before")
        assert server.cut(name) >= 2
        put_fact(one, "meanwhile")
        hold.check()
        put_fact(one, "after")
        with pytest.raises(StoreHeld):
            exclusive(other).__enter__()
    assert fact(other) == "after"


def test_who_was_replaced_writes_nothing(
    server: Server, name: str, two: tuple[Database, Database]
) -> None:
    """Somebody took the state when our session had ended: no transaction of ours is committed any
    more, neither while they are at work nor afterwards, and we are told to leave."""
    one, other = two
    with exclusive(one) as hold:
        server.cut(name)
        with exclusive(other):
            put_fact(other, "theirs")
            with pytest.raises(StoreTaken):
                put_fact(one, "ours")
            with pytest.raises(StoreTaken):
                hold.check()
        for _ in range(2):
            with pytest.raises(StoreTaken):
                put_fact(one, "ours")
            with pytest.raises(StoreTaken):
                hold.check()
        assert fact(one) == "theirs"


def test_who_takes_it_waits_for_what_is_being_written(
    server: Server, name: str, two: tuple[Database, Database]
) -> None:
    """A transaction that had begun when the lock was lost is stored before the next holder reads
    anything."""
    one, other = two
    seen: list[str | None] = []
    taken = threading.Event()

    def take() -> None:
        with exclusive(other):
            taken.set()
            seen.append(fact(other))

    with exclusive(one), ExitStack() as stack:
        connection = stack.enter_context(one.begin())
        facts.put(connection, one.owner, "test", "in time")
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        server.ask(
            "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l WHERE locktype = 'advisory' "
            f"AND granted AND pid <> {pid} AND database = "
            f"(SELECT oid FROM pg_database WHERE datname = '{name}')"
        )
        thread = threading.Thread(target=take)
        thread.start()
        waits = f"SELECT 1 FROM pg_locks WHERE NOT granted AND {pid} = ANY(pg_blocking_pids(pid))"
        while not server.ask(waits):
            assert thread.is_alive()
        assert not taken.is_set()
        stack.close()
        thread.join(30)
    assert seen == ["in time"]


def test_a_server_that_is_away(server: Server) -> None:
    """It is said so; nothing is taken for lost."""
    with pytest.raises(StoreError, match="does not answer"):
        open_database(
            f"postgresql+psycopg://syncd@/nowhere?host={server.folder / 'nothing'}", ANA.addr
        )


# --- what is above it relies on ---


def test_writers_take_turns(two: tuple[Database, Database]) -> None:
    """What one reads in its transaction no other changes before it is committed."""

    def act(database: Database) -> None:
        for _ in range(20):
            with database.begin() as connection:
                acts.raise_number(connection, database.owner)

    threads = [threading.Thread(target=act, args=(one,)) for one in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with two[0].read() as connection:
        assert acts.number(connection, two[0].owner) == 40


def test_a_reader_sees_one_moment(two: tuple[Database, Database]) -> None:
    """What is committed meanwhile shows in the next view."""
    one, other = two
    put_fact(one, "a")
    with other.read() as connection:
        assert facts.get(connection, other.owner, "test") == "a"
        put_fact(one, "b")
        assert facts.get(connection, other.owner, "test") == "a"
    assert fact(other) == "b"


def test_a_schema_is_made_by_one(server: Server, name: str) -> None:
    """Several that start at once on an empty database all find it made."""
    failed: list[BaseException] = []

    def start() -> None:
        try:
            open_database(server.url(name), ANA.addr).close()
        except BaseException as error:  # noqa: BLE001  # told by the test
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


# --- what it comes to ---


def test_steps_and_passes_come_to_the_same(server: Server, tmp_path: Path) -> None:
    """Mail both ways, a card, a meeting, a note: step by step and by a pass, as on SQLite, which
    sorts by bytes."""
    (tmp_path / "here").mkdir()
    name = server.fresh_sorted()
    here = lab_in(tmp_path / "here")
    there = Served(tmp_path / "there", url=server.url(name), policy=here.policy)
    there.once(day(-1))
    things: list[Message | Meeting | Card] = [
        mail(BEN, ANA, day(1), "Hello"),
        mail(ANA, BEN, day(1.2), "Re: Hello", answers=f"{day(1):%Y%m%d%H%M}.Hello.{BEN.addr}"),
        card(CLEO),
        coffee(day(2)),
        mail(CLEO, (ANA, DORA), day(2.5), "Plans"),
        mail(ANA, CLEO, day(3), "Plan"),
        mail(BEN, ANA, day(3.1), "Thanks"),
    ]
    for lab in (here, there):
        database = lab.open()
        shop = lab.shop(database)
        for number, thing in enumerate(things, 1):
            put(lab.world, thing, "Could you send me the plan by Friday?")
            steps(shop, day(3.2 + number / 10))
        with acting(shop, day(4.5)) as connection:
            facts.put(connection, database.owner, "test", "an act")
        database.close()
        if lab is there:
            server.cut(name)
        lab.once(day(5))
    assert there.view(day(5)) == here.view(day(5))


def test_who_is_forgotten_stays_so_in_an_older_copy(
    server: Server, name: str, tmp_path: Path, state_folder: Path
) -> None:
    """The rows go, the key lies in the state folder; and a dump from before, put back, lets nobody
    in and has the lists read before they are written."""
    lab = Served(tmp_path, url=server.url(name))
    lab.world.deliver(mail(ANA, CLEO, day(1), "Plan"), "")
    lab.world.deliver(mail(BEN, ANA, day(1), "Hello"), "")
    lab.world.put_event(coffee(day(1.1)))
    lab.once(day(2))
    assert lab.tasks(day(2))
    older = server.fresh(like=name)
    database = lab.open()
    shop = lab.shop(database)
    with database.read() as connection:
        found = who.target(connection, shop, CLEO.addr)
    with exclusive(database):
        shop, _ = forget.forget(shop, day(3), found)
        assert not forget.finish(shop, day(3))
    assert not shred.due(database)
    assert tombstones.key_path(database).parent == state_folder
    database.close()
    assert CLEO.addr not in server.dump(name)
    lab.once(day(4))
    written = lab.world.alive(Facet.TASKS)
    server.replace(name, by=older)
    assert CLEO.addr in server.dump(name)
    lab.once(day(4))
    assert lab.world.alive(Facet.TASKS) == written
    assert CLEO.addr not in server.dump(name)


def test_where_it_is_held(two: tuple[Database, Database]) -> None:
    """From another machine the refusal names the machine."""
    one, other = two
    with exclusive(one):
        with one.begin() as connection:
            held = facts.get(connection, one.owner, "holder")
            assert held is not None
            assert held.endswith(f" {socket.gethostname()}")
            facts.put(connection, one.owner, "holder", "0 17 far.example.org")
        with pytest.raises(StoreHeld, match=r"process 17 on far\.example\.org"):
            exclusive(other).__enter__()
