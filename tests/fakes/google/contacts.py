"""A support module: contacts, "other contacts" and contact groups, and what happens to them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakes.google import pages

if TYPE_CHECKING:
    from fakes.google.documents import Json


@dataclass
class Contact:
    """`body`: fields of a Person, as they were written. A deleted one has none."""

    resource: str
    body: Json
    made: datetime
    updated: datetime
    revision: int
    deleted: bool = False
    former: list[str] = field(default_factory=list)  # resource names that it had before

    def person(self, kind: str) -> Json:
        """As the API has it. `kind`: CONTACT or OTHER_CONTACT."""
        number = (*self.former, self.resource)[0].partition("/")[2].removeprefix("c")
        source = {"type": kind, "id": number, "etag": f"#{self.revision}"}
        about: Json = {"sources": [{**source, "updateTime": pages.instant(self.updated)}]}
        about["objectType"] = "PERSON"
        if self.deleted:
            about["deleted"] = True
        person: Json = {
            "resourceName": self.resource,
            "etag": f"%{self.revision}",
            "metadata": about,
        }
        for name, values in self.body.items():
            if not isinstance(values, list):
                person[name] = values
                continue
            short = {"type": kind, "id": number}
            person[name] = [
                {"metadata": {"primary": not at, "source": short}, **_derived(name, one)}
                for at, one in enumerate(values)
            ]
        return person


@dataclass
class Group:
    """A label of contacts."""

    resource: str
    name: str
    revision: int
    system: bool = False
    members: list[str] = field(default_factory=list)


@dataclass
class Book:
    """Contacts or other contacts. Sync tokens of a revision up to `dead_before` have expired.
    `lag`: how long a new one is not listed yet, which the API warns of."""

    kind: str
    prefix: str
    now: Callable[[], datetime]
    all: dict[str, Contact] = field(default_factory=dict)
    revision: int = 0
    dead_before: int = -1
    lag: timedelta = timedelta()
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def listed(self) -> tuple[list[Contact], int]:
        """What listings have, by their last change, and the revision that a token stands for."""
        by_change = sorted(self.all.values(), key=lambda one: one.revision)
        late = [one for one in by_change if one.made + self.lag > self.now()]
        at = late[0].revision - 1 if late else self.revision
        return [one for one in by_change if one not in late], at

    def add(self, name: str = "", *emails: str, **fields: Any) -> str:
        """Somebody appears; `fields` as in the API (organizations=[{"name": ...}])."""
        body: Json = {}
        if name:
            given, _, family = name.partition(" ")
            body["names"] = [{"givenName": given, **({"familyName": family} if family else {})}]
        if emails:
            body["emailAddresses"] = [{"value": one} for one in emails]
        return self.put({**body, **fields})

    def put(self, body: Json) -> str:
        """A person as written: the resource name."""
        resource = f"{self.prefix}{7_000_000_000_000_000_000 + next(self._numbers)}"
        self.all[resource] = Contact(resource, body, self.now(), self.now(), self._advance())
        return resource

    def edit(self, resource: str, **fields: Any) -> None:
        """Fields change; None takes one away."""
        one = self.all[resource]
        changed = {**one.body, **fields}
        one.body = {name: value for name, value in changed.items() if value is not None}
        one.updated, one.revision = self.now(), self._advance()

    def delete(self, resource: str) -> None:
        """Gone; a sync says so."""
        one = self.all[resource]
        one.body, one.deleted = {}, True
        one.updated, one.revision = self.now(), self._advance()

    def rename(self, resource: str) -> str:
        """A contact gets another resource name, as one does that is linked to a profile."""
        one = self.all.pop(resource)
        one.former.append(resource)
        one.resource = f"{self.prefix}{7_000_000_000_000_000_000 + next(self._numbers)}"
        one.updated, one.revision = self.now(), self._advance()
        self.all[one.resource] = one
        return one.resource

    def expire_tokens(self) -> None:
        """Every sync token given out so far is refused."""
        self.dead_before = self.revision
        self._advance()  # those given from now on are good

    def _advance(self) -> int:
        self.revision += 1
        return self.revision


@dataclass
class Contacts:
    """All that the People API has of one owner."""

    now: Callable[[], datetime]
    connections: Book = field(init=False)
    others: Book = field(init=False)
    groups: dict[str, Group] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(10))

    def __post_init__(self) -> None:
        self.connections = Book("CONTACT", "people/c", self.now)
        self.others = Book("OTHER_CONTACT", "otherContacts/c", self.now)
        for name in ("myContacts", "starred"):
            self.groups[f"contactGroups/{name}"] = Group(f"contactGroups/{name}", name, 1, True)

    def add_group(self, name: str) -> Group:
        """A label is made."""
        resource = f"contactGroups/{next(self._numbers):x}fa"
        self.groups[resource] = Group(resource, name, 1)
        return self.groups[resource]

    def join(self, group: Group, resource: str) -> None:
        """A contact gets a label."""
        if resource not in group.members:
            group.members.append(resource)
            group.revision += 1
            self._tell(resource)

    def leave(self, group: Group, resource: str) -> None:
        """A label is taken off."""
        if resource in group.members:
            group.members.remove(resource)
            group.revision += 1
            self._tell(resource)

    def _tell(self, resource: str) -> None:
        joined = [one for one in self.groups.values() if resource in one.members]
        told = [
            {
                "contactGroupMembership": {
                    "contactGroupId": one.resource.partition("/")[2],
                    "contactGroupResourceName": one.resource,
                }
            }
            for one in joined
        ]
        self.connections.edit(resource, memberships=told)


def _derived(name: str, one: Json) -> Json:
    """What Google adds to a value."""
    if name == "names":
        parts = [one.get(part, "") for part in ("givenName", "middleName", "familyName")]
        whole = one.get("unstructuredName") or " ".join(part for part in parts if part)
        return {"displayName": whole, "unstructuredName": whole, **one}
    return one
