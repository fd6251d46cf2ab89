"""The page docs/rules.md, made from the words of the language: `make docs`.

Run as `python -m rules.describe_language`, it prints the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from rules import words
from rules.anchors import GROUP
from rules.history import LOOPS
from rules.load import MANDATORY
from rules.templates import FILTERS, MAX_NOTES, MAX_TITLE

_FIRST_RULE = """\
version: 1
rules:
  - id: thank-after-meeting          # its name, for ever
    about: Thank whoever you met
    since: meeting                   # the clock starts when a meeting is over
    until: [message_sent]            # writing to them closes the task by itself
    due: 2d                          # two days after the meeting
    where: {colleague: false}        # not for colleagues
    task:
      title: "Thank {{ first_name }}"
      notes: "You met on {{ since.when }}. {{ gives }}"
"""
_FIRST_TEST = """\
version: 1
timezone: Europe/Lisbon
tests:
  - name: Thanks are due two days after a meeting, unless you wrote
    history:
      - {kind: meeting, at: 2026-03-02 10:00, end: 2026-03-02 11:00}
      - {kind: message_sent, at: 2026-03-03 09:00}
    expect:
      - now: 2026-03-02 12:00
        tasks:
          - {rule: thank-after-meeting, title: Thank Ana, due: 2026-03-04}
      - {now: 2026-03-03 10:00, tasks: none}

  - name: Colleagues are thanked in the corridor
    history:
      - {kind: meeting, at: 2026-03-02 10:00, end: 2026-03-02 11:00}
    facts:
      - {from: 2026-03-01, colleague: true}
    expect:
      - {now: 2026-03-02 12:00, tasks: none}
"""


def first_rule() -> tuple[str, str]:
    """The rule file that the page begins with, and its tests."""
    return _FIRST_RULE, _FIRST_TEST


def page() -> str:
    """docs/rules.md, in Markdown."""
    mandatory = {key: f"{words.RULE[key]} (mandatory)" for key in MANDATORY}
    events = {
        f"{name} (loop)" if name in LOOPS else name: what for name, what in words.EVENTS.items()
    }
    parts = {f"since.{name}": what for name, what in words.SINCE_FIELDS.items()}
    filled = {
        "first rule": _FIRST_RULE.rstrip(),
        "first test": _FIRST_TEST.rstrip(),
        "keys of a rule": _table(
            ("key", "meaning", "default"), words.RULE | mandatory, words.DEFAULTS
        ),
        "keys of a task": _table(("under `task`", "meaning"), words.TASK),
        "keys of a tier": _table(("key", "meaning"), words.TIER),
        "events": _table(("event", "it happens when"), events),
        "durations": _table(("written", "meaning"), words.DURATIONS),
        "facts": _table(("fact", "what it is"), words.FACTS),
        "combined": _table(("combined by", "when it holds"), words.COMBINED),
        "bounds": _table(("bound", "meaning"), words.BOUNDS),
        "counts": _table(("under `counts`", "how many"), words.COUNTS),
        "stages": _table(("`stage`", "meaning"), words.STAGES),
        "variables": _table(("variable", "what it prints"), words.VARIABLES),
        "parts of since": _table(("part of `since`", "what it prints"), parts),
        "states": _table(("state", "meaning"), words.STATES),
        "group": str(GROUP),
        "longest title": f"{MAX_TITLE:,}",
        "longest notes": f"{MAX_NOTES:,}",
        "filters": ", ".join(FILTERS),
    }
    return re.sub(r"<<(.+?)>>", lambda match: filled[match[1]], _PAGE)


_PAGE = """\
<!-- Made from the code by `make docs`: change rules/words.py or rules/describe_language.py. -->
# Rules

A rule is a clock. It starts at an event (`since`), stops at any of others (`until`), and between
them reminds: a task appears, is due, and is dropped when it is pointless. Write your own into a
file, name that file under `rules:` in the configuration, and run `syncd check`.

```yaml
<<first rule>>
```

- `syncd check` lists every mistake at once, at file:line:column, and warns of rules that can never
  fire, that start at every message and have no `until`, or that ask twice for the same.
  `syncd check my-rules.yaml` needs no configuration.
- `syncd rules list` says what each rule does, `syncd rules show RULE` all about one, and `syncd
  rules why RULE PERSON` why it does or does not ask for a task.
- `syncd check --schema > rules.schema.json` makes editors complete and explain while you type: with
  the YAML language server, begin the file with `# yaml-language-server: $schema=rules.schema.json`.
- Rules that people really want are in [cookbook.md](cookbook.md), ready-made ones in
  [packs.md](packs.md).

A rule has at most one open task for each person; a newer event moves it. What lies further back
than `catch_up` makes no task, and the day's limit holds back what is less important. `where`
decides whether a task appears, never whether it stays: only `until`, `expires` and you close it.

## A rule

<<keys of a rule>>

<<keys of a task>>

## Events

For `since` and `until`. A rule starts only at what happened in a group of at most <<group>>;
`until` counts groups of any size, and only what comes after the event that started the rule.

<<events>>

A *loop* is something open between you two: it starts at the oldest one that is still open, and
`until: [resolved]` closes it on whatever channel.

## Lengths of time

<<durations>>

`remind`, `due` and `expires` all run from the end of the event that started the rule. Tier, cadence
and rhythm are taken as they stood then.

## Conditions

For `where`; all of its keys must hold. An absent fact makes its condition false: somebody who never
was in touch has no `silent_for`.

<<facts>>

<<combined>>

Numbers and lengths of time are compared by bounds, as in `strength: {above: 0.2, below: 0.6}` or
`counts: {sent: {at_least: 3}}`.

<<bounds>>

<<counts>>

<<stages>>

## Tiers

Circles of people, at the top of a rule file; the first match wins, and everybody else is in the
tier `none`. They may stand in a file of their own.

```yaml
version: 1
tiers:
  - {name: inner, people: [ana@example.org, Ben Keller], cadence: 14d}
  - {name: active, where: {strength: {above: 0.4}}, cadence: 45d}
```

<<keys of a tier>>

## What a task says

`title` (at most <<longest title>> characters) and `notes` (<<longest notes>>) are templates:
`{{ first_name }}` prints a variable, `{% if asks %}…{% endif %}` chooses, and the filters
<<filters>> change a text. Lines that are empty only because a variable was empty disappear.
Where a variable stands alone on its line, what another one already told is not told again, and
no link twice.

<<variables>>

<<parts of since>>

## Where a rule stands with a person

`syncd explain PERSON` and `syncd rules why RULE PERSON` name these states.

<<states>>

## Tests

Beside `my-rules.yaml`, `my-rules.test.yaml` holds histories and the tasks that follow from them;
`syncd check` runs it and shows what differs.

```yaml
<<first test>>
```

- `history` lists events: `kind` is one or several of the events above, `at` when; where they matter
  also `end`, `title`, `where`, `link`, `size` (people), and for loops `closed`.
- `facts` are what is true from a date on: the facts above, and the `half_life` of the strength and
  the `rhythm`. `context` gives the template variables.
- `expect` names every task that is open at `now`, or `none`; one in another `state` may be named as
  well. `notes` must be contained, what is not mentioned may be anything.
- Tiers that the rules do not define may stand under `tiers:` at the top.
"""


def _table(
    head: tuple[str, ...], rows: Mapping[str, str], more: Mapping[str, str] | None = None
) -> str:
    """A table: each key as code, its meaning, and where `more` is given what that says of it."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for key, text in rows.items():
        word, _, remark = key.partition(" (")
        cells = [f"`{word}`" + (f" ({remark}" if remark else ""), text]
        if more is not None:
            cells.append(more.get(key, ""))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
