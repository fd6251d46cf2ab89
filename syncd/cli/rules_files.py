"""Rule files as `check` and `rules` take them: read, warned of, tested by what is beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rules.load import RuleErrors, load
from rules.model import RuleSet
from syncd import wiring
from syncd.config import ConfigErrors, Mistake, NoText, text_of

if TYPE_CHECKING:  # most commands check no rules, and start without what only that needs
    from rules.lint import Warned
    from rules.testing import Failure, Suite

_TESTS = (".test.yaml", ".test.yml")

Source = tuple[str, str]  # name and text


@dataclass(frozen=True, slots=True)
class Tested:
    """How the tests of one file went."""

    file: str
    passed: int
    failures: tuple[Failure, ...]


def read(entries: Sequence[str], config: Path) -> tuple[Source, ...]:
    """Packs and files named on the command line; a test file stands for the rules beside it.

    Raises `ConfigErrors`."""
    sources: list[Source] = []
    mistakes: list[Mistake] = []
    for entry in entries:
        try:
            source = wiring.rule_file(rules_of(entry), config)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            message = str(reason).replace(" beside this one", "")
            mistakes.append(Mistake(entry, 0, 0, message))
            continue
        if source not in sources:
            sources.append(source)
    if mistakes:
        raise ConfigErrors(mistakes)
    return tuple(sources)


def rules_of(entry: str) -> str:
    """The rule file that a test file is about; any other entry as it is."""
    ending = next((one for one in _TESTS if entry.endswith(one)), "")
    return entry.removesuffix(ending) + ending.removeprefix(".test") if ending else entry


def loaded(sources: Sequence[Source]) -> RuleSet:
    """All of them as one set of rules. Raises `ConfigErrors` with every mistake, also those in the
    tests beside them."""
    mistakes: list[Mistake] = []
    ruleset = RuleSet()
    try:
        ruleset = load(sources)
    except RuleErrors as error:
        mistakes += _mistakes(error)
    _, more = suites(sources)
    if mistakes or more:
        raise ConfigErrors([*mistakes, *more])
    return ruleset


def suites(sources: Sequence[Source]) -> tuple[list[tuple[str, Suite]], list[Mistake]]:
    """The tests beside these rule files, by the name of the rule file, and what is wrong in them.
    Packs are tested where they are made."""
    from rules.testing import load_suite

    found: list[tuple[str, Suite]] = []
    mistakes: list[Mistake] = []
    for name, _ in sources:
        path = _beside(name)
        if path is None:
            continue
        try:
            found.append((name, load_suite(str(path), text_of(path))))
        except RuleErrors as error:
            mistakes += _mistakes(error)
        except NoText as error:
            mistakes.append(Mistake(str(path), 0, 0, str(error)))
        except OSError as error:
            mistakes.append(Mistake(str(path), 0, 0, f"cannot be read: {error.strerror}"))
    return found, mistakes


def tested(ruleset: RuleSet, sources: Sequence[Source]) -> list[Tested]:
    """Run the tests beside each rule file, with the rules of that file and the tiers of all.
    Raises `ConfigErrors` for what cannot be a test."""
    from rules.testing import run, unknown_rules

    found, mistakes = suites(sources)
    results: list[Tested] = []
    for name, suite in found:
        own = tuple(rule for rule in ruleset.rules if rule.source[0] == name)
        alone = RuleSet(own, ruleset.tiers)
        wrong = unknown_rules(alone, suite)
        mistakes += [Mistake(p.file, p.line, p.column, p.message) for p in wrong]
        failures = () if wrong else run(alone, suite)
        failed = {failure.case for failure in failures}
        results.append(Tested(suite.file, len(suite.cases) - len(failed), failures))
    if mistakes:
        raise ConfigErrors(mistakes)
    return results


def warnings(ruleset: RuleSet) -> tuple[Warned, ...]:
    """What loads and cannot be meant, given all the rules there are."""
    from rules.lint import lint, lint_tiers

    return (*lint(ruleset), *lint_tiers(ruleset))


def _beside(name: str) -> Path | None:
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        return None
    stem = name.removesuffix(path.suffix)
    return next((Path(stem + end) for end in _TESTS if Path(stem + end).exists()), None)


def _mistakes(error: RuleErrors) -> list[Mistake]:
    return [Mistake(p.file, p.line, p.column, p.message) for p in error.problems]
