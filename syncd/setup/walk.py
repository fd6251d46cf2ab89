"""Looking into folders with bounded effort, never following a link out of the home folder."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from syncd.setup.home import Home
from syncd.setup.model import PassedOver

DEPTH = 8
ENTRIES = 20_000  # looked at below one place
_MAILS = frozenset(("cur", "new", "tmp"))
FIRST = 64 * 1024  # bytes of a file that are looked at


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in a folder by name, without links that lead out of home; sorted."""

    path: Path
    folders: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def maildir(self) -> bool:
        """Whether it is a Maildir; its own mails are never listed."""
        return {"cur", "new"} <= set(self.folders)


class Walk:
    """Remembers what was visited, so that nothing is looked at twice, and what was passed over."""

    def __init__(self, home: Home) -> None:
        self._home = os.path.realpath(home.path)
        self._visited: set[tuple[int, int]] = set()
        self._passed: dict[Path, str] = {}

    @property
    def passed_over(self) -> tuple[PassedOver, ...]:
        """What was not looked at, and why."""
        return tuple(PassedOver(path, why) for path, why in sorted(self._passed.items()))

    def pass_over(self, path: Path, why: str) -> None:
        """Note that `path` is not looked at."""
        self._passed.setdefault(path, why)

    def tree(
        self, root: Path, *, inside: bool = True, depth: int | None = None
    ) -> Generator[Folder, bool | None, None]:
        """The folders from `root` down, parents first. A consumer that sends something true gets
        none of the folders below. `inside=False`: the root may lie, or lead, outside of home.
        `depth`: nothing deeper is of interest."""
        if not os.path.isdir(root):
            return
        if inside and not self._inside(root):
            return
        left = ENTRIES
        waiting = [(root, 0)]
        while waiting:
            path, level = waiting.pop()
            folder = self._listed(path, left)
            if folder is None:
                continue
            left -= len(folder.folders) + len(folder.files) + 1
            enough = yield folder
            if enough:
                continue
            if level >= (DEPTH if depth is None else depth):
                if folder.folders and depth is None:
                    self.pass_over(path, f"more than {DEPTH} folders deep: not looked into")
                continue
            below = [name for name in folder.folders if not (folder.maildir and name in _MAILS)]
            waiting += [(path / name, level + 1) for name in reversed(below)]
            if left <= 0 and waiting:
                self.pass_over(root, f"more than {ENTRIES:,} entries: only a part was looked at")
                return

    def first(self, path: Path) -> bytes:
        """The first bytes of a file; empty where it cannot be read."""
        try:
            with open(path, "rb") as file:
                return file.read(FIRST)
        except OSError as error:
            self.pass_over(path, _why(error))
            return b""

    def is_file(self, path: Path) -> bool:
        """Whether it is a plain file within home, looked at for the first time."""
        if not os.path.isfile(path) or not self._inside(path):
            return False
        status = os.stat(path)
        key = (status.st_dev, status.st_ino)
        if key in self._visited:
            return False
        self._visited.add(key)
        return True

    def _listed(self, path: Path, left: int) -> Folder | None:
        folders: list[str] = []
        files: list[str] = []
        try:
            status = os.stat(path)
            if (status.st_dev, status.st_ino) in self._visited:
                return None
            self._visited.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                for entry in entries:
                    if len(folders) + len(files) > left:
                        self.pass_over(
                            path, f"more than {ENTRIES:,} entries: only a part was looked at"
                        )
                        break
                    try:
                        entry.name.encode()
                    except UnicodeEncodeError:
                        self.pass_over(
                            Path(os.fsencode(entry.path).decode("utf-8", "backslashreplace")),
                            "its name is no UTF-8, so a configuration cannot name it",
                        )
                        continue
                    if entry.is_symlink() and not self._inside(Path(entry.path)):
                        continue
                    if entry.is_dir():
                        folders.append(entry.name)
                    elif entry.is_file():
                        files.append(entry.name)
        except OSError as error:
            self.pass_over(path, _why(error))
            return None
        return Folder(path, tuple(sorted(folders)), tuple(sorted(files)))

    def _inside(self, path: Path) -> bool:
        real = os.path.realpath(path)
        if _within(os.path.realpath(path.parent), real):
            return False  # a link to a folder that it lies in
        if _within(real, self._home):
            return True
        if os.path.exists(real):
            self.pass_over(path, f"leads out of the home folder, to {real}: name it to have it")
        return False


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _why(error: OSError) -> str:
    return f"cannot be read ({(error.strerror or 'an error').lower()})"
