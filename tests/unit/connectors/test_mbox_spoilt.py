"""Files in the place of an mbox that are none, and what stands before an mbox's first mail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from contract.ledger import Ledger

from connectors.errors import CursorExpired, Refused, Unavailable
from connectors.local.mail import Mail
from connectors.records import Bad, Gone, Item, Message, Seen

LINE = "From ana@example.org Mon Mar  2 09:00:00 2026\n"


def mail(number: int) -> str:
    """An invented mail with its separator and the empty line after it."""
    return (
        f"{LINE}Message-ID: <{number}@example.org>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n"
        f"From: Ana <ana@example.org>\nSubject: n{number}\n\ntext {number}\n\n"
    )


class Box:
    """A file whose clock goes on with each change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = 1_700_000_000
        self.ledger = Ledger()
        self.source = Mail(path, "m")

    def write(self, *texts: str | bytes) -> None:
        self.path.write_bytes(b"".join(t if isinstance(t, bytes) else t.encode() for t in texts))
        self.clock += 1
        os.utime(self.path, (self.clock, self.clock))

    def read(self) -> list[Item]:
        return self.ledger.read(self.source)

    def read_again(self) -> list[Item]:
        """A reading that has to start over."""
        with pytest.raises(CursorExpired):
            self.read()
        self.ledger.cursor = None
        return self.read()

    def subjects(self) -> list[str]:
        """What is known now."""
        return sorted(
            one.subject
            for found in self.ledger.observations.values()
            for one in found
            if isinstance(one, Message)
        )


def seen(items: list[Item]) -> list[str]:
    """Subjects of what was seen."""
    return [
        one.subject
        for item in items
        if isinstance(item, Seen)
        for one in item.observations
        if isinstance(one, Message)
    ]


NOISE = {
    "text": b"nothing of the kind\n" * 20,
    "bytes": bytes(range(256)) * 20,
    "nothing": b"\0" * 4000,
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(200)),
}


def outcome(box: Box) -> tuple[object, ...]:
    """What two readings say of a file that is no mbox: nothing known goes, and the second one has
    nothing to add."""
    try:
        items = box.read()
        assert box.read() == []
    except Refused as error:
        with pytest.raises(Refused):
            box.read()
        return (str(error),)
    assert not [item for item in items if isinstance(item, Gone)]
    return tuple(sorted((ref, reason) for ref, reason in box.ledger.reasons.items()))


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("name", ["Inbox", "archive.mbox"])
@pytest.mark.parametrize("before", ["mails", "many", "empty", "missing"])
def test_what_is_no_mbox_any_more(tmp_path: Path, name: str, noise: str, before: str) -> None:
    """Whatever stood there before, a file that is no mbox ends the same; no mail is gone for it,
    and the mbox goes on when it is back."""
    (tmp_path / "new").mkdir()
    first = Box(tmp_path / "new" / name)
    first.write(NOISE[noise])
    box = Box(tmp_path / name)
    count = 30 if before == "many" else 3
    box.write(*(mail(number) for number in range(count)))
    box.read()
    if before == "empty":
        box.write("")
        box.read()
    if before == "missing":
        box.path.unlink()
        with pytest.raises(Unavailable):
            box.read()
    known = box.subjects()
    box.write(NOISE[noise])
    expected = outcome(first)
    assert expected
    assert outcome(box) == tuple(
        one.replace(str(first.path), str(box.path)) if isinstance(one, str) else one
        for one in expected
    )
    assert box.subjects() == known
    box.write(*(mail(number) for number in range(1, count + 1)))
    box.read()
    assert box.subjects() == sorted(f"n{number}" for number in range(1, count + 1))
    assert box.ledger.reasons == {}
    assert box.read() == []


def test_a_mail_takes_the_place_of_an_mbox_for_a_while(tmp_path: Path) -> None:
    """The same mbox with its old time is read again."""
    box = Box(tmp_path / "Inbox")
    box.write(mail(1), mail(2), mail(3))
    box.read()
    away = box.path.with_name("away")
    box.path.rename(away)
    box.path.write_text(mail(9).removeprefix(LINE))
    box.read_again()
    assert box.subjects() == ["n9"]
    away.replace(box.path)
    box.read_again()
    assert box.subjects() == ["n1", "n2", "n3"]


@pytest.mark.parametrize("lead", [">", " ", ">> ", "\ufeff", "\n\n", "\ufeff\r\n>"])
@pytest.mark.parametrize("name", ["Inbox", "archive.mbox"])
def test_what_costs_no_mail_at_the_beginning(tmp_path: Path, name: str, lead: str) -> None:
    """A byte order mark, empty lines or a quote before the first "From " line."""
    box = Box(tmp_path / name)
    box.write(lead, mail(1), mail(2))
    box.read()
    assert box.subjects() == ["n1", "n2"]
    assert box.ledger.reasons == {}
    box.write(lead, mail(1), mail(2), mail(3))
    assert seen(box.read()) == ["n3"]
    texts = box.source.read_text(sorted(box.ledger.stamps))
    assert sorted(text.plain or "" for text in texts) == ["text 1", "text 2", "text 3"]


def test_what_stands_before_the_first_mail(tmp_path: Path) -> None:
    """Is not passed over in silence, until it is put right; the mails after it are read."""
    box = Box(tmp_path / "archive.mbox")
    lost = mail(1).replace(LINE, "From whom it was, no date\n")
    box.write(lost, mail(2))
    (bad,) = (item for item in box.read() if isinstance(item, Bad))
    assert "stands before its first" in bad.reason
    assert box.subjects() == ["n2"]
    assert box.read() == []
    box.write(lost, mail(2), mail(3))
    assert seen(box.read()) == ["n3"]
    assert len(box.ledger.reasons) == 1
    box.write(mail(1), mail(2), mail(3))
    box.read()
    assert box.subjects() == ["n1", "n2", "n3"]
    assert box.ledger.reasons == {}
    box.write(lost, mail(2), mail(3))
    assert [type(item) for item in box.read()] == [Bad, Gone]


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n"])
def test_an_empty_mbox_is_fine(tmp_path: Path, text: str) -> None:
    """An mbox from which everything was deleted is one, and may be filled again."""
    box = Box(tmp_path / "archive.mbox")
    box.write(text)
    assert box.read() == []
    box.write(mail(1))
    assert seen(box.read()) == ["n1"]
    box.write(text)
    assert [type(item) for item in box.read()] == [Gone]
