"""The folders of a mailbox, and which of them are read.

What a folder is for says its well-known name (learn.microsoft.com/graph/api/resources/mailfolder):
what it is called depends on the owner's language. Folders keep their ids when they are renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from connectors.errors import ConnectorError, Refused, Unavailable
from connectors.graph.api import Api
from connectors.graph.errors import NotThere
from connectors.graph.odata import path

_UNREAD: Final = (
    "deleteditems", "junkemail", "drafts", "outbox", "syncissues", "conversationhistory",
)  # fmt: skip
_FIRST: Final = ("inbox", "sentitems")
_NAMED: Final = (*_FIRST, *_UNREAD)
_MORE: Final = ("archive",)  # of which only the name matters
_FIELDS: Final = "id,displayName,childFolderCount,totalItemCount,isHidden"
_PAGE: Final = "100"
_WHAT: Final = "the folders"
_DEPTH: Final = 30
_SEARCH: Final = "mailsearchfolder"  # shows other folders' mail
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder. `name` is for people: "Clients/Acme". `key` names it in refs and cursors;
    `known`: its well-known name, "" for none; `root`: by which name it was chosen, "" where all
    are read."""

    id: str
    name: str
    known: str = ""
    count: int = 0
    root: str = ""

    @property
    def key(self) -> str:
        """Short, and the same as long as the folder is there."""
        return blake2b(self.id.encode(), digest_size=6).hexdigest()


class Found(NamedTuple):
    """The folders that are read, and what to say of those that should be and are not there."""

    folders: list[Folder]
    missing: Refused | None = None
    lacking: tuple[str, ...] = ()


class Folders:
    """Those of one mailbox. `chosen`: names, () for all but what is thrown away, unsent or spam."""

    def __init__(self, api: Api, chosen: Sequence[str]) -> None:
        self._api = api
        self._chosen = tuple(dict.fromkeys(one.strip("/ ") for one in chosen))
        self._known: dict[str, str] = {}

    def find(self) -> Found:
        """Those that are there now. Raises the errors of the contract."""
        known = self._well_known()
        names = {one: name for name, one in known.items()}
        if not self._chosen:
            unread = {known[name] for name in _UNREAD if name in known}
            found = [*self._below("", "", names, unread)]
            if known.get("inbox") not in {one.id for one in found}:
                raise Unavailable("Microsoft lists folders without an inbox; nothing was deleted")
            return Found(sorted(found, key=_order))
        everything = [*self._below("", "", names, frozenset())]
        picked: dict[str, Folder] = {}
        lacking = []
        for wanted in self._chosen:
            root = next((one for one in everything if _is_called(one, wanted)), None)
            if root is None:
                lacking.append(wanted)
                continue
            for one in everything:
                if one.id == root.id or one.name.startswith(f"{root.name}/"):
                    picked.setdefault(one.id, _chosen_by(one, wanted))
        missing = None
        if lacking:
            there = ", ".join(sorted(one.name for one in everything)[:_SHOWN])
            missing = Refused(
                f"there is no folder {lacking[0]} in this mailbox: correct `folders:`; there are "
                f"{there}"
            )
        return Found(sorted(picked.values(), key=_order), missing, tuple(lacking))

    def _well_known(self) -> Mapping[str, str]:
        """Ids by well-known name. They never change: what was told once is not asked again."""
        names = (*_NAMED, *(_MORE if self._chosen else ()))
        asked = {
            one: path("mailFolders", one, query={"$select": "id"})
            for one in names
            if one not in self._known
        }
        trouble: ConnectorError | None = None
        for name, told in self._api.batch(asked, _WHAT):
            if isinstance(told, dict):
                self._known[name] = str(told["id"])
            elif not isinstance(told, NotThere):  # not every mailbox has an archive, or not yet
                trouble = told
        if trouble is not None:
            raise trouble
        return self._known

    def _below(
        self,
        parent: str,
        above: str,
        names: Mapping[str, str],
        unread: Iterable[str],
        depth: int = 0,
    ) -> Iterator[Folder]:
        where = path("mailFolders", parent, "childFolders") if parent else "mailFolders"
        for one in self._api.pages(where, _WHAT, params={"$select": _FIELDS, "$top": _PAGE}):
            folder_id, name = str(one.get("id") or ""), _name(one)
            if not folder_id or folder_id in unread or one.get("isHidden"):
                continue
            if _SEARCH in str(one.get("@odata.type", "")).lower():
                continue
            full = f"{above}/{name}" if above else name
            count = one.get("totalItemCount")
            known = names.get(folder_id, "")
            yield Folder(folder_id, full, known, count if isinstance(count, int) else 0)
            if one.get("childFolderCount") != 0 and depth < _DEPTH:
                yield from self._below(folder_id, full, names, unread, depth + 1)


def _name(one: Mapping[str, Any]) -> str:
    return " ".join(str(one.get("displayName") or "").split()) or "?"


def _is_called(folder: Folder, wanted: str) -> bool:
    plain = wanted.casefold()
    return plain in (folder.name.casefold(), folder.known)


def _chosen_by(folder: Folder, wanted: str) -> Folder:
    return Folder(folder.id, folder.name, folder.known, folder.count, wanted)


def _order(folder: Folder) -> tuple[int, str]:
    """The inbox and what was sent first: they say most."""
    return (_FIRST.index(folder.known) if folder.known in _FIRST else len(_FIRST), folder.name)
