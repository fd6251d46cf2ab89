"""Google Contacts, as a place that a card may be added to: into a group of its own.

    contactGroups.list, .create    the group, made where it is absent
    people.connections.list        who is there already, by our mark and by address
    people.createContact           the card; our mark is its `uid`, in clientData

The People API has no key that keeps a second contact from being made, and may list a new one late;
the members of the group are asked as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from connectors.errors import Ambiguous, BadItem, Refused, Unavailable
from connectors.google.api import Api
from connectors.google.errors import Declined, NotThere
from connectors.google.people import SCOPE
from connectors.google.people_card import MARK
from connectors.records import Card

GROUP: Final = "Met through mail"
_REFS: Final = f"{SCOPE}//"
_WHAT: Final = "the contacts"
_FIELDS: Final = "clientData,emailAddresses"
_PAGE: Final = 1_000
_AT_ONCE: Final = 200  # names that people.getBatchGet takes
_MINE: Final = "contactGroups/myContacts"
_UNFIT: Final = frozenset((400, 413))

Person = Mapping[str, Any]


class GoogleBook:
    """See `connectors.contract.ContactBook`. A contact that has an address of the card is somebody
    whom the owner keeps already: it is left as it is, and its ref is returned."""

    def __init__(self, api: Api, group: str = GROUP) -> None:
        self._api = api
        self._name = group

    def add_card(self, card: Card) -> str:
        """See `connectors.contract.ContactBook`. Raises `Ambiguous` when it may have happened all
        the same, `BadItem` for a card that Google does not take."""
        group = self._found_group()
        there = self._there(card, group)
        if there is None:
            there = self._added(card, group or self._made_group())
        return f"{_REFS}{there['resourceName']}"

    def remove_card(self, uid: str, ref: str) -> None:
        """Delete the contact that was added under this uid; gone already, or no longer ours, is
        fine. `ref` as `add_card` returned it, "" where its answer was lost."""
        name = ref.removeprefix(_REFS)
        person = self._one(name) if name else None
        if person is None:  # a contact's name may change
            people = self._everyone(self._found_group())
            person = next((one for one in people if uid in _marks(one)), None)
        if person is None or uid not in _marks(person):
            return
        request = self._people.deleteContact(resourceName=person["resourceName"])
        with suppress(NotThere):
            self._api.write(request, "a contact")

    def _added(self, card: Card, group: str) -> Person:
        body = {**_person(card), "memberships": [_member(_MINE), _member(group)]}
        request = self._people.createContact(body=body, personFields=_FIELDS)
        try:
            made: Person = self._api.write(request, "a contact")
        except NotThere as error:
            raise Unavailable(
                f"the group {self._name!r} has vanished from Google Contacts"
            ) from error
        except Declined as error:
            if error.status not in _UNFIT:
                raise
            why = error.reason or error.status
            raise BadItem("", f"Google Contacts does not take this card ({why})") from error
        return made

    def _there(self, card: Card, group: str | None) -> Person | None:
        """The contact with our mark, else one with an address of the card."""
        addrs = {_plain(addr) for addr in card.addrs}
        alike: Person | None = None
        for person in self._everyone(group):
            if card.uid in _marks(person):
                return person
            if alike is None and addrs & _addresses(person):
                alike = person
        return alike

    def _one(self, name: str) -> Person | None:
        request = self._people.get(resourceName=name, personFields=_FIELDS)
        try:
            found: Person = self._api.ask(request, _WHAT)
        except NotThere:
            return None
        return found

    def _everyone(self, group: str | None) -> Iterator[Person]:
        """All contacts, then those of the group that no listing shows yet."""
        listed: set[str] = set()
        for person in self._listed():
            listed.add(str(person["resourceName"]))
            yield person
        if group is not None:
            yield from self._several([one for one in self._members(group) if one not in listed])

    def _listed(self) -> Iterator[Person]:
        page: str | None = ""
        while page is not None:
            more = {"pageToken": page} if page else {}
            request = self._people.connections().list(
                resourceName="people/me", pageSize=_PAGE, personFields=_FIELDS, **more
            )
            answer = self._api.ask(request, _WHAT)
            yield from answer.get("connections", ())
            page = answer.get("nextPageToken")

    def _members(self, group: str) -> list[str]:
        request = self._groups.get(resourceName=group, maxMembers=_PAGE)
        try:
            return list(self._api.ask(request, _WHAT).get("memberResourceNames", ()))
        except NotThere:
            return []  # deleted since

    def _several(self, names: Sequence[str]) -> Iterator[Person]:
        for start in range(0, len(names), _AT_ONCE):
            request = self._people.getBatchGet(
                resourceNames=list(names[start : start + _AT_ONCE]), personFields=_FIELDS
            )
            for one in self._api.ask(request, _WHAT).get("responses", ()):
                if "person" in one:
                    yield one["person"]

    def _found_group(self) -> str | None:
        page: str | None = ""
        while page is not None:
            more = {"pageToken": page} if page else {}
            answer = self._api.ask(self._groups.list(pageSize=_PAGE, **more), _WHAT)
            for one in answer.get("contactGroups", ()):
                own = one.get("groupType") == "USER_CONTACT_GROUP"
                if own and str(one.get("name", "")).strip() == self._name:
                    return str(one["resourceName"])
            page = answer.get("nextPageToken")
        return None

    def _made_group(self) -> str:
        request = self._groups.create(body={"contactGroup": {"name": self._name}})
        try:
            return str(self._api.write(request, f"the group {self._name}")["resourceName"])
        except Ambiguous as error:
            raise Unavailable(str(error)) from error  # looked for again before another is made
        except Declined as error:
            if error.status != 409:
                raise
            found = self._found_group()  # made meanwhile
            if found is None:
                raise Refused(
                    f"Google Contacts makes no group {self._name!r}: make it there"
                ) from error
            return found

    @property
    def _people(self) -> Any:
        return self._api.service("people").people()

    @property
    def _groups(self) -> Any:
        return self._api.service("people").contactGroups()


def _person(card: Card) -> dict[str, Any]:
    """A card as the People API takes it: only what is known."""
    # Who is known by an address alone is shown by it.
    given, _, family = ("" if "@" in card.name else card.name.strip()).rpartition(" ")
    name = {"givenName": given, "familyName": family} if given else {"givenName": family}
    organisation = {"name": card.organisation, "title": card.title}
    birthday = _date(card.birthday)
    fields: dict[str, list[dict[str, Any]]] = {
        "names": [name] if family else [],
        "emailAddresses": _values(card.addrs),
        "phoneNumbers": _values(card.phones),
        "nicknames": _values(card.nicknames),
        "organizations": [{k: v for k, v in organisation.items() if v}],
        "biographies": [{"value": card.note, "contentType": "TEXT_PLAIN"}] if card.note else [],
        "birthdays": [{"date": birthday}] if birthday else [],
        "urls": _values(card.links),
        "clientData": [{"key": MARK, "value": card.uid}],
    }
    return {name: found for name, values in fields.items() if (found := [v for v in values if v])}


def _values(texts: Iterable[str]) -> list[dict[str, Any]]:
    return [{"value": text} for text in texts]


def _date(text: str) -> dict[str, int]:
    """YYYY-MM-DD or --MM-DD; nothing for anything else."""
    try:
        year, month, day = text.rsplit("-", 2)
        known = {} if year == "-" else {"year": int(year)}
        return {**known, "month": int(month), "day": int(day)}
    except ValueError:
        return {}


def _member(group: str) -> dict[str, Any]:
    return {"contactGroupMembership": {"contactGroupResourceName": group}}


def _marks(person: Person) -> set[str]:
    return {str(one.get("value")) for one in person.get("clientData", ()) if one.get("key") == MARK}


def _addresses(person: Person) -> set[str]:
    return {_plain(str(one.get("value", ""))) for one in person.get("emailAddresses", ())}


def _plain(addr: str) -> str:
    return addr.strip().casefold()
