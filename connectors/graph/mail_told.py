"""What is known of a mailbox in one reading: what was committed, and what was told since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from connectors.contract import Known
from connectors.graph.mail_folders import Folder

SCOPE: Final = "mail"


def prefix_of(folder: Folder) -> str:
    """What the refs of its mails begin with."""
    return f"{SCOPE}//{folder.key}/"


class Told:
    """See above; of one reading."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._since: dict[str, bool] = {}  # whether it is there, by ref
        self._stamps: dict[str, Mapping[str, str]] = {}  # by the key of the folder

    def load(self, folder: Folder) -> None:
        """Ask for all that was committed of a folder: many of its mails are about to be looked
        for."""
        if folder.key not in self._stamps:
            self._stamps[folder.key] = dict(self._known.under(prefix_of(folder)))

    def forget(self, folder: Folder) -> None:
        """Few of its mails will be looked for from now on."""
        self._stamps.pop(folder.key, None)

    def has(self, folder: Folder, mail_id: str) -> bool:
        """Whether a mail is known, or was told in this reading."""
        ref = prefix_of(folder) + mail_id
        if (told := self._since.get(ref)) is not None:
            return told
        stamps = self._stamps.get(folder.key)
        return ref in (self._known.under(ref) if stamps is None else stamps)

    def was_told(self, folder: Folder, mail_id: str) -> bool:
        """Whether this reading has said of a mail that it is there."""
        return self._since.get(prefix_of(folder) + mail_id, False)

    def everything(self, folder: Folder) -> set[str]:
        """The refs of all mails of a folder that are there as far as was told."""
        self.load(folder)
        prefix = prefix_of(folder)
        refs = {ref for ref in self._stamps[folder.key] if self._since.get(ref, True)}
        return refs | {ref for ref, here in self._since.items() if here and ref.startswith(prefix)}

    def there(self, ref: str) -> None:
        """It was told that it is."""
        self._since[ref] = True

    def gone(self, refs: Iterable[str]) -> None:
        """It was told that these are not, or not any more."""
        self._since.update(dict.fromkeys(refs, False))
