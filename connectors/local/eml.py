"""A folder tree of mails, one a file: *.eml, and files without an ending as archives have them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connectors.contract import Text
from connectors.errors import BadItem
from connectors.local.files import FULL_LIMIT, read_up_to, ref_prefix, storable, walk
from connectors.local.folder import Content, FolderSource, Progress
from connectors.local.mailfile import mail_in, oldest_of
from connectors.records import Facet

# Endings of what lies beside mails and is none. A name such as "1.949a3d30" or "17." has no
# ending in this sense: a file is a mail unless it says otherwise, and archives keep mails as .txt.
_OTHERS: Final = frozenset(
    (
        ".bak", ".cats", ".cfg", ".css", ".csv", ".db", ".db-journal", ".db-shm", ".db-wal",
        ".doc", ".docx", ".gif", ".gz", ".htm", ".html", ".ics", ".idx", ".ini", ".jpeg", ".jpg",
        ".json", ".key", ".lock", ".log", ".mbox", ".md", ".msf", ".msg", ".pdf", ".png", ".pst",
        ".py", ".sh", ".tar", ".tmp", ".tsv", ".vcf", ".xlsx", ".xml", ".xz", ".yaml", ".yml",
        ".zip",
    )
)  # fmt: skip


class EmlFolder(FolderSource):
    """Mails as files. `zone` is where floating times of what they carry are local; `history`:
    older ones are acknowledged and hold no observation."""

    facet = Facet.MAIL

    def __init__(self, root: Path, scope: str, zone: ZoneInfo, history: date | None = None) -> None:
        super().__init__(root, scope)
        self._zone = zone
        self._oldest = oldest_of(history)

    def wanted(self, name: str) -> bool:
        """A mail, by its name."""
        dot = name.rfind(".")
        return (dot < 0 or name[dot:].lower() not in _OTHERS) and name[-1] != "~"

    def read(self, path: str, progress: Progress) -> Content:
        """The message in one file, and what it carries."""
        return Content(mail_in(path, self._zone, self._oldest))

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        prefix = ref_prefix(self.scope)
        names: dict[str, str] | None = None
        for ref in refs:
            path = os.path.join(self.root, ref.removeprefix(prefix))
            if not os.path.exists(path):
                if names is None:  # a name that is no UTF-8, or a mail that is gone
                    names = {
                        storable(name): file.path
                        for name, file in walk(self.root, self.wanted).items()
                    }
                path = names.get(ref.removeprefix(prefix), path)
            yield Text(ref, text_of_file(path))


def text_of_file(path: str) -> str | None:
    """The text of a mail file, "" where it has none, None where it is gone or unreadable."""
    from connectors.formats.text import plain_text  # costs 40 ms, and headers do without

    try:
        return plain_text(read_up_to(path, FULL_LIMIT))
    except OSError:
        return None
    except BadItem:
        return ""
