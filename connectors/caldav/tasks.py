"""A task list on the server: one collection of VTODOs (RFC 4791), chosen by its name.

A task's UID is its key, and so is the name of its file; `If-None-Match: *` keeps a second one from
being made, whatever happened to the first answer. Changes are guarded by etags and work on the text
that is there: what other applications wrote stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from connectors.caldav import search
from connectors.caldav.cursor import Progress
from connectors.caldav.dav import Told
from connectors.caldav.discovery import Collection
from connectors.caldav.fetch import Got
from connectors.caldav.paths import as_folder, folder_of, path_of, url_of
from connectors.caldav.server import Server
from connectors.caldav.source import Content, DavSource
from connectors.caldav.xml import CAL, DAV, document
from connectors.caldav.xml import element as tag
from connectors.contract import Draft, Known, Remote
from connectors.errors import (
    Ambiguous,
    BadItem,
    Conflict,
    ConnectorError,
    Refused,
    Unavailable,
    Vanished,
)
from connectors.formats.names import file_name
from connectors.formats.vtodo import KEY, edit_task, read_tasks, write_task
from connectors.records import Batch, Facet

_TAKEN: Final = CAL + "no-uid-conflict"
# What a server may find wrong with the task itself (RFC 4791 section 5.3.2.1), by any status.
_UNFIT: Final = frozenset(
    CAL + name
    for name in (
        "supported-calendar-data", "valid-calendar-data", "valid-calendar-object-resource",
        "supported-calendar-component", "no-uid-conflict", "max-resource-size", "min-date-time",
        "max-date-time", "max-instances", "max-attendees-per-instance",
    )
)  # fmt: skip
_UNFIT_STATUS: Final = frozenset((400, 413, 415, 422))
_PERHAPS: Final = 3  # times that a 400 without a reason may be of how the task arrived
_GONE: Final = frozenset((404, 410))
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class DavTasks(DavSource):
    """One list as a TaskList. `name`: its display name, or its path; it is made, for VTODO only,
    where it is absent and `writable`."""

    facet = Facet.TASKS
    service = "caldav"
    what = "task list"
    creates_once = True
    may_be_emptied = True  # the core asks the owner, who may have meant it

    def __init__(self, server: Server, name: str, zone: ZoneInfo) -> None:
        super().__init__(server, name, [name])
        self.writable = True  # False: nothing is made for a reading
        self._name = name
        self._zone = zone
        self._place: Collection | None = None
        self._unexplained: Counter[str] = Counter()  # how often a write of it was answered by 400

    def wanted(self, place: Collection) -> bool:
        """One that takes tasks."""
        return place.takes("VTODO")

    def read(self, data: bytes, progress: Progress) -> Content:
        """The tasks of one item."""
        return Content(tuple(read_tasks(data, self._zone)))

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`. A list that is not there yet holds nothing; the first
        task makes it."""
        if self._place is None:
            self._remember(known)
        yield from super().changes(cursor, known, now)

    def places(self, progress: Progress) -> tuple[dict[str, Collection], Refused | None]:
        """See `DavSource`. Raises `Vanished` for a list that was there, and `Refused` for a
        calendar that takes no tasks."""
        remembered = progress.names.get(self._name) or self._names.get(self._name)
        found, missing = super().places(progress)
        if found:
            (place,) = found.values()
            if not self.wanted(place):
                self._names[self._name] = remembered or ""
                raise Refused(
                    f"{place.name} is a calendar that takes no tasks: name a task list in `tasks:`,"
                    " or a new name, and the first task makes it"
                )
            self._place = place
        elif remembered:
            self._place = None
            raise Vanished(
                f"{self._name}, the task list, has vanished from the server; nothing was deleted: "
                "restore it there, or correct its name in the configuration"
            ) from missing
        return found, None

    def find(self, key: str) -> Sequence[Remote]:
        """See `connectors.contract.TaskList`. Asks for the file named after the key, and for tasks
        with that UID or key wherever they are in the list."""
        place = self._list(make=False)
        if place is None:
            return []
        paths = dict.fromkeys([place.path + file_name(key, ".ics")])
        for name in ("UID", KEY):
            paths |= dict.fromkeys(self._asked(place, name, key))
        found = [
            remote
            for path, got in self._fetcher.fetch(place, list(paths)).items()
            if (remote := self._remote(path, got, key)) is not None
        ]
        return sorted(found, key=lambda remote: (remote.task.created or _NEVER, remote.ref))

    def create(self, draft: Draft) -> Remote:
        """See `connectors.contract.TaskList`."""
        place = self._list(make=True)
        assert place is not None
        path = place.path + file_name(draft.key, ".ics")
        try:
            self.server.dav.put(
                url_of(path, place.url), write_task(draft), "text/calendar", self._about(place)
            )
        except Told as error:
            if _TAKEN in error.conditions and (found := self.find(draft.key)):
                return found[0]  # there under another name: moved to and fro by an application
            if error.status != 412 or error.conditions & _UNFIT:
                raise self._not_written(error, place, self._ref(path)) from error
        self._unexplained.pop(self._ref(path), None)
        remote = self._remote(path, self._got(place, path), draft.key)
        if remote is None:
            raise Refused(f"another item is in the way of a new task in {place.name}: {path}")
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
        """See `connectors.contract.TaskList`. `Conflict` where it was changed since it was seen."""
        path = self._path(remote)
        url = url_of(path, self._url_near(path))
        try:
            self.server.dav.delete(url, f"a task in {self._name}", remote.stamp)
        except Told as error:
            if error.status in _GONE:
                return
            if error.status != 412:
                raise error.write_error() from error
            # Some say so of what is not there, too.
            if self._still_there(url):
                raise _changed(remote) from error

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
        path = self._path(remote)
        place = self._near(path)
        got = self._got(place, path)
        if got.data is None or got.etag != remote.stamp:
            raise _changed(remote)
        written = self.server.time() or completed or remote.task.created or _EPOCH
        if done:
            completed = written
        try:
            data = edit_task(
                got.data, remote.task.key, completed or written, title=title, notes=notes, due=due,
                completed=completed, reopened=done is False,
            )  # fmt: skip
        except BadItem as error:
            raise _changed(remote) from error
        try:
            self.server.dav.put(
                url_of(path, place.url), data, "text/calendar", self._about(place),
                if_match=got.etag,
            )  # fmt: skip
        except Told as error:
            if error.status in (*_GONE, 412) and not error.conditions & _UNFIT:
                raise _changed(remote) from error
            raise self._not_written(error, place, remote.ref) from error
        self._unexplained.pop(remote.ref, None)
        edited = self._remote(path, self._got(place, path), remote.task.key)
        if edited is None:
            raise _changed(remote)
        return edited

    def _got(self, place: Collection, path: str) -> Got:
        got = self._fetcher.fetch(place, [path])[path]
        if got.trouble:
            raise Unavailable(f"the server does not deliver a task of {place.name}")
        return got

    def _remote(self, path: str, got: Got, key: str) -> Remote | None:
        if got.data is None:
            return None
        try:
            tasks = read_tasks(got.data, self._zone)
        except BadItem:
            return None
        task = next((task for task in tasks if not key or task.key == key), None)
        return None if task is None else Remote(self._ref(path), got.etag, task)

    def _asked(self, place: Collection, name: str, value: str) -> list[str]:
        """Members that may have that property. Without an answer the name of the file alone
        tells."""
        match = tag(CAL + "text-match", text=value, collation="i;octet")
        body = document(
            CAL + "calendar-query",
            tag(DAV + "prop", tag(DAV + "getetag")),
            tag(
                CAL + "filter",
                tag(
                    CAL + "comp-filter",
                    tag(
                        CAL + "comp-filter",
                        tag(CAL + "prop-filter", match, name=name),
                        name="VTODO",
                    ),
                    name="VCALENDAR",
                ),
            ),
        )
        return search.found(self.server.dav, place, body)

    def _list(self, *, make: bool) -> Collection | None:
        if self._place is None:
            self.places(Progress())
        if self._place is None and make:
            self._place = self._made()
        return self._place

    def _made(self) -> Collection:
        """The list, made for tasks only (RFC 4791 section 5.3.1). Raises `Refused`."""
        if "/" in self._name or not self.writable:
            raise Refused(f"there is no task list {self._name!r} on the server: make it there")
        url = as_folder(self.server.discovery.home("caldav")) + _folder_name(self._name) + "/"
        body = document(
            CAL + "mkcalendar",
            tag(
                DAV + "set",
                tag(
                    DAV + "prop",
                    tag(DAV + "displayname", text=self._name),
                    tag(CAL + "supported-calendar-component-set", tag(CAL + "comp", name="VTODO")),
                ),
            ),
        )
        path = path_of(url, url)
        try:
            self.server.dav.make("MKCALENDAR", url, body, f"the task list {self._name}")
        except Told as error:
            # 405: it is there, by another name of its owner's.
            if error.status not in (403, 405, 409, 501):
                raise error.write_error() from error
        except Ambiguous as error:
            raise Unavailable(str(error)) from error  # looked for again before anything is made
        for place in self.server.collections("caldav"):
            if place.path == path:
                self._names[self._name] = path
                return place
        raise Refused(f"the server makes no task list {self._name}: make it there")

    def _remember(self, known: Known) -> None:
        """The list is where its tasks are, by whatever name its owner calls it since."""
        cut = len(self._ref(""))
        for ref in known.under(self._ref("")):
            self._names.setdefault(self._name, folder_of(ref[cut:]))
            break

    def _near(self, path: str) -> Collection:
        """The list that a task is in. Raises `Vanished`."""
        place = self._list(make=False)
        if place is None or place.path != folder_of(path):
            listed = {one.path: one for one in self.server.collections("caldav")}
            place = listed.get(folder_of(path))
        if place is None:
            raise Vanished(f"{self._name}, the task list, has vanished from the server")
        return place

    def _url_near(self, path: str) -> str:
        return self._near(path).url

    def _still_there(self, url: str) -> bool:
        try:
            self.server.dav.get(url, f"a task in {self._name}")
        except Told as error:
            if error.status in _GONE:
                return False
            raise error.error() from error
        return True

    def _not_written(self, error: Told, place: Collection, ref: str) -> ConnectorError:
        if error.status == 400 and not error.conditions:
            # A proxy or a line that garbles what we send has the same answer as a bad task: over
            # another connection it may be taken.
            self._unexplained[ref] += 1
            if self._unexplained[ref] <= _PERHAPS:
                self.close()
                return Ambiguous(f"{place.name} does not understand this task (400)")
            del self._unexplained[ref]
        if error.conditions & _UNFIT or error.status in _UNFIT_STATUS:
            wrong = ", ".join(sorted(name.rpartition(" ")[2] for name in error.conditions))
            return BadItem(ref, f"{place.name} does not take this task ({wrong or error.status})")
        if error.status in (*_GONE, 409):
            self._place = None
            return Vanished(
                f"{place.name}, the task list, has vanished from the server: restore it there"
            )
        return error.write_error()

    def _path(self, remote: Remote) -> str:
        return remote.ref.removeprefix(self._ref(""))

    def _about(self, place: Collection) -> str:
        return f"a task in {place.name}"


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _folder_name(name: str) -> str:
    """Of a list that is made: its name where that makes a good one."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain or blake2b(name.encode(), digest_size=8).hexdigest()


def _changed(remote: Remote) -> Conflict:
    return Conflict(remote.ref, "the task was changed by another application")
