"""A contact or a list of contacts of EWS as a `Card`, told as a vCard of the same contact would be.

Elements: learn.microsoft.com/exchange/client-developer/web-service-reference/contact and
distributionlist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from connectors.errors import BadItem
from connectors.exchange.book import MARK
from connectors.exchange.element import Element, every, extended, id_of, moment, name_of, text
from connectors.formats.addresses import address
from connectors.formats.words import clean
from connectors.records import Card

FIELDS: Final = (
    "item:ItemClass", "item:Body", "item:Categories", "contacts:DisplayName", "contacts:FileAs",
    "contacts:GivenName", "contacts:MiddleName", "contacts:Surname", "contacts:Generation",
    "contacts:Nickname", "contacts:CompanyName", "contacts:Department", "contacts:JobTitle",
    "contacts:Birthday", "distributionlist:Members",
)  # fmt: skip
ADDRESSES: Final = ("EmailAddress1", "EmailAddress2", "EmailAddress3")
# Of what a contact may have, by which somebody is called.
PHONES: Final = (
    "PrimaryPhone", "MobilePhone", "BusinessPhone", "BusinessPhone2", "HomePhone", "HomePhone2",
    "CarPhone", "CompanyMainPhone", "OtherTelephone",
)  # fmt: skip
CONTACT: Final = "Contact"
LIST: Final = "DistributionList"

_LIMIT: Final = 500
_NOTE_LIMIT: Final = 2_000
_MANY: Final = 100
_MEMBERS: Final = 1_000
_NO_YEAR: Final = 1604  # what Outlook writes for a year that is not known
_PARTS: Final = ("GivenName", "MiddleName", "Surname", "Generation")
# How a day is told: its midnight in the owner's zone, or one of these in UTC, in any zone.
_AS_DAY: Final = frozenset(((0, 0), (11, 59), (12, 0)))


def cards_of(item: Element, zone: ZoneInfo, resolve: Callable[[str], str]) -> tuple[Card, ...]:
    """A contact, or a list; nothing where it names nobody, and for anything else that was put among
    contacts. `zone`: where birthdays are days; `resolve`: see `connectors.exchange.resolver`.
    Raises `BadItem`."""
    kind = name_of(item)
    if kind not in (CONTACT, LIST):
        return ()
    try:
        return tuple(_card(item, zone, resolve) if kind == CONTACT else _list(item, resolve))
    except (ValueError, TypeError, OverflowError) as error:
        raise BadItem("", "a contact that cannot be read") from error


def _card(item: Element, zone: ZoneInfo, resolve: Callable[[str], str]) -> Iterator[Card]:
    told = (entry.text or "" for entry in every(item, "EmailAddresses/Entry"))
    addrs = _addresses(told, resolve)
    work = (_text(item, "CompanyName"), _text(item, "Department"))
    organisation = " / ".join(part for part in work if part)[:_LIMIT]
    nickname = _text(item, "Nickname")
    composed = " ".join(filter(None, (_text(item, part) for part in _PARTS)))
    names = (_text(item, "DisplayName"), composed, _text(item, "FileAs"), organisation, nickname)
    name = next(iter((*filter(None, names), *addrs)), "")
    if not name:
        return
    yield Card(
        _uid(item),
        name,
        addrs,
        organisation,
        _text(item, "JobTitle"),
        _birthday(item, zone),
        _categories(item),
        (nickname,) if nickname else (),
        tuple(_phones(item)),
        _note(item),
    )


def _list(item: Element, resolve: Callable[[str], str]) -> Iterator[Card]:
    name = _text(item, "DisplayName") or _text(item, "FileAs")
    if not name:
        return
    told = (text(box, "EmailAddress") for box in every(item, "Members/Member/Mailbox"))
    members = _addresses(told, resolve, _MEMBERS)
    yield Card(
        _uid(item),
        name,
        categories=_categories(item),
        note=_note(item),
        kind="group",
        members=members,
    )


def _uid(item: Element) -> str:
    """The item's id; for a contact that we added, the uid that it was added under."""
    return extended(item).get(MARK, "") or id_of(item).id


def _addresses(
    told: Iterator[str], resolve: Callable[[str], str], most: int = _MANY
) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for one in told:
        one = one.strip()
        if one.startswith("/") and "@" not in one:
            one = resolve(one)
        if addr := address(one):
            found.setdefault(addr.lower(), addr)
    return tuple(found.values())[:most]


def _phones(item: Element) -> Iterator[str]:
    found = {
        entry.get("Key") or "": clean(entry.text or "")[:60]
        for entry in every(item, "PhoneNumbers/Entry")
    }
    numbers = (found.get(key, "") for key in PHONES)
    yield from dict.fromkeys(one for one in numbers if sum(char.isdecimal() for char in one) >= 3)


def _categories(item: Element) -> tuple[str, ...]:
    found = (clean(one.text or "")[:_LIMIT] for one in every(item, "Categories/String"))
    return tuple(dict.fromkeys(filter(None, found)))[:_MANY]


def _birthday(item: Element, zone: ZoneInfo) -> str:
    """YYYY-MM-DD, --MM-DD where the year is not known."""
    at = moment(item, "Birthday", zone)
    if at is None:
        return ""
    day = _day(at, zone)
    return f"--{day:%m-%d}" if day.year == _NO_YEAR else day.isoformat()


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.date() if (at.hour, at.minute) in _AS_DAY else at.astimezone(zone).date()


def _note(item: Element) -> str:
    """What the owner wrote about them, its lines kept apart."""
    lines = map(clean, text(item, "Body")[: 4 * _NOTE_LIMIT].splitlines())
    return "\n".join(filter(None, lines))[:_NOTE_LIMIT].rstrip()


def _text(item: Element, path: str) -> str:
    return clean(text(item, path)[: 4 * _LIMIT])[:_LIMIT].rstrip()
