"""Somebody is forgotten: what of others stays, and that the task list goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from acceptance_letters import ANA_WHO
from acceptance_people import CLEO
from acceptance_world import ANA, Home, Result, at

NAME = "Quentin Xylander"
WORK, FREE = "quentin.xylander@quarrymill.example.com", "qxylo77@gmx.de"
WHO = f"{NAME} <{WORK}>"
CLEO_WHO = f"Cleo Birkin <{CLEO}>"
WORDS = ("xylander", "quentin", "quarrymill", "qxylo77")
RULES = """\
version: 1
rules:
  - {id: met, since: meeting, due: 10d, task: {title: "After meeting {{ first_name }}"}}
  - {id: asked, since: asked_me, due: 5d, task: {title: "Answer {{ name }}", notes: "{{ name }}"}}
  - {id: wrote, since: message_sent, due: 9d, task: {title: "Still waiting for {{ name }}"}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Quentin under two addresses, with Cleo in some of what happened, and tasks for both."""
    home = Home(tmp_path, rules="rules.yaml", more="limits: {per_day: 50, open: 50}\n")
    home.write("rules.yaml", RULES)
    home.card(NAME, WORK, FREE)
    home.mail(ANA_WHO, WHO, at("2026-06-08T09:00"), subject="Dear Xylander")
    home.mail(WHO, ANA, at("2026-06-09T09:00"), "Could you send me the slides?\n")
    home.mail(ANA_WHO, [f"{NAME} <{FREE}>", CLEO_WHO], at("2026-06-10T09:00"))
    home.mail(CLEO_WHO, [ANA, FREE], at("2026-06-11T09:00"), "Could you call me?\n")
    both = {ANA: "ACCEPTED", WORK: "ACCEPTED"}
    home.event(at("2026-06-11T12:00"), "Lunch with Quentin", organizer=ANA, attendees=both)
    three = {**both, CLEO: "ACCEPTED"}
    home.event(at("2026-06-12T12:00"), "Cleo / Quentin Xylander", organizer=WORK, attendees=three)
    home.once()
    return home


def traces(home: Home) -> list[str]:
    """What words of theirs are left in any file that syncd writes."""
    mine = [path for path in home.folder.iterdir() if path.is_file() and path.suffix != ".yaml"]
    data = b"".join(path.read_bytes() for path in [*mine, *(home.folder / "tasks").iterdir()])
    return [word for word in WORDS if word.encode() in data.lower()]


def forget(home: Home, who: str = WORK) -> Result:
    result = home.syncd("forget", who, "--yes")
    assert result.code == 0, result
    return result


def tasks_of(home: Home, name: str) -> list[str]:
    tasks = home.syncd("tasks", "--json").json
    return [task["key"] for task in tasks if task["person"]["name"] == name]


@pytest.mark.parametrize("who", [WORK, FREE, NAME])
def test_no_byte_is_left(home: Home, who: str) -> None:
    """Whichever address or name is said, titles shared with others included."""
    assert traces(home) == list(WORDS)
    forget(home, who)
    assert traces(home) == []


def test_no_plain_fingerprint_is_left(home: Home) -> None:
    """Who is kept out is known only under a key: plain digests of the addresses are not stored."""
    forget(home)
    data = b"".join(path.read_bytes() for path in home.folder.glob("syncd.db*"))
    for addr in (WORK, FREE):
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s"):
            digest = hashlib.new(name, addr.encode())
            assert digest.digest()[:8] not in data
            assert digest.hexdigest()[:16].encode() not in data


def test_the_others_keep_theirs(home: Home) -> None:
    """What was shared with others stays as real and as heavy as it was, and so do their tasks."""

    def judged() -> list[tuple[str, str, float]]:
        return [(one["at"], one["real"], one["weight"]) for one in home.interactions(CLEO)]

    before, tasks = judged(), tasks_of(home, "Cleo Birkin")
    assert tasks
    forget(home)
    home.once()
    assert judged() == before
    assert tasks_of(home, "Cleo Birkin") == tasks
    assert set(home.everything()) == {CLEO}


def test_their_tasks_are_deleted(home: Home) -> None:
    """The tasks that syncd made for them are gone from the task list, those of others are there."""
    files = len(list((home.folder / "tasks").iterdir()))
    theirs = len(tasks_of(home, NAME))
    assert theirs == 3
    forget(home)
    assert len(list((home.folder / "tasks").iterdir())) == files - theirs
    assert tasks_of(home, NAME) == []


def test_that_is_no_incident(home: Home) -> None:
    """Three tasks that `forget` deleted are no deletions by the owner: the list goes on."""
    forget(home)
    home.once()
    assert home.syncd("status").code == 0
    home.mail(CLEO_WHO, ANA, at("2026-06-14T09:00"), "Could you send me the plan?\n")
    both = {ANA: "ACCEPTED", CLEO: "ACCEPTED"}
    home.event(at("2026-06-15T13:00"), organizer=ANA, attendees=both)
    home.once(now="2026-06-16T12:00:00+00:00")
    tasks = home.syncd("tasks", "--json", now="2026-06-16T12:00:00+00:00").json
    assert {task["person"]["name"] for task in tasks} == {"Cleo Birkin"}
    assert any(task["status"] == "open" for task in tasks)


def test_reading_again_brings_nothing_back(home: Home) -> None:
    """All files read anew, and new mail from any spelling of theirs: nothing of it is stored."""
    forget(home)
    for folder in ("mail", "calendar", "contacts"):
        for path in sorted((home.folder / folder).iterdir()):
            path.rename(path.with_name("again-" + path.name))
    home.mail(WHO, ANA, at("2026-06-13T09:00"), "Could you send me the slides?\n")
    home.mail(ANA_WHO, f"q <{FREE.upper()}>", at("2026-06-14T09:00"))
    home.mail(WHO.replace("@", "+new@"), ANA, at("2026-06-14T10:00"))
    home.card("Someone", "someone@example.net", FREE)
    both = {ANA: "ACCEPTED", WORK: "ACCEPTED"}
    home.event(at("2026-06-14T12:00"), "Tea", organizer=ANA, attendees=both)
    home.once()
    assert traces(home) == []
    assert not {WORK, FREE} & set(home.everything())


def test_the_owners_own_files_stay(home: Home) -> None:
    """Mail, calendar and cards are the owner's: `forget` leaves them, and says so."""

    def files() -> list[Path]:
        return sorted(
            path
            for name in ("mail", "calendar", "contacts")
            for path in (home.folder / name).iterdir()
        )

    before = files()
    result = forget(home)
    assert files() == before
    assert "backup" in (result.out + result.err).lower()


def test_killed_before_the_list_is_reached(home: Home) -> None:
    """Where the task list cannot be written, it says so with 1 and finishes in a later run."""
    tasks = home.folder / "tasks"
    tasks.rename(home.folder / "away")
    result = home.syncd("forget", WORK, "--yes")
    assert result.code == 1, result
    (home.folder / "away").rename(tasks)
    home.syncd("once")
    assert traces(home) == []
    assert home.syncd("forget", WORK, "--yes").code in {0, 1}
    assert home.once().code == 0
