"""`syncd audit`: is everything that the accounts have really here?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from syncd import wiring
from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.views.audit import audit


def register(app: typer.Typer) -> None:
    app.command("audit")(command)


def command(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Count what every account has, and compare it with what was read; exit code 1 if something is
    missing."""
    call = call_of(context)
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    database = wiring.open_state(assembly, look=True)
    try:
        found = audit(wiring.open_workshop(assembly, database, writing=False), moment)
    finally:
        database.close()
    if as_json:
        print_json(found)
    else:
        for line in lines_of(found):
            typer.echo(line)
    raise typer.Exit(1 if any(one["missing"] or one["error"] for one in found) else 0)


def lines_of(found: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for one in found:
        where = f"{one['account']}: {one['facet']} {one['scope']}"
        if one["error"]:
            lines.append(f"{where}: {one['error']}")
            continue
        counts = [f"{one['seen']:,} of {one['source']:,} seen"]
        for kind, words in _WORDS.items():
            number = sum(month[kind] for month in one["months"])
            if number:
                counts.append(f"{number:,} {words}")
        lines.append(f"{where}: {', '.join(counts)}")
        lines += [f"  {gap}" for gap in one["gaps"]]
    if any(one["missing"] for one in found):
        lines.append(
            "A running syncd (`syncd run`, the service) reads what is new by itself, else run "
            "`syncd once`: what is missing after that as well was lost on the way: please report "
            "it."
        )
    return lines


_WORDS = {
    "ignored": "ignored",
    "cut": "older than `history:`",
    "empty": "with nothing in them",
    "set_aside": "set aside",
}
