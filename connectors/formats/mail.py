"""A whole mail as observations: the message, and what it carries for the calendar and the cards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.formats.mime import read_message
from connectors.records import Observation


def read_mail(
    head: bytes,
    more: Callable[[], bytes],
    zone: ZoneInfo,
    fallback: datetime | None = None,
) -> tuple[Observation, ...]:
    """The observations of one mail: its `Message` first.

    `head` is the header and whatever was read with it; `more` fetches the mail from its start up
    to the caller's limit, and is called only when the header says that the body may hold something.
    Floating times are local in `zone`. `fallback` and errors as in `read_message`.
    """
    return (read_message(head, fallback),)
