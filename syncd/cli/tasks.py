"""`syncd tasks`: what was written, and with --all what may still be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.cli.mute import known_rule
from syncd.cli.session import reading
from syncd.views.reasons import in_words
from syncd.views.tasks import tasks_list

_EACH = 3  # so many of one rule that wait are shown each
_HEADINGS = {
    "open": "Open",
    "held": "Held back",
    "waiting": "Waiting for their time",
    "muted": "Muted",
    "missed": "Missed",
    "void": "Void",
    "done": "Done",
    "closed": "Closed by syncd",
    "expired": "Expired",
    "dismissed": "Deleted by you",
}


def register(app: typer.Typer) -> None:
    app.command("tasks")(command)


def command(
    context: typer.Context,
    now: NowOption = None,
    as_json: JsonOption = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is waiting, held, muted, missed or void.")
    ] = False,
    rule: Annotated[str | None, typer.Option("--rule", help="Only of this rule, each one.")] = None,
) -> None:
    """List the tasks that syncd wrote."""
    with reading(call_of(context), now) as session:
        entries = tasks_list(
            session.connection, session.decider(), session.now, everything=everything
        )
        if rule is not None:
            entries = [entry for entry in entries if entry["rule"] == rule]
            if not entries:
                known_rule(session.shop, rule)
    if as_json:
        print_json(entries)
        return
    if not entries:
        typer.echo("No tasks." if everything else "No tasks written yet; --all shows what waits.")
        return
    for line in lines_of(entries, fold=rule is None):
        typer.echo(line)
    typer.echo("\nWhy one of them is there: syncd explain KEY")


def lines_of(entries: Sequence[dict[str, Any]], *, fold: bool = False) -> Iterator[str]:
    """A paragraph for each status, what is due first at its top. With `fold`, what waits in
    numbers is one line for each rule."""
    first = True
    for status, heading in _HEADINGS.items():
        some = [entry for entry in entries if entry["status"] == status]
        if not some:
            continue
        yield f"{'' if first else chr(10)}{heading} ({len(some)})"
        first = False
        folded: dict[str, list[dict[str, Any]]] = {}
        if fold and status == "waiting":
            numbers = Counter(entry["rule"] for entry in some)
            for entry in sorted(some, key=_order):
                if numbers[entry["rule"]] > _EACH:
                    folded.setdefault(entry["rule"], []).append(entry)
        for rule, many in folded.items():
            yield f"  {_due(many[0]):<10}  {len(many)} of {rule}, this is the first one's date"
            yield f"              each of them: syncd tasks --all --rule {rule}"
        for entry in sorted((one for one in some if one["rule"] not in folded), key=_order):
            yield f"  {_due(entry):<10}  {_title(entry)}"
            yield f"              {entry['key']}{_why(entry)}"


def _order(entry: dict[str, Any]) -> tuple[bool, Any, str]:
    return entry["due"] is None, entry["due"] or 0, entry["key"]


def _due(entry: dict[str, Any]) -> str:
    return entry["due"].isoformat() if entry["due"] else "no date"


def _title(entry: dict[str, Any]) -> str:
    title: str = entry["title"]
    return title or f"{entry['person']['name']} ({entry['rule']})"


def _why(entry: dict[str, Any]) -> str:
    why = entry["closed_why"] or in_words(entry.get("reasons", ()))
    return f"  {why}" if why else ""
