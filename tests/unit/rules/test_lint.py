"""Warnings: each is right, and what is meant is not warned of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import packs
from rules.history import Facts
from rules.lint import lint, lint_tiers
from rules.lint_where import No, formula_of, possible
from rules.load import load
from rules.model import RuleSet
from rules.where import (
    COUNTS,
    STAGES,
    All,
    AnyOf,
    Condition,
    Count,
    Flag,
    Not,
    OneOf,
    Range,
    Strength,
    Terms,
    holds,
)

TIERS = "tiers:\n  - {name: inner, people: [ana@example.org], cadence: 14d}\n  - {name: far}\n"


def ruleset(text: str, tiers: str = "") -> RuleSet:
    return load([("r.yaml", f"version: 1\n{tiers}rules:\n{text}")])


def rule(id_: str = "a", **fields: str) -> str:
    given = {
        "since": "meeting",
        "until": "message_sent",
        "due": "5d",
        "task": '{title: "Call {{ first_name }}"}',
        **fields,
    }
    return f"  - id: {id_}\n" + "".join(f"    {key}: {value}\n" for key, value in given.items())


def warned(text: str, tiers: str = "") -> list[str]:
    found = ruleset(text, tiers)
    return [one.message for one in (*lint(found), *(lint_tiers(found) if tiers else ()))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"where": "{all: [{stage: contact}, {stage: connection}], wanted: true}"},
            "never fires: `stage: contact` and `stage: connection` can never hold together",
        ),
        (
            {"where": "{stage: dormant, not: {stage: [dormant, contact]}}"},
            "can never hold together",
        ),
        ({"where": "{strength: {above: 1}}"}, "`strength: {above: 1}` can never hold"),
        ({"where": "{counts: {sent: {below: 0}}}"}, "`counts: {sent: {below: 0}}` can never hold"),
        ({"where": "{all: [{strength: {above: 0.5}}, {strength: {below: 0.2}}]}"}, "never fires"),
        ({"where": "{wanted: false, tags: vip}"}, "can never hold together"),
        (
            {"where": "{online_only: true, counts: {in_person: {at_least: 1}}}"},
            "never hold together",
        ),
        (
            {"where": "{domain: mail.example.org, not: {domain: example.org}}"},
            "never hold together",
        ),
        ({"where": "{stage: contact}"}, "once you meet, `stage: contact` cannot hold"),
        ({"where": "{stage: [contact, acquaintance]}", "since": "first_meeting"}, "cannot hold"),
        (
            {"since": "in_person_meeting", "where": "{online_only: true}"},
            "once you meet face to face, `online_only: true` cannot hold",
        ),
        ({"since": "call", "where": "{counts: {calls: {below: 1}}}"}, "cannot hold"),
        (
            {"since": "interaction", "expires": "60d", "where": "{silent_for: {above: 90d}}"},
            "between remind (0d) and expires (60d), `silent_for: {above: 90d}` cannot hold",
        ),
        (
            {"where": "{stage: dormant}", "due": "30d"},
            "expires (30 days after 30d), `stage: dormant`",
        ),
        (
            {
                "until": "[interaction]",
                "remind": "3w",
                "due": "4w",
                "where": "{silent_for: {below: 7d}}",
            },
            "`silent_for: {below: 7d}` cannot hold",
        ),
        ({"where": "{scheduled: true}", "pause_while": "scheduled"}, "pause_while holds the task"),
        ({"remind": "7d", "due": "7d", "expires": "1w"}, "remind (7d) is not before expires (1w)"),
        (
            {"since": "{strength_below: 0.3}", "where": "{strength: {above: 0.5}}"},
            "fires only after new contact: once the tie decays below 0.3, `strength: {above: 0.5}`",
        ),
        (
            {
                "since": "{strength_below: 0.3}",
                "until": "[interaction]",
                "where": "{strength: {at_least: 0.3}}",
            },
            "never fires: once the tie decays below 0.3, `strength: {at_least: 0.3}` cannot hold",
        ),
        ({"since": "message_received", "until": "[]"}, "fires whenever they write to you"),
        ({"until": "[first_contact]"}, "first_contact never stops it"),
        ({"until": "[call, first_meeting]"}, "that cannot come after meeting"),
        ({"where": "{any: [{wanted: true}, {wanted: false}]}"}, "holds of everybody"),
        (
            {"where": "{colleague: false, strength: {at_least: 0}}"},
            "where: `strength: {at_least: 0}` holds of",
        ),
        ({"where": "{stage: [contact, acquaintance, connection, dormant]}"}, "holds of everybody"),
        ({"task": "{title: 'Call {first_name}'}"}, "task.title: {first_name} is plain text here"),
        ({"task": "{title: x, notes: 'See ${evidence} and $name'}"}, "write {{ evidence }}"),
    ],
)
def test_what_cannot_be_meant(fields: dict[str, str], expected: str) -> None:
    """What can never fire, never closes, always holds or stays unfilled is told once."""
    (message, *more) = warned(rule(**fields))
    assert expected in message
    assert message.startswith("rule a: ")
    assert len(more) == ("$name" in fields.get("task", ""))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"where": "{stage: connection, wanted: true, colleague: false}"},
        {"where": "{any: [{stage: contact}, {stage: connection}]}"},
        {"where": "{stage: dormant}", "due": "200d"},
        {"where": "{strength: {above: 0.2, below: 0.5}}"},
        {"where": "{tags: [a, b], not: {tags: c}}"},
        {"where": "{all: [{tags: a}, {tags: b}]}"},
        {"where": "{all: [{domain: a.example.org}, {domain: b.example.org}]}"},
        {"where": "{not: {all: [{wanted: true}, {colleague: true}]}}"},
        {"where": "{silent_for: {above: 30d}}", "since": "interaction", "due": "30d"},
        {"where": "{silent_for: {above: 300d}}", "since": "card_added"},
        {"where": "{silent_for: {above: 3m, below: rhythm x 9}}", "since": "interaction"},
        {"where": "{online_only: true}"},
        {"where": "{counts: {in_person: {at_most: 0}}}"},
        {"where": "{scheduled: false}", "pause_while": "scheduled"},
        {"since": "message_received", "until": "[message_sent]"},
        {"since": "birthday_soon", "until": "[]"},
        {"since": "card_added", "until": "[first_contact, first_meeting]"},
        {"since": "{strength_below: 0.3}", "where": "{strength: {above: 0.2}}"},
        {"since": "{strength_below: 0.3}", "where": "{strength: {at_most: 0.3}}"},
        {"remind": "6d", "due": "7d", "expires": "1w"},
        {"task": "{title: 'Call {{ name }} < {{ days }}', notes: '{% if days %}{x}{% endif %}'}"},
    ],
)
def test_what_is_meant(fields: dict[str, str]) -> None:
    """Nothing is warned of that may happen, however rarely."""
    assert warned(rule(**fields)) == []


def test_rules_that_make_the_same_task() -> None:
    """Two rules that would write one task twice are told, unless they part the people."""
    (message,) = warned(rule("a", where="{wanted: true}") + rule("b", where="{colleague: false}"))
    assert message.startswith("rule b: the same task as rule a (r.yaml:3): same since")
    assert warned(rule("a", where="{wanted: true}") + rule("b", where="{wanted: false}")) == []
    assert warned(rule("a") + rule("b", until="call")) == []
    assert warned(rule("a", where="{tier: inner}") + rule("b", where="{tier: far}"), TIERS) == []


@pytest.mark.parametrize(
    ("fields", "fight"),
    [
        ({"due": "6d"}, True),
        ({"until": "[call, message_sent]", "title": "Write"}, True),
        ({"remind": "4d", "due": "30d", "done_means": "message"}, True),
        ({"remind": "rhythm", "due": "rhythm x 2"}, False),
        ({"remind": "5d", "due": "30d"}, False),
        ({"remind": "5 working days", "due": "30d"}, False),
        ({"until": "[call]", "due": "6d"}, False),
        ({"since": "in_person_meeting", "due": "6d"}, False),
        ({"anchor": "oldest_open", "due": "6d"}, False),
        ({"where": "{wanted: true}", "due": "6d"}, True),
        ({"where": "{wanted: true, colleague: false}", "due": "6d"}, False),
    ],
)
def test_rules_that_ask_at_the_same_time(fields: dict[str, str], fight: bool) -> None:
    """Two rules on one event that the same answer closes, and that both show before either is due,
    are told; what waits for the other, or of which that is not sure, is not."""
    told = {"task": f"{{title: {fields.get('title', 'Thank them')}}}", **fields}
    told.pop("title", None)
    mine = "{any: [{wanted: false}, {colleague: true}]}" if "colleague" in str(fields) else "{}"
    one = rule("a", where=mine)
    found = warned(one + rule("b", **told))
    assert len(found) == fight
    for message in found:
        assert message.startswith("rule b: asks at the same time as rule a (r.yaml:3): same since")


def test_other_means_are_no_fight() -> None:
    """A letter and a call after one meeting may both be meant, whatever closes them."""
    letter = rule("a", until="[message_sent, call]", done_means="message")
    phoning = rule("b", until="[call, meeting]", due="30d", done_means="call")
    assert warned(letter + phoning) == []
    assert len(warned(letter + phoning.replace("done_means: call", "done_means: message"))) == 1


def test_a_rule_beside_a_pack() -> None:
    """A rule of one's own for what a pack asks already is told."""
    own = "version: 1\nrules:\n" + rule(since="first_meeting", until="[message_sent, meeting]")
    name = "real-networking"
    (one,) = lint(load([(name, packs.text(name)), ("r.yaml", own)]))
    assert "rule a: asks at the same time as rule thank-within-48-hours (real-netw" in one.message


def test_cadence_wants_a_tier() -> None:
    """A rule that uses cadence is moot without tiers, or where it names one without cadence."""
    found = ruleset(rule(due="cadence"))
    assert lint(found) == ()
    (one,) = lint_tiers(found)
    assert "never fires: it uses cadence, and no tiers are defined" in str(one)
    assert warned(rule(due="cadence"), TIERS) == []
    (message,) = warned(rule(due="cadence", where="{tier: far}"), TIERS)
    assert "`tier: far` leaves no tier that has one" in message
    without = TIERS.replace(", cadence: 14d", "")
    assert "no tier has a cadence" in warned(rule(due="cadence"), without)[0]


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        ("{name: a}, {name: b}", "'b' is never reached: 'a' above it takes everybody"),
        ("{name: a, where: {strength: {at_least: 0}}}, {name: b}", "'a' above it takes everybody"),
        (
            "{name: a, where: {strength: {above: 0}}}, {name: b, where: {strength: {above: 0.7}}}",
            "'b' is never reached: whoever is in it belongs to one above it",
        ),
        ("{name: a, where: {stage: contact, online_only: true}}", "its where can never hold"),
    ],
)
def test_tiers_that_nobody_reaches(tiers: str, expected: str) -> None:
    """A tier in which nobody can be is told, and a rule about it never fires."""
    (told,) = lint_tiers(load([("t.yaml", f"version: 1\ntiers: [{tiers}]\n")]))
    assert expected in str(told)
    name = "b" if "name: b" in tiers else "a"
    (never,) = [
        one.message for one in lint(ruleset(rule(where=f"{{tier: {name}}}"), f"tiers: [{tiers}]\n"))
    ]
    assert f"`tier: {name}` can never hold" in never


COUNTED = st.fixed_dictionaries({name: st.integers(0, 3) for name in COUNTS})
FACTS = st.builds(
    Facts,
    stage=st.sampled_from(STAGES),
    tags=st.frozensets(st.sampled_from("ab")),
    colleague=st.booleans(),
    wanted=st.booleans(),
    strength=st.sampled_from([0.0, 0.2, 0.25, 0.3, 1.0]),
    silent_for=st.none() | st.integers(0, 40).map(lambda days: timedelta(days=days)),
    counts=COUNTED,
)
LEAVES = st.one_of(
    st.builds(OneOf, st.just("stage"), st.frozensets(st.sampled_from(STAGES), min_size=1)),
    st.builds(OneOf, st.just("tags"), st.frozensets(st.sampled_from("abc"), min_size=1)),
    st.builds(OneOf, st.just("tier"), st.frozensets(st.sampled_from(["x", "none"]), min_size=1)),
    st.builds(Flag, st.sampled_from(["colleague", "wanted"]), st.booleans()),
    st.builds(Strength, st.builds(Range, above=st.sampled_from([None, 0.2]), below=st.just(0.3))),
    st.builds(Count, st.sampled_from(COUNTS), st.builds(Range, at_least=st.integers(0, 4))),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: All(tuple(items))),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: AnyOf(tuple(items))),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(CONDITIONS, FACTS, st.sampled_from([None, "x", "y"]))
def test_what_holds_is_possible(where: Condition, facts: Facts, tier: str | None) -> None:
    """Nothing that holds of somebody is called impossible, and nothing that fails is certain."""
    formula = formula_of(where)
    told = formula if holds(where, facts, Terms(tier)) else No(formula)
    assert possible(told, ("x", "y"))


@pytest.mark.parametrize("name", packs.names())
def test_packs_are_not_warned_of(name: str) -> None:
    """Nobody who switches on a pack is warned."""
    assert [str(one) for one in lint(load([(name, packs.text(name))]))] == []


def test_all_packs_together_are_not_warned_of() -> None:
    """Nor is who switches on all of them."""
    assert lint(load([(name, packs.text(name)) for name in packs.names()])) == ()
