"""Whom the owner is in touch with elsewhere: their silence here is blindness, not decay."""

from __future__ import annotations

from pathlib import Path

from acceptance_people import BEN, CLEO, DORA, wrote
from acceptance_world import Home

RULES = """\
version: 1
rules:
  - id: fading
    since: interaction
    due: 300d
    remind: 290d
    expires: 500d
    where: {stage: dormant}
    task: {title: "Write to {{ first_name }}"}
  - id: elsewhere
    since: interaction
    due: 300d
    remind: 290d
    expires: 500d
    where: {channel: elsewhere}
    task: {title: "Ask {{ first_name }} where you met"}
"""
LATER = "2027-04-01T12:00:00+00:00"


def _stages(home: Home) -> dict[str, str]:
    return {person["addresses"][0]: person["stage"] for person in home.people(LATER)}


def test_whose_silence_says_nothing(tmp_path: Path) -> None:
    """An address or domain under `elsewhere:`, or a note, keeps a tie from going dormant, in the
    list of people as in the rules; a note that says `mail` outweighs the configuration."""
    home = Home(tmp_path, rules="fading.yaml", more="elsewhere: [ben@example.com, example.net]\n")
    home.write("fading.yaml", RULES)
    for addr, name in ((BEN, "Ben Ash"), (CLEO, "Cleo Birch"), (DORA, "Dora Elm")):
        wrote(home, addr, name)
    home.once()
    assert home.syncd("note", DORA, "channel: mail").code == 0
    home.once(LATER)
    assert _stages(home) == {BEN: "acquaintance", CLEO: "dormant", DORA: "dormant"}
    assert home.explain(BEN, LATER)["facts"]["channel"] == "elsewhere"
    tasks = home.syncd("tasks", "--json", now=LATER).json
    assert {(task["rule"], task["person"]["addresses"][0]) for task in tasks} == {
        ("elsewhere", BEN),
        ("fading", CLEO),
        ("fading", DORA),
    }
    assert home.syncd("note", CLEO, "channel: elsewhere", now=LATER).code == 0
    assert _stages(home)[CLEO] == "acquaintance"


def test_tasks_go_only_where_accounts_are(tmp_path: Path) -> None:
    """A key of `tasks_in` that is no account is a mistake, not a word nobody heard, and so is a
    `tasks_in` that names none."""
    home = Home(tmp_path)
    text = home.config.read_text()
    for wrong, said in (
        ("{default: home, wrk: home}", "'wrk' is no account here; known: default, home"),
        ("{}", "tasks_in names no account: write tasks_in: home"),
    ):
        home.configure(text.replace("tasks_in: home", f"tasks_in: {wrong}"))
        result = home.syncd("check")
        assert (result.code, said in result.err) == (78, True), result.err
