"""`syncd doctor`: is everything as it has to be, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import make_url

from syncd import wiring
from syncd.cli import doctor_accounts, doctor_metrics, doctor_state
from syncd.cli.context import Call, JsonOption, NowOption, call_of, print_json
from syncd.cli.ends import Stopped
from syncd.cli.shown import shown
from syncd.config import ConfigErrors
from syncd.store.database import HEAD
from syncd.store.errors import StoreError
from syncd.store.folder import state_file
from syncd.views.doctor import WRONG, Finding, code_of, lines_of, plain, wrong


def register(app: typer.Typer) -> None:
    app.command("doctor")(command)


def command(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Look through every page and row of the state as well.")
    ] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at configuration, secrets, state, disk, clock and accounts, and say what to do.

    Writes nothing but which password a server refused, and works beside a running daemon. Exit code
    0: warnings at most; 1: something is wrong; 77: no account can sign in; 78: the configuration,
    the rules, a secret of the state or the state itself is wrong.
    """
    call = call_of(context)
    real = now is None and call.now is None
    # The disk is looked at, and so is what is noted of it.
    try:
        found = list(dict.fromkeys(_findings(call, now, full=full, real=real)))
    except Stopped as stopped:
        raise Stopped(stopped.number, "it only looked, and changed nothing") from None
    if as_json:
        print_json(plain(found))
    else:
        for line in lines_of(found):
            typer.echo("\n".join(map(shown, line.splitlines())))
    raise typer.Exit(code_of(found))


def _findings(call: Call, now: str | None, *, full: bool, real: bool) -> Iterator[Finding]:
    yield doctor_state.library()
    try:
        assembly = call.assembly()
    except ConfigErrors as error:
        for mistake in error.mistakes:
            yield wrong("configuration", str(mistake), "`syncd check` lists them all", code=78)
        return
    moment = call.moment(now, assembly)
    yield from doctor_accounts.configuration(assembly)
    yield from _tried("secrets", lambda: doctor_accounts.credentials(assembly))
    yield from _tried("metrics", lambda: doctor_metrics.metrics(assembly))
    url = make_url(wiring.state_url(assembly))
    sound = True
    state = state_file(url)
    if state is not None:
        yield from _tried("state", lambda: doctor_state.file(state))
        yield doctor_state.holder(url)
        if not state.is_file() or not state.stat().st_size:
            yield from _accounts(assembly, moment)
            return
        owners = assembly.settings.addresses
        for one in _tried("integrity", lambda: doctor_state.integrity(state, owners, full=full)):
            sound = sound and one.state != WRONG and not _older(one)
            yield one
    if not sound:
        yield from _accounts(assembly, moment)
        return
    yield from _tried("state", lambda: _open(assembly, moment, full=full, real=real))


def _older(one: Finding) -> bool:
    """Opening an older state would change it."""
    return one.what == "schema" and not one.says.startswith(HEAD + ",")


def _open(assembly: wiring.Assembly, now: datetime, *, full: bool, real: bool) -> Iterator[Finding]:
    database = wiring.open_state(assembly, look=True)
    try:
        shop = wiring.open_workshop(assembly, database, writing=False, now=lambda: now)
        yield from doctor_state.content(shop, full=full)
        yield doctor_state.time(shop, now, real=real)
        yield from doctor_accounts.accounts(assembly, shop.accounts, now)
    finally:
        database.close()


def _accounts(assembly: wiring.Assembly, now: datetime) -> Iterator[Finding]:
    """The accounts, where there is no state to open them with."""
    opened = tuple(wiring.open_accounts(assembly))
    yield from _tried("accounts", lambda: doctor_accounts.accounts(assembly, opened, now))


def _tried(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Whatever cannot be looked at is a finding itself."""
    try:
        yield from look()
    except StoreError as error:
        yield wrong(what, str(error), code=error.exit_code)
    except ConfigErrors as error:
        yield wrong(what, str(error), code=78)
    except OSError as error:
        yield wrong(what, f"{error.filename or what} cannot be looked at ({error.strerror})")
