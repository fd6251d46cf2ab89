"""A row that makes way for one about a newer anchor hands on its place."""

from __future__ import annotations

from dataclasses import replace

from unit.planner.desk import followed, held, out, verdict

from rules.verdict import State

OLD, NEW = "message:m1", "message:m2"


def test_a_newer_anchor_takes_the_place_of_the_older() -> None:
    """Person, rule and state are the same: the new row is stored where the old one was."""
    (row,) = followed([verdict(State.WAITING, OLD, rule="write", remind=3)]).rows
    done = followed([verdict(State.WAITING, NEW, 1, rule="write", remind=3)], [row], now=1)
    (new,) = done.rows
    assert done.vanished == (row.key,)
    assert done.instead == ((row.key, new.key),)


def test_each_rule_has_places_of_its_own() -> None:
    """What one rule gave up is not taken by another."""
    (row,) = followed([verdict(State.WAITING, OLD, rule="write", remind=3)]).rows
    done = followed([verdict(State.WAITING, NEW, 1, rule="call", remind=3)], [row], now=1)
    assert done.vanished == (row.key,)
    assert done.instead == ()


def test_another_state_is_another_place() -> None:
    """One that was held makes way for one that waits: the index by state has to be told."""
    row = held(OLD, rule="write")
    done = followed([verdict(State.WAITING, NEW, 1, rule="write", remind=3)], [row], now=1)
    assert row.state is State.HELD
    assert done.instead == ()


def test_what_has_a_task_keeps_its_place() -> None:
    """Nothing of a task that is out vanishes."""
    row = replace(out(OLD, rule="write"), state=State.OPEN)
    done = followed([verdict(State.WAITING, NEW, 1, rule="write", remind=3)], [row], now=1)
    assert done.vanished == ()
    assert done.instead == ()
