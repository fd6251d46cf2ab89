"""The contacts of one folder, as a list that Graph tells the changes of by deltaLink."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from connectors.errors import BadItem, ConnectorError, Unavailable
from connectors.graph.api import Api
from connectors.graph.contact_card import EXPAND, FIELDS, cards_of, is_sorted, is_whole
from connectors.graph.errors import Declined, NotThere
from connectors.graph.odata import Json, delta_link, entries, next_link, path
from connectors.graph.synced import Page, Told
from connectors.graph.synced_cursor import State
from connectors.records import Bad, Gone, Item, Seen

SCOPE: Final = "contacts"
PAGE: Final = 200
_IDS: Final = "500"
_DEPTH: Final = 20
_WHAT: Final = "the contacts"
_FOLDERS: Final = "the folders of contacts"
_ONE: Final = {"$select": FIELDS, "$expand": EXPAND}
_UNDELIVERED: Final = "Microsoft lists it and does not deliver it"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of contacts. `key` names it in refs and cursors."""

    id: str
    name: str

    @property
    def key(self) -> str:
        """Short, and the same as long as the folder is there."""
        return _key(self.id)


class Folders:
    """Those of one mailbox. The default one is in no list: its id stands in what it holds."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._default = ""

    def find(self) -> list[Folder]:
        """Those that are there now. Raises the errors of the contract."""
        found = {one.id: one for one in self._below("", 0)}
        if default := self._first():
            found[default] = Folder(default, "Contacts")
        return list(found.values())

    def _first(self) -> str:
        """The id of the default folder; "" while it is empty and Graph knows it by no name."""
        if self._default:
            return self._default
        params = {"$select": "parentFolderId", "$top": "1"}
        page = self._api.ask("contacts", _WHAT, params=params)
        for one in entries(page):
            self._default = str(one.get("parentFolderId") or "")
        if not self._default:
            try:
                told = self._api.ask("contactFolders/contacts", _WHAT, params={"$select": "id"})
                self._default = str(told.get("id") or "")
            except Declined:
                return ""
        return self._default

    def _below(self, parent: str, depth: int) -> Iterator[Folder]:
        where = path("contactFolders", parent, "childFolders") if parent else "contactFolders"
        for one in self._api.pages(where, _FOLDERS, params={"$select": "id,displayName"}):
            if folder_id := str(one.get("id") or ""):
                yield Folder(folder_id, str(one.get("displayName") or "?"))
                if depth < _DEPTH:
                    yield from self._below(folder_id, depth + 1)


class Contacts:
    """One folder: see `connectors.graph.synced.Listed`. `asked`: what was answered of a page whose
    rest was not; the next reading goes on with it."""

    def __init__(self, api: Api, folder: Folder, asked: dict[str, Json]) -> None:
        self._api = api
        self._asked = asked
        self._folder = folder
        self._broken: dict[str, Bad] = {}  # of the page that was asked for last, by ref
        self._left: set[str] = set()  # ids on it that are not there any more
        self.name = f"the contacts in {folder.name}"
        self.under = f"{SCOPE}//{folder.key}/"

    def page(self, state: State) -> Page:
        """See `Listed`."""
        return self._page(state.page)

    def news(self, state: State) -> Page:
        """See `Listed`."""
        return self._page(state.page or state.token)

    def there(self) -> set[str]:
        """See `Listed`."""
        where = path("contactFolders", self._folder.id, "contacts")
        params = {"$select": "id", "$top": _IDS}
        found = self._api.pages(where, self.name, params=params)
        return {self.under + str(one["id"]) for one in found if one.get("id")}

    def told(self, entry: Mapping[str, Any], known: Told) -> Iterator[Item]:
        """See `Listed`."""
        ref = self.under + str(entry["id"])
        if "@removed" in entry:
            yield Gone(ref)
        elif ref in self._broken:
            yield self._broken[ref]
        elif entry["id"] in self._left:
            yield Gone(ref)
        else:
            yield self.item(entry)

    def is_near(self, entry: Mapping[str, Any]) -> bool:
        """See `Listed`."""
        return False

    def settled(self, doubt: Sequence[str], known: Told) -> Iterator[Item]:
        """See `Listed`: no page leaves anything in doubt."""
        return iter(())

    def item(self, contact: Mapping[str, Any]) -> Item:
        """What there is to say of a contact that is there."""
        ref, stamp = self.under + str(contact["id"]), stamp_of(contact)
        try:
            return Seen(ref, stamp, cards_of(contact))
        except BadItem as error:
            return Bad(ref, stamp, str(error))

    def again(self, refs: Sequence[str]) -> Iterator[Item]:
        """See `Listed`."""
        for one, answer in self._whole([ref.removeprefix(self.under) for ref in refs]):
            if isinstance(answer, NotThere):
                yield Gone(self.under + one)
            elif isinstance(answer, Declined):
                yield Bad(self.under + one, "", _UNDELIVERED, for_now=True)
            elif isinstance(answer, ConnectorError):
                raise answer
            elif str(answer.get("parentFolderId") or self._folder.id) != self._folder.id:
                yield Gone(self.under + one)  # it was moved to another folder
            else:
                yield self.item(answer)

    def _page(self, link: str) -> Page:
        prefer = (f"odata.maxpagesize={PAGE}",)
        if link:
            answer = self._api.ask(link, self.name, prefer=prefer)
        else:
            where = path("contactFolders", self._folder.id, "contacts", "delta")
            answer = self._api.ask(where, self.name, params={"$select": FIELDS}, prefer=prefer)
        found = [one for one in entries(answer) if one.get("id")]
        return Page(self._completed(found), next_link(answer), delta_link(answer))

    def _completed(self, found: Sequence[Json]) -> list[Json]:
        """The same, with what a delta query does not tell: the rest of what was told in part, and
        our own mark of what we may have added."""
        self._broken, self._left = {}, set()
        whole: dict[str, Json] = {}
        wanted = {
            str(one["id"]): f"{one['id']} {stamp_of(one)}"
            for one in found
            if "@removed" not in one and (not is_whole(one) or is_sorted(one))
        }
        left = [one for one, mark in wanted.items() if mark not in self._asked]
        trouble: ConnectorError | None = None
        for one, answer in self._whole(left):
            if isinstance(answer, NotThere):
                self._left.add(one)
            elif isinstance(answer, Declined):
                ref = self.under + one
                self._broken[ref] = Bad(ref, "", _UNDELIVERED, for_now=True)
            elif isinstance(answer, ConnectorError):
                trouble = answer
            else:
                self._asked[wanted[one]] = answer
        if trouble is not None:
            raise trouble
        for one, mark in wanted.items():
            if mark in self._asked:
                whole[one] = self._asked.pop(mark)
        return [one if "@removed" in one else whole.get(str(one["id"]), one) for one in found]

    def _whole(self, ids: Sequence[str]) -> Iterator[tuple[str, Json | ConnectorError]]:
        asked = {one: path("contacts", one, query=_ONE) for one in ids}
        for one, answer in self._api.batch(asked, _WHAT):
            if isinstance(answer, dict) and not is_whole(answer):
                yield one, Unavailable("Microsoft tells a contact in part: it is asked again")
            else:
                yield one, {**answer, "id": one} if isinstance(answer, dict) else answer


def stamp_of(contact: Mapping[str, Any]) -> str:
    """Changes with what is told."""
    return str(contact.get("changeKey") or contact.get("@odata.etag") or "")


def ref_of(contact: Mapping[str, Any]) -> str:
    """What a contact is called by the core."""
    return f"{SCOPE}//{_key(str(contact['parentFolderId']))}/{contact['id']}"


def _key(folder_id: str) -> str:
    return blake2b(folder_id.encode(), digest_size=6).hexdigest()
