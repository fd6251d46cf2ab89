"""The folders of a mailbox that hold mail, and which of them are read.

What a folder is for says its distinguished id (DistinguishedFolderIdNameType), whatever it is
called. An archive mailbox (`archivemsgfolderroot`), where there is one, is part of the mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from connectors.errors import Refused
from connectors.exchange import raw
from connectors.exchange import request as ask
from connectors.exchange.element import (
    MESSAGES,
    Element,
    class_of,
    id_of,
    name_of,
    number,
    text,
)
from connectors.exchange.errors import Broken, Declined
from connectors.exchange.places import key_of
from connectors.exchange.request import Distinguished
from connectors.exchange.session import Exchange

ARCHIVE: Final = "Online Archive"  # what Outlook calls it
_WHAT: Final = "the folders"
_ROOTS: Final = ("msgfolderroot", "archivemsgfolderroot")
_ROLES: Final = (
    "inbox", "sentitems", "drafts", "deleteditems", "junkemail", "outbox", "syncissues",
    "conversationhistory", "archivedeleteditems",
)  # fmt: skip
_RARE: Final = ("archivemsgfolderroot", "archivedeleteditems", "syncissues", "conversationhistory")
# Of these, and of what lies in them, nothing is read unless it is named.
_UNREAD: Final = frozenset(_ROLES) - {"inbox", "sentitems"}
# By these the owner may name them, in whatever language they are.
_CALLED: Final = {"inbox": {"inbox"}, "sentitems": {"sent", "sent items"}}
_FIELDS: Final = (
    "folder:DisplayName", "folder:FolderClass", "folder:ParentFolderId", "folder:TotalCount",
)  # fmt: skip
_SEARCH: Final = "SearchFolder"  # shows the mail of others
_DEEPEST: Final = 100


class Folder(NamedTuple):
    """One folder. `path`: its name and those of the folders above it; `roles`: what it, and what
    it lies in, is for; `above`: the ids of those; `mails`: how much is in it."""

    id: str
    path: str
    role: str = ""
    roles: frozenset[str] = frozenset()
    above: tuple[str, ...] = ()
    mails: int = 0

    @property
    def key(self) -> str:
        """Names it in refs and cursors."""
        return key_of(self.id)


class Folders:
    """The folders of one mailbox. What they are for is asked once, which they are each time."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._roots: dict[str, str] = {}  # ids of the roots that there are, by distinguished id
        self._roles: dict[str, str] = {}  # distinguished ids by id

    def listed(self) -> list[Folder]:
        """All that can hold mail. Raises the errors of the contract."""
        if not self._roots:
            self._ask()
        found: list[Folder] = []
        for name, root in self._roots.items():
            some = raw.subfolders(self._exchange, Distinguished(name), _FIELDS, _WHAT)
            top = (ARCHIVE,) if name != _ROOTS[0] else ()
            found += self._placed({id_of(one, "FolderId").id: one for one in some}, root, top)
        return found

    def _ask(self) -> None:
        """Find out what is where. One request: what there is not is told one by one. Whoever knows
        not all of the names may refuse the others with them: then the rarer ones are asked for one
        by one."""
        names = (*_ROOTS, *_ROLES)
        try:
            found = self._named(names)
        except (Broken, Declined):
            found = self._named([one for one in names if one not in _RARE])
            for name in _RARE:
                with suppress(Broken, Declined):
                    found |= self._named([name])
        self._roles = {found[name]: name for name in _ROLES if name in found}
        self._roots = {name: found[name] for name in _ROOTS if name in found}

    def _named(self, names: Sequence[str]) -> dict[str, str]:
        """The ids of these, by what they are for, as far as they are there."""
        asked = ask.message("GetFolder", ask.shape("FolderShape", ()))
        asked.append(ask.folders("FolderIds", *map(Distinguished, names)))
        answers = self._exchange.call("GetFolder", asked, _WHAT)
        found: dict[str, str] = {}
        for name, answer in zip(names, answers, strict=False):
            error = raw.wrong(self._exchange, answer, _WHAT)
            folder = answer.find(f"{MESSAGES}Folders/*")
            if error is None and folder is not None:
                found[name] = id_of(folder, "FolderId").id
            elif error is None or name.startswith("archive"):
                continue  # its archive may be kept elsewhere, and be out of reach
            elif name == _ROOTS[0] or not isinstance(error, Declined):
                raise error
        return found

    def _placed(
        self, folders: Mapping[str, Element], root: str, top: tuple[str, ...]
    ) -> Iterator[Folder]:
        for folder_id, one in folders.items():
            if name_of(one) == _SEARCH or not _holds_mail(class_of(one)):
                continue
            names: list[str] = []
            above: list[str] = []
            at = folder_id
            while at in folders and len(names) < _DEEPEST:
                names.append(text(folders[at], "DisplayName"))
                above.append(at)
                at = id_of(folders[at], "ParentFolderId").id
            yield Folder(
                folder_id,
                "/".join((*top, *reversed(names))),
                self._roles.get(folder_id, ""),
                frozenset(self._roles[each] for each in above if each in self._roles),
                tuple(above[1:]),
                number(one, "TotalCount"),
            )


def chosen(folders: Sequence[Folder], wanted: Sequence[str]) -> list[Folder]:
    """Those that are read, where mail arrives first: the `wanted` ones with what lies in them, else
    all but what nobody reads (deleted, junk, drafts, and what programs keep)."""
    if wanted:
        named = {one.id for one in folders if _is_called(one, wanted)}
        found = [one for one in folders if one.id in named or not named.isdisjoint(one.above)]
    else:
        found = [one for one in folders if _UNREAD.isdisjoint(one.roles)]
    return sorted(found, key=rank)


def missing(folders: Iterable[Folder], wanted: Sequence[str], host: str) -> Refused | None:
    """What to say where a wanted folder does not exist; None where all do."""
    there = [*folders]
    for name in wanted:
        if not any(_is_called(one, [name]) for one in there):
            names = ", ".join(sorted(one.path for one in there)[:20])
            return Refused(
                f"there is no folder {name} in the mailbox at {host}: correct `folders:`; there "
                f"are {names}"
            )
    return None


def rank(folder: Folder) -> tuple[bool, bool, str]:
    """Where mail arrives, where it is sent from, all others."""
    return folder.role != "inbox", folder.role != "sentitems", folder.path


def _is_called(folder: Folder, names: Sequence[str]) -> bool:
    own = {folder.path.casefold()} | _CALLED.get(folder.role, set())
    return any(_plain(name) in own for name in names)


def _plain(name: str) -> str:
    return "/".join(part.strip() for part in name.strip("/ ").split("/")).casefold()


def _holds_mail(kind: str) -> bool:
    """By PidTagContainerClass ([MS-OXOSFLD] 2.2.3); folders of other programs may have none."""
    kind = kind.strip().lower()
    return not kind or kind in ("ipf", "ipf.note") or kind.startswith("ipf.note.")
