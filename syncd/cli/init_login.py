"""`syncd init` signs in: what an account is tried with, what is there, and where its password is
kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from connectors.errors import ConnectorError, Refused, SignInNeeded
from syncd import setup
from syncd.cli.init_answers import numbers_of, question
from syncd.cli.shown import busy, shown
from syncd.store.health import SIGNED_OUT
from syncd.wiring.accounts import lacks_extra
from syncd.wiring.printed import NotPrinted, printed
from syncd.wiring.trial import Collections, Typed, collections, exchange_found, mail_folders

_SHOWN = 8
_NONE = Collections()
Correct = Callable[[setup.Draft, str], setup.Draft | None]  # and what was in the way


@dataclass(frozen=True, slots=True)
class Signed:
    """An account, and how trying it went: `trouble` is why not, `works` None where nothing was
    there to try it with. `signed_out`: nobody can sign in there with what is at hand; `refused` is
    what the server did not accept, if it came to that."""

    draft: setup.Draft
    works: bool | None = None
    trouble: str = ""
    folders: Sequence[str] = ()
    there: Collections = _NONE
    found: Sequence[str] = ()  # at an Exchange server, in words
    signed_out: bool = False
    refused: Typed | None = None


def code_of(servers: Sequence[Signed], *, others: bool) -> int:
    """The exit code by the rule of `once`: 1 where an account does not sign in, 77 where none does.
    `others`: there are further accounts."""
    if not any(one.works is False for one in servers):
        return 0
    nobody = all(one.signed_out or one.works is None for one in servers)
    return 77 if nobody and not others else 1


def tried(draft: setup.Draft, base: Path) -> Signed:
    """Try with the command of the account, or the secret that is there already; never asks."""
    typed = Typed("")
    try:
        secret = _at_hand(draft, base)
        if secret is None:
            return Signed(draft)
        typed.secret = secret
        return _seen(draft, typed, base)
    except (ConnectorError, NotPrinted) as error:
        return _failed(draft, error, typed)


def _failed(draft: setup.Draft, error: Exception, typed: Typed) -> Signed:
    return Signed(
        draft,
        False,
        shown(str(error)),
        signed_out=isinstance(error, (*SIGNED_OUT, NotPrinted)),
        refused=typed if typed.refusal else None,
    )


def signed_in(drafts: Sequence[setup.Draft], base: Path, correct: Correct) -> list[Signed]:
    """Each account tried, with one password for all as long as it works, and what one trusts at a
    host trusted there by all; corrected until it signs in, or left as the owner says."""
    found: list[Signed] = []
    secret: str | None = None
    trusted: dict[str, str] = {}
    for draft in drafts:
        one = draft
        if draft.host in trusted:
            one = draft.having(ca_file=trusted[draft.host])
        if one.by_token and one.command_key not in one.keys:
            token = _token_command(one)
            if token is None:
                continue
            one = token
        commanded = one.command_key in one.keys
        if not commanded and one.signs_in and secret is None:
            secret = _password(one)
        signed, used = _tried_until(one, None if commanded else secret or "", base, correct)
        if signed is None:
            continue
        if used:
            secret = used
        if signed.works and "ca_file" in signed.draft.keys:
            trusted[signed.draft.host] = signed.draft.keys["ca_file"]
        found.append(_chosen(signed))
    return _kept(found, base)


def _tried_until(
    draft: setup.Draft, secret: str | None, base: Path, correct: Correct
) -> tuple[Signed | None, str]:
    """The account once it signs in, or as the owner leaves it; and the password that worked."""
    while True:
        if secret == "" and draft.signs_in:
            return Signed(draft), ""
        typed = Typed("")
        try:
            typed.secret = (_at_hand(draft, base) if secret is None else secret) or ""
            signed = _seen(draft, typed, base)
        except setup.Wrong as error:  # nothing can be tried, or written, with that
            typer.echo(f"Error: {draft.what}: {shown(str(error))}")
            again = correct(draft, "")
            if again is None:
                return None, ""
            draft = again
        except (ConnectorError, NotPrinted) as error:
            typer.echo(f"  {draft.what}: {shown(str(error))}")
            wrong = isinstance(error, SignInNeeded) and draft.signs_in
            answer = _what_now(draft, wrong and secret is not None)
            if answer == "w":
                return _failed(replace(draft, secret=secret or ""), error, typed), ""
            if answer == "l":
                return None, ""
            if answer == "c":
                again = correct(draft, str(error))
                if again is None:
                    return None, ""
                if secret == "" and again.signs_in and not draft.signs_in:
                    secret = _password(again)
                draft = again
            elif secret is not None and draft.signs_in:
                secret = _password(draft, before=secret)
        else:
            _tell(signed)
            return replace(signed, draft=replace(draft, secret=secret or "")), secret or ""


def _at_hand(draft: setup.Draft, base: Path) -> str | None:
    """What it signs in with, where that needs no question. Raises `NotPrinted`, `SignInNeeded`."""
    entry = draft.settings()
    if not entry.signs_in:
        return ""
    if entry.command:
        return printed(entry.command, _there(base))
    from syncd import secrets

    try:
        kept = secrets.secret(entry.secret, base)
    except secrets.SecretWrong as error:
        raise SignInNeeded(str(error)) from error
    return None if kept is None else kept.get_secret_value()


def _there(base: Path) -> Path:
    """The folder that commands run in; before the first configuration the nearest that exists."""
    return next(one for one in (base, *base.parents) if one.is_dir())


def _seen(draft: setup.Draft, typed: Typed, base: Path) -> Signed:
    """What is there. Raises the errors of the contract."""
    entry = draft.settings()
    try:
        with busy(f"Asking {draft.host}"):
            if draft.kind == "imap":
                return Signed(draft, True, folders=mail_folders(entry, typed, base))
            if draft.kind == "exchange":
                return Signed(draft, True, found=exchange_found(entry, typed, base))
            return Signed(draft, True, there=collections(entry, typed, base))
    except ModuleNotFoundError as error:
        if not lacks_extra(error):
            raise
        raise Refused(f"this needs an extra: pip install 'syncd[{draft.kind}]'") from error


def _tell(signed: Signed) -> None:
    there = signed.there
    if signed.found:
        for line in signed.found:
            typer.echo(f"  {shown(line)}")
        return
    if not (signed.folders or there.calendars or there.books or there.lists):
        nothing = "mail folder" if signed.draft.kind == "imap" else "calendar and no address book"
        typer.echo(f"  Signed in; no {nothing} is there that could be read")
    for what, names in (
        ("mail folders", signed.folders),
        ("calendars", there.calendars),
        ("address books", there.books),
        ("lists for tasks", there.lists),
    ):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            listed = ", ".join(map(shown, names[:_SHOWN]))
            typer.echo(f"  Signed in; {what}: {listed}{more}")


def _chosen(signed: Signed) -> Signed:
    """The account with the calendars and address books that the owner wants."""
    draft = signed.draft
    for key, noun, names in (
        ("calendars", "calendars", signed.there.calendars),
        ("contacts", "address books", signed.there.books),
    ):
        if len(names) < 2:
            continue
        for number, name in enumerate(names, 1):
            typer.echo(f"  {number:>2}  {shown(name)}")
        text = f"Which {noun} are read? Their numbers, or nothing for all"
        if wanted := question(text, numbers_of(len(names)), ""):
            draft = draft.having(**{key: [names[number - 1] for number in sorted(wanted)]})
    return replace(signed, draft=draft)


def _token_command(draft: setup.Draft) -> setup.Draft | None:
    text = "A command that prints an access token for it, or nothing to leave it out"
    while True:
        answer = question(text, str.strip, "")
        if not answer:
            typer.echo(f"  Left out: {draft.where}")
            return None
        try:
            found = draft.having(token_command=answer)
            found.settings()
        except setup.Wrong as error:
            typer.echo(f"Error: {error}")
        else:
            return found


def _password(draft: setup.Draft, before: str = "") -> str:
    """Typed without being shown."""
    alone = "keeps the one before" if before else "goes on without one"
    user = shown(str(draft.keys.get("user") or draft.login))
    text = f"Password for {user} (it is not shown; Enter alone {alone})"
    answer: str = typer.prompt(text, default="", show_default=False, hide_input=True)
    return answer or before


def _what_now(draft: setup.Draft, password: bool) -> str:
    text = "Try again (t), correct its settings (c), write it as it is (w), or leave it out (l)"

    def letter(answer: str) -> str:
        word = answer.strip().lower()[:1]
        if word not in "tcwl" or not word:
            raise ValueError("write t, c, w or l")
        return word

    return question(text, letter, "t" if password else "c")


def _kept(found: Sequence[Signed], base: Path) -> list[Signed]:
    """The accounts, each with its secret where it is to be written into a file."""
    typed = [one for one in found if one.draft.secret]
    if not typed:
        return list(found)
    names = ", ".join(str(setup.place_for(one.draft.secret_name, base)) for one in typed)
    typer.echo("The password does not stand in the configuration. Where is it kept?")
    typer.echo(f"  1  in a file that only you can read: {names}")
    typer.echo("  2  a command prints it when it is needed (pass, secret-tool, ...)")
    typer.echo("  3  not by syncd: systemd hands it over as a credential, or you write that file")
    where = question("Which one", numbers_of(3, one=True), "1")
    if where == {1}:
        return list(found)
    if where == {3}:
        return [_without(one, {}) for one in found]
    commands: dict[str, str] = {}
    for one in typed:
        if one.draft.secret not in commands:
            commands[one.draft.secret] = _command(one.draft, base)
    return [
        _without(one, {one.draft.command_key: commands[one.draft.secret]})
        if one.draft.secret
        else one
        for one in found
    ]


def _without(one: Signed, keys: Mapping[str, str]) -> Signed:
    """An account without the password that was typed: it has a command in its place, or nothing
    yet."""
    if not one.draft.secret:
        return one
    draft = replace(one.draft, secret="").having(**keys)
    return replace(one, draft=draft, works=one.works if keys else None)


def _command(draft: setup.Draft, base: Path) -> str:
    """A command that prints the password that was typed."""
    while True:
        answer = question(f"The command for {draft.name}", str.strip, None)
        try:
            entry = replace(draft, secret="").having(password_command=answer).settings()
            if printed(entry.command, _there(base)) == draft.secret:
                return answer
            typer.echo("Error: it prints something else than the password that was typed")
        except (setup.Wrong, NotPrinted) as error:
            typer.echo(f"Error: {error}")
        if typer.confirm("Take it all the same?", default=False):
            return answer
