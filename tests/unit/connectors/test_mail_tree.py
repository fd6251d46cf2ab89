"""Folder trees of mail as programs keep them: Thunderbird, mutt, Apple Mail, archives, mixtures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.ledger import Ledger

from connectors.local import boxes as finding
from connectors.local.mail import Mail
from connectors.records import Bad, Gone, Item, Message, Seen

LINE = "From ana@example.org Mon Mar  2 09:00:00 2026\n"


def mail(number: int) -> str:
    """An invented mail."""
    return (
        f"Message-ID: <{number}@example.org>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n"
        f"From: Ana <ana@example.org>\nSubject: n{number}\n\ntext {number}\n"
    )


def mbox(*numbers: int) -> str:
    """An mbox with these mails."""
    return "".join(f"{LINE}{mail(number)}\n" for number in numbers)


class Tree:
    """A folder tree, and what is known of it. Each file is as old as it is told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.clock = 1_700_000_000
        self.ledger = Ledger()
        self.source = Mail(root, "m")

    def write(self, **files: str) -> None:
        """Files by name, "/" written as "__"."""
        self.put({name.replace("__", "/"): text for name, text in files.items()})

    def put(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            self.clock += 1
            os.utime(path, (self.clock, self.clock))

    def read(self) -> list[Item]:
        return self.ledger.read(self.source)

    def found(self) -> dict[str, list[str]]:
        """Subjects by mbox or by file."""
        places: dict[str, list[str]] = {}
        for ref, found in sorted(self.ledger.observations.items()):
            rest = ref.removeprefix("m//")
            place = rest.rpartition("//")[0] or rest
            subjects = [one.subject for one in found if isinstance(one, Message)]
            places[place] = sorted(places.get(place, []) + subjects)
        return places


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """An empty folder."""
    return Tree(tmp_path / "Mail")


def seen(items: list[Item]) -> list[str]:
    """Subjects of what was seen."""
    return sorted(
        one.subject
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Message)
    )


def test_thunderbird(tree: Tree) -> None:
    """Mboxes without endings beside their indexes, sub-folders in .sbd, rules and logs between;
    what was never sent is no mail."""
    tree.put(
        {
            "Inbox": mbox(1, 2), "Inbox.msf": "<!-- x -->", "Inbox.sbd/Mill": mbox(3),
            "Inbox.sbd/Mill.msf": "", "Inbox.sbd/Mill.sbd/Deep": mbox(4, 5),
            "Inbox.sbd/Mill.sbd/Deep.msf": "", "Sent": mbox(6), "Sent.msf": "", "Trash": "",
            "Trash.msf": "", "Drafts": mbox(7), "Drafts.msf": "", "Templates": mbox(8),
            "Templates.msf": "", "Unsent Messages": mbox(9), "Unsent Messages.msf": "",
            "msgFilterRules.dat": "version=9\n", "filterlog.html": "x", "popstate.dat": "x",
        }
    )  # fmt: skip
    items = tree.read()
    assert tree.found() == {
        "Inbox": ["n1", "n2"], "Inbox.sbd/Mill": ["n3"], "Inbox.sbd/Mill.sbd/Deep": ["n4", "n5"],
        "Sent": ["n6"],
    }  # fmt: skip
    assert not any(isinstance(item, Bad) for item in items)
    assert tree.read() == []
    tree.put({"Inbox.sbd/Mill": mbox(3, 10)})
    assert seen(tree.read()) == ["n10"]


def test_mutt(tree: Tree) -> None:
    """Mboxes of any name, empty ones among them, and a Maildir beside them."""
    tree.put(
        {
            "sent": mbox(1, 2), "lists/python.dev": mbox(3, 4), "2024": mbox(5, 6),
            "new mail": "", "postponed": mbox(11),
            "in/cur/1.M.host:2,S": mail(7), "in/new/2.M.host": mail(8), "in/tmp/3.M.host": mail(9),
            "in/dovecot-uidlist": "3 V1\n",
        }
    )  # fmt: skip
    tree.read()
    assert tree.found() == {
        "sent": ["n1", "n2"], "lists/python.dev": ["n3", "n4"], "2024": ["n5", "n6"],
        "in/1.M.host": ["n7"], "in/2.M.host": ["n8"],
    }  # fmt: skip
    assert tree.read() == []
    tree.put({"new mail": mbox(9), "in/cur/4.M.host:2,": mail(10)})
    assert seen(tree.read()) == ["n10", "n9"]


def test_apple_mail_and_archives(tree: Tree) -> None:
    """X.mbox/mbox, mailing list archives, and one mbox a year."""
    tree.put(
        {
            "Old.mbox/mbox": mbox(1, 2), "Old.mbox/table_of_contents": "\x00\x01",
            "2024-March.txt": mbox(3, 4), "2025.mbox": mbox(5),
        }
    )  # fmt: skip
    tree.read()
    found = tree.found()
    assert found["Old.mbox/mbox"] == ["n1", "n2"]
    assert found["2024-March.txt"] == ["n3", "n4"]
    assert found["2025.mbox"] == ["n5"]


def test_mails_and_mboxes_mixed(tree: Tree) -> None:
    """Single mails, some of which begin with a "From " line, beside mboxes."""
    files = {"a.eml": mail(1), "0001.bfc8d6": LINE + mail(2), "Sent": mbox(3, 4), "b/17": mail(5)}
    tree.put(files | {"old.mbox": mbox(6), "notes.md": "x", "cover.html": "x"})
    tree.read()
    assert tree.found() == {
        "a.eml": ["n1"], "0001.bfc8d6": ["n2"], "Sent": ["n3", "n4"], "b/17": ["n5"],
        "old.mbox": ["n6"],
    }  # fmt: skip
    assert tree.read() == []
    texts = tree.source.read_text(sorted(tree.ledger.stamps))
    assert sorted(text.plain or "" for text in texts) == [f"text {n}" for n in range(1, 7)]
    tree.ledger.cursor = None
    assert len(tree.read()) == 6


def test_an_mbox_comes_to_a_folder_of_mails(tree: Tree) -> None:
    """Neither its coming nor its going lets the mails beside it be read again."""
    tree.write(**{"a.eml": mail(1), "b.eml": mail(2)})
    tree.read()
    tree.write(Sent=mbox(3, 4))
    assert seen(tree.read()) == ["n3", "n4"]
    (tree.root / "Sent").unlink()
    assert [type(item) for item in tree.read()] == [Gone, Gone]
    assert tree.read() == []
    tree.write(**{"c.eml": mail(5)})
    assert seen(tree.read()) == ["n5"]


def test_a_single_mail_becomes_an_mbox(tree: Tree) -> None:
    """A file with one mail is that mail; with a second one it is an mbox, of the same mails."""
    tree.write(sent=mbox(1))
    tree.read()
    assert tree.found() == {"sent": ["n1"]}
    tree.write(sent=mbox(1, 2))
    tree.read()
    assert tree.found() == {"sent": ["n1", "n2"]}
    assert len(tree.ledger.stamps) == 2


def test_the_last_mbox_of_many_mails_goes(tree: Tree) -> None:
    """Deleting an archive beside other mail is no unmounted disk."""
    tree.put({"a.eml": mail(100), "old.mbox": mbox(*range(30))})
    tree.read()
    (tree.root / "old.mbox").unlink()
    assert len([item for item in tree.read() if isinstance(item, Gone)]) == 30
    tree.put({"old.mbox": mbox(*range(30))})
    tree.read()
    (tree.root / "a.eml").unlink()
    assert [type(item) for item in tree.read()] == [Gone]
    assert len(tree.ledger.stamps) == 30


def test_compressed_mboxes_are_set_aside(tree: Tree) -> None:
    """They are named, with what to do; the rest is read."""
    tree.put({"2023.mbox.gz": "x", "2024.mbox": mbox(1), "a.eml": mail(2), "photos.zip": "x"})
    items = tree.read()
    assert [item.reason for item in items if isinstance(item, Bad)] == [
        "it is compressed and not read: unpack it (gunzip) and configure the mbox"
    ]
    assert seen(items) == ["n1", "n2"]
    assert tree.read() == []
    (tree.root / "2023.mbox.gz").unlink()
    tree.put({"2023.mbox": mbox(3)})
    tree.read()
    assert tree.ledger.reasons == {}
    assert tree.found() == {"2023.mbox": ["n3"], "2024.mbox": ["n1"], "a.eml": ["n2"]}


def test_one_unreadable_mbox_stops_nothing(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, what is known of it stays, and the others are read."""
    tree.put({"a.mbox": mbox(1), "b.mbox": mbox(2)})
    tree.read()
    tree.put({"a.mbox": mbox(1, 3), "b.mbox": mbox(2, 4)})
    real = os.open

    def refuses(path, flags, *args, **kwargs):  # type: ignore[no-untyped-def]  # for os.open
        if str(path).endswith("a.mbox"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("connectors.local.mbox_file.os.open", refuses)
        items = tree.read()
        assert [type(item) for item in items if not isinstance(item, Seen)] == [Bad]
        assert seen(items) == ["n4"]
        assert tree.read() == []
    assert seen(tree.read()) == ["n3"]
    assert tree.ledger.reasons == {}
    assert sum(map(len, tree.found().values())) == 4


def test_a_folder_that_cannot_be_listed(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in it is not gone."""
    tree.put({"a.mbox": mbox(1), "sub/b.mbox": mbox(2)})
    tree.read()
    real = os.scandir

    def refuses(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr("connectors.local.boxes.os.scandir", refuses)
        assert not any(isinstance(item, Gone) for item in tree.read())
    tree.read()
    assert tree.found() == {"a.mbox": ["n1"], "sub/b.mbox": ["n2"]}


def test_names_that_are_no_utf8(tree: Tree) -> None:
    """An mbox whose name is in another encoding is read, and its texts are found."""
    path = os.fsencode(tree.root) + b"/caf\xe9.mbox"
    try:
        Path(os.fsdecode(path)).write_text(mbox(1))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = tree.read()
    item.ref.encode("utf-8")
    assert [text.plain for text in Mail(tree.root, "m").read_text([item.ref])] == ["text 1"]


def test_known_mails_are_not_looked_into(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of mails without endings is looked into once, not at each reading."""
    tree.put({f"{number}": mail(number) for number in range(5)})
    tree.read()

    def looks(path: str, _: int) -> bytes:
        raise AssertionError(f"{path} was looked into")

    monkeypatch.setattr(finding, "read_up_to", looks)
    assert tree.read() == []


@pytest.mark.parametrize("beside", [{}, {"a.eml": mail(9)}, {"old.mbox": mbox(9)}])
@pytest.mark.parametrize("name", ["Inbox", "in.mbox"])
def test_an_mbox_becomes_something_else(tree: Tree, name: str, beside: dict[str, str]) -> None:
    """Its mails are not gone for that, with a cursor or without, until it is put right or away."""
    tree.put(beside | {name: mbox(1, 2)})
    tree.read()
    known = tree.found()
    for text in ("nothing of the kind\n", "and nothing else\n"):
        tree.put({name: text})
        assert not [item for item in tree.read() if not isinstance(item, Bad)]
        assert len(tree.ledger.reasons) == 1
        assert tree.read() == []
        assert tree.found() == known
    tree.ledger.cursor = None
    assert not [item for item in tree.read() if isinstance(item, Gone)]
    assert tree.found() == known
    tree.put({name: mbox(2, 3)})
    tree.read()
    assert tree.found()[name] == ["n2", "n3"]
    assert tree.ledger.reasons == {}
    tree.put({name: "nothing of the kind\n"})
    tree.read()
    (tree.root / name).unlink()
    tree.read()
    assert tree.found().keys() == beside.keys()
    assert tree.ledger.reasons == {}
    assert tree.read() == []
