"""inotify(7) on one path: sleeps until something that matters may have changed. Linux only.

Whatever may have been missed ends in a full look, for which `wait` returns True: the time before
the first watch, an overflow of the queue, folders that come and go (each change of them sets the
watches up anew), a root that is replaced or mounted over without an event (looked at whenever a
wait begins and ends), too few watches, and file systems that only tell of changes made here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
from collections.abc import Callable, Iterator
from math import ceil
from stat import S_ISDIR
from threading import Lock
from time import monotonic
from typing import Final

from inotify_simple import Event, INotify, flags

from connectors.local.files import stamp_of
from connectors.local.hindrances import deaf, no_watch
from connectors.local.maildir_names import same_mail
from connectors.local.spots import Spot

_SELF: Final = flags.DELETE_SELF | flags.MOVE_SELF | flags.UNMOUNT | flags.IGNORED
_MASK: Final = (
    flags.CREATE | flags.CLOSE_WRITE | flags.ATTRIB | flags.MOVED_FROM | flags.MOVED_TO
    | flags.DELETE | flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR | flags.EXCL_UNLINK
)  # fmt: skip
_APPEARS: Final = flags.CREATE | flags.MOVED_TO
# A file that was just created is being written; whoever takes longer is not waited for.
_GRACE: Final = 0.25
_LONGEST: Final = 86_400.0  # poll(2) takes milliseconds as an int

Spots = Callable[[], Iterator[Spot]]


class Watch:
    """The watches for one path. `wait` belongs to one thread; `wake` to any."""

    def __init__(self, root: str, spots: Spots) -> None:
        self.hindrance = ""
        self._root = root
        self._spots = spots
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._ringing = Lock()  # a descriptor that was closed may be another file's by now
        self._poll = select.poll()
        self._poll.register(self._bell, select.POLLIN)
        self._inotify: INotify | None = None
        self._watched: dict[int, Spot] | None = None  # None: nothing was set up yet
        self._paths: set[str] = set()
        self._growing: dict[str, float] = {}  # files just created, and until when they may grow
        self._place: object = None
        self._content: object = None

    def wait(self, timeout: float) -> bool:
        """See `connectors.contract.Waiting`."""
        deadline = monotonic() + min(timeout, _LONGEST)
        if self._watched is None or self._place != _place(self._root):
            self._set_up()
            return True
        # A rename that came before this call may have hidden a mail from the reading just made.
        if self._news(renames=True):
            return True
        while True:
            rung = self._sleep(min([deadline, *self._growing.values()]) - monotonic())
            if self._news():
                return True
            if rung:
                return False
            now = monotonic()
            if any(end <= now for end in self._growing.values()):
                self._growing.clear()
                return True
            if now >= deadline:
                return self._doubtful()

    def wake(self) -> None:
        """See `connectors.contract.Waiting`."""
        with self._ringing, contextlib.suppress(BlockingIOError):  # it has rung 2**64 times unheard
            if self._bell >= 0:
                os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        """Give the descriptors back; nobody may be waiting."""
        if self._inotify is not None:
            self._inotify.close()
            self._inotify = None
        with self._ringing:
            if self._bell >= 0:
                os.close(self._bell)
                self._bell = -1

    def _sleep(self, seconds: float) -> bool:
        """Until something is told or the bell rings; whether it rang."""
        ready = self._poll.poll(max(0, ceil(seconds * 1000)))
        if all(descriptor != self._bell for descriptor, _ in ready):
            return False
        os.eventfd_read(self._bell)
        return True

    def _doubtful(self) -> bool:
        """After a quiet time: whether it may have been quiet because nobody told."""
        changed = (self._place, self._content) != (_place(self._root), _content(self._root))
        if changed or self.hindrance:
            self._set_up()
            return True
        return False

    def _set_up(self) -> None:
        """Watch what is there now, and nothing else."""
        self._place, self._content = _place(self._root), _content(self._root)
        self._growing.clear()
        before, self._watched, self._paths = self._watched or {}, {}, set()
        self.hindrance = self._open() or self._watch() or deaf(self._root, self._paths)
        if self._inotify is not None:
            for left in before.keys() - self._watched.keys():
                with contextlib.suppress(OSError):  # the kernel dropped it with its folder
                    self._inotify.rm_watch(left)

    def _open(self) -> str:
        """Have an inotify instance; why there is none."""
        if self._inotify is None:
            try:
                self._inotify = INotify(nonblocking=True)
            except OSError as error:
                return no_watch(self._root, error)
            self._poll.register(self._inotify.fileno(), select.POLLIN)
        return ""

    def _watch(self) -> str:
        """Watch every spot; why not all of them."""
        reason = ""
        assert self._inotify is not None
        assert self._watched is not None
        for spot in self._spots():
            try:
                self._watched[self._inotify.add_watch(spot.path, _MASK)] = spot
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ENOTDIR):
                    continue  # it has just gone, of which the folder above tells
                if error.errno == errno.EACCES and self._above(spot.path):
                    continue  # the same when it may be read again
                reason = no_watch(self._root, error)
                if error.errno in (errno.ENOSPC, errno.ENOMEM):
                    break
            else:
                self._paths.add(spot.path)
        return reason

    def _above(self, path: str) -> bool:
        return os.path.dirname(path) in self._paths and not os.path.islink(path)

    def _news(self, *, renames: bool = False) -> bool:
        """Read what was told; whether any of it matters. `renames`: those of mails do as well."""
        if self._inotify is None or self._watched is None:
            return False
        news = anew = False
        moved: dict[int, tuple[Spot, str]] = {}
        for event in self._inotify.read(timeout=0):
            spot = self._watched.get(event.wd)
            if event.mask & flags.Q_OVERFLOW:
                anew = True
            elif spot is None:
                continue  # a watch that was taken back
            elif event.mask & _SELF or not event.name or self._is_folder(spot, event):
                anew = True
            elif not spot.files(event.name):
                continue
            elif event.mask & flags.MOVED_FROM:
                moved[event.cookie] = spot, event.name
            elif event.mask & flags.MOVED_TO and _still(moved.get(event.cookie), spot, event):
                del moved[event.cookie]
                news |= renames
            else:
                news |= self._complete(f"{spot.path}/{event.name}", event.mask)
        for spot, name in moved.values():
            self._growing.pop(f"{spot.path}/{name}", None)
            news = True
        if anew:
            self._set_up()
        elif news:
            self._content = _content(self._root)
        return news or anew

    def _is_folder(self, spot: Spot, event: Event) -> bool:
        """Whether it is about a folder, or a link to one, that has to be watched or was."""
        if not spot.folders(event.name):
            return False
        if event.mask & flags.ISDIR:
            return True
        path = f"{spot.path}/{event.name}"
        return path in self._paths or (bool(event.mask & _APPEARS) and os.path.isdir(path))

    def _complete(self, path: str, mask: int) -> bool:
        """Whether a file can be looked at. One that was just created gets the time to be written,
        unless it was linked there: then it has another name, or is older than that."""
        if not mask & flags.CREATE:
            self._growing.pop(path, None)
            return True
        try:
            status = os.stat(path)
        except OSError:
            return True  # gone again, maybe to where a rename alone would not be told
        if status.st_nlink > 1 or (status.st_size and status.st_ctime_ns > status.st_mtime_ns):
            return True
        self._growing[path] = monotonic() + _GRACE
        return False


def _still(before: tuple[Spot, str] | None, spot: Spot, event: Event) -> bool:
    """Whether a rename says no more than that a mail was read, flagged or seen by a program."""
    return (
        before is not None
        and before[0].mailbox == spot.mailbox != ""
        and same_mail(before[1], event.name)
    )


def _place(root: str) -> object:
    """Tells whether the root is still the same folder, is a file, or why it cannot be seen."""
    try:
        status = os.stat(root)
    except OSError as error:
        return error.errno
    return (status.st_dev, status.st_ino) if S_ISDIR(status.st_mode) else "file"


def _content(root: str) -> object:
    """Tells whether a single file was written to, by somebody who keeps it open."""
    return stamp_of(os.stat(root)) if os.path.isfile(root) else None
