"""`syncd people --suggest-merges`: who may be one person, for the owner to decide."""

from __future__ import annotations

from typing import Any

import typer

_WORDS = {
    "name": "the same name",
    "nickname": "a nickname",
    "name-part": "one name is part of the other",
    "initials": "initials",
    "local-part": "the same local part",
}


def show(found: list[dict[str, Any]]) -> None:
    """Print suggestions for humans, each with its command."""
    if not found:
        typer.echo("Nobody looks like somebody else.")
    for one in found:
        first, second = (
            f"{person['name']} <{', '.join(person['addresses'])}>" for person in one["people"]
        )
        typer.echo(f"{first}\n{second}")
        why = ", ".join(_WORDS[reason] for reason in one["reasons"])
        typer.echo(f"  {why}: {one['command']}\n")
