"""A task list on disk: a folder of .ics files with one VTODO each, as vdirsyncer keeps it.

The file is named after the key and put there by `link`, which never overwrites: creating twice
makes one task, whatever happened in between. Changes replace the file in one step. What reads and
writes tasks is imported when one is: it brings icalendar, and most runs change nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.contract import Draft, Known, Remote
from connectors.errors import BadItem, Conflict, Refused, Vanished
from connectors.formats.names import file_name
from connectors.local.files import (
    listing,
    read_whole,
    ref_prefix,
    stamp_of,
    storable,
    walk,
)
from connectors.local.folder import Content, FolderSource, Progress
from connectors.local.writing import (
    put_new,
    sync_folder,
    temporary,
    tidy,
    write_through,
    writing,
)
from connectors.records import Batch, Facet, Task


class TaskFolder(FolderSource):
    """One folder as a TaskList."""

    facet = Facet.TASKS
    creates_once = True
    may_be_emptied = True  # the core asks the owner, who may have meant it

    def __init__(self, root: Path, scope: str, zone: ZoneInfo) -> None:
        super().__init__(root, scope)
        self._zone = zone
        self.writable = True  # False: reading it changes nothing, not even to tidy up
        self._existed = False
        self._tidied = False

    def wanted(self, name: str) -> bool:
        """An .ics file."""
        return name.lower().endswith(".ics")

    def read(self, path: str, progress: Progress) -> Content:
        """The tasks of one file."""
        from connectors.formats.vtodo import read_tasks

        return Content(tuple(read_tasks(read_whole(path), self._zone)))

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. A folder that is not there yet holds nothing; the
        first task makes it."""
        if not os.path.isdir(self.root):
            if self._existed or known.under(ref_prefix(self.scope)):
                raise Vanished(
                    f"{storable(self.root)}, the task list, has vanished; nothing was deleted: "
                    "mount it again, or correct its path in the configuration"
                )
            if not os.path.lexists(self.root):
                yield Batch((), Progress().text(None), done=True)
                return
        if self.writable:
            self._tidy()
        self._existed = True
        yield from super().changes(cursor, known, now)

    def find(self, key: str) -> Sequence[Remote]:
        """See `connectors.contract.TaskList`. Reads every file: only asked for in doubt."""
        self._prepare()
        found: list[tuple[datetime, str, Remote]] = []
        for name, file in walk(self.root, self.wanted).items():
            try:
                remote = self._remote(file.path, ref_prefix(self.scope) + name, key)
            except (OSError, BadItem):
                continue  # removed meanwhile, or unreadable: not ours
            if remote is not None:
                created = remote.task.created or datetime.max.replace(tzinfo=UTC)
                found.append((created, remote.ref, remote))
        return [remote for *_, remote in sorted(found, key=lambda entry: entry[:2])]

    def create(self, draft: Draft) -> Remote:
        """See `connectors.contract.TaskList`."""
        self._prepare()
        name = file_name(draft.key, ".ics")
        path = os.path.join(self.root, name)
        ref = ref_prefix(self.scope) + name
        with self._writing(ref):
            from connectors.formats.vtodo import write_task

            if not os.path.lexists(path):
                put_new(self.root, name, write_task(draft))
            remote = self._remote(path, ref, draft.key)
        if remote is None:
            raise Refused(f"{storable(path)} is in the way of a new task: move it elsewhere")
        return remote

    def update(
        self,
        remote: Remote,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
        completed: bool | None = None,
    ) -> Remote:
        """See `connectors.contract.TaskList`."""
        return self._edit(remote, None, title=title, notes=notes, due=due, done=completed)

    def complete(self, remote: Remote, at: datetime, notes: str | None = None) -> Remote:
        """See `connectors.contract.TaskList`."""
        return self._edit(remote, at, notes=notes)

    def remove(self, remote: Remote) -> None:
        """See `connectors.contract.TaskList`."""
        with self._writing(remote.ref), contextlib.suppress(FileNotFoundError):
            os.unlink(self._path(remote.ref))

    def _edit(
        self,
        remote: Remote,
        completed: datetime | None,
        *,
        title: str | None = None,
        notes: str | None = None,
        due: date | None = None,
        done: bool | None = None,
    ) -> Remote:
        path = self._path(remote.ref)
        self._tidy()
        with self._writing(remote.ref):
            from connectors.formats.vtodo import edit_task

            data = read_whole(path)
            made = temporary(self.root, b"")
            try:
                # The new file's own time is when this change was made.
                written = datetime.fromtimestamp(int(os.stat(made).st_mtime), UTC)
                if done:
                    completed = written
                write_through(
                    made,
                    edit_task(
                        data, remote.task.key, completed or written, title=title, notes=notes,
                        due=due, completed=completed, reopened=done is False,
                    ),
                )  # fmt: skip
                if stamp_of(os.stat(path)) != remote.stamp:
                    raise Conflict(remote.ref, "the task was changed by another application")
                with contextlib.suppress(OSError):
                    os.chmod(made, os.stat(path).st_mode & 0o777)
                os.replace(made, path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(made)
                raise
            sync_folder(self.root)
            edited = self._remote(path, remote.ref, remote.task.key)
        if edited is None:
            raise Conflict(remote.ref, "the task was changed by another application")
        return edited

    def _remote(self, path: str, ref: str, key: str) -> Remote | None:
        """The task `key` ("": any) in a file. Raises OSError and `BadItem`."""
        from connectors.formats.vtodo import read_tasks

        stamp = stamp_of(os.stat(path))
        tasks: list[Task] = read_tasks(read_whole(path), self._zone)
        task = next((task for task in tasks if not key or task.key == key), None)
        return None if task is None else Remote(ref, stamp, task)

    def _path(self, ref: str) -> str:
        below = ref.removeprefix(ref_prefix(self.scope))
        path = os.path.join(self.root, below)
        if not os.path.lexists(path):  # a name that is no UTF-8
            found = walk(self.root, self.wanted).get(below)
            path = path if found is None else found.path
        return path

    def _prepare(self) -> None:
        """Create the folder at the first use; later it must be there."""
        if not self._existed and not os.path.isdir(self.root):
            with self._writing(self.scope):
                os.makedirs(self.root, mode=0o700, exist_ok=True)
        self._tidy()
        self._existed = True

    def _tidy(self) -> None:
        """Remove what a write that was killed left behind, before the first of ours; one that
        another process has under way fails with a conflict, and is tried again."""
        with listing(self.root):
            if not self._tidied:
                tidy(self.root)
            os.stat(self.root)
        self._tidied = True

    def _writing(self, ref: str) -> contextlib.AbstractContextManager[None]:
        return writing(self.root, "the task list", ref)
