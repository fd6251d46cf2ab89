"""`syncd note`: lines about a person that tasks bring up: `needs: …`, `offers: …`, `about: …`; the
words behind `tags:` are their tags.

A line that came from the notes of a task stays until it is removed here: what is deleted there
may only be tidied up.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any

import typer

from syncd.cli import who
from syncd.cli.context import Call, JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.session import reading, writing
from syncd.people.forgotten import Forgotten
from syncd.pipeline.act import acting
from syncd.store import notes, people
from syncd.store.notes import Note
from syncd.store.observations import mark


def register(app: typer.Typer) -> None:
    app.command("note")(command)


def command(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="An id, an address or a unique name.")],
    text: Annotated[
        list[str] | None, typer.Argument(help='The line: "needs: a tiler", "about: sails".')
    ] = None,
    remove: Annotated[
        int | None, typer.Option("--remove", help="Take away the line with this number.")
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note something about a person; without text, list what is noted."""
    call = call_of(context)
    line = " ".join(" ".join(text or ()).split())
    if line and remove is not None:
        raise typer.BadParameter("--remove takes no text", param_hint="--remove")
    if text and not line:
        raise typer.BadParameter("an empty line says nothing")
    if line:
        _add(call, now, person, line, as_json=as_json)
    elif remove is not None:
        _remove(call, now, person, remove, as_json=as_json)
    else:
        _list(call, now, person, as_json=as_json)


def _add(call: Call, now: str | None, word: str, line: str, *, as_json: bool) -> None:
    with writing(call, now) as (shop, moment), acting(shop, moment) as connection:
        owner = shop.database.owner
        row = who.person(connection, shop, word)
        line = _without_forgotten(line, shop.ignore.forgotten)
        addrs = people.addresses_of(connection, owner, [row.id])[row.id]
        before = [one.line for one in notes.listed(connection, owner, addrs)]
        if line not in before:
            notes.add(connection, owner, [(addrs[0], line)], moment)
            mark(connection, owner, addrs)
    if as_json:
        print_json({"person": row.name, "line": line, "new": line not in before})
    else:
        typer.echo(f"{'Noted already' if line in before else 'Noted'} on {row.name}: {line}")


def _without_forgotten(line: str, forgotten: Forgotten) -> str:
    """The line as it may be stored. Raises `NotFound` where it says nothing else."""
    left = forgotten.text(line)
    if left != line and not any(char.isalnum() for char in left):
        raise NotFound("this names only whom you forgot, so it is not stored")
    return left


def _remove(call: Call, now: str | None, word: str, number: int, *, as_json: bool) -> None:
    with writing(call, now) as (shop, moment), acting(shop, moment) as connection:
        owner = shop.database.owner
        row = who.person(connection, shop, word)
        addrs = people.addresses_of(connection, owner, [row.id])[row.id]
        stored = {one.number: one for one in notes.listed(connection, owner, addrs)}
        if number not in stored:
            raise NotFound(f"no note {number} on {row.name}; `syncd note {addrs[0]}` lists them")
        notes.remove(connection, owner, addrs, stored[number].line)
        mark(connection, owner, addrs)
    if as_json:
        print_json({"person": row.name, "line": stored[number].line})
    else:
        typer.echo(f"Taken away from {row.name}: {stored[number].line}")


def _list(call: Call, now: str | None, word: str, *, as_json: bool) -> None:
    with reading(call, now) as session:
        owner, connection = session.shop.database.owner, session.connection
        row = who.person(connection, session.shop, word)
        addrs = people.addresses_of(connection, owner, [row.id])[row.id]
        found = notes.listed(connection, owner, addrs)
        zone = session.shop.owner.zone
    if as_json:
        print_json([_json(one) for one in found])
        return
    if not found:
        typer.echo(f"Nothing noted on {row.name} yet: syncd note {addrs[0]} 'needs: …'")
    for one in found:
        typer.echo(_shown(one, zone))


def _json(one: Note) -> dict[str, Any]:
    return {"number": one.number, "line": one.line, "at": one.at}


def _shown(one: Note, zone: tzinfo) -> str:
    return f"{one.number:>3}  {one.at.astimezone(zone):%Y-%m-%d}  {one.line}"
