"""Finding mail, calendars, cards and task lists in invented home folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from unit.setup.homes import CARD, EVENT, TODO, maildir, mbox, put

from syncd.setup import Finds, Home, find, guess, walk
from syncd.setup.mailboxes import is_sent

BEN = ("Ben <ben@example.com>", "ana@example.org")
ANA = ("Ana <ana@example.org>", "ben@example.com")


def below(home: Path, paths: object) -> list[str]:
    assert isinstance(paths, tuple)
    return [str(one.path.relative_to(home)) for one in paths]


def test_mail_of_every_program_is_found(tmp_path: Path) -> None:
    """Maildirs with sub-folders, trees of them, mboxes and Thunderbird's profiles; each tree is one
    path, and what lies in another is not named twice."""
    maildir(tmp_path / "Maildir", BEN)
    maildir(tmp_path / "Maildir" / ".Sent", ANA)
    maildir(tmp_path / ".mail" / "work" / "INBOX", BEN)
    maildir(tmp_path / ".mail" / "work" / "Sent Items", ANA)
    put(
        tmp_path,
        {
            "Mail/inbox": mbox(BEN),
            "Mail/notes.txt": "nothing",
            "Mail/archive.mbox/mbox": mbox(BEN, ANA),
            ".thunderbird/x.default/ImapMail/mail.example.org/INBOX": mbox(BEN),
            ".thunderbird/x.default/ImapMail/mail.example.org/INBOX.msf": "index",
            ".thunderbird/x.default/ImapMail/mail.example.org/Sent": mbox(ANA),
            ".thunderbird/x.default/cache2/Mail.txt": "From nobody",
            ".mozilla/seamonkey/y.default/Mail/Local Folders/Sent-1": mbox(ANA),
        },
    )
    found = find(Home.of(tmp_path))
    assert below(tmp_path, found.mail) == [
        ".mail",
        ".mozilla/seamonkey/y.default/Mail",
        ".thunderbird/x.default/ImapMail",
        "Mail",
        "Maildir",
    ]
    assert [one.what for one in found.mail] == [
        "Maildir, 2 folders",
        "mbox",
        "mbox, 2 folders",
        "mbox, 2 folders",
        "Maildir, 2 folders",
    ]
    sent = sorted(str(box.path.relative_to(tmp_path)) for box in found.boxes if box.sent)
    assert sent == [
        ".mail/work/Sent Items",
        ".mozilla/seamonkey/y.default/Mail/Local Folders/Sent-1",
        ".thunderbird/x.default/ImapMail/mail.example.org/Sent",
        "Maildir/.Sent",
    ]
    assert found.passed_over == ()


def test_numbered_mails_are_mail(tmp_path: Path) -> None:
    """MH numbers its mails; numbered files that are something else are none."""
    mail = mbox(ANA).split("\n", 1)[1]
    put(tmp_path, {"Mail/inbox/1": mail, "Mail/inbox/2": mail, "Mail/_sent_mail/17.": mail})
    put(tmp_path, {"Mail/other/1": "nothing", "mail/1": "# notes"})
    (place,) = find(Home.of(tmp_path)).mail
    assert [(box.path.name, box.kind, box.sent) for box in place.boxes] == [
        ("_sent_mail", "mails", True),
        ("inbox", "mails", False),
    ]
    assert guess(Home.of(tmp_path), place.boxes).addresses == ("ana@example.org",)


def test_the_inbox_of_the_environment_is_found(tmp_path: Path) -> None:
    """$MAIL and the spool hold mail outside of home; for another home than one's own they do not
    count."""
    put(tmp_path, {"spool/ana": mbox(BEN), "elsewhere/inbox": mbox(BEN), "home/": ""})
    home = tmp_path / "home"
    own = Home(
        home, {"USER": "ana", "MAIL": str(tmp_path / "elsewhere" / "inbox")}, tmp_path / "spool"
    )
    paths = [one.path for one in find(own).mail]
    assert paths == [tmp_path / "elsewhere" / "inbox", tmp_path / "spool" / "ana"]
    assert find(Home.of(home)).mail == ()


def test_calendars_cards_and_tasks_are_told_apart(tmp_path: Path) -> None:
    """By what their files hold: a folder each, single files as well; a list of tasks is no
    calendar, and the likeliest list comes first."""
    put(
        tmp_path,
        {
            ".calendars/ana/home/1.ics": EVENT,
            ".calendars/ana/mixed/1.ics": EVENT,
            ".calendars/ana/mixed/2.ics": TODO,
            ".calendars/ana/tasks/1.ics": TODO,
            ".calendars/ana/empty/": "",
            ".contacts/friends/1.vcf": CARD,
            ".local/share/khal/calendars/work/1.ics": EVENT,
            "holidays.ics": EVENT,
            "people.vcf": CARD,
            "notes.ics": "nothing",
        },
    )
    found = find(Home.of(tmp_path))
    assert below(tmp_path, found.calendar) == [
        ".calendars/ana/home",
        ".calendars/ana/mixed",
        ".local/share/khal/calendars/work",
        "holidays.ics",
    ]
    assert below(tmp_path, found.contacts) == [".contacts/friends", "people.vcf"]
    assert below(tmp_path, found.tasks) == [".calendars/ana/tasks", ".calendars/ana/mixed"]
    assert found.calendar[1].what == "events and tasks"


SETTINGS = {
    ".config/khal/config": "[calendars]\n[[home]]\npath = ~/dav/cal/*  # all\ntype = discover\n",
    ".config/vdirsyncer/config": (
        '[storage cards]\ntype = "filesystem"\npath = "~/dav/cards"\nfileext = ".vcf"\n'
        '[storage one]\ntype = "singlefile"\npath = "~/dav/single/%s.ics"\n'
    ),
    ".config/todoman/config.py": 'path = "$HOME/dav/todo/*"\ndate_format = "%Y-%m-%d"\n',
    ".config/khard/khard.conf": "[addressbooks]\n[[family]]\npath = dav/family\n",
}


def test_the_settings_of_other_programs_name_folders(tmp_path: Path) -> None:
    """vdirsyncer, khal, khard and todoman say where they keep things; a list of todoman's may be
    empty still."""
    home = tmp_path / "ana [1]*"
    put(home, SETTINGS)
    put(
        home,
        {
            "dav/cal/home/1.ics": EVENT,
            "dav/cards/1.vcf": CARD,
            "dav/single/work.ics": EVENT,
            "dav/family/1.vcf": CARD,
            "dav/todo/tasks/": "",
        },
    )
    found = find(Home.of(home))
    assert below(home, found.calendar) == ["dav/cal/home", "dav/single"]
    assert below(home, found.contacts) == ["dav/cards", "dav/family"]
    assert below(home, found.tasks) == ["dav/todo/tasks"]


def test_links_do_not_lead_out_of_home(tmp_path: Path) -> None:
    """A link out of the home folder is said and not followed, one inside is; a circle ends."""
    home = tmp_path / "home"
    maildir(tmp_path / "disk" / "mail", BEN)
    maildir(home / "kept", BEN)
    (home / ".mail").symlink_to(home / "kept")
    (home / "Maildir").symlink_to(tmp_path / "disk" / "mail")
    (home / "kept" / "round").symlink_to(home)
    found = find(Home.of(home))
    assert below(home, found.mail) == [".mail"]
    (passed,) = found.passed_over
    assert passed.path == home / "Maildir"
    assert "leads out of the home folder" in str(passed)
    named = find(Home.of(home), mail=[home / "Maildir"])
    assert [one.what for one in named.mail] == ["Maildir"]


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be listed is named with the reason, and the rest is found."""
    maildir(tmp_path / "Maildir", BEN)
    put(tmp_path, {".calendars/secret/1.ics": EVENT, ".calendars/home/1.ics": EVENT})
    real = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find(Home.of(tmp_path))
    assert below(tmp_path, found.calendar) == [".calendars/home"]
    assert [str(one) for one in found.passed_over] == [
        f"{tmp_path}/.calendars/secret: cannot be read (permission denied)"
    ]
    assert len(found.mail) == 1


def test_effort_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that are too deep or too many are not looked into, which is said."""
    put(tmp_path, {".contacts/a/b/c/d/1.vcf": CARD})
    put(tmp_path, {f".mail/{name}/": "" for name in "tuvwxyz"})
    monkeypatch.setattr(walk, "DEPTH", 2)
    monkeypatch.setattr(walk, "ENTRIES", 6)
    found = find(Home.of(tmp_path))
    assert found.mail == ()
    assert found.contacts == ()
    why = {one.path.name: one.why for one in found.passed_over}
    assert "more than 2 folders deep" in why["b"]
    assert "more than 6 entries" in why[".mail"]


def test_many_mails_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mails of a Maildir are not listed to find it, however many there are; nor are the caches
    of a profile."""
    maildir(tmp_path / "Maildir", *[BEN] * 12)
    maildir(tmp_path / "Maildir" / ".Sent", ANA)
    deep = {f".mozilla/firefox/x.default/cache/{n}/{n}/": "" for n in range(12)}
    put(tmp_path, deep)
    monkeypatch.setattr(walk, "ENTRIES", 10)
    found = find(Home.of(tmp_path))
    assert [one.what for one in found.mail] == ["Maildir, 2 folders"]
    assert found.passed_over == ()


def test_a_name_that_no_configuration_can_hold(tmp_path: Path) -> None:
    """A folder whose name is no UTF-8 is passed over, and its neighbours are found."""
    put(tmp_path, {".calendars/home/1.ics": EVENT})
    Path(os.fsdecode(os.fsencode(tmp_path / ".calendars") + b"/caf\xe9")).mkdir()
    found = find(Home.of(tmp_path))
    assert below(tmp_path, found.calendar) == [".calendars/home"]
    assert "caf\\xe9" in str(found.passed_over[0])


def test_nothing_is_found_in_an_empty_home(tmp_path: Path) -> None:
    """No mail, no calendars, no complaint."""
    assert find(Home.of(tmp_path)) == Finds()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Sent", True), (".Sent", True), ("INBOX.Sent Items", True), ("[Gmail].Sent Mail", True),
        ("Sent-1", True), ("sent-mail-2026", True), ("Gesendet", True), ("Éléments envoyés", True),
        ("Sent Messages.mbox", True), ("INBOX", False), ("presents", False), ("Unsent", False),
        ("Archive", False),
    ],
)  # fmt: skip
def test_folders_of_sent_mail_are_known_by_name(name: str, sent: bool) -> None:
    """In several languages, numbered, and below a prefix."""
    assert is_sent(name) is sent
