"""A support module: folders of mail, and what their owner and correspondents do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fakes.graph.changes import Revisions, Tracked
from fakes.graph.letters import Letter

# By well-known name: what Outlook calls them, in two languages.
WELL_KNOWN: Final = {
    "inbox": ("Inbox", "Posteingang"),
    "sentitems": ("Sent Items", "Gesendete Elemente"),
    "drafts": ("Drafts", "Entwürfe"),
    "deleteditems": ("Deleted Items", "Gelöschte Elemente"),
    "junkemail": ("Junk Email", "Junk-E-Mail"),
    "outbox": ("Outbox", "Postausgang"),
    "conversationhistory": ("Conversation History", "Aufgezeichnete Unterhaltungen"),
}
ROOT: Final = "msgfolderroot"
_ID: Final = re.compile(r"<[^<>\s]+>")


@dataclass
class Folder:
    """One folder. `known`: its well-known name, "" for those of the owner's own."""

    id: str
    name: str
    parent: str
    known: str = ""
    hidden: bool = False
    letters: Tracked = field(default_factory=Tracked)


@dataclass
class Mailbox:
    """Everything that happens is a method. Folders are named by their well-known name, their id or,
    for the owner's own, their path ("Clients/Acme")."""

    address: str
    now: Callable[[], datetime]
    revisions: Revisions
    german: bool = False
    folders: dict[str, Folder] = field(default_factory=dict)
    hierarchy: Tracked = field(default_factory=Tracked)
    letters: dict[str, Letter] = field(default_factory=dict)
    _threads: dict[str, str] = field(default_factory=dict)  # by Message-ID
    filtered_most: int = 5_000  # what a delta query with $filter tells at most

    def __post_init__(self) -> None:
        self.folders[ROOT] = Folder(self.revisions.new_id("R"), "Top of Information Store", "")
        self.folders[ROOT].known = ROOT
        for known, names in WELL_KNOWN.items():
            self._make(names[self.german], self.folder(ROOT), known)

    # --- folders ---

    def folder(self, named: str) -> Folder:
        """KeyError where there is none."""
        for one in self.folders.values():
            if named == one.id or (one.known and named.lower() == one.known):
                return one
        if found := next((one for one in self.folders.values() if self.path(one) == named), None):
            return found
        raise KeyError(named)

    def path(self, folder: Folder) -> str:
        """As the owner sees it: "A/B"."""
        above = self._by_id(folder.parent) if folder.parent else None
        if above is None or above.known == ROOT:
            return folder.name
        return f"{self.path(above)}/{folder.name}"

    def children(self, folder: Folder) -> Iterator[Folder]:
        """Those right below it."""
        return (one for one in self.folders.values() if one.parent == folder.id)

    def make_folder(self, path: str, *, hidden: bool = False) -> Folder:
        """With those above it, where they are missing."""
        above, _, name = path.rpartition("/")
        try:
            parent = self.folder(above or ROOT)
        except KeyError:
            parent = self.make_folder(above)
        return self._make(name, parent, hidden=hidden)

    def make_archive(self) -> Folder:
        """The archive, which a mailbox has once its owner used it."""
        return self._make(("Archive", "Archiv")[self.german], self.folder(ROOT), "archive")

    def rename_folder(self, named: str, name: str) -> None:
        """Its id stays."""
        found = self.folder(named)
        found.name = name
        self._touch(found)

    def move_folder(self, named: str, to: str) -> None:
        """Below another one; its id stays."""
        found = self.folder(named)
        found.parent = self.folder(to).id
        self._touch(found)

    def delete_folder(self, named: str) -> None:
        """With all that is in it and below it."""
        found = self.folder(named)
        for below in list(self.children(found)):
            self.delete_folder(below.id)
        for letter in list(found.letters.items):
            self.delete(letter)
        self.folders = {k: one for k, one in self.folders.items() if one is not found}
        self.hierarchy.drop(found.id, self.revisions.advance())

    # --- mail ---

    @property
    def drafts(self) -> list[Letter]:
        """What is in Drafts."""
        inside = self.folder("drafts").letters.items
        return [one for one in self.letters.values() if one.id in inside]

    def deliver(
        self,
        raw: bytes,
        folder: str = "inbox",
        *,
        at: datetime | None = None,
        draft: bool = False,
        bare: bool | None = None,
        categories: tuple[str, ...] = (),
    ) -> str:
        """A mail appears in a folder: its immutable id. `bare`: it has no internet headers, as what
        was sent or drafted in Outlook itself; without it that goes by the folder."""
        where = self.folder(folder)
        letter = Letter(
            id=self.revisions.new_id("M"),
            raw=raw,
            at=at or self.now(),
            made=self.now(),
            draft=draft,
            bare=where.known in {"sentitems", "drafts"} if bare is None else bare,
            categories=categories,
        )
        letter.thread = self._thread(letter)
        self.letters[letter.id] = letter
        self._put(letter, where)
        return letter.id

    def delete(self, letter: str) -> None:
        """Gone for good."""
        found = self.letters.pop(letter)
        self._by_id(found.folder).letters.drop(letter, self.revisions.advance())

    def move(self, letter: str, to: str) -> None:
        """Into another folder. Its immutable id stays, the other one does not."""
        found = self.letters[letter]
        self._by_id(found.folder).letters.drop(letter, self.revisions.advance(), "changed")
        found.moves += 1
        self._put(found, self.folder(to))

    def trash(self, letter: str) -> None:
        """To the deleted items."""
        self.move(letter, "deleteditems")

    def read(self, letter: str, *, read: bool = True) -> None:
        """The owner reads it."""
        self.letters[letter].read = read
        self.touch(letter)

    def categorize(self, letter: str, *categories: str) -> None:
        """Its categories are those."""
        self.letters[letter].categories = categories
        self.touch(letter)

    def rewrite(self, letter: str, raw: bytes) -> None:
        """The owner edits a draft."""
        self.letters[letter].raw = raw
        self.touch(letter)

    def send(self, letter: str) -> None:
        """The owner sends a draft: it keeps its immutable id."""
        self.letters[letter].draft = False
        self.letters[letter].at = self.now()
        self.move(letter, "sentitems")

    def touch(self, letter: str) -> None:
        """Something about it changes."""
        found = self.letters[letter]
        found.changed, found.revision = self.now(), self.revisions.advance()
        self._by_id(found.folder).letters.put(letter, found.revision)

    def of(self, letter: Letter) -> Folder:
        """Where it is."""
        return self._by_id(letter.folder)

    def _thread(self, letter: Letter) -> str:
        """That of a message it answers, or one of its own."""
        head = letter.parsed
        named = _ID.findall(f"{head.get('References', '')} {head.get('In-Reply-To', '')}")
        known = (self._threads[one] for one in named if one in self._threads)
        found = next(known, None) or f"AAQkAL{self.revisions.new_id('Q')[6:]}"
        for one in _ID.findall(str(head.get("Message-ID", ""))):
            self._threads[one] = found
        return found

    def _put(self, letter: Letter, folder: Folder) -> None:
        letter.folder = folder.id
        self.touch(letter.id)

    def _make(self, name: str, parent: Folder, known: str = "", *, hidden: bool = False) -> Folder:
        made = Folder(self.revisions.new_id("F"), name, parent.id, known, hidden)
        self.folders[made.id] = made
        self._touch(made)
        return made

    def _touch(self, folder: Folder) -> None:
        self.hierarchy.put(folder.id, self.revisions.advance())

    def _by_id(self, folder: str) -> Folder:
        return next(one for one in self.folders.values() if one.id == folder)
