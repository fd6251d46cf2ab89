"""A support module: a mailbox, its folders, and what happens to the mail in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from fakes.exchange.mail import kind_of, message_props
from fakes.exchange.store import Folder, Item, Missing, Store
from fakes.exchange.xml import Element, t

_TOP: Final = "Top of Information Store"
# Name, distinguished id, class: below the top, and below the root.
_FOLDERS: Final = (
    ("Calendar", "calendar", "IPF.Appointment"),
    ("Contacts", "contacts", "IPF.Contact"),
    ("Conversation History", "conversationhistory", "IPF.Note"),
    ("Deleted Items", "deleteditems", "IPF.Note"),
    ("Drafts", "drafts", "IPF.Note"),
    ("Inbox", "inbox", "IPF.Note"),
    ("Journal", "journal", "IPF.Journal"),
    ("Junk Email", "junkemail", "IPF.Note"),
    ("Notes", "notes", "IPF.StickyNote"),
    ("Outbox", "outbox", "IPF.Note"),
    ("Sent Items", "sentitems", "IPF.Note"),
    ("Tasks", "tasks", "IPF.Task"),
)
_HIDDEN: Final = (
    ("Finder", "searchfolders", ""),
    ("Recoverable Items", "recoverableitemsroot", ""),
    ("Schedule", "", ""),
    ("Spooler Queue", "", ""),
)
_LOCAL: Final = {
    "de": {"calendar": "Kalender", "contacts": "Kontakte", "deleteditems": "Gelöschte Elemente",
           "drafts": "Entwürfe", "inbox": "Posteingang", "junkemail": "Junk-E-Mail",
           "outbox": "Postausgang", "sentitems": "Gesendete Elemente", "tasks": "Aufgaben"},
    "pt": {"calendar": "Calendário", "contacts": "Contactos", "deleteditems": "Itens Eliminados",
           "drafts": "Rascunhos", "inbox": "A Receber", "junkemail": "E-mail de Lixo",
           "outbox": "A Enviar", "sentitems": "Itens Enviados", "tasks": "Tarefas"},
}  # fmt: skip


class Mailbox:
    """Everything that the owner and their correspondents do is a method. Folders are named by
    distinguished id ("inbox"), by path below the top ("Projects/Alpha"), or by id."""

    def __init__(self, address: str, now: Callable[[], datetime]) -> None:
        self.address, self.now = address, now
        self.store = Store(address, now)
        root = self.store.add_folder("root", "", "", "root")
        top = self.store.add_folder(_TOP, root.id, "IPF.Note", "msgfolderroot")
        for name, distinguished, folder_class in _FOLDERS:
            self.store.add_folder(name, top.id, folder_class, distinguished)
        for name, distinguished, folder_class in _HIDDEN:
            self.store.add_folder(name, root.id, folder_class, distinguished)
        dumpster = self.store.distinguished("recoverableitemsroot")
        self.store.add_folder("Deletions", dumpster.id, "", "recoverableitemsdeletions")

    # --- folders ---

    def folder(self, named: str | Folder) -> Folder:
        """Raise Missing."""
        if isinstance(named, Folder):
            return named
        if named in self.store.folders:
            return self.store.folders[named]
        try:
            return self.store.distinguished(named)
        except Missing:
            found = self.store.distinguished("msgfolderroot")
        for part in named.split("/"):
            below = [one for one in self.store.children(found.id) if one.name == part]
            if not below:
                raise Missing(named)
            found = below[0]
        return found

    def speaks(self, language: str) -> None:
        """The folders that everybody has are named in "de" or "pt"."""
        for one in list(self.store.folders.values()):
            if name := _LOCAL[language].get(one.distinguished):
                self.store.change_folder(one, name=name)

    def make_folder(
        self, name: str, under: str | Folder = "msgfolderroot", folder_class: str = "IPF.Note"
    ) -> Folder:
        """A folder appears: also IPF.Appointment, IPF.Contact, IPF.Task."""
        return self.store.add_folder(name, self.folder(under).id, folder_class)

    def rename_folder(self, folder: str | Folder, name: str) -> None:
        """Another name, the same id."""
        self.store.change_folder(self.folder(folder), name=name)

    def move_folder(self, folder: str | Folder, under: str | Folder) -> None:
        """With all that is in it; the id stays."""
        self.store.change_folder(self.folder(folder), parent=self.folder(under).id)

    def delete_folder(self, folder: str | Folder, *, hard: bool = False) -> None:
        """Into Deleted Items, or gone for good."""
        if hard:
            self.store.drop_folder(self.folder(folder))
        else:
            self.move_folder(folder, "deleteditems")

    def items(self, folder: str | Folder) -> list[Item]:
        """What is in it, in the order of arrival."""
        return list(self.store.inside(self.folder(folder).id))

    # --- mail ---

    def deliver(
        self,
        raw: bytes,
        folder: str | Folder = "inbox",
        *,
        at: datetime | None = None,
        read: bool = False,
        kind: str = "",
        transported: bool | None = None,
        **props: Any,
    ) -> Item:
        """A mail comes in, or lies in "sentitems". Invitations and the like become items of their
        own kinds, unless `kind` says "Message". What did not come by SMTP (`transported`), as what
        is sent or a draft, has no internet headers. `props`: more, by the names of their elements:
        text, or elements."""
        at = at or self.now()
        found = self.folder(folder)
        natural, more = kind_of(raw)
        kind = kind or natural
        own = {**message_props(raw, at), **(more if kind == natural else {})}
        if transported is None:
            transported = found.distinguished not in {"sentitems", "drafts", "outbox"}
        own["IsRead"] = t("IsRead", read or found.distinguished in {"sentitems", "drafts"})
        own["IsDraft"] = t("IsDraft", found.distinguished == "drafts")
        event = "NewMail" if found.distinguished == "inbox" else "Created"
        own.update({name: element(name, value) for name, value in props.items()})
        return self.store.put(
            found.id, kind, own, mime=raw, transported=transported, received=at, event=event
        )

    def mark_read(self, item: Item, read: bool = True) -> None:
        """The owner reads it."""
        self.store.write(item, t("IsRead", read))

    # --- whatever it is ---

    def edit(self, item: Item, **props: Any) -> None:
        """Properties change, by the names of their elements; None takes one away."""
        gone = tuple(name for name, value in props.items() if value is None)
        made = [element(name, value) for name, value in props.items() if value is not None]
        self.store.write(item, *made, without=gone)

    def spoil(self, item: Item, code: str = "ErrorItemCorrupt") -> None:
        """It is listed, and nobody can read it any more."""
        self.store.broken[item.id] = code

    def move(self, item: Item, folder: str | Folder) -> Item:
        """Into another folder: it has another id then."""
        return self.store.move(item, self.folder(folder).id)

    def delete(self, item: Item, how: str = "deleted") -> None:
        """Into Deleted Items; "soft": to what can be recovered; "hard": gone for good."""
        if how == "hard":
            self.store.drop(item)
        else:
            self.move(item, "deleteditems" if how == "deleted" else "recoverableitemsdeletions")


def element(name: str, value: object) -> Element:
    """A property of text, a number, a truth, a time or an element; of a list of texts, Strings."""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return t(name, [t("String", one) for one in value])
    if hasattr(value, "tag"):
        return value
    if name == "Body":
        return t("Body", str(value), BodyType="HTML" if "<" in str(value) else "Text")
    return t(name, value)
