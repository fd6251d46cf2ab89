"""`syncd backup`: the state in one file, made while syncd runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url

from syncd import wiring
from syncd.cli.context import Call, JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.once import bar
from syncd.store import backup, restore, tombstones
from syncd.store.backup import Contents

_FileArgument = Annotated[Path, typer.Argument(help="The backup to write.", show_default=False)]


def register(app: typer.Typer) -> None:
    app.command("backup")(command)


def command(
    context: typer.Context,
    file: _FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    without_key: Annotated[
        bool,
        typer.Option(
            "--without-key",
            help="Leave out the key that keeps forgotten people out: keep it apart.",
        ),
    ] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole state into FILE (0600), checked, also while a daemon runs.

    `syncd restore FILE` puts it back. `forget` does not reach backups: delete those that know
    somebody who wants to be forgotten.
    """
    place = place_of(call_of(context), now)
    if not place.state.exists() or not place.state.stat().st_size:
        raise NotFound(f"{place.state} does not exist: there is nothing to back up yet")
    _refuse(file, place.state, force=force)
    key = None if without_key else tombstones.read_key(restore.key_path(place.state))
    with bar(shown=sys.stderr.isatty() and not as_json) as progress:
        if progress is not None:
            progress.step("Copying and checking")
        found = backup.make(place.state, file, place.owners, place.now, key)
    told = {"file": str(file), "bytes": file.stat().st_size, "made_at": place.now}
    told |= contents_of(found)
    if as_json:
        print_json(told)
        return
    typer.echo(f"{file} holds the whole state, and was checked: {counted(found)}.")
    if key is not None and found.forgotten:
        typer.echo(
            "The key that keeps forgotten people out is in it (--without-key leaves it out)."
        )
    elif found.forgotten:
        typer.echo(
            "The key that keeps forgotten people out is not in it: keep a copy of it apart, "
            "without it the backup is of no use."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Which file the state is, and whose."""

    assembly: wiring.Assembly
    state: Path
    owners: frozenset[str]
    now: datetime


def place_of(call: Call, now: str | None) -> Place:
    """What `backup` and `restore` start from. A state on a server is the server's to back up."""
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    url = make_url(wiring.state_url(assembly))
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise typer.BadParameter(
            "the state is no file: back it up with the tools of its server (pg_dump and "
            "pg_restore), and keep a copy of the key that `syncd doctor` names",
            param_hint="state",
        )
    return Place(assembly, Path(str(url.database)), assembly.settings.addresses, moment)


def _refuse(file: Path, state: Path, *, force: bool) -> None:
    """Refuse to write over what is not ours to replace."""
    if str(file) == "-":
        raise typer.BadParameter(
            "a backup is checked before it is done: name a file", param_hint="FILE"
        )
    if file.is_dir():
        raise typer.BadParameter(f"{file} is a folder: name a file in it", param_hint="FILE")
    if not file.parent.is_dir():
        raise typer.BadParameter(f"{file.parent} does not exist: make it first", param_hint="FILE")
    if _is_beside(file.resolve(), state.resolve()):
        raise typer.BadParameter(f"{file} is the state itself: name another", param_hint="FILE")
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} exists: name another, or use --force", param_hint="FILE")


_BESIDE = ("", "-wal", "-shm", "-journal", ".lock", ".key", ".forgotten", ".restoring")


def _is_beside(file: Path, state: Path) -> bool:
    return file in {state.with_name(state.name + end) for end in _BESIDE}


def contents_of(found: Contents) -> dict[str, Any]:
    """What a backup holds, as plain data."""
    return {
        "schema": found.schema,
        "owner": found.owner,
        "observations": found.rows["observation"],
        "people": found.rows["person"],
        "tasks": found.rows["task"],
        "key": found.key is not None,
    }


def counted(found: Contents) -> str:
    rows = found.rows
    return (
        f"{rows['observation']:,} observations, {rows['person']:,} people, {rows['task']:,} tasks"
    )
