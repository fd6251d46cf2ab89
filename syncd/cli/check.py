"""`syncd check`: is the configuration right, and are the rules?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rules.model import RuleSet
from syncd import wiring
from syncd.cli import rules_files
from syncd.cli.context import Call, JsonOption, NowOption, call_of, default_config, print_json
from syncd.cli.counted import many
from syncd.cli.rules_files import Source, Tested
from syncd.config import ConfigErrors, Document, MetricsSettings, Mistake
from syncd.people import normalise
from syncd.pipeline.switches import mode_line

_WRONG = 78


def register(app: typer.Typer) -> None:
    app.command("check")(command)


def command(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Rule files or packs to check by themselves, without configuration."),
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of rule files, for editors.")
    ] = False,
) -> None:
    """Check configuration, rules, their tests and the state; every mistake is listed at
    file:line:column."""
    if schema:
        from rules.schema import json_schema

        print_json(json_schema())
        return
    call = call_of(context)
    try:
        found = _files(files) if files else _configuration(call, now)
    except ConfigErrors as error:
        if as_json:
            config = None if files else str(call.config or default_config())
            print_json({"config": config, "mistakes": [_plain(one) for one in error.mistakes]})
        raise
    failed = [failure for one in found["tests"]["files"] for failure in one["failures"]]
    if as_json:
        print_json({key: value for key, value in found.items() if key != "lines"})
    else:
        for line in [*found["lines"], *_test_lines(found["tests"])]:
            typer.echo(line)
        for warning in found["warnings"]:
            place = f"{warning['file']}:{warning['line']}: " if warning["file"] else ""
            typer.echo(f"  warning: {place}{warning['message']}")
    if failed:
        print("\n".join(failed), file=sys.stderr)
        raise typer.Exit(_WRONG)


def _files(entries: Sequence[str]) -> dict[str, Any]:
    """What is said of rule files alone."""
    sources = rules_files.read(entries, Path.cwd() / "syncd.yaml")
    ruleset = rules_files.loaded(sources)
    ids = ", ".join(rule.id for rule in ruleset.rules)
    names = ", ".join(name for name, _ in sources)
    return {
        "config": None,
        "files": [name for name, _ in sources],
        "rules": [rule.id for rule in ruleset.rules],
        "mistakes": [],
        **_rules(ruleset, sources),
        "lines": [f"{names}: right.", f"  {many(len(ruleset.rules), 'rule')}: {ids}"],
    }


def _configuration(call: Call, now: str | None) -> dict[str, Any]:
    """What is said of a configuration with its rules."""
    assembly = _assembly(call)
    call.moment(now, assembly)
    rules = _rules(assembly.ruleset, assembly.sources)
    database = wiring.open_state(assembly, look=True)
    try:
        shop = wiring.open_workshop(assembly, database, writing=False)
        with database.read() as connection:
            mode = mode_line(connection, database.owner, shop.policy)
    finally:
        database.close()
    settings = assembly.settings
    targets = settings.task_accounts()
    lines = [f"{assembly.path} is right."]
    for account, entry in zip(shop.accounts, settings.accounts, strict=True):
        if entry.place:
            facets = ", ".join(str(source.facet) for source in account.sources)
            lines.append(f"  account {account.name}: {entry.place} ({facets})")
            continue
        scopes = ", ".join(f"{source.scope} ({source.facet})" for source in account.sources)
        lines.append(f"  account {account.name}: {scopes or 'nothing to read'}")
    listed = {normalise(addr) for addr in settings.owner.addresses}
    if more := sorted(settings.addresses - listed):
        lines.append(f"  yours as well, as accounts of your own sign in by it: {', '.join(more)}")
    ids = ", ".join(rule.id for rule in assembly.ruleset.rules)
    lines.append(f"  {many(len(assembly.ruleset.rules), 'rule')}: {ids}")
    lines += [
        f"  but {entry.name}: {path} does not exist (yet): `once` will say so"
        for entry in settings.accounts
        for path in entry.reads
        if not (assembly.base / Path(path).expanduser()).exists()
    ]
    for entry in settings.accounts:
        if words := wiring.lacks(entry, assembly):
            lines.append(f"  but {entry.name}: {words}")
    if targets:
        lines.append("  tasks go to: " + ", ".join(f"{t} ({a})" for a, t in targets.items()))
    else:
        lines.append("  no account takes tasks: add `tasks:` to one to have them written")
    if mode:
        lines.append(f"  mode: {mode}")
    if settings.metrics is not None:
        lines.append(f"  metrics of `run`: {_metrics(settings.metrics)}")
    return {
        "config": str(assembly.path),
        "accounts": [account.name for account in shop.accounts],
        "rules": [rule.id for rule in assembly.ruleset.rules],
        "tasks_in": targets,
        "mode": mode,
        "mistakes": [],
        **rules,
        "lines": lines,
    }


def _metrics(wanted: MetricsSettings) -> str:
    places = []
    if wanted.listen is not None:
        host, port = wanted.listen
        places.append(f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics")
    if wanted.textfile is not None:
        places.append(wanted.textfile)
    return " and ".join(places)


def _assembly(call: Call) -> wiring.Assembly:
    """The assembly; where it is wrong, the mistakes in the tests beside its rules are told too."""
    try:
        return call.assembly()
    except ConfigErrors as error:
        more = _wrong_tests(call.config or default_config())
        raise ConfigErrors([*error.mistakes, *more]) from None


def _wrong_tests(config: Path) -> list[Mistake]:
    sources: list[Source] = []
    try:
        entries = [entry for entry, _ in Document(config).rules()]
    except ConfigErrors:
        return []
    for entry in entries:
        try:
            sources.append(wiring.rule_file(entry, config))
        except (OSError, ValueError):  # told already, at its place
            continue
    return rules_files.suites(sources)[1]


def _rules(ruleset: RuleSet, sources: Sequence[Source]) -> dict[str, Any]:
    """Warnings, and how the tests beside the rules went."""
    results: list[Tested] = rules_files.tested(ruleset, sources)
    return {
        "warnings": [
            {"file": w.file, "line": w.line, "rule": w.name, "message": w.message}
            for w in rules_files.warnings(ruleset)
        ],
        "tests": {
            "passed": sum(one.passed for one in results),
            "failed": sum(len(one.failures) for one in results),
            "files": [
                {
                    "file": one.file,
                    "passed": one.passed,
                    "failures": [str(failure) for failure in one.failures],
                }
                for one in results
            ],
        },
    }


def _test_lines(tests: dict[str, Any]) -> list[str]:
    return [
        f"  {one['file']}: {many(one['passed'], 'test')} passed"
        + (f", {many(len(one['failures']), 'expectation')} failed" if one["failures"] else "")
        for one in tests["files"]
    ]


def _plain(mistake: Mistake) -> dict[str, Any]:
    return {
        "file": mistake.file,
        "line": mistake.line,
        "column": mistake.column,
        "message": mistake.message,
    }
