"""The folders of a mailbox, by their ids, names and what they are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from connectors.exchange.element import Element, class_of, id_of, text
from connectors.exchange.errors import NotThere

if TYPE_CHECKING:
    from connectors.exchange.request import Distinguished
    from connectors.exchange.session import Exchange

CALENDAR: Final = "IPF.Appointment"
TASKS: Final = "IPF.Task"
_FIELDS: Final = ("folder:DisplayName", "folder:FolderClass", "folder:ParentFolderId")
_DEEPEST: Final = 100


class Place(NamedTuple):
    """A folder. `path`: the names of the folders above it and its own, "Work/Travel"; `kind`: the
    class of what is in it, with whatever a program adds to it ("IPF.Appointment.Birthday");
    `deleted`: it lies among the deleted items."""

    id: str
    name: str
    path: str
    kind: str
    deleted: bool = False

    @property
    def key(self) -> str:
        """Names it in refs and cursors."""
        return key_of(self.id)

    def holds(self, kind: str) -> bool:
        """Whether it is for items of that class."""
        return f"{self.kind}.".lower().startswith(f"{kind}.".lower())

    def called(self, name: str) -> bool:
        """Whether the owner means it by that name, or by that path."""
        wanted = "/".join(part.strip() for part in name.strip("/ ").split("/")).casefold()
        return wanted in {self.name.strip().casefold(), self.path.casefold()}


def key_of(folder_id: str) -> str:
    """What stands for the id of a folder, which is long."""
    return blake2b(folder_id.encode(), digest_size=8).hexdigest()


class Places:
    """The folders of one mailbox, asked for anew each time."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._deleted = ""  # the id of the deleted items, as last found

    def every(self) -> list[Place]:
        """All of them."""
        from connectors.exchange import raw
        from connectors.exchange.request import Distinguished

        root = Distinguished("msgfolderroot")
        found = list(raw.subfolders(self._exchange, root, _FIELDS, "the folders"))
        if not any(id_of(one, "FolderId").id == self._deleted for one in found):
            deleted = Distinguished("deleteditems")
            with suppress(NotThere):
                self._deleted = place(self._exchange, deleted, "the deleted items").id
        return list(_placed(found, self._deleted))

    def deleted(self) -> str:
        """The id of the folder of deleted items, as `every` found it last; "" for none."""
        return self._deleted


def places(exchange: Exchange) -> list[Place]:
    """See `Places`."""
    return Places(exchange).every()


def place(exchange: Exchange, which: str | Distinguished, what: str) -> Place:
    """One folder, by its id or by what it is for. Raises `NotThere`."""
    from connectors.exchange import raw

    found = raw.folder(exchange, which, _FIELDS, what)
    name = text(found, "DisplayName")
    return Place(id_of(found, "FolderId").id, name, name, class_of(found))


def _placed(found: list[Element], deleted: str) -> Iterator[Place]:
    names = {id_of(one, "FolderId").id: text(one, "DisplayName") for one in found}
    above = {id_of(one, "FolderId").id: id_of(one, "ParentFolderId").id for one in found}
    for one in found:
        here = id_of(one, "FolderId").id
        way = _way(here, above)
        path = "/".join(names[each].strip() for each in reversed(way) if each in names)
        yield Place(here, names[here], path, class_of(one), deleted in way)


def _way(here: str, above: Mapping[str, str]) -> list[str]:
    way = [here]
    while (up := above.get(way[-1], "")) and up not in way and len(way) < _DEEPEST:
        way.append(up)
    return way
