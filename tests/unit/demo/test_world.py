"""The demo's files: the same every time, readable by others, and nobody's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest
import recurring_ical_events
import vobject
from ruamel.yaml import YAML

from rules.load import load
from syncd.demo import Truth, write
from syncd.demo.cast import Cast

END = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
ADDRESS = re.compile(rb"[\w.+-]+@[\w.-]+")
OURS = re.compile(rb"@(?:[\w-]+\.)*example\.(?:com|net|org)\.?$")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, write(folder, end=END)


@pytest.fixture(scope="module")
def folder(made: tuple[Path, Truth]) -> Path:
    return made[0]


@pytest.fixture(scope="module")
def truth(made: tuple[Path, Truth]) -> Truth:
    return made[1]


@pytest.fixture(scope="module")
def parsed(folder: Path) -> dict[Path, EmailMessage]:
    return {
        file: message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in files(folder / "Maildir")
        if file.name != "maildirfolder"
    }


@pytest.fixture(scope="module")
def mails(parsed: dict[Path, EmailMessage]) -> list[EmailMessage]:
    return list(parsed.values())


@pytest.fixture(scope="module")
def calendars(folder: Path) -> list[icalendar.Calendar]:
    return [icalendar.Calendar.from_ical(file.read_bytes()) for file in files(folder / "calendars")]


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in files(folder)}


def addresses(mail: EmailMessage, *names: str) -> set[str]:
    values = [str(value) for name in names for value in mail.get_all(name, [])]
    return {address for _, address in getaddresses(values)}


def field(event: icalendar.Event, name: str) -> Any:
    """A property; its static type is a union of everything that iCalendar knows."""
    return event[name]


def answer_of(event: icalendar.Event, address: str) -> str:
    (guest,) = (one for one in field(event, "ATTENDEE") if one == f"mailto:{address}")
    return str(guest.params["PARTSTAT"])


def test_the_same_seed_and_end_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, seed=7, end=END)
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_another_year_with_the_same_truth(
    folder: Path, truth: Truth, tmp_path: Path
) -> None:
    assert write(tmp_path, seed=8, end=END) == truth
    assert contents(tmp_path) != contents(folder)


def test_a_second_year_is_never_mixed_into_the_first(folder: Path) -> None:
    with pytest.raises(FileExistsError, match="Maildir"):
        write(folder, end=END)


def test_an_end_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        write(tmp_path, end=END.replace(tzinfo=None))


def test_a_year_has_about_the_size_of_a_year(
    folder: Path, mails: list[EmailMessage], calendars: list[icalendar.Calendar]
) -> None:
    assert 2900 <= len(mails) <= 3500
    assert 380 <= len(calendars) <= 450
    assert 20 <= len(list((folder / "contacts").glob("*.vcf"))) <= 60
    assert not list((folder / "tasks").iterdir())


def test_nobody_real_is_in_it(folder: Path) -> None:
    """Every address ends in a domain that RFC 2606 sets aside."""
    for path in files(folder):
        unfolded = path.read_bytes().replace(b"=\n", b"").replace(b"\r\n ", b"")
        for address in ADDRESS.findall(unfolded):
            assert OURS.search(address), (path, address)


def test_first_names_are_unique() -> None:
    """A title such as "Coffee with Lena" must name one person only."""
    counted = Counter(person.first for person in Cast())
    assert [name for name, number in counted.items() if number > 1] == []


def test_a_mail_parses_without_a_defect(mails: list[EmailMessage]) -> None:
    """Every third, that is every kind of them; no id comes twice in all."""
    ids = Counter(mail["Message-ID"] for mail in mails)
    assert set(ids.values()) == {1}
    for mail in mails[::3]:
        assert not mail.defects, mail["Subject"]
        for name in ("From", "To", "Subject", "Date", "Message-ID"):
            assert not mail[name].defects, mail[name]
        # The fields of a delivery report come out as text parts without text.
        report = mail.get_content_type() == "multipart/report"
        for part in mail.walk():
            assert not part.defects, mail["Subject"]
            if part.get_content_maintype() == "text" and not report:
                assert part.get_content().strip()


def test_no_mail_comes_from_the_future_or_from_before_the_year(mails: list[EmailMessage]) -> None:
    dates = [parsedate_to_datetime(mail["Date"]) for mail in mails]
    assert max(dates) < END
    assert min(dates) > END - timedelta(days=372)
    assert {date.utcoffset() is not None for date in dates} == {True}


def test_answers_follow_what_they_answer(mails: list[EmailMessage]) -> None:
    by_id = {mail["Message-ID"]: mail for mail in mails}
    answers = [mail for mail in mails if mail["In-Reply-To"]]
    assert len(answers) > 800
    for mail in answers:
        parent = by_id[mail["In-Reply-To"]]
        assert parsedate_to_datetime(parent["Date"]) < parsedate_to_datetime(mail["Date"])
        assert mail["References"].split()[-1] == mail["In-Reply-To"]


def test_sent_mail_lies_in_the_sent_folder(parsed: dict[Path, EmailMessage], truth: Truth) -> None:
    for path, mail in parsed.items():
        assert (".Sent" in path.parts) == (truth.owner.address in addresses(mail, "From"))


def test_every_program_and_encoding_occurs(mails: list[EmailMessage]) -> None:
    parts = [part for mail in mails for part in mail.walk()]
    kinds = {part.get_content_type() for part in parts}
    assert {
        "text/plain", "text/html", "text/calendar", "multipart/alternative", "multipart/mixed",
        "multipart/report", "application/pdf",
    } <= kinds  # fmt: skip
    encodings = {str(part["Content-Transfer-Encoding"]) for part in parts}
    assert {"7bit", "quoted-printable", "base64"} <= encodings
    assert any("Małgorzata Król" in str(mail["From"]) for mail in mails)


def test_every_entry_parses_and_lasts(calendars: list[icalendar.Calendar]) -> None:
    uids = Counter(calendar.events[0]["UID"] for calendar in calendars)
    assert set(uids.values()) == {1}
    for calendar in calendars:
        assert {str(event["UID"]) for event in calendar.events} == {calendar.events[0]["UID"]}
        for event in calendar.events:
            assert not event.errors
            assert event.DTSTART < event.DTEND
            assert field(event, "DTSTAMP").dt < END


def test_some_meetings_are_still_to_come_and_all_of_them_soon(
    calendars: list[icalendar.Calendar],
) -> None:
    starts = [calendar.events[0].DTSTART for calendar in calendars]
    ahead = [start for start in starts if isinstance(start, datetime) and start > END]
    assert 2 <= len(ahead) <= 20
    assert max(ahead) < END + timedelta(days=14)


def test_the_weekly_meeting_has_moved_and_cancelled_instances(
    calendars: list[icalendar.Calendar], truth: Truth
) -> None:
    (series,) = (c for c in calendars if c.events[0]["SUMMARY"] == "Weekly: Helena / Ana")
    master, *instances = series.events
    assert answer_of(master, truth.weekly_partner.address) == "ACCEPTED"
    assert {str(one["STATUS"]) for one in instances} == {"CANCELLED", "CONFIRMED"}
    moved = next(one for one in instances if one["STATUS"] == "CONFIRMED")
    assert field(moved, "RECURRENCE-ID").dt != moved.DTSTART
    found = recurring_ical_events.of(series).between(END - timedelta(days=350), END)
    assert 44 <= len(found) <= 50


def test_every_card_parses(folder: Path) -> None:
    for path in files(folder / "contacts"):
        card = vobject.readOne(path.read_text("utf-8"))
        assert card.fn.value
        assert card.email.value


def test_the_configuration_is_the_one_the_interface_promises(folder: Path, truth: Truth) -> None:
    found = YAML(typ="safe").load((folder / "syncd.yaml").read_text("utf-8"))
    assert found["owner"]["addresses"] == [truth.owner.address]
    (account,) = found["accounts"]
    assert account["kind"] == "local"
    for name in (*account["mail"], *account["calendar"], *account["contacts"], account["tasks"]):
        assert (folder / name).is_dir()
    assert found["tasks_in"] == account["name"]


def test_the_owners_rules_load(folder: Path) -> None:
    loaded = load([("my-rules.yaml", (folder / "my-rules.yaml").read_text("utf-8"))])
    assert [rule.id for rule in loaded.rules] == ["inner-circle"]
