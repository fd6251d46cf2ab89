"""`syncd export`: everything that is stored about one person, in one JSON document."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from syncd.cli import who
from syncd.cli.context import NotFound, NowOption, call_of, json_text, print_json
from syncd.cli.session import reading
from syncd.views.export import export_of


def register(app: typer.Typer) -> None:
    app.command("export")(command)


def command(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="An id, an address or a unique name.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write, for you alone (0600).")
    ] = None,
    now: NowOption = None,
) -> None:
    """Print, or write into a file, all that is stored about a person."""
    with reading(call_of(context), now) as session:
        target = who.target(session.connection, session.shop, person)
        found = export_of(session.connection, session.decider(), target, session.now)
    if output is None:
        print_json(found)
        return
    try:
        _write(output, json_text(found) + "\n")
    except OSError as error:
        raise NotFound(f"{output} cannot be written ({error.strerror})") from error
    typer.echo(f"{output} holds all of it. `syncd forget` does not reach it: it is yours to keep.")


def _write(path: Path, text: str) -> None:
    """All of it or nothing; `mkstemp` makes it 0600."""
    descriptor, temporary = tempfile.mkstemp(prefix=".syncd-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
