"""Reason codes of verdicts in words, for whoever reads them in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = {
    "budget": "waits its turn: the day's number is used up, or enough are open",
    "preview": "preview: `syncd enable` lets it be written",
    "pause:owner": "you paused: `syncd resume` ends it",
    "pause:over": "your pause is over: the next run decides",
    "pause:scheduled": "a meeting with them is on the calendar",
    "facet:back-filling": "an account is still being read for the first time",
    "list:incident": "its list has vanished, or many tasks in it: `syncd status` says what to do",
    "list:none": "there is no list to write it to: name one with `tasks_in:`",
    "list:unconfirmed": "on its way into the list",
    "mute:owner": "you muted it: see `syncd mute`",
    "mute:deleted-twice": "you deleted two of these: `syncd unmute` takes that back",
    "missed:catch-up": "came to light too late to be of use",
    "anchor:moved": "what it is about was moved to a later day",
    "task:older-open": "an older task of the same rule is open",
    "anchor:gone": "what it was based on did not happen",
    "before:remind": "its time has not come",
    "task:deleted": "you deleted it",
    "task:ticked": "you ticked it",
    "expired": "it was no longer of use",
}


def current(reasons: Sequence[str], *, paused: bool) -> tuple[str, ...]:
    """The stored reasons as they stand now: a pause runs out without a run."""
    if paused:
        return tuple(reasons)
    return tuple("pause:over" if one == "pause:owner" else one for one in reasons)


def in_incident(reasons: Sequence[str], *, everywhere: bool) -> list[str]:
    """What waits for its turn waits for the list, where no list may be written to."""
    return ["list:incident" if everywhere and one == "budget" else one for one in reasons]


def in_words(reasons: Sequence[str]) -> str:
    """The first reason that says something to a person; "" where none does."""
    for reason in reasons:
        if reason in _WORDS:
            return _WORDS[reason]
        kind, _, fact = reason.partition(":")
        if kind == "where":
            wanted = [one.partition(":")[2] for one in reasons if one.startswith("where:")]
            return f"only when its `where` holds: {', '.join(wanted)}"
        if kind == "until" and fact:
            return f"{fact.replace('_', ' ')} happened"
    return ""
