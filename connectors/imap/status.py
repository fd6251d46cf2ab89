"""Folders from outside: what STATUS says of them (RFC 3501 6.3.10), in as few steps as the server
allows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from connectors.imap.folders import Folder
    from connectors.imap.session import Session

ITEMS: Final = "(MESSAGES UIDNEXT UIDVALIDITY)"

_NUMBER: Final = re.compile(rb"(MESSAGES|UIDNEXT|UIDVALIDITY) (\d+)", re.IGNORECASE)
_NAME: Final = re.compile(rb'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)


class Status(NamedTuple):
    """What one folder holds; 0 for what was not said."""

    validity: int
    next: int
    exists: int


def said(rows: Iterable[Any]) -> dict[bytes, Status]:
    """What STATUS answers say, as imaplib collects them, by the folder's name on the wire."""
    found: dict[bytes, Status] = {}
    literal: bytes | None = None
    for row in rows:
        if isinstance(row, tuple):  # a name as a literal; what is said of it comes next
            literal = row[1]
            continue
        name, literal = literal, None
        if name is None:
            match = _NAME.match(row)
            name = b"" if match is None else match[2] or _ESCAPE.sub(rb"\1", match[1] or b"")
        # The name comes first, and may look like anything.
        numbers = {key.upper(): int(n) for key, n in _NUMBER.findall(row[row.rfind(b"(") :])}
        found[b"INBOX" if name.upper() == b"INBOX" else name] = Status(
            *(numbers.get(key, 0) for key in (b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES"))
        )
    return found


class Statuses:
    """STATUS of the `folders`, each asked for once: with the list where the server told it there,
    alone for those named in `rung`, and all others together."""

    def __init__(self, folders: Sequence[Folder], rung: Collection[str] = ()) -> None:
        self._said = {one.wire: one.status for one in folders if one.status is not None}
        self._left = [
            one.wire for one in folders if one.wire not in self._said and one.name not in rung
        ]

    def of(self, session: Session, folder: Folder) -> Status:
        """One of them. Raises `No`."""
        if folder.wire in self._left:
            self._said |= session.statuses(self._left)
            self._left = []
        if folder.wire not in self._said:
            self._said[folder.wire] = session.status(folder.wire)
        return self._said[folder.wire]
