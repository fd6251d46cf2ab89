"""Calendar items by their ids, as much of them as a server has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from connectors.exchange.errors import UNKNOWN_FIELD, Declined

if TYPE_CHECKING:
    from connectors.exchange.raw import Answer
    from connectors.exchange.session import Exchange

# What a meeting is told by without: who builds another server may not know them.
_LATER: Final = frozenset(("calendar:JoinOnlineMeetingUrl", "item:WebClientReadFormQueryString"))
_SPARE: Final = _LATER | frozenset(
    ("calendar:StartTimeZone", "calendar:MeetingWorkspaceUrl", "calendar:NetShowUrl",
     "calendar:AppointmentSequenceNumber", "calendar:AppointmentState", "calendar:RecurrenceId",
     "item:LastModifiedTime", "item:Categories")
)  # fmt: skip


def fetched(
    exchange: Exchange, ids: Sequence[str], fields: Sequence[str], what: str
) -> list[Answer]:
    """GetItem: these, in their order; without the fields that the server does not know, as far as
    there are meetings without them."""
    from connectors.exchange import raw

    answers: list[Answer] = []
    for without in (frozenset[str](), _LATER, _SPARE):
        asked = [one for one in fields if one not in without]
        try:
            answers = raw.items(exchange, ids, asked, what)
        except Declined as error:
            if error.code not in UNKNOWN_FIELD or without is _SPARE:
                raise
            continue
        if not all(isinstance(one, Declined) and one.code in UNKNOWN_FIELD for one in answers):
            break
    return answers
