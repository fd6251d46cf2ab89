"""How people met: in person, by video, by telephone, or nobody can tell.

In person closes the habit of meeting face to face, so it is the answer that needs the best
evidence. Calendars add a conference link to everything, so a link says little beside a table in a
restaurant and a lot beside nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.records import Meeting
from syncd.inference.model import Mode
from syncd.inference.titles import fold
from syncd.inference.titlewords import CALLS, COFFEES, MEALS

# Said in a title these make anything virtual, a coffee too.
_VIRTUAL_TITLE = re.compile(
    r"\b(?:zoom|webex|skype|facetime|google meet|gmeet|(?:ms|microsoft|via|on|per|over) teams"
    r"|video\w*|visio\w*|virtual\w*|virtuel\w*|remote|online|en ligne|hangouts?)\b"
)
_VIRTUAL_PLACE = re.compile(
    r"https?://|\b(?:zoom|webex|skype|facetime|teams|google meet|gmeet|^meet$|jitsi|whereby"
    r"|whatsapp|gotomeeting|bluejeans|chime|hangouts?|discord|slack|video\w*|visio\w*|virtual\w*"
    r"|virtuel\w*|remote|online|web|en ligne)\b"
)
_PHONE_PLACE = re.compile(
    r"^\+?[\d\s()/.-]{7,}$|\b(?:phone|tel|telephone|telefon\w*|mobile|handy|cell|call|dial|anruf\w*"
    r"|appel|telephonique|llamada|telemovel|ligacao|chamada)\b"
)
_NOWHERE = re.compile(r"^(?:tb[acd]\b.*|to be (?:confirmed|defined|announced).*|n/?a|\?+|-+|none)$")
# A place that serves, or an address: one goes there to sit opposite each other.
_VENUE = re.compile(
    r"\b(?:cafe|kaffee\w*|coffee|restaurant\w*|ristorante|trattoria|pizzeria|brasserie|bistro\w*"
    r"|bar|pub|tavern\w*|bakery|backerei|starbucks|hotel|park|museum|garden|garten|jardim|jardin"
    r"|beach|gym|club|lounge|gasthaus|gasthof|wirtshaus|biergarten|pastelaria|cervejaria|confeitaria"
    r"|station|bahnhof|airport|flughafen)\b"
    r"|\b(?:rua|avenida|av\.?|praca|largo|travessa|rue|avenue|boulevard|bd\.?|place|quai|calle|plaza"
    r"|paseo|carrer|street|st\.?|road|rd\.?|lane|square|sq\.?|drive|way)\s+\S*.*\d"
    r"|\b\d+[a-z]?,?\s+\S.*\b(?:street|st|road|rd|avenue|ave|lane|ln|square|sq|blvd|way|rue|drive)\b"
    r"|\w*(?:strasse|str\.|gasse|platz|allee|weg|ufer|damm)\s*\d+"
)
_CALL_TITLE = re.compile(rf"\b(?:{'|'.join(sorted(CALLS))}|ring|anrufen|appeler|llamar|ligar)\b")
_TABLE = re.compile(rf"\b(?:{'|'.join(sorted(MEALS))})\b|[🍽🍴🍻🍺🍷🥂]")
_CUP = re.compile(rf"\b(?:{'|'.join(sorted(COFFEES))})\b|☕")


def mode_of(meeting: Meeting, in_room: bool = False) -> Mode:
    """How the meeting was held. `in_room`: a room was booked for it.

    A virtual word in the title beats everything; a table or an address beats a link; a telephone
    call has no place. A room with a link is a hybrid meeting: nobody can tell on which side the
    other sat, so it is unknown, as is a coffee that has nothing but a link.
    """
    said = _said(meeting.title)
    place, venue, dialled, elsewhere = _placed(meeting.place)
    if "virtual" in said:
        return Mode.VIDEO
    if "table" in said:
        return Mode.VIDEO if elsewhere and not venue else Mode.IN_PERSON
    linked = bool(meeting.link) or elsewhere
    if "call" in said or dialled:
        return Mode.VIDEO if linked else Mode.PHONE
    if venue:
        return Mode.IN_PERSON
    if place or in_room:
        return Mode.UNKNOWN if linked else Mode.IN_PERSON
    if linked:
        return Mode.UNKNOWN if "cup" in said and not elsewhere else Mode.VIDEO
    if meeting.phone:
        return Mode.PHONE
    return Mode.IN_PERSON if "cup" in said else Mode.UNKNOWN


@lru_cache(maxsize=4_096)
def _said(title: str) -> frozenset[str]:
    plain = fold(title)
    words = (("virtual", _VIRTUAL_TITLE), ("table", _TABLE), ("call", _CALL_TITLE), ("cup", _CUP))
    return frozenset(name for name, pattern in words if pattern.search(plain))


@lru_cache(maxsize=4_096)
def _placed(place: str) -> tuple[bool, bool, bool, bool]:
    """Whether a place is somewhere, a venue, a telephone, a conference service."""
    plain = fold(place)
    if not plain or _NOWHERE.search(plain):
        return False, False, False, False
    elsewhere = bool(_VIRTUAL_PLACE.search(plain))
    venue = bool(_VENUE.search(plain))
    dialled = not venue and not elsewhere and bool(_PHONE_PLACE.search(plain))
    # "Room 4; Microsoft Teams Meeting": what is left beside the service is a place of its own.
    parts = [part for part in re.split(r"[;|\n]|\s[-–/]\s", plain) if part.strip()]
    real = any(not _VIRTUAL_PLACE.search(p) and not _PHONE_PLACE.search(p) for p in parts)
    return real and not dialled, venue, dialled, elsewhere
