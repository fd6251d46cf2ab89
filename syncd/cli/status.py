"""`syncd status`: how every account fares, and what needs its owner."""

from __future__ import annotations

from typing import Any

import typer

from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.cli.session import reading
from syncd.views.status import status_of

_SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command("status")(command)


def command(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Show accounts, items set aside, tasks that wait; exit code 1 if something needs you."""
    with reading(call_of(context), now) as session:
        names = [account.name for account in session.shop.accounts]
        owner = session.shop.database.owner
        status = status_of(session.connection, owner, names, bool(session.shop.tasks_in))
    if as_json:
        print_json(status)
    else:
        for line in lines_of(status):
            typer.echo(line)
    raise typer.Exit(1 if status["failed"] else 0)


_REASONS = {
    "alias:card": "on your card",
    "alias:sent-folder": "in your sent mail",
    "alias:delivered-to": "mail to it is delivered here",
    "alias:named-recipient": "mail to it, under your name, is delivered to you",
}


def _why(reason: str) -> str:
    return _REASONS.get(reason, reason)


def lines_of(status: dict[str, Any]) -> list[str]:
    if status["as_of"] is None:
        return ["Nothing has been read yet: run `syncd once`."]
    lines = [f"As of {status['as_of']:%Y-%m-%d %H:%M} UTC"]
    for row in status["accounts"]:
        account, facet = row["account"], row["facet"]
        state = row["error"] or ("up to date" if row["complete"] else "still reading")
        lines.append(f"  {account}: {facet} {row['scope']}: {state} ({row['items']:,} items)")
    seen = status["observations"]
    lines.append(
        f"{seen.get('message', 0):,} messages, {seen.get('meeting', 0):,} meetings, "
        f"{seen.get('card', 0):,} cards, {status['people']:,} people"
    )
    lines += [
        f"Also yours: {one['address']} ({', '.join(map(_why, one['reasons']))}); if not, put it "
        "under `not_mine:` of the owner"
        for one in status["aliases"]
    ]
    tasks = status["tasks"]
    held = ", ".join(f"{n} by {why}" for why, n in tasks["held_by"].items())
    lines.append(
        f"{tasks['open']} tasks open, {tasks['held']} held" + (f" ({held})" if held else "")
    )
    lines += [
        f"{n} of them are in the list of {account!r}, which is not configured any more: bring it "
        "back under that name"
        for account, n in tasks["out_of_reach"].items()
    ]
    if not tasks["has_list"]:
        lines.append("No account takes tasks: add `tasks:` to one to have them written.")
    aside = status["set_aside"]
    lines.append(f"{len(aside)} items set aside" + (":" if aside else ""))
    lines += [f"  {i['account']}: {i['ref']}: {i['reason']}" for i in aside[:_SHOWN]]
    if len(aside) > _SHOWN:
        lines.append(f"  and {len(aside) - _SHOWN} more (--json lists them all)")
    lines += [
        f"Not written: {one['key']} to {one['account']}: {one['error'] or one['state']}"
        for one in status["undelivered"]
    ]
    if status["overwriting"]:
        lines.append("What was forgotten is still to be overwritten on the disk: run `syncd once`.")
    lines += [
        f"Still to be forgotten in {one['account']}: task {one['key']}: "
        f"{one['error'] or 'the next run does it'}"
        for one in status["forgetting"]
    ]
    lines += [
        f"{len(one['missing'])} tasks vanished from {one['account']} at once. They keep their "
        "state; nothing is written there until they are back. If you deleted them: "
        "`syncd once --accept-deletions`"
        for one in status["incidents"]
    ]
    return lines
