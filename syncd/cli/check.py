"""`syncd check`: is the configuration right, and are the rules?"""

from __future__ import annotations

from pathlib import Path

import typer

from syncd import wiring
from syncd.cli.context import JsonOption, NowOption, call_of, print_json


def register(app: typer.Typer) -> None:
    app.command("check")(command)


def command(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Check configuration, rules and state; every mistake is listed at file:line:column."""
    call = call_of(context)
    assembly = call.assembly()
    call.moment(now, assembly)
    database = wiring.open_state(assembly)
    try:
        shop = wiring.open_workshop(assembly, database, writing=False)
    finally:
        database.close()
    settings = assembly.settings
    if as_json:
        print_json(
            {
                "config": str(assembly.path),
                "accounts": [account.name for account in shop.accounts],
                "rules": [rule.id for rule in assembly.ruleset.rules],
                "tasks_in": settings.task_accounts(),
                "mistakes": [],
            }
        )
        return
    typer.echo(f"{assembly.path} is right.")
    for account in shop.accounts:
        scopes = ", ".join(f"{source.scope} ({source.facet})" for source in account.sources)
        typer.echo(f"  account {account.name}: {scopes or 'nothing to read'}")
    ids = ", ".join(rule.id for rule in assembly.ruleset.rules)
    typer.echo(f"  {len(assembly.ruleset.rules)} rules: {ids}")
    targets = settings.task_accounts()
    for entry in settings.accounts:
        for path in (*entry.mail, *entry.calendar, *entry.contacts):
            if not (assembly.base / Path(path).expanduser()).exists():
                typer.echo(f"  but {entry.name}: {path} does not exist (yet): `once` will say so")
    if targets:
        typer.echo("  tasks go to: " + ", ".join(f"{t} ({a})" for a, t in targets.items()))
    else:
        typer.echo("  no account takes tasks: add `tasks:` to one to have them written")
