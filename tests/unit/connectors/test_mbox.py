"""mboxes as a source: what the contract suite does not say about them."""

from __future__ import annotations

import os
import pickle
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from contract.ledger import NOW, Ledger

from connectors.contract import Text
from connectors.errors import Unavailable
from connectors.local import mbox_listing
from connectors.local.mail import Mail
from connectors.local.mbox_file import OpenBox
from connectors.records import Bad, Gone, Item, Message, Seen

LINE = "From ana@example.org Mon Mar  2 09:00:00 2026\n"


def mail(number: int, body: str = "", fields: str = "", day: int = 2) -> str:
    """An invented mail with its separator and the empty line after it."""
    return (
        f"{LINE}Message-ID: <{number}@example.org>\nDate: Mon, {day} Mar 2026 09:00:00 +0000\n"
        f"From: Ana <ana@example.org>\nSubject: n{number}\n{fields}\n{body or f'text {number}'}\n\n"
    )


class Box:
    """A file whose clock goes on with each change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = 1_700_000_000
        self.ledger = Ledger()
        self.source = Mail(path, "m")

    def write(self, *texts: str) -> None:
        self.path.write_bytes("".join(texts).encode())
        self.tick()

    def append(self, text: str) -> None:
        with self.path.open("ab") as file:
            file.write(text.encode())
        self.tick()

    def tick(self, at: float = 0) -> None:
        self.clock += 1
        os.utime(self.path, (at or self.clock, at or self.clock))

    def read(self, now: datetime = NOW) -> list[Item]:
        return self.ledger.read(self.source, now)

    def subjects(self) -> list[str]:
        """What is known now."""
        return sorted(
            one.subject
            for found in self.ledger.observations.values()
            for one in found
            if isinstance(one, Message)
        )

    def ref(self, subject: str) -> str:
        found = self.ledger.observations.items()
        return next(ref for ref, (one, *_) in found if getattr(one, "subject", "") == subject)

    def text(self, ref: str, source: Mail | None = None) -> str | None:
        (found,) = (source or self.source).read_text([ref])
        assert isinstance(found, Text)
        assert found.ref == ref
        return found.plain


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An mbox with three mails that was read."""
    box = Box(tmp_path / "Inbox")
    box.write(mail(1), mail(2), mail(3))
    box.read()
    return box


def seen(items: list[Item]) -> list[str]:
    """Subjects of what was seen."""
    return [
        one.subject
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Message)
    ]


class Read:
    """Counts the bytes that are read of mboxes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes = 0
        self.opened = 0
        real, real_init = OpenBox.read, OpenBox.__init__

        def counted(file: OpenBox, offset: int, size: int) -> bytes:
            data = real(file, offset, size)
            self.bytes += len(data)
            return data

        def opens(file: OpenBox, path: str) -> None:
            self.opened += 1
            real_init(file, path)

        monkeypatch.setattr(OpenBox, "read", counted)
        monkeypatch.setattr(OpenBox, "__init__", opens)


def test_an_unchanged_mbox_is_not_opened(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing new costs one look at size, time and inode."""
    read = Read(monkeypatch)
    assert box.read() == []
    assert read.opened == 0


def test_an_appended_mail_is_read_alone(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large mbox that has grown only its ends, its last mail and what is new are read."""
    box.write(*(mail(number, "x" * 200_000) for number in range(30)), mail(31))
    box.read()
    read = Read(monkeypatch)
    box.append(mail(32))
    assert seen(box.read()) == ["n32"]
    assert read.bytes < 100_000


def test_a_copy_that_has_grown(box: Box) -> None:
    """Another inode is no other mbox: rsync and editors write a new file."""
    text = box.path.read_text()
    box.path.unlink()
    box.write(text, mail(4))
    assert seen(box.read()) == ["n4"]


def test_a_mail_is_deleted_in_the_middle(box: Box) -> None:
    """The others keep their refs and are not read again."""
    ref = box.ref("n2")
    box.write(mail(1), mail(3))
    assert box.read() == [Gone(ref)]
    assert box.subjects() == ["n1", "n3"]


def test_marks_of_mail_programs_change_nothing(box: Box) -> None:
    """A mailbox that is rewritten with marks, lengths and other line ends has no news."""
    marks = "Status: RO\nContent-Length: 6\nX-Keywords: \n"
    box.write(*(mail(number, fields=marks).replace("\n", "\r\n") for number in (3, 1, 2)))
    assert box.read() == []


def test_an_edited_body_is_read_again(box: Box) -> None:
    """An attachment that was taken off makes another stamp under the same ref."""
    ref = box.ref("n2")
    box.write(mail(1), mail(2, "short"), mail(3))
    assert [item.ref for item in box.read()] == [ref]
    assert box.text(ref) == "short"


def test_equal_mails_are_told_apart(box: Box) -> None:
    """A second copy has a ref of its own, and is what goes when one of them is deleted."""
    ref = box.ref("n1")
    box.append(mail(1))
    assert [item.ref for item in box.read()] == [f"{ref}~2"]
    box.append(mail(1))
    assert [item.ref for item in box.read()] == [f"{ref}~3"]
    box.write(mail(2), mail(1), mail(3), mail(1))
    assert box.read() == [Gone(f"{ref}~3")]
    assert box.text(f"{ref}~2") == "text 1"
    assert box.text(f"{ref}~3") is None


def test_expunged_in_place(box: Box) -> None:
    """Thunderbird deletes by a mark; nothing else in the file moves."""
    fields = "X-Mozilla-Status: 0001\n"
    texts = [mail(number, fields=fields) for number in (1, 2, 3)]
    box.write(*texts)
    assert box.read() == []
    box.write(texts[0], texts[1].replace("0001", "0009"), texts[2])
    assert [type(item) for item in box.read()] == [Gone]
    assert box.subjects() == ["n1", "n3"]


def test_expunged_while_mail_arrives(box: Box) -> None:
    """New mail is told at once; that another one was expunged meanwhile, by the reading after."""
    big = mail(2, "x" * 20_000, fields="X-Mozilla-Status: 0001\n")
    ends = mail(1, "y" * 20_000), mail(3, "y" * 20_000)
    box.write(ends[0], big, ends[1])
    box.read()
    box.write(ends[0], big.replace("0001", "0009"), ends[1], mail(4))
    assert seen(box.read()) == ["n4"]
    assert [type(item) for item in box.read()] == [Gone]
    assert box.subjects() == ["n1", "n3", "n4"]


def test_cut_off_and_filled_again(box: Box) -> None:
    """An mbox that was emptied and filled again is reconciled, longer or shorter than before."""
    box.write("")
    assert len(box.read()) == 3
    box.write(*(mail(number) for number in (5, 6, 7, 8, 1)))
    assert seen(box.read()) == ["n5", "n6", "n7", "n8", "n1"]
    box.write(mail(9))
    box.read()
    assert box.subjects() == ["n9"]


def test_a_mail_on_its_way_is_left(box: Box) -> None:
    """A mail that is still written to is read when it is complete, and never by half."""
    whole = mail(4, "one\ntwo")
    now = datetime.fromtimestamp(1_800_000_000, UTC)
    for cut in (len(LINE) - 9, len(LINE), len(LINE) + 30, whole.index("Subject"), len(whole) - 7):
        box.path.write_bytes((mail(1) + mail(2) + mail(3) + whole[:cut]).encode())
        box.tick(now.timestamp())
        assert seen(box.read(now)) == []
    box.path.write_bytes((mail(1) + mail(2) + mail(3) + whole).encode())
    box.tick(now.timestamp())
    assert seen(box.read(now)) == ["n4"]
    assert box.subjects() == ["n1", "n2", "n3", "n4"]


def test_a_mail_that_was_never_finished(box: Box) -> None:
    """What stays as it is over two readings, or was left alone for long, is read as it is."""
    now = datetime.fromtimestamp(1_800_000_000, UTC)
    box.append(mail(4)[:-9])
    box.tick(now.timestamp())
    assert seen(box.read(now)) == []
    assert seen(box.read(now)) == ["n4"]
    box.append("5\n\n" + mail(6)[:-9])
    box.tick(now.timestamp())
    assert seen(box.read(now + timedelta(minutes=1))) == ["n4", "n6"]  # n4 is longer now


def test_a_file_that_grows_while_it_is_read(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written during a reading is not taken for the end of a mail."""
    real, texts = OpenBox.grown, [mail(5)[-5:] + mail(4, "x" * 5000)]

    def grows(file: OpenBox) -> bool:
        if texts:
            box.append(texts.pop())
        return real(file)

    box.write(mail(1), mail(2), mail(3), mail(5)[:-5])
    monkeypatch.setattr(OpenBox, "grown", grows)
    box.read()
    box.read()
    assert box.read() == []
    assert box.subjects() == ["n1", "n2", "n3", "n4", "n5"]


def test_rewritten_while_it_is_read(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is gone is told from a file that keeps still, never from two versions of it."""
    monkeypatch.setattr(mbox_listing, "BATCH", 1)
    box.write(mail(4), mail(1), mail(2), mail(3))
    changes = box.source.changes(box.ledger.cursor, box.ledger, NOW)
    box.ledger.commit(next(changes))
    box.write(mail(2), mail(4), mail(3), mail(1))
    for batch in changes:
        box.ledger.commit(batch)
        assert not any(isinstance(item, Gone) for item in batch.items)
    box.read()
    assert box.subjects() == ["n1", "n2", "n3", "n4"]


def test_texts_are_found_where_they_are_now(box: Box) -> None:
    """The text of a mail is found after its mbox was rewritten, quotes taken off."""
    box.append(mail(4, ">From here on\n>>From there"))
    box.read()
    ref = box.ref("n4")
    assert box.text(ref) == "From here on\n>From there"
    box.write(mail(9), mail(4, ">From here on\n>>From there"))
    assert box.text(ref) == "From here on\n>From there"
    assert box.text(ref, Mail(box.path, "m")) == "From here on\n>From there"
    assert box.text(box.ref("n1")) is None
    assert box.text("m//nonsense") is None
    box.path.unlink()
    with pytest.raises(Unavailable, match="does not exist"):
        box.text(ref)


def test_another_process_reads(box: Box) -> None:
    """A chunk and its source can be pickled; what was rewritten since is looked for."""
    box.append(mail(4))
    (chunk,) = box.source.chunks(box.ledger.cursor, box.ledger, NOW)
    box.write(mail(9), mail(4), mail(1))
    source, chunk = pickle.loads(pickle.dumps((box.source, chunk)))
    assert seen(list(source.read_chunk(chunk).items)) == ["n4"]


def test_mail_before_history_is_acknowledged(tmp_path: Path) -> None:
    """Older mail is filtered to nothing, and not read again for that."""
    box = Box(tmp_path / "Inbox")
    box.source = Mail(box.path, "m", date(2026, 3, 5))
    box.write(mail(1), mail(2, day=9))
    assert seen(box.read()) == ["n2"]
    assert len(box.ledger.stamps) == 2
    assert box.read() == []


def test_a_mail_without_a_date_has_that_of_its_separator(tmp_path: Path) -> None:
    """The "From " line says when a mail came in."""
    box = Box(tmp_path / "Inbox")
    box.write(f"{LINE}From: ana@example.org\n\ntext\n")
    ((message,),) = (item.observations for item in box.read() if isinstance(item, Seen))
    assert isinstance(message, Message)
    assert message.at == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_an_unreadable_mail_is_set_aside(tmp_path: Path) -> None:
    """One mail without anything stops nothing."""
    box = Box(tmp_path / "Inbox")
    box.write(mail(1), f"{LINE}X-Nothing: 1\n\n\n", mail(2))
    items = box.read()
    assert [item.reason for item in items if isinstance(item, Bad)] == ["its header names nobody"]
    assert box.subjects() == ["n1", "n2"]
    assert box.read() == []


@pytest.mark.parametrize("name", ["archive.mbox", "archive.mbx"])
def test_what_is_no_mbox_says_so(tmp_path: Path, name: str) -> None:
    """A file that is called an mbox and is none is set aside with the reason, until it is one."""
    box = Box(tmp_path / name)
    box.write("nothing of the kind\n")
    (bad,) = box.read()
    assert isinstance(bad, Bad)
    assert "no mbox" in bad.reason
    assert box.read() == []
    box.write(mail(1))
    box.read()
    assert box.subjects() == ["n1"]
    assert box.ledger.reasons == {}


def test_suddenly_empty(tmp_path: Path) -> None:
    """A full mbox that is empty at once is trouble, and nothing is taken for deleted."""
    box = Box(tmp_path / "Inbox")
    box.write(*(mail(number) for number in range(21)))
    box.read()
    box.write("")
    with pytest.raises(Unavailable, match="looks empty"):
        box.read()
    box.path.unlink()
    with pytest.raises(Unavailable, match="does not exist"):
        box.read()
    box.write(*(mail(number) for number in range(20)))
    assert [type(item) for item in box.read()] == [Gone]


def test_without_permission(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """An mbox that may not be read says what to do."""

    def refuses(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    box.append(mail(4))
    with monkeypatch.context() as patch:
        patch.setattr(OpenBox, "__init__", refuses)
        with pytest.raises(Unavailable, match="may not be read"):
            box.read()
    assert seen(box.read()) == ["n4"]
