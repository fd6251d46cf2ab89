"""A support module: ids and change keys as Exchange makes them: long, and case matters."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from typing import Final

_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_STAMP: Final = re.compile(r"\d{8}T\d{6}Z")


class Ids:
    """Gives them out for one mailbox."""

    def __init__(self, mailbox: str) -> None:
        seed = hashlib.sha512(mailbox.encode()).digest() + hashlib.sha256(mailbox.encode()).digest()
        self._head = "AAMk" + base64.b64encode(seed[:78]).decode()
        self._numbers = itertools.count(1)

    def new(self, mark: str = "AAA=") -> str:
        """112 characters. Each odd one and the one that follows differ in case alone."""
        number = next(self._numbers)
        half, other = divmod(number, 2)
        tail = ""
        for _ in range(5):
            half, digit = divmod(half, len(_DIGITS))
            tail = _DIGITS[digit] + tail
        return f"{self._head}{'b' if other else 'B'}{tail[1:]}{mark}"

    def knows(self, one: str) -> bool:
        """Whether it looks like an id of this mailbox; others are malformed."""
        return one.startswith(self._head)


def change_key(revision: int) -> str:
    """Of that revision of the mailbox."""
    return "EQAAABYAAAD" + base64.b64encode(b"ck" + revision.to_bytes(8, "big") * 2).decode()


def revision_of(key: str) -> int | None:
    """What a change key was made of; None: nothing that Exchange ever gave out."""
    try:
        raw = base64.b64decode(key.removeprefix("EQAAABYAAAD"), validate=True)
    except ValueError:
        return None
    revision = int.from_bytes(raw[2:10], "big")
    return revision if change_key(revision) == key else None


def occurrence_id(master: str, stamp: str) -> str:
    """Of one occurrence of a series, by its original start (20261102T090000Z)."""
    packed = base64.b64encode(stamp.encode()).decode()
    return f"{master.removesuffix('AAA=')}O{packed}"


def read_occurrence(one: str) -> tuple[str, str] | None:
    """The master's id and the original start; None: it is no id of an occurrence."""
    head, middle, packed = one[:-25], one[-25:-24], one[-24:]
    if middle != "O":
        return None
    try:
        stamp = base64.b64decode(packed, validate=True).decode("ascii")
    except ValueError:
        return None
    return (f"{head}AAA=", stamp) if _STAMP.fullmatch(stamp) else None
