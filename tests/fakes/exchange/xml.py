"""A support module: XML of Exchange Web Services, made and read."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

Element = Any  # lxml ships no annotations

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES: Final = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES: Final = "http://schemas.microsoft.com/exchange/services/2006/messages"
ERRORS: Final = "http://schemas.microsoft.com/exchange/services/2006/errors"
_SHORT: Final = {"s": SOAP, "t": TYPES, "m": MESSAGES}

# XML 1.0 has no way to write the others; Exchange leaves them out.
_UNWRITABLE: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def make(space: str, tag: str, *content: object, **attributes: object) -> Element:
    """An element. Content: text, elements and lists of them; None is nothing. Booleans and aware
    times are written as XML Schema has them."""
    made = etree.Element(f"{{{space}}}{tag}", nsmap=_SHORT)
    for name, value in attributes.items():
        if value is not None:
            made.set(name, text_of(value))
    for one in content:
        if one is None:
            continue
        if isinstance(one, str | bool | int | float | datetime):
            made.text = (made.text or "") + text_of(one)
        elif isinstance(one, Iterable) and not etree.iselement(one):
            made.extend([part for part in one if part is not None])
        else:
            made.append(one)
    return made


def t(tag: str, *content: object, **attributes: object) -> Element:
    """An element of types.xsd."""
    return make(TYPES, tag, *content, **attributes)


def m(tag: str, *content: object, **attributes: object) -> Element:
    """An element of messages.xsd."""
    return make(MESSAGES, tag, *content, **attributes)


def text_of(value: object) -> str:
    """As XML Schema writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return instant(value)
    return str(value).translate(_UNWRITABLE)


def instant(at: datetime) -> str:
    """An aware time in UTC, to the second, as Exchange keeps it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def when(text: str) -> datetime:
    """An xs:dateTime; one without an offset is of UTC."""
    read = datetime.fromisoformat(text.strip())
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def local(element: Element) -> str:
    """The name without its namespace."""
    return str(etree.QName(element).localname)


def find(element: Element, tag: str) -> Element:
    """The child of that local name, of types.xsd or messages.xsd; None where there is none."""
    for one in element.iterchildren(f"{{{TYPES}}}{tag}", f"{{{MESSAGES}}}{tag}"):
        return one
    return None


def told(element: Element | None, tag: str, default: str = "") -> str:
    """The text of a child."""
    found = None if element is None else find(element, tag)
    return default if found is None else (found.text or "")


def copy(element: Element) -> Element:
    """One of its own, without its surroundings."""
    made = deepcopy(element)
    made.tail = None
    etree.cleanup_namespaces(made)
    return made


def parse(raw: bytes) -> Element:
    """A document. Raise ValueError."""
    try:
        return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error


def serialized(element: Element) -> bytes:
    """A document."""
    return bytes(etree.tostring(element, xml_declaration=True, encoding="utf-8"))
