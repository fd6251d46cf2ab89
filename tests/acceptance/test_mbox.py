"""The same mails say the same on the command line, whatever they are kept in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance_world import Home

LINE = "From ana@example.org Mon Mar  2 09:00:00 2026\n"
STORY = (
    ("Ben Archer <ben@harbour.example.com>", "ana@example.org", 1, "Could you send me the plan?"),
    ("Ana Silva <ana@example.org>", "Ben Archer <ben@harbour.example.com>", 2, "Here it is."),
    ("Ben Archer <ben@harbour.example.com>", "ana@example.org", 3, "From here on it is easy."),
    ("Ana Silva <ana@example.org>", "Cleo Marsh <cleo@studio.example.net>", 4, "I will call you."),
)


def mails() -> list[str]:
    """The story, one mail after the other."""
    return [
        f"Message-ID: <{day}@example.org>\nDate: {day} Jun 2026 09:00:00 +0000\nFrom: {sender}\n"
        f"To: {to}\nSubject: The plan\n\nHello,\n\n{text}\n"
        for sender, to, day, text in STORY
    ]


def mbox(texts: list[str]) -> str:
    """As mboxo."""
    return "".join(LINE + text.replace("\nFrom here", "\n>From here") + "\n" for text in texts)


def put(folder: Path, kept: str) -> None:
    """The story in one of the ways to keep mail."""
    texts = mails()
    if kept == "eml":
        for number, text in enumerate(texts):
            (folder / f"{number}.eml").write_text(text)
    elif kept == "maildir":
        for name in ("cur", "new", "tmp"):
            (folder / name).mkdir()
        for number, text in enumerate(texts):
            (folder / "cur" / f"{number}.M.host:2,S").write_text(text)
    elif kept == "mbox":
        (folder / "all.mbox").write_text(mbox(texts))
    else:
        (folder / "Inbox.sbd").mkdir()
        (folder / "Inbox").write_text(mbox(texts[:1]).replace("\n", "\r\n"))
        (folder / "Inbox.msf").touch()
        (folder / "Inbox.sbd" / "Sent").write_text(mbox(texts[1:2] + texts[3:]))
        (folder / "last.eml").write_text(texts[2])


def shown(home: Home) -> Any:
    """People and explanations, without the places where mails were found."""
    assert home.syncd("once").code == 0

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(one) for key, one in value.items() if key != "evidence"}
        return [strip(one) for one in value] if isinstance(value, list) else value

    explained = home.syncd("explain", "--all", "--json").lines
    return strip([home.syncd("people", "--json").json, explained])


@pytest.mark.parametrize("kept", ["maildir", "mbox", "mixed"])
def test_how_mail_is_kept_makes_no_difference(tmp_path: Path, kept: str) -> None:
    """One file a mail, a Maildir, an mbox, or a tree of mboxes with a mail beside them."""
    states = []
    for way in ("eml", kept):
        home = Home(tmp_path / way)
        put(home.folder / "mail", way)
        states.append(shown(home))
    assert states[0] == states[1]
    assert len(states[0][0]) == 2


def test_an_mbox_that_grows_and_shrinks(tmp_path: Path) -> None:
    """A mail that is appended counts in the next run; one that is deleted has happened all the
    same."""
    texts = mails()
    home = Home(tmp_path)
    path = home.folder / "mail" / "all.mbox"
    path.write_text(mbox(texts[:2]))
    home.syncd("once")
    path.write_text(mbox(texts[:3]))
    home.syncd("once")
    (ben,) = home.syncd("people", "--json").json
    assert (ben["counts"]["sent"], ben["counts"]["received"]) == (1, 2)
    path.write_text(mbox(texts[2:]))
    home.syncd("once")
    people = home.syncd("people", "--json").json
    assert {one["name"]: one["counts"]["received"] for one in people} == {
        "Ben Archer": 2,
        "Cleo Marsh": 0,
    }


def test_a_compressed_mbox(tmp_path: Path) -> None:
    """It is named by `status`, with what to do."""
    home = Home(tmp_path)
    (home.folder / "mail" / "old.mbox.xz").write_bytes(b"\xfd7zXZ")
    (home.folder / "mail" / "new.mbox").write_text(mbox(mails()))
    assert home.syncd("once").code == 0
    status = home.syncd("status", "--json").out
    assert "unpack it (unxz)" in json.dumps(json.loads(status))
