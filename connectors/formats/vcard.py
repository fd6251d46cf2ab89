"""Contact cards (vCard 2.1, 3.0 and 4.0; RFC 2426, RFC 6350) as `Card` records.

    read_cards(bytes) -> Reading(cards, broken)

Cards are read leniently, property by property: what cannot be understood costs that property, not
the card. Photos, logos, sounds and keys are passed over as they stand. vobject writes, behind here.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import unquote

from connectors.errors import BadItem
from connectors.formats.addresses import address
from connectors.formats.lines import NAME, Component, Property, content_lines, unescape
from connectors.formats.words import clean
from connectors.records import Card

_LIMIT: Final = 500
_NOTE_LIMIT: Final = 2_000
_MANY: Final = 100  # addresses, telephone numbers, names of one card
_MEMBERS_LIMIT: Final = 5_000
_DEPTH_LIMIT: Final = 8  # of cards inside cards (AGENT)
_KINDS: Final = frozenset(("individual", "group", "org", "location"))
_OTHER_KINDS: Final = {"organization": "org", "organisation": "org", "company": "org"}
_PREFERRED: Final = 1
_LAST: Final = 101  # PREF goes from 1 to 100
_SPLIT: Final = re.compile(r"(?<!\\)((?:\\\\)*);")
_COMMAS: Final = re.compile(r"(?<!\\)((?:\\\\)*),")
_YEAR_LESS: Final = "1604"  # Apple's year of a birthday without one (X-APPLE-OMIT-YEAR)
_BIRTHDAY: Final = re.compile(
    r"(\d{4})(?:-?(\d\d)-?(\d\d)|[-./](\d{1,2})[-./](\d{1,2}))(?!\d)", re.ASCII
)
_NO_YEAR: Final = re.compile(r"--(\d\d)-?(\d\d)(?!\d)", re.ASCII)
# Apple names a member by urn:uuid: and its UID, which is without.
_URN: Final = re.compile(r"^urn:uuid:", re.IGNORECASE)
# What nobody answers to: a fax, a pager, a modem.
_NO_PHONES: Final = frozenset(("FAX", "PAGER", "MODEM", "BBS"))


class Reading(NamedTuple):
    """The cards of a file, broken ones left out. `broken` says how many those are, "" for none."""

    cards: list[Card]
    broken: str = ""


def read_cards(data: bytes) -> Reading:
    """The cards in `data`.

    Raises `BadItem` (with an empty ref) when there is none, or none that names anybody.
    """
    parts, begun = _cards(content_lines(data))
    found = [card for part in parts if (card := _card(part)) is not None]
    if not found:
        raise BadItem("", _why(data) if not begun else "it is not a contact card that can be read")
    lost = begun - len(found)
    return Reading(found, f"{lost} of its cards cannot be read" if lost else "")


def write_card(card: Card) -> bytes:
    """A vCard 3.0 (RFC 2426) of the record."""
    import vobject  # only who adds a card pays for it

    made = vobject.vCard()
    made.add("uid").value = card.uid
    made.add("fn").value = card.name
    # FN is mandatory, and an address where nothing else is known; it is nobody's family name.
    given, _, family = ("" if "@" in card.name else card.name).rpartition(" ")
    made.add("n").value = vobject.vcard.Name(family=family, given=given)
    for addr in card.addrs:
        made.add("email").value = addr
    for phone in card.phones:
        made.add("tel").value = phone
    if card.organisation:
        made.add("org").value = [card.organisation]
    for name, value in (("title", card.title), ("bday", card.birthday), ("note", card.note)):
        if value:
            made.add(name).value = value
    if card.categories:
        made.add("categories").value = list(card.categories)
    for nickname in card.nicknames:
        made.add("nickname").value = nickname
    for link in card.links:
        made.add("url").value = link
    return str(made.serialize()).encode()


def _cards(lines: list[str]) -> tuple[list[Component], int]:
    """The cards that have an end, and how many were begun.

    A card inside a card is somebody's AGENT where it follows that property (vCard 2.1), and else
    the next card: the one before it was cut off.
    """
    found: list[Component] = []
    stack: list[Component] = []
    begun = 0
    agent = False
    for line in lines:
        match = NAME.match(line)
        if match is None:
            agent = agent and not line.strip()
            continue
        name, rest = match[1].upper(), line[match.end() :]
        if name in ("BEGIN", "END") and rest[1:].strip().upper() == "VCARD":
            if name == "END":
                if stack:
                    part = stack.pop()
                    if not stack:
                        found.append(part)
                continue
            if not agent:
                stack.clear()
                begun += 1
            if len(stack) < _DEPTH_LIMIT:
                stack.append(Component("VCARD"))
        elif stack:
            stack[-1].lines.setdefault(name, []).append(rest)
        agent = bool(stack) and name == "AGENT" and rest.strip() == ":"
    return found, begun


def _why(data: bytes) -> str:
    head = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b'["vcard"') or b'["vcard"' in head[:40].replace(b" ", b""):
        return "it is a jCard (RFC 7095): export it as vCard"
    if b"urn:ietf:params:xml:ns:vcard" in head:
        return "it is an xCard (RFC 6351): export it as vCard"
    return "it is not a contact card that can be read"


def _card(part: Component) -> Card | None:
    addrs = _addresses(part)
    organisation = " / ".join(_fields(part, "ORG"))[:_LIMIT]
    name = _text(part, "FN") or _composed(part) or organisation
    nicknames = _list(part, "NICKNAME")
    name = name or next(iter((*nicknames, *addrs)), "")
    if not name:
        return None
    uid = _URN.sub("", _text(part, "UID")) or _made_up(name, addrs)
    return Card(
        uid,
        name,
        addrs,
        organisation,
        _text(part, "TITLE") or _text(part, "ROLE"),
        _birthday(part),
        _list(part, "CATEGORIES"),
        nicknames,
        _phones(part),
        _note(part),
        _kind(part, organisation),
        _members(part),
    )


def _made_up(name: str, addrs: tuple[str, ...]) -> str:
    named = "\n".join((name, *addrs)).encode("utf-8", "replace")
    return "none:" + blake2b(named, digest_size=16).hexdigest()


def _text(part: Component, name: str) -> str:
    """The preferred value of that name that says something."""
    texts = (clean(prop.text[: 4 * _LIMIT])[:_LIMIT].rstrip() for prop in _preferred(part, name))
    return next(filter(None, texts), "")


def _note(part: Component) -> str:
    """NOTE, its lines kept apart."""
    for prop in _preferred(part, "NOTE"):
        lines = (clean(line).strip() for line in prop.text[: 4 * _NOTE_LIMIT].splitlines())
        if text := "\n".join(filter(None, lines))[:_NOTE_LIMIT].rstrip():
            return text
    return ""


def _preferred(part: Component, name: str) -> list[Property]:
    """The properties of that name, the preferred ones first (PREF, TYPE=pref), then in order."""
    props = part.every(name)[:_MEMBERS_LIMIT]
    return sorted(props, key=_rank) if len(props) > 1 else props


def _rank(prop: Property) -> int:
    pref = prop.params.get("PREF")
    if pref is None:
        return _PREFERRED if "PREF" in _types(prop) else _LAST
    return int(pref) if pref.isdecimal() and len(pref) < 4 else _PREFERRED


def _types(prop: Property) -> set[str]:
    """TYPE, which vCard 2.1 writes without its name."""
    return {word.strip() for word in prop.params.get("TYPE", "").upper().split(",")} | {
        name for name, value in prop.params.items() if not value
    }


def _addresses(part: Component) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for prop in _preferred(part, "EMAIL")[:_MANY]:
        if prop.params.get("TYPE", "").upper() in ("X400", "TLX"):
            continue
        text = clean(prop.text)[:_LIMIT]
        addr = address(text) or address(unquote(text))
        if not addr and (match := re.search(r"<([^<>\s]+@[^<>\s]+)>", text)):
            addr = address(match[1])
        if addr:
            found.setdefault(addr.lower(), addr)
    return tuple(found.values())


def _phones(part: Component) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for prop in _preferred(part, "TEL")[:_MANY]:
        types = _types(prop)
        if types & _NO_PHONES and not types & {"VOICE", "CELL"}:
            continue
        text = clean(prop.text)[:_LIMIT]
        text = re.sub(r"^tel:", "", text, flags=re.IGNORECASE).partition(";")[0].strip()
        if sum(char.isdecimal() for char in text) >= 3:
            found.setdefault(text[:60], None)
    return tuple(found)


def _fields(part: Component, name: str) -> list[str]:
    """The fields of a structured value, empty ones left out."""
    for prop in _preferred(part, name):
        fields = [clean(unescape(field))[:_LIMIT] for field in _split(_SPLIT, _decoded(prop))]
        if any(fields):
            return [field for field in fields[:20] if field]
    return []


def _list(part: Component, name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for prop in part.every(name)[:_MANY]:
        for word in _split(_COMMAS, _decoded(prop).replace("\\;", ";"))[:_MANY]:
            # vCard 2.1, and Outlook after it, divides by semicolons.
            for text in word.split(";"):
                if text := clean(unescape(text))[:_LIMIT]:
                    found.setdefault(text, None)
    return tuple(found)[:_MANY]


def _split(divider: re.Pattern[str], text: str) -> list[str]:
    return divider.sub(lambda match: match[1] + "\n", text.replace("\n", " ")).split("\n")


def _decoded(prop: Property) -> str:
    """The value without quoted-printable, its backslashes kept."""
    return prop.decoded[: 20 * _LIMIT]


def _composed(part: Component) -> str:
    """The name in N: family; given; additional; prefix; suffix."""
    for prop in _preferred(part, "N"):
        fields = [
            clean(" ".join(map(unescape, _split(_COMMAS, field))))
            for field in _split(_SPLIT, _decoded(prop))
        ]
        family, given, additional, prefix, *_ = [*fields[:5], "", "", "", ""]
        if name := clean(" ".join((prefix, given, additional, family)))[:_LIMIT]:
            return name
    return ""


def _birthday(part: Component) -> str:
    """YYYY-MM-DD, --MM-DD where the year is not known, "" where the day is not (1985-04)."""
    for prop in part.every("BDAY")[:_MANY]:
        text = clean(prop.text)[:60]
        if match := _BIRTHDAY.match(text):
            year, month, day = (group for group in match.groups() if group)
            if year in (_YEAR_LESS, "0000", prop.params.get("X-APPLE-OMIT-YEAR", "")):
                year = "-"
        elif match := _NO_YEAR.match(text):
            year, (month, day) = "-", match.groups()
        else:
            continue
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            return f"{year}-{month:0>2}-{day:0>2}"
    return ""


def _kind(part: Component, organisation: str) -> str:
    told = (part.word("KIND") or part.word("X-ADDRESSBOOKSERVER-KIND")).lower()
    if told:
        told = _OTHER_KINDS.get(told, told)
        return told if told in _KINDS else "individual"
    # Apple marks the card of a company; such a card has no name of a person.
    if "COMPANY" in part.word("X-ABSHOWAS") and organisation and not _composed(part):
        return "org"
    return "individual"


def _members(part: Component) -> tuple[str, ...]:
    """The UIDs or addresses of a group's cards."""
    found: dict[str, None] = {}
    for name in ("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"):
        for prop in part.every(name)[:_MEMBERS_LIMIT]:
            text = clean(prop.value)[:_LIMIT]
            text = address(text) or _URN.sub("", text)
            if text:
                found.setdefault(text, None)
    return tuple(found)
