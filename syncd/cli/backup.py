"""`syncd backup`: the state in one file, made while syncd runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from sqlalchemy import make_url

from syncd import wiring
from syncd.cli.context import Call, JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.ends import stoppable
from syncd.cli.once import bar
from syncd.store import backup, restore, tombstones
from syncd.store.backup import Contents
from syncd.store.folder import state_file, state_folder

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
            help="Write no FILE.key, which keeps forgotten people out: keep a copy of it apart.",
        ),
    ] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole state into FILE (0600), checked, also while a daemon runs.

    `syncd restore FILE` puts it back. Once somebody was forgotten, the key that keeps them out is
    written beside it, into FILE.key: keep both. `forget` does not reach backups: delete those that
    know somebody who wants to be forgotten.
    """
    place = place_of(call_of(context), now, _ON_A_SERVER)
    if not place.state.exists() or not place.state.stat().st_size:
        raise NotFound(f"{place.state} does not exist: there is nothing to back up yet")
    # A link goes on to where it points, which may be another disk.
    file = file.resolve() if file.is_symlink() else file
    _refuse(file, place.state, force=force)
    _refuse_read(file, place.assembly)
    key = None if without_key else tombstones.read_key(restore.key_path(place.state))
    shown = sys.stderr.isatty() and not as_json
    with bar(shown=shown) as progress, stoppable("no backup was written") as step:
        if progress is not None:
            progress.step("Copying and checking")
        with _key_beside(file, key):
            found = backup.make(place.state, file, place.owners, place.now, step)
    told = {"file": str(file), "bytes": file.stat().st_size, "made_at": place.now}
    told |= contents_of(found) | {"key": key is not None}
    if as_json:
        print_json(told)
        return
    typer.echo(f"{file} holds the whole state, and was checked: {counted(found)}.")
    if key is not None and found.forgotten:
        typer.echo(
            f"{restore.key_path(file)} keeps forgotten people out: a restore elsewhere needs it "
            "as well."
        )
    elif found.forgotten:
        typer.echo(
            "The key that keeps forgotten people out is not beside it: keep a copy of it apart, a "
            "restore elsewhere needs it."
        )


@contextmanager
def _key_beside(file: Path, key: bytes | None) -> Iterator[None]:
    """Put the key where a restore looks for it: never into the file, or whoever finds that could
    try whether somebody was forgotten. It is there before the backup is. A key that a service
    manager hands over is the manager's to keep."""
    path = restore.key_path(file)
    new = key is not None and not path.exists()
    if new and key is not None:
        tombstones.write_key(path, key)
    try:
        yield
    except BaseException:
        if new:
            path.unlink(missing_ok=True)
        raise
    if key is not None and not new:
        tombstones.write_key(path, key)  # over that of another backup of this name


@dataclass(frozen=True, slots=True)
class Place:
    """Which file the state is, and whose."""

    assembly: wiring.Assembly
    state: Path
    owners: frozenset[str]
    now: datetime


_ON_A_SERVER: Final = (
    "the state is on a PostgreSQL server, whose own tool copies it, also while syncd runs: "
    "pg_dump --format=custom --file=FILE --dbname='{url}' (keep a copy of {folder} as well: the "
    "key that keeps forgotten people out is there)"
)


def place_of(call: Call, now: str | None, on_a_server: str) -> Place:
    """What `backup` and `restore` start from. A state `on_a_server` is the server's to back up: the
    words say how, with its {url} and the {folder} of the key."""
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    url = make_url(wiring.state_url(assembly))
    if url.get_backend_name() != "sqlite":
        bare = url.set(drivername="postgresql", password=None).render_as_string()
        words = on_a_server.format(url=bare, folder=state_folder())
        raise typer.BadParameter(words, param_hint="state")
    state = state_file(url)
    if state is None:
        words = "the state is in memory only: give it a file, like sqlite:///syncd.db"
        raise typer.BadParameter(words, param_hint="state")
    return Place(assembly, state, assembly.settings.addresses, moment)


def _refuse(file: Path, state: Path, *, force: bool) -> None:
    """Refuse to write over what is not ours to replace."""
    if str(file) == "-":
        raise typer.BadParameter(
            "a backup is checked before it is done: name a file", param_hint="FILE"
        )
    if file.is_dir():
        raise typer.BadParameter(f"{file} is a folder: name a file in it", param_hint="FILE")
    if file.exists() and not file.is_file():
        raise typer.BadParameter(
            f"{file} is a device or a pipe, no regular file: name another", param_hint="FILE"
        )
    if not file.parent.is_dir():
        raise typer.BadParameter(f"{file.parent} does not exist: make it first", param_hint="FILE")
    if _is_beside(file.resolve(), state.resolve()):
        raise typer.BadParameter(f"{file} is the state itself: name another", param_hint="FILE")
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} exists: name another, or use --force", param_hint="FILE")
    theirs, ours = restore.key_path(file), restore.key_path(state)
    if not force and theirs.exists() and not (ours.exists() and _are_same(theirs, ours)):
        raise typer.BadParameter(
            f"{theirs} exists, and is of something else: name another FILE, or use --force",
            param_hint="FILE",
        )


def _refuse_read(file: Path, assembly: wiring.Assembly) -> None:
    """Refuse to replace what the configuration is made of, or what is read by it."""
    read = [text for one in assembly.settings.accounts for text in one.reads]
    found = [assembly.path, *(Path(name) for name, _ in assembly.sources)]
    found += [assembly.base / Path(text).expanduser() for text in read]
    if file.exists() and any(one.exists() and one.samefile(file) for one in found):
        raise typer.BadParameter(f"{file} is read by syncd itself: name another", param_hint="FILE")


def _are_same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


_BESIDE = (
    "", "-wal", "-shm", "-journal", ".lock", ".key", ".forgotten", ".signin", ".restoring"
)  # fmt: skip


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
