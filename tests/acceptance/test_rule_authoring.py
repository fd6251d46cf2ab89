"""Writing one's own rules, from the command line: schema, mistakes, warnings, tests, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import Home, Scene, run, scenes

RULES = """\
version: 1
tiers:
  - {name: inner, people: [nobody@example.net], cadence: 14d}
rules:
  - id: thank
    about: Thank whoever you met
    since: first_meeting
    until: [message_sent]
    due: 2d
    where: {colleague: false}
    task: {title: "Thank {{ first_name }}", notes: "{{ evidence }}"}
  - id: again
    since: meeting
    until: [meeting]
    remind: 3d
    due: 9d
    where: {any: [{tags: vip}, {counts: {meetings: {at_least: 3}}}]}
    pause_while: scheduled
    urgent: true
    task: {title: "Meet {{ first_name }} again"}
  - id: tiered
    since: interaction
    until: [interaction]
    due: cadence
    task: {title: "Write to {{ first_name }}"}
"""
TESTS = """\
version: 1
timezone: Europe/Lisbon
tests:
  - name: Thanks are due in two days
    history:
      - {kind: meeting, at: 2026-03-02 10:00, end: 2026-03-02 11:00}
    expect:
      - {now: 2026-03-02 12:00, tasks: [{rule: thank, due: 2026-03-04}]}
  - name: Nobody met, nothing to do
    expect:
      - {now: 2026-03-02 12:00, tasks: none}
"""
SLIPS = """\
version: 1
rules:
  - id: My rule
    since: [call, meeting]
    due: 30 days
    where: stage = connection
    title: Call
    task: {title: "{{ firstname }}"}
"""
TOLD = """\
my-rules.test.yaml:6:16: unknown event 'meating': did you mean 'meeting'?
my-rules.yaml:3:9: id 'My rule' may hold letters, digits, '.', '_' and '-' (64 at most): write \
my-rule
my-rules.yaml:4:12: since must be one event: write one rule for each event
my-rules.yaml:5:10: due: unknown duration '30 days': did you mean '30d'?
my-rules.yaml:6:12: where must be conditions: write {stage: connection}, not the text 'stage = \
connection'
my-rules.yaml:7:5: unknown key 'title' in a rule: it belongs under task: {title: …}
my-rules.yaml:8:19: task.title: unknown template variable 'firstname': did you mean 'first_name'?
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path, rules="open-loops, my-rules.yaml")
    made.write("my-rules.yaml", RULES)
    made.write("my-rules.test.yaml", TESTS)
    return made


def test_the_schema_needs_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check --schema` prints the JSON Schema of rule files, wherever it is asked for."""
    monkeypatch.chdir(tmp_path)
    result = run("check", "--schema")
    assert (result.code, result.err) == (0, "")
    schema = result.json
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$defs"]["rule"]["properties"]["due"]["description"]


def test_files_are_checked_by_themselves(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check FILE` needs no configuration and runs the tests beside the file."""
    monkeypatch.chdir(home.folder)
    home.config.unlink()
    for names in (["my-rules.yaml"], ["my-rules.test.yaml"], ["my-rules.yaml", "open-loops"]):
        result = run("check", *names, "--json")
        assert result.code == 0, result.err
        assert result.json["tests"]["passed"] == 2
        assert result.json["rules"][-len(names) :]
    assert "2 tests passed" in run("check", "my-rules.yaml").out
    unknown = run("check", "open-lops", "my-rule.yaml")
    assert unknown.code == 78
    assert "did you mean 'open-loops'?" in unknown.err
    assert "'my-rule.yaml' is neither a pack nor a file" in unknown.err


def test_all_mistakes_of_all_files_at_once(home: Home) -> None:
    """Mistakes in rules and in the tests beside them are told together, each at its place."""
    home.write("my-rules.yaml", SLIPS)
    home.write("my-rules.test.yaml", TESTS.replace("kind: meeting", "kind: meating"))
    result = home.syncd("check")
    assert result.code == 78
    told = [line.removeprefix(f"{home.folder}/") for line in result.err.splitlines()]
    assert told == TOLD.splitlines()
    mistakes = home.syncd("check", "--json").json["mistakes"]
    assert [(one["line"], one["column"]) for one in mistakes][:2] == [(6, 16), (3, 9)]
    assert home.syncd("tasks").code == 78
    home.write("my-rules.yaml", RULES)
    home.configure(home.config.read_text().replace("open-loops", "my-rules.yaml"))
    twice = home.syncd("check").err
    assert "'my-rules.yaml' is listed twice: remove one" in twice
    assert "duplicate" not in twice


def test_tests_beside_the_rules_are_run(home: Home) -> None:
    """`check` says how many passed, and shows what was expected and what came."""
    result = home.syncd("check")
    assert result.code == 0, result.err
    assert "my-rules.test.yaml: 2 tests passed" in result.out
    home.write("my-rules.test.yaml", TESTS.replace("due: 2026-03-04", "due: 2026-03-05"))
    result = home.syncd("check")
    assert result.code == 78
    assert "1 test passed, 1 expectation failed" in result.out
    assert "my-rules.test.yaml:8: Thanks are due in two days: at 2026-03-02 12:00" in result.err
    assert "due: expected 2026-03-05, got 2026-03-04" in result.err
    tests = home.syncd("check", "--json").json["tests"]
    assert (tests["passed"], tests["failed"]) == (1, 1)
    home.write("my-rules.test.yaml", TESTS.replace("rule: thank", "rule: thnak"))
    result = home.syncd("check")
    assert result.code == 78
    assert "my-rules.test.yaml:8:48: unknown rule 'thnak': did you mean 'thank'?" in result.err


def test_what_cannot_be_meant_is_warned_of(home: Home) -> None:
    """Warnings are printed by `check` and `rules list`, and fail nothing."""
    home.write("my-rules.yaml", RULES.replace("{colleague: false}", "{strength: {above: 1}}"))
    (home.folder / "my-rules.test.yaml").unlink()
    text = "rule thank: never fires: `strength: {above: 1}` can never hold"
    result = home.syncd("check")
    assert result.code == 0
    assert f"warning: {home.folder}/my-rules.yaml:5: {text}" in result.out
    (warning,) = home.syncd("check", "--json").json["warnings"]
    assert (warning["line"], warning["rule"], warning["message"]) == (5, "thank", text)
    assert text in home.syncd("rules", "list").out
    # Tiers may come from any of the files: without one, what uses cadence is moot.
    tiers = "tiers:\n  - {name: inner, people: [nobody@example.net], cadence: 14d}\n"
    home.write("my-rules.yaml", RULES.replace(tiers, ""))
    (warning,) = home.syncd("check", "--json").json["warnings"]
    assert "tiered never fires: it uses cadence, and no tiers are defined" in warning["message"]
    home.write("tiers.yaml", "version: 1\n" + tiers)
    home.configure(home.config.read_text().replace("my-rules.yaml", "my-rules.yaml, tiers.yaml"))
    assert home.syncd("check", "--json").json["warnings"] == []


def test_rules_are_listed_and_shown(home: Home, tmp_path: Path) -> None:
    """`rules list` and `show` say what a rule does, before anything was read as well."""
    listed = home.syncd("rules", "list", "--now", home.now, "--json").json
    entries = {one["id"]: one for one in listed}
    assert not home.database.exists()
    assert entries["answer-question"]["pack"] == "open-loops"
    assert entries["thank"]["file"] == str(home.folder / "my-rules.yaml")
    assert (entries["thank"]["since"], entries["thank"]["until"], entries["thank"]["due"]) == (
        "first_meeting",
        ["message_sent"],
        "2d",
    )
    assert entries["thank"]["in_words"]["since"] == "you meet for the first time"
    assert home.syncd("rules", "--now", "yesterday", "list").code == 2
    shown = home.syncd("rules", "show", "thank", "--json").json
    assert shown["does"].startswith("It starts when you meet for the first time: the task appears")
    text = f"version: 1\nrules:\n{shown['yaml']}"
    assert home.syncd("rules", "show", "thank").out.endswith(shown["yaml"])
    assert run("check", str(home.write("again.yaml", text))).code == 0
    pack = run("--config", str(tmp_path / "none.yaml"), "rules", "show", "open-loops")
    assert run("check", str(home.write("loops.yaml", pack.out))).code == 0
    unknown = home.syncd("rules", "show", "thnak")
    assert (unknown.code, "did you mean 'thank'?" in unknown.err) == (1, True)


def _world(home: Home) -> list[Scene]:
    met, answered, crowd, writer, coming = found = scenes(home, 5, first="2026-06-03", days=1)
    met.meeting(0, "Harbour tour")
    answered.meeting(0)
    answered.sent(1, "Thank you for the tour.")
    others = {crowd.other(n): "ACCEPTED" for n in range(6)}
    crowd.meeting(0, others=others)
    for addr in [crowd.addr, *others]:
        home.mail("Ana Silva <ana@example.org>", addr, crowd.day(-5), "Hello, a word from me.")
    writer.sent(0, "Here is the chart.")
    writer.received(1, "Got it, looks right.")
    coming.meeting(0)
    coming.sent(0.5, "Until next time.")
    coming.meeting(20)
    return found


def test_why_a_rule_asks_or_does_not(home: Home) -> None:
    """`rules why` goes through anchor, clock, conditions, pause, limits and what stopped it."""
    met, answered, crowd, writer, coming = _world(home)
    home.configure(home.config.read_text() + f"mode: preview\ntags: {{vip: [{coming.addr}]}}\n")
    home.once()

    def why(rule: str, scene: Scene) -> dict[str, Any]:
        result = home.syncd("rules", "why", rule, scene.addr, "--json")
        assert result.code == 0, result.err
        found: dict[str, Any] = json.loads(result.out)
        return found

    def told(rule: str, scene: Scene, now: str | None = None) -> str:
        return home.syncd("rules", "why", rule, scene.addr, now=now).out

    found = why("thank", met)
    assert found["anchor"]["title"] == "Harbour tour"
    assert found["anchor"]["interaction"]["real"] == "yes"
    assert found["where"] == [
        {"condition": "colleague: false", "value": "false", "holds": True, "parts": []}
    ]
    assert "Harbour tour" in told("thank", met)
    assert found["verdict"]["state"] == "held"
    assert "syncd enable" in told("thank", met)

    found = why("thank", answered)
    assert (found["verdict"]["state"], found["stopped"]["event"]) == ("satisfied", "message_sent")

    assert "in a group of more than 5" in why("thank", crowd)["no_anchor"]
    assert "it has not happened" in why("thank", writer)["no_anchor"]
    assert why("thank", writer)["next"] is None

    found = why("again", met)
    assert found["verdict"]["reasons"] == ["where:any"]
    (any_of,) = found["where"]
    assert (any_of["condition"], any_of["holds"]) == ("any of", False)
    assert [(part["value"], part["holds"]) for part in any_of["parts"]] == [
        ("no tags", False),
        ("1", False),
    ]
    found = why("again", coming)
    assert (found["verdict"]["state"], found["scheduled"]) == ("held", True)
    assert "- A meeting on the calendar holds it back" in told("again", coming)
    assert "+ No meeting on the calendar" in told("again", answered)
    assert "its time has not come" in told("again", met, met.day(1).isoformat())

    assert "they were in no tier that has one" in why("tiered", writer)["no_anchor"]

    unknown = home.syncd("rules", "why", "thnak", met.addr)
    assert (unknown.code, "did you mean 'thank'?" in unknown.err) == (1, True)
    nobody = home.syncd("rules", "why", "thank", "nobody@example.net")
    assert (nobody.code, "nobody here is known as" in nobody.err) == (1, True)
    assert home.syncd("rules", "list", "--json").json[-3]["verdicts"]["held"] >= 1
