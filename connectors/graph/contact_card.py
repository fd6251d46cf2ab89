"""A contact of Graph as a `Card`, told as a vCard of the same contact would be.

Members: learn.microsoft.com/graph/api/resources/contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from connectors.errors import BadItem
from connectors.formats.addresses import address
from connectors.formats.words import clean
from connectors.records import Card

# A property of our own, in contacts that we added: the uid that the card was added under.
MARK: Final = "String {6f1d5a3c-8b52-4c7e-9d1a-3e2b8c4f7a90} Name syncd-uid"
FIELDS: Final = (
    "id,birthday,businessPhones,categories,changeKey,companyName,department,displayName,"
    "emailAddresses,givenName,homePhones,jobTitle,middleName,mobilePhone,nickName,parentFolderId,"
    "personalNotes,surname,title,generation"
)
EXPAND: Final = f"singleValueExtendedProperties($filter=id eq '{MARK}')"

_LIMIT: Final = 500
_NOTE_LIMIT: Final = 2_000
_MANY: Final = 100
_PARTS: Final = ("title", "givenName", "middleName", "surname", "generation")
_NO_YEAR: Final = 1604  # what Outlook writes where the year is not known [MS-OXOCNTC]


def is_whole(contact: Mapping[str, Any]) -> bool:
    """Whether all of it was told: of what changed sometimes only a few members are."""
    return all(one in contact for one in ("displayName", "emailAddresses", "categories"))


def is_sorted(contact: Mapping[str, Any]) -> bool:
    """Whether it has a category: those that we added have one."""
    return bool(contact.get("categories"))


def cards_of(contact: Mapping[str, Any]) -> tuple[Card, ...]:
    """A contact, nothing where it names nobody. Raises `BadItem`."""
    try:
        return tuple(_card(contact))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadItem("", "a contact that cannot be read") from error


def _card(contact: Mapping[str, Any]) -> Iterator[Card]:
    addrs = _addresses(contact)
    parts = (_text(contact.get("companyName")), _text(contact.get("department")))
    organisation = " / ".join(part for part in parts if part)[:_LIMIT]
    nickname = _text(contact.get("nickName"))
    nicknames = (nickname,) if nickname else ()
    name = _name(contact, addrs) or organisation or next(iter((*nicknames, *addrs)), "")
    if not name:
        return
    yield Card(
        _uid(contact),
        name,
        addrs,
        organisation,
        _text(contact.get("jobTitle")),
        _birthday(contact),
        tuple(dict.fromkeys(_texts(contact.get("categories")))),
        nicknames,
        _phones(contact),
        _note(contact),
    )


def _uid(contact: Mapping[str, Any]) -> str:
    """Its id, which stays; for a contact that we added, the uid that it was added under."""
    for one in contact.get("singleValueExtendedProperties") or ():
        if str(one.get("id", "")).lower() == MARK.lower() and one.get("value"):
            return str(one["value"])
    return str(contact["id"])


def _name(contact: Mapping[str, Any], addrs: Iterable[str]) -> str:
    """What it is shown as, unless that is an address of its own."""
    composed = _text(" ".join(_text(contact.get(part)) for part in _PARTS))
    shown = _text(contact.get("displayName"))
    if shown.lower() in {one.lower() for one in addrs}:
        return composed or shown
    return shown or composed


def _texts(value: Any) -> Iterator[str]:
    yield from (text for one in (value or ())[:_MANY] if (text := _text(one)))


def _text(value: Any) -> str:
    return clean(str(value)[: 4 * _LIMIT])[:_LIMIT].rstrip() if value else ""


def _addresses(contact: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for one in (contact.get("emailAddresses") or ())[:_MANY]:
        if addr := address(_text(one.get("address"))):
            found.setdefault(addr.lower(), addr)
    return tuple(found.values())


def _phones(contact: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    told = (
        *(contact.get("businessPhones") or ()),
        contact.get("mobilePhone"),
        *(contact.get("homePhones") or ()),
    )
    for text in _texts(told):
        if sum(char.isdecimal() for char in text) >= 3:
            found.setdefault(text[:60], None)
    return tuple(found)


def _birthday(contact: Mapping[str, Any]) -> str:
    """YYYY-MM-DD, --MM-DD where the year is not known. Outlook keeps the day about noon UTC."""
    if not (text := str(contact.get("birthday") or "")):
        return ""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return f"{'-' if day.year == _NO_YEAR else f'{day.year:04}'}-{day.month:02}-{day.day:02}"


def _note(contact: Mapping[str, Any]) -> str:
    """What the owner wrote about them, its lines kept apart."""
    lines = map(clean, str(contact.get("personalNotes") or "")[: 4 * _NOTE_LIMIT].splitlines())
    return "\n".join(filter(None, lines))[:_NOTE_LIMIT].rstrip()
