"""`syncd mute` and `syncd unmute`: about whom, and for which rule, no task shall be written."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from syncd.cli import who
from syncd.cli.context import Call, JsonOption, NotFound, NowOption, call_of, print_json
from syncd.cli.session import reading, writing
from syncd.cli.until import until_of
from syncd.people import normalise
from syncd.pipeline import Workshop
from syncd.pipeline.act import acting
from syncd.planner.mutes import EVERY_RULE, Mute, covers, in_force
from syncd.store import mutes, people
from syncd.views.mutes import Subject, muted_list, subject_of

RuleOption = Annotated[str | None, typer.Option("--rule", help="Only this rule, by its id.")]


def register(app: typer.Typer) -> None:
    app.command("mute")(mute)
    app.command("unmute")(unmute)


def mute(
    context: typer.Context,
    whom: Annotated[
        str | None, typer.Argument(help="A person (id, address, unique name) or a domain.")
    ] = None,
    rule: RuleOption = None,
    until: Annotated[
        str | None, typer.Option("--until", help="The day from which on it holds no more.")
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List what is muted.")] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write no new tasks about a person or a domain; without arguments, list what is muted."""
    call = call_of(context)
    if whom is None or listing:
        if whom is not None or rule is not None or until is not None:
            raise typer.BadParameter("name whom to mute, or give nothing to see what is muted")
        _list(call, now, as_json=as_json)
        return
    with writing(call, now) as (shop, moment):
        known_rule(shop, rule)
        zone = shop.owner.zone
        day = until_of(until, moment, zone) if until is not None else None
        with acting(shop, moment) as connection:
            subject = _subject(connection, shop, whom)
            words = [Mute(target, moment, rule or EVERY_RULE, day) for target in subject.targets]
            mutes.put(connection, shop.database.owner, words)
            met = _touch(connection, shop, subject.targets, moment)
    if as_json:
        print_json(_said(subject, rule, day))
        return
    nobody = "" if met else " (nobody known is there yet)"
    typer.echo(f"Muted {subject.shown}{_for(rule)}{f' until {day}' if day else ''}{nobody}.")
    typer.echo(
        "What is in your list already stays there and still closes by itself. "
        f"To take it back: syncd unmute {subject.word}"
    )


def unmute(
    context: typer.Context,
    whom: Annotated[str, typer.Argument(help="A person (id, address, unique name) or a domain.")],
    rule: RuleOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a mute back, also one that came of two deleted tasks; what was muted is judged anew."""
    with writing(call_of(context), now) as (shop, moment):
        with shop.database.read() as connection:
            words = mutes.load(connection, shop.database.owner)
        if rule not in {word.rule for word in words}:
            known_rule(shop, rule)
        with acting(shop, moment) as connection:
            owner = shop.database.owner
            subject = _subject(connection, shop, whom)
            words = mutes.load(connection, owner)
            held = in_force(words, shop.owner.zone, moment)
            mine = [word for word in held if word.target in subject.targets]
            _refuse_part(subject, rule, mine)
            taken = [word for word in mine if rule in (None, word.rule)]
            mutes.remove(connection, owner, taken)
            forgiven = _deleted_twice(connection, shop, subject, rule, moment)
            if forgiven or (taken and subject.person is not None):
                # Two deletions are a mute as well: they are forgiven with it.
                given = Mute("", moment, rule or EVERY_RULE, muted=False)
                mutes.put(
                    connection, owner, [replace(given, target=one) for one in subject.targets]
                )
            _touch(connection, shop, subject.targets, moment)
        over = [
            word
            for word in held
            if word not in mine and word.rule in (EVERY_RULE, rule or word.rule)
            and any(covers(word.target, one) or one.endswith(f".{word.target}")
                    for one in subject.targets)
        ]  # fmt: skip
    if as_json:
        print_json(_said(subject, rule, None) | {"still": [word.target for word in over]})
    elif taken or forgiven:
        typer.echo(f"{subject.shown} is not muted{_for(rule)} any more; judged anew.")
    else:
        typer.echo(f"{subject.shown} was not muted{_for(rule)}.")
    for word in over:
        typer.echo(f"syncd: still muted by {word.target}: syncd unmute {word.target}", err=True)
    raise typer.Exit(1 if over else 0)


def _deleted_twice(
    connection: Connection, shop: Workshop, subject: Subject, rule: str | None, now: datetime
) -> bool:
    """Whether two deleted tasks mute the person, for this rule or any."""
    found = muted_list(connection, shop.database.owner, shop.owner.zone, now)
    return any(
        one["why"] == "deleted-twice"
        and one["person"] == subject.person
        and rule in (None, one["rule"])
        for one in found
    )


def _list(call: Call, now: str | None, *, as_json: bool) -> None:
    with reading(call, now) as session:
        shop = session.shop
        found = muted_list(session.connection, shop.database.owner, shop.owner.zone, session.now)
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("Nobody is muted. To mute somebody: syncd mute PERSON|DOMAIN [--rule R]")
    for one in found:
        typer.echo(line_of(one))


def line_of(one: dict[str, Any]) -> str:
    """One entry of `muted_list` in words."""
    person = one["person"]
    name = one["target"] if person is None else f"{person['name']} <{', '.join(one['targets'])}>"
    why = " (two tasks deleted)" if one["why"] == "deleted-twice" else ""
    until = f", until {one['until']}" if one["until"] else ""
    return f"{name}: {one['rule'] or 'every rule'}{until}{why}"


def known_rule(shop: Workshop, rule: str | None) -> None:
    """Raises `typer.BadParameter` where no rule in use has this id."""
    ids = [one.id for one in shop.ruleset.rules]
    if rule is None or rule in ids:
        return
    near = difflib.get_close_matches(rule, ids, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"rules: {', '.join(ids) or 'none'}"
    raise typer.BadParameter(f"no rule is called {rule!r}; {hint}", param_hint="--rule")


def _subject(connection: Connection, shop: Workshop, word: str) -> Subject:
    """A domain where the word can only be one, else a person. Raises `NotFound`."""
    domain = domain_in(word)
    if domain:
        return Subject(word=domain, shown=domain, targets=(domain,))
    row = who.person(connection, shop, word)
    addrs = people.addresses_of(connection, shop.database.owner, [row.id])[row.id]
    if not addrs:
        raise NotFound(f"{row.name} has no address any more")
    return subject_of(row.id, row.name, addrs)


def domain_in(word: str) -> str:
    """The domain that is meant by `example.org`, `@example.org` or `*@example.org`; else ""."""
    text = word.strip().removeprefix("*").removeprefix("@").rstrip(".")
    if "@" in text or "." not in text or any(char.isspace() for char in text):
        return ""
    return normalise(f"x@{text}").rpartition("@")[2]


def _refuse_part(subject: Subject, rule: str | None, mine: Sequence[Mute]) -> None:
    if rule is not None and any(word.rule == EVERY_RULE for word in mine):
        raise NotFound(
            f"{subject.shown} is muted for every rule, so not for {rule} alone: "
            f"syncd unmute {subject.word}"
        )


def _touch(
    connection: Connection, shop: Workshop, targets: Sequence[str], moment: datetime
) -> bool:
    """Whoever is meant is to be judged at once; whether there is anybody."""
    persons = mutes.persons_at(connection, shop.database.owner, targets)
    people.set_next(connection, shop.database.owner, dict.fromkeys(sorted(persons), moment))
    return bool(persons)


def _for(rule: str | None) -> str:
    return f" for {rule}" if rule else ""


def _said(subject: Subject, rule: str | None, day: date | None) -> dict[str, Any]:
    return {
        "person": subject.person,
        "targets": list(subject.targets),
        "rule": rule,
        "until": day,
    }
