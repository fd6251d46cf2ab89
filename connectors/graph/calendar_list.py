"""Which calendars of a mailbox are read, and what they are called.

learn.microsoft.com/graph/api/resources/calendar
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from connectors.errors import Refused
from connectors.graph.api import Api

_QUERY: Final = {"$select": "id,name,owner,isDefaultCalendar", "$top": "100"}
_WHAT: Final = "the list of calendars"
_NAMED: Final = 6


class Entry(NamedTuple):
    """A calendar that the mailbox lists. `key` stands for its id, which is long."""

    id: str
    name: str
    default: bool
    holder: str  # the address of whose calendar it is, "" where that is not told
    own: bool = True  # else somebody shares it

    @property
    def key(self) -> str:
        """Names it in refs and cursors."""
        return blake2b(self.id.encode(), digest_size=8).hexdigest()

    def called(self, name: str) -> bool:
        """Whether the owner means it by that name."""
        names = {self.name, self.id, "default" if self.default else self.id}
        return name.strip().casefold() in {one.strip().casefold() for one in names}


def entries(api: Api) -> list[Entry]:
    """All calendars, in Graph's order."""
    rows = [one for one in api.pages("calendars", _WHAT, params=_QUERY) if one.get("id")]
    mine = {_owner(one) for one in rows if one.get("isDefaultCalendar")}
    return [_entry(one, {api.login.lower(), *mine, ""}) for one in rows]


def addresses(listed: Sequence[Entry], login: str) -> frozenset[str]:
    """What the account is called beside its login, in lower case."""
    return frozenset(one.holder for one in listed if one.own and one.holder) - {login.lower()}


def choose(
    listed: Sequence[Entry], chosen: Sequence[str] | None, names: Mapping[str, str]
) -> tuple[list[Entry], dict[str, str], Refused | None]:
    """The calendars that are read: all, or those `chosen` by name, id or "default"; the keys of
    these by name; what is wrong where one cannot be read. `names`: the keys as last found. One that
    was renamed since is known by its key."""
    if chosen is None:
        return list(listed), {}, None
    found: dict[str, Entry] = {}
    keys: dict[str, str] = {}
    lacking: list[str] = []
    for name in chosen:
        called = [one for one in listed if one.called(name)]
        called += [one for one in listed if one.key == names.get(name)]
        if called:
            called.sort(key=lambda one: not one.own)
            found[called[0].key] = called[0]
            keys[name] = called[0].key
            continue
        lacking.append(name)
        if name in names:
            keys[name] = names[name]  # what was read of it stays
    return list(found.values()), keys, _trouble(lacking, listed)


def calendars_found(api: Api, chosen: Sequence[str] | None) -> str:
    """What a reading would read, in a few words for the owner. Raises where one is not there."""
    there = entries(api)
    read, _, trouble = choose(there, chosen, {})
    if trouble is not None:
        raise trouble
    names = [one.name for one in read]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    named = (", ".join(names[:_NAMED]) or "none") + more
    return f"{len(read)} of {len(there)} calendars are read: {named}"


def _trouble(names: Sequence[str], listed: Sequence[Entry]) -> Refused | None:
    if not names:
        return None
    there = ", ".join(sorted({one.name for one in listed})) or "none"
    wrong = " or ".join(map(repr, names))
    return Refused(f"there is no calendar {wrong}: correct `calendars:` (there are: {there})")


def _entry(one: Mapping[str, Any], mine: set[str]) -> Entry:
    found, owner = str(one["id"]), _owner(one)
    default = one.get("isDefaultCalendar") is True
    name = str(one.get("name") or "")
    return Entry(found, name or found, default, owner, default or owner in mine)


def _owner(one: Mapping[str, Any]) -> str:
    told = one.get("owner")
    return str(told.get("address") or "").strip().lower() if isinstance(told, dict) else ""
