"""A person of the People API as a `Card`, told as a vCard of the same contact would be.

Members: developers.google.com/people/api/rest/v1/people. Of a connection only what its owner wrote
is asked for (source CONTACT), and not what somebody tells of themselves in a profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from connectors.errors import BadItem
from connectors.formats.addresses import address
from connectors.formats.words import clean
from connectors.records import Card

MARK: Final = "syncd"  # the key of our clientData, in contacts that we added
FIELDS: Final = (
    "biographies,birthdays,clientData,emailAddresses,memberships,metadata,names,nicknames,"
    "organizations,phoneNumbers"
)
OTHER_FIELDS: Final = "emailAddresses,metadata,names"

_LIMIT: Final = 500
_NOTE_LIMIT: Final = 2_000
_MANY: Final = 100
_NO_PHONES: Final = frozenset(("homefax", "workfax", "otherfax", "pager", "workpager"))
_PARTS: Final = ("honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix")


def is_deleted(person: Mapping[str, Any]) -> bool:
    """Whether it is not there any more."""
    return bool(person.get("metadata", {}).get("deleted"))


def former_names(person: Mapping[str, Any]) -> list[str]:
    """Resource names that it had before: a verified address may change them."""
    return [str(one) for one in person.get("metadata", {}).get("previousResourceNames", ())]


def groups_of(person: Mapping[str, Any]) -> list[str]:
    """The resource names of the groups it is in, in order."""
    found = (
        one.get("contactGroupMembership", {}).get("contactGroupResourceName")
        for one in person.get("memberships", ())
    )
    return sorted({str(one) for one in found if one})


def cards_of(person: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[Card, ...]:
    """A contact, nothing where it names nobody. `labels`: what groups are called, by their resource
    names. Raises `BadItem`."""
    try:
        return tuple(_card(person, labels))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadItem("", "a contact that cannot be read") from error


def other_cards_of(person: Mapping[str, Any]) -> tuple[Card, ...]:
    """One of the "other contacts", whom Gmail noted for itself: a name for each address, as if it
    had come with a mail. Nobody keeps it on purpose, and it joins no addresses. Raises `BadItem`.
    """
    try:
        uid, name = _uid(person), _name(person)
        addrs = _addresses(person) if name else ()
        return tuple(Card(uid, name, (addr,), attached_by=addr) for addr in addrs)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadItem("", "a contact that cannot be read") from error


def _card(person: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Card]:
    addrs = _addresses(person)
    work = next(iter(sorted(_values(person, "organizations"), key=_is_past)), {})
    parts = (_text(work.get("name")), _text(work.get("department")))
    organisation = " / ".join(part for part in parts if part)[:_LIMIT]
    nicknames = tuple(dict.fromkeys(_texts(person, "nicknames")))[:_MANY]
    name = _name(person) or organisation or next(iter((*nicknames, *addrs)), "")
    if not name:
        return
    yield Card(
        _uid(person),
        name,
        addrs,
        organisation,
        _text(work.get("title")),
        _birthday(person),
        tuple(labels[group] for group in groups_of(person) if group in labels),
        nicknames,
        _phones(person),
        _note(person),
    )


def _uid(person: Mapping[str, Any]) -> str:
    """The id of what was written down, which stays when the resource name changes; for a contact
    that we added, the uid that it was added under."""
    ours = (one.get("value") for one in person.get("clientData", ()) if one.get("key") == MARK)
    if uid := next(filter(None, ours), ""):
        return str(uid)
    for source in person.get("metadata", {}).get("sources", ()):
        if source.get("type") in ("CONTACT", "OTHER_CONTACT") and source.get("id"):
            return str(source["id"])
    return str(person["resourceName"])


def _values(person: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The values of a field, the primary one first."""
    values: Sequence[Mapping[str, Any]] = person.get(name, ())
    return sorted(values, key=lambda one: not one.get("metadata", {}).get("primary"))[:_MANY]


def _texts(person: Mapping[str, Any], name: str) -> Iterator[str]:
    yield from (text for one in _values(person, name) if (text := _text(one.get("value"))))


def _text(value: Any) -> str:
    return clean(str(value)[: 4 * _LIMIT])[:_LIMIT].rstrip() if value else ""


def _name(person: Mapping[str, Any]) -> str:
    for one in _values(person, "names"):
        composed = " ".join(_text(one.get(part)) for part in _PARTS)
        told = one.get("displayName") or one.get("unstructuredName") or composed
        if name := _text(told):
            return name
    return ""


def _addresses(person: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in _texts(person, "emailAddresses"):
        if addr := address(text):
            found.setdefault(addr.lower(), addr)
    return tuple(found.values())


def _phones(person: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in _values(person, "phoneNumbers"):
        text = _text(one.get("value"))
        if _text(one.get("type")).lower() in _NO_PHONES:
            continue
        if sum(char.isdecimal() for char in text) >= 3:
            found.setdefault(text[:60], None)
    return tuple(found)


def _is_past(work: Mapping[str, Any]) -> bool:
    """Whether somebody left that organisation."""
    return not work.get("current") and bool(work.get("endDate"))


def _birthday(person: Mapping[str, Any]) -> str:
    """YYYY-MM-DD, --MM-DD where the year is not known; of several the one that says most."""
    days = [one["date"] for one in _values(person, "birthdays") if one.get("date")]
    for day in sorted(days, key=lambda day: not day.get("year")):
        year, month, number = (int(day.get(part) or 0) for part in ("year", "month", "day"))
        if 1 <= month <= 12 and 1 <= number <= 31:
            return f"{f'{year:04}' if year else '-'}-{month:02}-{number:02}"
    return ""


def _note(person: Mapping[str, Any]) -> str:
    """What the owner wrote about them, its lines kept apart."""
    for one in _values(person, "biographies"):
        if one.get("contentType") != "TEXT_HTML" and one.get("value"):
            lines = map(clean, str(one["value"])[: 4 * _NOTE_LIMIT].splitlines())
            return "\n".join(filter(None, lines))[:_NOTE_LIMIT].rstrip()
    return ""
