"""Late evidence: whatever comes before or after what it is about, the state in the end is one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from chances import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.memory.world import World
from connectors.records import Facet
from syncd.planner import Policy
from syncd.store import schema

from evidence import BEN_HOME, GOINGS, NOW, POOL
from worlds import BEN, LISBON, WEEKDAYS, Lab, without_places

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would take too long
SLOW = (HealthCheck.too_slow,)
Cut = list[list[int]]
# Two cards of one person in two accounts are two statements; all else is the same thing twice.
COPIED = [one for one in POOL if one.account == "home" and one.facet is not Facet.CONTACTS]


def lab(folder: str) -> Lab:
    # Nothing is delivered: what was written stays written, whatever comes to light later.
    policy = Policy(zone=LISBON, working_days=WEEKDAYS, preview=True)
    worlds = {name: World() for name in ("home", "work", "desk")}
    return Lab(Path(folder), worlds=worlds, shared=frozenset({"desk"}), policy=policy)


def live(one: Lab, portions: Iterable[Sequence[int]], copies: frozenset[int]) -> None:
    """Let the pool come in, one run after each portion; `copies` turn up in a second account."""
    for portion in portions:
        for index in portion:
            item = POOL[index]
            item.put(one.worlds[item.account])
            if index in copies and item in COPIED:
                item.put(one.worlds["work"])
        one.once(NOW)


def leave(one: Lab, portions: Iterable[Sequence[int]], copies: frozenset[int]) -> None:
    """Let things go away again, everywhere."""
    names = {POOL[index].ref for index in copies if POOL[index] in COPIED}
    for portion in portions:
        for index in portion:
            account, facet, ref = GOINGS[index]
            one.worlds[account].delete(facet, ref)
            if ref in names:
                one.worlds["work"].delete(facet, ref)
        one.once(NOW)


def shown(one: Lab) -> Any:
    return json.loads(without_places(one.view(NOW)))


def tables(one: Lab) -> dict[str, list[tuple[Any, ...]]]:
    """What is stored of it, with keys in place of row numbers, but for the places."""
    database = one.open()
    try:
        with database.read() as connection:
            entry = schema.observation.c
            keys = {row.id: row.key for row in connection.execute(select(schema.observation))}
            found: dict[str, list[tuple[Any, ...]]] = {
                "observation": [
                    tuple(row)
                    for row in connection.execute(
                        select(entry.key, entry.kind, entry.at, entry.until, entry.author,
                               entry.parent, entry.topic)
                    )
                ],
            }  # fmt: skip
            for table in (schema.involved, schema.named, schema.title_token):
                found[table.name] = [
                    tuple(keys[v] if k == "observation" else v for k, v in row._mapping.items())
                    for row in connection.execute(select(table))
                ]
            for table in (
                schema.address, schema.name_token, schema.person, schema.dirty,
            ):  # fmt: skip
                found[table.name] = [tuple(row) for row in connection.execute(select(table))]
    finally:
        database.close()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def end(
    coming: Iterable[Sequence[int]],
    going: Iterable[Sequence[int]] = (),
    copies: frozenset[int] = frozenset(),
) -> tuple[Any, Any]:
    with tempfile.TemporaryDirectory() as folder:
        one = lab(folder)
        live(one, coming, copies)
        leave(one, going, copies)
        return shown(one), tables(one)


_ENDS: dict[str, tuple[Any, Any]] = {}


def reference(*, gone: bool) -> tuple[Any, Any]:
    """Everything at once in time order, and then perhaps all that goes away."""
    name = "gone" if gone else "there"
    if name not in _ENDS:
        _ENDS[name] = end([range(len(POOL))], [range(len(GOINGS))] if gone else [])
    return _ENDS[name]


@st.composite
def shuffled(draw: st.DrawFn, count: int, cuts: int) -> Cut:
    order = draw(st.permutations(range(count)))
    places = sorted(draw(st.sets(st.integers(1, count - 1), max_size=cuts)))
    return [list(order[a:b]) for a, b in zip([0, *places], [*places, count], strict=True)]


COPIES = st.frozensets(st.integers(0, len(POOL) - 1), max_size=6)


@settings(max_examples=examples(6), suppress_health_check=SLOW, phases=PHASES)
@given(shuffled(len(POOL), 3), COPIES)
def test_late_evidence_leads_to_the_same_state(coming: Cut, copies: frozenset[int]) -> None:
    """Shuffled, split into runs, some of it in two accounts: the same views, the same tables."""
    views, stored = end(coming, copies=copies)
    assert views == reference(gone=False)[0]
    assert stored == reference(gone=False)[1]


@settings(max_examples=examples(4), suppress_health_check=SLOW, phases=PHASES)
@given(shuffled(len(POOL), 2), shuffled(len(GOINGS), 2), COPIES)
def test_what_goes_away_leads_to_the_same_state(
    coming: Cut, going: Cut, copies: frozenset[int]
) -> None:
    """The same, when some of it is removed afterwards in any order."""
    views, stored = end(coming, going, copies)
    assert views == reference(gone=True)[0]
    assert stored == reference(gone=True)[1]


def test_deriving_it_anew_changes_nothing(tmp_path: Path) -> None:
    """A newer version that says the same leaves views and tables as they are."""
    one = lab(str(tmp_path))
    live(one, [range(1, len(POOL), 2), range(0, len(POOL), 2)], frozenset())
    before = shown(one), tables(one)
    one.forget_derivations()
    one.once(NOW)
    assert (shown(one), tables(one)) == before == reference(gone=False)


def test_the_pool_means_something() -> None:
    """What the pool comes to in the end: comparing with it proves something."""
    views, _ = reference(gone=False)
    people = {entry["name"]: entry for entry in views["people"]}
    real = {
        name: (entry["counts"]["sent"], entry["counts"]["received"], entry["counts"]["meetings"])
        for name, entry in people.items()
    }
    assert real == {
        "Ben Archer": (1, 1, 1),
        "Cleo Marsh": (0, 0, 0),
        "Dora Lind": (0, 0, 1),
        "Fay Quill": (1, 2, 0),
        "Gus Beck": (0, 0, 1),
        "Hal Moor": (0, 0, 1),
        "Jon Sand": (1, 1, 0),
        "Kim Reed": (1, 1, 0),
        "Leo Frost": (1, 1, 1),
        "Mia Ford": (0, 0, 2),
    }
    assert not people["Leo Frost"]["wanted"]
    assert not people["Dora Lind"]["wanted"]


def test_what_goes_away_means_something() -> None:
    """A removed card parts what it joined; deleted mail still says what it said."""
    views, _ = reference(gone=True)
    people = {entry["name"]: entry for entry in views["people"]}
    halves = [entry for entry in views["people"] if entry["name"] == "Ben Archer"]
    assert sorted(entry["addresses"] for entry in halves) == [[BEN_HOME.addr], [BEN.addr]]
    assert people["Fay Quill"]["counts"]["received"] == 2
    assert sorted(entry["counts"]["meetings"] for entry in halves) == [0, 1]
    assert people["Leo Frost"]["counts"]["meetings"] == 1
