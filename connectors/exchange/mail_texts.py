"""What mails say, for the few that inference wants to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.contract import Text
from connectors.errors import BadItem, ConnectorError
from connectors.exchange import mail_calls as calls
from connectors.exchange.element import Element, find, text
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.mail_refs import spot_of
from connectors.exchange.session import Exchange

_AT_ONCE: Final = 20  # mails in one answer: a newsletter's page may be large
_FIELDS: Final = ("item:ItemClass", "item:Body")
_SEALED: Final = "ipm.note.smime"  # signed or encrypted: what it says is inside


def read_texts(exchange: Exchange, refs: Sequence[str]) -> Iterator[Text]:
    """See `connectors.contract.TextSource`."""
    wanted = {}
    for ref in refs:
        spot = spot_of(ref)
        if spot is None:
            yield Text(ref, None)
        else:
            wanted[spot.id] = ref
    ids = list(wanted)
    for at in range(0, len(ids), _AT_ONCE):
        yield from _some(exchange, ids[at : at + _AT_ONCE], wanted)


def _some(exchange: Exchange, ids: list[str], refs: dict[str, str]) -> Iterator[Text]:
    trouble: ConnectorError | None = None
    sealed: list[str] = []
    for one, answer in zip(ids, calls.mails(exchange, ids, _FIELDS, body="Best"), strict=True):
        if isinstance(answer, NotThere):
            yield Text(refs[one], None)
        elif isinstance(answer, Declined):
            yield Text(refs[one], "")
        elif isinstance(answer, ConnectorError):
            trouble = answer
        elif text(answer, "ItemClass").strip().lower().startswith(_SEALED):
            sealed.append(one)
        else:
            yield Text(refs[one], _said(_mail_of(answer)))
    for one in sealed:
        (answer,) = calls.mails(exchange, [one], (), mime=True)
        if isinstance(answer, NotThere):
            yield Text(refs[one], None)
        elif isinstance(answer, ConnectorError):
            trouble = answer if not isinstance(answer, Declined) else trouble
        else:
            yield Text(refs[one], _said(calls.mime_of(answer)))
    if trouble is not None:
        raise trouble


def _mail_of(element: Element) -> bytes:
    """A mail that says nothing but the body."""
    body = find(element, "Body")
    if body is None:
        return b"\n"
    kind = "html" if (body.get("BodyType") or "").lower() == "html" else "plain"
    return f"Content-Type: text/{kind}; charset=utf-8\n\n{body.text or ''}".encode(
        "utf-8", "replace"
    )


def _said(data: bytes) -> str:
    from connectors.formats.text import plain_text  # costs 40 ms, and headers do without

    try:
        return plain_text(data)
    except BadItem:
        return ""
