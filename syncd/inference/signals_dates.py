"""The day that a sentence names: "by Friday", "tomorrow", "next week", "on 12 March", 2025-03-12.

Only days from the day of writing on are due days; what lies before is a story. All days are days
in the zone of the owner.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

_DAYS: Final = (
    ("monday", "mon"),
    ("tuesday", "tues", "tue"),
    ("wednesday", "weds", "wed"),
    ("thursday", "thurs", "thur", "thu"),
    ("friday", "fri"),
    ("saturday", "sat"),
    ("sunday", "sun"),
)
_DAY_NUMBER: Final = {name: number for number, names in enumerate(_DAYS) for name in names}
_MONTH_NUMBER: Final = {
    name[:length]: number
    for number, name in enumerate(
        (
            "january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december",
        ),
        1,
    )
    for length in (3, 4, len(name))
}  # fmt: skip
_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3,
}  # fmt: skip

_FULL_DAY: Final = "|".join(names[0] for names in _DAYS)
_ANY_DAY: Final = "|".join(sorted(_DAY_NUMBER, key=len, reverse=True))
_MONTHS: Final = "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True))
_NUMBER: Final = "|".join(sorted(_NUMBERS, key=len, reverse=True))

_ISO: Final = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_DOTTED: Final = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d)?(?!\d)")
_SLASHED: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(20\d\d|\d\d))?\b(?!/)")
_DAY_MONTH: Final = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTHS})\b\.?(?:,? (20\d\d))?"
)
_MONTH_DAY: Final = re.compile(
    rf"\b({_MONTHS})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)(?:,? (20\d\d))?"
)
_OF_MONTH: Final = re.compile(r"\b(?:by|on|until|before) the (\d{1,2})(?:st|nd|rd|th)\b")
_IN: Final = re.compile(
    rf"\b(?:in|within)(?: the next)? (?:(\d{{1,2}})|({_NUMBER})) (day|week|month)s?\b"
)
_WEEKDAY: Final = re.compile(
    rf"\b(?:(?P<which>by|on|this|next|coming|until|till|before|for|end of) (?:(?P<more>this|next|"
    rf"the|"
    rf"coming) )*(?P<any>{_ANY_DAY})|(?P<full>{_FULL_DAY}))\b"
)
_PAST: Final = re.compile(
    rf"\b(?:last|since|past|yesterday|previous|earlier|every|each)(?: \w+)?(?: (?:{_FULL_DAY}))?\b"
)
_END_OF: Final = re.compile(
    rf"\b(?:by |before |at )?(?:the )?end of (?:the |this )?(?:(?P<next>next )?(?P<unit>day|week|"
    rf"month)|"
    rf"(?P<month>{_MONTHS}))\b"
)
_TODAY: Final = re.compile(
    r"\b(?:today|tonight|this (?:morning|afternoon|evening)|by (?:noon|cob|eod)|eod|cob|"
    r"(?:in|within) (?:the next |a few |\d+ |an |half an )?(?:hours?|minutes?)|later on today)\b"
)
_TOMORROW: Final = re.compile(r"\b(?:tomorrow|tmrw|tomorow|first thing in the (?:morning|am))\b")
_SOON_PAST: Final = timedelta(days=120)


def due_date(sentence: str, today: date) -> date | None:
    """The first day from `today` on that `sentence` names, None where it names none."""
    text = " ".join(sentence.lower().split())
    found = _absolute(text, today)
    if found is None:
        found = _relative(_PAST.sub(" ", text), today)
    return found if found is not None and found >= today else None


def _absolute(text: str, today: date) -> date | None:
    if match := _ISO.search(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_MONTH.search(text):
        return _dated(match[3], _MONTH_NUMBER[match[2]], int(match[1]), today)
    if match := _MONTH_DAY.search(text):
        return _dated(match[3], _MONTH_NUMBER[match[1]], int(match[2]), today)
    if match := _DOTTED.search(text):
        return _dated(match[3], int(match[2]), int(match[1]), today)
    if match := _SLASHED.search(text):
        first, second = int(match[1]), int(match[2])
        year = match[3] and (match[3] if len(match[3]) == 4 else "20" + match[3])
        # 3/4 is in March to some and in April to others; only one above twelve tells.
        if first > 12 >= second:
            return _dated(year, second, first, today)
        if second > 12 >= first:
            return _dated(year, first, second, today)
        return None
    if match := _OF_MONTH.search(text):
        day = int(match[1])
        found = _date(today.year, today.month, day)
        if found is None or found < today:
            month = today.month % 12 + 1
            found = _date(today.year + (month == 1), month, day)
        return found
    return None


def _relative(text: str, today: date) -> date | None:
    if "day after tomorrow" in text:
        return today + timedelta(days=2)
    if _TOMORROW.search(text):
        return today + timedelta(days=1)
    if match := _END_OF.search(text):
        return _end_of(match, today)
    if match := _WEEKDAY.search(text):
        return _weekday(match, today)
    if _TODAY.search(text):
        return today
    if match := _IN.search(text):
        count = int(match[1]) if match[1] else _NUMBERS[match[2]]
        return today + timedelta(days=count * {"day": 1, "week": 7, "month": 30}[match[3]])
    if re.search(r"\bnext week\b", text):
        return _monday(today) + timedelta(days=11)  # its Friday
    if re.search(r"\b(?:this week|eow)\b", text):
        return max(today, _monday(today) + timedelta(days=4))
    if re.search(r"\bnext month\b", text):
        month = today.month % 12 + 1
        return _last_of(today.year + (month == 1), month)
    if re.search(r"\b(?:this month|eom)\b", text):
        return _last_of(today.year, today.month)
    return None


def _end_of(match: re.Match[str], today: date) -> date:
    if name := match["month"]:
        month = _MONTH_NUMBER[name]
        return _last_of(today.year + (month < today.month), month)
    if match["unit"] == "day":
        return today + timedelta(days=1 if match["next"] else 0)
    if match["unit"] == "week":
        return max(today, _monday(today) + timedelta(days=11 if match["next"] else 4))
    month = today.month % 12 + 1 if match["next"] else today.month
    return _last_of(today.year + (month < today.month), month)


def _weekday(match: re.Match[str], today: date) -> date:
    number = _DAY_NUMBER[match["any"] or match["full"]]
    words = {match["which"], match["more"]}
    if "next" in words:
        # "Next Friday" is the Friday of next week, also on a Monday.
        return _monday(today) + timedelta(days=7 + number)
    ahead = (number - today.weekday()) % 7
    return today + timedelta(days=ahead if ahead or "this" in words else 7)


def _dated(year: str | None, month: int, day: int, today: date) -> date | None:
    if year:
        return _date(int(year), month, day)
    found = _date(today.year, month, day)
    if found is not None and found < today - _SOON_PAST:
        # In December, "10 January" is ahead; in March, "20 February" is behind.
        return _date(today.year + 1, month, day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # 31 April: somebody's slip names no day
        return None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
