"""What is often written and what was meant: hints for the mistakes that newcomers make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from rules.durations import PATTERN

_CONDITION = "it belongs under where: {{{}: …}}"
_COUNT = "write counts: {{{}: {{at_least: 3}}}}"
_FACTS = (
    *("stage", "tier", "tags", "domain", "channel", "colleague", "wanted", "online_only"),
    *("scheduled", "strength", "silent_for", "counts", "all", "any", "not"),
)
_COUNTED = ("sent", "received", "meetings", "in_person", "calls", "days", "interactions")
_RULE = "it belongs to a rule: write it under rules:, each rule beginning with '- id: …'"
_CONFIGURATION = "it belongs in the configuration, syncd.yaml"


def _meant(word: str, *written: str) -> dict[str, str]:
    return dict.fromkeys(written, f"did you mean {word!r}?")


# By the place of a key: what is written there by mistake, and what to do.
FILE_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("id", "about", "since", "until", "remind", "due", "where", "task"), _RULE),
    **dict.fromkeys(("owner", "accounts", "limits", "ignore", "tags", "mode"), _CONFIGURATION),
    "tests": "tests stand in a file of their own beside this one, such as my-rules.test.yaml",
    "facts": "facts are given in tests (my-rules.test.yaml), not in rules",
}
RULE_KEYS: Mapping[str, str] = {
    "title": "it belongs under task: {title: …}",
    "notes": "it belongs under task: {notes: …}",
    **{fact: _CONDITION.format(fact) for fact in _FACTS},
    **dict.fromkeys(_COUNTED, "it belongs under where: {counts: …}"),
    "cadence": "it belongs to a tier; a rule that follows it says due: cadence",
    "strength_below": "it is an event: write since: {strength_below: 0.3}",
    "enabled": "a rule that is in the file is on: remove it, or put # before its lines",
    "disabled": "a rule that is in the file is on: remove it, or put # before its lines",
    **_meant("id", "name", "key"),
    **_meant("about", "description", "comment", "summary"),
    **_meant("since", "on", "trigger", "event", "start", "from", "starts", "begins"),
    **_meant("until", "stop", "end", "ends", "stops", "unless", "closes"),
    **_meant("where", "when", "if", "condition", "conditions", "filter", "who", "only"),
    **_meant("remind", "after", "wait", "delay", "show", "appears", "reminder"),
    **_meant("due", "deadline", "due_date", "within", "in"),
    **_meant("expires", "expire", "expiry", "expires_after", "timeout"),
    **_meant("pause_while", "pause", "hold", "hold_while"),
    **_meant("task", "action", "do", "then", "todo"),
}
TASK_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("due", "priority", "urgent", "done_means"), "it belongs to the rule itself"),
    **_meant("notes", "note", "body", "text", "description", "details", "content"),
    **_meant("title", "subject", "name", "summary", "heading"),
}
TIER_KEYS: Mapping[str, str] = {
    **_meant("people", "members", "persons", "who", "addresses", "contacts"),
    **_meant("cadence", "every", "interval", "rhythm", "frequency", "often"),
    **_meant("name", "id", "tier"),
    **{fact: _CONDITION.format(fact) for fact in _FACTS if fact != "tier"},
}
WHERE_KEYS: Mapping[str, str] = {
    **{count: _COUNT.format(count) for count in _COUNTED},
    **dict.fromkeys(
        ("name", "person", "people", "address", "addresses", "email", "who"),
        "name the people in a tier, and write tier: with its name",
    ),
    **_meant("any", "or", "either", "one_of"),
    **_meant("all", "and", "both"),
    **_meant("not", "unless", "none", "except", "without"),
    **_meant("tags", "tag", "label", "labels", "group"),
    **_meant("domain", "company", "domains", "organisation", "organization"),
    **_meant("silent_for", "silent", "silence", "last_contact", "last_interaction", "quiet"),
    **_meant("online_only", "online", "remote"),
}
COUNT_KEYS: Mapping[str, str] = {
    "mails": "write sent or received",
    "messages": "write sent or received",
    **_meant("calls", "call"),
    **_meant("meetings", "meeting"),
    **_meant("in_person", "in_person_meetings", "face_to_face"),
}
BOUND_KEYS: Mapping[str, str] = {
    **_meant("above", "gt", "over", "more_than", "greater_than", "longer_than", ">"),
    **_meant("below", "lt", "under", "less_than", "fewer_than", "shorter_than", "<"),
    **_meant("at_least", "min", "gte", "ge", "minimum", "from", ">="),
    **_meant("at_most", "max", "lte", "le", "maximum", "to", "up_to", "<="),
    "is": "write at_least and at_most with the same value",
    "equals": "write at_least and at_most with the same value",
}
# In test files.
SUITE_KEYS: Mapping[str, str] = {
    "rules": "rules stand in the file beside this one, without .test in its name",
    **_meant("tests", "cases", "test"),
    **_meant("timezone", "zone", "tz", "time_zone"),
}
CASE_KEYS: Mapping[str, str] = {
    "now": "it belongs under expect: [{now: …, tasks: …}]",
    "tasks": "it belongs under expect: [{now: …, tasks: …}]",
    **_meant("history", "events", "given", "happened"),
    **_meant("expect", "expected", "then", "expects", "result"),
    **_meant("name", "title", "id", "about"),
}
HAPPENED_KEYS: Mapping[str, str] = {
    **_meant("kind", "event", "type", "what", "since"),
    **_meant("at", "date", "when", "on", "time", "start"),
    **_meant("end", "until", "ends"),
    **_meant("size", "people", "participants", "recipients"),
    **_meant("closed", "resolved", "answered", "closed_at"),
    **_meant("title", "subject"),
    **_meant("where", "place", "location"),
}
FACT_KEYS: Mapping[str, str] = {
    "silent_for": "it follows from the history: leave it out",
    "tier": "it follows from the tiers: name the person in one, under tiers: of this file",
    **_meant("from", "since", "at", "date", "on"),
    **_meant("tags", "tag"),
}
EXPECTED_KEYS: Mapping[str, str] = {
    **_meant("now", "at", "on", "date", "when"),
    **_meant("tasks", "task", "open"),
}

EVENTS: Mapping[str, str] = {
    **dict.fromkeys(
        ("mail", "email", "message", "letter", "reply", "answer"),
        "write message_received (theirs) or message_sent (yours)",
    ),
    **dict.fromkeys(("question", "asked"), "write asked_me or i_asked"),
    **dict.fromkeys(("promise", "promised"), "write i_promised or they_promised"),
    **dict.fromkeys(
        ("introduction", "introduced", "intro"),
        "write introduction_made (by you), introduced_to_me or introduction_received",
    ),
    **dict.fromkeys(
        ("silence", "silent_for", "silent", "inactive", "dormant"),
        "start at interaction and let remind wait, or write {strength_below: 0.3}",
    ),
    **dict.fromkeys(("always", "now", "every"), "a rule starts at an event, such as interaction"),
    **_meant("meeting", "met", "meet", "meetings", "met_them"),
    **_meant("interaction", "any", "contact", "last_contact", "last_interaction", "in_touch"),
    **_meant("first_contact", "first_mail", "first_message", "first_interaction", "new_contact"),
    **_meant("birthday_soon", "birthday"),
    **_meant("card_added", "card", "new_card", "card_saved"),
    **_meant("meeting_scheduled", "scheduled", "invitation", "event"),
    **_meant("shared_with_me", "shared", "shares"),
    **_meant("call", "called", "phone", "phone_call"),
    **_meant("resolved", "closed", "done", "answered"),
}

_OPERATORS = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}
_FLAGS = ("colleague", "wanted", "online_only", "scheduled")
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
} | {"a": 1, "an": 1}
_OFTEN = {"daily": "1d", "weekly": "1w", "monthly": "1m", "quarterly": "3m", "yearly": "12m"}
_UNITS = {"hour": "h", "day": "d", "week": "w", "month": "m", "fortnight": "fortnight"}


def condition(text: str) -> str:
    """What a condition written as text should be, "" where that cannot be told."""
    plain = text.strip()
    if match := re.fullmatch(r"(\w+)\s*(>=|<=|>|<)\s*(\S+)", plain):
        return f"{{{match[1]}: {{{_OPERATORS[match[2]]}: {match[3]}}}}}"
    if match := re.fullmatch(r"(\w+)\s*(?:==?|:|\bis\b)\s*(\S+)", plain):
        return f"{{{match[1]}: {match[2]}}}"
    if match := re.fullmatch(r"(?:(not)\s+|(!))?(\w+)", plain):
        negated = bool(match[1] or match[2])
        if match[3] in _FLAGS:
            return f"{{{match[3]}: {'false' if negated else 'true'}}}"
    return ""


def bound(text: str) -> str:
    """What a bound written with an operator should be; of a bare value the least."""
    match = re.fullmatch(r"(>=|<=|>|<)\s*(\S+)", text.strip())
    return f"{{{_OPERATORS[match[1]]}: {match[2]}}}" if match else f"{{at_least: {text}}}"


def duration(text: str) -> str:
    """What to write instead of something that is no length of time, "" where that is not known."""
    plain = text.strip().lower()
    if not plain.isascii():
        return _understood(text, "".join(map(_ascii_digit, plain)))
    if re.fullmatch(r"\d{4}-\d\d-\d\d.*", plain):
        return f"{text!r} is a date: write how long after the event, such as 30d"
    if plain in ("never", "none", "forever"):
        return f"{text!r} is no length of time: write a long one, such as 12m"
    if plain in ("now", "immediately", "at once", "today", "asap"):
        return f"{text!r} is no length of time: write 0d"
    if plain == "tomorrow":
        return f"{text!r} is no length of time: write 1d"
    if re.fullmatch(r"-.*|[a-z]+\s*[x*]\s*-.*", plain):
        return f"{text!r} lies before the event: all times run forward from it, from 0d on"
    if re.fullmatch(r"\d+\s*(?:s|sec|seconds?|min|minutes?)", plain):
        return f"{text!r} is too fine: hours (1h) are the shortest unit"
    if match := re.fullmatch(r"(\d+)\.(\d+)\s*(d|days?|w|weeks?)", plain):
        hours = float(f"{match[1]}.{match[2]}") * (24 if match[3].startswith("d") else 168)
        return f"{text!r}: write whole numbers, such as {round(hours)}h"
    if re.fullmatch(r"(\d+[hdwm]\s*){2,}", plain):
        return f"{text!r} has several units: write one of them, such as 36h"
    if re.fullmatch(r"\d{5,}\D*", plain):
        return (
            f"{text!r} is too long: the number has at most four digits, such as 120m for 10 years"
        )
    if re.fullmatch(r"[a-z]+ x \d{3,}(?:\.\d+)?", plain):
        return f"{text!r} is too long: multiply by 99.9 at most"
    if match := re.fullmatch(r"([a-z]+ x \d{1,2}\.\d)\d+", plain):
        return f"{text!r} is too fine: write one digit behind the point, such as {match[1]}"
    if match := re.fullmatch(r"p(\d+)([dwm])", plain):
        return _understood(text, f"{match[1]}{match[2]}")
    if match := re.fullmatch(r"r[hy]+t[hy]*m(.*)", plain):
        return _understood(text, f"rhythm{match[1]}")
    if plain in _OFTEN:
        return _understood(text, _OFTEN[plain])
    match = re.fullmatch(rf"(?:in|after|within|every)?\s*(\w+)\s+({'|'.join(_UNITS)})s?", plain)
    if match and (match[1].isdigit() or match[1] in _NUMBERS):
        amount = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
        unit = _UNITS[match[2]]
        return _understood(text, f"{amount * 2}w" if unit == "fortnight" else f"{amount}{unit}")
    return ""


def _understood(text: str, meant: str) -> str:
    """A hint, where what is meant can be written so and is not what was written."""
    if meant == text or not re.fullmatch(PATTERN, meant):
        return ""
    return f"unknown duration {text!r}: did you mean {meant!r}?"


def _ascii_digit(letter: str) -> str:
    value = unicodedata.digit(letter, -1)
    return letter if value < 0 else str(value)
