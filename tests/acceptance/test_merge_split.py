"""The owner says who is one person, and takes it back: merge, split, suggestions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from acceptance_letters import ANA_WHO, difference, groups, printed
from acceptance_people import BEN, CLEO, DORA, wrote
from acceptance_world import ANA, Home, at

RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 10d
    task: {title: "After meeting {{ first_name }}", notes: "{{ evidence }}"}
  - id: asked
    since: asked_me
    until: [resolved]
    due: 5d
    task: {title: "Answer {{ name }}", notes: "{{ evidence }}"}
  - id: wrote
    since: message_sent
    until: [message_received]
    remind: 4d
    due: 9d
    task: {title: "Still waiting for {{ name }}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two addresses of one human, who wrote from both and was met under both; and Cleo."""
    home = Home(tmp_path, rules="rules.yaml", more="limits: {per_day: 50, open: 50}\n")
    home.write("rules.yaml", RULES)
    for addr, day, name in (
        (BEN, 2, "Ben Archer"),
        (DORA, 5, "B. Archer"),
        (CLEO, 1, "Cleo Birkin"),
    ):
        who = f"{name} <{addr}>"
        home.mail(ANA_WHO, who, at(f"2026-06-{day:02}T09:00"))
        home.mail(who, ANA, at(f"2026-06-{day + 1:02}T10:00"), "Could you send me the slides?\n")
        home.mail(ANA_WHO, who, at(f"2026-06-{day + 2:02}T09:30"), subject=f"Other {addr}")
        home.event(
            at(f"2026-06-{day + 3:02}T09:00"),
            organizer=ANA,
            attendees={ANA: "ACCEPTED", addr: "ACCEPTED"},
        )
    home.once()
    return home


def do(home: Home, *words: str) -> str:
    result = home.syncd(*words)
    assert result.code == 0, (words, result)
    return result.out


def open_tasks(home: Home) -> list[tuple[str, str]]:
    """(rule, key) of every open task."""
    tasks = home.syncd("tasks", "--json").json
    return sorted((one["rule"], one["key"]) for one in tasks if one["status"] == "open")


def test_merge_makes_one(home: Home) -> None:
    """What is merged is one person at once, with both addresses and all that happened."""
    do(home, "merge", BEN, DORA)
    assert groups(home) == {frozenset({BEN, DORA}), frozenset({CLEO})}
    (ben,) = [one for one in home.people() if BEN in one["addresses"]]
    assert ben["counts"]["sent"] == 4
    assert ben["counts"]["meetings"] == 2
    assert home.explain(BEN)["person"] == home.explain(DORA)["person"]


def test_split_is_the_exact_undo(home: Home) -> None:
    """After merge and split, people, explanations and tasks are what they were, byte for byte."""
    before = printed(home)
    assert len(open_tasks(home)) >= 4
    do(home, "merge", BEN, DORA)
    assert printed(home) != before
    do(home, "split", BEN)
    assert printed(home) == before, difference(before, printed(home))
    home.once()
    assert printed(home) == before, difference(before, printed(home))


def test_the_undo_names_either_address(home: Home) -> None:
    """`split` finds the person under the other address as well, and by its name."""
    before = printed(home)
    for who in (DORA, "Ben Archer"):
        do(home, "merge", BEN, DORA)
        do(home, "split", who)
        assert printed(home) == before, difference(before, printed(home))


def test_a_delivery_between(home: Home) -> None:
    """Tasks that merging closed in the task list are open again after the split."""
    before = printed(home)
    tasks = open_tasks(home)
    do(home, "merge", BEN, DORA)
    home.once()
    merged = open_tasks(home)
    assert set(merged) < set(tasks)
    do(home, "split", BEN)
    home.once()
    assert open_tasks(home) == tasks
    assert printed(home) == before, difference(before, printed(home))


def test_merging_keeps_the_older_task(home: Home) -> None:
    """One open task for a person and rule: the one that was there first, under its key."""
    first = {rule: key for rule, key in open_tasks(home) if rule == "met"}
    assert len([rule for rule, _ in open_tasks(home) if rule == "met"]) == 3
    older = home.syncd("explain", BEN, "--json").json["verdicts"]
    (kept,) = [one["key"] for one in older if one["rule"] == "met" and one["state"] == "open"]
    do(home, "merge", DORA, BEN)
    home.once()
    met = [key for rule, key in open_tasks(home) if rule == "met"]
    assert len(met) == 2
    assert first
    assert kept in met


def test_what_comes_later_goes_where_it_belongs(home: Home) -> None:
    """Mail that came while two were one is after the split with the address it came to."""
    do(home, "merge", BEN, DORA)
    home.mail(ANA_WHO, f"B. Archer <{DORA}>", at("2026-06-14T09:00"))
    home.once()
    do(home, "split", BEN)
    sent = {one["addresses"][0]: one["counts"]["sent"] for one in home.people()}
    assert (sent[BEN], sent[DORA]) == (2, 3)


def test_a_merge_lasts(home: Home) -> None:
    """The owner's word stands in every later run, whatever is read again."""
    do(home, "merge", BEN, DORA)
    for path in (home.folder / "mail").glob("*.eml"):
        path.rename(path.with_name(f"again-{path.name}"))
    home.once()
    assert frozenset({BEN, DORA}) in groups(home)


def test_merge_in_either_order(home: Home) -> None:
    """Who is named first does not matter for what is counted."""
    do(home, "merge", DORA, BEN)
    one = json.loads(do(home, "explain", BEN, "--json"))["facts"]
    do(home, "split", BEN)
    do(home, "merge", BEN, DORA)
    assert json.loads(do(home, "explain", BEN, "--json"))["facts"] == one


def test_three_and_back(home: Home) -> None:
    """Two merges are undone by splits, to the exact state before them."""
    before = printed(home)
    do(home, "merge", BEN, DORA)
    do(home, "merge", BEN, CLEO)
    assert groups(home) == {frozenset({BEN, CLEO, DORA})}
    for _ in range(2):
        if printed(home) != before:
            do(home, "split", BEN)
    assert printed(home) == before, difference(before, printed(home))


def test_one_address_is_split_off(tmp_path: Path) -> None:
    """`split PERSON ADDRESS` takes one address out of what a card joined, for good."""
    home = Home(tmp_path)
    for addr in (BEN, CLEO, DORA):
        wrote(home, addr, "Ben Archer")
    home.card("Ben Archer", BEN, CLEO, DORA)
    home.once()
    assert groups(home) == {frozenset({BEN, CLEO, DORA})}
    do(home, "split", BEN, DORA)
    assert groups(home) == {frozenset({BEN, CLEO}), frozenset({DORA})}
    home.card("Ben Archer", BEN, DORA)
    home.once()
    assert groups(home) == {frozenset({BEN, CLEO}), frozenset({DORA})}
    do(home, "merge", BEN, DORA)
    assert groups(home) == {frozenset({BEN, CLEO, DORA})}


WRONG = (
    ("merge", BEN, "nobody@example.com"),
    ("merge", "nobody@example.com", BEN),
    ("merge", BEN, ANA),
    ("split", "nobody@example.com"),
    ("split", CLEO),
    ("split", BEN, CLEO),
    ("split", BEN, "nobody@example.com"),
)


@pytest.mark.parametrize("words", WRONG, ids=[" ".join(words) for words in WRONG])
def test_what_cannot_be(home: Home, words: tuple[str, ...]) -> None:
    """What names nobody, or nothing to undo, changes nothing and says so in a line or two."""
    before = printed(home)
    result = home.syncd(*words)
    assert result.code in {1, 2}, result
    assert result.err.strip()
    assert "No such command" not in result.err
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) <= 4, result.err
    assert printed(home) == before


@pytest.mark.parametrize("words", [("merge",), ("merge", BEN), ("split",)])
def test_wrong_use(home: Home, words: tuple[str, ...]) -> None:
    """What is not complete is wrong use: exit code 2."""
    result = home.syncd(*words)
    assert result.code == 2
    assert "Missing argument" in result.err


@pytest.fixture
def namesakes(tmp_path: Path) -> Home:
    """Ben Archer twice; two Rosas without a surname."""
    home = Home(tmp_path)
    wrote(home, BEN, "Ben Archer")
    wrote(home, "ben.archer@gmx.de", "Ben Archer", "2026-06-03")
    for addr in ("rosa@example.com", "rosa@example.net"):
        wrote(home, addr, "Rosa", "2026-06-07")
    home.once()
    return home


def suggested(home: Home) -> list[str]:
    found = home.syncd("people", "--suggest-merges", "--json")
    assert found.code == 0, found
    return [json.dumps(one) for one in found.json]


def test_suggestions(namesakes: Home) -> None:
    """The same full name is suggested, with what to type; the same first name alone is not."""
    (only,) = suggested(namesakes)
    assert BEN in only
    assert "ben.archer@gmx.de" in only
    text = namesakes.syncd("people", "--suggest-merges")
    assert text.code == 0
    assert BEN in text.out
    assert "merge" in text.out


def test_what_was_followed_is_not_suggested(namesakes: Home) -> None:
    """A suggestion that was followed is gone."""
    do(namesakes, "merge", BEN, "ben.archer@gmx.de")
    assert suggested(namesakes) == []
    assert namesakes.syncd("people", "--suggest-merges").code == 0
