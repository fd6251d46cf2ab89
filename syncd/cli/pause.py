"""`syncd pause` and `syncd resume`: for a while no new tasks at all."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.context import Call, JsonOption, NowOption, call_of, print_json
from syncd.cli.session import reading, writing
from syncd.cli.until import until_of
from syncd.pipeline.act import acting
from syncd.planner.mutes import start_of
from syncd.store import switches


def register(app: typer.Typer) -> None:
    app.command("pause")(pause)
    app.command("resume")(resume)


def pause(
    context: typer.Context,
    until: Annotated[
        str | None, typer.Option("--until", help="The day on which new tasks may come again.")
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write no new tasks until a day; without one, say whether there is a pause."""
    call = call_of(context)
    if until is None:
        _tell(call, now, as_json=as_json)
        return
    with writing(call, now) as (shop, moment):
        day = until_of(until, moment, shop.owner.zone)
        with acting(shop, moment) as connection:
            switches.pause(connection, shop.database.owner, day)
            switches.judge_held(connection, shop.database.owner, moment)
    if as_json:
        print_json({"paused": True, "until": day})
        return
    typer.echo(
        f"Paused until {day}: no new tasks. What is in your list stays there and still closes by "
        "itself. To end it sooner: syncd resume"
    )


def resume(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """End a pause; what came up meanwhile is judged anew."""
    with writing(call_of(context), now) as (shop, moment):
        owner = shop.database.owner
        with acting(shop, moment) as connection:
            day = switches.paused_until(connection, owner)
            was = day is not None and moment < start_of(day, shop.owner.zone)
            switches.resume(connection, owner)
            switches.judge_held(connection, owner, moment)
    if as_json:
        print_json({"paused": False, "was_paused": was})
        return
    typer.echo("Not paused any more: new tasks may come." if was else "There was no pause.")


def _tell(call: Call, now: str | None, *, as_json: bool) -> None:
    with reading(call, now) as session:
        day = switches.paused_until(session.connection, session.shop.database.owner)
        on = day is not None and session.now < start_of(day, session.shop.owner.zone)
    if as_json:
        print_json({"paused": on, "until": day if on else None})
        return
    typer.echo(f"Paused until {day}." if on else "Not paused. syncd pause --until DATE")
