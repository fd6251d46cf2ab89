"""One `local` account: which files are which facet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.contract import ContactBook, Drafts, Source, TaskList
from connectors.local.files import ref_prefix
from connectors.local.mail import Mail

if TYPE_CHECKING:
    from connectors.local.tasks import TaskFolder


class LocalAccount:
    """Folders and files of one owner. Relative paths are relative to `base`.

    `cards` is the folder that cards are added to, `drafts` the Maildir for drafts; `category` marks
    those cards. `zone` is where floating times are local; `history` bounds what is observed of the
    past (None: all mail, and calendars from ten years before the first reading).
    """

    def __init__(
        self,
        name: str,
        base: Path,
        mail: Sequence[Path] = (),
        calendar: Sequence[Path] = (),
        contacts: Sequence[Path] = (),
        tasks: Path | None = None,
        zone: ZoneInfo | None = None,
        history: date | None = None,
        *,
        cards: Path | None = None,
        drafts: Path | None = None,
        category: str = "",
    ) -> None:
        self.name = name
        self._base = base
        self._mail = mail
        self._calendar = calendar
        self._contacts = contacts
        self._tasks = tasks
        self._cards = cards
        self._drafts = drafts
        self._zone = zone or ZoneInfo("UTC")
        self._history = history
        self._category = category
        self._folder: TaskFolder | None = None

    def sources(self) -> list[Source]:
        """One source for each configured path, the task list among them.

        Nothing is opened here: whether a path exists is found out by reading it.
        """
        sources: list[Source] = [
            Mail(self._path(path), self._scope(path), self._history, self._zone)
            for path in _once(self._mail)
        ]
        if self._calendar:
            from connectors.local.vdir import Vdir

            sources += [
                Vdir(self._path(path), self._scope(path), self._zone, self._history)
                for path in _once(self._calendar)
            ]
        if self._contacts:
            from connectors.local.cards import Cards

            sources += [
                Cards(self._path(path), self._scope(path)) for path in _once(self._contacts)
            ]
        if (tasks := self._task_folder()) is not None:
            sources.append(tasks)
        return sources

    def task_list(self) -> TaskList | None:
        """The list that tasks are written to, where one is configured. Before it is asked for,
        reading the list changes nothing in its folder."""
        folder = self._task_folder()
        if folder is not None:
            folder.writable = True
        return folder

    def contact_book(self) -> ContactBook | None:
        """The folder that cards are added to, where one is configured."""
        if self._cards is None:
            return None
        from connectors.local.book import CardFolder

        root = os.path.normpath(self._path(self._cards))
        prefix = ref_prefix(self._scope(self._cards))
        for path in _once(self._contacts):  # where it is read, under the refs it has there
            above = os.path.normpath(self._path(path))
            if root == above or root.startswith(above + os.sep):
                below = root[len(above) + 1 :]
                prefix = ref_prefix(self._scope(path)) + (f"{below}/" if below else "")
        read = [os.path.normpath(self._path(path)) for path in _once(self._contacts)]
        return CardFolder(root, prefix, self._category, read)

    def drafts(self) -> Drafts | None:
        """The Maildir for drafts, where one is configured."""
        if self._drafts is None:
            return None
        from connectors.local.drafts import DraftFolder

        root = os.path.normpath(self._path(self._drafts))
        return DraftFolder(root, ref_prefix(self._scope(self._drafts)))

    def _task_folder(self) -> TaskFolder | None:
        if self._tasks is not None and self._folder is None:
            from connectors.local.tasks import TaskFolder

            path, scope = self._path(self._tasks), self._scope(self._tasks)
            self._folder = TaskFolder(path, scope, self._zone)
            self._folder.writable = False
        return self._folder

    def _path(self, configured: Path) -> Path:
        return self._base / configured.expanduser()

    def _scope(self, configured: Path) -> str:
        path = os.path.normpath(self._path(configured))
        base = os.path.normpath(self._base)
        if os.path.isabs(path) and os.path.isabs(base) and path.startswith(base + os.sep):
            return path[len(base) + 1 :]
        return path


def _once(paths: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys(paths))
