"""`syncd log`: what no calendar saw, in the owner's words."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from syncd.cli.context import Call, JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.log_entry import Wish, in_words, make, understood
from syncd.cli.session import reading, writing
from syncd.pipeline import Workshop
from syncd.pipeline.act import acting
from syncd.store import logged, people


def register(app: typer.Typer) -> None:
    app.command("log")(command)


def command(
    context: typer.Context,
    what: Annotated[
        list[str] | None, typer.Argument(help='What happened: "coffee with Ana, yesterday".')
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="When: a day or moment, whatever the text says.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="meeting, call or message.", metavar="KIND")
    ] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", help="in_person, video, phone.", metavar="MODE")
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", help='Who: an id, a name, an address, "Zoe <zoe@example.org>".'),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--list", help="List what was logged, with numbers.")
    ] = False,
    undo: Annotated[
        int | None, typer.Option("--undo", help="Take back the log with this number.")
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Log a meeting, a call or a message; without words, list what was logged."""
    call = call_of(context)
    text = " ".join(what or ()).strip()
    said_anything = bool(text or with_ or at or kind or mode)
    if undo is not None:
        if said_anything or everything:
            raise typer.BadParameter("--undo stands alone", param_hint="--undo")
        _take_back(call, now, undo, as_json=as_json)
    elif said_anything and not everything:
        _add(call, now, Wish(text, at, kind, mode, tuple(with_ or ())), as_json=as_json)
    else:
        _list(call, now, as_json=as_json)


def _add(call: Call, now: str | None, wish: Wish, *, as_json: bool) -> None:
    with writing(call, now) as (shop, moment):
        said, at = understood(wish, moment.astimezone(shop.owner.zone))
        owner, zone = shop.database.owner, shop.owner.zone
        with acting(shop, moment) as connection:
            made = make(connection, shop, wish, said, at)
            fresh = logged.add(connection, owner, made.entry, moment)
            stored = {one.log.key: one for one in logged.listed(connection, owner)}
        with shop.database.read() as connection:
            shown = _shown(connection, shop, stored[made.entry.key])
    if as_json:
        print_json(shown | {"new": fresh})
        return
    verb = "Logged" if fresh else "Logged already"
    typer.echo(f"{verb}: {in_words(made, zone)}")


def _take_back(call: Call, now: str | None, number: int, *, as_json: bool) -> None:
    with writing(call, now) as (shop, moment):
        with acting(shop, moment) as connection:
            owner = shop.database.owner
            stored = {one.number: one for one in logged.listed(connection, owner)}
            if number not in stored:
                raise NotFound(f"nothing was logged under {number}; `syncd log --list` shows it")
            shown = _shown(connection, shop, stored[number])
            logged.remove(connection, owner, stored[number].id)
        zone = shop.owner.zone
    if as_json:
        print_json(shown)
    else:
        typer.echo(f"Taken back: {_line(shown, zone)}")


def _list(call: Call, now: str | None, *, as_json: bool) -> None:
    with reading(call, now) as session:
        stored = logged.listed(session.connection, session.shop.database.owner)
        entries = [_shown(session.connection, session.shop, one) for one in stored]
        zone = session.shop.owner.zone
    if as_json:
        print_json(entries)
        return
    if not entries:
        typer.echo("Nothing logged yet: syncd log 'coffee with Ana, yesterday'")
    for entry in entries:
        typer.echo(f"{entry['number']:>3}  {_line(entry, zone)}")


def _shown(connection: Connection, shop: Workshop, one: logged.Stored) -> dict[str, Any]:
    owner = shop.database.owner
    whose = people.owners_of(connection, owner, one.log.addrs)
    rows = people.load(connection, owner, sorted(set(whose.values()) - {""}))
    names = {
        addr: rows[whose[addr]].name if whose.get(addr) in rows else addr
        for addr in sorted(one.log.addrs)
    }
    log = one.log
    return {
        "number": one.number,
        "at": log.at,
        "kind": one.kind,
        "mode": str(log.mode),
        "direction": str(log.direction),
        "title": log.title,
        "place": log.place,
        "people": list(dict.fromkeys(names.values())),
        "addresses": list(names),
        "logged_at": log.seen_at,
    }


def _line(shown: dict[str, Any], zone: tzinfo) -> str:
    mode = "" if shown["mode"] == "unknown" else f", {shown['mode'].replace('_', ' ')}"
    return (
        f"{shown['at'].astimezone(zone):%Y-%m-%d}  {shown['kind']} {shown['direction']}{mode}: "
        f"{shown['title']} ({', '.join(shown['people'])})"
    )
