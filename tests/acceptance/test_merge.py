"""`merge`, `split` and `people --suggest-merges`, seen from the command line."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from acceptance_people import BEN, CLEO, DORA, wrote
from acceptance_world import ANA, Home, at

from syncd.store.database import open_database
from syncd.store.poke import Ear

RULES = """\
version: 1
rules:
  - id: thank
    since: first_meeting
    due: 48h
    task: {title: "Thank {{ name }}"}
"""
YES = "ACCEPTED"
NOW = "2026-06-04T10:00:00+00:00"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def people_of(home: Home) -> list[list[str]]:
    return sorted(one["addresses"] for one in home.people())


def suggested(home: Home) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = home.syncd("people", "--suggest-merges", "--json").json
    return found


def test_two_people_become_one(home: Home) -> None:
    """By address or by name; everything that happened with either is one person's."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "B. Archer")
    home.once()
    done = home.syncd("merge", "ben archer", DORA)
    assert done.code == 0
    assert "One person now" in done.out
    (ben,) = home.people()
    assert ben["addresses"] == [BEN, DORA]
    assert (ben["counts"]["sent"], ben["counts"]["received"]) == (2, 2)
    shown = home.explain(BEN)["person"]
    assert shown["joined_by"] == [{"addresses": [BEN, DORA], "reason": "owner"}]
    assert "owner" in home.syncd("explain", BEN).out


def test_either_name_finds_them(home: Home) -> None:
    """Whoever is shown under one of two names answers to the other as well."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Benedict Quill", day="2026-06-03")
    home.once()
    home.syncd("merge", BEN, DORA)
    for name in ("Ben Archer", "Benedict Quill", "Quill", "archer"):
        assert home.explain(name)["person"]["addresses"] == [BEN, DORA]


def test_merging_twice_says_so(home: Home) -> None:
    """What is one person already needs no merge."""
    wrote(home, BEN)
    wrote(home, DORA)
    home.once()
    assert home.syncd("merge", BEN, DORA).code == 0
    again = home.syncd("merge", DORA, BEN)
    assert again.code == 0
    assert "already" in again.out


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ("ben archr", "did you mean"),
        (ANA, "is you"),
        ("noreply@shop.example.com", "no person"),
        ("crew@lists.example.net", "no person"),
        ("nobody@nowhere.example", "nobody here"),
    ],
)
def test_who_cannot_be_merged(home: Home, other: str, says: str) -> None:
    """Unknown people, the owner, robots and lists: exit code 1, and why."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA)
    home.mail("noreply@shop.example.com", ANA, at("2026-06-01T09:00"))
    home.mail(f"Ben <{BEN}>", "crew@lists.example.net", at("2026-06-01T09:00"))
    home.once()
    done = home.syncd("merge", DORA, other)
    assert done.code == 1
    assert says in done.err
    assert len(people_of(home)) == 2


def test_split_takes_the_merge_back(home: Home) -> None:
    """Everything that is shown is what it was."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Dora Lind", "2026-05-30")
    home.once()
    before = (home.everything(), home.people())
    home.syncd("merge", BEN, DORA)
    assert home.people() != before[1]
    done = home.syncd("split", DORA)
    assert done.code == 0
    assert "2 people now" in done.out
    assert (home.everything(), home.people()) == before
    again = home.syncd("split", DORA)
    assert again.code == 1
    assert "nothing to split" in again.err


def test_the_words_of_the_owner_outlive_new_evidence(home: Home) -> None:
    """Neither a card nor a later run joins what the owner split, until they merge it again."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Ben Archer")
    home.card("Ben Archer", BEN, DORA)
    home.once()
    assert people_of(home) == [[BEN, DORA]]
    refused = home.syncd("split", BEN)
    assert refused.code == 1
    assert "card" in refused.err
    assert home.syncd("split", BEN, DORA).code == 0
    assert people_of(home) == [[BEN], [DORA]]
    home.card("Ben Archer", BEN, DORA)
    home.once()
    assert people_of(home) == [[BEN], [DORA]]
    assert suggested(home) == []
    assert home.syncd("merge", BEN, DORA).code == 0
    home.once()
    assert people_of(home) == [[BEN, DORA]]


def test_split_wants_addresses_of_that_person(home: Home) -> None:
    """All of them, or somebody else's, is no split."""
    wrote(home, BEN)
    wrote(home, DORA)
    wrote(home, CLEO)
    home.card("Ben Archer", BEN, DORA)
    home.once()
    assert home.syncd("split", BEN, CLEO).code == 1
    assert home.syncd("split", BEN, BEN, DORA).code == 2


def test_of_two_open_tasks_the_older_stays(tmp_path: Path) -> None:
    """The younger is closed in the list, and reopened as the same task when it is taken back."""
    home = Home(tmp_path, rules="rules.yaml", now=NOW)
    home.write("rules.yaml", RULES)
    home.event(at("2026-06-02T15:00"), "Coffee", attendees={ANA: YES, BEN: YES})
    home.once("2026-06-02T18:00:00+00:00")
    home.event(at("2026-06-03T15:00"), "Coffee", attendees={ANA: YES, CLEO: YES})
    home.once("2026-06-03T18:00:00+00:00")
    home.once()
    before = home.syncd("tasks", "--json").json
    assert [task["status"] for task in before] == ["open", "open"]
    files = {path.name: path.read_text() for path in (tmp_path / "tasks").iterdir()}
    done = home.syncd("merge", BEN, CLEO)
    assert "Tasks to be closed by the next `syncd once`: 1" in done.out
    now = {path.name: path.read_text() for path in (tmp_path / "tasks").iterdir()}
    assert now == files, "nothing is delivered until `once`"
    home.once()
    shown = home.syncd("tasks", "--json").json
    assert {task["key"]: task["status"] for task in shown} == {
        before[0]["key"]: "open" if before[0]["created"] < before[1]["created"] else "closed",
        before[1]["key"]: "open" if before[1]["created"] < before[0]["created"] else "closed",
    }
    home.syncd("split", BEN)
    home.once()
    assert home.syncd("tasks", "--json").json == before
    texts = [path.read_text() for path in (tmp_path / "tasks").iterdir()]
    assert len(texts) == 2
    assert not any("STATUS:COMPLETED" in text for text in texts)


def test_beside_a_daemon(tmp_path: Path) -> None:
    """Where one listens it closes and opens the task, and that is what is said."""
    home = Home(tmp_path, rules="rules.yaml", now=NOW)
    home.write("rules.yaml", RULES)
    home.event(at("2026-06-02T15:00"), "Coffee", attendees={ANA: YES, BEN: YES})
    home.once("2026-06-02T18:00:00+00:00")
    home.event(at("2026-06-03T15:00"), "Coffee", attendees={ANA: YES, CLEO: YES})
    home.once("2026-06-03T18:00:00+00:00")
    home.once()
    database = open_database(f"sqlite:///{home.database}", ANA)
    with Ear(database):
        done = home.syncd("merge", BEN, CLEO)
        assert "Tasks to be closed by the running syncd: 1" in done.out
        done = home.syncd("split", BEN)
        assert "Tasks to be opened again by the running syncd: 1" in done.out
    database.close()


def test_look_alikes_are_suggested_with_their_command(home: Home) -> None:
    """Equal and near names are pairs to decide on; the command that is shown joins them."""
    wrote(home, BEN, "Robert Archer")
    wrote(home, DORA, "Bob Archer")
    wrote(home, CLEO, "Cleo Marsh")
    wrote(home, "c.marsh@mill.example.com", "C. Marsh")
    wrote(home, "otto@lang.example", "Otto Lang")
    home.once()
    found = suggested(home)
    assert {tuple(one["reasons"]) for one in found} == {("nickname",), ("initials",)}
    assert all(
        {"id", "name", "addresses"} == person.keys() for one in found for person in one["people"]
    )
    for one in found:
        program, *words = shlex.split(one["command"])
        assert program == "syncd"
        assert home.syncd(*words).code == 0
    assert suggested(home) == []
    assert len(people_of(home)) == 3
    assert "Nobody" in home.syncd("people", "--suggest-merges").out


def test_an_alias_is_told_with_its_reason(home: Home) -> None:
    """`status` names the owner's further addresses; `not_mine` overrules what was found."""
    home.card("Ana Silva", ANA, "silva@oldjob.example.com")
    home.mail("silva@oldjob.example.com", f"Ben <{BEN}>", at("2026-06-01T09:00"))
    home.once()
    assert home.status()["aliases"] == [
        {"address": "silva@oldjob.example.com", "reasons": ["alias:card"]}
    ]
    assert "Also yours: silva@oldjob.example.com" in home.syncd("status").out
    (ben,) = home.people()
    assert (ben["addresses"], ben["counts"]["sent"]) == ([BEN], 1)
    assert "is you" in home.syncd("explain", "silva@oldjob.example.com").err
    text = home.config.read_text()
    home.configure(text.replace("owner: {", "owner: {not_mine: [silva@oldjob.example.com], ", 1))
    home.once()
    assert home.status()["aliases"] == []
    assert "silva@oldjob.example.com" in home.everything()


@pytest.mark.parametrize(
    "folder", ["Maildir/.Sent/cur", "Maildir/.INBOX.Gesendet/new", "Sent Mail"]
)
def test_sent_mail_shows_an_alias(tmp_path: Path, folder: str) -> None:
    """Under the owner's full name, in a Maildir++ folder or a folder of mails for what was sent."""
    home = Home(tmp_path)
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
        (tmp_path / folder).parent.joinpath(name).mkdir(parents=True, exist_ok=True)
    home.configure(home.config.read_text().replace("mail: [mail/]", "mail: [Maildir, Sent Mail]"))
    (tmp_path / "Sent Mail").mkdir(exist_ok=True)
    home.mail('"Silva, Ana" <silva@oldjob.example.com>', BEN, at("2026-06-01T09:00"), folder=folder)
    home.once()
    assert home.status()["aliases"] == [
        {"address": "silva@oldjob.example.com", "reasons": ["alias:sent-folder"]}
    ]
    assert home.people()[0]["counts"]["sent"] == 1


def test_mine_and_not_mine_is_a_mistake(home: Home) -> None:
    """An address cannot be both, and must be one."""
    text = home.config.read_text()
    for wrong, says in ((ANA.upper(), "take one away"), ("nobody", "no mail address")):
        home.configure(text.replace("owner: {", f"owner: {{not_mine: [{wrong}], ", 1))
        done = home.syncd("check")
        assert done.code == 78
        assert says in done.err


def test_merge_and_split_as_json(home: Home) -> None:
    """Who it is now, and what becomes of tasks."""
    wrote(home, BEN, "Ben Archer")
    wrote(home, DORA, "Dora Lind")
    home.once()
    merged = home.syncd("merge", BEN, DORA, "--json").json
    assert [one["addresses"] for one in merged["people"]] == [[BEN, DORA]]
    assert merged["tasks"] == {"closed": 0, "reopened": 0}
    assert home.syncd("merge", BEN, DORA, "--json").json == merged
    parted = home.syncd("split", BEN, "--json").json
    assert [one["name"] for one in parted["people"]] == ["Ben Archer", "Dora Lind"]
