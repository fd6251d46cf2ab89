"""The mistakes that newcomers make, and what they are told: each is tried by its message."""

from __future__ import annotations

import pytest

from rules.load import RuleErrors, load

HEAD = "version: 1\nrules:\n  - id: a\n"


def told(text: str) -> str:
    with pytest.raises(RuleErrors) as error:
        load([("r.yaml", text)])
    return str(error.value)


def rule(**fields: str) -> str:
    given = {"since": "call", "due": "1d", "task": "{title: x}", **fields}
    return HEAD + "".join(f"    {key}: {value}\n" for key, value in given.items())


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("since", "[call, meeting]", "4:12: since must be one event: write one rule for each"),
        ("since", "call, meeting", "4:12: since must be one event: write one rule for each"),
        ("since", "met", "did you mean 'meeting'?"),
        ("since", "email", "write message_received (theirs) or message_sent (yours)"),
        ("since", "question", "write asked_me or i_asked"),
        ("since", "last contact", "did you mean 'interaction'?"),
        ("since", "birthday", "did you mean 'birthday_soon'?"),
        ("since", "silence", "start at interaction and let remind wait"),
        ("since", "strength_below: 0.3", "write since: {strength_below: 0.3}"),
        ("since", "{strength_below: 30}", "between 0 and 1, not 30: write 0.3"),
        ("until", '"call, meeting"', "7:12: until must name events: write [call, meeting]"),
        ("until", "call or meeting", "until must name events: write [call, meeting]"),
        ("until", "30d", "until must name events: 30d is a time: write expires: 30d"),
        ("until", "{any: [call]}", "write a list such as [call, meeting], not a mapping"),
        ("due", "30 days", "5:10: due: unknown duration '30 days': did you mean '30d'?"),
        ("due", "2 weeks", "did you mean '2w'?"),
        ("due", "in two weeks", "did you mean '2w'?"),
        ("due", "a month", "did you mean '1m'?"),
        ("due", "every 3 weeks", "did you mean '3w'?"),
        ("due", "monthly", "did you mean '1m'?"),
        ("due", "30", "'30' has no unit: 30d for days, 30h for hours"),
        ("due", "1.5d", "write whole numbers, such as 36h"),
        ("due", "-3d", "lies before the event"),
        ("due", "1w3d", "has several units"),
        ("due", "tomorrow", "is no length of time: write 1d"),
        ("due", "2026-03-01", "is a date: write how long after the event"),
        ("due", "P30D", "did you mean '30d'?"),
        ("due", "30 minutes", "is too fine: hours (1h) are the shortest unit"),
        ("due", "rhythm x -1", "lies before the event"),
        ("due", "999999999999d", "is too long: the number has at most four digits"),
        ("due", "99999 days", "is too long"),
        ("due", "rhythm x 100", "is too long: multiply by 99.9 at most"),
        ("due", "rhythm x 0.25", "write one digit behind the point, such as rhythm x 0.2"),
        ("due", "\u0663d", "did you mean '3d'?"),
        ("remind", "\uff11\uff12h", "did you mean '12h'?"),
        ("task", '{title: "{# later #}"}', "task.title: prints nothing: write such as"),
        ("due", "rythm x 3", "did you mean 'rhythm x 3'?"),
        ("due", "{days: 30}", "due must be a length of time such as 30d, not a mapping"),
        ("expires", "never", "is no length of time: write a long one, such as 12m"),
        (
            "where",
            "stage = connection",
            "7:12: where must be conditions: write {stage: connection}",
        ),
        ("where", "strength > 0.3", "write {strength: {above: 0.3}}"),
        ("where", "not colleague", "write {colleague: false}"),
        ("where", "[{wanted: true}]", "write {all: […]} where every one must hold, or {any: […]}"),
        ("where", "{not: colleague}", "7:18: not must be conditions: write {colleague: true}"),
        ("where", "{any: {wanted: true}}", "any must be a list of conditions, not a mapping"),
        ("where", "{or: [{wanted: true}]}", "unknown key 'or' in where: did you mean 'any'?"),
        ("where", "{strength: 0.3}", "strength needs a bound (above, below, at_least, at_most)"),
        ("where", "{strength: '> 0.3'}", "write {above: 0.3}"),
        ("where", "{strength: {above: 30%}}", "not the text '30%': write 0.3"),
        (
            "where",
            "{strength: {min: 0.3}}",
            "unknown key 'min' in strength: did you mean 'at_least",
        ),
        ("where", "{silent_for: 30d}", "silent_for needs a bound"),
        ("where", "{silent_for: {above: 3 weeks}}", "did you mean '3w'?"),
        ("where", "{sent: {at_least: 3}}", "write counts: {sent: {at_least: 3}}"),
        ("where", "{counts: 3}", "counts must name what to count: write {sent: {at_least: 3}}"),
        ("where", "{counts: {mails: {above: 3}}}", "write sent or received"),
        ("where", "{colleague: no}", "not the text 'no': write false"),
        ("where", '{colleague: "false"}', "not the text 'false': remove the quotes"),
        ("where", "{tag: customer}", "did you mean 'tags'?"),
        ("where", "{name: Ana}", "name the people in a tier"),
        ("urgent", '"true"', "7:13: urgent must be true or false, not the text 'true': remove the"),
        ("urgent", "yes", "write true"),
        ("priority", '"70"', "not the text '70': remove the quotes"),
        ("priority", "5.0", "not the number 5.0: write 5"),
        ("pause_while", "true", "pause_while must be scheduled, not true"),
        ("done_means", "[call]", "must be one of call, meeting, message, nothing, not a list"),
        ("title", "Call", "7:5: unknown key 'title' in a rule: it belongs under task: {title: …}"),
        ("stage", "dormant", "it belongs under where: {stage: …}"),
        ("when", "x", "did you mean 'where'?"),
        ("after", "7d", "did you mean 'remind'?"),
        ("cadence", "30d", "it belongs to a tier; a rule that follows it says due: cadence"),
        ("enabled", "false", "a rule that is in the file is on"),
        ("task", "Call", 'task must be a mapping of title, notes: write {title: "Call"}'),
        ("task", "{body: x, title: x}", "did you mean 'notes'?"),
        ("task", "{due: 3d, title: x}", "it belongs to the rule itself"),
        ("task", "{title: {{ first_name }}}", "text that begins with {{ needs quotes"),
        ("task", "\n      title: {{ first_name }} again", "{{ at its beginning needs quotes"),
        ("task", "\n      title: Call: now", 'put text that contains ": " into quotes'),
        ("task", '{title: "{{ firstname }}"}', "did you mean 'first_name'?"),
        ("task", '{title: "{{ name | uper }}"}', "unknown filter 'uper': did you mean 'upper'?"),
    ],
)
def test_slips_in_a_rule(key: str, value: str, expected: str) -> None:
    """Each common slip is told at its place, with what would be right."""
    assert expected in told(rule(**{key: value}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules:\n  - id: a\n", "1:1: version is missing: begin the file with version: 1"),
        ("version: '1'\nrules: []\n", "1:10: version must be 1, not text: remove the quotes"),
        ("- id: a\n", "1:1: a rule file must be a mapping, not a list: begin it with version: 1"),
        ("id: a\n", "1:1: unknown key 'id' in a rule file: it belongs to a rule"),
        ("owner: {}\n", "it belongs in the configuration, syncd.yaml"),
        ("version: 1\ntests: []\n", "tests stand in a file of their own"),
        ("version: 1\nrules:\n  id: a\n", "3:3: rules must be a list, not a mapping: begin each"),
        ("version: 1\nrules:\n  call: {}\n", "begin each with '- id: call'"),
        ("version: 1\ntiers:\n  inner: []\n", "begin each with '- name: inner'"),
        ("version: 1\ntiers: [{name: a, people: ana@example.org}]\n", "write [ana@example.org]"),
        ("version: 1\ntiers: [{name: a, every: 2w}]\n", "did you mean 'cadence'?"),
        (HEAD + "\tsince: call\n", "4:1: a tab in the indentation: use spaces"),
        (HEAD + "   since: call\n", "4:4: not YAML: the indentation is not that of the lines"),
        (HEAD + '    about: "x\n', '4:12: not YAML: the quote " that begins here is never closed'),
        (HEAD + "    until: [call\n    due: 1d\n", "4:12: not YAML: expected ',' or ']'"),
        (HEAD + "    since call\n    due: 1d\n", "4:5: not YAML: a colon is missing: write since:"),
        (
            HEAD + "    since:call\n    due: 1d\n",
            "a space is missing behind the colon: write since:",
        ),
    ],
)
def test_slips_in_a_file(text: str, expected: str) -> None:
    """So is what is no rule file, or no YAML."""
    assert expected in told(text)
