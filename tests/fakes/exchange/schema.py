"""A support module: Microsoft's own schemas, which judge every request and every answer.

They lie beside this repository ($SYNCD_SCHEMAS, or ../shared/schemas/ews). Without them the fake
works, and judges nothing: `absent()` says so.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fakes.exchange.xml import MESSAGES, SOAP, TYPES, Element
from lxml import etree

_BESIDE: Final = Path(__file__).resolve().parents[4] / "shared" / "schemas" / "ews"


def folder() -> Path:
    """Where they should be."""
    configured = os.environ.get("SYNCD_SCHEMAS")
    return Path(configured) if configured else _BESIDE


def absent() -> str:
    """Why nothing is judged; "" where it is."""
    if (folder() / "messages.xsd").is_file():
        return ""
    return (
        f"no EWS schemas at {folder()}: what the fake of Exchange hears and says is NOT validated"
    )


@functools.cache
def _schema() -> Element | None:
    if absent():
        return None
    return etree.XMLSchema(file=str(folder() / "messages.xsd"))


def forget() -> None:
    """They are looked for anew."""
    _schema.cache_clear()


def wrong(element: Element) -> Iterator[str]:
    """What is not as the schemas have it, in a body or a header."""
    schema = _schema()
    if schema is None or schema.validate(element):
        return
    for one in schema.error_log:
        yield f"{etree.QName(element).localname}: {_short(one.message)}"


def wrong_envelope(envelope: Element) -> Iterator[str]:
    """What is wrong with a SOAP message."""
    if envelope.tag != f"{{{SOAP}}}Envelope":
        yield f"{envelope.tag} is no SOAP 1.1 envelope"
        return
    names = [etree.QName(one).localname for one in envelope]
    if names not in (["Header", "Body"], ["Body"]):
        yield f"an envelope of {names}"
        return
    for header in envelope.iterfind(f"{{{SOAP}}}Header/*"):
        yield from (f"header {one}" for one in wrong(header))
    body = envelope.find(f"{{{SOAP}}}Body")
    if len(body) != 1:
        yield f"a body of {len(body)} elements"
    elif body[0].tag != f"{{{SOAP}}}Fault":
        yield from wrong(body[0])


def _short(message: str) -> str:
    return message.replace(f"{{{TYPES}}}", "t:").replace(f"{{{MESSAGES}}}", "m:")[:400]
