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
    """One Maildir, made with its first draft. `prefix` is what refs begin with."""

    def __init__(self, root: str, prefix: str) -> None:
        self.root = root
        self._prefix = prefix

    def add_draft(self, rfc822: bytes, message_id: str) -> str:
        """See `connectors.contract.Drafts`."""
        identity = message_id.strip().strip("<>")
        with writing(self.root, _WHAT):
            made = not os.path.isdir(self.root) or os.path.isdir(os.path.join(self.root, "cur"))
            if not made and os.listdir(self.root):
                raise Refused(
                    f"{storable(self.root)} is no Maildir: name one for drafts, or a folder that "
                    "is not there yet"
                )
            for part in _PARTS:
                os.makedirs(os.path.join(self.root, part), mode=0o700, exist_ok=True)
            name = self._found(identity)
            if name is None:
                unique = blake2b(identity.encode("utf-8", "replace"), digest_size=15).hexdigest()
                name = f"{unique}.syncd:2,DS"
                tidy(os.path.join(self.root, "tmp"))
                folder, tmp = os.path.join(self.root, "cur"), os.path.join(self.root, "tmp")
                put_new(folder, name, rfc822.replace(b"\r\n", b"\n"), by=tmp)
        return f"{self._prefix}{name.partition(':')[0]}"

    def _found(self, identity: str) -> str | None:
        """The name of the draft with that Message-ID."""
        for part in ("cur", "new"):
            folder = os.path.join(self.root, part)
            for name in sorted(os.listdir(folder)):
                if _message_id(os.path.join(folder, name)) == identity:
                    return storable(name)
        return None


def _message_id(path: str) -> str:
    try:
        with open(path, "rb") as file:
            header = BytesHeaderParser().parsebytes(file.read(_HEADER))
    except OSError:
        return ""  # moved or removed meanwhile
    return str(header.get("Message-ID", "")).strip().strip("<>")
