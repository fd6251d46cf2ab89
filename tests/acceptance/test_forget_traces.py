"""What `syncd forget` leaves of somebody where one looks twice: copies to oneself, names of files,
titles of mail between others, tasks about others, and what is written down afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, Home, at

from syncd.people.forgotten import Forgotten, tombstones

CLEO, BEN = "cleo@mill.example.com", "ben@harbour.example.com"
CLEO_WHO, BEN_WHO, ANA_WHO = f"Cleo Marsh <{CLEO}>", f"Ben Archer <{BEN}>", f"Ana Silva <{ANA}>"
OTHER = "ana.silva@post.example.net"  # the owner's as well
NOW = "2026-03-11T18:00:00+00:00"
RULES = """\
version: 1
rules:
  - id: met
    since: meeting
    due: 20d
    expires: 60d
    task: {title: "Thank {{ first_name }} for {{ since }}", notes: "{{ evidence }}\\n{{ notes }}"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana has mail both ways with Ben and with Cleo."""
    made = Home(tmp_path, rules="rules.yaml", now=NOW, more="limits: {per_day: 50, open: 50}\n")
    made.configure(made.config.read_text().replace(f"[{ANA}]", f"[{ANA}, {OTHER}]"))
    made.write("rules.yaml", RULES)
    for who in (BEN_WHO, CLEO_WHO):
        made.mail(ANA_WHO, who, at("2026-03-01T09:00"))
        made.mail(who, ANA, at("2026-03-01T15:00"))
    return made


def forget(home: Home) -> str:
    done = home.syncd("forget", CLEO, "--yes")
    assert done.code == 0, done
    return done.out


def stored(home: Home) -> str:
    """The bytes of the state."""
    return b"".join(path.read_bytes() for path in home.folder.glob("syncd.db*")).decode(
        "utf-8", "replace"
    )


def cells(home: Home) -> Iterator[tuple[str, str]]:
    """(table, text) of every text in the database."""
    from pysqlite3 import dbapi2

    database = dbapi2.connect(str(home.database))
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in names:
        for row in database.execute(f"SELECT * FROM {table}"):
            yield from ((table, cell) for cell in row if isinstance(cell, str))
    database.close()


def items(home: Home) -> list[tuple[str, ...]]:
    """(facet, ref, state) of every item that was read."""
    from pysqlite3 import dbapi2

    database = dbapi2.connect(str(home.database))
    query = "SELECT facet, ref, state FROM item WHERE facet <> 'tasks' ORDER BY 1, 2"
    found = [tuple(row) for row in database.execute(query)]
    database.close()
    return found


COPIES: dict[str, dict[str, Any]] = {
    "cc to oneself": {"cc": [ANA]},
    "cc to another address of one's own": {"cc": [f"Ana <{OTHER}>"]},
    "bcc with a subaddress": {"headers": {"Bcc": "ana+archive@example.org"}},
    "bcc to one's own name": {"headers": {"Bcc": "Ana Silva <as77@attic.example.net>"}},
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("early", [True, False], ids=["read later", "read before"])
def test_a_copy_to_oneself_is_no_company(home: Home, how: str, *, early: bool) -> None:
    """Mail to them with a copy to its author goes whole, whether it was stored already or not."""

    def write() -> None:
        home.mail(
            ANA_WHO, CLEO_WHO, at("2026-03-09T09:00"), subject="A secret regatta", **COPIES[how]
        )

    if not early:
        write()
    home.once()
    assert ("secret regatta" in stored(home)) is not early
    forget(home)
    if early:
        write()
        home.once()
    assert "secret regatta" not in stored(home)


def test_mail_that_others_read_stays(home: Home) -> None:
    """From Ben to the owner and them, and from the owner to both."""
    home.mail(BEN_WHO, [ANA, CLEO], at("2026-03-09T09:00"), subject="The first regatta")
    home.mail(ANA_WHO, CLEO_WHO, at("2026-03-09T10:00"), subject="The second", cc=[ANA, BEN])
    home.once()
    forget(home)
    assert {"The first regatta", "The second"} <= {one["title"] for one in home.interactions(BEN)}


def test_an_address_that_becomes_the_owners_is_no_company(home: Home) -> None:
    """What was a copy to somebody else is one to oneself once the configuration says so."""
    home.mail(
        ANA_WHO,
        CLEO_WHO,
        at("2026-03-09T09:00"),
        subject="A secret plan",
        cc=["a@attic.example"],
    )
    home.once()
    forget(home)
    assert "secret plan" in stored(home)
    home.configure(home.config.read_text().replace(f"[{ANA},", f"[{ANA}, a@attic.example,"))
    home.once()
    assert "secret plan" not in stored(home)


# --- names of items ---


def furnish(home: Home) -> Path:
    """Files whose names show parts of hers; returns her card's."""
    card = home.card("Cleo Marsh", CLEO)
    home.event(
        at("2026-03-08T12:00"),
        uid="cleos-birthday",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", CLEO: "ACCEPTED"},
    )
    home.mail(CLEO_WHO, ANA, at("2026-03-08T09:00"))
    mail = max((home.folder / "mail").iterdir())
    mail.rename(mail.with_name("from-cleo.eml"))
    named = card.with_name("cleo-card.vcf")
    card.rename(named)
    home.once()
    return named


def test_no_name_of_an_item_is_left(home: Home) -> None:
    """Whatever a file is called: where nothing is left of it, its name is not kept in clear."""
    furnish(home)
    before = items(home)
    assert sum("cleo" in ref for _, ref, _ in before) == 3
    forget(home)
    assert "cleo" not in stored(home).lower()
    after = items(home)
    assert len(after) == len(before)
    read = home.syncd("once", "--json").json["read"]
    assert [one["items"] for one in read] == [0] * len(read)
    assert items(home) == after


def test_reading_anew_seals_the_same(home: Home) -> None:
    """What is read after the forgetting is known under the very same names."""
    furnish(home)
    forget(home)
    before = items(home)
    home.configure(home.config.read_text() + "ignore: [nobody@example.com]\n")
    home.once()
    assert items(home) == before
    assert "cleo" not in stored(home).lower()


def test_a_file_that_becomes_another_ones_is_read(home: Home) -> None:
    """Her card turns into Dora's, and back, and vanishes: one item all the time."""
    path = furnish(home)
    forget(home)
    count, hers = len(items(home)), path.read_text()
    path.write_text(hers.replace(CLEO, "dora@quay.example.net").replace("Cleo Marsh", "Dora Lind"))
    home.once()
    assert home.explain("dora@quay.example.net")["person"]["name"] == "Dora Lind"
    assert len(items(home)) == count
    assert ("contacts", "contacts//cleo-card.vcf", "ok") in items(home)
    path.write_text(hers)
    home.once()
    assert len(items(home)) == count
    assert home.syncd("explain", "dora@quay.example.net").code == 1
    assert "cleo-card" not in stored(home)
    path.unlink()
    home.once()
    assert len(items(home)) == count - 1


# --- texts ---


def test_no_text_holds_their_full_name(home: Home) -> None:
    """Titles of what others did, tasks about others, notes: every text of every table."""
    home.mail(BEN_WHO, ANA, at("2026-03-05T09:00"), subject=f"Marsh, Cleo is at {CLEO} now")
    home.mail(ANA_WHO, BEN_WHO, at("2026-03-06T09:00"), subject="Re: Cleo Marsh")
    home.event(
        at("2026-03-10T12:00"),
        "Planning Cleo Marsh's regatta",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
        more=["LOCATION:At Cleo Marsh's"],
    )
    home.once()
    assert home.syncd("note", BEN, f"about: knows Cleo Marsh ({CLEO})").code == 0
    home.once()
    key = b"any"
    theirs = Forgotten(key, tombstones(key, [CLEO], ["Cleo Marsh"], []))
    tables = {table for table, text in cells(home) if theirs.text(text) != text}
    assert {"sighting", "task", "note"} <= tables
    forget(home)
    home.once()
    assert [(table, text) for table, text in cells(home) if theirs.text(text) != text] == []
    (task,) = (home.folder / "tasks").iterdir()
    assert theirs.text(task.read_text().replace("\r\n ", "")) == task.read_text().replace(
        "\r\n ", ""
    )
    titles = {one["title"] for one in home.interactions(BEN)}
    assert {"… is at … now", "Re: …", "Planning …'s regatta"} <= titles


def test_other_words_of_tasks_stay(home: Home) -> None:
    """A title that was no more than a short name is not taken out of other people's names."""
    home.mail(ANA_WHO, "Jo Will <jo@quay.example.net>", at("2026-03-02T09:00"))
    home.mail("Jo Will <jo@quay.example.net>", ANA, at("2026-03-02T15:00"))
    yes = "ACCEPTED"
    three = {ANA: yes, BEN: yes, "jo@quay.example.net": yes}
    home.event(at("2026-03-09T12:00"), "Jo", organizer=ANA, attendees=three)
    home.mail(ANA_WHO, "John Jonas <john@pier.example.net>", at("2026-03-03T09:00"))
    home.mail("John Jonas <john@pier.example.net>", ANA, at("2026-03-04T09:00"))
    two = {ANA: yes, "john@pier.example.net": yes}
    home.event(at("2026-03-10T12:00"), "Coffee at Jonty's", organizer=ANA, attendees=two)
    home.once()
    assert home.syncd("forget", "jo@quay.example.net", "--yes").code == 0
    titles = {one["title"] for one in home.syncd("tasks", "--json").json}
    assert titles == {
        "Thank John for Coffee at Jonty's, 2026-03-10",
        "Thank Ben for …, 2026-03-09",
    }


def test_what_is_written_down_later_is_stripped(home: Home) -> None:
    """Notes and logs about others do not bring the name back; one of nothing else is refused."""
    home.once()
    forget(home)
    assert home.syncd("note", BEN, "needs: what Cleo Marsh has").out == (
        "Noted on Ben Archer: needs: what … has\n"
    )
    refused = home.syncd("note", BEN, f"Cleo Marsh, {CLEO}")
    assert refused.code == 1
    assert "whom you forgot" in refused.err
    said = "coffee with Ben at Cleo Marsh's, yesterday"
    assert home.syncd("log", said, "--with", BEN).code == 0
    assert home.syncd("log", "coffee, yesterday", "--with", "Cleo Marsh <c@new.example>").code == 0
    home.once()
    assert "cleo" not in stored(home).lower()
    assert "marsh" not in stored(home).lower()


def test_one_is_no_plural(home: Home) -> None:
    """What it says that it erased."""
    home.once()
    home.syncd("note", CLEO, "about: sails")
    assert "Forgotten: 1 address, 2 messages, 1 note.\n" in forget(home)
