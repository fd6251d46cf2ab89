"""The engine's acts, in whatever order, come to what `once` comes to: on memory and on files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine_acts import act, acts_of, complete, tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from integration.test_kill import a_small_world, something_happens
from integration.test_step import POOL
from stepping import put

from connectors.memory.world import World
from connectors.records import Facet
from syncd import wiring
from syncd.engine.engine import Engine
from syncd.pipeline import once
from syncd.planner import Policy

from worlds import LISBON, WEEKDAYS, Lab, day

NOW, LATER = day(12), day(33)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would take too long
ACTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2)), min_size=4, max_size=14)

RULES = """
version: 1
rules:
  - {id: met, since: meeting, until: [message_sent], due: 10d, task: {title: "You met {{ name }}"}}
  - {id: wrote, since: message_received, until: [meeting], due: 20d, task: {title: "{{ name }}"}}
  - {id: asked, since: asked_me, until: [resolved], due: 30d, task: {title: "Answer"}}
"""

Found = dict[str, list[tuple[Any, ...]]]


def lab_in(folder: Path) -> Lab:
    """An owner whose accounts have been read, and were empty."""
    policy = Policy(zone=LISBON, working_days=WEEKDAYS, per_day=50, open_limit=50)
    lab = Lab(folder, rules=RULES, policy=policy)
    lab.once(day(-1))
    return lab


def the_owner_is_busy(world: World) -> None:
    """One task is ticked, one edited, one deleted."""
    ticked, edited, deleted = sorted(world.alive(Facet.TASKS))[:3]
    world.tick(ticked, day(14))
    world.edit_task(edited, title="Something else", notes="needs: a good printer")
    world.delete_task(deleted)


def by_once() -> list[Found]:
    with tempfile.TemporaryDirectory() as folder:
        lab = lab_in(Path(folder))
        for thing, text in POOL:
            put(lab.world, thing, text)
        found = []
        for now in (NOW, LATER):
            lab.once(now)
            database = lab.open()
            found.append(tables(database))
            database.close()
            if now == NOW:
                the_owner_is_busy(lab.world)
        return found


_REFERENCE: list[Found] = []


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(ACTS, ACTS)
def test_acts_in_any_order_come_to_what_once_comes_to(
    first: Sequence[tuple[int, int]], then: Sequence[tuple[int, int]]
) -> None:
    """However the acts fall between the mails and meetings that arrive, and between what the owner
    does to the tasks: the same people, verdicts, tasks, cursors and writes."""
    if not _REFERENCE:
        _REFERENCE.extend(by_once())
    with tempfile.TemporaryDirectory() as folder:
        lab = lab_in(Path(folder))
        database = lab.open()
        engine = Engine(lab.shop(database))
        engine.start(NOW)
        waiting = list(POOL)
        names = acts_of(engine)
        for number, arriving in first:
            for thing, text in waiting[:arriving]:
                put(lab.world, thing, text)
            del waiting[:arriving]
            act(engine, names[number % len(names)], NOW)
        for thing, text in waiting:
            put(lab.world, thing, text)
        complete(engine, NOW, [number for number, _ in first])
        assert tables(database) == _REFERENCE[0]
        the_owner_is_busy(lab.world)
        for number, _ in then:
            name = names[number % len(names)]
            if not name.startswith("deliver"):  # what is written before a tick is seen is history
                act(engine, name, LATER)
        complete(engine, LATER)
        assert tables(database) == _REFERENCE[1]
        database.close()


T0, T1 = datetime(2026, 3, 5, 10, 0, tzinfo=UTC), datetime(2026, 3, 6, 10, 0, tzinfo=UTC)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "tasks").glob("*.ics"))}


def test_on_files_as_well(tmp_path: Path) -> None:
    """A Maildir, calendars and a task folder: a first reading, then news of every kind, by the acts
    of an engine in two different orders. The same tables, and the same files byte for byte."""
    a_small_world(tmp_path / "once")
    found: list[tuple[Found, dict[str, bytes]]] = []
    for name in ("once", "forward", "backward"):
        folder = tmp_path / name
        if name != "once":
            shutil.copytree(tmp_path / "before", folder)
        else:
            shutil.copytree(folder, tmp_path / "before")
        assembly = wiring.assemble(folder / "syncd.yaml")
        database = wiring.open_state(assembly)
        shop = wiring.open_workshop(assembly, database)
        for now in (T0, T1):
            if now == T1:
                something_happens(folder)
            if name == "once":
                once(shop, now)
                continue
            engine = Engine(shop)
            engine.start(now)
            names = acts_of(engine)
            for one in names if name == "forward" else reversed(names):
                act(engine, one, now)
            complete(engine, now)
        rows = tables(database)
        rows["item"] = [row[:4] for row in rows["item"]]  # stamps tell inodes
        rows["cursor"] = [row[:4] for row in rows["cursor"]]
        rows["task"] = []  # their stamps as well; what they say is in the files
        found.append((rows, files(folder)))
        database.close()
    assert len(found[0][1]) > 1
    assert found[1] == found[0]
    assert found[2] == found[0]
