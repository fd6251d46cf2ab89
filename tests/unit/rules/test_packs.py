"""The packs that come with syncd."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from rules import packs
from rules.load import load
from rules.model import Rule, RuleSet
from rules.testing import Suite, load_suite, run
from rules.where import ALWAYS, All

SCALED = ("cadence", "rhythm")


@cache
def rules(name: str) -> RuleSet:
    return load([(f"{name}.yaml", packs.text(name))])


@cache
def suite_of(name: str) -> Suite:
    return load_suite(f"{name}.test.yaml", packs.test_text(name))


@pytest.mark.parametrize("name", packs.names())
def test_a_pack_passes_its_own_tests(name: str) -> None:
    """Every pack loads, and every test beside it comes true."""
    suite = suite_of(name)
    assert suite.cases
    assert "\n".join(map(str, run(rules(name), suite))) == ""


@pytest.mark.parametrize("name", packs.names())
def test_every_rule_of_a_pack_is_tested(name: str) -> None:
    """Each rule is expected open at least once, and each pack expects none at least once."""
    suite = suite_of(name)
    expectations = [expected for case in suite.cases for expected in case.expectations]
    open_tasks = [task for e in expectations for task in e.tasks if task.state == "open"]
    for rule in rules(name).rules:
        without = RuleSet(tuple(other for other in rules(name).rules if other.id != rule.id))
        assert run(without, suite), f"{rule.id} is never expected"
    assert open_tasks
    assert any(not expected.tasks for expected in expectations)


def test_all_packs_load_together() -> None:
    """An owner may switch on every pack at once: no id appears twice."""
    load([(name, packs.text(name)) for name in packs.names()])


def test_the_habits_are_there() -> None:
    """real-networking thanks within 48 hours, calls in 30 days and meets within 90."""
    found = {rule.id: str(rule.due) for rule in rules("real-networking").rules}
    assert found == {
        "thank-within-48-hours": "48h",
        "call-in-30-days": "30d",
        "meet-within-90-days": "90d",
        "coffee-after-introduction": "21d",
    }


def spoilt(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule with one thing taken away or moved, and what that is."""
    for event in rule.until:
        yield f"until {event}", replace(rule, until=tuple(e for e in rule.until if e != event))
    if rule.pause_while:
        yield "pause_while", replace(rule, pause_while=None)
    items = rule.where.items if isinstance(rule.where, All) else (rule.where,)
    for item in items:
        if rule.where != ALWAYS:
            left = All(tuple(other for other in items if other != item))
            yield f"where {item}", replace(rule, where=left)
    for name in ("remind", "due", "expires"):
        span = getattr(rule, name)
        assert span is not None, f"{rule.id} says when it {name}"
        longer = replace(span, amount=span.amount + (0.1 if span.unit in SCALED else 1))
        yield name, replace(rule, **{name: longer})


@pytest.mark.parametrize("name", packs.names())
def test_everything_a_pack_says_is_tested(name: str) -> None:
    """Whatever is taken out of a rule, or moved by one unit of its time, some test notices."""
    unnoticed = []
    for rule in rules(name).rules:
        others = [other for other in rules(name).rules if other.id != rule.id]
        for what, worse in spoilt(rule):
            if not run(replace(rules(name), rules=(*others, worse)), suite_of(name)):
                unnoticed.append(f"{rule.id}: {what}")
    assert unnoticed == []


def test_the_page_tells_of_every_rule() -> None:
    """docs/packs.md has a section for each pack, and in it each of its rules."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "packs.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    assert set(sections) == set(packs.names())
    for name in packs.names():
        for rule in rules(name).rules:
            assert f"| `{rule.id}` |" in sections[name]


def test_an_unknown_pack_names_the_nearest() -> None:
    """A misspelt pack is answered with the one that was probably meant."""
    with pytest.raises(LookupError, match="'real-networking'"):
        packs.text("real-netwroking")
    with pytest.raises(LookupError, match="unknown pack"):
        packs.text("../packs/real-networking")


def test_importing_is_cheap() -> None:
    """Importing the language loads neither the YAML nor the template library."""
    code = (
        "import sys, rules.load, rules.evaluate, rules.testing, rules.schema, rules.packs;"
        "sys.exit(bool({'jinja2', 'ruamel.yaml'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
