"""Answers of EWS as XML, whole or not at all.

exchangelib takes them byte by byte, and what is cut off for what was said: of changes that are lost
so, nobody would hear again, since the state behind them comes first.
"""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from connectors.exchange.errors import Lost

_SOAP: Final = "{http://schemas.xmlsoap.org/soap/envelope/}"
# Exchange writes what XML 1.0 has no place for, in subjects that came from elsewhere.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE: Final = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}".encode()


def envelope(content: bytes) -> tuple[Any, Any]:
    """The header, None where there is none, and the body. Raises `Lost`."""
    try:
        root = _root(content)
    except etree.XMLSyntaxError:
        try:
            root = _root(_REFERENCE.sub(_legal, _CONTROL.sub(_UNKNOWN, content)))
        except etree.XMLSyntaxError as error:
            raise Lost("the answer is no XML, or not whole: what is no EWS") from error
    body = None if root is None else root.find(f"{_SOAP}Body")
    if body is None:
        raise Lost("the answer is what is no EWS")
    return root.find(f"{_SOAP}Header"), body


def _root(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(content.lstrip(), parser)


def _legal(match: re.Match[bytes]) -> bytes:
    code = int(match[1], 16) if match[1] else int(match[2])
    legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return match[0] if legal or 0x10000 <= code < 0x110000 else _UNKNOWN
