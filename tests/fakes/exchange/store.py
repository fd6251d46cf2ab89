"""A support module: one mailbox as its store has it: folders, items, and what changed when.

Nothing here knows of mail, calendars or SOAP. Every change has a number, the mailbox's revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fakes.exchange.ids import Ids, change_key
from fakes.exchange.props import Extended
from fakes.exchange.shapes import CLASSES
from fakes.exchange.xml import Element, local, t

KINDS = {
    "IPF.Appointment": "CalendarFolder",
    "IPF.Contact": "ContactsFolder",
    "IPF.Task": "TasksFolder",
}


@dataclass(eq=False)
class Folder:
    """`parent`: an id, "" for the root. `distinguished`: the name every mailbox has it by, if any.
    `kind` is the name of its element."""

    id: str
    parent: str
    name: str
    folder_class: str
    distinguished: str
    revision: int
    extended: dict[Extended, list[str]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return KINDS.get(self.folder_class, "Folder")

    @property
    def change_key(self) -> str:
        return change_key(self.revision)


@dataclass(eq=False)
class Item:
    """`props`: elements of types.xsd by name, without those that the server makes by itself.
    `extended`: extended properties. `written`: the revision at which each property changed last.
    `content`: the revision at which anything but the read flag did."""

    id: str
    folder: str
    kind: str
    props: dict[str, Element]
    extended: dict[Extended, list[str]]
    created: datetime
    modified: datetime
    received: datetime
    mime: bytes = b""
    transported: bool = False  # came by SMTP, so that the header it came with is kept
    revision: int = 0
    content: int = 0
    entered: int = 0  # the revision at which it came into its folder
    written: dict[str, int] = field(default_factory=dict)
    # Of a series: what differs, by original start (UTC), and what does not take place.
    exceptions: dict[datetime, dict[str, Element]] = field(default_factory=dict)
    deleted: dict[datetime, datetime] = field(default_factory=dict)

    @property
    def change_key(self) -> str:
        return change_key(self.revision)

    def text(self, name: str, default: str = "") -> str:
        """The text of a property."""
        found = self.props.get(name)
        return default if found is None else (found.text or "")

    @property
    def subject(self) -> str:
        return self.text("Subject")

    @property
    def is_read(self) -> bool:
        return self.text("IsRead", "true") == "true"


@dataclass(frozen=True)
class Left:
    """An item that is in a folder no more: the revisions at which it came and went."""

    id: str
    entered: int
    left: int


class Missing(KeyError):
    """There is no such folder or item."""


class Store:
    """Folders and items of one mailbox, by id. `changed` is called after each change with its kind
    ("NewMail", "Created", "Modified", "Deleted", "Moved"), the folder's id and the item's ("": it
    is the folder itself), and for a move the old ones."""

    def __init__(self, address: str, now: Callable[[], datetime]) -> None:
        self.address, self.now = address, now
        self.ids = Ids(address)
        self.folders: dict[str, Folder] = {}
        self.items: dict[str, Item] = {}
        self.revision = 0
        self.broken: dict[str, str] = {}  # items that cannot be read, and with which code
        self.changed: Callable[[str, str, str, str, str], None] = lambda *_: None
        self.left: dict[str, list[Left]] = {}
        self._inside: dict[str, dict[str, Item]] = {}

    def advance(self) -> int:
        """The number of a change that happens now."""
        self.revision += 1
        return self.revision

    # --- folders ---

    def add_folder(
        self, name: str, parent: str, folder_class: str = "IPF.Note", distinguished: str = ""
    ) -> Folder:
        """A folder appears under the one of that id."""
        made = Folder(
            self.ids.new("AAAA="), parent, name, folder_class, distinguished, self.advance()
        )
        self.folders[made.id] = made
        self._inside[made.id] = {}
        self.left[made.id] = []
        self.changed("Created", made.id, "", parent, "")
        return made

    def change_folder(self, folder: Folder, **fields: object) -> None:
        """Another name, parent or class."""
        for name, value in fields.items():
            setattr(folder, name, value)
        folder.revision = self.advance()
        self.changed("Moved" if "parent" in fields else "Modified", folder.id, "", "", "")

    def drop_folder(self, folder: Folder) -> None:
        """Gone, with all in it."""
        for below in list(self.children(folder.id)):
            self.drop_folder(below)
        for item in list(self.inside(folder.id)):
            self.drop(item)
        del self.folders[folder.id], self._inside[folder.id], self.left[folder.id]
        self.advance()
        self.changed("Deleted", folder.id, "", folder.parent, "")

    def children(self, folder: str) -> Iterator[Folder]:
        """Those directly below."""
        return (one for one in self.folders.values() if one.parent == folder)

    def below(self, folder: str) -> Iterator[Folder]:
        """All those below, at any depth."""
        for one in self.children(folder):
            yield one
            yield from self.below(one.id)

    def distinguished(self, name: str) -> Folder:
        """Raise Missing."""
        for one in self.folders.values():
            if one.distinguished == name:
                return one
        raise Missing(name)

    # --- items ---

    def inside(self, folder: str) -> Iterator[Item]:
        """The items of a folder."""
        return iter(self._inside[folder].values())

    def put(
        self,
        folder: str,
        kind: str,
        props: Mapping[str, Element],
        *,
        extended: Mapping[Extended, list[str]] | None = None,
        mime: bytes = b"",
        transported: bool = False,
        received: datetime | None = None,
        event: str = "Created",
    ) -> Item:
        """An item appears."""
        at = self.now()
        own = {"ItemClass": t("ItemClass", CLASSES[kind]), **props}
        item = Item(
            self.ids.new(),
            folder,
            kind,
            own,
            dict(extended or {}),
            created=at,
            modified=at,
            received=received or at,
            mime=mime,
            transported=transported,
        )
        item.entered = self.revision + 1
        self._enter(item)
        self.touch(item, *own, event=event)
        return item

    def touch(self, item: Item, *names: str, event: str = "Modified") -> None:
        """Those properties of it changed."""
        item.revision = self.advance()
        item.modified = self.now()
        if set(names) != {"IsRead"}:
            item.content = item.revision
        item.written.update(dict.fromkeys(names, item.revision))
        self.changed(event, item.folder, item.id, "", "")

    def write(self, item: Item, *elements: Element, without: tuple[str, ...] = ()) -> None:
        """Those properties change, others go."""
        for one in elements:
            item.props[local(one)] = one
        for name in without:
            item.props.pop(name, None)
        self.touch(item, *(local(one) for one in elements), *without)

    def move(self, item: Item, folder: str) -> Item:
        """Into another folder, where it has another id."""
        old_folder, old = item.folder, item.id
        self._leave(item)
        item.id, item.folder = self.ids.new(), folder
        self._enter(item)
        item.revision = item.content = item.entered = self.advance()
        self.changed("Moved", folder, item.id, old_folder, old)
        return item

    def drop(self, item: Item) -> None:
        """Gone for good."""
        self._leave(item)
        self.changed("Deleted", item.folder, item.id, "", "")

    def item(self, found: str) -> Item:
        """Raise Missing."""
        if found not in self.items:
            raise Missing(found)
        return self.items[found]

    def _enter(self, item: Item) -> None:
        self.items[item.id] = item
        self._inside[item.folder][item.id] = item

    def _leave(self, item: Item) -> None:
        del self.items[item.id], self._inside[item.folder][item.id]
        self.left[item.folder].append(Left(item.id, item.entered, self.advance()))
