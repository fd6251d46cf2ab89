"""The few sentences that syncd itself writes into tasks. Reasons are for people, so no codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, tzinfo
from shlex import quote

from rules.cut import cut
from rules.history import Event

_LONGEST_NAME, _LONGEST_TITLE = 40, 100
_BULLET = re.compile(r"(?:[-*+•–·]\s+|\[[ xX]?\]\s*)+")
_ABOUT = re.compile(r"\bsyncd mute (\S+) --rule ")
_OURS = re.compile(r"\bsyncd (?:explain|mute)\b|\bsyncd-[0-9a-f]{24}\b", re.IGNORECASE)

# The most telling kind of an event that is several kinds at once comes first.
_NAMES = (
    ("introduction_made", "you introduced them"),
    ("introduction_received", "an introduction"),
    ("shared_with_me", "they shared something"),
    ("meeting", "a meeting"),
    ("call", "a call"),
    ("meeting_scheduled", "a meeting was scheduled"),
    ("message_sent", "you wrote"),
    ("message_received", "they wrote"),
    ("card_added", "their card was saved"),
    ("birthday_soon", "a birthday is near"),
    ("task_done", "a task was done"),
)


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for the white space that task lists change freely."""
    return one == other or plain(one) == plain(other)


def plain(text: str) -> list[str]:
    """The lines of a text without the white space that task lists change freely."""
    return [line.rstrip() for line in text.strip().splitlines()]


def added(old: str, new: str) -> str:
    """`new` as a paragraph after `old`."""
    return f"{old.rstrip()}\n\n{new}" if old.strip() else new


def without(text: str, sentence: str) -> str:
    """`text` without the paragraph `sentence` that `added` put at its end."""
    bare = text.rstrip()
    return bare.removesuffix(sentence).rstrip() if sentence else text


def new_lines(before: tuple[str, ...], now: str) -> tuple[str, ...]:
    """The lines of `now` that are in none of the texts `before`: what somebody added, without the
    bullets of a list. A line of ours is none of theirs, also where some program broke it into
    several, or changed its case or signs; nor is one that a command of ours stands in."""
    lines = [_BULLET.sub("", line.strip()) for line in now.splitlines()]
    cores = [_core(line) for line in lines]
    known = {_core(line) for text in before for line in text.splitlines()} - {""}
    fresh = [place for place, core in enumerate(cores) if core and core not in known]
    for whole in known.difference(cores):
        pieces = _pieces(whole, cores)
        fresh = [place for place in fresh if place not in pieces]
    return tuple(lines[place] for place in fresh if not _OURS.search(lines[place]))


def _core(line: str) -> str:
    """What programs leave alone in a line: its letters and digits, in one case."""
    bare = _BULLET.sub("", line.strip())
    plain = unicodedata.normalize("NFKC", bare).casefold()
    return "".join(char for char in plain if char.isalnum()) or bare


def _pieces(whole: str, cores: Sequence[str]) -> range:
    """Where `whole` stands in several lines one after the other; empty for nowhere."""
    for start in range(len(cores)):
        told = ""
        for stop in range(start, len(cores)):
            told += cores[stop]
            if told == whole:
                return range(start, stop + 1)
            if not whole.startswith(told or "\0"):
                break
    return range(0)


def footer(rule: str, key: str, called: str = "", addr: str = "") -> str:
    """The last line of every task's notes: why it is there, and how to have no more of them.

    `called` is what the person at `addr` is called. The key is found in it by its shape.
    """
    line = f"— syncd, rule {rule}. Why: syncd explain {key}. Not wanted? Delete it"
    if not addr:
        return f"{line}."
    whom = cut(called, _LONGEST_NAME) if called and "@" not in called else "them"
    return f"{line}; never for {whom}: syncd mute {quote(addr)} --rule {rule}"


def addressee(notes: str, key: str) -> str:
    """The address of whom a task is about, as the footer in its notes says; "" without one."""
    found = [_ABOUT.search(line) for line in notes.splitlines() if key in line]
    return next((match[1].strip("'") for match in found if match), "")


def satisfied(by: Event | None, zone: tzinfo) -> str:
    """Why a task is closed whose purpose is fulfilled."""
    if by is None:
        return "Closed by syncd: it has happened."
    what = next((name for kind, name in _NAMES if kind in by.kinds), "contact")
    title = f' "{cut(by.title, _LONGEST_TITLE)}"' if by.title else ""
    return f"Closed by syncd: {what}{title} on {day(by.at, zone)}."


def expired(at: datetime, zone: tzinfo) -> str:
    return f"Closed by syncd: after {day(at, zone)} it is no longer of use."


def moved(to: datetime, zone: tzinfo) -> str:
    return f"Closed by syncd: what it is about was moved to {day(to, zone)}."


def void() -> str:
    return "Closed by syncd: what it was based on did not happen."


def merged() -> str:
    return "Closed by syncd: another task for the same person and rule is older."


def day(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).date().isoformat()
