"""What just arrived in the new/ of a Maildir, told without listing its cur/, however large it is.

Whoever reads a tree again and again keeps one `Arrivals`. It remembers of each folder what its last
listings found in new/: what is still there is not asked for again, and as long as all of it is
still there, and nothing happened in cur/, nothing has gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.contract import Known, Unread
from connectors.local.maildir_names import each_once, files_in, place_of, uniques

_FEW: Final = 50  # up to this many new mails are looked up one by one
_MANY: Final = 5_000  # more than this in new/ is not remembered


class Arrivals:
    """One tree at `root`. The names that it keeps are those up to the flags."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._there: dict[str, frozenset[str]] = {}  # by folder: all that was in new/
        self._known: dict[str, frozenset[str]] = {}  # by folder: what of it was committed

    def __reduce__(self) -> tuple[type[Arrivals], tuple[str]]:
        return Arrivals, (self._root,)  # another process looks for itself

    def look(self, folder: str, below: str, known: Known) -> tuple[list[Unread], bool] | None:
        """Mails in new/ that are not `known` by a ref that begins with `below`, and whether all of
        what was there before still is. None where there are too many to say."""
        mails = dict(each_once(files_in(self._root, folder, ("new",))))
        met = self._known.get(folder, frozenset()) & mails.keys()
        if len(mails) - len(met) > _FEW:
            return None
        stamps = {name: _stamp(below + name, known) for name in mails if name not in met}
        fresh = [name for name, stamp in stamps.items() if stamp is None]
        self._known[folder] = met | {name for name, stamp in stamps.items() if stamp == ""}
        before = self._there.get(folder)
        self._remember(folder, mails)
        # One that could not be read may be mended.
        complete = before is not None and before <= mails.keys() and not any(stamps.values())
        return [Unread(below + name, "", place_of(folder, mails[name])) for name in fresh], complete

    def listed(self, folder: str, files: Mapping[str, Sequence[str]]) -> None:
        """The whole folder was listed."""
        new = files.get("new", ())
        self._remember(folder, uniques({"new": new}) if len(new) <= _MANY else None)

    def _remember(self, folder: str, names: Iterator[str] | Mapping[str, str] | None) -> None:
        found = None if names is None else frozenset(names)
        if found is None or len(found) > _MANY:
            self._there.pop(folder, None)
            self._known.pop(folder, None)
        else:
            self._there[folder] = found


def _stamp(ref: str, known: Known) -> str | None:
    return known.under(ref).get(ref)
