"""`syncd status`: how every account fares, and what needs its owner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import typer

from syncd.cli.context import Call, JsonOption, NowOption, call_of, print_json
from syncd.cli.counted import many
from syncd.cli.mute import line_of
from syncd.cli.session import reading
from syncd.cli.shown import shown
from syncd.cli.status_wrong import beside, who_runs
from syncd.config import ConfigErrors
from syncd.store import ailments
from syncd.views.health import nobody_signed_in
from syncd.views.status import status_of

_SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command("status")(command)


def command(context: typer.Context, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Show accounts, items set aside, tasks that wait; exit code 1 if something needs you, 77 if
    no account can sign in."""
    call = call_of(context)
    try:
        status, names = _found(call, now)
    except ConfigErrors as error:
        told = beside(call)
        if told is not None and as_json:
            print_json({"mistakes": [asdict(one) for one in error.mistakes], "running": told})
        elif told is not None:
            for line in (who_runs(told), *_fares(told)):
                typer.echo(shown(line))
        raise
    if as_json:
        print_json(status)
    else:
        for line in lines_of(status):
            typer.echo(shown(line))
    raise typer.Exit(code_of(status, names))


def _found(call: Call, now: str | None) -> tuple[dict[str, Any], list[str]]:
    """How things stand, and what accounts there are. Raises `ConfigErrors`."""
    with reading(call, now) as session:
        names = [account.name for account in session.shop.accounts]
        shop = session.shop
        status = status_of(
            session.connection,
            shop.database.owner,
            names,
            bool(shop.tasks_in),
            shop.policy,
            session.now,
            {rule.id for rule in shop.ruleset.rules},
            shop.lists,
        )
    return status, names


def _fares(told: dict[str, Any]) -> list[str]:
    """How a daemon fares of which no more is known."""
    first = trouble_lines(told["trouble"]) + ailment_lines(told["ailments"])
    return [*first, *health_lines(told["health"])] or ["all its accounts are up"]


def code_of(status: dict[str, Any], accounts: Collection[str]) -> int:
    """The exit code by remedy: 77 where no account can sign in, 1 where something needs you."""
    if nobody_signed_in(status["health"], accounts):
        return 77
    return 1 if status["failed"] else 0


_REASONS = {
    "alias:card": "on your card",
    "alias:sent-folder": "in your sent mail",
    "alias:own-calendar": "you, in your calendar",
    "alias:delivered-to": "mail to it is delivered here",
    "alias:named-recipient": "mail to it, under your name, is delivered to you",
}


def _why(reason: str) -> str:
    return _REASONS.get(reason, reason)


def lines_of(status: dict[str, Any]) -> list[str]:
    first = trouble_lines(status["trouble"]) + ailment_lines(status["ailments"])
    return first + _lines(status)


def trouble_lines(found: list[dict[str, Any]]) -> list[str]:
    """What stops everything, before anything else is said."""
    return [
        "Nothing is done"
        + (f" since {one['since']:%Y-%m-%d %H:%M} UTC" if one["since"] else "")
        + f": {one['words']}"
        for one in found
    ]


def _lines(status: dict[str, Any]) -> list[str]:
    if status["as_of"] is not None:
        # A daemon may have noted since that an account went down.
        downs = [one["since"] for one in status["health"] if one["state"] != "up"]
        lines = [f"As of {max([status['as_of'], *downs]):%Y-%m-%d %H:%M} UTC"]
    elif status["accounts"]:
        lines = ["The first run was stopped before its end: `syncd once` goes on."]
    else:
        return ["Nothing has been read yet: run `syncd once`."]
    wrong = status["configuration_refused"]
    if wrong is not None:
        lines.append(
            f"The running syncd uses the configuration of before {wrong['at']:%Y-%m-%d %H:%M} UTC: "
            "what it was given then could not be used. What is there now can be read: "
            "`systemctl reload` (SIGHUP) has it used"
        )
    lines += polled_lines(status["ailments"])
    lines += health_lines(status["health"])
    for row in status["accounts"]:
        account, facet = row["account"], row["facet"]
        state = row["error"] or ("up to date" if row["complete"] else "still reading")
        lines.append(f"  {account}: {facet} {row['scope']}: {state} ({many(row['items'], 'item')})")
    seen = status["observations"]
    lines.append(
        ", ".join(many(seen.get(kind, 0), kind) for kind in ("message", "meeting", "card"))
        + f", {many(status['people'], 'person', 'people')}"
    )
    lines += [
        f"Also yours: {one['address']} ({', '.join(map(_why, one['reasons']))}); if not, put it "
        "under `not_mine:` of the owner"
        for one in status["aliases"]
    ]
    tasks = status["tasks"]
    held = ", ".join(f"{n} by {why}" for why, n in tasks["held_by"].items())
    unwritten = f" ({tasks['unwritten']} not written yet)" if tasks["unwritten"] else ""
    lines.append(
        f"{many(tasks['open'], 'task')} open{unwritten}, {tasks['held']} held"
        + (f" ({held})" if held else "")
    )
    lines += [
        f"{n} of them are in the list of {account!r}, which is not configured any more: bring it "
        "back under that name"
        for account, n in tasks["out_of_reach"].items()
    ]
    orphans = tasks["without_rule"]
    gone = sorted({one["rule"] for one in orphans})
    for rule in gone:
        last = [one["until"] for one in orphans if one["rule"] == rule]
        lines.append(
            f"{len(last)} of them by the rule {rule!r}, which is not in use any more: open until "
            f"{max(last):%Y-%m-%d} at the latest, unless you tick or delete them"
        )
    lines += off_lines(status["off"])
    lines += report_lines(status["report"])
    if not tasks["has_list"]:
        lines.append("No account takes tasks: add `tasks:` to one to have them written.")
    aside = status["set_aside"]
    lines.append(f"{many(len(aside), 'item')} set aside" + (":" if aside else ""))
    lines += _some([f"{i['account']}: {i['ref']}: {i['reason']}{_tried(i)}" for i in aside])
    lines += _people_lines(status["people_set_aside"])
    lines += [
        f"Not written: {one['key']} to {one['account']}: {one['error'] or one['state']}"
        for one in status["undelivered"]
    ]
    lines += errand_lines(status["errands"])
    if status["overwriting"]:
        lines.append("What was forgotten is still to be overwritten on the disk: run `syncd once`.")
    lines += [
        f"Still to be forgotten in {one['account']}: {what_of(one['op'])} {one['key']}: "
        f"{one['error'] or 'the next run does it'}"
        for one in status["forgetting"]
    ]
    lines += [
        f"{many(one['tasks'], 'new task')} for the list of {one['account']} "
        f"{'waits' if one['tasks'] == 1 else 'wait'} until that of {' and '.join(one['unread'])} "
        "has been read, a week at most: an older state was put back, and what is new to it may "
        "stand there already"
        for one in status["unread_lists"]
    ]
    for one in status["incidents"]:
        lines.append(
            f"{many(len(one['missing']), 'task')} vanished from {one['account']} at once. Did "
            "you delete them? They keep their state; nothing is written there until they are back. "
            "If you did: `syncd once --accept-deletions`"
        )
        lines += _some([f"{task['title']}  {task['key']}" for task in one["tasks"]])
    return lines


def what_of(op: str) -> str:
    """What is to be forgotten, by what is to be done."""
    return "card" if op == "card" else "task"


def errand_lines(found: dict[str, Any]) -> list[str]:
    """Cards and drafts; none where there never was one."""
    lines = []
    for what in ("cards", "drafts"):
        added, waiting = found[what]["added"], found[what]["waiting"]
        if added or waiting:
            waits = f", {waiting} to be added" if waiting else ""
            lines.append(f"{many(added, what.removesuffix('s'))} added for you{waits}")
    lines += [
        f"Not added: the {one['op']} of {one['key']} to {one['account']}: {one['error']}"
        for one in found["troubles"]
    ]
    return lines


def ailment_lines(found: list[dict[str, Any]]) -> list[str]:
    """What ails the daemon that runs, but not what it is only late to notice."""
    return [
        (f"Since {one['since']:%Y-%m-%d %H:%M} UTC: " if one["since"] else "") + one["words"]
        for one in found
        if one["kind"] != ailments.WATCHING
    ]


def polled_lines(found: list[dict[str, Any]]) -> list[str]:
    """Where changes are noticed late, and why."""
    words = [one["words"] for one in found if one["kind"] == ailments.WATCHING]
    polled = list(dict.fromkeys(words))
    if len(polled) > 1:
        return [f"{len(polled)} places are looked at from time to time:", *_some(polled)]
    return polled


_FACETS = {"delivery": "writing tasks"}
_REMEDIES = {
    "signin": "sign in again",
    "owner": "it waits for you",
    "wait": "the next run tries again",
}


def health_lines(found: list[dict[str, Any]]) -> list[str]:
    """A line for every account that is not up: what, since when, and what to do."""
    lines = []
    for one in found:
        if one["state"] == "up":
            continue
        facets = [f for f in one["facets"] if f["state"] == one["state"]]
        which = ", ".join(dict.fromkeys(_FACETS.get(f["facet"], f["facet"]) for f in facets))
        last = one["last_success"]
        parts = [
            f"{one['account']} is {one['state']} since {one['since']:%Y-%m-%d %H:%M} UTC ({which})",
            f"last success {last:%Y-%m-%d %H:%M}" if last else "never read to its end",
        ]
        if one["next_try"] is None or one["remedy"] != "wait":
            parts.append(_REMEDIES[one["remedy"]])
        if one["next_try"] is not None:
            parts.append(f"next try at {one['next_try']:%H:%M:%S} UTC")
        # What is wrong with a source stands with it, what is wrong with a task with that.
        parts += [f["error"] for f in facets if f["facet"] == "delivery" and f["kind"] == "Paused"]
        lines.append("; ".join(parts))
    return lines


def _people_lines(found: list[dict[str, Any]]) -> list[str]:
    """Who cannot be judged, and what is newest of what is known of them."""
    if not found:
        return []
    who = many(len(found), "person", "people")
    lines = []
    for one in found:
        newest = one["newest"]
        where = f"; newest: {newest['account']}: {newest['ref']}" if newest else ""
        lines.append(f"{one['name']} ({one['fault']}){_tried(one)}{where}")
    return [f"{who} cannot be judged, what is known of them makes syncd fail:", *_some(lines)]


def _tried(one: dict[str, Any]) -> str:
    """How often something was tried, and when it is tried again."""
    if not one["tries"]:
        return " (to be tried again)" if one["next_try"] else ""
    times = "once" if one["tries"] == 1 else f"{one['tries']} times"
    again = one["next_try"]
    then = f"again at {again:%Y-%m-%d %H:%M} UTC" if again else "no more: `syncd retry` does"
    return f" (tried {times}, {then})"


def off_lines(off: dict[str, Any]) -> list[str]:
    """What is switched off, one line each; none where nothing is."""
    lines = [f"Mode: {off['mode_line']}"] if off["mode_line"] else []
    if off["paused_until"]:
        lines.append(f"Paused until {off['paused_until']}: `syncd resume` ends it")
    if off["muted"]:
        lines.append("Muted:")
        lines += _some([line_of(one) for one in off["muted"]])
    return lines


def report_lines(report: list[dict[str, Any]]) -> list[str]:
    """What came to nothing lately, and what is still open without its reason."""
    lines = []
    missed = [one for one in report if one["kind"] == "missed"]
    if missed:
        lines.append(f"{len(missed)} missed in the last 14 days, found too late for a task:")
        lines += _some([f"{one['person']}: {one['rule']}, due {one['due']}" for one in missed])
    void = [one for one in report if one["kind"] == "void"]
    if void:
        lines.append(f"{len(void)} open that you edited, though what they rest on did not happen:")
        lines += _some([f"{one['title']}  {one['key']}" for one in void])
    return lines


def _some(lines: list[str]) -> list[str]:
    shown = [f"  {line}" for line in lines[:_SHOWN]]
    more = len(lines) - _SHOWN
    return shown + ([f"  and {more} more (--json lists them all)"] if more > 0 else [])
