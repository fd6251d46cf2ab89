"""`syncd retry`: try again what was set aside because it failed by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer
from sqlalchemy import Connection

from connectors.contract import Rereading
from syncd.cli.context import JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.counted import many
from syncd.cli.session import writing
from syncd.people import normalise
from syncd.pipeline import Workshop
from syncd.pipeline.act import acting
from syncd.store import asked, errands, ledger_outbox, trials
from syncd.store.errands import Errand
from syncd.store.health import DOWN
from syncd.store.ledger_outbox import Entry
from syncd.store.trials import Subject
from syncd.views.aside import items_aside, people_aside
from syncd.views.health import health_of


def register(app: typer.Typer) -> None:
    app.command("retry")(command)


@dataclass(frozen=True, slots=True)
class Aside:
    """What may be tried again: items, people, writes to task lists, cards and drafts."""

    items: list[Subject]
    people: list[Subject]
    writes: list[Entry]
    errands: list[Errand] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.items or self.people or self.writes or self.errands)


def command(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACCOUNT|REF]",
            help="An account, or one thing as `syncd status` names it: an item, a person, a task.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try again what failed and was set aside: items, people, tasks that could not be written, and
    passwords that were refused."""
    if everything == (what is not None):
        raise typer.BadParameter("name an account or what `syncd status` lists, or give --all")
    with writing(call_of(context), now) as (shop, moment):
        owner = shop.database.owner
        for account in shop.accounts:
            if what in (None, account.name):
                account.again()  # before a daemon is told
        with acting(shop, moment) as connection:
            found = _found(connection, shop, what)
            if what is not None and not found and what not in _accounts(shop):
                raise NotFound(
                    f"nothing was set aside by the name {what!r}: `syncd status` lists what was"
                )
            able = [one for one in found.items if _can_be_asked(shop, one)]
            trials.again(connection, owner, [*able, *found.people], moment)
            trials.relist(connection, owner, [one for one in found.items if one not in able])
            for entry in found.writes:
                ledger_outbox.again(connection, owner, entry)
            for errand in found.errands:
                errands.again(connection, owner, errand)
            named = _accounts(shop) & (_accounts(shop) if what is None else {what})
            asked.ask(connection, owner, named)
            fares = health_of(connection, owner, named or _accounts(shop))
            down = [one["account"] for one in fares if one["state"] == DOWN]
    if as_json:
        counts = {"people": len(found.people), "tasks": len(found.writes)}
        counts["errands"] = len(found.errands)
        print_json({"items": len(found.items), **counts})
        return
    for line in _lines(found):
        typer.echo(line)
    if down:
        are = "is" if len(down) == 1 else "are"
        typer.echo(
            f"{', '.join(down)} {are} down: a running daemon asks again now, else the next "
            "`syncd once`."
        )


def _lines(found: Aside) -> list[str]:
    if not found:
        return ["Nothing is set aside there."]
    lines = []
    if found.items:
        lines.append(f"{many(len(found.items), 'item')} to be read again.")
    if found.people:
        who = many(len(found.people), "person", "people")
        lines.append(f"{who} judged again: `syncd status` tells whether that went well.")
    if found.writes:
        lines.append(f"{many(len(found.writes), 'write')} to a task list to be tried again.")
    if found.errands:
        lines.append(f"{many(len(found.errands), 'card or draft', 'cards and drafts')} as well.")
    if found.items or found.writes or found.errands:
        lines.append("A running daemon does it now, else the next `syncd once`.")
    return lines


def _accounts(shop: Workshop) -> set[str]:
    return {account.name for account in shop.accounts}


def _found(connection: Connection, shop: Workshop, what: str | None) -> Aside:
    """What goes by that name; None: everything of the accounts that are configured."""
    owner, accounts = shop.database.owner, _accounts(shop)
    items = [
        Subject(trials.ITEM, one["account"], one["facet"], one["ref"])
        for one in items_aside(connection, owner)
        if one["account"] in accounts
    ]
    writes = [one for one in ledger_outbox.troubles(connection, owner) if one.account in accounts]
    undone = [one for one in errands.troubles(connection, owner) if one.account in accounts]
    whom = people_aside(connection, owner)
    if what is None:
        return Aside(
            items, [Subject(one["kind"], "", "", one["id"]) for one in whom], writes, undone
        )
    if what in accounts:
        return Aside(
            [one for one in items if one.account == what],
            [],
            [one for one in writes if one.account == what],
            [one for one in undone if one.account == what],
        )
    addr = normalise(what)
    return Aside(
        [one for one in items if one.ref == what],
        [
            Subject(one["kind"], "", "", one["id"])
            for one in whom
            if what in (one["id"], one["name"]) or addr in one["addresses"]
        ],
        [one for one in writes if one.key == what],
        [one for one in undone if one.key == what],
    )


def _can_be_asked(shop: Workshop, item: Subject) -> bool:
    """Whether its source can be asked for this one item; else all of it is listed again."""
    return item.facet != "tasks" and any(
        isinstance(source, Rereading) and item.ref.startswith(source.scope + "//")
        for account in shop.accounts
        if account.name == item.account
        for source in account.sources
    )
