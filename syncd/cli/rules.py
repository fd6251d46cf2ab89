"""`syncd rules`: what the rules do, and why one does or does not ask for a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from rules import packs
from rules.load import load
from rules.model import Rule
from rules.source import unknown
from syncd import wiring
from syncd.cli import rules_files, who
from syncd.cli.context import JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.session import Session, reading
from syncd.views.people import Found

app = typer.Typer(
    help="What the rules do, and why one does or does not ask for a task.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(parent: typer.Typer) -> None:
    if all(group.name != "rules" for group in parent.registered_groups):
        parent.add_typer(app, name="rules")


@app.callback()
def group(context: typer.Context, now: NowOption = None) -> None:
    if now is not None:
        call_of(context).now = now


@app.command("list")
def list_(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """List every rule: what starts and stops it, and how many people stand where."""
    from syncd.views.rules import rules_list

    call = call_of(context)
    assembly = call.assembly()
    call.moment(now, assembly)
    entries = rules_list(assembly.ruleset.rules, _standing(assembly))
    warned = rules_files.warnings(assembly.ruleset)
    if as_json:
        by_rule: dict[str, list[str]] = {}
        for one in warned:
            by_rule.setdefault(one.name, []).append(one.message)
        print_json([entry | {"warnings": by_rule.get(entry["id"], [])} for entry in entries])
        return
    if not entries:
        typer.echo("No rules: name a pack or a file under `rules:` in the configuration.")
    for entry in entries:
        for line in _entry_lines(entry):
            typer.echo(line)
    for warning in warned:
        typer.echo(f"warning: {warning}")


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, or a pack.")],
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one rule in plain English and as YAML; of a pack, the file as it is."""
    from syncd.views.rules import rule_shown

    if name in packs.names():
        text = packs.text(name)
        if as_json:
            shown = [rule_shown(rule, {}) for rule in load([(f"pack {name}", text)]).rules]
            print_json({"pack": name, "yaml": text, "rules": shown})
        else:
            typer.echo(text, nl=False)
        return
    call = call_of(context)
    assembly = call.assembly()
    call.moment(now, assembly)
    rule = _rule(assembly, name)
    found = rule_shown(rule, _standing(assembly).get(rule.id, {}))
    if as_json:
        print_json(found)
        return
    typer.echo(rule.id + (f": {rule.about}" if rule.about else ""))
    typer.echo(f"  from {_from(found)}\n")
    typer.echo(f"{found['does']}\n")
    typer.echo(found["yaml"], nl=False)
    if found["verdicts"]:
        typer.echo(f"\n{_counted(found['verdicts'])}")


@app.command("why")
def why_(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.")],
    whom: Annotated[
        str, typer.Argument(metavar="PERSON", help="A person: id, address or unique name.")
    ],
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show step by step why a rule does, or does not, ask for a task about one person."""
    from syncd.cli.rules_why import lines_of
    from syncd.views.why import why

    with reading(call_of(context), now) as session:
        if name not in {one.id for one in session.assembly.ruleset.rules}:
            _refuse_gone(session, name)
        rule = _rule(session.assembly, name)
        person = who.person(session.connection, session.shop, whom)
        who.judged(session.connection, session.shop, Found(person))
        found = why(session.connection, session.decider(), rule, person.id, session.now)
        zone = session.shop.owner.zone
    if as_json:
        print_json(found)
        return
    for line in lines_of(found, rule, zone):
        typer.echo(line)


def _refuse_gone(session: Session, name: str) -> None:
    """Raises `NotFound` where tasks of a rule that is gone are still open."""
    from syncd.views.rules import left_open

    rows = left_open(session.connection, session.shop.database.owner, name)
    if rows:
        raise NotFound(
            f"the rule {name!r} is not in use any more; tasks of it that are still open, until "
            f"{rows[-1].expires:%Y-%m-%d} at the latest: {', '.join(row.key for row in rows)}"
        )


def _rule(assembly: wiring.Assembly, name: str) -> Rule:
    rules = {rule.id: rule for rule in assembly.ruleset.rules}
    if name not in rules:
        raise NotFound(f"{unknown('rule', name, rules)} (`syncd rules list` lists all)")
    return rules[name]


def _standing(assembly: wiring.Assembly) -> Mapping[str, Mapping[str, int]]:
    """What the state says of the rules, where there is one already."""
    from syncd.views.rules import standing

    database = wiring.open_state(assembly, look=True)
    try:
        with database.read() as connection:
            return standing(connection, database.owner)
    finally:
        database.close()


def _entry_lines(entry: Mapping[str, Any]) -> list[str]:
    words = entry["in_words"]
    until = f", until {words['until']}" if words["until"] else ""
    lines = [
        f"{entry['id']}  ({_from(entry)})",
        f"  {entry['about']}" if entry["about"] else "",
        f"  when {words['since']}{until}; due after {words['due']}",
        f"  {_counted(entry['verdicts'])}" if entry["verdicts"] else "",
    ]
    return [line for line in lines if line]


def _counted(verdicts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in verdicts.items())


def _from(found: Mapping[str, Any]) -> str:
    if found["pack"]:
        return f"pack {found['pack']}, line {found['line']}"
    return f"{found['file']}:{found['line']}"
