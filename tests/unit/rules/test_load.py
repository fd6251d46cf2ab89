"""Rule files: what loads, and how mistakes are reported."""

from __future__ import annotations

import pytest

from rules.durations import Duration
from rules.load import RuleErrors, load
from rules.model import StrengthBelow
from rules.where import ALWAYS

MINIMAL = "version: 1\nrules:\n  - {id: a, since: meeting, due: 30d, task: {title: Call}}\n"
DESIGN = """\
version: 1
tiers:
  - {name: inner,  people: [ana@example.org], cadence: 14d}
  - {name: active, where: {strength: {above: 0.4}}, cadence: 45d}
rules:
  - id: call-in-30-days            # stable
    about: Call somebody you met a month ago, with something to give
    since: first_meeting
    until: [call, meeting]
    remind: 0d
    due: 30d
    expires: 60d
    where: {colleague: false, wanted: true}
    pause_while: scheduled
    priority: 50
    done_means: call
    task:
      title: "Call {{ first_name }}"
      notes: "What can you give {{ first_name }}? {{ gives }}\\n\\n{{ evidence }}"
"""


def problems(*texts: str) -> list[str]:
    with pytest.raises(RuleErrors) as error:
        load([(f"{name}.yaml", text) for name, text in zip("abcdef", texts, strict=False)])
    return str(error.value).splitlines()


def rule(fields: str) -> str:
    return "version: 1\nrules:\n  - " + fields + "\n"


def test_the_example_of_the_design_loads() -> None:
    """A full rule keeps every field as it was written."""
    ruleset = load([("rules.yaml", DESIGN)])
    (call,) = ruleset.rules
    assert (call.id, call.since, call.until) == (
        "call-in-30-days",
        "first_meeting",
        ("call", "meeting"),
    )
    assert (call.remind, call.due, call.expires) == (
        Duration(0, "d"),
        Duration(30, "d"),
        Duration(60, "d"),
    )
    assert (call.pause_while, call.done_means, call.source) == (
        "scheduled",
        "call",
        ("rules.yaml", 6),
    )
    assert [tier.cadence for tier in ruleset.tiers] == [Duration(14, "d"), Duration(45, "d")]


def test_defaults() -> None:
    """What is not written has the documented default."""
    (rule,) = load([("a.yaml", MINIMAL)]).rules
    assert (rule.until, rule.remind, rule.expires) == ((), Duration(0, "d"), None)
    assert (rule.priority, rule.done_means, rule.anchor) == (50, "nothing", "newest")
    assert (rule.urgent, rule.where, rule.pause_while) == (False, ALWAYS, None)


@pytest.mark.parametrize(
    ("since", "anchor"),
    [("asked_me", "oldest_open"), ("meeting_proposed", "oldest_open"), ("call", "newest")],
)
def test_loops_anchor_at_the_oldest_open_one(since: str, anchor: str) -> None:
    """Loop events anchor at the oldest open one, others at the newest, unless `anchor` says."""
    text = MINIMAL.replace("meeting", since)
    assert load([("a.yaml", text)]).rules[0].anchor == anchor
    text = text.replace("due", "anchor: newest, due")
    assert load([("a.yaml", text)]).rules[0].anchor == "newest"


def test_strength_below_starts_a_rule() -> None:
    """A rule may start when a tie decays below a level, and `until` may be a single event."""
    text = rule("{id: a, since: {strength_below: 0.3}, until: call, due: 7d, task: {title: x}}")
    (loaded,) = load([("a.yaml", text)]).rules
    assert (loaded.since, loaded.until) == (StrengthBelow(0.3), ("call",))


def test_strength_below_ends_a_rule() -> None:
    """It may also stop one, alone or among events."""
    text = rule(
        "{id: a, since: call, until: [call, {strength_below: 0.3}], due: 7d, task: {title: x}}"
    )
    assert load([("a.yaml", text)]).rules[0].until == ("call", StrengthBelow(0.3))
    alone = text.replace("[call, {strength_below: 0.3}]", "{strength_below: 0.3}")
    assert load([("a.yaml", alone)]).rules[0].until == (StrengthBelow(0.3),)
    assert "listed twice" in problems(alone.replace("{strength_below: 0.3}", "[call, call]"))[0]


def test_all_mistakes_at_once() -> None:
    """Every mistake of every file is reported at once, with file, line and column."""
    first = (
        DESIGN.replace("first_meeting", "frist_meeting")
        .replace("until:", "untill:")
        .replace("due: 30d", "due: 30 days")
        .replace("colleague: false", "colleague: no")
        .replace('{{ first_name }}"\n', '{{ days_ago }}"\n', 1)
    )
    assert problems(first, "", MINIMAL.replace("version: 1\n", "")) == [
        "a.yaml:8:12: unknown event 'frist_meeting': did you mean 'first_meeting'?",
        "a.yaml:9:5: unknown key 'untill' in a rule: did you mean 'until'?",
        "a.yaml:11:10: due: unknown duration '30 days': did you mean '30d'?",
        "a.yaml:13:24: colleague must be true or false, not the text 'no': write false",
        "a.yaml:18:14: task.title: unknown template variable 'days_ago': did you mean 'days'?",
        "b.yaml:1:1: the file is empty: it must begin with version: 1",
        "c.yaml:1:1: version is missing: begin the file with version: 1",
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("{id: a, id: b, since: call, due: 1d, task: {title: x}}", "3:13: duplicate key 'id'"),
        ("{id: A b, since: call, due: 1d, task: {title: x}}", "write a-b"),
        ("{id: 7, since: call, due: 1d, task: {title: x}}", 'write "7"'),
        ("{id: a, since: [call], due: 1d, task: {title: x}}", "one rule for each event"),
        ("{id: a, since: resolved, due: 1d, task: {title: x}}", "it may stand in until"),
        ("{id: a, since: strength_below, due: 1d, task: {title: x}}", "{strength_below: 0.3}"),
        ("{id: a, since: {strength_below: 3}, due: 1d, task: {title: x}}", "between 0 and 1"),
        ("{id: a, since: {strength_below: 0}, due: 1d, task: {title: x}}", "above 0"),
        ("{id: a, since: {strengthbelow: 1}, due: 1d, task: {title: x}}", "'strength_below'"),
        ("{id: a, since: {}, due: 1d, task: {title: x}}", "must name an event"),
        ("{id: a, since: call, until: [resolved], due: 1d, task: {title: x}}", "needs a loop"),
        ("{id: a, since: call, until: [meet], due: 1d, task: {title: x}}", "'meeting'"),
        ("{id: a, since: call, until: [call, call], due: 1d, task: {title: x}}", "listed twice"),
        ("{id: a, since: call, until: strength_below, due: 1d, task: {title: x}}", "needs a level"),
        ("{id: a, since: call, until: , due: 1d, task: {title: x}}", "until must be a list"),
        ("{id: a, since: call, due: 30, task: {title: x}}", "30d for days"),
        ("{id: a, since: call, due: [1d], task: {title: x}}", "such as 30d, not a list"),
        ("{id: a, since: call, remind: 31d, due: 30d, task: {title: x}}", "is after due"),
        ("{id: a, since: call, expires: 1d, due: 30d, task: {title: x}}", "is before due"),
        (
            "{id: a, since: call, remind: 2d, expires: 2d, due: 2d, task: {title: x}}",
            "no task would ever appear",
        ),
        ("{id: a, since: call, due: 1d, task: {}}", "3:41: task is missing 'title'"),
        ("{id: a, since: call, due: 1d, task: Call}", "task must be a mapping of title, notes"),
        ('{id: a, since: call, due: 1d, task: {title: " "}}', "must not be empty"),
        ("{id: a, since: call, due: 1d, task: {title: x, note: y}}", "'notes'"),
        ('{id: a, since: call, due: 1d, task: {title: "{{ name"}}', "not a template"),
        ("{id: a, since: call, due: 1d, title: x, task: {title: x}}", "unknown key 'title'"),
        ("{id: a, since: call, due: 1d, priority: 101, task: {title: x}}", "between 0 and 100"),
        ("{id: a, since: call, due: 1d, priority: high, task: {title: x}}", "whole number"),
        ("{id: a, since: call, due: 1d, urgent: yes, task: {title: x}}", "write true"),
        ("{id: a, since: call, due: 1d, anchor: oldest, task: {title: x}}", "'oldest_open'"),
        ("{id: a, since: call, due: 1d, done_means: mail, task: {title: x}}", "done_means"),
        ("{id: a, since: call, due: 1d, pause_while: busy, task: {title: x}}", "scheduled"),
        ("{id: a, since: !!python/name:x call, due: 1d, task: {title: x}}", "a tag"),
        ("{<<: {id: a}, since: call, due: 1d, task: {title: x}}", "merge keys"),
        ("call", "a rule must be a mapping"),
    ],
)
def test_mistakes_in_a_rule(fields: str, expected: str) -> None:
    """Each kind of mistake is told apart and says what would be right."""
    assert expected in "\n".join(problems(rule(fields)))


def test_mandatory_fields_are_named() -> None:
    """A rule without id, since, due and task names all of them."""
    assert problems(rule("{}")) == [
        f"a.yaml:3:5: a rule is missing {name!r}, which is mandatory"
        for name in ("id", "since", "due", "task")
    ]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        ("{people: [ana@example.org]}", "missing 'name'"),
        ("{name: x, cadence: rhythm}", "length of its own"),
        ("{name: x, cadence: 0d}", "above 0"),
        ("{name: x, cadence: 9999w}", "at most 10 years"),
        ("{name: x, people: ana@example.org}", "must be a list"),
        ("{name: x, where: {tier: y}}", "cannot ask for the tier"),
        ("{name: x, where: {strenght: {above: 1}}}", "'strength'"),
        ("{name: none}", "it stands for being in none"),
        ("{name: x}, {name: x}", "duplicate tier 'x': first at a.yaml:2"),
    ],
)
def test_mistakes_in_a_tier(tier: str, expected: str) -> None:
    """Tiers are checked like rules."""
    assert expected in "\n".join(problems(f"version: 1\ntiers: [{tier}]\n"))


def test_ids_are_unique_across_files() -> None:
    """The same id in two files is a mistake that names the first place."""
    assert problems(MINIMAL, MINIMAL) == [
        "b.yaml:3:10: duplicate rule id 'a': first at a.yaml:3",
    ]


def test_tiers_may_stand_in_another_file() -> None:
    """A rule may name a tier that another file defines."""
    text = MINIMAL.replace("due", "where: {tier: inner}, due")
    tiers = "version: 1\ntiers: [{name: inner}]\n"
    assert load([("a.yaml", text), ("b.yaml", tiers)]).tiers[0].name == "inner"
    assert "unknown tier 'inner': none is defined" in problems(text)[0]
    assert load([("a.yaml", text.replace("inner", "none"))]).rules


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty"),
        ("# only a comment\n", "1:1: the file is empty"),
        ("- a\n", "1:1: a rule file must be a mapping"),
        ("hello", "1:1: a rule file must be a mapping"),
        ("version: 2\nrules: []\n", "1:10: version must be 1, not 2"),
        ("version: '1'\nrules: []\n", "1:10: version must be 1"),
        ("version: 1\n", "1:1: the file has neither rules nor tiers"),
        ("version: 1\nrules: {}\n", "2:8: rules must be a list"),
        ("version: 1\nrule: []\n", "2:1: unknown key 'rule' in a rule file: did you mean 'rules'"),
        ("version: 1\nrules:\n\t- id: a\n", "3:1: a tab in the indentation: use spaces"),
        ("version: 1\nrules: [\n", "not YAML: "),
        ("version: 1\nrules: *x\n", "2:8: not YAML: found undefined alias"),
        ("version: 1\n---\nrules: []\n", "2:1: not YAML: a second document"),
        ("version: 1\nrules:\n- id: a\n  about: one: two\n", "4:13: not YAML: mapping values"),
        ("%YAML 1.1\n---\nversion: 1\n", "1:1: directives"),
        ("version: 1\nrules: \x07\n", "2:8: a control character"),
        ("version: 1\nrules: " + "[" * 5000, "nested too deeply"),
        ("version: 1\nrules: &a [*a]\n", "an alias inside itself"),
        ("#" * 300_000, "larger than"),
    ],
)
def test_files_that_are_no_rules(text: str, expected: str) -> None:
    """What is no rule file at all is refused with the place and the reason."""
    assert expected in "\n".join(problems(text))


def test_every_tab_is_reported() -> None:
    """All tabs in the indentation are reported, not only the one that stopped the reader."""
    assert len(problems("version: 1\nrules:\n\t- id: a\n\t  due: 1d\n")) == 2


def test_an_alias_bomb_is_bounded() -> None:
    """Aliases that unfold to millions of values are refused before they do."""
    lines = ["version: 1", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "use fewer aliases" in "\n".join(problems("\n".join(lines)))


def test_aliases_are_welcome() -> None:
    """A condition may be written once and used twice."""
    text = (
        "version: 1\nrules:\n"
        "  - {id: a, since: call, due: 1d, task: {title: x}, where: &mine {wanted: true}}\n"
        "  - {id: b, since: call, due: 1d, task: {title: x}, where: *mine}\n"
    )
    first, second = load([("a.yaml", text)]).rules
    assert first.where == second.where != ALWAYS


def test_a_template_mistake_in_a_block_names_its_line() -> None:
    """In a block of text the line of the mistake is reported, not that of the block."""
    text = (
        "version: 1\nrules:\n  - id: a\n    since: call\n    due: 1d\n    task:\n"
        "      title: x\n      notes: |\n        one\n        {{ nmae }}\n"
    )
    assert problems(text)[0].startswith("a.yaml:10:1: task.notes: unknown template variable")


def test_nothing_to_load() -> None:
    """No files are no rules."""
    assert load([]).rules == ()


def test_the_order_of_files_is_kept() -> None:
    """Rules and tiers keep the order of the files, and errors too."""
    other = MINIMAL.replace("id: a", "id: b")
    assert [r.id for r in load([("z.yaml", other), ("a.yaml", MINIMAL)]).rules] == ["b", "a"]
    with pytest.raises(RuleErrors) as error:
        load([("z.yaml", ""), ("a.yaml", "")])
    assert [problem.file for problem in error.value.problems] == ["z.yaml", "a.yaml"]
