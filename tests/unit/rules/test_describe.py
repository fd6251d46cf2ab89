"""Rules in words, and as YAML again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules import packs
from rules.describe import paragraph, to_yaml
from rules.describe_where import said, short
from rules.load import load
from rules.model import Rule
from rules.where import Condition

ODD = """\
version: 1
tiers: [{name: inner}, {name: far}]
rules:
  - id: a
    since: {strength_below: 0.3}
    until: [call, {strength_below: 0.1}]
    due: cadence
    where:
      all: [{tags: a}, {tags: [b, c]}, {not: {any: [{tier: [inner, none]}, {stage: dormant}]}}]
    task: {title: "x: {{ name }}", notes: " odd\\n  notes"}
  - id: b
    about: "yes"
    since: asked_me
    until: []
    remind: 5 working days
    due: rhythm x 3
    expires: 6m
    where: {silent_for: {above: 36h, at_most: 6w}, counts: {sent: {at_least: 3}}}
    urgent: true
    task: {title: "{% if days %}x{% endif %}", notes: "one"}
"""


def rules_of(*texts: str) -> tuple[Rule, ...]:
    return load([(str(number), text) for number, text in enumerate(texts)]).rules


def where(text: str) -> Condition:
    fields = f"{{id: a, since: call, due: 1d, task: {{title: x}}, where: {{{text}}}}}"
    tiers = "tiers: [{name: inner}, {name: far}]\n"
    return rules_of(f"version: 1\n{tiers}rules: [{fields}]\n")[0].where


def test_a_rule_in_words() -> None:
    """The sentences say when it starts, appears, is due, is dropped and is closed, and for whom."""
    found = {rule.id: paragraph(rule) for rule in rules_of(packs.text("real-networking"), ODD)}
    thanks = found["thank-within-48-hours"]
    assert thanks.startswith(
        "It starts when you meet for the first time: the task appears at once, is due after 48 "
        "hours, and is dropped after 7 days."
    )
    assert "is closed by itself when you write to them" in thanks
    assert "Ticking it counts as a message of yours." in thanks
    assert found["a"] == (
        "It starts when the strength of the tie falls below 0.3: the task appears at once, is due "
        "after the cadence of their tier, and is dropped 30 days after that. Only where they are "
        "tagged a, they are tagged b or c, and it is not so that either they are in the tier inner "
        "or none, or the tie is dormant; while that is not so, it waits. The task is closed "
        "by itself when you call each other or the strength of the tie falls below 0.1. Its "
        "priority is 50 of 100."
    )
    assert "Nothing closes it but a tick" in found["b"]
    assert "appears after 5 working days, is due after 3 times your usual rhythm" in found["b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wanted: true, colleague: false", "you showed interest in them and they are no colleague"),
        ("stage: [connection, dormant]", "the tie is a connection or dormant"),
        ("stage: acquaintance", "the tie is an acquaintance"),
        ("tier: none", "they are in no tier"),
        ("strength: {above: 0.2, at_most: 0.5}", "the tie is more than 0.2 and at most 0.5"),
        ("silent_for: {at_least: 6w}", "you have not been in touch for at least 42d"),
        ("counts: {in_person: {below: 2}}", "there were less than 2 meetings face to face"),
        ("counts: {meetings: {at_most: 0}}", "there was no meeting"),
        ("counts: {calls: {above: 0}}", "there was at least one call"),
        ("not: {tier: none}", "they are in a tier"),
        ("any: [{}, {wanted: true}]", "that is so of everybody or you showed interest"),
        ("not: {tags: vip}", "they are not tagged vip"),
        ("not: {stage: dormant}", "the tie is not dormant"),
        ("not: {domain: example.org}", "they have no address at example.org"),
        ("not: {wanted: true}", "you showed no interest in them"),
        ("channel: elsewhere", "the channel is elsewhere"),
        ("domain: example.org", "they have an address at example.org"),
        ("any: [{wanted: true}, {scheduled: true}]", "either you showed interest in them or a"),
    ],
)
def test_conditions_in_words(text: str, words: str) -> None:
    """Each condition is the end of a sentence."""
    assert words in said(where(text))


@pytest.mark.parametrize(
    "text",
    [
        "wanted: true, colleague: false",
        "stage: [connection, dormant]",
        "not: {any: [{wanted: true}, {tags: vip}]}",
        "strength: {above: 0.2, at_most: 0.5}",
        "silent_for: {at_least: 30d}",
        "counts: {sent: {at_least: 3}, calls: {at_most: 0}}",
        "any: [{}, {wanted: true}]",
        "all: [{tags: a}, {tags: b}]",
    ],
)
def test_conditions_as_they_were_written(text: str) -> None:
    """A condition is named as its owner wrote it."""
    assert short(where(text)) == text


@pytest.mark.parametrize("name", [*packs.names(), ""])
def test_yaml_loads_to_the_same_rule(name: str) -> None:
    """What is shown of a rule can be copied into a file, and is the same rule."""
    for rule in rules_of(packs.text(name) if name else ODD):
        tiers = "tiers: [{name: inner}, {name: far}]\n"
        text = "".join(f"  {line}\n" for line in to_yaml(rule).splitlines())
        (again,) = rules_of(f"version: 1\n{tiers}rules:\n{text}")
        assert replace(again, source=rule.source) == rule, text
