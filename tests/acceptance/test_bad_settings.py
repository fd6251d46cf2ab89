"""Wrong settings and rules: every mistake is listed with its place."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from acceptance_bad import BEN, one_line
from acceptance_world import ANA, NOW, Home, at, run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana wrote to Ben once; everything is in order."""
    home = Home(tmp_path)
    home.mail(ANA, f"Ben Archer <{BEN}>", at("2026-06-01T09:00"))
    return home


GOOD = """\
owner: {{name: Ana Silva, addresses: [ana@example.org], timezone: Europe/Lisbon}}
accounts:
  - {{name: home, kind: local, mail: [mail/], tasks: tasks/}}
{}"""


def mistakes(home: Home, text: str, **files: str) -> list[str]:
    """The lines that `check` prints about this configuration; every other command agrees."""
    home.configure(text)
    for name, content in files.items():
        home.write(name.replace("_yaml", ".yaml"), content)
    result = home.syncd("check")
    assert (result.code, result.out) == (78, ""), result
    for command in (
        ["once"],
        ["status"],
        ["people"],
        ["tasks"],
        ["explain", BEN],
        ["people", "--json"],
    ):
        other = home.syncd(*command)
        assert (other.code, other.out, other.err) == (78, "", result.err)
    assert not home.database.exists()
    lines = result.err.splitlines()
    for line in lines:
        assert re.match(r"[^:]+(:\d+:\d+)?: \S", line), line
    return lines


@pytest.mark.parametrize(
    ("line", "column", "extra", "word"),
    [
        (4, 1, "catchup: 14d\n", "catch_up"),
        (4, 1, "catch_up: fortnight\n", "catch_up"),
        (4, 1, "tasks_in: nowhere\n", "nowhere"),
        (4, 1, "mode: maybe\n", "mode"),
        (4, 10, "limits: {per_day: many}\n", "per_day"),
        (4, 10, "limits: {perday: 5}\n", "per_day"),
        (4, 10, "limits: {at: '25:00'}\n", "at"),
        (4, 10, "groups: {mail: 0}\n", "mail"),
        (4, 1, "working_days: [mon, someday]\n", "someday"),
        (4, 1, "working_days: []\n", "working"),
    ],
)
def test_a_wrong_setting(home: Home, line: int, column: int, extra: str, word: str) -> None:
    """A wrong setting is named at file:line:column, and exits 78 on every command."""
    (found,) = mistakes(home, GOOD.format(extra))
    assert found.startswith(f"{home.config}:{line}:{column}: "), found
    assert word in found


def test_every_mistake_is_listed(home: Home) -> None:
    """All mistakes are listed at once, those of the rules beside those of the configuration."""
    found = mistakes(
        home,
        """\
owner: {name: Ana, addresses: [nobody], timezone: Europe/Lissabon, nick: A}
accounts:
  - {name: home, kind: local, mial: [mail/]}
  - {name: post, kind: pigeon}
limits: {per_day: many}
ignroe: [example.net]
""",
    )
    text = "\n".join(found)
    for word in ("nobody", "Lissabon", "nick", "mial", "pigeon", "per_day", "ignroe"):
        assert word in text, (word, text)
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines)
    assert set(lines) == {1, 3, 4, 5, 6}


def test_the_answer_says_what_to_write(home: Home) -> None:
    """Each mistake, at its very place, is answered in words of the configuration."""
    found = mistakes(
        home,
        GOOD.format("""\
mode: previe
limits: 5
tags: {a: [b@example.org, c], b: mill.example.com}
elsewhere: [ben@example.org, example.net, foo]
colleagues: [example.com, '@example.net']
catch_up: 9999999999999d
"""),
    )
    assert [one.removeprefix(f"{home.config}:") for one in found] == [
        "4:1: mode: 'previe' is unknown: did you mean 'preview'?",
        "5:1: limits has keys of its own below it: per_day, open, at",
        "6:27: tags.a: 'c' is no mail address; write one like ben@example.org",
        "6:31: tags.b: 'mill.example.com' is no mail address; write one like ben@example.org",
        "7:43: elsewhere: 'foo' is neither a mail address nor a domain, like example.org",
        "8:27: colleagues: '@example.net': write the domain alone, like 'example.net'",
        "9:1: catch_up: a duration is a hundred years at most",
    ]


RULES = """\
version: 1
rules:
  - id: one
    since: first_meting
    due: 30 dayz
    task: {title: "Call {{ frist_name }}"}
  - id: two
    snice: meeting
    due: 3d
    task: {title: X}
  - id: two
    since: meeting
    due: 3d
    task: {title: X}
    where: {strenght: {above: 1}}
"""


def test_every_mistake_of_rules_is_listed(home: Home) -> None:
    """All mistakes of a rule file are listed at file:line:column."""
    found = mistakes(home, GOOD.format("rules: [mine.yaml]\n"), mine_yaml=RULES)
    text = "\n".join(found)
    assert all(line.startswith(f"{home.folder / 'mine.yaml'}:") for line in found), text
    for line, word in (
        (4, "first_meting"),
        (5, "30 dayz"),
        (6, "frist_name"),
        (8, "snice"),
        (11, "two"),
        (15, "strenght"),
    ):
        assert any(f"mine.yaml:{line}:" in one and word in one for one in found), (word, text)


def test_configuration_and_rules_are_wrong_together(home: Home) -> None:
    """A wrong setting does not hide the mistakes of the rules."""
    found = mistakes(home, GOOD.format("rules: [mine.yaml]\ncatchup: 3d\n"), mine_yaml=RULES)
    text = "\n".join(found)
    assert "catch_up" in text
    assert "first_meting" in text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "owner"),
        ("[]", "owner"),
        ("just words", "owner"),
        ("owner: {name: Ana\naccounts: [", ""),
        ("owner: 1\nowner: 2\n", "owner"),
        ("\tname: x", ""),
        ("owner: &a [*a]\n", ""),
        ("%YAML 9.9\n---\n", ""),
    ],
)
def test_no_configuration_at_all(home: Home, text: str, word: str) -> None:
    """What is no configuration is refused with its place, not with a traceback."""
    found = mistakes(home, text)
    assert any(word in line for line in found)


def test_binary_configuration(home: Home) -> None:
    """A configuration that is no text is refused in one line."""
    home.config.write_bytes(b"\xff\xfe\x00owner")
    one_line(home.syncd("once"), 78, str(home.config))


def test_a_missing_configuration(tmp_path: Path) -> None:
    """A configuration that does not exist, or is a folder, is one line that says what to do."""
    for path in (tmp_path / "nothing.yaml", tmp_path):
        one_line(run("--config", str(path), "--now", NOW, "once"), 78, str(path))


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        ("[real-netwroking]", "real-networking"),
        ("[missing.yaml]", "missing.yaml"),
        ("[tasks]", "tasks"),
        ("[binary.yaml]", "binary.yaml"),
    ],
)
def test_rules_that_are_not_there(home: Home, rules: str, word: str) -> None:
    """Rules that are neither a pack nor a file are a mistake of the configuration's line."""
    (home.folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (found,) = mistakes(home, GOOD.format(f"rules: {rules}\n"))
    assert word in found
    assert found.startswith(f"{home.config}:4:"), found


def test_what_would_never_end(home: Home) -> None:
    """A pipe, a device, or what nobody writes by hand is refused at once: as configuration, as
    rules and as tests of rules."""
    os.mkfifo(home.folder / "pipe.yaml")
    home.write("large.yaml", "#" * (4 * 1024 * 1024 + 1))
    for entry, why in (
        ("pipe.yaml", "is no regular file"),
        ("/dev/zero", "is no regular file"),
        ("large.yaml", "is larger than 4 MB"),
    ):
        (found,) = mistakes(home, GOOD.format(f"rules: [{entry}]\n"))
        assert found.endswith(f": {entry!r} {why}"), found
        path = str(home.folder / entry)
        one_line(home.syncd("check", path), 78, why)
        one_line(run("--config", path, "--now", NOW, "once"), 78, f"cannot be read: it {why}")
    rule = "{id: one, since: first_meeting, due: 30d, expires: 40d, task: {title: T}}"
    home.write("mine.yaml", f"version: 1\nrules:\n  - {rule}\n")
    os.mkfifo(home.folder / "mine.test.yaml")
    one_line(home.syncd("check", str(home.folder / "mine.yaml")), 78, "is no regular file")


@pytest.mark.parametrize("state", ["postgres://nowhere", "nonsense", "mysql:///x"])
def test_a_state_that_is_no_state(home: Home, state: str) -> None:
    """A `state:` that names no database is a mistake of the configuration."""
    home.configure(GOOD.format(f"state: {state!r}\n"))
    one_line(home.syncd("once"), 78, "state")
