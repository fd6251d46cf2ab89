"""`syncd once`: pull everything, evaluate, deliver, and leave."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

from syncd import wiring
from syncd.cli.context import JsonOption, NowOption, call_of, print_json
from syncd.cli.counted import many
from syncd.cli.shown import shown
from syncd.pipeline import Workshop, act, once
from syncd.pipeline.incidents import incident
from syncd.pipeline.report import Report
from syncd.pipeline.switches import in_force
from syncd.store import lock
from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreHeld
from syncd.store.poke import poke
from syncd.views.coming import Coming, coming


def register(app: typer.Typer) -> None:
    app.command("once")(command)


def command(
    context: typer.Context,
    now: NowOption = None,
    as_json: JsonOption = False,
    accept_deletions: Annotated[
        bool,
        typer.Option(
            "--accept-deletions", help="Tasks that vanished at once were deleted on purpose."
        ),
    ] = False,
) -> None:
    """Read every account once, judge, and write the tasks that are due."""
    call = call_of(context)
    assembly = call.assembly()
    moment = call.moment(now, assembly)
    database = wiring.open_state(assembly)
    try:
        shop = wiring.open_workshop(assembly, database, now=lambda: moment)
        vanished = _vanished(shop)
        if accept_deletions and (taken := act.accept_deletions(shop)) is not None:
            _tell_taken(vanished, taken=taken)
        with _beside(database), bar(shown=sys.stderr.isatty() and not as_json) as progress:
            report = once(
                shop,
                moment,
                progress,
                accept_deletions=accept_deletions,
                real=now is None and call.now is None,
            )
        waiting = _previewed(shop, moment)
    finally:
        database.close()
    if as_json:
        print_json(report_of(report) | ({"preview": waiting.all} if waiting else {}))
    elif sys.stdout.isatty():
        for line in lines_of(report):
            typer.echo(line)
    if waiting is not None and not as_json:
        typer.echo(preview_line(waiting))
    for line in [*troubles_of(report), *paused_of(report)]:
        typer.echo(shown(line), err=True)
    raise typer.Exit(code_of(report))


def _vanished(shop: Workshop) -> int:
    """How many tasks the owner is asked about."""
    with shop.database.read() as connection:
        return sum(
            len(incident(connection, shop.database.owner, account)) for account in shop.lists
        )


def _tell_taken(vanished: int, *, taken: bool) -> None:
    """A daemon runs, and reads the lists itself."""
    if not taken:
        raise StoreError("the running syncd could not read the lists yet: it does so as it can")
    if vanished:
        typer.echo("The running syncd took the vanished tasks for deleted.")
    else:
        typer.echo("The running syncd has read the lists once more: nothing was in question.")
    raise typer.Exit


@contextmanager
def _beside(database: Database) -> Iterator[None]:
    """Whoever finds the daemon at work need not stop it."""
    url = database.engine.url
    # A server may just have ended the session of a daemon that is well.
    if url.get_backend_name() != "sqlite" and poke(database):
        beside = lock.read(url, database.owner)
        raise _needless(None if beside is None else beside.pid)
    try:
        yield
    except StoreHeld as error:
        if not poke(database):
            raise
        raise _needless(error.pid) from error


def _needless(pid: int | None) -> StoreError:
    return StoreError(
        f"syncd runs (process {pid or 'unknown'}) and does by itself what `once` does: "
        "`syncd status` shows how it fares. To run `once` all the same, stop it first"
    )


def _previewed(shop: Workshop, now: datetime) -> Coming | None:
    """What would be written; None where it is."""
    owner = shop.database.owner
    with shop.database.read() as connection:
        policy = in_force(connection, owner, shop.policy).policy
        return coming(connection, owner, shop.ruleset, policy, now) if policy.preview else None


def preview_line(waiting: Coming) -> str:
    if not waiting.all:
        return "preview: nothing is written, and nothing waits to be"
    tasks = many(waiting.all, "task")
    today = "" if waiting.now == waiting.all else f", {waiting.now} of them today"
    return (
        f"preview: nothing is written. It would be {tasks}{today}: `syncd tasks --all` shows "
        "them, `syncd enable` lets them be written"
    )


def code_of(report: Report) -> int:
    if report.nobody_signed_in:
        return 77
    return 1 if report.failed else 0


def report_of(report: Report) -> dict[str, Any]:
    return {
        "read": [
            {
                "account": outcome.account,
                "facet": outcome.facet,
                "items": outcome.items,
                "changed": outcome.changed,
                "error": outcome.error or None,
                **({"paused": outcome.paused} if outcome.paused else {}),
            }
            for outcome in report.outcomes
        ],
        "people": report.people,
        "reinferred": report.reinferred,
        "texts": report.texts,
        "tasks": {
            "created": report.created,
            "updated": report.updated,
            "completed": report.completed,
        },
        "cards": report.cards,
        "drafts": report.drafts,
        "errors": troubles_of(report),
    }


def lines_of(report: Report) -> list[str]:
    by_account: dict[str, dict[str, int]] = {}
    for outcome in report.outcomes:
        counts = by_account.setdefault(outcome.account, {})
        counts[outcome.facet] = counts.get(outcome.facet, 0) + outcome.items
    lines = [
        f"{account}: " + ", ".join(f"{facet} {n:,}" for facet, n in counts.items())
        for account, counts in by_account.items()
    ]
    if report.reinferred is not None:
        count = report.reinferred
        whom = many(count, "person", "people")
        lines.append(f"judged anew by a newer version: {whom} changed")
    lines.append(f"people looked at: {report.people:,}, texts read: {report.texts:,}")
    lines.append(
        f"tasks: {report.created} written, {report.updated} changed, {report.completed} closed"
    )
    if report.cards or report.drafts:
        cards, drafts = many(report.cards, "card"), many(report.drafts, "draft")
        lines.append(f"{cards} added to your address book, {drafts} left")
    return lines


def troubles_of(report: Report) -> list[str]:
    lines = [f"syncd: {report.clock}"] if report.clock else []
    lines += _failures(report)
    lines += [
        f"syncd: {account}: {many(n, 'task')} vanished from the list at once. They keep their "
        "state and nothing is written there until they are back. If you deleted them: "
        "`syncd once --accept-deletions`"
        for account, n in sorted(report.incidents.items())
        if account not in {o.account for o in report.outcomes if o.error_kind == "Vanished"}
    ]
    return lines


def paused_of(report: Report) -> list[str]:
    """What is not read to its end though nothing is wrong."""
    told = [(one.account, str(one.facet), one.paused) for one in report.outcomes if one.paused]
    told += [(name, "tasks", words) for name, words in report.delivery_pauses.items()]
    told += [(name, f"{op}s", words) for (name, op), words in report.errand_pauses.items()]
    return [
        f"syncd: {name}: {facet}: {words}. `syncd run` goes on by itself, and so does the next "
        "`once`"
        for name, facet, words in dict.fromkeys(told)
    ]


def _failures(report: Report) -> list[str]:
    """What is wrong with several facets of an account is told once."""
    told = [(one.account, one.error, str(one.facet)) for one in report.outcomes if one.error]
    told += [(name, str(e), "tasks") for name, e in sorted(report.delivery_errors.items())]
    told += [(name, str(e), f"{op}s") for (name, op), e in sorted(report.errand_errors.items())]
    facets: dict[tuple[str, str], dict[str, None]] = {}
    for account, error, facet in told:
        facets.setdefault((account, error), {})[facet] = None
    return [f"syncd: {name}: {', '.join(of)}: {error}" for (name, error), of in facets.items()]


class _Shown:
    """Progress on a terminal, one line that is gone at the end."""

    def __init__(self, progress: Any, task: Any) -> None:
        self._progress, self._task = progress, task

    def step(self, name: str) -> None:
        self._progress.update(self._task, description=name, completed=0)

    def advance(self, count: int) -> None:
        self._progress.advance(self._task, count)


@contextmanager
def bar(*, shown: bool) -> Iterator[_Shown | None]:
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Shown(progress, progress.add_task("Starting", total=None))
