"""A configured mail path, whatever lies there: a Maildir, a tree of Maildirs, a folder of mails.

What it is is found out at each reading: the path may be mounted after syncd has started.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from connectors.contract import Known, Text
from connectors.errors import Refused
from connectors.local.eml import EmlFolder
from connectors.local.files import read_up_to, storable
from connectors.local.maildir import Maildir, maildirs
from connectors.records import Batch, Facet


class Mail:
    """One mail path as a Source that can fetch text."""

    facet = Facet.MAIL

    def __init__(self, root: Path, scope: str, history: date | None = None) -> None:
        self.root = root
        self.scope = scope
        self._history = history

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. Raises `Refused` for an mbox file."""
        yield from self._kind().changes(cursor, known, now)

    def read_text(self, refs: Sequence[str]) -> Iterator[Text]:
        """See `connectors.contract.TextSource`."""
        yield from self._kind().read_text(refs)

    def _kind(self) -> Maildir | EmlFolder:
        if self.root.is_dir() and maildirs(str(self.root)):
            return Maildir(self.root, self.scope, self._history)
        if self.root.is_file() and _is_mbox(self.root):
            raise Refused(
                f"{storable(str(self.root))}: mbox files cannot be read yet; unpack it to a Maildir"
            )
        return EmlFolder(self.root, self.scope, self._history)


def _is_mbox(path: Path) -> bool:
    try:
        return path.suffix.lower() == ".mbox" or read_up_to(str(path), 5) == b"From "
    except OSError:
        return False
