"""mboxes against stdlib `mailbox`: 3,000 mails of a list (all 12,000 with SYNCD_SOAK), and invented
ones in four dialects."""

from __future__ import annotations

import lzma
import mailbox
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from contract.ledger import Ledger
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.formats.mbox import spans, unquoted
from connectors.local.mail import Mail
from connectors.records import Message, Seen

COUNT = 12_000 if "SYNCD_SOAK" in os.environ else 3_000
LINE = b"From ana@example.org Mon Mar  2 09:00:00 2026\n"


def ours(path: Path) -> list[bytes]:
    """The mails of a file, as they stand in it."""
    data = path.read_bytes()
    found = spans(lambda at, size: data[at : at + size], len(data))
    return [data[span.head : span.body + span.length] for span in found]


def theirs(path: Path) -> Iterator[bytes]:
    """The same by `mailbox`, which takes every line that begins with "From " for a separator."""
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.keys():  # noqa: SIM118  # iterating over it parses every mail
            yield box.get_bytes(key).rstrip(b"\r\n")
    finally:
        box.close()


@pytest.fixture(scope="module")
def listed(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The first mails of the list, unpacked."""
    packed = corpora / "list-mbox" / "list-12000.mbox.xz"
    if not packed.is_file():
        pytest.skip(f"no {packed.name} among the corpora")
    path = tmp_path_factory.mktemp("list") / "list.mbox"
    count, blank = 0, True
    with lzma.open(packed) as source, path.open("wb") as target:
        for line in source:
            count += blank and line.startswith(b"From ")
            if count > COUNT:
                break
            blank = line == b"\n"
            target.write(line)
    yield path
    path.unlink()


def test_the_list_as_mailbox_sees_it(listed: Path) -> None:
    """The same mails, byte by byte."""
    count = 0
    for mine, other in zip(ours(listed), theirs(listed), strict=True):
        assert mine.rstrip(b"\r\n") == other
        count += 1
    assert count == COUNT


def test_the_list_is_read_and_appended_to(listed: Path) -> None:
    """Every mail is an item of its own; after one more is appended, that one is read."""
    ledger, source = Ledger(), Mail(listed, "list")
    first = ledger.read(source)
    assert len(first) == len({item.ref for item in first}) == COUNT
    assert all(isinstance(item, Seen) for item in first)
    assert ledger.read(source) == []
    before = listed.stat().st_size
    with listed.open("ab") as file:
        file.write(LINE + b"From: ana@example.org\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n\n\n")
    try:
        (item,) = ledger.read(source)
        assert isinstance(item, Seen)
        (message,) = item.observations
        assert isinstance(message, Message)
        assert message.from_[0].addr == "ana@example.org"
    finally:
        with listed.open("r+b") as file:
            file.truncate(before)


def mboxo(body: bytes) -> tuple[bytes, bytes]:
    """Only "From " is quoted: what was ">From " before cannot be told from it."""
    return b"", re.sub(rb"(?m)^From ", b">From ", body)


def mboxrd(body: bytes) -> tuple[bytes, bytes]:
    """ ">From " is quoted as well."""
    return b"", re.sub(rb"(?m)^(>*From )", rb">\1", body)


def mboxcl(body: bytes) -> tuple[bytes, bytes]:
    """As mboxo, with a length."""
    quoted = mboxo(body)[1]
    return b"Content-Length: %d\n" % len(quoted), quoted


def mboxcl2(body: bytes) -> tuple[bytes, bytes]:
    """A length, and nothing is quoted."""
    return b"Content-Length: %d\n" % len(body), body


PIECES = st.sampled_from(
    [
        b"From here on\n",
        b">From Ana\n",
        b"\n",
        b"text\n",
        LINE,
        b"Subject: a field\n",
        b"> From x\n",
    ]
)


@given(
    st.lists(st.lists(PIECES, max_size=8).map(b"".join), min_size=1, max_size=5),
    st.sampled_from([mboxo, mboxrd, mboxcl, mboxcl2]),
)
@settings(max_examples=150)
def test_dialects(
    tmp_path_factory: pytest.TempPathFactory,
    bodies: list[bytes],
    dialect: Callable[[bytes], tuple[bytes, bytes]],
) -> None:
    """What was written is found again in every dialect, also by `mailbox` where lines are quoted;
    taking quotes off gives the body back (of mboxo as far as it can be told)."""
    data = b""
    expected = []
    for number, body in enumerate(bodies):
        length, quoted = dialect(body)
        data += LINE + b"Subject: n%d\n%s\n%s\n" % (number, length, quoted)
        expected.append(b"Subject: n%d\n%s\n" % (number, length) + body)
    path = tmp_path_factory.mktemp("dialect") / "box"
    path.write_bytes(data)
    found = ours(path)
    assert len(found) == len(bodies)
    if dialect is not mboxcl2:
        assert [mail.rstrip(b"\n") for mail in found] == list(theirs(path))
    for mail, whole in zip(found, expected, strict=True):
        back = unquoted(mail + b"\n")
        if dialect in (mboxo, mboxcl):
            back, whole = (re.sub(rb"(?m)^>+From ", b"From ", one) for one in (back, whole))
        if dialect is mboxcl2:
            whole = unquoted(whole)  # without a bare line in it, it cannot be told from mboxcl
        assert back.rstrip(b"\n") == whole.rstrip(b"\n")
