"""Contact cards (vCard 2.1, 3.0 and 4.0; RFC 6350) as `Card` records. vobject stays behind here."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import vobject

from connectors.errors import BadItem
from connectors.formats.addresses import address
from connectors.formats.words import clean, raw_text
from connectors.records import Card

# A card that was cut off, and never ends, does not swallow the next one.
_CARD: Final = re.compile(
    r"^BEGIN:VCARD[ \t]*(?:\n(?!BEGIN:VCARD).*)*?\nEND:VCARD[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_BEGIN: Final = re.compile(r"^BEGIN:VCARD[ \t]*$", re.MULTILINE | re.IGNORECASE)
# vobject gets to see nothing else: photos and notes are most of a card and never kept, and one
# line that it does not understand would cost the whole card.
_WANTED: Final = re.compile(
    r"(?:[\w-]+\.)?(?:BEGIN|END|VERSION|UID|FN|N|EMAIL|ORG|TITLE|BDAY|CATEGORIES)[;:]",
    re.IGNORECASE,
)
_SOFT_BREAK: Final = re.compile(
    r"^([^\n]*ENCODING=QUOTED-PRINTABLE[^\n]*=)\n", re.MULTILINE | re.IGNORECASE
)
_LIMIT: Final = 500


class Reading(NamedTuple):
    """The cards of a file, broken ones left out. `broken` says how many those are, "" for none."""

    cards: list[Card]
    broken: str = ""


def read_cards(data: bytes) -> Reading:
    """The cards in `data`.

    Raises `BadItem` (with an empty ref) when there is none, or none that names anybody.
    """
    text = _text(data)
    found = [card for match in _CARD.finditer(text) if (card := _read(match[0])) is not None]
    if not found:
        raise BadItem("", "it is not a contact card that can be read")
    lost = len(_BEGIN.findall(text)) - len(found)
    return Reading(found, f"{lost} of its cards cannot be read" if lost else "")


def write_card(card: Card) -> bytes:
    """A vCard 3.0 (RFC 2426) of the record."""
    made = vobject.vCard()
    made.add("uid").value = card.uid
    made.add("fn").value = card.name
    given, _, family = card.name.rpartition(" ")
    made.add("n").value = vobject.vcard.Name(family=family, given=given)
    for addr in card.addrs:
        made.add("email").value = addr
    if card.organisation:
        made.add("org").value = [card.organisation]
    if card.title:
        made.add("title").value = card.title
    if card.birthday:
        made.add("bday").value = card.birthday
    if card.categories:
        made.add("categories").value = list(card.categories)
    return str(made.serialize()).encode()


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        text = raw_text(data.removeprefix(b"\xef\xbb\xbf"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") + "\n"
    while (joined := _SOFT_BREAK.sub(lambda match: match[1][:-1], text)) != text:
        text = joined  # vCard 2.1 folds quoted-printable with a soft break
    lines = text.replace("\n ", "").replace("\n\t", "").split("\n")
    return "\n".join(line for line in lines if _WANTED.match(line)) + "\n"


def _read(text: str) -> Card | None:
    # One card at a time: vobject stops at the first broken line of a stream.
    try:
        made = next(vobject.readComponents(text, ignoreUnreadable=True, allowQP=True))
        return _card(made)
    except StopIteration:
        return None
    except Exception:  # noqa: BLE001  # vobject raises anything at all on broken cards
        return None


def _card(made: Any) -> Card | None:
    addrs = tuple(
        dict.fromkeys(filter(None, (address(_value(line)) for line in _lines(made, "email"))))
    )
    organisation = " / ".join(part for line in _lines(made, "org")[:1] for part in _parts(line))
    name = _first(made, "fn") or _composed(made) or organisation or (addrs[0] if addrs else "")
    if not name:
        return None
    uid = _first(made, "uid")
    if not uid:
        named = "\n".join((name, *addrs)).encode("utf-8", "replace")
        uid = "none:" + blake2b(named, digest_size=16).hexdigest()
    categories = [part for line in _lines(made, "categories") for part in _parts(line)]
    return Card(
        uid,
        name,
        addrs,
        organisation[:_LIMIT],
        _first(made, "title"),
        _birthday(_first(made, "bday")),
        tuple(dict.fromkeys(categories)),
    )


def _lines(made: Any, name: str) -> list[Any]:
    return [line for line in made.contents.get(name, []) if hasattr(line, "value")]


def _value(line: Any) -> str:
    value: Any = line.value
    if isinstance(value, list):
        value = " ".join(str(part) for part in value)
    return clean(raw_text(value) if isinstance(value, bytes) else str(value))[:_LIMIT]


def _first(made: Any, name: str) -> str:
    return next((text for line in _lines(made, name) if (text := _value(line))), "")


def _parts(line: Any) -> list[str]:
    value = line.value
    parts = value if isinstance(value, list) else re.split(r"(?<!\\)[,;]", str(value))
    # vobject takes an unescaped comma inside one part for a list of parts.
    flat = [",".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts]
    return [text for part in flat if (text := clean(part.replace("\\", ""))[:_LIMIT])]


def _composed(made: Any) -> str:
    for line in made.contents.get("n", []):
        value = line.value
        parts: list[Any]
        if isinstance(value, str):
            family, given, *_ = [*value.split(";"), "", ""]
            parts = [given, family]
        else:
            parts = [
                getattr(value, part, "") or ""
                for part in ("prefix", "given", "additional", "family")
            ]
        flat = [" ".join(part) if isinstance(part, list) else str(part) for part in parts]
        if name := clean(" ".join(flat))[:_LIMIT]:
            return name
    return ""


def _birthday(text: str) -> str:
    """YYYY-MM-DD, --MM-DD where the year is not known, or ""."""
    if match := re.match(r"(\d{4})-?(\d{2})-?(\d{2})", text):
        # Apple writes 1604 for a birthday without its year.
        year = "-" if match[1] == "1604" else match[1]
        return f"{year}-{match[2]}-{match[3]}" if _is_day(match[2], match[3]) else ""
    if match := re.match(r"--(\d{2})-?(\d{2})", text):
        return f"--{match[1]}-{match[2]}" if _is_day(match[1], match[2]) else ""
    return ""


def _is_day(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31
