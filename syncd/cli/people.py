"""`syncd people`: whom the owner really has to do with."""

from __future__ import annotations

import sys
from datetime import datetime, tzinfo
from typing import Annotated, Any

import typer

from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.cli.session import reading
from syncd.cli.suggest import show
from syncd.views.joins import suggestions
from syncd.views.people import people_list

_UNBOUNDED = 1000


def register(app: typer.Typer) -> None:
    app.command("people")(command)


def command(
    context: typer.Context,
    now: NowOption = None,
    as_json: JsonOption = False,
    suggest: Annotated[
        bool, typer.Option("--suggest-merges", help="List who may be one person instead.")
    ] = False,
) -> None:
    """List people, most recent interaction first."""
    with reading(call_of(context), now) as session:
        if suggest:
            found = suggestions(session.connection, session.shop.gallery(session.connection))
            if as_json:
                print_json(found)
            else:
                show(found)
            return
        gallery = session.shop.gallery(session.connection)
        shop = session.shop
        entries = people_list(session.connection, gallery, shop.ruleset, session.now, shop.clock)
        zone = shop.owner.zone
    if as_json:
        print_json(entries)
        return
    if not entries:
        typer.echo("Nobody yet: run `syncd once`, then look again.")
        return
    _table(entries, zone)


def _table(entries: list[dict[str, Any]], zone: tzinfo) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("NAME", "STAGE", "STRENGTH", "LAST", "MET", "NEXT", "SENT", "RECEIVED"):
        right = heading in ("STRENGTH", "SENT", "RECEIVED", "MET")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    table.add_column("ADDRESS", no_wrap=True, overflow="ellipsis", ratio=1)
    for entry in entries:
        counts = entry["counts"]
        table.add_row(
            entry["name"],
            entry["stage"],
            f"{entry['strength']:.2f}",
            _day(entry["last_interaction"], zone),
            str(counts["meetings"]),
            _day(entry["next_meeting"], zone),
            str(counts["sent"]),
            str(counts["received"]),
            entry["addresses"][0],
        )
    # Without a terminal nobody looks at the columns, but somebody may look for an address.
    width = None if sys.stdout.isatty() else _UNBOUNDED
    Console(width=width).print(table)


def _day(moment: datetime | None, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else "-"
