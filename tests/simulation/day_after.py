"""What a state that was killed all day must have in common with one that was never killed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from acceptance_world import Result, run
from pysqlite3 import dbapi2
from simulation.busy_day import Day

_TEXTS = re.compile(r"^(SUMMARY|STATUS|UID)[^:\r\n]*:(.*?)\r?$", re.MULTILINE)


def differences(day: Day, clean: Path, now: datetime) -> tuple[list[str], dict[str, int]]:
    """What is wrong after the day, and how much of everything there is. The same files are read
    from nothing in `clean`; then both are asked at `now`."""
    clean.mkdir()
    day.copy_to(clean)
    wrong = [*in_the_list(day), *of_the_owner(day)]
    for folder in (day.folder, clean):
        done = said(folder, now, "once")
        if done.code:
            wrong.append(f"`once` in {folder.name}: {done.code} {done.out} {done.err}")
    wrong += differing("rows", *(stored(one, refs=not day.apart) for one in (day.folder, clean)))
    for look in (people, evidence):
        ours, theirs = look(day.folder, now), look(clean, now)
        if day.apart:
            ours, theirs = placeless(ours), placeless(theirs)
        wrong += differing(look.__name__, ours, theirs)
    past, mine = standing(day.folder, now)
    wrong += differing("tasks", without(past, mine), without(past, standing(clean, now)[1]))
    wrong += in_the_list(day)
    return wrong, counted(day.folder)


def in_the_list(day: Day) -> list[str]:
    """Each task is there once, and the state knows it; nothing is left lying about."""
    wrong = []
    listed = (day.folder / "tasks").iterdir()
    files = {path.name: texts(path) for path in listed if not is_the_servers(path)}
    wrong += [f"left behind: {name}" for name in files if not name.endswith(".ics")]
    keys = Counter(found["UID"] for found in files.values() if "UID" in found)
    wrong += [f"{count} files for the task {key}" for key, count in keys.items() if count > 1]
    rows = select(day.folder, "SELECT key, person, rule, status, ref FROM task")
    delivered = {key for key, _, _, status, ref in rows if ref and status != "dismissed"}
    wrong += [f"no file for the task {key}" for key in delivered - keys.keys()]
    wrong += [f"nobody knows the task {key}" for key in keys.keys() - delivered]
    both = Counter((person, rule) for _, person, rule, status, _ in rows if status == "open")
    wrong += [f"{count} open tasks for {pair}" for pair, count in both.items() if count > 1]
    left = select(day.folder, "SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'dropped')")
    wrong += [f"{count} writes are still queued" for (count,) in left if count]
    return wrong


def is_the_servers(path: Path) -> bool:
    """What a server keeps beside its items."""
    return path.name.startswith(".Radicale.") and ".tmp" not in path.name


def of_the_owner(day: Day) -> list[str]:
    """What the owner did is as it was."""
    folder = day.folder / "tasks"
    wrong = [f"came back: {name}" for name in day.deleted if (folder / name).exists()]
    for name in (day.ticked | day.titled.keys()) - day.deleted:
        if not (folder / name).exists():
            wrong.append(f"is gone: {name}")
            continue
        found = texts(folder / name)
        if name in day.ticked and found["STATUS"] != "COMPLETED":
            wrong.append(f"is not ticked any more: {name}")
        if name in day.titled and found["SUMMARY"] != day.titled[name]:
            wrong.append(f"lost its title: {name}")
    return wrong


def people(folder: Path, now: datetime) -> list[Any]:
    """Everybody."""
    return shown(folder, now, "people")


def evidence(folder: Path, now: datetime) -> list[Any]:
    """What happened, and what follows from it about everybody; what was made of that is history."""
    return [
        {name: value for name, value in row.items() if name != "verdicts"}
        for row in shown(folder, now, "explain", "--all")
    ]


Standing = dict[tuple[str, str], str]


def standing(folder: Path, now: datetime) -> tuple[set[tuple[str, str]], Standing]:
    """Persons and rules of which there were tasks that are over, and how it stands with each:
    whether there is a task, or will be."""
    over: set[tuple[str, str]] = set()
    found: Standing = {}
    for task in shown(folder, now, "tasks", "--all"):
        pair = task["person"]["id"], task["rule"]
        if task["status"] in ("open", "held", "waiting", "missed", "muted"):
            found[pair] = task["status"]
        else:
            over.add(pair)
    return over, found


def without(past: set[tuple[str, str]], found: Standing) -> list[str]:
    """What does not depend on what there was: a task that was written before somebody cancelled,
    or that the owner ticked or deleted, is known to nobody who comes later."""
    return [
        f"{who} {rule} is {how}" for (who, rule), how in found.items() if (who, rule) not in past
    ]


def texts(path: Path) -> dict[str, str]:
    """Some properties of a task."""
    return dict(_TEXTS.findall(path.read_bytes().decode().replace("\r\n ", "")))


def placeless(told: Any) -> Any:
    """The same without where it was seen."""
    if isinstance(told, dict):
        return {name: placeless(value) for name, value in told.items() if name != "evidence"}
    return [placeless(one) for one in told] if isinstance(told, list) else told


def stored(folder: Path, *, refs: bool) -> list[Any]:
    """Every item that was acknowledged and every observation, but for tasks; without `refs` only
    how many items there are of each kind."""
    named = "ref" if refs else "count(*)"
    items = select(
        folder,
        f"SELECT account, facet, {named}, state FROM item WHERE facet != 'tasks' "
        f"{'' if refs else 'GROUP BY 1, 2, 4'}",
    )
    return [*items, *select(folder, "SELECT kind, key, at, until FROM observation")]


def counted(folder: Path) -> dict[str, int]:
    """How many rows each table has that tells something."""
    tables = ("item", "observation", "person", "verdict", "task", "outbox")
    return {
        **{name: select(folder, f"SELECT count(*) FROM {name}")[0][0] for name in tables},
        **{
            f"task {status}": count
            for status, count in select(folder, "SELECT status, count(*) FROM task GROUP BY 1")
        },
    }


def select(folder: Path, statement: str) -> list[Any]:
    """Rows of the state, in order."""
    with closing(dbapi2.connect(f"file:{folder / 'syncd.db'}?mode=ro", uri=True)) as connection:
        return sorted(connection.execute(statement).fetchall(), key=repr)


def shown(folder: Path, now: datetime, *command: str) -> list[Any]:
    """What a command prints as JSON."""
    done = said(folder, now, *command, "--json")
    if done.code:
        return [f"{command}: {done.code} {done.err}"]
    found: list[Any] = done.lines if command[0] == "explain" else done.json
    return found


def said(folder: Path, now: datetime, *command: str) -> Result:
    """How `syncd` answers."""
    config = str(folder / "syncd.yaml")
    return run("--config", config, "--now", now.isoformat(), *command)


def differing(what: str, ours: Iterable[Any], theirs: Iterable[Any]) -> list[str]:
    """What one has and the other has not; of what both have, where it differs."""
    left, right = (dict(leaf for row in rows for leaf in leaves(row)) for rows in (ours, theirs))
    return [
        f"{what}: {path} is {left.get(path, 'not there')}, without kills "
        f"{right.get(path, 'not there')}"
        for path in sorted(left.keys() | right.keys())
        if left.get(path) != right.get(path)
    ]


def leaves(row: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each value with the way to it, which begins with what names the row."""
    if isinstance(row, dict):
        name = path or next(
            str(row[key]) for key in ("key", "id", "person", "address") if row.get(key)
        )
        for key, value in row.items():
            yield from leaves(value, f"{name} {key}")
    elif isinstance(row, list) and path:
        for place, value in enumerate(row):
            yield from leaves(value, f"{path} {place}")
    else:
        yield path or str(row), str(row)
