"""`syncd explain`: everything behind a person, an address or a task."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any

import typer

from syncd.cli.context import JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.session import Session, reading
from syncd.cli.who import judged, unknown
from syncd.people import normalise
from syncd.views.explain import explain_address, explain_all, explain_person
from syncd.views.people import find
from syncd.views.tasks import explain_task


def register(app: typer.Typer) -> None:
    app.command("explain")(command)


def command(
    context: typer.Context,
    who: Annotated[
        str | None, typer.Argument(help="A person (id, address, unique name) or a task's key.")
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
    everyone: Annotated[
        bool, typer.Option("--all", help="Everybody, one JSON object a line.")
    ] = False,
) -> None:
    """Show what counted, what did not, and why."""
    if everyone == (who is not None):
        raise typer.BadParameter("name a person, an address or a task's key, or give --all")
    with reading(call_of(context), now) as session:
        if everyone:
            decider = session.decider()
            for found in explain_all(session.connection, decider, session.shop.owner, session.now):
                print_json(found, line=True)
            return
        found = _explain(session, str(who))
        zone = session.shop.owner.zone
    if as_json:
        print_json(found)
        return
    for line in lines_of(found, zone):
        typer.echo(line)


def _explain(session: Session, who: str) -> dict[str, Any]:
    decider = session.decider()
    task = explain_task(session.connection, decider, who, session.now)
    if task is not None:
        return task
    if normalise(who) in session.shop.owner.addresses:
        raise NotFound(f"{who} is you; name somebody else (`syncd people` lists everybody)")
    match = find(session.connection, session.shop.database.owner, who)
    judged(session.connection, session.shop, match)
    if match.person is not None:
        return explain_person(session.connection, decider, match.person.id, session.now)
    if match.address:
        return explain_address(session.connection, decider.gallery, match.address, session.now)
    raise unknown(who, match)


def lines_of(found: dict[str, Any], zone: tzinfo) -> list[str]:
    if "task" in found:
        return _task_lines(found, zone)
    lines = []
    person = found["person"]
    if person is None:
        lines.append(f"{found['address']}: no person ({', '.join(found['reasons'])})")
    else:
        facts = found["facts"]
        lines.append(f"{person['name']} <{', '.join(person['addresses'])}>")
        lines.append(f"  {facts['stage']}, strength {facts['strength']:.2f}, id {person['id']}")
        lines += [
            f"  one person: {' = '.join(link['addresses'])} ({link['reason']})"
            for link in person.get("joined_by", ())
        ]
    lines += ["", "Interactions (newest first):"]
    lines += [_interaction(one, zone) for one in found["interactions"]] or ["  none"]
    if found["signals"]:
        lines += ["", "Signals:"]
        lines += [
            f"  {_when(s['at'], zone)}  {s['direction']} {s['kind']} ({s['state']})"
            for s in found["signals"]
        ]
    if found["verdicts"]:
        lines += ["", "Rules:"]
        lines += [
            f"  {v['rule']}: {v['state']}, due {v['due']} ({', '.join(v['reasons'])})"
            for v in found["verdicts"]
        ]
    return lines


def _task_lines(found: dict[str, Any], zone: tzinfo) -> list[str]:
    task, verdict = found["task"], found["verdict"]
    lines = [
        f"{task['title']}  [{task['status']}, due {task['due']}]",
        f"  {task['person']['name']} <{', '.join(task['person']['addresses'])}>",
        f"  rule {verdict['rule']}: {verdict['state']} ({', '.join(verdict['reasons'])})",
    ]
    if task["closed_why"]:
        lines.append(f"  closed: {task['closed_why']}")
    lines += ["", "It rests on:"]
    lines += [_interaction(one, zone) for one in task["evidence"]]
    lines += [
        f"    {e['account']}: {e['ref']}" for one in task["evidence"] for e in one["evidence"]
    ]
    lines += [line for one in found.get("errands", ()) for line in _errand_lines(one)]
    lines += ["", "All interactions (newest first):"]
    return lines + [_interaction(one, zone) for one in found["interactions"]]


_STATES = {
    "gather": "waits for what their mail tells",
    "ready": "to be added",
    "doubt": "may have been added: it is looked for",
    "done": "added",
    "aside": "was not taken",
    "over": "not wanted",
}


def _errand_lines(one: dict[str, Any]) -> list[str]:
    """The card or the draft that goes with a task."""
    what = "Their card" if one["op"] == "card" else "A draft"
    where = f"{one['account']}: {one['ref']}" if one["ref"] else one["account"]
    why = f": {one['error']}" if one["error"] else ""
    return ["", f"{what} ({_STATES[one['state']]}, {where}){why}"]


def _interaction(one: dict[str, Any], zone: tzinfo) -> str:
    mode = "" if one["mode"] == "unknown" else f", {one['mode'].replace('_', ' ')}"
    # Nobody sends a meeting: its direction says who organised it.
    direction = "" if one["kind"] == "meeting" else f" {one['direction']}"
    what = f"{one['kind']}{direction}{mode}"
    title = f"  {one['title']}" if one["title"] else ""
    mark = {"yes": "+", "no": "-", "pending": "~", "unknown": "?"}[one["real"]]
    return f"  {mark} {_when(one['at'], zone)}  {what}{title}  [{', '.join(one['reasons'])}]"


def _when(moment: Any, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
