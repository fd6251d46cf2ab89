"""The pages about rules: what they say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.describe_language import first_rule, page
from rules.lint import lint, lint_tiers
from rules.load import load
from rules.testing import load_suite, run, unknown_rules

DOCS = Path(__file__).parents[3] / "docs"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPES = [
    (part.partition("\n")[0], BLOCK.findall(part))
    for part in (DOCS / "cookbook.md").read_text(encoding="utf-8").split("\n## ")[1:]
]


def test_the_page_of_the_language_is_up_to_date() -> None:
    """docs/rules.md is what the code says; `make docs` writes it anew."""
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == page()


def test_every_block_of_the_page_is_right() -> None:
    """The first rule of the page loads, passes its tests and is not warned of."""
    rule, test, tiers = *first_rule(), BLOCK.findall(page())[1]
    ruleset = load([("my-rules.yaml", rule)])
    assert run(ruleset, load_suite("my-rules.test.yaml", test)) == ()
    assert lint(ruleset) == ()
    assert len(load([("tiers.yaml", tiers)]).tiers) == 2
    assert rule in page()
    assert test in page()


def test_the_cookbook_has_enough() -> None:
    """At least 15 recipes, each one rule file with its tests."""
    assert len(RECIPES) >= 15
    assert all(len(blocks) == 2 for _, blocks in RECIPES)


@pytest.mark.parametrize(("title", "blocks"), RECIPES, ids=[title for title, _ in RECIPES])
def test_a_recipe_works(title: str, blocks: list[str]) -> None:
    """It loads, is not warned of, passes its tests, and they need it."""
    rule, test = blocks
    ruleset = load([(title, rule)])
    suite = load_suite(f"{title} (tests)", test)
    assert [str(one) for one in (*lint(ruleset), *lint_tiers(ruleset))] == []
    assert unknown_rules(ruleset, suite) == ()
    assert "\n".join(map(str, run(ruleset, suite))) == ""
    expected = [task for case in suite.cases for e in case.expectations for task in e.tasks]
    assert {task.rule for task in expected} == {one.id for one in ruleset.rules}
    assert any(not e.tasks for case in suite.cases for e in case.expectations) or any(
        task.state != "open" for task in expected
    )


def test_all_recipes_fit_together() -> None:
    """All of them may be used at once: no id appears twice, and no two ask for the same."""
    ruleset = load([(title, blocks[0]) for title, blocks in RECIPES])
    assert lint(ruleset) == ()
