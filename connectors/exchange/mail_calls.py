"""What is asked of a mailbox for its mail, beside what `connectors/exchange/raw.py` asks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from connectors.errors import ConnectorError, Unavailable
from connectors.exchange import raw
from connectors.exchange import request as ask
from connectors.exchange.element import MESSAGES, TYPES, Element, ItemId, id_of, moment, text
from connectors.exchange.errors import Declined, NotThere
from connectors.exchange.request import Field
from connectors.exchange.session import Exchange

WHAT: Final = "the mail"
RECEIVED: Final = "item:DateTimeReceived"


class Listed(NamedTuple):
    """A mail in a listing. `at`: when it was received, in seconds since 1970; None where that is
    not said."""

    id: str
    at: float | None


class Page(NamedTuple):
    """Some of them, and whether there are no more."""

    mails: list[Listed]
    last: bool


def listed(element: Element) -> Listed:
    """What a listing says of a mail."""
    try:
        at = moment(element, "DateTimeReceived")
    except ValueError:
        at = None
    return Listed(id_of(element).id, None if at is None else at.timestamp())


def newest(
    exchange: Exchange, folder: str, between: tuple[float, float], offset: int, most: int, what: str
) -> Page:
    """FindItem: what was received from the first of these seconds on and before the other (0: no
    such limit), the newest first, without the first `offset` of it."""
    view = ask.message(
        "IndexedPageItemView",
        MaxEntriesReturned=str(most),
        Offset=str(offset),
        BasePoint="Beginning",
    )
    asked = ask.message("FindItem", ask.shape("ItemShape", (RECEIVED,)), view, Traversal="Shallow")
    if (where := within(between)) is not None:
        asked.append(ask.message("Restriction", where))
    order = ask.typed("FieldOrder", ask.field(RECEIVED), Order="Descending")
    asked.append(ask.message("SortOrder", order))
    asked.append(ask.folders("ParentFolderIds", folder))
    page = raw.root(raw.only(exchange, "FindItem", asked, what))
    found = [listed(one) for one in page.findall(f"{TYPES}Items/*")]
    return Page([one for one in found if one.id], raw.next_offset(page, offset) is None)


def within(between: tuple[float, float]) -> Element | None:
    """A restriction: received in that time. None for any."""
    first, end = between
    limits = [
        ask.typed(
            name,
            ask.field(RECEIVED),
            ask.typed("FieldURIOrConstant", ask.typed("Constant", Value=_moment(at))),
        )
        for name, at in (("IsGreaterThanOrEqualTo", first), ("IsLessThan", end))
        if at
    ]
    return ask.typed("And", *limits) if len(limits) > 1 else next(iter(limits), None)


def mails(
    exchange: Exchange,
    ids: Sequence[str],
    fields: Sequence[Field],
    *,
    mime: bool = False,
    body: str = "",
) -> list[Element | ConnectorError]:
    """GetItem: these, in their order, in place of each that is not given what is wrong with it.
    `mime`: as they would go over the wire; `body`: Text, HTML or Best. Raises what is wrong with
    all of them."""
    made = ask.message("ItemShape", ask.typed("BaseShape", text="IdOnly"))
    if mime:
        made.append(ask.typed("IncludeMimeContent", text="true"))
    if body:
        made.append(ask.typed("BodyType", text=body))
    if fields:
        made.append(ask.typed("AdditionalProperties", *map(ask.field, fields)))
    asked = ask.message("GetItem", made, ask.item_ids([ItemId(one) for one in ids]))
    answers = exchange.call("GetItem", asked, WHAT)
    if len(answers) != len(ids):
        raise Unavailable(f"{exchange.host} tells of other mail than it was asked for")
    found: list[Element | ConnectorError] = []
    for answer in answers:
        error = raw.wrong(exchange, answer, WHAT)
        if error is None:
            item = answer.find(f"{MESSAGES}Items/*")
            found.append(NotThere(f"{WHAT} is not told", "") if item is None else item)
        elif isinstance(error, Declined) or not getattr(error, "asked", True):
            found.append(error)
        else:
            raise error
    return found


def files(exchange: Exchange, ids: Sequence[str]) -> list[bytes]:
    """GetAttachment: what is in these files, without those that are not given."""
    asked = ask.message("GetAttachment", ask.message("AttachmentShape"))
    asked.append(ask.message("AttachmentIds", *(ask.typed("AttachmentId", Id=one) for one in ids)))
    found: list[bytes] = []
    try:
        answers = exchange.call("GetAttachment", asked, WHAT)
    except Declined:  # the header is worth more than what is not given
        return found
    for answer in answers:
        error = raw.wrong(exchange, answer, WHAT)
        if error is not None and not isinstance(error, Declined):
            raise error
        told = answer.findall(f"{MESSAGES}Attachments/{TYPES}FileAttachment")
        found += (decoded(text(one, "Content")) for one in told)
    return found


def decoded(content: str) -> bytes:
    """What is in base64; b"" where it is none."""
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        return b""


def _moment(at: float) -> str:
    return ask.moment(datetime.fromtimestamp(at, UTC))


def mime_of(element: Element) -> bytes:
    """A mail as it would go over the wire."""
    return decoded(text(element, "MimeContent"))
