"""`syncd enable`: what `mode: preview` holds back may be written."""

from __future__ import annotations

from datetime import datetime

import typer
from sqlalchemy import Connection

from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.cli.session import writing
from syncd.pipeline import draws
from syncd.pipeline.act import acting
from syncd.pipeline.switches import in_force
from syncd.pipeline.workshop import Workshop
from syncd.store import switches
from syncd.views.coming import Coming, coming


def register(app: typer.Typer) -> None:
    app.command("enable")(command)


def command(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Let tasks be written although the configuration says `mode: preview`."""
    with writing(call_of(context), now) as (shop, moment):
        owner, preview = shop.database.owner, shop.policy.preview
        with shop.database.read() as connection:
            before = switches.enabled_at(connection, owner)
        if preview and before is None:
            with acting(shop, moment) as connection:
                switches.enable(connection, owner, moment)
                switches.put_mode(connection, owner, "deliver")
                switches.judge_held(connection, owner, moment)
                draws.order(connection, owner)
                # Here, because a syncd that runs writes them sooner than they could be counted.
                waiting = _waiting(shop, connection, moment)
        else:
            with shop.database.read() as connection:
                waiting = _waiting(shop, connection, moment)
        has_list = bool(shop.tasks_in)
    if as_json:
        print_json(
            {
                "enabled": preview,
                "was_enabled": before is not None,
                "mode": "preview" if preview else "deliver",
                "waiting": waiting.all,
                "next_run": waiting.now,
            }
        )
        return
    if not preview:
        typer.echo("Nothing to enable: the configuration does not say `mode: preview`.")
    elif before is not None:
        typer.echo(f"Enabled already, on {before.astimezone(shop.owner.zone):%Y-%m-%d}.")
    else:
        typer.echo("Enabled: tasks will be written (the configuration stays as it is).")
    if not has_list:
        typer.echo("But no account takes tasks yet: add `tasks:` to one.")
    elif waiting.paused:
        typer.echo("But there is a pause: syncd resume ends it.")
    elif not waiting.all:
        typer.echo("Nothing waits to be written now.")
    else:
        typer.echo(
            f"The next run (`syncd once`) writes {waiting.now} of {waiting.all} that wait; "
            "`syncd tasks --all` shows them."
        )


def _waiting(shop: Workshop, connection: Connection, moment: datetime) -> Coming:
    policy = in_force(connection, shop.database.owner, shop.policy).policy
    return coming(connection, shop.database.owner, shop.ruleset, policy, moment)
