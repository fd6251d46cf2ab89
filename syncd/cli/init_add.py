"""`syncd init --account` on a configuration that is there: a further account, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from syncd import setup, wiring
from syncd.cli import init_signing
from syncd.cli.context import print_json
from syncd.cli.ends import stoppable
from syncd.cli.init_answers import numbers_of, question
from syncd.cli.init_desk import Desk
from syncd.cli.init_given import ServerWords
from syncd.cli.init_login import Signed, code_of
from syncd.cli.init_servers import ask_servers, taken_servers
from syncd.cli.init_state import remember
from syncd.cli.init_tasks import (
    TaskList,
    server_lines,
    still_to_do,
    task_lists,
    told,
    with_list,
)
from syncd.config import ConfigErrors
from syncd.people import normalise


def add(
    assembly: wiring.Assembly,
    words: ServerWords,
    program: str,
    moment: datetime,
    *,
    asking: bool,
    as_json: bool,
) -> None:
    """Find the accounts, try them, and put them at the end of `accounts:`. Raises `ConfigErrors`
    where the configuration would be wrong, and Exit where one of them does not sign in."""
    target, settings = assembly.path, assembly.settings
    real = setup.place_of(target)
    before = real.read_bytes()
    accounts = settings.accounts
    who = {(str(one.kind), one.place): one.name for one in accounts if one.place}
    desk = Desk(assembly.base, words, {one.name for one in accounts}, who)
    servers = ask_servers(desk, "", needed=False) if asking else taken_servers(desk)
    if not servers:
        typer.echo("Nothing was added.")
        raise typer.Exit(1)
    if settings.task_accounts():
        servers = _taking(servers, None)
    elif asking:
        servers = _with_tasks(servers)
    if not as_json and not asking:
        for line in server_lines(servers):
            typer.echo(line)
    if asking and not typer.confirm(f"Add to {target}?", default=True):
        raise typer.Abort
    drafts = [one.draft for one in servers]
    secrets = {one.secret_name: one.secret for one in drafts if one.secret}
    beside = {name: text for one in drafts for name, text in one.beside.items()}
    try:
        text = setup.with_accounts(before.decode("utf-8"), drafts)
        # A signal in between waits: it would leave the one without the other.
        with stoppable("") as _, setup.written(secrets, assembly.base, beside) as places:
            setup.rewrite(real, before, text, lambda fresh: _right(fresh, target))
    except setup.Cannot as error:
        typer.echo(f"syncd: {target} is left as it is: {error}. Add this below accounts:", err=True)
        for draft in drafts:
            typer.echo("\n".join(draft.lines(explained=False)), err=True)
        raise typer.Exit(1) from None
    except setup.Changed:
        typer.echo(
            f"syncd: {target} was written by somebody else meanwhile, and is left so: say it again",
            err=True,
        )
        raise typer.Exit(1) from None
    except OSError as error:
        raise typer.BadParameter(
            f"{target} cannot be written: {error.strerror}", param_hint="--to"
        ) from None
    fresh = wiring.assemble(target)
    remember(fresh, servers, moment)
    if as_json:
        print_json({"config": str(target), "accounts": [told(one) for one in servers]})
    else:
        typer.echo(f"Added to {target}: {', '.join(one.name for one in drafts)}")
        for place in places:
            typer.echo(f"Written: {place}")
        if asking:
            servers = init_signing.sign_in(fresh, servers)
        _onwards(servers, fresh, program)
    if code := code_of(servers, others=bool(settings.accounts)):
        raise typer.Exit(code)


def _right(fresh: Path, target: Path) -> None:
    try:
        wiring.assemble(fresh)
    except ConfigErrors as error:
        raise ConfigErrors([replace(one, file=str(target)) for one in error.mistakes]) from None


def _with_tasks(servers: Sequence[Signed]) -> list[Signed]:
    """The accounts, one of them with the list that takes the tasks, where the owner wants one."""
    lists = task_lists(servers)
    if not lists:
        return list(servers)
    typer.echo("No account takes tasks yet. These lists could:")
    for number, one in enumerate(lists, 1):
        typer.echo(f"  {number}  {one}")
    wanted = question("Which one? Its number, or nothing for none", numbers_of(len(lists)), "1")
    return _taking(servers, lists[min(wanted) - 1] if wanted else None)


def _taking(servers: Sequence[Signed], tasks: TaskList | None) -> list[Signed]:
    """The accounts, one of them with the list that takes the tasks."""
    drafts = with_list([one.draft for one in servers], tasks)
    return [replace(one, draft=draft) for one, draft in zip(servers, drafts, strict=True)]


def _onwards(servers: Sequence[Signed], assembly: wiring.Assembly, program: str) -> None:
    for line in still_to_do(servers, assembly.base):
        typer.echo(line)
    mine = assembly.settings.addresses
    users = {normalise(one.draft.login) for one in servers}
    for user in sorted(users - mine - {""}):
        typer.echo(f"Add {user} to owner.addresses, if you write from it: that mail is yours then.")
    ailing = [one.draft.name for one in servers if one.works is False]
    if ailing:
        typer.echo(f"Look what keeps {', '.join(ailing)} from being read: {program} doctor")
    for name in init_signing.to_sign_in(servers):
        typer.echo(f"Sign in, so that {name} can be read: {program} login {name}")
    typer.echo(f"Then: {program} check, and {program} once. A daemon takes it on reload (SIGHUP).")
