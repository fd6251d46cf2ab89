"""Bad input: broken items are set aside and stop nothing, wrong settings are all listed, and what
cannot be used is one clear line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pysqlite3
import pytest
from acceptance_world import ANA, NOW, Home, Result, at, calendar, run, vevent
from sqlalchemy import Connection, Engine, event

BEN = "ben@example.com"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ana wrote to Ben once; everything is in order."""
    home = Home(tmp_path)
    home.mail(ANA, f"Ben Archer <{BEN}>", at("2026-06-01T09:00"))
    return home


def aside(home: Home) -> dict[str, str]:
    """What `status` says was set aside: the reason by file."""
    found = {}
    for entry in home.status()["set_aside"]:
        assert entry.keys() >= {"account", "ref", "reason"}
        assert (entry["account"], bool(entry["reason"])) == ("home", True)
        found[entry["ref"].rpartition("/")[2]] = entry["reason"]
    return found


def one_line(result: Result, code: int, *words: str) -> None:
    """A failure that says what is wrong in one line, without a traceback."""
    assert (result.code, result.out) == (code, ""), result
    assert len(result.err.strip().splitlines()) == 1, result.err
    assert "Traceback" not in result.err
    for word in words:
        assert word in result.err, result.err


# --- broken items ---

EVENT = vevent(
    at("2026-06-02T09:00"),
    "Talk",
    "whole@example.net",
    organizer=ANA,
    attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
)
BROKEN = (
    ("mail/noise.eml", bytes(range(256)) * 20),
    ("mail/empty.eml", b""),
    ("mail/html.eml", b"<html><body>Not a mail</body></html>\n"),
    ("calendar/noise.ics", bytes(range(256)) * 20),
    ("calendar/empty.ics", b""),
    (
        "calendar/no-start.ics",
        calendar("BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:Talk\r\nEND:VEVENT").encode(),
    ),
    (
        "calendar/bad-start.ics",
        calendar("BEGIN:VEVENT\r\nUID:y\r\nDTSTART:yesterday\r\nEND:VEVENT").encode(),
    ),
    ("contacts/noise.vcf", bytes(range(256)) * 20),
    ("contacts/empty.vcf", b""),
    ("contacts/nobody.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"),
)


@pytest.mark.parametrize(("name", "data"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_item_is_set_aside(home: Home, name: str, data: bytes) -> None:
    """A broken file is counted in `status` with its name and why, exits 0 and stops nothing."""
    home.write(name, data)
    home.event(at("2026-06-02T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.card("Ben Archer", BEN)
    home.once()
    (ben,) = home.people()
    assert (ben["counts"]["sent"], ben["counts"]["meetings"], ben["wanted"]) == (1, 1, True)
    assert list(aside(home)) == [name.split("/")[1]]
    result = home.syncd("status")
    assert result.code == 0
    assert name.split("/")[1] in result.out


def test_a_mended_item_is_read(home: Home) -> None:
    """A file that was broken and is mended counts, and is no longer set aside."""
    home.write("calendar/talk.ics", b"nonsense")
    home.once()
    assert aside(home)
    home.write("calendar/talk.ics", calendar(EVENT))
    home.once()
    assert aside(home) == {}
    assert home.people()[0]["counts"]["meetings"] == 1


def test_a_removed_broken_item_is_forgotten(home: Home) -> None:
    """A broken file that is gone is set aside no longer."""
    path = home.write("mail/noise.eml", b"")
    home.once()
    path.unlink()
    home.once()
    assert aside(home) == {}


def lines(*texts: bytes) -> bytes:
    return b"\r\n".join(texts) + b"\r\n"


DATE = b"Date: Mon, 01 Jun 2026 09:00:00 +0000"
DORA = b"From: Dora <dora@example.com>"
TO_ANA = b"To: ana@example.org"
TALK = vevent(
    at("2026-06-02T09:00"),
    "Talk",
    "talk",
    organizer=ANA,
    attendees={ANA: "ACCEPTED", "dora@example.com": "ACCEPTED"},
)
CARD = (b"VERSION:3.0", b"FN:Dora Lind", b"EMAIL:dora@example.com", b"END:VCARD")

PARTLY = (
    (
        "a card that is broken beside a good one",
        "contacts/two.vcf",
        lines(b"BEGIN:VCARD", b"VERSION:3.0", b"END:VCARD", b"BEGIN:VCARD", *CARD),
    ),
    (
        "a card that was cut off before a good one",
        "contacts/cut.vcf",
        lines(b"BEGIN:VCARD", b"VERSION:3.0", b"FN:Otto Ende", b"BEGIN:VCARD", *CARD),
    ),
    (
        "a card with a line that is none",
        "contacts/line.vcf",
        lines(b"BEGIN:VCARD", b"?????", *CARD),
    ),
    (
        "an event that is broken beside a good one",
        "calendar/two.ics",
        calendar("BEGIN:VEVENT\r\nUID:x\r\nDTSTART:never\r\nEND:VEVENT", TALK).encode(),
    ),
    (
        "an event that was cut off after a good one",
        "calendar/cut.ics",
        calendar(TALK, TALK.replace("UID:talk", "UID:cut"))[:-60].encode(),
    ),
    (
        "an event with a broken alarm",
        "calendar/alarm.ics",
        calendar(
            TALK.replace("END:VEVENT", "BEGIN:VALARM\r\nTRIGGER:never\r\nEND:VALARM\r\nEND:VEVENT")
        ).encode(),
    ),
    (
        "an event of a zone that nobody knows",
        "calendar/zone.ics",
        calendar(TALK).replace("DTSTART:", "DTSTART;TZID=Nowhere/Atlantis:").encode(),
    ),
    (
        "a mail with eight-bit names",
        "mail/latin.eml",
        lines(
            b"Message-ID: <l@example.net>",
            b"From: D\xf3ra <dora@example.com>",
            TO_ANA,
            DATE,
            b"Subject: Caf\xe9",
            b"",
            b"hi",
        ),
    ),
    (
        "a mail without a date that can be read",
        "mail/date.eml",
        lines(
            b"Message-ID: <d@example.net>",
            b"Received: from a by b; Mon, 01 Jun 2026 09:00:00 +0000",
            DORA,
            TO_ANA,
            b"Date: yesterday",
            b"",
            b"hi",
        ),
    ),
    ("a mail without a Message-ID", "mail/anonymous.eml", lines(DORA, TO_ANA, DATE, b"", b"hi")),
    (
        "a mail whose body is no text",
        "mail/body.eml",
        lines(
            b"Message-ID: <b@example.net>",
            DORA,
            TO_ANA,
            DATE,
            b"Content-Type: text/plain; charset=martian",
            b"Content-Transfer-Encoding: base64",
            b"",
            b"\xff\xfe\x00!!!",
        ),
    ),
)


@pytest.mark.parametrize(("truth", "name", "data"), PARTLY, ids=[row[0] for row in PARTLY])
def test_read_as_far_as_possible(home: Home, truth: str, name: str, data: bytes) -> None:
    """What is damaged is read as far as it can be: Dora is found in it."""
    home.write(name, data)
    home.once()
    assert "dora@example.com" in home.everything(), truth
    # What was left out is counted.
    left_out = "beside a good one" in truth or "cut off" in truth
    assert list(aside(home)) == ([name.split("/")[1]] if left_out else [])


def test_odd_file_names(home: Home) -> None:
    """A file name with spaces, signs or bytes that are no text is read like any other."""
    source = (home.folder / "mail/0001.eml").read_bytes()
    for number, name in enumerate((b"a b'c\".eml", "ä☃.eml".encode(), b"\xff\xfe.eml")):
        text = source.replace(b"<m1@", f"<odd{number}@".encode())
        (home.folder / "mail" / os.fsdecode(name)).write_bytes(text)
    home.once()
    assert aside(home) == {}
    assert home.people()[0]["counts"]["sent"] == 4
    assert home.syncd("explain", BEN, "--json").code == 0


def test_a_huge_header_and_many_recipients(home: Home) -> None:
    """A mail to ten thousand is read, and makes nobody known."""
    home.mail(ANA, [f"p{n}@example.com" for n in range(10_000)], at("2026-06-03T09:00"))
    home.once()
    assert [one["addresses"] for one in home.people()] == [[BEN]]


def test_markup_in_names_and_titles(home: Home) -> None:
    """What looks like markup or an escape in a name is printed as it is, and breaks no output."""
    home.mail(ANA, "Dora <dora@example.com>", at("2026-06-03T09:00"), subject="[/b] [link=x]Hi")
    home.card("[red]Dora[/nope] [/b \\\\[bold", "dora@example.com")
    home.once()
    for command in (["people"], ["explain", "dora@example.com"], ["status"], ["tasks", "--all"]):
        result = home.syncd(*command)
        assert result.code == 0, result
    assert "[/b] [link=x]Hi" in home.syncd("explain", "dora@example.com").out


def test_escapes_do_not_reach_the_terminal(home: Home) -> None:
    """Control characters in a subject or a name are not sent to the owner's terminal."""
    home.write(
        "mail/esc.eml",
        b"Message-ID: <e@example.net>\r\nFrom: ana@example.org\r\n"
        b"To: =?utf-8?Q?Do=1B[31mra?= <dora@example.com>\r\n"
        b"Date: Mon, 01 Jun 2026 09:00:00 +0000\r\n"
        b"Subject: =?utf-8?Q?Ring=07=1B]0;owned=07?=\r\n\r\nhi\r\n",
    )
    home.once()
    for command in (["people"], ["explain", "dora@example.com"]):
        out = home.syncd(*command).out
        assert "\x1b" not in out
        assert "\x07" not in out


@pytest.mark.parametrize("path", ["mail/", "calendar/", "contacts/"])
def test_a_vanished_folder(home: Home, path: str) -> None:
    """A folder that is gone is one line and exit code 1; nothing is lost, and it may come back."""
    home.event(at("2026-06-02T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.event(at("2026-07-02T09:00"), organizer=ANA, attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"})
    home.card("Ben Archer", BEN)
    home.once()
    before = home.people()
    (home.folder / path).rename(home.folder / "elsewhere")
    one_line(home.syncd("once"), 1, "home", path.rstrip("/"))
    assert home.people() == before
    assert home.syncd("status").code == 1
    (home.folder / "elsewhere").rename(home.folder / path)
    home.once()
    assert home.people() == before
    assert home.syncd("status").code == 0


def test_a_suddenly_empty_folder(home: Home) -> None:
    """A folder that was full and is empty, as an unmounted disk is, deletes nothing."""
    for number in range(30):
        home.event(
            at(f"2026-07-{number + 1:02}T09:00"),
            organizer=ANA,
            attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
        )
    home.once()
    before = home.people()
    assert before[0]["next_meeting"]
    (home.folder / "calendar").rename(home.folder / "elsewhere")
    (home.folder / "calendar").mkdir()
    one_line(home.syncd("once"), 1, "home", "calendar")
    assert home.people() == before


# --- wrong configuration ---

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


@pytest.mark.parametrize("state", ["postgres://nowhere", "nonsense", "mysql:///x"])
def test_a_state_that_is_no_state(home: Home, state: str) -> None:
    """A `state:` that names no database is a mistake of the configuration."""
    home.configure(GOOD.format(f"state: {state!r}\n"))
    one_line(home.syncd("once"), 78, "state")


# --- a state that cannot be used ---


def sqlite(path: Path, *statements: str) -> None:
    connection = pysqlite3.connect(str(path))
    try:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def test_a_foreign_database(home: Home) -> None:
    """Another program's database is refused and left as it was."""
    sqlite(home.database, "CREATE TABLE songs (title TEXT)", "INSERT INTO songs VALUES ('x')")
    before = home.database.read_bytes()
    one_line(home.syncd("once"), 78, "state")
    assert home.database.read_bytes() == before


def test_a_file_that_is_no_database(home: Home) -> None:
    """A file that is no database is refused and left as it was."""
    home.database.write_bytes(b"Dear diary, nothing happened today.\n" * 100)
    before = home.database.read_bytes()
    result = home.syncd("once")
    one_line(result, 78, "state")
    assert home.database.read_bytes() == before


def test_an_empty_file_becomes_the_state(home: Home) -> None:
    """An empty file holds nothing of anybody's, so it may become the state."""
    home.database.touch()
    home.once()
    assert home.people()


def test_another_owners_state(home: Home) -> None:
    """One file is one owner: another owner's configuration is refused."""
    home.once()
    before = home.people()
    home.configure(home.config.read_text().replace(ANA, "otto@example.net"))
    one_line(home.syncd("once"), 78, "owner")
    home.configure(home.config.read_text().replace("otto@example.net", ANA))
    assert home.people() == before


def test_a_newer_schema(home: Home) -> None:
    """A state that a newer version wrote is refused with the remedy, and left as it was."""
    home.once()
    sqlite(home.database, "UPDATE alembic_version SET version_num = '9999'")
    one_line(home.syncd("once"), 78, "newer", "update")
    one_line(home.syncd("people"), 78, "newer")


@pytest.fixture
def tasked(tmp_path: Path) -> Home:
    """Ana met Ben on Friday, and her rules make tasks of it."""
    home = Home(tmp_path, rules="real-networking")
    home.event(
        at("2026-06-12T09:00"),
        "Coffee",
        organizer=ANA,
        attendees={ANA: "ACCEPTED", BEN: "ACCEPTED"},
    )
    return home


@pytest.fixture
def impatient() -> Iterator[None]:
    """Tests do not wait the seconds that a real run waits for a lock."""

    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")

    event.listen(Engine, "begin", hurry)
    yield
    event.remove(Engine, "begin", hurry)


@pytest.mark.usefixtures("impatient")
def test_a_locked_state(home: Home) -> None:
    """While another run writes, `once` gives up in one line; the next run does its work."""
    home.once()
    home.mail(ANA, "dora@example.com", at("2026-06-02T09:00"))
    other = pysqlite3.connect(str(home.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        one_line(home.syncd("once"), 1, "in use")
        assert [one["addresses"] for one in home.people()] == [[BEN]]
    finally:
        other.execute("ROLLBACK")
        other.close()
    home.once()
    assert len(home.people()) == 2


def unless_root(path: Path) -> None:
    if os.access(path, os.W_OK):
        pytest.skip("root may write everything")


def test_a_read_only_state(home: Home) -> None:
    """A state that may not be written is one line; it can still be read, and is written later."""
    home.once()
    home.mail(ANA, "dora@example.com", at("2026-06-02T09:00"))
    home.database.chmod(0o400)
    unless_root(home.database)
    one_line(home.syncd("once"), 1, "syncd.db")
    assert [one["addresses"] for one in home.people()] == [[BEN]]
    home.database.chmod(0o600)
    home.once()
    assert len(home.people()) == 2


def test_a_read_only_folder(home: Home) -> None:
    """A folder in which no state can be made is one line."""
    home.folder.chmod(0o500)
    try:
        unless_root(home.folder)
        one_line(home.syncd("once"), 1, "syncd.db")
    finally:
        home.folder.chmod(0o700)


def test_the_state_is_a_folder(home: Home) -> None:
    """A `state:` that is a folder is one line."""
    home.database.mkdir()
    result = home.syncd("once")
    assert result.code in (1, 78)
    one_line(result, result.code, "syncd.db")


def test_a_folder_of_the_state_that_is_a_file(home: Home) -> None:
    """A `state:` below a file is one line."""
    home.write("blocked", b"")
    home.configure(home.config.read_text().replace("///syncd.db", "///blocked/syncd.db"))
    result = home.syncd("once")
    assert result.code in (1, 78)
    one_line(result, result.code, "blocked")


def test_a_damaged_state(home: Home) -> None:
    """A state whose pages are damaged is one line, not a traceback."""
    home.once()
    data = bytearray(home.database.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    home.database.write_bytes(bytes(data))
    result = home.syncd("once")
    one_line(result, result.code, "state")
    assert result.code in (1, 78)


def test_a_task_folder_that_cannot_be_written(tasked: Home) -> None:
    """A task list that is a file fails alone: reading is done, and the tasks come later."""
    (tasked.folder / "tasks").rmdir()
    tasked.write("tasks", b"")
    result = tasked.syncd("once")
    assert (result.code, result.out) == (1, "")
    assert "Traceback" not in result.err
    assert "tasks" in result.err
    assert tasked.people()[0]["counts"]["meetings"] == 1
    (tasked.folder / "tasks").unlink()
    (tasked.folder / "tasks").mkdir()
    tasked.once()
    assert list((tasked.folder / "tasks").glob("*.ics"))


def test_foreign_files_among_the_tasks(tasked: Home) -> None:
    """Broken or foreign files in the task folder stop nothing and are left as they are."""
    junk = tasked.write("tasks/junk.ics", b"\xff\xfenonsense")
    own = tasked.write(
        "tasks/own.ics", calendar("BEGIN:VTODO\r\nUID:own\r\nSUMMARY:Milk\r\nEND:VTODO")
    )
    before = (junk.read_bytes(), own.read_bytes())
    tasked.once()
    assert (junk.read_bytes(), own.read_bytes()) == before
    assert len(list((tasked.folder / "tasks").iterdir())) > 2
    assert list(aside(tasked)) == ["junk.ics"]
