"""The language sentence by sentence, second half: what is written in a rule, and what it means.

Numbers as in `test_section_7.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from unit.rules.test_evaluate import ANA, day, event, history, rules, verdict

from rules import packs
from rules.durations import Clock, parse
from rules.evaluate import evaluate
from rules.history import Facts
from rules.load import RuleErrors, load
from rules.memory import MemoryHistory, Period
from rules.schema import json_schema
from rules.templates import VARIABLES, render
from rules.verdict import State
from rules.where import FACTS, Terms, holds

LISBON = Clock(ZoneInfo("Europe/Lisbon"))
ODD = Clock(ZoneInfo("Europe/Lisbon"), frozenset({1, 5, 6}))  # Tuesday, Saturday, Sunday


def mistakes(text: str) -> list[str]:
    """`line: message` of everything that is wrong with a rule file."""
    with pytest.raises(RuleErrors) as caught:
        load([("r.yaml", text)])
    return [f"{one.line}:{one.column}: {one.message}" for one in caught.value.problems]


def test_mandatory() -> None:
    """7.29: a rule needs an id, what it starts at, when it is due, and the task's title."""
    found = mistakes("version: 1\nrules:\n  - {about: nothing}\n  - {task: {notes: x}}\n")
    for number, line in ((0, "3:"), (1, "4:")):
        here = " ".join(one for one in found if one.startswith(line))
        wanted = ("id", "since", "due", ("task", "title")[number])
        assert [name for name in wanted if name not in here] == []


def test_defaults() -> None:
    """7.30: nothing stops it, it appears at once, expires 30 days after due, priority 50."""
    (rule,) = rules("since: meeting, due: 10d").rules
    assert (rule.until, str(rule.remind), rule.expires, rule.priority) == ((), "0d", None, 50)
    assert (rule.done_means, rule.pause_while, rule.urgent) == ("nothing", None, False)
    found = verdict(rules("since: meeting, due: 10d"), history(event("meeting", 0)), 1)
    assert found.expires.date() - found.due == timedelta(days=30)
    assert mistakes("version: 1\nrules:\n  - {id: r, since: call, due: 1d, priority: 101,"
                    " task: {title: x}}\n")  # fmt: skip


# (number, length, from, to), both as Lisbon's clocks show them, unless they say otherwise.
LENGTHS = (
    ("7.31 hours are real hours", "48h", "2026-03-28 12:00", "2026-03-30 13:00"),
    ("7.31 hours in autumn", "48h", "2026-10-24 12:00", "2026-10-26 11:00"),
    ("7.32 days keep the time of day", "2d", "2026-03-28 12:00", "2026-03-30 12:00"),
    ("7.32 days in autumn", "2d", "2026-10-24 12:00", "2026-10-26 12:00"),
    ("7.32 a time that is skipped", "1d", "2026-03-28 01:30", "2026-03-29 02:30"),
    ("7.32 a time that comes twice", "1d", "2026-10-24 01:30", "2026-10-25 01:30"),
    ("7.33 weeks", "6w", "2026-03-02 10:00", "2026-04-13 10:00"),
    ("7.34 months are the calendar's", "3m", "2026-01-15 10:00", "2026-04-15 10:00"),
    ("7.34 months end where they end", "1m", "2026-01-31 10:00", "2026-02-28 10:00"),
    ("7.34 leap years", "1m", "2028-01-31 10:00", "2028-02-29 10:00"),
    ("7.34 twelve months", "12m", "2028-02-29 10:00", "2029-02-28 10:00"),
    ("7.35 working days", "5 working days", "2026-03-06 10:00", "2026-03-13 10:00"),
    ("7.35 from a weekend", "1 working day", "2026-03-07 10:00", "2026-03-09 10:00"),
    ("7.35 no holidays", "1 working day", "2026-12-24 10:00", "2026-12-25 10:00"),
    ("7.35 none", "0 working days", "2026-03-07 10:00", "2026-03-07 10:00"),
    ("7.37 cadence", "cadence", "2026-01-31 10:00", "2026-02-28 10:00"),
    ("7.38 cadence x 2", "cadence x 2", "2026-01-31 10:00", "2026-03-31 10:00"),
    ("7.39 rhythm x 3", "rhythm x 3", "2026-03-02 10:00", "2026-03-24 22:00"),
)


@pytest.mark.parametrize(("length", "begin", "end"), [one[1:] for one in LENGTHS],
                         ids=[one[0] for one in LENGTHS])  # fmt: skip
def test_durations(length: str, begin: str, end: str) -> None:
    """7.31-7.39: how long each length is, in the owner's zone."""
    zone = ZoneInfo("Europe/Lisbon")
    start = datetime.fromisoformat(begin).replace(tzinfo=zone)
    after = parse(length).after(
        start, zone, LISBON.working_days, parse("1m"), timedelta(days=7, hours=12)
    )
    assert after is not None
    assert after.astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(end)


def test_working_days_are_the_owners() -> None:
    """7.36: whoever works on Tuesdays and weekends counts those."""
    ruleset = rules("since: meeting, due: 3 working days")
    (found,) = evaluate(ruleset, history(event("meeting", 0)), day(0), ODD)
    assert [found.due.isoformat(), found.due.weekday()] == ["2026-03-08", 6]


def test_an_unknown_length() -> None:
    """7.39: without a rhythm a rule that is measured by it does not apply."""
    ruleset = rules("since: meeting, due: rhythm x 3")
    assert not evaluate(ruleset, history(event("meeting", 0)), day(1), LISBON)
    known = history(event("meeting", 0), rhythm=timedelta(days=7))
    assert verdict(ruleset, known, 1).due_at == datetime(2026, 3, 23, 10, tzinfo=UTC)


def test_as_they_stood_at_the_anchor() -> None:
    """7.40: a tier, cadence or rhythm that changes later moves nothing that runs already."""
    ruleset = rules(
        "since: meeting, remind: cadence, due: rhythm x 2, where: {tier: warm}",
        "[{name: warm, where: {strength: {above: 0.4}}, cadence: 3d}, {name: rest, cadence: 20d}]",
    )
    week = timedelta(days=7)
    past = history(event("meeting", 0), strength=0.5, rhythm=week)
    past.periods += (Period(day(1), Facts(strength=0.1, rhythm=5 * week)),)
    found = verdict(ruleset, past, 4)
    assert (found.state, found.remind, found.due_at) == (State.OPEN, day(3), day(14))


WHO = Facts(
    stage="connection", tags=frozenset({"Investor"}), domain=frozenset({"mail.example.org"}),
    colleague=False, wanted=True, online_only=False, channel="mail", scheduled=False, strength=0.4,
    silent_for=timedelta(days=40), silent_since=day(-40), rhythm=timedelta(days=10),
    counts={"sent": 3, "received": 0, "days": 3},
)  # fmt: skip
WARM = Terms("warm", parse("20d"), LISBON)

# (number, condition, whether it holds of WHO)
CONDITIONS = (
    ("7.41 all", "wanted: true, colleague: false", True),
    ("7.41 all in words", "all: [{wanted: true}, {colleague: true}]", False),
    ("7.42 any", "any: [{wanted: false}, {stage: connection}]", True),
    ("7.42 not", "not: {stage: dormant}", True),
    ("7.42 nested", "any: [{all: [{wanted: true}, {not: {channel: mail}}]}]", False),
    ("7.48 stage", "stage: connection", True),
    ("7.48 tier", "tier: warm", True),
    ("7.48 no tier", "tier: none", False),
    ("7.48 tags", "tags: [investor, lisbon]", True),
    ("7.48 domain", "domain: example.org", True),
    ("7.48 another domain", "domain: ample.org", False),
    ("7.48 colleague", "colleague: true", False),
    ("7.48 wanted", "wanted: true", True),
    ("7.48 online_only", "online_only: false", True),
    ("7.48 channel", "channel: elsewhere", False),
    ("7.48 scheduled", "scheduled: false", True),
    ("7.49 a list of stages", "stage: [acquaintance, connection]", True),
    ("7.50 above", "strength: {above: 0.4}", False),
    ("7.50 at_least", "strength: {at_least: 0.4}", True),
    ("7.50 below", "strength: {below: 0.4}", False),
    ("7.50 at_most", "strength: {at_most: 0.4}", True),
    ("7.50 between", "strength: {above: 0.3, below: 0.5}", True),
    ("7.50 silence above", "silent_for: {above: 40d}", False),
    ("7.50 silence at_least", "silent_for: {at_least: 40d}", True),
    ("7.50 silence in months", "silent_for: {above: 1m}", True),
    ("7.50 silence in more months", "silent_for: {above: 2m}", False),
    ("7.50 silence in working days", "silent_for: {at_least: 28 working days}", True),
    ("7.50 silence by the rhythm", "silent_for: {at_least: rhythm x 4}", True),
    ("7.50 silence by the cadence", "silent_for: {above: cadence x 2}", False),
    ("7.51 counts", "counts: {sent: {at_least: 3}, received: {at_most: 0}}", True),
    ("7.51 a count that is not there", "counts: {calls: {below: 1}}", True),
)


@pytest.mark.parametrize(("text", "expected"), [one[1:] for one in CONDITIONS],
                         ids=[one[0] for one in CONDITIONS])  # fmt: skip
def test_conditions(text: str, expected: bool) -> None:
    """7.41, 7.42, 7.48-7.51: each fact, each bound and each way to join them."""
    ruleset = rules(f"since: call, due: 1d, where: {{{text}}}", "[{name: warm, cadence: 20d}]")
    assert holds(ruleset.rules[0].where, WHO, WARM) is expected


def test_these_are_the_facts() -> None:
    """7.48: `where` may ask these facts and no others."""
    assert set(FACTS) == {
        "stage", "tier", "tags", "domain", "colleague", "wanted", "online_only", "channel",
        "scheduled", "strength", "silent_for", "counts",
    }  # fmt: skip


@pytest.mark.parametrize("length", ["1m", "rhythm", "cadence", "2 working days"])
def test_where_an_unknown_length_is_false(length: str) -> None:
    """7.50: a silence measured by what is not known holds of nobody, either way round."""
    for bound in ("above", "at_most"):
        (rule,) = rules(f"since: call, due: 1d, where: {{silent_for: {{{bound}: {length}}}}}").rules
        assert not holds(rule.where, Facts(), Terms())
    never = replace(WHO, rhythm=None)
    (rule,) = rules("since: call, due: 1d, where: {silent_for: {below: rhythm}}").rules
    assert not holds(rule.where, never, Terms())


def test_a_silence_in_months_opens_to_the_microsecond() -> None:
    """7.50, 7.55: also where the calendar says how long a silence is, `next` is exact."""
    where = "where: {silent_for: {above: 1m}}"
    ruleset = rules(f"since: meeting, due: 60d, expires: 90d, {where}")
    past: MemoryHistory = history(event("meeting", 0))
    tick = timedelta(microseconds=1)
    opens = datetime(2026, 4, 2, 9, tzinfo=UTC) + tick  # summer time by then
    assert verdict(ruleset, past, 1).next == opens
    states = [evaluate(ruleset, past, at, LISBON)[0].state for at in (opens - tick, opens)]
    assert states == [State.WAITING, State.OPEN]


def test_all_mistakes_at_once() -> None:
    """7.52: unknown keys, duplicate keys and wrong types are all told, each with its place."""
    found = mistakes(
        """\
version: 1
rules:
  - id: one
    since: meeting
    due: 3d
    due: 4d
    remnd: 1d
    where: {wanted: maybe, strenth: {above: 1}}
    task: {title: 7}
"""
    )
    places = [one.split(" ", 1)[0] for one in found]
    assert places == sorted(places, key=lambda place: [int(n) for n in place.split(":")[:2]])
    assert {place.split(":")[0] for place in places} >= {"6", "7", "8"}
    assert len([one for one in found if one.startswith("8:")]) == 2


def test_the_schema_is_exported() -> None:
    """7.52: editors get a JSON Schema that knows every fact."""
    schema = json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    text = str(schema)
    assert [name for name in FACTS if name not in text] == []


def test_states() -> None:
    """7.53: these are the states there are."""
    assert [str(state) for state in State] == [
        "waiting", "held", "muted", "open", "satisfied", "expired", "missed", "void",
    ]  # fmt: skip


def test_variables() -> None:
    """7.56: these are what a template may use, and each of them can be rendered."""
    assert set(VARIABLES) >= {
        "name", "first_name", "person", "since", "days", "evidence", "gives", "asks", "promises",
        "notes", "mutual", "next_meeting", "connection_note",
    }  # fmt: skip
    used = " ".join(f"{{{{ {name} }}}}" for name in VARIABLES if name != "since")
    parts = " ".join(f"{{{{ since.{name} }}}}" for name in ("title", "when", "where", "link"))
    text = (
        "version: 1\nrules:\n  - id: r\n    since: meeting\n    due: 1d\n"
        f"    task:\n      title: '{{{{ name }}}}'\n      notes: '{used} {parts}'\n"
    )
    ruleset = load([("r.yaml", text)])
    past = history(event("meeting", 0, title="Coffee", where="Café", link="https://example.org/"))
    (found,) = evaluate(ruleset, past, day(0), LISBON)
    title, notes = render(ruleset.rules[0], found, past, day(0), LISBON)
    assert title == ANA.name
    assert all(word in notes for word in ("Coffee", "Café", "https://example.org/"))


@pytest.mark.parametrize("name", ["real-networking", "open-loops", "keep-in-touch",
                                  "introductions", "birthdays"])  # fmt: skip
def test_packs(name: str) -> None:
    """7.58: the packs are there and load."""
    assert load([(name, packs.text(name))]).rules
