"""Which calendars of an account are read, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from connectors.errors import Refused
from connectors.google.api import Api

_FIELDS: Final = (
    "nextPageToken,items(id,summary,summaryOverride,accessRole,primary,selected,hidden)"
)
_PAGES: Final = 50  # nothing that goes round is followed for ever
_READABLE: Final = frozenset(("reader", "writerWithoutPrivateAccess", "writer", "owner"))


class Entry(NamedTuple):
    """A calendar in the owner's list. `key` stands for its id, which may be somebody's address."""

    id: str
    name: str
    own_name: str  # as whoever made it calls it
    readable: bool  # else it only shows when somebody is busy
    shown: bool
    primary: bool
    # The account's address, where only its own notes are the owner's; "" for the calendar that is
    # the account's own: who writes there writes for the owner.
    whose: str = ""

    @property
    def key(self) -> str:
        """Names it in refs and cursors."""
        return blake2b(self.id.encode(), digest_size=8).hexdigest()

    def called(self, name: str) -> bool:
        """Whether the owner means it by that name."""
        names = {self.name, self.own_name, self.id, "primary" if self.primary else self.id}
        return name.strip().casefold() in {one.strip().casefold() for one in names}


def entries(api: Api) -> list[Entry]:
    """All calendars in the owner's list, hidden ones included."""
    rows = [*_rows(api)]
    me = next((str(one["id"]) for one in rows if one.get("primary")), "")
    return [_entry(one, me) for one in rows]


def choose(
    listed: Sequence[Entry], chosen: Sequence[str] | None, names: Mapping[str, str]
) -> tuple[list[Entry], dict[str, str], Refused | None]:
    """The calendars that are read: those that the owner's calendar shows, or those `chosen` by
    name, id, or "primary"; the keys of these by name; what is wrong where one cannot be read.
    `names`: the keys as last found. One that was renamed since is known by its key."""
    if chosen is None:
        return [one for one in listed if one.shown and one.readable], {}, None
    found: dict[str, Entry] = {}
    keys: dict[str, str] = {}
    lacking: list[str] = []
    for name in chosen:
        called = [one for one in listed if one.called(name)]
        called += [one for one in listed if one.key == names.get(name)]
        called.sort(key=lambda one: not one.readable)
        if called and called[0].readable:
            found[called[0].key] = called[0]
            keys[name] = called[0].key
            continue
        lacking.append(name)
        if name in names:
            keys[name] = names[name]  # what was read of it stays
    return list(found.values()), keys, _trouble(lacking, listed)


def _trouble(names: Sequence[str], listed: Sequence[Entry]) -> Refused | None:
    if not names:
        return None
    for name in names:
        if any(one.called(name) for one in listed):
            return Refused(
                f"the calendar {name!r} shows only when somebody is busy: ask its owner to let you "
                "see the details of events, or leave it out of `calendars:`"
            )
    there = ", ".join(sorted({one.name for one in listed if one.readable})) or "none"
    wrong = " or ".join(map(repr, names))
    return Refused(f"there is no calendar {wrong}: correct `calendars:` (there are: {there})")


def _rows(api: Api) -> Iterator[Mapping[str, Any]]:
    lists, page = api.service("calendar").calendarList(), ""
    for _ in range(_PAGES):
        more = {"pageToken": page} if page else {}
        request = lists.list(maxResults=250, showHidden=True, fields=_FIELDS, **more)
        answer = api.ask(request, "the list of calendars")
        yield from answer.get("items", ())
        if not (page := str(answer.get("nextPageToken", ""))):
            return


def _entry(one: Mapping[str, Any], me: str) -> Entry:
    found, own = str(one["id"]), str(one.get("summary", ""))
    primary = bool(one.get("primary"))
    return Entry(
        found,
        str(one.get("summaryOverride") or own or found),
        own or found,
        one.get("accessRole") in _READABLE,
        primary or bool(one.get("selected") and not one.get("hidden")),
        primary,
        "" if primary else me,
    )
