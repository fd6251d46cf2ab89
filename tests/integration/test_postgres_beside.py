"""A state on PostgreSQL beside whoever holds it: nobody is waited for without end, what ails a
daemon is told while it runs, and the owner's acts leave the state to it."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack

import pytest
from postgres import Server, name, server, two

from syncd.store import ailments, facts, refused, trouble
from syncd.store import postgres as store
from syncd.store.ailments import Ailment
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreHeld, StoreTaken
from syncd.store.lock import exclusive

from worlds import day

__all__ = ["name", "server", "two"]  # the fixtures


def put(database: Database, value: str) -> None:
    with database.begin() as connection:
        facts.put(connection, database.owner, "test", value)


def signed(database: Database) -> list[str]:
    with database.read() as connection:
        return (facts.get(connection, database.owner, "holder") or "").split("\n")


def ailing(database: Database) -> list[str]:
    with database.read() as connection:
        return [one.kind for one in ailments.standing(connection, database.owner)]


# --- nobody is waited for without end ---


def test_a_writer_that_hangs(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is told that the state is in use, and goes on when it is not any more; that the
    engine hangs is noted without a turn."""
    one, other = two
    monkeypatch.setattr(store, "_TURN", 100)
    with exclusive(one), one.begin() as connection:
        facts.put(connection, one.owner, "test", "first")
        with pytest.raises(StoreError, match="in use by another syncd"):
            put(other, "second")
        noting = threading.Thread(target=ailments.note_late, args=(one, day(0)), daemon=True)
        noting.start()
        noting.join(30)
        assert ailing(other) == [ailments.ENGINE]
    put(other, "second")


def test_a_process_or_a_machine_that_is_gone(two: tuple[Database, Database]) -> None:
    """The server undoes what was left half done; both sides notice a connection that is dead."""
    with two[0].read() as connection:
        show = connection.exec_driver_sql
        idle = show("SHOW idle_in_transaction_session_timeout").scalar()
        driver = connection.connection.dbapi_connection
        assert driver is not None
        given = driver.info.get_parameters()
    assert idle == "5min"
    assert (given["tcp_user_timeout"], given["keepalives_idle"]) == ("30000", "15")


# --- what is told while it runs ---


def test_what_ails_whoever_is_gone(server: Server, two: tuple[Database, Database]) -> None:
    """It is told of who noted it, while they hold the state: of a daemon that was killed nothing is
    left, neither while none runs nor with the next one."""
    one, other = two
    with exclusive(one):
        ailments.note_late(one, day(0))
        with one.begin() as connection:
            ailments.note(connection, one.owner, [Ailment(ailments.WORKER, None, "it fails")])
            refused.note(connection, one.owner, ["wrong"], day(0))
        assert ailing(other) == [ailments.ENGINE, ailments.WORKER]
        with other.read() as connection:
            told = refused.standing(connection, other.owner)
        assert told == {"at": day(0), "mistakes": ["wrong"]}
    for stack in (ExitStack(), ExitStack()):
        with stack:
            assert ailing(other) == []
            with other.read() as connection:
                assert refused.standing(connection, other.owner) is None
            stack.enter_context(exclusive(other))
            assert ailing(one) == []


def test_of_another_machine_nothing_is_taken_for_late(two: tuple[Database, Database]) -> None:
    """What lies in the state folder here is about who ran here."""
    one, other = two
    with exclusive(one):
        ailments.note_late(one, day(0))
        token = f"0 {os.getpid()} far.example.org"
        with one.begin() as connection:
            facts.put(connection, one.owner, "holder", token)
        assert ailing(other) == []


def test_the_server_s_disk_is_full(two: tuple[Database, Database]) -> None:
    """It is noted where `status` looks, and taken back."""
    one, other = two

    def told() -> list[str]:
        with other.read() as connection:
            return [found.kind for found in trouble.standing(connection, other.owner)]

    with exclusive(one):
        assert trouble.note_disk(one, day(0))
        assert not trouble.note_disk(one, day(0.1))
        assert told() == [trouble.DISK]
        assert trouble.clear_disk(one)
        assert told() == []


# --- the owner's acts ---


def test_an_act_behind_a_restart_of_the_server(
    server: Server, name: str, two: tuple[Database, Database]
) -> None:
    """It takes the free state before its daemon looks: that one writes nothing until it has the
    state again, and then knows that it was not alone."""
    one, other = two
    with exclusive(one) as hold:
        daemon = signed(one)
        server.cut(name)
        assert not hold.check()
        server.cut(name)
        with exclusive(other, guest=True):
            put(other, "the owner's")
            for _ in range(2):
                with pytest.raises(StoreError, match="command of the owner") as met:
                    put(one, "the daemon's")
                assert not isinstance(met.value, StoreTaken)
                with pytest.raises(StoreError, match="command of the owner"):
                    hold.check()
        with pytest.raises(StoreError, match="command of the owner"):
            put(one, "the daemon's")
        assert hold.check()
        assert signed(one) == daemon
        assert not hold.check()
        put(one, "the daemon's")
        with pytest.raises(StoreHeld):
            exclusive(other, guest=True).__enter__()


def test_an_act_that_is_killed(server: Server, name: str, two: tuple[Database, Database]) -> None:
    """It signed, and never signed off: whoever it disturbed does so, and it can write no more."""
    one, other = two
    with exclusive(one) as hold:
        server.cut(name)
        with exclusive(other, guest=True):
            server.cut(name)
            assert hold.check()
            put(one, "the daemon's")
            with pytest.raises(StoreTaken):
                put(other, "the owner's")
        put(one, "the daemon's")
        assert len(signed(one)) == 1


def test_another_daemon_behind_an_act(
    server: Server, name: str, two: tuple[Database, Database]
) -> None:
    """Who was there before the act does not go on where somebody else has come to stay."""
    one, other = two
    with exclusive(one) as hold:
        server.cut(name)
        with exclusive(other, guest=True):
            pass
        with exclusive(other):
            with pytest.raises(StoreTaken):
                hold.check()
            with pytest.raises(StoreTaken):
                put(one, "late")
