"""Calendar items by their ids, as much of them as a server has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from connectors.exchange.errors import Declined

if TYPE_CHECKING:
    from connectors.exchange.raw import Answer
    from connectors.exchange.session import Exchange

# That Exchange 2007 did not have: who builds another server may leave them out.
_LATER: Final = ("calendar:JoinOnlineMeetingUrl", "item:WebClientReadFormQueryString")
_UNKNOWN: Final = frozenset(
    ("ErrorInvalidPropertyRequest", "ErrorUnsupportedPathForGet", "ErrorSchemaValidation")
)


def fetched(
    exchange: Exchange, ids: Sequence[str], fields: Sequence[str], what: str
) -> list[Answer]:
    """GetItem: these, in their order; without the latest fields where the server knows them not."""
    from connectors.exchange import raw

    try:
        answers = raw.items(exchange, ids, fields, what)
    except Declined as error:
        if error.code not in _UNKNOWN:
            raise
        answers = [error] * len(ids)
    if not all(isinstance(one, Declined) and one.code in _UNKNOWN for one in answers):
        return answers
    plain = [one for one in fields if one not in _LATER]
    return raw.items(exchange, ids, plain, what) if len(plain) < len(fields) else answers
