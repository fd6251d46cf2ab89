"""`status`, `retry` and `audit`: how accounts fare, what was set aside, what is missing."""

from __future__ import annotations

import os
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import ANA, CONFIG, NOW, Home, at
from pysqlite3 import dbapi2

from connectors.local import eml, mailfile
from connectors.records import Observation
from syncd import inference
from syncd.pipeline import people, settle

BEN, CLEO = "ben@harbour.example.com", "cleo@studio.example.net"
START = at("2026-06-01T10:00:00+00:00")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def fare(home: Home) -> dict[str, Any]:
    (account,) = home.status()["health"]
    found: dict[str, Any] = account
    return found


def later(minutes: int) -> str:
    return (at(NOW) + timedelta(minutes=minutes)).isoformat()


# --- accounts ---


def test_an_account_is_down_until_it_can_be_read_again(home: Home) -> None:
    """Since when, the last success, what is wrong and what to do: in words and as data, with the
    exit code; its other facets are read, and one run that goes well ends it."""
    home.once()
    assert (fare(home)["state"], home.syncd("status").code) == ("up", 0)
    (home.folder / "mail").rename(home.folder / "elsewhere")
    assert home.syncd("once", now=later(10)).code == 1
    assert home.syncd("once", now=later(20)).code == 1
    found = fare(home)
    assert (found["state"], found["facet"], found["remedy"]) == ("down", "mail", "wait")
    assert (found["since"], found["last_success"]) == (later(10), at(NOW).isoformat())
    assert (found["tries"], found["kind"]) == (2, "Unavailable")
    assert "does not exist: create it" in found["error"]
    assert {one["facet"] for one in found["facets"] if one["state"] == "up"} >= {
        "calendar",
        "contacts",
        "tasks",
    }
    status = home.syncd("status")
    assert status.code == 1
    assert "home is down since 2026-06-15 12:10 UTC (mail)" in status.out
    (home.folder / "elsewhere").rename(home.folder / "mail")
    home.once(now=later(30))
    assert (fare(home)["state"], fare(home)["since"], fare(home)["error"]) == (
        "up",
        later(30),
        None,
    )
    assert home.syncd("status").code == 0


def test_a_folder_that_is_not_configured_any_more_keeps_nothing_down(home: Home) -> None:
    """What is not read has no health."""
    text = home.config.read_text(encoding="utf-8")
    home.configure(text.replace("mail: [mail/]", "mail: [mail/, gone/]"))
    assert home.syncd("once").code == 1
    assert fare(home)["state"] == "down"
    home.configure(text)
    home.once()
    assert fare(home)["state"] == "up"
    assert home.syncd("status").code == 0


# --- what was set aside ---


def test_a_mail_that_breaks_its_reader_is_set_aside_and_retried(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other mails are read; it is tried by five runs, then only when the owner asks."""
    home.mail(BEN, ANA, START)
    home.mail(CLEO, ANA, START, subject="Poison")
    original = mailfile.mail_in
    tried: list[str] = []

    def broken(path: str, *rest: Any) -> tuple[Observation, ...]:
        if b"Poison" in Path(path).read_bytes():
            tried.append(path)
            raise RecursionError("Poison")
        return original(path, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(eml, "mail_in", broken)
        for number in range(7):
            home.once(now=later(number))
        (one,) = home.status()["set_aside"]
        assert (one["ref"], one["tries"], one["next_try"]) == ("mail//0002.eml", 5, None)
        assert "RecursionError" in one["reason"]
        assert "Poison" not in one["reason"]
        status = home.syncd("status")
        assert status.code == 0
        assert "(tried 5 times, no more: `syncd retry` does)" in status.out
        assert len(home.interactions(BEN)) == 1
    seen = len(tried)
    home.once(now=later(8))
    assert len(home.status()["set_aside"]) == 1
    assert home.syncd("retry", "mail//0002.eml", "--json").json == {
        "items": 1,
        "people": 0,
        "tasks": 0,
        "errands": 0,
    }
    home.once(now=later(9))
    assert home.status()["set_aside"] == []
    assert len(home.interactions(CLEO)) == 1
    assert len(tried) == seen


def test_retry_wants_a_name_or_all(home: Home) -> None:
    """Without either it is wrong usage; a name that was not set aside is not found."""
    home.mail(BEN, ANA, START)
    home.once()
    assert home.syncd("retry").code == 2
    assert home.syncd("retry", "home", "--all").code == 2
    missing = home.syncd("retry", "mail//9.eml")
    assert (missing.code, "`syncd status` lists" in missing.err) == (1, True)
    assert home.syncd("retry", "--all").out == "Nothing is set aside there.\n"
    assert home.syncd("retry", "home").code == 0


def break_ben(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is known of Ben makes inference crash."""

    def broken(dossier: Any, *rest: Any) -> Any:
        if BEN in dossier.addresses:
            raise ZeroDivisionError
        return inference.infer(dossier, *rest)

    for module in (people, settle):
        monkeypatch.setattr(module, "infer", broken)


def test_somebody_who_cannot_be_judged_can_be_forgotten(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with them is erased with the rest; shown they cannot be."""
    home.mail(ANA, BEN, START)
    break_ben(monkeypatch)
    home.once()
    shown = home.syncd("explain", BEN)
    assert (shown.code, "cannot be judged" in shown.err) == (1, True)
    assert home.syncd("forget", BEN, "--yes").code == 0
    assert home.status()["people_set_aside"] == []
    connection = dbapi2.connect(str(home.database))
    assert connection.execute("SELECT count(*) FROM trial").fetchone() == (0,)
    connection.close()


def test_somebody_who_cannot_be_judged_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are judged; `status` names them with their newest evidence; a retry that succeeds
    shows them again."""
    home.mail(ANA, BEN, START)
    home.mail(ANA, CLEO, START)
    with monkeypatch.context() as patch:
        break_ben(patch)
        home.once()
        assert [one["addresses"] for one in home.people()] == [[CLEO]]
        (one,) = home.status()["people_set_aside"]
        assert (one["addresses"], one["tries"], one["newest"]["ref"]) == (
            [BEN],
            1,
            "mail//0001.eml",
        )
        status = home.syncd("status").out
        assert "1 person cannot be judged" in status
        assert "newest: home: mail//0001.eml" in status
        assert {one["person"]["addresses"][0] for one in home.everything().values()} == {CLEO}
    assert home.syncd("retry", BEN).code == 0
    assert home.status()["people_set_aside"] == []
    assert len(home.interactions(BEN)) == 1


# --- audit ---


def maildir(home: Home, folder: str, numbers: range, month: int = 6) -> None:
    for number in numbers:
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = f"<{folder}.{number}@example.net>"
        message["Date"] = format_datetime(START.replace(month=month) + timedelta(hours=number))
        message["From"], message["To"], message["Subject"] = BEN, ANA, "Hello"
        message.set_content("Hello.\n")
        home.write(f"box/{folder}cur/{number}.host:2,S", message.as_bytes())
    for part in ("new", "tmp"):
        (home.folder / "box" / folder / part).mkdir(parents=True, exist_ok=True)


def with_maildir(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    maildir(home, "", range(10))
    maildir(home, ".Archive/", range(10), month=5)
    maildir(home, ".Drafts/", range(3))
    text = CONFIG.format(addresses=ANA, rules="none.yaml").replace("[mail/]", "[box/]")
    home.configure(text)
    quiet(home)
    for number in range(3):  # until the listing of every folder is believed
        home.once(now=later(number))
    return home


def quiet(home: Home) -> None:
    """No folder has changed lately."""
    for path in (home.folder / "box").rglob("*"):
        if path.is_dir():
            os.utime(path, (START.timestamp(), START.timestamp()))


def mail_of(home: Home) -> tuple[dict[str, Any], int]:
    result = home.syncd("audit", "--json")
    (found,) = [one for one in result.json if one["facet"] == "mail"]
    return found, result.code


def change(home: Home, sql: str) -> None:
    connection = dbapi2.connect(str(home.database))
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_audit_finds_everything_where_all_was_read(tmp_path: Path) -> None:
    """What there is and what was seen agree, month by month; drafts are nobody's mail."""
    home = with_maildir(tmp_path)
    found, code = mail_of(home)
    assert (found["source"], found["seen"], found["missing"], code) == (20, 20, 0, 0)
    assert {one["month"]: one["stored"] for one in found["months"]} == {
        "2026-05": 10,
        "2026-06": 10,
    }
    assert found["gaps"] == []
    assert "home: mail box: 20 of 20 seen" in home.syncd("audit").out


def test_an_audit_finds_a_cursor_that_stands_still(tmp_path: Path) -> None:
    """Mails that arrived and that no reading lists, in a source that is up in every other way."""
    home = with_maildir(tmp_path)
    maildir(home, "", range(20, 24), month=7)
    quiet(home)
    home.once(now=later(40))
    assert fare(home)["state"] == "up"
    found, code = mail_of(home)
    assert (found["missing"], code) == (4, 1)
    assert found["gaps"][0] == "nothing after 2026-06 was read: the reading stands still"
    (month,) = [one for one in found["months"] if one["missing"]]
    assert (month["month"], month["source"], month["refs"][0]) == ("2026-07", 4, "box//./20.host")


def test_an_audit_finds_a_folder_that_was_not_read(tmp_path: Path) -> None:
    """It is named, with how much is in it."""
    home = with_maildir(tmp_path)
    maildir(home, ".Lists/", range(7), month=4)
    quiet(home)
    change(home, "UPDATE cursor SET cursor = replace(cursor, '.Archive', '.Lists')")
    change(home, "DELETE FROM item WHERE ref LIKE '%.Archive%'")
    found, code = mail_of(home)
    assert (found["missing"], code) == (17, 1)
    assert "nothing in box//.Archive was read (10 items)" in found["gaps"]
    assert "nothing in box//.Lists was read (7 items)" in found["gaps"]


def test_an_audit_finds_mail_that_was_acknowledged_and_never_stored(tmp_path: Path) -> None:
    """40 % of it, while everything looks healthy."""
    home = with_maildir(tmp_path)
    change(home, "DELETE FROM sighting WHERE ref GLOB 'box//*/[0-3].host'")
    assert home.syncd("status").code == 0
    found, code = mail_of(home)
    assert (found["source"], found["missing"], code) == (20, 8, 1)
    out = home.syncd("audit").out
    assert "home: mail box: 12 of 20 seen" in out
    assert "2026-06: 4 of 10 (40 %) are missing: box//./0.host" in out


def test_an_audit_knows_what_was_left_out_on_purpose(home: Home) -> None:
    """What is ignored, older than `history:`, set aside or empty is no gap."""
    home.mail(BEN, ANA, START)
    home.mail("news@example.net", ANA, START)
    home.mail(BEN, ANA, START - timedelta(days=400))
    home.write("mail/broken.eml", b"\x00\x01 no mail at all")
    home.event(START, "Coffee", attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"}, organizer=ANA)
    home.write(
        "calendar/todo.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
    )
    home.card("Ben Archer", BEN)
    text = home.config.read_text(encoding="utf-8")
    home.configure(
        text.replace("kind: local,", "kind: local, history: 2026-01-01,")
        + "ignore: [example.net]\n"
    )
    home.once()
    result = home.syncd("audit", "--json")
    totals = {
        one["facet"]: {
            kind: number
            for kind in ("stored", "ignored", "cut", "set_aside", "empty", "missing")
            if (number := sum(month[kind] for month in one["months"]))
        }
        for one in result.json
    }
    assert totals == {
        "contacts": {"stored": 1},
        "calendar": {"stored": 1, "empty": 1},
        "mail": {"stored": 1, "ignored": 1, "cut": 1, "set_aside": 1},
    }
    assert result.code == 0


def test_an_audit_counts_mboxes(home: Home) -> None:
    """Mails in one file are items like any other."""
    letters = b"".join(
        b"From ben@x Mon Jun  1 10:00:00 2026\nMessage-ID: <%d@x>\n"
        b"Date: Mon, 1 Jun 2026 10:00:00 +0000\nFrom: ben@harbour.example.com\n"
        b"To: ana@example.org\nSubject: a\n\nHello.\n\n" % number
        for number in range(5)
    )
    home.write("mail/archive.mbox", letters)
    home.mail(BEN, ANA, START)
    home.once()
    found, code = mail_of(home)
    assert (found["source"], found["seen"], code) == (6, 6, 0)
    change(
        home,
        "DELETE FROM item WHERE ref IN (SELECT ref FROM item WHERE ref LIKE '%.mbox//%' LIMIT 2)",
    )
    found, code = mail_of(home)
    assert (found["missing"], code) == (2, 1)
    assert [one["month"] for one in found["months"] if one["missing"]] == ["2026-06"]


def test_an_audit_says_what_it_cannot_count(home: Home) -> None:
    """A source that is not there is told, the others are counted."""
    home.card("Ben Archer", BEN)
    home.once()
    (home.folder / "mail").rmdir()
    result = home.syncd("audit")
    assert result.code == 1
    assert "mail does not exist: create it" in result.out
    assert "home: contacts contacts: 1 of 1 seen" in result.out
