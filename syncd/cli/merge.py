"""`syncd merge` and `syncd split`: the owner says who is one person, and takes it back."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from syncd.cli import who
from syncd.cli.context import JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.session import writing
from syncd.people import normalise
from syncd.pipeline import Workshop, joins
from syncd.store import ledger, people
from syncd.store.poke import poke
from syncd.views.joins import joined_by

_PERSON = "An id, an address or a unique name."


def register(app: typer.Typer) -> None:
    app.command("merge")(merge)
    app.command("split")(split)


def merge(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="PERSON", help=_PERSON)],
    other: Annotated[str, typer.Argument(metavar="PERSON", help=_PERSON)],
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let two people be one, whatever speaks against it. `split` takes it back exactly."""
    with writing(call_of(context), now) as (shop, moment):
        with shop.database.read() as connection:
            rows = [who.person(connection, shop, word) for word in (one, other)]
            addrs = [
                _address(connection, shop, row.id, word)
                for row, word in zip(rows, (one, other), strict=True)
            ]
            before = _open(connection, shop, [row.id for row in rows])
        already = rows[0].id == rows[1].id
        person = rows[0].id if already else joins.merge(shop, moment, *addrs)
        with shop.database.read() as connection:
            shown = [_shown(connection, shop, person)]
            after = _open(connection, shop, [person])
        beside = poke(shop.database)
    if as_json:
        _print(shown, before, after)
        return
    typer.echo(f"{'One person already' if already else 'One person now'}: {_line(shown[0])}")
    _tell_tasks(before, after, beside=beside)
    if not already:
        typer.echo(f"To take it back: syncd split {addrs[0]}")


def split(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help=_PERSON)],
    addresses: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ADDRESS...]", help="Addresses that are somebody else's, whatever says so."
        ),
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back the newest merge of a person, or say which addresses are somebody else's."""
    with writing(call_of(context), now) as (shop, moment):
        with shop.database.read() as connection:
            row = who.person(connection, shop, person)
            theirs = people.addresses_of(connection, shop.database.owner, [row.id])[row.id]
            off = [_one_of(theirs, row.name, word) for word in addresses or ()]
            if off and len(set(off)) == len(theirs):
                raise typer.BadParameter(f"these are all addresses of {row.name}: leave one")
            before = _open(connection, shop, [row.id])
            reasons = _reasons(connection, shop, theirs)
        if off:
            joins.split_off(shop, moment, row.id, off)
        elif not joins.split(shop, moment, row.id):
            raise NotFound(_nothing(row.name, theirs, reasons))
        with shop.database.read() as connection:
            whose = people.owners_of(connection, shop.database.owner, theirs)
            ids = sorted({one for one in whose.values() if one})
            shown = [_shown(connection, shop, one) for one in ids]
            after = _open(connection, shop, ids)
            reasons = _reasons(connection, shop, theirs)
        beside = poke(shop.database)
    shown.sort(key=lambda one: (one["name"], one["id"]))
    if as_json:
        _print(shown, before, after)
        return
    if len(shown) < 2:  # something else joins them, or came to join them since
        typer.echo(f"Taken back, but still one person, by {reasons}: name the addresses to split.")
    else:
        typer.echo(f"{len(shown)} people now:")
    for one in shown:
        typer.echo(f"  {_line(one)}")
    _tell_tasks(before, after, beside=beside)


def _address(connection: Connection, shop: Workshop, person: str, word: str) -> str:
    """The address that the word names, else the person's first: words are kept by address."""
    theirs = people.addresses_of(connection, shop.database.owner, [person])[person]
    addr = normalise(word)
    return addr if addr in theirs else theirs[0]


def _one_of(theirs: list[str], name: str, word: str) -> str:
    addr = normalise(word)
    if addr not in theirs:
        raise NotFound(f"{word} is no address of {name}, who has {', '.join(theirs)}")
    return addr


def _nothing(name: str, theirs: list[str], reasons: str) -> str:
    if len(theirs) < 2:
        return f"{name} has one address ({theirs[0]}): there is nothing to split"
    return (
        f"no merge of yours made {name}: the addresses are one person's by {reasons}. "
        f"Name those that are somebody else's: syncd split {theirs[0]} {theirs[-1]}"
    )


def _reasons(connection: Connection, shop: Workshop, theirs: list[str]) -> str:
    links = joined_by(connection, shop.database.owner, shop.owner, theirs)
    return ", ".join(sorted({link["reason"] for link in links})) or "nothing known"


def _shown(connection: Connection, shop: Workshop, person: str) -> dict[str, Any]:
    owner = shop.database.owner
    row = people.load(connection, owner, [person])[person]
    addrs = people.addresses_of(connection, owner, [person])[person]
    return {"id": row.id, "name": row.name, "addresses": addrs}


def _line(shown: dict[str, Any]) -> str:
    return f"{shown['name']} <{', '.join(shown['addresses'])}>"


def _print(shown: list[dict[str, Any]], before: set[str], after: set[str]) -> None:
    tasks = {"closed": len(before - after), "reopened": len(after - before)}
    print_json({"people": shown, "tasks": tasks})


def _open(connection: Connection, shop: Workshop, ids: list[str]) -> set[str]:
    rows = ledger.load(connection, shop.database.owner, ids)
    return {row.key for theirs in rows.values() for row in theirs if row.live}


def _tell_tasks(before: set[str], after: set[str], *, beside: bool) -> None:
    """`beside`: a daemon runs, and does it now."""
    whom = "the running syncd" if beside else "the next `syncd once`"
    for keys, what in ((before - after, "closed"), (after - before, "opened again")):
        if keys:
            typer.echo(f"Tasks to be {what} by {whom}: {len(keys)}")
