"""The two lists of the People API: connections, and "other contacts". Both live by a sync token,
which dies seven days after the list was read in full, however often it was renewed since.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

from connectors.errors import BadItem
from connectors.google.api import Api
from connectors.google.people_card import (
    FIELDS,
    OTHER_FIELDS,
    cards_of,
    former_names,
    groups_of,
    is_deleted,
    other_cards_of,
)
from connectors.google.synced import Page, Told
from connectors.google.synced_cursor import State
from connectors.records import Bad, Card, Gone, Item, Seen

PAGE: Final = 500
_IDS: Final = 1000  # of a listing of names alone
_PAGES: Final = 50
_WRITTEN: Final = "READ_SOURCE_TYPE_CONTACT"
# Groups that Google makes: everybody is in these, or they say nothing about anybody.
_OF_NOBODY: Final = frozenset(
    f"contactGroups/{name}" for name in ("all", "blocked", "chatBuddies", "myContacts")
)


class _People(ABC):
    """One list of people: see `connectors.google.synced.Listed`."""

    key: str
    name: str
    member: str

    def __init__(self, api: Api, scope: str) -> None:
        self._api = api
        self._scope = scope
        self.under = f"{scope}//{self.key}/"

    def page(self, state: State) -> Page:
        """See `Listed`."""
        return self._page(state)

    def news(self, state: State) -> Page:
        """See `Listed`."""
        return self._page(state, syncToken=state.token)

    def there(self) -> set[str]:
        """See `Listed`."""
        return {self.ref(one) for one in self._everyone("metadata")}

    def told(self, entry: Mapping[str, Any], known: Told) -> Iterator[Item]:
        """See `Listed`. Whoever has another name now is told by it first: nobody is lost."""
        yield Gone(self.ref(entry)) if is_deleted(entry) else self.item(entry)
        yield from (Gone(f"{self._scope}//{name}") for name in former_names(entry))

    def is_near(self, entry: Mapping[str, Any]) -> bool:
        """See `Listed`."""
        return False

    def ref(self, person: Mapping[str, Any]) -> str:
        """Its resource name, within the scope."""
        return f"{self._scope}//{person['resourceName']}"

    def item(self, person: Mapping[str, Any]) -> Item:
        """What there is to say of a person who is there."""
        stamp = self.stamp(person)
        try:
            cards = self.cards(person)
        except BadItem as error:
            return Bad(self.ref(person), stamp, str(error))
        return Seen(self.ref(person), stamp, cards)

    def stamp(self, person: Mapping[str, Any]) -> str:
        """Changes with what is told."""
        return str(person.get("etag", "")).strip('"')

    @abstractmethod
    def cards(self, person: Mapping[str, Any]) -> tuple[Card, ...]:
        """What is told of somebody. Raises `BadItem`."""

    @abstractmethod
    def request(self, fields: str, **how: Any) -> Any:
        """Ask for a page."""

    @abstractmethod
    def fields(self) -> str:
        """What is asked for of each."""

    def everyone(self) -> Iterator[Mapping[str, Any]]:
        """All, with everything that is told of them."""
        return self._everyone(self.fields())

    def _everyone(self, fields: str) -> Iterator[Mapping[str, Any]]:
        page = ""
        while True:
            more = {"pageToken": page} if page else {}
            answer = self._api.ask(self.request(fields, pageSize=_IDS, **more), self.name)
            yield from answer.get(self.member, ())
            if not (page := str(answer.get("nextPageToken", ""))):
                return

    def _page(self, state: State, **how: Any) -> Page:
        if state.page:
            how["pageToken"] = state.page
        request = self.request(self.fields(), pageSize=PAGE, requestSyncToken=True, **how)
        answer = self._api.ask(request, self.name)
        return Page(
            answer.get(self.member, ()),
            str(answer.get("nextPageToken", "")),
            str(answer.get("nextSyncToken", "")),
        )


class Connections(_People):
    """Those whom the owner keeps. `labels`: what their groups are called."""

    key = "people"
    name = "the contacts"
    member = "connections"

    def __init__(self, api: Api, scope: str, labels: Mapping[str, str]) -> None:
        super().__init__(api, scope)
        self._labels = labels

    def cards(self, person: Mapping[str, Any]) -> tuple[Card, ...]:
        """See `_People`."""
        return cards_of(person, self._labels)

    def stamp(self, person: Mapping[str, Any]) -> str:
        """The etag, and what the person's groups are called: that changes without it."""
        called = [self._labels[group] for group in groups_of(person) if group in self._labels]
        named = blake2b("\n".join(called).encode(), digest_size=4).hexdigest() if called else ""
        return f"{super().stamp(person)}{named and f'+{named}'}"

    def fields(self) -> str:
        """See `_People`."""
        return FIELDS

    def request(self, fields: str, **how: Any) -> Any:
        """See `_People`."""
        connections = self._api.service("people").people().connections()
        return connections.list(
            resourceName="people/me", personFields=fields, sources=[_WRITTEN], **how
        )

    def again(self, refs: Mapping[str, str]) -> Any:
        """Single ones, by their refs."""
        get = self._api.service("people").people().get
        asked = {
            ref: get(resourceName=name, personFields=FIELDS, sources=[_WRITTEN])
            for ref, name in refs.items()
        }
        return self._api.batch(asked, self.name)


class Others(_People):
    """Those whom Gmail noted for itself."""

    key = "otherContacts"
    name = "the other contacts"
    member = "otherContacts"

    def cards(self, person: Mapping[str, Any]) -> tuple[Card, ...]:
        """See `_People`."""
        return other_cards_of(person)

    def fields(self) -> str:
        """See `_People`."""
        return OTHER_FIELDS

    def request(self, fields: str, **how: Any) -> Any:
        """See `_People`."""
        return self._api.service("people").otherContacts().list(readMask=fields, **how)


def labels_of(api: Api) -> dict[str, str]:
    """What the owner's groups are called, by their resource names."""
    groups, page, found = api.service("people").contactGroups(), "", {}
    for _ in range(_PAGES):
        more = {"pageToken": page} if page else {}
        request = groups.list(pageSize=1000, groupFields="name,groupType", **more)
        answer = api.ask(request, "the groups of contacts")
        for one in answer.get("contactGroups", ()):
            name = str(one.get("formattedName") or one.get("name") or "").strip()
            if name and str(one["resourceName"]) not in _OF_NOBODY:
                found[str(one["resourceName"])] = name
        if not (page := str(answer.get("nextPageToken", ""))):
            break
    return found
