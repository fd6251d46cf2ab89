"""Rule tests in YAML: what passes, and how failures and mistakes read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules.load import load
from rules.source import RuleErrors
from rules.testing import load_suite, run, unknown_rules

TEXT = """\
version: 1
rules:
  - id: thank
    since: meeting
    until: message_sent
    due: 2d
    where: {wanted: true}
    task: {title: "Thank {{ first_name }}", notes: "{{ gives }}"}
"""
RULES = load([("r.yaml", TEXT)])
HEAD = """\
version: 1
timezone: Europe/Lisbon
working_days: [sun, mon]
tests:
  - name: A meeting asks for thanks
    context: {gives: a map}
    history:
      - {kind: meeting, at: 2026-03-02 10:00, end: 2026-03-02 11:00, id: m1}
    facts:
      - {from: 2026-03-01, wanted: true, strength: 0.8, half_life: 10d}
      - {from: 2026-03-11, tags: [sailing], rhythm: 8d, counts: {sent: 3}}
    expect:
"""


def failures(expect: str) -> list[str]:
    suite = load_suite("r.test.yaml", HEAD + expect)
    return [str(failure) for failure in run(RULES, suite)]


@pytest.mark.parametrize(
    "expect",
    [
        "      - {now: 2026-03-02 10:59, tasks: none}",
        "      - {now: 2026-03-02 11:00, tasks: [{rule: thank}]}",
        "      - {now: 2026-03-02 11:00, tasks: [{title: Thank Ana, due: 2026-03-04}]}",
        "      - {now: 2026-03-02T11:00:00Z, tasks: [{rule: thank, state: open, notes: map}]}",
        "      - {now: 2027-01-01, tasks: [{rule: thank, state: expired}]}",
        "      - {now: 2027-01-01, tasks: none}",
    ],
)
def test_expectations_that_come_true(expect: str) -> None:
    """Tasks match by what is said about them; other states may be named or left out."""
    assert failures(expect) == []


def test_a_failure_shows_the_difference() -> None:
    """A failure names file, line and test, and shows what was expected and what came."""
    (failure,) = failures(
        "      - {now: 2026-03-02 12:00, tasks: [{rule: thnk, title: Thank Ana}]}"
    )
    assert failure.splitlines() == [
        "r.test.yaml:13: A meeting asks for thanks: at 2026-03-02 12:00 (- expected, + got)",
        "  - thnk | open | Thank Ana",
        "      unknown rule 'thnk': did you mean 'thank'?",
        "  + thank | open | due 2026-03-04 | Thank Ana",
    ]


def test_unexpected_and_missing_tasks_fail() -> None:
    """`none` means none, one task means one, and the notes that came are shown."""
    assert "+ thank" in failures("      - {now: 2026-03-02 12:00, tasks: none}")[0]
    (missing,) = failures("      - {now: 2027-01-01, tasks: [{rule: thank}]}")
    assert "thank | expired (expired) | due 2026-03-04" in missing
    (notes,) = failures("      - {now: 2026-03-03, tasks: [{rule: thank, notes: a boat}]}")
    assert "notes: expected 'a boat' in 'a map'" in notes
    (wrong,) = failures(
        "      - {now: 2026-03-03, tasks: [{rule: thank, title: Thank Bo, due: 2026-03-05}]}"
    )
    assert wrong.splitlines()[1:] == [
        "  - thank | open | due 2026-03-05 | Thank Bo",
        "  + thank | open | due 2026-03-04 | Thank Ana",
        "      title: expected Thank Bo, got Thank Ana",
        "      due: expected 2026-03-05, got 2026-03-04",
    ]
    (early,) = failures("      - {now: 2026-03-01, tasks: [{rule: thank}]}")
    assert "rule thank has no verdict then" in early
    twice = failures("      - {now: 2026-03-03, tasks: [{rule: thank}, {rule: thank}]}")
    assert len(twice) == 1


def test_facts_go_on_until_they_change() -> None:
    """Facts that are not named again stay; strength goes on decaying."""
    suite = load_suite("r.test.yaml", HEAD + "      - {now: 2026-03-03, tasks: none}")
    history = suite.cases[0].history
    facts = history.facts_at(datetime(2026, 3, 21, tzinfo=UTC))
    assert facts.wanted
    assert facts.tags == {"sailing"}
    assert facts.counts == {"sent": 3}
    assert facts.strength == pytest.approx(0.2)
    assert facts.rhythm == timedelta(days=8)
    assert history.facts_at(datetime(2026, 3, 3, tzinfo=UTC)).counts["meetings"] == 1
    assert suite.clock.working_days == {6, 0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty"),
        ("tests: []\n", "1:1: version is missing"),
        ("version: 1\n", "missing 'tests'"),
        ("version: 1\ntests: []\ntimezone: Lisbon/Europe\n", "3:11: unknown timezone"),
        ("version: 1\ntests: []\nworking_days: [monday]\n", "did you mean 'mon'"),
        ("version: 1\ntests: []\n", "2:8: tests must not be empty: write - {name: …, "),
        ("version: 1\ntests: [{name: a, expect: []}]\n", "2:27: expect must not be empty"),
        ("version: 1\ntests: [{name: a}]\n", "2:9: a test is missing 'expect'"),
    ],
)
def test_mistakes_in_the_file(text: str, expected: str) -> None:
    """A test file is checked as strictly as a rule file."""
    with pytest.raises(RuleErrors) as error:
        load_suite("r.test.yaml", text)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("history: [{at: 2026-03-02}]", "missing 'kind'"),
        ("history: [{kind: meating, at: 2026-03-02}]", "did you mean 'meeting'"),
        ("history: [{kind: call, at: yesterday}]", "write 2026-03-02 10:00"),
        ("history: [{kind: call, at: 2026-03-02, end: 2026-03-01}]", "end is before at"),
        ("history: [{kind: call, at: 2026-03-02, closed: 2026-03-03}]", "only asked_me"),
        ("history: [{kind: call, at: 2026-03-02, size: 0}]", "between 1"),
        ("facts: [{from: 2026-03-02}, {from: 2026-03-01}]", "order of dates"),
        ("facts: [{from: 2026-03-02, stage: friend}]", "unknown stage"),
        ("facts: [{from: 2026-03-02, half_life: 0d}]", "above 0"),
        ("facts: [{from: 2026-03-02, rhythm: 2m}]", "60d"),
        ("context: {give: x}", "did you mean 'gives'"),
        ("person: {nam: Ana}", "did you mean 'name'"),
        ("first_known: no", "write false"),
        ("history: [{event: call, at: 2026-03-02}]", "did you mean 'kind'?"),
        ("history: [{kind: email, at: 2026-03-02}]", "write message_received (theirs)"),
        ("history: [{kind: call, date: 2026-03-02}]", "did you mean 'at'?"),
        ("facts: [{from: 2026-03-02, silent_for: 3d}]", "it follows from the history"),
        ("facts: [{from: 2026-03-02, tier: inner}]", "name the person in one, under tiers:"),
        ("now: 2026-03-02", "it belongs under expect"),
    ],
)
def test_mistakes_in_a_test(field: str, expected: str) -> None:
    """Mistakes in a test are told with the place and what would be right."""
    expect = "expect: [{now: 2026-03-02, tasks: none}]"
    text = f"version: 1\ntests:\n  - name: a\n    {expect}\n    {field}\n"
    with pytest.raises(RuleErrors) as error:
        load_suite("r.test.yaml", text)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("expect", "expected"),
    [
        ("{now: 2026-03-02}", "missing 'tasks'"),
        ("{now: 2026-03-02, tasks: []}", "write none"),
        ("{now: 2026-03-02, tasks: 3}", "or none"),
        ("{now: 2026-03-02, tasks: [{due: 2026-03-02}]}", "its rule or its title"),
        ("{now: 2026-03-02, tasks: [{rule: a, state: done}]}", "unknown state"),
    ],
)
def test_mistakes_in_an_expectation(expect: str, expected: str) -> None:
    """An expectation says when and what, with states that exist."""
    with pytest.raises(RuleErrors) as error:
        load_suite("r.test.yaml", f"version: 1\ntests: [{{name: a, expect: [{expect}]}}]\n")
    assert expected in str(error.value)


def test_unknown_rules_are_told_at_their_place() -> None:
    """A rule that a test names and nobody defined is a mistake, with its place."""
    line = "      - {now: 2026-03-03, tasks: [{rule: thnk}, {title: Thank Ana}, {rule: thank}]}"
    suite = load_suite("r.test.yaml", HEAD + line)
    (problem,) = unknown_rules(RULES, suite)
    assert str(problem) == "r.test.yaml:13:42: unknown rule 'thnk': did you mean 'thank'?"


def test_tiers_may_be_given() -> None:
    """A test file may bring the tiers that its rules use and do not define."""
    text = TEXT.replace("due: 2d", "due: cadence")
    tiers = "tiers: [{name: inner, people: [ana@example.org], cadence: 9d}]\n"
    expect = "      - {now: 2026-03-03, tasks: [{rule: thank, due: 2026-03-11}]}"
    rules = load([("r.yaml", text)])
    suite = load_suite("r.test.yaml", HEAD.replace("tests:", tiers + "tests:") + expect)
    assert run(rules, suite) == ()
    assert run(rules, load_suite("r.test.yaml", HEAD + expect))
