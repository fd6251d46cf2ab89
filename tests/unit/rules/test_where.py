"""Conditions over facts."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from rules.history import Facts
from rules.load import RuleErrors, load
from rules.where import Condition, Terms, failing, holds, mentions_tier, moves, silences, strengths

ANA = Facts(
    stage="connection",
    tags=frozenset({"sailing"}),
    domain=frozenset({"mail.example.org"}),
    wanted=True,
    strength=0.4,
    silent_for=timedelta(days=90),
    counts={"sent": 3},
)


def where(text: str) -> Condition:
    source = (
        "version: 1\ntiers: [{name: inner}, {name: active}]\n"
        "rules: [{id: a, since: meeting, due: 1d, task: {title: x}, where: " + text + "}]"
    )
    return load([("w.yaml", source)]).rules[0].where


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", True),
        ("{stage: connection}", True),
        ("{stage: [contact, dormant]}", False),
        ("{stage: [contact, connection]}", True),
        ("{tier: inner}", True),
        ("{tier: [active]}", False),
        ("{tags: sailing}", True),
        ("{tags: [work, sailing]}", True),
        ("{tags: work}", False),
        ("{domain: example.org}", True),
        ("{domain: Mail.Example.ORG}", True),
        ("{domain: ample.org}", False),
        ("{colleague: false, wanted: true}", True),
        ("{colleague: true, wanted: true}", False),
        ("{online_only: false, scheduled: false, channel: mail}", True),
        ("{channel: elsewhere}", False),
        ("{strength: {above: 0.4}}", False),
        ("{strength: {at_least: 0.4, below: 0.5}}", True),
        ("{silent_for: {at_least: 90d}}", True),
        ("{silent_for: {above: 90d}}", False),
        ("{silent_for: {at_most: 13w}}", True),
        ("{counts: {sent: {at_least: 3}}}", True),
        ("{counts: {sent: {at_least: 3}, meetings: {above: 0}}}", False),
        ("{counts: {meetings: {at_most: 0}}}", True),
        ("{any: [{stage: dormant}, {wanted: true}]}", True),
        ("{all: [{stage: dormant}, {wanted: true}]}", False),
        ("{not: {stage: dormant}}", True),
        ("{not: {any: [{wanted: true}, {colleague: true}]}}", False),
        ("{wanted: true, any: [{tags: sailing}, {tags: work}]}", True),
    ],
)
def test_holds(text: str, expected: bool) -> None:
    """Each form means what it reads; several keys in one mapping must all hold."""
    assert holds(where(text), ANA, Terms("inner")) is expected


def test_never_in_touch_is_no_silence() -> None:
    """Somebody who never was in touch is not silent for any time, long or short."""
    nobody = Facts()
    assert not holds(where("{silent_for: {at_least: 1d}}"), nobody, Terms())
    assert not holds(where("{silent_for: {below: 1d}}"), nobody, Terms())


def test_no_tier_is_in_no_tier() -> None:
    """A person without a tier is in none of those listed."""
    assert not holds(where("{tier: [inner, active]}"), ANA, Terms())


def test_thresholds() -> None:
    """Thresholds name the exact moments at which a condition may change, wherever they stand."""
    deep = where(
        "{any: [{strength: {above: 0.4, at_most: 0.6}}, {not: {silent_for: {above: 1d}}}],"
        " silent_for: {at_least: 2d}}"
    )
    assert strengths(deep) == {math.nextafter(0.4, 1), math.nextafter(0.6, 1)}
    assert silences(deep, ANA, Terms()) == {timedelta(days=1, microseconds=1), timedelta(days=2)}


def test_says_what_is_missing() -> None:
    """The conditions that do not hold are named, each once."""
    condition = where("{wanted: false, counts: {calls: {above: 1}}, not: {stage: connection}}")
    assert failing(condition, ANA, Terms()) == ("wanted", "counts.calls", "not.stage")
    assert failing(where("{any: [{stage: dormant}]}"), ANA, Terms()) == ("any",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{wanted: true, counts: {sent: {above: 1}}}", False),
        ("{not: {scheduled: true}}", True),
        ("{any: [{stage: dormant}]}", True),
        ("{strength: {above: 0.1}}", True),
        ("{silent_for: {above: 1d}}", True),
    ],
)
def test_moves_by_itself(text: str, expected: bool) -> None:
    """Only stage, scheduled, strength and silence change by the mere passing of time."""
    assert moves(where(text)) is expected


def test_mentions_tier() -> None:
    """A tier is found however deep it stands."""
    assert mentions_tier(where("{not: {any: [{tier: inner}]}}"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{stag: dormant}", "did you mean 'stage'"),
        ("{stage: dorment}", "did you mean 'dormant'"),
        ("{stage: []}", "empty list"),
        ("{tier: iner}", "did you mean 'inner'"),
        ("{colleague: no}", "write false"),
        ("{wanted: 1}", "true or false"),
        ("{strength: 0.4}", "{at_least: 0.4}"),
        ("{strength: {}}", "needs a bound"),
        ("{strength: {over: 0.4}}", "unknown key 'over'"),
        ("{strength: {above: 2}}", "between 0 and 1"),
        ("{strength: {above: .nan}}", "must be a number"),
        ("{strength: {above: 0.1, at_least: 0.2}}", "not both"),
        ("{strength: {above: 0.5, below: 0.5}}", "no value"),
        ("{silent_for: {above: 3y}}", "36m"),
        ("{silent_for: {above: 90}}", "90d for days"),
        ("{counts: {send: {above: 1}}}", "did you mean 'sent'"),
        ("{counts: {sent: 3}}", "{at_least: 3}"),
        ("{counts: {sent: {above: 1.5}}}", "whole number"),
        ("{counts: {}}", "must name"),
        ("{domain: ana@example.org}", "write example.org"),
        ("{any: []}", "must not be empty"),
        ("{any: {stage: dormant}}", "must be a list"),
        ("{tags: [1]}", 'write "1"'),
        ("[stage]", "write {all: […]}"),
        ("", "or remove the key"),
    ],
)
def test_mistakes(text: str, hint: str) -> None:
    """Unknown words, wrong types and impossible bounds are refused with what would be right."""
    with pytest.raises(RuleErrors) as error:
        where(text)
    assert hint in str(error.value)
