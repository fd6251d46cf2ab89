"""The packs that come with syncd."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rules import packs
from rules.load import load
from rules.model import RuleSet
from rules.testing import load_suite, run


def rules(name: str) -> RuleSet:
    return load([(f"{name}.yaml", packs.text(name))])


@pytest.mark.parametrize("name", packs.names())
def test_a_pack_passes_its_own_tests(name: str) -> None:
    """Every pack loads, and every test beside it comes true."""
    suite = load_suite(f"{name}.test.yaml", packs.test_text(name))
    assert suite.cases
    assert "\n".join(map(str, run(rules(name), suite))) == ""


@pytest.mark.parametrize("name", packs.names())
def test_every_rule_of_a_pack_is_tested(name: str) -> None:
    """Each rule is expected open at least once, and each pack expects none at least once."""
    suite = load_suite(f"{name}.test.yaml", packs.test_text(name))
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
    }


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
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
