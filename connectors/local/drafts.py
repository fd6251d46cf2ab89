"""A Maildir that takes drafts (maildir(5), with the flags D and S). Nothing ever sends one."""

from __future__ import annotations

import os
from email.parser import BytesHeaderParser
from hashlib import blake2b
from typing import Final

from connectors.contract import Drafts
from connectors.errors import Refused
from connectors.local.files import storable
from connectors.local.writing import put_new, tidy, writing

_WHAT: Final = "the folder for drafts"
_PARTS: Final = ("cur", "new", "tmp")
_HEADER: Final = 64 * 1024  # of a draft is looked at


class DraftFolder(Drafts):
    """One Maildir, made with its first draft. `prefix` is what refs begin with. A draft that
    answers the same mail already is its owner's, or ours, in whatever words: it is left as it is,
    and its ref is returned."""

    def __init__(self, root: str, prefix: str) -> None:
        self.root = root
        self._prefix = prefix

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """See `connectors.contract.Drafts`."""
        identity = message_id.strip().strip("<>")
        with writing(self.root, _WHAT):
            if os.path.lexists(self.root) and not os.path.isdir(self.root):
                raise Refused(f"{storable(self.root)} is no folder: name one for drafts")
            made = not os.path.isdir(self.root) or os.path.isdir(os.path.join(self.root, "cur"))
            if not made and os.listdir(self.root):
                raise Refused(
                    f"{storable(self.root)} is no Maildir: name one for drafts, or a folder that "
                    "is not there yet"
                )
            for part in _PARTS:
                os.makedirs(os.path.join(self.root, part), mode=0o700, exist_ok=True)
            name = self._found(identity, _ids(rfc822)[1])
            if name is None:
                unique = blake2b(identity.encode("utf-8", "replace"), digest_size=15).hexdigest()
                name = f"{unique}.syncd:2,DS"
                tidy(os.path.join(self.root, "tmp"))
                folder, tmp = os.path.join(self.root, "cur"), os.path.join(self.root, "tmp")
                put_new(folder, name, rfc822.replace(b"\r\n", b"\n"), by=tmp)
        return f"{self._prefix}{name.partition(':')[0]}"

    def _found(self, identity: str, parent: str) -> str | None:
        """The name of the draft with that Message-ID, else of one that answers the same mail."""
        alike: str | None = None
        for part in ("cur", "new"):
            folder = os.path.join(self.root, part)
            for name in sorted(os.listdir(folder)):
                own, answered = _ids_of(os.path.join(folder, name))
                if own == identity:
                    return storable(name)
                if parent and answered == parent and not _is_thrown_away(name):
                    alike = alike or storable(name)
        return alike


def _is_thrown_away(name: str) -> bool:
    """Whether it has the flag T."""
    return "T" in name.rpartition(":2,")[2] if ":2," in name else False


def _ids_of(path: str) -> tuple[str, str]:
    try:
        with open(path, "rb") as file:
            return _ids(file.read(_HEADER))
    except OSError:
        return "", ""  # moved or removed meanwhile


def _ids(data: bytes) -> tuple[str, str]:
    """The Message-ID, and that of the mail it answers."""
    header = BytesHeaderParser().parsebytes(data)
    own, answered = (str(header.get(name, "")) for name in ("Message-ID", "In-Reply-To"))
    return own.strip().strip("<>"), answered.strip().strip("<>")
