"""A support module: folders of contacts, and what their owner does with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fakes.graph.call import Json
from fakes.graph.changes import Revisions, Tracked

# All that is null where nobody wrote it.
TEXTS: Final = (
    "assistantName", "birthday", "businessHomePage", "companyName", "department", "fileAs",
    "generation", "givenName", "initials", "jobTitle", "manager", "middleName", "mobilePhone",
    "nickName", "officeLocation", "personalNotes", "profession", "spouseName", "surname", "title",
    "yomiCompanyName", "yomiGivenName", "yomiSurname",
)  # fmt: skip
LISTS: Final = ("businessPhones", "categories", "children", "emailAddresses", "homePhones",
                "imAddresses")  # fmt: skip
PLACES: Final = ("businessAddress", "homeAddress", "otherAddress")


@dataclass
class Contact:
    """Somebody. `body`: members as in the API."""

    id: str
    folder: str
    body: Json
    made: datetime
    changed: datetime
    revision: int
    moves: int = 0
    extended: dict[str, str] = field(default_factory=dict)

    @property
    def passing_id(self) -> str:
        """The id that changes when it is moved."""
        return f"AAMkAD{self.moves}{self.folder[-9:-4]}{self.id[6:]}"


@dataclass
class ContactFolder:
    """One folder. `known`: "contacts" for the default one, which no listing has."""

    id: str
    name: str
    parent: str
    known: str = ""
    contacts: Tracked = field(default_factory=Tracked)


@dataclass
class Contacts:
    """Everything that happens is a method. Folders are named by their id or name; "contacts" is the
    default one."""

    now: Callable[[], datetime]
    revisions: Revisions
    folders: dict[str, ContactFolder] = field(default_factory=dict)
    hierarchy: Tracked = field(default_factory=Tracked)
    all: dict[str, Contact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = ContactFolder(self.revisions.new_id("K"), "Contacts", "", "contacts")
        self.folders[made.id] = made

    @property
    def default(self) -> ContactFolder:
        """Where contacts are unless they are told to be elsewhere."""
        return self.folder("contacts")

    def folder(self, named: str) -> ContactFolder:
        """KeyError where there is none."""
        for one in self.folders.values():
            if named == one.id or (one.known and named.lower() == one.known):
                return one
        for one in self.folders.values():
            if named == one.name:
                return one
        raise KeyError(named)

    def make_folder(self, name: str, parent: str = "contacts") -> ContactFolder:
        """Below another one."""
        made = ContactFolder(self.revisions.new_id("K"), name, self.folder(parent).id)
        self.folders[made.id] = made
        self.hierarchy.put(made.id, self.revisions.advance())
        return made

    def delete_folder(self, named: str) -> None:
        """With everybody in it, and those below it."""
        found = self.folder(named)
        for below in [one.id for one in self.folders.values() if one.parent == found.id]:
            self.delete_folder(below)
        for one in list(found.contacts.items):
            self.delete(one)
        del self.folders[found.id]
        self.hierarchy.drop(found.id, self.revisions.advance())

    def add(self, name: str = "", *emails: str, folder: str = "contacts", **fields: Any) -> str:
        """Somebody appears: the id. `fields` as in the API (companyName=, categories=[...])."""
        given, _, family = name.partition(" ")
        body: Json = {"displayName": name, "givenName": given or None, "surname": family or None}
        body["emailAddresses"] = [{"name": name or one, "address": one} for one in emails]
        return self.put({**body, **fields}, folder).id

    def put(self, body: Json, folder: str = "contacts") -> Contact:
        """As it is written."""
        found = self.folder(folder)
        now, revision = self.now(), self.revisions.advance()
        made = Contact(self.revisions.new_id("P"), found.id, body, now, now, revision)
        self.all[made.id] = made
        found.contacts.put(made.id, revision)
        return made

    def edit(self, contact: str, **fields: Any) -> None:
        """Members change; None takes one away."""
        one = self.all[contact]
        one.body = {name: v for name, v in {**one.body, **fields}.items() if v is not None}
        one.changed, one.revision = self.now(), self.revisions.advance()
        self.folders[one.folder].contacts.put(contact, one.revision)

    def delete(self, contact: str) -> None:
        """Gone."""
        one = self.all.pop(contact)
        self.folders[one.folder].contacts.drop(contact, self.revisions.advance())

    def move(self, contact: str, folder: str) -> None:
        """To another folder."""
        one = self.all[contact]
        self.folders[one.folder].contacts.drop(contact, self.revisions.advance(), "changed")
        one.folder, one.moves = self.folder(folder).id, one.moves + 1
        self.edit(contact)
