"""`--until DATE`: a day of the owner's that is still to come."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

import typer


def until_of(text: str, now: datetime, zone: tzinfo) -> date:
    """The day from whose start on it is over. Raises `BadParameter`."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no day; write it like 2026-07-01", param_hint="--until"
        ) from None
    if day <= now.astimezone(zone).date():
        raise typer.BadParameter(
            f"{day} has begun already; name a later day: from its start all is as before",
            param_hint="--until",
        )
    return day
