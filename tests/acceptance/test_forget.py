"""`syncd forget` and `syncd export`, through files and the command line: nothing is left of
somebody in the bytes of the state or in our tasks, and nothing brings them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance_terminal import SYNCD, Terminal
from acceptance_world import ANA, Home, at
from typer.testing import CliRunner

BEN = "ben@harbour.example.com"
CLEO, CLEO2 = "cleo.marsh@mill.example.com", "cm@studio.example.net"
NOW = "2026-03-11T18:00:00+00:00"
THEIRS = (CLEO, CLEO2, "cleo marsh", "cleo m. marsh", "marsh, cleo")
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    task: {title: "After meeting {{ first_name }}", notes: "{{ evidence }}\\n{{ notes }}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana knows Ben and Cleo; Cleo has two addresses, and stands in all sorts of places."""
    made = Home(tmp_path, rules="rules.yaml", now=NOW, more="limits: {per_day: 50, open: 50}\n")
    made.write("rules.yaml", RULES)
    for addr, name in ((BEN, "Ben Archer"), (CLEO, "Cleo Marsh"), (CLEO2, "Cleo M. Marsh")):
        made.mail(ANA, f"{name} <{addr}>", at("2026-03-01T09:00"), "I will send it by Friday.\n")
        made.mail(f"{name} <{addr}>", ANA, at("2026-03-01T15:00"), name=f"77.{addr}")
    made.mail(
        ANA,
        [f"Ben Archer <{BEN}>", f"Cleo Marsh <{CLEO.upper()}>"],
        at("2026-03-02T09:00"),
        subject="Cleo Marsh and Ben: hello",
        answers=f"77.{CLEO}",
        name="to-both@example.org",
    )
    made.mail(f"Ben <{BEN}>", ANA, at("2026-03-02T10:00"), subject=f"Ask Cleo Marsh, {CLEO}")
    made.mail(
        "Cleo Marsh via Docs <noreply@docs.example.com>",
        ANA,
        at("2026-03-02T11:00"),
        subject="Marsh, Cleo shared a file",
    )
    yes = "ACCEPTED"
    made.event(at("2026-03-10T09:00"), organizer=ANA, attendees={ANA: yes, CLEO: yes})
    made.event(
        at("2026-03-10T12:00"),
        "Lunch Cleo / Ben",
        uid="lunch",
        organizer=ANA,
        attendees={ANA: yes, CLEO: yes, BEN: yes},
        more=["LOCATION:Chez Cleo Marsh"],
    )
    made.event(
        at("2026-03-09T12:00"),
        uid="workshop",
        organizer=CLEO,
        attendees={ANA: yes, CLEO: yes, BEN: yes},
    )
    made.event(at("2026-03-08T15:00"), "Coffee with Cleo", uid="note")
    made.event(at("2026-03-07T15:00"), "Lunch with Cleo Marsh and Ben Archer", uid=f"x-{CLEO}")
    card = made.card("Cleo Marsh", CLEO, CLEO2)
    card.rename(card.with_name(f"{CLEO}.vcf"))
    made.once()
    for words in ("walk with Cleo and Ben, 4 days ago", "dinner with Cleo, 5 days ago"):
        assert made.syncd("log", words).code == 0
    assert made.syncd("note", "Cleo", "about: sails").code == 0
    assert made.syncd("note", BEN, "needs: what Cleo Marsh has").code == 0
    made.once()
    return made


def traces(home: Home) -> list[str]:
    """What of Cleo is in the bytes of the state, or in the files of our tasks."""
    data = b"".join(path.read_bytes() for path in home.folder.glob("syncd.db*"))
    text = data.decode("utf-8", "replace").lower() + data.decode("utf-16-le", "replace").lower()
    text += "".join(path.read_text().lower() for path in (home.folder / "tasks").iterdir())
    return [word for word in THEIRS if word in text]


def forget(home: Home, who: str = "Cleo Marsh", code: int = 0) -> dict[str, Any]:
    done = home.syncd("forget", who, "--yes", "--json")
    assert done.code == code, (done.out, done.err)
    found: dict[str, Any] = done.json
    return found


def test_nothing_is_left(home: Home) -> None:
    """Neither address nor full name in the database, its log, or a task; the others stay."""
    assert set(traces(home)) >= {CLEO, CLEO2, "cleo marsh"}
    found = forget(home)
    assert traces(home) == []
    assert found["pending"] == []
    assert found["shredded"] is True
    assert found["erased"]["tasks"] == 1
    assert {"backups", "what you exported"} <= set(found["not_reached"])
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    assert home.syncd("explain", CLEO).code == 1
    assert home.syncd("explain", "Cleo").code == 1
    titles = [one["title"] for one in home.syncd("tasks", "--json").json]
    assert titles == ["After meeting Ben"]
    assert len(list((home.folder / "tasks").glob("*.ics"))) == 1
    home.once()
    assert traces(home) == []
    assert home.status()["failed"] is False


def test_what_others_share_stays_theirs(home: Home) -> None:
    """A meeting of three stays one of three; titles lose the name; the convener becomes nobody."""
    before = home.interactions(BEN)
    forget(home)
    after = {one["title"]: one for one in home.interactions(BEN)}
    assert after["Lunch … / Ben"]["weight"] == 0.5
    assert after["walk with … and Ben"]["weight"] == 0.5
    assert after["… and Ben: hello"]["weight"] == 0.5
    workshops = [one for one in after.values() if "workshop.ics" in str(one["evidence"])]
    assert [(one["real"], one["weight"]) for one in workshops] == [("yes", 0.5)]
    assert len(home.interactions(BEN)) == len(before) + 1  # a lunch that named both named nobody
    assert home.explain(BEN)["facts"]["notes"] == ["needs: what … has"]


def test_reading_anew_finds_what_forgetting_left(home: Home) -> None:
    """A full resync, derivations anew, another configuration: nobody comes back."""
    forget(home)
    before = home.everything()
    config = home.config.read_text()
    home.configure(config + "ignore: [nobody@example.com]\n")
    home.once()
    assert traces(home) == []
    assert home.everything() == before
    home.configure(config.replace("[ana@example.org]", "[ana@example.org, ana@example.net]"))
    home.once()
    for path in sorted((home.folder / "mail").iterdir()):
        path.write_bytes(path.read_bytes() + b"\r\n")  # another stamp: read again
    home.once()
    assert traces(home) == []
    assert home.everything() == before


def test_an_account_read_for_the_first_time_brings_nobody_back(home: Home) -> None:
    """The same folders under another account's name."""
    forget(home)
    text = home.config.read_text()
    more = "  - {name: second, kind: local, mail: [mail/], contacts: [contacts/]}\n"
    home.configure(text.replace("tasks_in:", more + "tasks_in:"))
    home.once()
    assert traces(home) == []
    assert [one["addresses"] for one in home.people()] == [[BEN]]


def test_late_mail_and_new_cards_bring_nobody_back(home: Home) -> None:
    """Mail from them and to them, a new card, a new invitation: nothing of it is stored."""
    forget(home)
    home.mail(f"Cleo Marsh <{CLEO2}>", ANA, at("2026-03-11T10:00"), subject="Cleo Marsh is back")
    home.mail(ANA, f"Cleo Marsh <{CLEO}>", at("2026-03-11T11:00"))
    home.card("Cleo Marsh", CLEO)
    home.event(at("2026-03-11T12:00"), organizer=ANA, attendees={ANA: "ACCEPTED", CLEO: "ACCEPTED"})
    home.once()
    assert traces(home) == []
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    assert "ignored or was forgotten" in home.syncd("log", f"coffee with {CLEO}").err


def test_what_showed_them_is_not_read_again(home: Home) -> None:
    """A card file named after their address is known, though the address is not stored."""
    forget(home)
    items = home.syncd("once", "--json").json["read"]
    assert [one["items"] for one in items] == [0] * len(items)
    (home.folder / "contacts" / f"{CLEO}.vcf").unlink()
    assert home.syncd("once", "--json").code == 0
    assert traces(home) == []


def test_forgetting_can_be_undone(home: Home) -> None:
    """With --undo whatever is still in the accounts is read again, of all their addresses."""
    before = home.everything()[CLEO]
    forget(home)
    assert home.syncd("forget", "--undo", CLEO2).code == 0
    home.once()
    after = home.everything()[CLEO]
    assert after["person"] == before["person"]
    seen = [one for one in before["interactions"] if one["kind"] in ("message", "meeting")]
    assert [one for one in after["interactions"] if one["kind"] != "task"] == seen
    assert home.syncd("forget", "--undo", CLEO).code == 1


def test_forgetting_twice_is_fine(home: Home) -> None:
    """The second time there is nothing left to do; a stranger is not found."""
    forget(home)
    assert forget(home, CLEO)["forgotten"] == "already"
    assert home.syncd("forget", "zoe@example.org", "--yes").code == 1


def test_a_robot_can_be_forgotten_too(home: Home) -> None:
    """An address that is no person's."""
    forget(home, "noreply@docs.example.com")
    assert "noreply@docs.example.com" not in home.everything()
    data = b"".join(path.read_bytes() for path in home.folder.glob("syncd.db*"))
    assert b"noreply@docs" not in data
    assert CLEO in home.everything()


def test_the_key_lies_outside_and_is_needed(home: Home) -> None:
    """The key is the owner's alone; a lost or strange one stops everything, in clear words."""
    forget(home)
    key = home.folder / "syncd.db.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(key.read_text()) not in home.database.read_bytes()
    kept = key.read_text()
    key.unlink()
    for command in ("once", "people", "status"):
        done = home.syncd(command)
        assert done.code == 78
        assert "syncd.db.key" in done.err
    key.write_text("00" * 32)
    assert "is not the key" in home.syncd("once").err
    key.write_text("nonsense")
    assert "damaged" in home.syncd("once").err
    key.write_text(kept)
    home.once()
    assert traces(home) == []


def asked(home: Home, *answers: str) -> tuple[int, str]:
    """`syncd forget Cleo` with answers typed in."""
    from syncd.cli import main as command_line

    arguments = ["--config", str(home.config), "--now", NOW, "forget", "Cleo Marsh"]
    done = CliRunner().invoke(command_line.app, arguments, input="\n".join(answers) + "\n")
    return done.exit_code, done.output


def test_it_says_what_goes_and_asks(home: Home) -> None:
    """Without --yes it tells what is reached and what is not, and "no" changes nothing."""
    before = home.everything()
    code, said = asked(home, "n")
    assert code == 1
    assert "Cleo Marsh" in said
    assert "Not reached" in said
    assert home.everything() == before
    assert asked(home, "y")[0] == 0
    assert traces(home) == []


def test_ctrl_c_at_its_question(home: Home) -> None:
    """It says that nothing was erased, and nothing was."""
    before = home.everything()
    program = (SYNCD, "--config", str(home.config))
    with Terminal("Cleo Marsh", command="forget", program=program) as terminal:
        terminal.until("Erase it for good? [y/N]: ")
        terminal.interrupt()
        assert terminal.ended() == 130
    assert terminal.seen.endswith("syncd: stopped; nothing was erased\n")
    assert home.everything() == before


def edit_task(home: Home, *, read: bool = True) -> Path:
    """The owner writes into the task about Cleo; with `read` syncd has seen it."""
    (path,) = [p for p in (home.folder / "tasks").glob("*.ics") if "meeting Cleo" in p.read_text()]
    path.write_text(path.read_text().replace("After meeting Cleo", "Ring her about the boat"))
    if read:
        home.once()
    return path


@pytest.mark.parametrize("read", [True, False])
def test_a_task_in_which_the_owner_wrote_is_asked_about(home: Home, *, read: bool) -> None:
    """One by one, also what was written just now; what is kept stays in the list, and is nobody's
    task here any more."""
    path = edit_task(home, read=read)
    code, said = asked(home, "y", "n")
    assert code == 0
    assert "Ring her about the boat" in said
    assert path.exists()
    assert CLEO not in [addr for one in home.people() for addr in one["addresses"]]
    home.once()
    assert path.exists()


def test_yes_takes_edited_tasks_as_well(home: Home) -> None:
    """--yes asks nothing."""
    path = edit_task(home)
    forget(home)
    assert not path.exists()


def test_a_list_that_is_gone_is_waited_for(home: Home) -> None:
    """The task stays pending, with exit code 1, until its list is back; everything else is done."""
    hidden = home.folder / "elsewhere"
    (home.folder / "tasks").rename(hidden)
    found = forget(home, code=1)
    assert len(found["pending"]) == 2  # theirs, and the wording of Ben's
    assert home.syncd("people", "--json").json[0]["addresses"] == [BEN]
    assert home.syncd("status", "--json").json["forgetting"] != []
    assert home.syncd("once").code == 1
    hidden.rename(home.folder / "tasks")
    home.once()
    assert traces(home) == []
    assert forget(home, CLEO)["pending"] == []


def test_events_name_nobody(home: Home) -> None:
    """What --verbose tells of it carries no name and no address."""
    done = home.syncd("--verbose", "forget", "Cleo Marsh", "--yes")
    assert done.code == 0
    for word in ("cleo", "marsh", "mill.example", "ben@"):
        assert word not in done.err.lower()


# --- export ---


def test_an_export_holds_all_of_it(home: Home) -> None:
    """Every row of the database that names them is in the document."""
    from pysqlite3 import dbapi2

    path = home.folder / "cleo.json"
    assert home.syncd("export", "Cleo Marsh", "--output", str(path)).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    found = json.loads(path.read_text())
    assert found["addresses"] == [CLEO, CLEO2]
    assert [one["line"] for one in found["notes"]] == ["about: sails"]
    assert len(found["logs"]) == 2
    assert [one["title"] for one in found["tasks"]] == ["After meeting Cleo"]
    assert {one["kind"] for one in found["interactions"]} == {"message", "meeting", "log"}
    database = dbapi2.connect(str(home.database))
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in names:
        rows = database.execute(f"SELECT * FROM {table}").fetchall()
        naming = [row for row in rows if CLEO in str(row).lower() or CLEO2 in str(row).lower()]
        assert len(found["stored"].get(table, [])) >= len(naming), table
    records = [row["record"] for row in found["stored"]["sighting"]]
    assert any(record.get("subject") == "Cleo Marsh and Ben: hello" for record in records)
    assert all(row["seen_at"].startswith("2026-03-11") for row in found["stored"]["sighting"])
    database.close()


def test_an_export_of_nobody(home: Home) -> None:
    """An unknown name is not found; an address that is no person's has an export as well."""
    assert home.syncd("export", "Zoe").code == 1
    assert home.syncd("export", "noreply@docs.example.com").json["person"] is None
    assert home.syncd("export", "Cleo", "--output", "/nowhere/at/all.json").code == 1


def test_a_namesake_keeps_their_name(home: Home) -> None:
    """Another Cleo Marsh is another human: her name, mail and meetings stay."""
    other = "cleo@quay.example.net"
    home.mail(ANA, f"Cleo Marsh <{other}>", at("2026-03-03T09:00"), subject="Quay")
    home.mail(f"Cleo Marsh <{other}>", ANA, at("2026-03-03T15:00"))
    home.once()
    if CLEO in home.explain(other)["person"]["addresses"]:
        pytest.skip("the two were joined")
    forget(home, CLEO)
    assert home.explain(other)["person"]["name"] == "Cleo Marsh"
    assert CLEO not in traces(home)
    home.once()
    assert home.explain(other)["person"]["name"] == "Cleo Marsh"
