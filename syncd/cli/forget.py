"""`syncd forget`: erase somebody and keep them out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from syncd import wiring
from syncd.cli import who
from syncd.cli.context import JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.ends import Stopped
from syncd.cli.status import what_of
from syncd.inference.humans import OURS
from syncd.people import normalise
from syncd.pipeline import Workshop
from syncd.pipeline import forget as forgetting
from syncd.pipeline.act import turn
from syncd.store import ledger, shred
from syncd.store.database import Database
from syncd.store.removals import CARD
from syncd.store.restore import kept_copies
from syncd.store.target import Look, Target, look
from syncd.views.errands import written_in

_NOT_REACHED = (
    "your mailboxes (drafts too), calendars and address books, but for cards that syncd added",
    "the bins of your providers",
    "backups",
    "what you exported",
)
_ON_A_SERVER = "old bytes in the files, the log and the dumps of the database server"


_GOES_ON = "the running syncd or the next `syncd once` goes on"
_MB = 1_000_000


def register(app: typer.Typer) -> None:
    app.command("forget")(command)


def command(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="An id, an address or a unique name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, also for edited tasks.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let an address (and its person) in again.")
    ] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase everything about a person, delete the tasks about them, and keep them out."""
    call = call_of(context)
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    database = wiring.open_state(assembly)
    try:
        shop = wiring.open_workshop(assembly, database)
        with turn(shop, moment) as mine:
            if undo:
                _undo(shop, person, as_json=as_json)
                mine.follow()
                return
            target = _target(shop, person)
            if target is None:
                result: dict[str, Any] = {"forgotten": "already"}
            else:
                if mine.alone:
                    forgetting.read_hand(shop, moment)
                with database.read() as connection:
                    found = look(connection, database.owner, target)
                    edited = _edited(connection, database.owner, found)
                    edited += written_in(connection, database.owner, target.addrs)
                keep = set() if yes else _ask(target, found, edited, _not_reached(database))
                shop, forgot = forgetting.forget(shop, moment, target, keep, mine)
                result = {"forgotten": "now", "erased": forgot.found.counts}
                result |= {"kept": sorted(keep), "named_in": list(forgot.edited)}
            troubles: Mapping[str, Exception] = {}
            if mine.alone:
                troubles = forgetting.finish(shop, moment)
            else:
                forgetting.finish_beside(shop)
            left = forgetting.left_to_do(shop)
            unshredded, room = shred.due(database), shred.lacks(database)
            path = shred.file_of(database)
            copies = [str(one) for one in kept_copies(path)] if path is not None else []
            elsewhere = _not_reached(database)
    finally:
        database.close()
    result |= {
        "pending": [
            {"account": o.account, "key": o.key, "op": o.op, "error": o.error or None} for o in left
        ],
        "shredded": not unshredded,
        "lacks_bytes": room if unshredded else 0,
        "copies": copies,
        "not_reached": elsewhere,
    }
    if as_json:
        print_json(result)
    else:
        for line in _lines(result):
            typer.echo(line)
        for name, error in sorted(troubles.items()):
            of_card = any(o.op == CARD and (o.account, o.error) == (name, str(error)) for o in left)
            what = "cards" if of_card else "tasks"
            typer.echo(f"syncd: {name}: {what}: {error}", err=True)
    raise typer.Exit(1 if left or unshredded else 0)


def _target(shop: Workshop, word: str) -> Target | None:
    """Whom to forget; None for somebody who is forgotten already. Raises `NotFound`."""
    addr = normalise(word)
    with shop.database.read() as connection:
        if addr and shop.ignore.forgotten.matches(addr):
            return None
        return who.target(connection, shop, word)


def _edited(connection: Connection, owner: str, found: Look) -> list[tuple[str, str]]:
    """(key, title) of their tasks in which the owner wrote."""
    rows = ledger.by_key(connection, owner, found.keys)
    return [
        (key, row.task.theirs.title)
        for key, row in sorted(rows.items())
        if row.task is not None and (row.task.touched_title or row.task.touched_notes)
    ]


def _not_reached(database: Database) -> list[str]:
    on_a_server = database.engine.dialect.name != "sqlite"
    return [*_NOT_REACHED, _ON_A_SERVER] if on_a_server else [*_NOT_REACHED]


def _ask(
    target: Target, found: Look, edited: list[tuple[str, str]], not_reached: list[str]
) -> set[str]:
    """Say what goes and what stays, and ask; returns the keys of tasks, and the UIDs of cards, to
    keep."""
    shown = f"{target.name} <{', '.join(sorted(target.addrs))}>" if target.name else ""
    typer.echo(f"Forget {shown or ', '.join(sorted(target.addrs))}?", err=True)
    what = _counted(found.counts)
    typer.echo(f"  To be erased, or stripped of them where others took part: {what}.", err=True)
    typer.echo("  Tasks that syncd wrote about them are deleted from your task list.", err=True)
    if found.cards_made:
        typer.echo("  So is the card that it added to your address book.", err=True)
    typer.echo(f"  Not reached: {'; '.join(not_reached)}.", err=True)
    try:
        typer.confirm("Erase it for good?", abort=True, err=True)
        return {
            key
            for key, title in edited
            if not typer.confirm(
                f"You wrote in the {'card of' if key.startswith(OURS) else 'task'} {title!r}. "
                "Delete it as well?",
                err=True,
            )
        }
    except typer.Abort:
        raise NotFound("nothing was erased (`--yes` asks nothing)") from None
    except Stopped as stopped:
        raise Stopped(stopped.number, "nothing was erased") from None


def _counted(counts: Mapping[str, int]) -> str:
    """ "1 address, 3 messages"; the names of what is counted are plurals."""
    one = {what: "address" if what == "addresses" else what.removesuffix("s") for what in counts}
    return ", ".join(f"{n:,} {one[what] if n == 1 else what}" for what, n in counts.items() if n)


def _undo(shop: Workshop, word: str, *, as_json: bool) -> None:
    addr = normalise(word)
    if not addr:
        raise typer.BadParameter("--undo takes an address: nothing else is known of them")
    if not forgetting.undo(shop, addr):
        raise NotFound(f"{addr} is not forgotten")
    if as_json:
        print_json({"forgotten": "no", "address": addr})
    else:
        typer.echo(
            f"{addr} is let in again; the running syncd or the next `syncd once` reads what it "
            "finds of them."
        )


def _lines(result: dict[str, Any]) -> list[str]:
    lines = []
    if result["forgotten"] == "already":
        lines.append("Forgotten already; nothing of them is stored.")
    else:
        lines.append(f"Forgotten: {_counted(result['erased'])}.")
        lines += [
            f"Left in your address book: card {key}"
            if key.startswith(OURS)
            else f"Left in your list: task {key}"
            for key in result["kept"]
        ]
        lines += [
            f"You edited task {key}, which names them: it is left as you wrote it"
            for key in result["named_in"]
        ]
    lines += [
        f"Still to be done in {one['account']}: {what_of(one['op'])} {one['key']}; "
        f"{_GOES_ON} with it"
        for one in result["pending"]
    ]
    if result["lacks_bytes"]:
        lines.append(
            "Their bytes are still in the state's file, for it takes room to overwrite them: free "
            f"{result['lacks_bytes'] / _MB:,.0f} MB on its disk; {_GOES_ON}."
        )
    elif not result["shredded"]:
        lines.append(
            "Their bytes are still in the state's file, for somebody is reading it; "
            f"{_GOES_ON} as soon as that is over."
        )
    if result["copies"]:
        lines.append("These copies, which a restore left, know them still. Delete them:")
        lines += [f"  rm {shlex.quote(one)}" for one in result["copies"]]
    lines.append(f"Not reached: {'; '.join(result['not_reached'])}.")
    return lines
