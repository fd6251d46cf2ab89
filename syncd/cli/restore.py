"""`syncd restore`: put a backup in the place of the state."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from syncd import wiring
from syncd.cli.backup import Place, contents_of, counted, place_of
from syncd.cli.context import JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.ends import stoppable
from syncd.cli.once import bar
from syncd.people import normalise
from syncd.pipeline.restored import prepare
from syncd.store import backup, disk, lock, restore, sources, tombstones
from syncd.store.backup import Contents
from syncd.store.database import open_database
from syncd.store.errors import StoreError, StoreHeld

_ON_A_SERVER: Final = (
    "the state is on a PostgreSQL server, whose own tool puts back what pg_dump "
    "--format=custom has written: stop syncd, then "
    "pg_restore --clean --if-exists --dbname='{url}' FILE. With the files in {folder} as they are "
    "the next run sees that it is older, reads every task list before it writes to it, and forgets "
    "again whoever was forgotten since"
)


def register(app: typer.Typer) -> None:
    app.command("restore")(command)


def command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup that `syncd backup` wrote.")],
    without_key: Annotated[
        bool,
        typer.Option(
            "--without-key",
            help="The key that keeps forgotten people out is lost: let them in again.",
        ),
    ] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the backup FILE in the place of the state, which is kept beside it.

    Stop a running `syncd run` or its service before. The next run reads every task list as a whole
    before it writes to it. Whoever was forgotten stays forgotten.
    """
    place = place_of(call_of(context), now, _ON_A_SERVER)
    if not file.is_file():
        raise NotFound(f"{file} does not exist, or is no file: name a backup")
    if file.resolve() == place.state.resolve():
        raise typer.BadParameter(f"{file} is the state itself: name a backup", param_hint="FILE")
    _make_folder(place.state)
    shown = sys.stderr.isatty() and not as_json
    with (
        _alone(place.state),
        bar(shown=shown) as progress,
        stoppable("nothing was restored, the state is as it was") as step,
    ):
        if progress is not None:
            progress.step("Checking, preparing and putting in place")
        found = backup.look(file, place.owners, step)
        kept, again = _restore(place, file, found, step, let_in=without_key)
    told: dict[str, Any] = {"state": str(place.state), "from": str(file)}
    told |= {"made_at": found.made_at, "kept": str(kept) if kept else None}
    told |= {"forgotten_again": again} | contents_of(found)
    told["key"] = restore.key_path(place.state).exists()
    if as_json:
        print_json(told)
        return
    made = f" of {found.made_at:%Y-%m-%d %H:%M} UTC" if found.made_at else ""
    typer.echo(f"{place.state} is the backup{made}: {counted(found)}.")
    if again:
        typer.echo("Whoever was forgotten since it was made is forgotten again.")
    if kept:
        typer.echo(f"What it replaces is kept as {kept}: delete it when you need it no more.")
    typer.echo(
        "Start `syncd run`, its service or `syncd once` again: it reads every task list before it "
        "writes to it."
    )


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Hold the state, which nobody has open."""
    try:
        with lock.held(_lock(state)):
            yield
    except StoreHeld as error:
        raise StoreError(
            f"syncd is at work on this state (process {error.pid or 'unknown'}): stop it first "
            "(`systemctl --user stop syncd` for a service of yours, Ctrl-C where you started it)"
        ) from error


def _make_folder(state: Path) -> None:
    try:
        state.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    except OSError as error:
        raise NotFound(f"{state.parent} cannot be made ({error.strerror})") from error


def _restore(
    place: Place, file: Path, found: Contents, step: Callable[[], None], *, let_in: bool
) -> tuple[Path | None, int]:
    """Returns where the replaced state is kept, and how many people were forgotten again. Where
    their key is lost they may be `let_in` again."""
    state, now = place.state, place.now
    like = state if state.exists() else state.parent
    out = restore.old_tombstones(state)
    try:
        mine, key = restore.settle_key(state, file, found, out)
        let_in = False
    except restore.KeyLost:
        if not let_in:
            raise
        mine, key, out = None, None, set()
    try:
        new = restore.stage(file, state, step)
        if key is not None:
            tombstones.write_key(restore.key_path(new), key)
        tombstones.write_beside(restore.beside_path(new), out)
        ready = _prepare(place, new, let_in=let_in)
        disk.give(new, like)
        if key is not None and key != mine:
            tombstones.write_key(restore.key_path(state), key)
        kept = restore.swap(state, restore.kept_name(state, now), place.owners, now, step)
        tombstones.write_beside(restore.beside_path(state), ready.forgotten)
        lock.note(_lock(state), generation=ready.generation, trouble="")
    finally:
        restore.clear(state)
    for one in (restore.key_path(state), restore.beside_path(state), _lock(state), kept):
        if one is not None:
            disk.give(one, like)
    return kept, ready.again


@dataclass(frozen=True, slots=True)
class _Ready:
    """A copy that only has to be put in its place."""

    again: int
    generation: int
    forgotten: frozenset[tuple[str, str]]


def _prepare(place: Place, new: Path, *, let_in: bool) -> _Ready:
    """Bring the copy up to date while it is no state yet."""
    first = normalise(place.assembly.settings.owner.addresses[0])
    beside = lock.Beside.of(_lock(place.state).read_bytes()).generation or 0
    database = open_database(f"sqlite:///{new}", first, place.owners)
    try:
        if let_in:
            with database.begin() as connection:
                tombstones.lift_all(connection, database.owner)
                sources.forget_ignored(connection, database.owner)
        shop = wiring.open_workshop(place.assembly, database, writing=False)
        again, generation = prepare(shop, beside)
        return _Ready(again, generation, frozenset(tombstones.stored(database)))
    finally:
        database.close()


def _lock(state: Path) -> Path:
    return state.with_name(state.name + ".lock")
