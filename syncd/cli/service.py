"""`syncd service`: have systemd run it, and take that back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from syncd import wiring
from syncd.cli.context import Call, JsonOption, call_of, default_config, print_json
from syncd.cli.service_folders import Refused, place_of
from syncd.cli.service_manager import Manager, installed, judged
from syncd.cli.service_units import DROP_IN, Place, Unit

# What a unit of ours may be open to, by `systemd-analyze security`.
_CREDENTIALS = "/etc/credstore.encrypted"
_EXPOSURE = 1.3

UserOption = Annotated[
    bool, typer.Option("--user", help="A service of your own, not of the system.")
]
NameOption = Annotated[
    str | None,
    typer.Option("--name", help="One of several owners: syncd@NAME, /etc/syncd/NAME.yaml."),
]
RootOption = Annotated[
    Path | None,
    typer.Option("--root", help="Write into this tree instead (an image); nothing is started."),
]

service = typer.Typer(
    help="Have systemd run syncd.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


def register(app: typer.Typer) -> None:
    if all(group.name != "service" for group in app.registered_groups):
        app.add_typer(service, name="service")


@service.command("install")
def install(
    context: typer.Context,
    user: UserOption = False,
    name: NameOption = None,
    runs_as: Annotated[
        str | None,
        typer.Option("--as", help="The user it runs as; default: whose folders it reads."),
    ] = None,
    dynamic: Annotated[
        bool,
        typer.Option("--dynamic-user", help="A user that exists only while it runs."),
    ] = False,
    start: Annotated[
        bool, typer.Option("--start/--no-start", help="Start it now, not only at the next boot.")
    ] = True,
    root: RootOption = None,
) -> None:
    """Have systemd run syncd, from now on and at every boot."""
    unit, manager = _meant(user, name, root)
    if user and (dynamic or runs_as is not None):
        raise typer.BadParameter("it runs as you", param_hint="--user")
    if dynamic and runs_as is not None:
        raise typer.BadParameter("one of them, not both", param_hint="--as, --dynamic-user")
    if runs_as == "":
        raise typer.BadParameter("name a user of this machine", param_hint="--as")
    with _refusing():
        manager.check()
        assembly = _assembly(call_of(context), unit)
        place = _place(assembly, unit, "" if dynamic else runs_as)
        changed = _write(manager.folder / unit.file, unit.shipped())
        changed |= _write(manager.folder / unit.drop_in, place.drop_in(unit))
        if manager.runs:
            manager.control("daemon-reload")
        manager.control("enable", unit.unit)
        typer.echo(f"enabled {unit.unit}: it starts {'when you log in' if user else 'at boot'}")
        _notes(assembly, unit, place)
        if not manager.runs or not start:
            return
        _start(manager, unit, changed=changed)


@service.command("uninstall")
def uninstall(user: UserOption = False, name: NameOption = None, root: RootOption = None) -> None:
    """Take that back; what syncd knows stays."""
    unit, manager = _meant(user, name, root)
    with _refusing():
        manager.check()
        if not (manager.folder / unit.file).exists():
            typer.echo(f"{unit.unit} is not installed: there is nothing to remove")
            return
        if manager.runs:
            manager.control("stop", unit.unit, quiet=True)
        manager.control("disable", unit.unit, quiet=True)
        drop_in = manager.folder / unit.drop_in
        _remove(drop_in)
        if drop_in.parent.is_dir():
            if any(drop_in.parent.iterdir()):
                typer.echo(f"kept {drop_in.parent}: there are changes of your own in it")
            else:
                drop_in.parent.rmdir()
        if not any(
            manager.folder.glob(f"{unit.file.removesuffix('.service')}*.service.d/{DROP_IN}")
        ):
            _remove(manager.folder / unit.file)
        if manager.runs:
            manager.control("daemon-reload")
            manager.control("reset-failed", unit.unit, quiet=True)
    where = "~/.local/state/syncd" if user else str(unit.state)
    typer.echo(f"What it knows stays, in {where} or where `state:` says; so do its tasks.")


@service.command("verify")
def verify(user: UserOption = False, name: NameOption = None, as_json: JsonOption = False) -> None:
    """Have systemd-analyze judge the unit."""
    unit, manager = _meant(user, name, None)
    with _refusing():
        found = installed(manager, unit)
        text, drop_ins = found or (
            unit.shipped(),
            {DROP_IN: Place(config=unit.config).drop_in(unit)},
        )
        verdict = judged(unit, text, drop_ins)
    # What a user's manager cannot set up counts as open there: no limit to hold one's own to.
    limit = None if user else _EXPOSURE
    good = not verdict.problems and verdict.exposure is not None
    good = good and (limit is None or (verdict.exposure or 0.0) <= limit)
    if as_json:
        print_json(
            {
                "unit": unit.unit,
                "installed": found is not None,
                "problems": verdict.problems,
                "exposure": verdict.exposure,
                "limit": limit,
            }
        )
        raise typer.Exit(0 if good else 1)
    typer.echo(f"{unit.unit}{'' if found else ' (as it comes with syncd; it is not installed)'}")
    for problem in verdict.problems:
        typer.echo(f"  {problem}")
    if not verdict.problems:
        typer.echo("  systemd-analyze verify: nothing to say")
    most = "" if limit is None else f" (at most {limit} is meant)"
    typer.echo(f"  systemd-analyze security: exposure {verdict.exposure}{most}")
    raise typer.Exit(0 if good else 1)


def _meant(user: bool, name: str | None, root: Path | None) -> tuple[Unit, Manager]:
    if user and (name is not None or root is not None):
        raise typer.BadParameter(
            "--user is about you alone: without --name and --root", param_hint="--user"
        )
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise typer.BadParameter(
            f"{name!r} cannot name a service: use letters, digits, dots, dashes and underscores",
            param_hint="--name",
        )
    return Unit(user, name or ""), Manager(user, root)


def _assembly(call: Call, unit: Unit) -> wiring.Assembly:
    """The configuration it will read. Raises `ConfigErrors`: a wrong one is not installed."""
    if call.config is not None:
        path = call.config
    else:
        path = default_config() if unit.user else unit.config
    return wiring.assemble(path)


def _place(assembly: wiring.Assembly, unit: Unit, runs_as: str | None) -> Place:
    try:
        if unit.user:
            return Place(config=Path(os.path.abspath(assembly.path)))  # noqa: PTH100
        place = place_of(assembly, unit, runs_as)
        place.drop_in(unit)
    except ValueError as error:
        raise Refused(str(error)) from error
    return place


def _notes(assembly: wiring.Assembly, unit: Unit, place: Place) -> None:
    """What the owner should know before it runs."""
    for path in place.missing:
        typer.echo(f"note: {path} does not exist; install again when it does")
    if unit.user:
        typer.echo("note: to have it run while you are logged out: loginctl enable-linger")
    else:
        typer.echo(f"note: it runs as {place.runs_as or 'a user of its own'}")
        for one in place.credentials:
            typer.echo(
                f"note: its secret {one}, unless that is beside the configuration: systemd-creds "
                f"encrypt --name={one} - {_CREDENTIALS}/{unit.unit.removesuffix('.service')}.{one}"
            )
        if assembly.settings.state is None:
            typer.echo(
                f"note: its state is in {unit.state}; for other commands as root write "
                f"`state: sqlite:///{unit.state}/syncd.db` into {place.config}"
            )


def _start(manager: Manager, unit: Unit, *, changed: bool) -> None:
    runs = manager.control("is-active", unit.unit, quiet=True) == "active"
    if runs and not changed:
        typer.echo(f"{unit.unit} runs already, as it should")
        return
    try:
        manager.control("restart", unit.unit)
    except Refused as error:
        raise Refused(f"{unit.unit} does not start:\n{manager.said(unit)}") from error
    typer.echo(f"started {unit.unit}")


def _write(path: Path, text: str) -> bool:
    """Write a file where it differs; whether it did."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        typer.echo(f"unchanged {path}")
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error.strerror})") from error
    typer.echo(f"wrote {path}")
    return True


def _remove(path: Path) -> None:
    if path.exists():
        path.unlink()
        typer.echo(f"removed {path}")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        typer.echo(f"syncd: {error}", err=True)
        raise typer.Exit(1) from error
