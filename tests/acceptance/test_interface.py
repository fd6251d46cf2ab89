"""The stable interface of DESIGN section 10: the fields of every JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from acceptance_fields import BEN, CLEO, GROUP, PEOPLE, PERSON, ROBOT, a_small_world
from acceptance_world import Home, at

COUNTS = {"sent", "received", "meetings", "in_person", "calls", "days"}
EXPLAIN = {"person", "facts", "interactions", "signals", "verdicts"}
INTERACTION = {
    "at",
    "kind",
    "mode",
    "direction",
    "real",
    "weight",
    "probability",
    "reasons",
    "evidence",
}
SIGNAL = {"at", "kind", "direction", "confidence", "due", "state", "closed_by"}
VERDICT = {"rule", "anchor", "state", "remind", "due", "next", "reasons"}
TASK = {
    "key",
    "rule",
    "person",
    "title",
    "notes",
    "due",
    "status",
    "created",
    "closed_why",
    "evidence",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """See `a_small_world`."""
    return a_small_world(tmp_path_factory.mktemp("interface"))


def is_moment(text: str) -> bool:
    return at(text).isoformat() == text and "T" in text and text[-6] in "+-"


def same(found: dict[str, Any], required: set[str]) -> None:
    assert required <= found.keys(), sorted(required - found.keys())


def test_people(home: Home) -> None:
    """`people --json` lists people only, with exactly its fields, most recent interaction first."""
    found = home.people()
    assert [one["addresses"] for one in found[:1]] == [[BEN]]
    assert {addr for one in found for addr in one["addresses"]} == {BEN, CLEO, "dora@example.com"}
    for one in found:
        assert one.keys() == PEOPLE
        assert one["counts"].keys() == COUNTS
        assert all(isinstance(n, int) for n in one["counts"].values())
        assert isinstance(one["strength"], float)
        assert one["stage"] in {"contact", "acquaintance", "connection", "dormant"}
        for name in ("last_interaction", "last_meeting", "next_meeting"):
            assert one[name] is None or is_moment(one[name])
        for name in ("online_only", "wanted", "colleague"):
            assert isinstance(one[name], bool)


def test_explain_fields(home: Home) -> None:
    """`explain PERSON --json` has every field that is promised, in the words that are promised."""
    found = home.explain(BEN)
    same(found, EXPLAIN)
    assert found["person"].keys() == PERSON
    assert (found["person"]["name"], found["person"]["addresses"]) == ("Ben Archer", [BEN])
    for one in found["interactions"]:
        same(one, INTERACTION)
        assert is_moment(one["at"])
        assert one["kind"] in {"message", "meeting", "task", "log"}
        assert one["mode"] in {"in_person", "video", "phone", "unknown"}
        assert one["direction"] in {"sent", "received", "both"}
        assert one["real"] in {"yes", "no", "pending", "unknown"}
        assert 0 <= one["weight"] <= 1
        assert 0 <= one["probability"] <= 1
        assert one["evidence"]
        assert all(e.keys() == {"account", "ref", "link"} for e in one["evidence"])
    for one in found["signals"]:
        assert one.keys() == SIGNAL
        assert is_moment(one["at"])
        assert one["direction"] in {"sent", "received"}
        assert one["state"] in {"open", "closed", "expired"}
    assert {one["kind"] for one in found["signals"]} == {"asks", "promises"}
    for one in found["verdicts"]:
        same(one, VERDICT)
        assert is_moment(one["remind"])
        assert date.fromisoformat(one["due"]).isoformat() == one["due"]
        assert one["next"] is None or is_moment(one["next"])
    assert found["verdicts"]


def test_explain_shows_what_did_not_count(home: Home) -> None:
    """What did not count is among the interactions, and so are future meetings, as pending."""
    found = {
        i["title"] if i["kind"] == "meeting" else "mail": i
        for i in home.explain(BEN)["interactions"]
    }
    assert {title: i["real"] for title, i in found.items()} == {
        "mail": "yes",
        "Coffee": "yes",
        "Lunch": "pending",
        "Talk": "no",
    }
    assert found["Coffee"]["at"] == "2026-06-12T09:00:00+00:00"


@pytest.mark.parametrize(
    "who",
    [BEN, BEN.upper(), "Ben+x@example.com", f"Ben <{BEN}>", "Ben Archer", "ben archer", "Ben"],
)
def test_explain_by_any_name(home: Home, who: str) -> None:
    """A person is found by address in any spelling and by a unique name."""
    assert home.explain(who)["person"]["addresses"] == [BEN]


def test_explain_by_id(home: Home) -> None:
    """A person is found by the id that `people` shows."""
    assert home.explain(home.people()[0]["id"]) == home.explain(BEN)


@pytest.mark.parametrize(("addr", "reason"), [(ROBOT, "address:robot"), (GROUP, "address:list")])
def test_explain_an_address_that_is_nobody(home: Home, addr: str, reason: str) -> None:
    """A robot or a list answers: no person, its address, why, and what came from it."""
    found = home.explain(addr)
    same(found, EXPLAIN | {"address", "reasons"})
    assert (found["person"], found["address"]) == (None, addr)
    assert reason in found["reasons"]
    (only,) = found["interactions"]
    assert only["real"] == "no"
    assert home.explain(addr.upper())["address"] == addr


@pytest.mark.parametrize(
    ("who", "near"),
    [
        ("Bem Archer", BEN),
        ("bem@example.com", BEN),
        ("Archer", BEN),
        ("Archer", CLEO),
        ("Dora Lint", "dora@example.com"),
        ("norely@example.net", ROBOT),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_explain_unknown(home: Home, who: str, near: str, options: list[str]) -> None:
    """Who is unknown, or not unique, exits 1 with near matches; nothing goes to standard output."""
    result = home.syncd("explain", who, *options)
    assert (result.code, result.out) == (1, "")
    assert near in result.err
    assert "Traceback" not in result.err


def test_explain_nobody_alike(home: Home) -> None:
    """Where nothing is near, one line says so."""
    result = home.syncd("explain", "xqzw", "--json")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1


def test_explain_all(home: Home) -> None:
    """`explain --all --json` is one object a line, for every person and every other address."""
    result = home.syncd("explain", "--all", "--json")
    assert result.code == 0
    found: dict[str, dict[str, Any]] = {}
    for line in result.lines:
        same(line, EXPLAIN)
        found[line["person"]["addresses"][0] if line["person"] else line["address"]] = line
    assert found.keys() == {BEN, CLEO, "dora@example.com", ROBOT, GROUP}
    assert len(result.lines) == len(found)
    for addr, line in found.items():
        assert line == home.explain(addr)


def test_tasks(home: Home) -> None:
    """`tasks --json` lists delivered tasks with every field, and each is in the owner's list."""
    found = home.syncd("tasks", "--json").json
    assert {one["rule"] for one in found} == {"call-in-30-days"} | {
        one["rule"] for one in found if one["rule"] != "call-in-30-days"
    }
    for one in found:
        same(one, TASK)
        assert one["person"].keys() == PERSON
        assert (one["person"]["addresses"], one["status"]) == ([BEN], "open")
        assert date.fromisoformat(one["due"]).isoformat() == one["due"]
        assert is_moment(one["created"])
        assert one["closed_why"] is None
        assert one["evidence"]
    assert len(list((home.folder / "tasks").glob("*.ics"))) == len(found)


def test_tasks_all(home: Home) -> None:
    """`tasks --all` adds verdicts that are no task yet, with a status of that name."""
    delivered = {one["key"] for one in home.syncd("tasks", "--json").json}
    every = home.syncd("tasks", "--all", "--json").json
    assert delivered < {one["key"] for one in every}
    for one in every:
        same(one, TASK)
        if one["key"] not in delivered:
            assert one["status"] in {"waiting", "held", "muted", "missed"}


def test_explain_a_task(home: Home) -> None:
    """`explain KEY --json` is the task, its verdict and the interactions it rests on."""
    for task in home.syncd("tasks", "--json").json:
        found = home.explain(task["key"])
        assert found.keys() == {"task", "verdict", "interactions"}
        assert found["task"] == task
        same(found["verdict"], VERDICT)
        assert found["interactions"] == home.explain(BEN)["interactions"]


@pytest.mark.parametrize(
    "command",
    [
        ("once",),
        ("check",),
        ("status",),
        ("people",),
        ("tasks",),
        ("tasks", "--all"),
        ("explain", BEN),
        ("explain", ROBOT),
    ],
    ids=" ".join,
)
def test_json_is_json(home: Home, command: tuple[str, ...]) -> None:
    """Whatever prints data prints one JSON document, and nothing else, with `--json`."""
    result = home.syncd(*command, "--json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) is not None


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("status",),
        ("people",),
        ("tasks",),
        ("tasks", "--all"),
        ("explain", BEN),
        ("explain", ROBOT),
        ("explain", "--all", "--json"),
    ],
    ids=" ".join,
)
def test_people_can_read_it(home: Home, command: tuple[str, ...]) -> None:
    """Without `--json` the same commands print text and exit 0."""
    result = home.syncd(*command)
    assert (result.code, result.err) == (0, "")
    assert result.out.strip()


def test_once_is_silent(home: Home) -> None:
    """`once` that is not on a terminal says nothing."""
    result = home.syncd("once")
    assert (result.code, result.out, result.err) == (0, "", "")
