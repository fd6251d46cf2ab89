"""Rules that load and yet cannot be meant: what can never fire, never close, or comes twice.

A warning is only given where it is right for every person and at every time; what depends on
somebody's history is for `rules why` and the back-test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.describe_where import short
from rules.durations import Duration
from rules.lint_pairs import pairs
from rules.lint_tiers import named_tiers, reachable, unreached
from rules.lint_where import (
    Both,
    Bounds,
    Formula,
    No,
    at_least,
    formula_of,
    is_one,
    known,
    possible,
    silent,
    strength,
)
from rules.model import Rule, RuleSet, StrengthBelow, Tier
from rules.templates import VARIABLES
from rules.where import All, Condition
from rules.words import CLAUSES

_INTERACTIONS = frozenset(
    {
        "first_contact",
        "first_meeting",
        "meeting",
        "in_person_meeting",
        "call",
        "message_sent",
        "message_received",
        "interaction",
    }
)
_MEETINGS = frozenset({"first_meeting", "meeting", "in_person_meeting"})
# They happen so often that a rule on them without `until` asks again and again.
_FREQUENT = frozenset({"message_sent", "message_received", "interaction"})
_COUNTED = {
    "message_sent": "sent",
    "message_received": "received",
    "first_meeting": "meetings",
    "meeting": "meetings",
    "in_person_meeting": "in_person",
    "call": "calls",
}
# As other templates write variables: ${name}, $name, {name}, <name>, %(name)s.
_ANY = "|".join(VARIABLES)
_BARE = re.compile(
    rf"\$\{{({_ANY})\}}|\$({_ANY})\b|(?<!\{{)\{{\s*({_ANY})\s*\}}(?!\}})|<({_ANY})>|%\(({_ANY})\)s"
)
_EXPIRES_AFTER_DUE = 30 * 24 + 1  # hours


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning: where (line 0: all the files together), about which rule or tier."""

    file: str
    line: int
    name: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else ""
        return f"{place}{self.message}"


def lint(ruleset: RuleSet) -> tuple[Warned, ...]:
    """What the rules by themselves cannot mean, in the order of the rules."""
    tiers = reachable(ruleset.tiers)
    found: list[Warned] = []
    for rule in ruleset.rules:
        about = [*_never(rule, tiers), *_endless(rule), *_idle(rule), *_bare(rule)]
        found += [_warned(rule, message) for message in about]
    found += [_warned(rule, message) for rule, message in pairs(ruleset.rules)]
    return tuple(found)


def lint_tiers(ruleset: RuleSet) -> tuple[Warned, ...]:
    """What all the files of a configuration together do not provide: tiers and cadences."""
    found = [Warned("", 0, name, message) for name, message in unreached(ruleset.tiers)]
    if any(tier.cadence for tier in ruleset.tiers):
        return tuple(found)
    users = [rule for rule in ruleset.rules if "cadence" in _units(rule)]
    why = "no tier has a cadence" if ruleset.tiers else "no tiers are defined"
    fix = "tiers: [{name: inner, people: [ana@example.org], cadence: 30d}]"
    found += [
        _warned(rule, f"rule {rule.id} never fires: it uses cadence, and {why}; add such as {fix}")
        for rule in users
    ]
    return tuple(found)


def _warned(rule: Rule, message: str) -> Warned:
    text = message if f"rule {rule.id}" in message else f"rule {rule.id}: {message}"
    return Warned(rule.source[0], rule.source[1], rule.id, text)


def _never(rule: Rule, tiers: Sequence[Tier]) -> Iterator[str]:
    """Why it never makes a task, if so."""
    if _not_before(rule.remind, rule.expires):
        yield f"never fires: remind ({rule.remind}) is not before expires ({rule.expires})"
        return
    parts = _parts(rule.where)
    names = [tier.name for tier in tiers]
    after, faded = _follows(rule), _faded(rule)
    timed = _timing(rule)
    paused = is_one("scheduled", False)
    following = [tier.name for tier in tiers if tier.cadence]
    uses = is_one("tier", *following)
    if not _holds(parts, (), names):
        core = _core(parts, (), names)
        yield f"never fires: {_listed(core)} can never hold{' together' if len(core) > 1 else ''}"
    elif not _holds(parts, after, names):
        core = _core(parts, after, names)
        yield f"never fires: once {_clause(rule)}, {_listed(core)} cannot hold"
    elif not _holds(parts, faded, names):
        core = _core(parts, faded, names)
        yield (
            f"fires only after new contact: once {_clause(rule)}, {_listed(core)} cannot hold "
            "before it; mend where, or add until: [interaction]"
        )
    elif not _holds(parts, (*after, *timed), names):
        core = _core(parts, (*after, *timed), names)
        yield (
            f"never fires: between remind ({rule.remind}) and expires "
            f"({rule.expires or f'30 days after {rule.due}'}), {_listed(core)} cannot hold"
        )
    elif rule.pause_while and not _holds(parts, (*after, *timed, paused), names):
        yield (
            "never fires: where only holds while a meeting is on the calendar, and pause_while "
            "holds the task back as long"
        )
    elif "cadence" in _units(rule) and following and not _holds(parts, (uses,), names):
        core = _core(parts, (uses,), names)
        yield f"never fires: it uses cadence, and {_listed(core)} leaves no tier that has one"


def _endless(rule: Rule) -> Iterator[str]:
    """What should close its tasks and does not."""
    if not rule.until and rule.since in _FREQUENT:
        yield (
            f"fires whenever {CLAUSES[str(rule.since)]}, and nothing but time closes its task: add "
            "until, such as until: [message_sent, call, meeting]"
        )
    impossible = []
    if rule.since in _INTERACTIONS:
        impossible.append("first_contact")
    if rule.since in _MEETINGS:
        impossible.append("first_meeting")
    yield from (
        f"until: {event} never stops it: that cannot come after {rule.since}"
        for event in impossible
        if event in rule.until
    )


def _idle(rule: Rule) -> Iterator[str]:
    """Conditions that say nothing."""
    for part in _parts(rule.where):
        formula = formula_of(part)
        if not possible(No(formula), named_tiers(part)):
            yield f"where: `{short(part)}` holds of everybody: remove it, or mend it"


def _bare(rule: Rule) -> Iterator[str]:
    """Variables that are written as other languages write them, and stay as they are."""
    for key, text in (("title", rule.task_title), ("notes", rule.task_notes)):
        for match in _BARE.finditer(_without_templates(text)):
            name = next(group for group in match.groups() if group)
            yield f"task.{key}: {match[0]} is plain text here: write {{{{ {name} }}}}"


def _without_templates(text: str) -> str:
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)


def _holds(parts: Sequence[Condition], more: Sequence[Formula], tiers: Sequence[str]) -> bool:
    all_of = Both((*map(formula_of, parts), *more))
    return possible(Both((all_of, known(all_of))), tiers)


def _core(
    parts: Sequence[Condition], more: Sequence[Formula], tiers: Sequence[str]
) -> list[Condition]:
    """The fewest conditions that cannot hold: each of them is needed for that."""
    core = list(parts)
    for part in parts:
        fewer = [one for one in core if one is not part]
        if not _holds(fewer, more, tiers):
            core = fewer
    return core


def _listed(parts: Sequence[Condition]) -> str:
    return " and ".join(f"`{short(part)}`" for part in parts) or "where"


def _parts(where: Condition) -> list[Condition]:
    """The conditions that must all hold."""
    if isinstance(where, All):
        return [part for item in where.items for part in _parts(item)]
    return [where]


def _follows(rule: Rule) -> tuple[Formula, ...]:
    """What is true of everybody with whom `since` happened."""
    name = _COUNTED.get(str(rule.since))
    if name:
        return (at_least(name, 1),)
    # Any contact closes the task: until then the strength can only fall.
    return _faded(rule) if "interaction" in rule.stops else ()


def _faded(rule: Rule) -> tuple[Formula, ...]:
    """What is true after the tie decayed, until there is new contact."""
    level = rule.since.level if isinstance(rule.since, StrengthBelow) else None
    return () if level is None else (strength(Bounds(below=level)),)


def _clause(rule: Rule) -> str:
    if isinstance(rule.since, StrengthBelow):
        return f"the tie decays below {rule.since.level:g}"
    return CLAUSES[rule.since]


def _timing(rule: Rule) -> tuple[Formula, ...]:
    """How long the silence can be while the task may appear."""
    if rule.since not in _INTERACTIONS:
        return ()
    last = _hours(rule.expires) if rule.expires else _hours(rule.due)
    more = 0 if rule.expires else _EXPIRES_AFTER_DUE
    first = _hours(rule.remind)
    shortest = first[0] if first and "interaction" in rule.until else 0.0
    longest = last[1] + more if last else None
    return (silent(Bounds(at_least=shortest, below=longest)),)


def _hours(span: Duration) -> tuple[float, float] | None:
    return span.span()


def _not_before(remind: Duration, expires: Duration | None) -> bool:
    if expires is None:
        return False
    days = [span.amount * {"d": 1, "w": 7}.get(span.unit, 0) for span in (remind, expires)]
    return remind == expires or remind.surely_longer(expires) or (all(days) and days[0] >= days[1])


def _units(rule: Rule) -> set[str]:
    return {span.unit for span in (rule.remind, rule.due, rule.expires) if span}
