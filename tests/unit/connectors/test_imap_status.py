"""What STATUS says of folders, in all the ways in which servers name one."""

from __future__ import annotations

import pytest

from connectors.imap.names import quoted, sayable
from connectors.imap.status import Status, said

NUMBERS = b"(MESSAGES 3 UIDNEXT 9 UIDVALIDITY 5)"


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([b"Sent " + NUMBERS], b"Sent"),
        ([b'"Sent Mail" ' + NUMBERS], b"Sent Mail"),
        ([b'"a\\"b\\\\c" ' + NUMBERS], b'a"b\\c'),
        ([b'"(UIDNEXT 7)" ' + NUMBERS], b"(UIDNEXT 7)"),
        ([(b"{4}", b"a\r\nb"), b" " + NUMBERS], b"a\r\nb"),
        ([b"inbox " + NUMBERS], b"INBOX"),
        ([b'"\xfc" ' + NUMBERS], b"\xfc"),
    ],
)
def test_a_folder_that_is_told_of(rows: list[object], name: bytes) -> None:
    """Its name comes out as it is listed, whatever is in it."""
    assert said(rows) == {name: Status(5, 9, 3)}


def test_what_is_not_said() -> None:
    """It is nothing."""
    assert said([b"Sent ()", b"Old (MESSAGES 2)"]) == {b"Sent": (0, 0, 0), b"Old": (0, 0, 2)}


@pytest.mark.parametrize("name", [b"", b"a b", b'a"b\\', b"\xfc\xff", b"*%"])
def test_a_name_in_a_command(name: bytes) -> None:
    """It comes back from a status of it."""
    assert [*said([quoted(name) + b" " + NUMBERS])] == [name]


@pytest.mark.parametrize("name", [b"a\rb", b"a\nb", b"a\0b"])
def test_a_name_that_no_command_holds(name: bytes) -> None:
    """None is made of it."""
    assert not sayable(name)
    with pytest.raises(ValueError, match="line break"):
        quoted(name)
