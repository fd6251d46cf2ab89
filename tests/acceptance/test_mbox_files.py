"""mbox files as other programs write them: dialects, growth, rewriting, folders of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance_letters import (
    ANA_WHO,
    BEN,
    BEN_WHO,
    BOXES,
    asks,
    deliver,
    difference,
    letter,
    mbox,
    multi,
    part,
    told,
)
from acceptance_world import ANA, Home, at

CLEO_WHO = "Cleo Birkin <cleo@example.net>"


def correspondence() -> list[bytes]:
    """Mails whose bodies hold what breaks naive readers of mbox files."""
    day = at("2026-06-01T09:00")
    return [
        letter(ANA_WHO, BEN_WHO, day, "From here it looks green.\n", name="one@example.org"),
        letter(
            BEN_WHO,
            ANA,
            day + timedelta(days=1),
            "Good.\n\nFrom Monday on we are closed.\n>From quoted.\n>>From twice.\n\n"
            "From: Otto Lund\nSubject: no header\n\nCould you send me the slides?\n",
            name="two@example.com",
            answers="one@example.org",
        ),
        letter(ANA_WHO, CLEO_WHO, day + timedelta(days=2), "\n\nFrom \n\n", name="three@x.org"),
        letter(
            CLEO_WHO,
            ANA,
            day + timedelta(days=3),
            multi(
                part("text/plain; charset=utf-8", "I will send you the plan tomorrow.\r\n"),
                part("text/html", "<p>From me</p>\r\n\r\nFrom nobody\r\n"),
            ),
            name="four@example.net",
            kind='multipart/alternative; boundary="=_one"',
        ),
        letter(BEN_WHO, ANA, day + timedelta(days=4), "", name="five@example.com"),
    ]


def home_with(folder: Path, mail: str) -> Home:
    """A home whose mail is what `mail` lists."""
    home = Home(folder)
    home.configure(home.config.read_text().replace("[mail/]", f"[{mail}]"))
    return home


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the mails say that lie in a folder, one file each."""
    home = Home(tmp_path_factory.mktemp("folder"))
    for mail in correspondence():
        deliver(home, mail)
    home.once()
    assert asks(home, BEN)
    return told(home)


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "no final newline": lambda data: data.rstrip(b"\r\n"),
    "further empty lines at the end": lambda data: data + b"\n\n\n",
    "empty lines before the first mail": lambda data: b"\n\n" + data,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("eol", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("dialect", BOXES)
def test_every_dialect_says_the_same(
    tmp_path: Path, expected: dict[str, Any], dialect: str, eol: bytes, way: str
) -> None:
    """An mbox gives the people and interactions that the same mails in a folder give."""
    home = home_with(tmp_path, "archive.mbox")
    home.write("archive.mbox", WAYS[way](mbox(correspondence(), dialect, eol)))
    home.once()
    found = told(home)
    assert found == expected, difference(expected, found)


def write_box(home: Home, mails: Sequence[bytes], dialect: str = "mboxrd") -> Path:
    return home.write("archive.mbox", mbox(mails, dialect))


def read_once(home: Home) -> int:
    """How many items of mail a run reads."""
    result = home.syncd("once", "--json")
    assert result.code == 0, result.err
    return sum(one["items"] for one in result.json["read"])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_with(tmp_path, "archive.mbox")


def test_what_is_appended_is_read(home: Home, expected: dict[str, Any]) -> None:
    """Mails appended to an mbox are read by the next run, those before them are not read again."""
    mails = correspondence()
    write_box(home, mails[:3])
    assert read_once(home) >= 3
    write_box(home, mails)
    assert read_once(home) == 2
    assert told(home) == expected, difference(expected, told(home))
    assert read_once(home) == 0


def test_a_mail_written_in_two_steps_is_whole(home: Home, expected: dict[str, Any]) -> None:
    """An mbox read while its last mail is still being written is right after the next run."""
    data = mbox(correspondence())
    home.write("archive.mbox", data[: len(data) - 300])
    home.syncd("once")
    home.write("archive.mbox", data)
    home.once()
    assert told(home) == expected, difference(expected, told(home))


def test_a_rewritten_box_loses_nothing(home: Home, expected: dict[str, Any]) -> None:
    """A mailer that deletes a mail and adds Status headers changes nothing that was seen."""
    mails = correspondence()
    write_box(home, mails)
    home.once()
    status = b"Status: RO\r\nX-Status: A\r\nMIME-Version"
    write_box(home, [mail.replace(b"MIME-Version", status, 1) for mail in mails[1:]])
    home.once()
    assert told(home) == expected, difference(expected, told(home))
    assert read_once(home) == 0


def test_a_box_rewritten_with_a_new_mail(home: Home, expected: dict[str, Any]) -> None:
    """Deleted, delivered and put in another order between two runs: the new mail is read."""
    mails = correspondence()
    write_box(home, mails[:4])
    home.once()
    write_box(home, [mails[3], mails[4], mails[0]])
    home.once()
    assert told(home) == expected, difference(expected, told(home))


@pytest.mark.parametrize("left", [0, 1], ids=["empty", "one mail"])
def test_a_truncated_box_loses_nothing(home: Home, expected: dict[str, Any], left: int) -> None:
    """An mbox that was emptied, or cut to its first mail, takes back no interaction."""
    mails = correspondence()
    write_box(home, mails)
    home.once()
    write_box(home, mails[:left])
    home.syncd("once")
    assert told(home) == expected, difference(expected, told(home))
    new = letter(BEN_WHO, ANA, at("2026-06-10T09:00"), name="new@example.com")
    write_box(home, [*mails[:left], new])
    home.once()
    assert len(home.interactions(BEN)) == 4


def test_a_box_that_vanishes_is_a_failed_account(home: Home, expected: dict[str, Any]) -> None:
    """A missing mbox fails its account, says which file, and nothing that was read is lost."""
    box = write_box(home, correspondence())
    home.once()
    box.rename(box.with_suffix(".away"))
    result = home.syncd("once")
    assert result.code in {1, 77}, result
    assert "archive.mbox" in result.out + result.err
    assert "Traceback" not in result.err
    assert told(home) == expected
    assert home.syncd("status").code == 1
    box.with_suffix(".away").rename(box)
    home.once()
    assert told(home) == expected


def test_a_folder_of_boxes(tmp_path: Path, expected: dict[str, Any]) -> None:
    """A folder of mbox files, named .mbox or not, is read with its sub-folders."""
    home = home_with(tmp_path, "boxes/")
    mails = correspondence()
    home.write("boxes/2025.mbox", mbox(mails[:2]))
    home.write("boxes/sub/2026.mbox", mbox(mails[2:4], "mboxo"))
    home.write("boxes/inbox", mbox(mails[4:]))
    home.once()
    assert told(home) == expected, difference(expected, told(home))


def test_thunderbirds_folders(tmp_path: Path, expected: dict[str, Any]) -> None:
    """Thunderbird's profile: mbox files without ending, .sbd folders, .msf indexes beside them."""
    home = home_with(tmp_path, "Mail/")
    mails = correspondence()
    index = '// <!-- <mdb:mork:z v="1.4"/> -->\n< <(a=c)> >\n'
    home.write("Mail/Local Folders/Inbox", mbox(mails[:2], "mboxrd", b"\r\n"))
    home.write("Mail/Local Folders/Inbox.msf", index)
    home.write("Mail/Local Folders/Inbox.sbd/Clients", mbox(mails[2:4], "mboxrd", b"\r\n"))
    home.write("Mail/Local Folders/Inbox.sbd/Clients.msf", index)
    home.write("Mail/Local Folders/Sent", mbox(mails[4:], "mboxrd", b"\r\n"))
    home.write("Mail/Local Folders/Trash", b"")
    home.write("Mail/Local Folders/msgFilterRules.dat", 'version="9"\nlogging="no"\n')
    home.once()
    assert told(home) == expected, difference(expected, told(home))
    assert home.status()["set_aside"] == []


def test_a_byte_order_mark(tmp_path: Path, expected: dict[str, Any]) -> None:
    """A mark that an editor put before the first "From " costs no mail."""
    home = home_with(tmp_path, "archive.mbox")
    home.write("archive.mbox", b"\xef\xbb\xbf" + mbox(correspondence()))
    home.once()
    assert told(home) == expected, difference(expected, told(home))


def test_a_folder_of_everything(tmp_path: Path) -> None:
    """Single mails, an mbox and a Maildir in one folder: none is passed over in silence."""
    home = home_with(tmp_path, "kept/")
    mails = correspondence()
    for sub in ("cur", "new", "tmp"):
        (home.folder / "kept/Maildir" / sub).mkdir(parents=True)
    home.write("kept/Maildir/cur/1780000000.1.host:2,S", mails[0])
    home.write("kept/2026.mbox", mbox(mails[1:3]))
    for index, mail in enumerate(mails[3:]):
        home.write(f"kept/{index}.eml", mail)
    home.once()
    aside = {
        one["ref"].rstrip("/").rpartition("/")[2]: one["reason"]
        for one in home.status()["set_aside"]
    }
    assert aside.keys() == {f"{index}.eml" for index in range(len(mails[3:]))}
    assert all("by itself" in reason for reason in aside.values())
    home.configure(home.config.read_text().replace("kept/", "kept/Maildir, kept/2026.mbox"))
    home.once()
    assert sum(one["counts"]["sent"] + one["counts"]["received"] for one in home.people()) == 3


def test_status_counts_each_path_by_itself(tmp_path: Path) -> None:
    """What one path holds is not said of the other."""
    home = home_with(tmp_path, "archive.mbox, Maildir")
    (home.folder / "Maildir/cur").mkdir(parents=True, exist_ok=True)
    home.write("archive.mbox", mbox(correspondence()[:2]))
    home.once()
    found = {row["scope"]: row["items"] for row in home.status()["accounts"]}
    assert (found["archive.mbox"], found["Maildir"]) == (2, 0)
    assert "archive.mbox: up to date (2 items)" in home.syncd("status").out


@pytest.mark.parametrize("before", ["mails", "nothing"])
@pytest.mark.parametrize("noise", [b"garbage\n" * 40, b"\x1f\x8b\x08\x00" + b"\x07" * 900])
def test_what_is_no_box_any_more(
    home: Home, expected: dict[str, Any], noise: bytes, before: str
) -> None:
    """A box that became something else is named as at a first start, and nothing is lost."""
    write_box(home, correspondence())
    home.once()
    if before == "nothing":
        home.write("archive.mbox", b"")
        home.once()
    home.write("archive.mbox", noise)
    fresh = home_with(home.folder / "fresh", "archive.mbox")
    fresh.write("archive.mbox", noise)
    for _ in range(2):
        results = [one.syncd("once") for one in (home, fresh)]
        assert results[0].code == results[1].code
        assert home.status()["set_aside"] == fresh.status()["set_aside"]
        assert home.status()["set_aside"] or "unpack it (gunzip)" in results[0].err
    assert told(home) == expected, difference(expected, told(home))
    write_box(home, correspondence())
    home.once()
    assert told(home) == expected, difference(expected, told(home))
    assert home.status()["set_aside"] == []
