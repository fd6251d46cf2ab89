"""When it was: "yesterday", "3 days ago", "letzten Freitag", "le 3 mars à 15h", 2026-03-10.

The past is meant: a weekday is the last one of its name, a date without a year the nearest. What
names no single day ("last week", "neulich") is vague, and has to be asked about.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from syncd.inference import logged_days as d
from syncd.inference.logged_text import Cloth


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_WEEKDAY: Final = {name: n for n, names in enumerate(d.WEEKDAYS) for name in names}
_WEEKDAY_SHORT: Final = {name: n for n, name in enumerate(d.SHORT_WEEKDAYS)}
_MONTH: Final = {name: n for n, names in enumerate(d.MONTHS, 1) for name in names}
_UNIT: Final = {name: unit for unit, names in d.UNITS.items() for name in names}
_PART: Final = {name: hour for hour, names in d.PARTS.items() for name in names}

_N: Final = rf"(?P<n>\d{{1,3}}|{_any(d.NUMBERS)})"
_U: Final = rf"(?P<u>{_any(_UNIT)})"
_DAY: Final = rf"(?P<wd>{_any(_WEEKDAY)})"
_PART_AFTER: Final = (
    r"(?:(?: in the| at| dans la| au| por la| por el| a la| al| de la| pela| a| de| na| no| am|"
    rf" in der)? (?P<part>{_any(_PART)})\b)?"
)
_LAST: Final = (
    r"last|past|previous|letzten|letzte|letzter|letztes|letztem|vergangenen|vergangene|vorigen|"
    r"vorige|ultimo|ultima"
)
_LAST_AFTER: Final = r"dernier|derniere|passe|passee|pasado|pasada|passado|passada"
_NEXT: Final = r"next|coming|nachsten|nachste|kommenden|kommende|proximo|proxima"
_NEXT_AFTER: Final = r"prochain|prochaine|que vem|que viene|proximo|proxima"
_LAST_WEEK: Final = (
    r"(?:last week|letzter woche|letzte woche|voriger woche|vorige woche|"
    r"la semaine derniere|la semaine passee|la semana pasada|a semana passada|semana passada)"
)

_ISO: Final = re.compile(
    r"\b(?:on |am |le |el )?(20\d\d)-(\d\d)-(\d\d)(?:t(\d\d):(\d\d)(?::\d\d)?| (?=\d\d:\d\d)|\b)",
    re.IGNORECASE,
)
_VAGUE: Final = re.compile(
    r"\b(?:recently|lately|the other day|a while ago|some time ago|(?:a )?few (?:days|weeks|hours)"
    r" ago|(?:a )?couple of (?:days|weeks) ago|some days ago|earlier this week|this week|"
    r"(?:last|past) (?:week|month|year|weekend)|this (?:month|year|weekend)|"
    r"neulich|kurzlich|letztens|vor kurzem|vor ein paar (?:tagen|wochen)|vor einigen tagen|"
    r"diese woche|letzte woche|letzten monat|letztes jahr|letztes wochenende|vorige woche|"
    r"l'autre jour|recemment|il y a quelques jours|cette semaine|la semaine (?:derniere|passee)|"
    r"le mois dernier|l'annee derniere|(?:le )?week-?end dernier|"
    r"el otro dia|recientemente|hace poco|hace unos dias|esta semana|la semana pasada|"
    r"el mes pasado|el ano pasado|(?:el )?fin de semana(?: pasado)?|"
    r"no outro dia|recentemente|ha pouco(?: tempo)?|ha uns dias|ha alguns dias|"
    r"(?:na |a )?semana passada|(?:no )?mes passado|(?:no )?ano passado|"
    r"(?:no )?fim de semana(?: passado)?)\b"
)
_AGO: Final = tuple(
    re.compile(text)
    for text in (
        rf"\b{_N} {_U} ago\b",
        rf"\bvor {_N} {_U}\b",
        rf"\bil y a {_N} {_U}\b",
        rf"\bhace {_N} {_U}\b",
        rf"\b(?:ha|faz) {_N} {_U}(?: atras)?\b",
        rf"\b{_N} {_U} (?:atras|zuvor)\b",
    )
)
_AHEAD: Final = re.compile(
    r"\b(?:tomorrow|ubermorgen|day after tomorrow|next (?:week|month)|nachste woche|demain|"
    r"apres-demain|la semaine prochaine|pasado manana|la semana que viene|la proxima semana|"
    r"depois de amanha|amanha|na proxima semana)\b|"
    rf"\b(?:{_NEXT}) {_DAY}\b|\b{_DAY.replace('wd', 'wd2')} (?:{_NEXT_AFTER})\b|"
    rf"\bin {_N} {_U}\b|\b(?:dans|dentro de|daqui a|em) {_N.replace('<n>', '<n2>')} "
    rf"{_U.replace('<u>', '<u2>')}\b"
)
_BEFORE_YESTERDAY: Final = re.compile(
    r"\b(?:the )?day before yesterday\b|\bvorgestern\b|\bavant-hier\b|\banteayer\b|"
    r"\bantes de ayer\b|\banteontem\b|\bantes de ontem\b"
)
_YESTERDAY: Final = re.compile(
    rf"\b(?:yesterday|last night|gestern|hier|ayer|anoche|ontem)\b{_PART_AFTER}"
)
_TODAY: Final = re.compile(
    r"\b(?:today|tonight|this (?P<this>morning|afternoon|evening|noon)|heute|aujourd'hui|ce "
    r"(?P<ce>matin|midi|soir)|cet(?:te)? (?P<cet>apres-midi|nuit)|hoy|esta "
    r"(?P<esta>manana|tarde|noche|manha|noite)|hoje|(?:just|right) now|gerade(?: eben)?|"
    rf"a l'instant|ahora(?: mismo)?|agora(?: mesmo)?)\b{_PART_AFTER}"
)
_OF_LAST_WEEK: Final = re.compile(
    rf"\b(?:on |am |le |el |na |no )?{_DAY},?(?: of| da| de)? {_LAST_WEEK}\b|"
    rf"\b{_LAST_WEEK},? (?:on |am |le |el |na |no )?{_DAY.replace('wd', 'wd2')}\b"
)
_ON_WEEKDAY: Final = re.compile(
    r"(?<!with )(?<!con )(?<!com )(?<!mit )(?<!avec )"
    rf"\b(?:(?:on |am |le |el |na |no |this )?(?P<last>(?:the )?(?:{_LAST}) )?{_DAY}"
    rf"|(?:on |(?P<last2>last ))(?P<short>{_any(_WEEKDAY_SHORT)}))"
    rf"s?\b(?P<last3> (?:{_LAST_AFTER})\b)?{_PART_AFTER}"
)
_DAY_MONTH: Final = re.compile(
    r"\b(?:on |am |vom |le |el |no |dia |the |a )*(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.|º|o)?"
    rf"(?: of| de)? (?P<m>{_any(_MONTH)})\b\.?(?:,? (?:de |of |do )?(?P<y>20\d\d))?"
)
_MONTH_DAY: Final = re.compile(
    rf"\b(?:on )?(?P<m>{_any(_MONTH)})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.h]\d)"
    r"(?:,? (?P<y>20\d\d))?"
)
_DOTTED: Final = re.compile(
    r"\b(?:on |am |vom )?(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>20\d\d|\d\d(?!\d))?(?!\d)"
)
_SLASHED: Final = re.compile(
    r"\b(?:on |le |el |no |dia )*(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>20\d\d|\d\d))?\b(?!/)"
)
_DAY_OF_MONTH: Final = re.compile(
    r"\b(?:on the (\d{1,2})(?:st|nd|rd|th)|(?:el |no )?dia (\d{1,2})|am (\d{1,2})\.)"
    r"(?=$|[\s,.;\x1f])"
)
_CLOCK: Final = re.compile(
    r"(?:\b(?:at|around|um|gegen|vers|a las|a la|as|pelas|a) )?"
    r"(?:\b(?P<h>\d{1,2})[:.h](?P<m>\d\d)(?: ?(?P<x>[ap])\.?m\b\.?)?(?: ?(?:uhr|h|hs)\b)?(?!\d)"
    r"|\b(?P<h2>\d{1,2}) ?(?P<x2>[ap])\.?m\b\.?"
    r"|\b(?P<h3>\d{1,2}) ?(?:uhr|h|hs)\b"
    r"|(?<=at )(?P<h4>\d{1,2})\b|(?<=a las )(?P<h5>\d{1,2})\b|(?<=um )(?P<h6>\d{1,2})\b)"
    r"(?: (?:o'clock))?"
)
_NOON: Final = re.compile(r"\b(?:at |a )?(?:noon|midday|midi|mediodia|meio-dia)\b")
_NAMES_GERMAN: Final = re.compile(r"\b(?:mit|und|getroffen|angerufen|geschrieben|kaffee)\b")


_BEGINS_BEFORE: Final = 3  # hours before what is taken for its time, a part of the day begins
_AFTERNOON: Final = 6


@dataclass(frozen=True, slots=True)
class When:
    """What a text says of the time. All None: nothing. `vague`: it names no single day."""

    day: date | None = None
    clock: time | None = None
    moment: datetime | None = None  # exact: "2 hours ago"
    vague: str = ""


def take_when(cloth: Cloth, now: datetime) -> When:
    """Find, and cut out, what says when; `now` is in the owner's zone, so is what comes out."""
    found: list[When] = []
    if (match := cloth.take(_ISO)) is not None:
        found.append(_iso(match))
    for pattern in _AGO:
        while (match := cloth.take(pattern)) is not None:
            found.append(_ago(match, now))
    found += _named(cloth, now)
    found += _dated(cloth, now.date())
    clocks = [one.clock for one in found if one.clock is not None]
    if (at := _clock(cloth)) is not None:
        clocks = [at]
    days = {one.day for one in found if one.day is not None}
    moments = [one.moment for one in found if one.moment is not None]
    vague = next((one.vague for one in found if one.vague), "")
    if len(days) > 1 or (days and moments):
        vague = vague or "two days"
    return When(
        day=min(days, default=None),
        clock=clocks[0] if clocks else None,
        moment=moments[0] if moments else None,
        vague=vague,
    )


def _iso(match: re.Match[str]) -> When:
    day = _date(int(match[1]), int(match[2]), int(match[3]))
    clock = _time(int(match[4]), int(match[5])) if match[4] else None
    return When(day, clock, vague="" if day else match[0].strip())


def _ago(match: re.Match[str], now: datetime) -> When:
    word, unit = match["n"], _UNIT[match["u"]]
    count = int(word) if word.isdecimal() else d.NUMBERS[word]
    if unit == "month":
        return When(vague=match[0])
    if unit in ("minute", "hour"):
        return When(moment=now - timedelta(**{unit + "s": count}))
    return When(now.date() - timedelta(days=count * (7 if unit == "week" else 1)))


def _named(cloth: Cloth, now: datetime) -> list[When]:
    """Days by name: yesterday, last Friday, tomorrow."""
    today = now.date()
    found: list[When] = []
    if cloth.take(_BEFORE_YESTERDAY):
        found.append(When(today - timedelta(days=2)))
    if not (cloth.find(re.compile(r"\bhier\b")) and cloth.find(_NAMES_GERMAN)) and (
        match := cloth.take(_YESTERDAY)
    ):
        night = "night" in match[0] or "anoche" in match[0]
        found.append(When(today - timedelta(days=1), time(20) if night else _part(match)))
    if match := cloth.take(_AHEAD):
        found.append(When(today + timedelta(days=1)))
    if match := cloth.take(_TODAY):
        said = match["this"] or match["ce"] or match["cet"] or match["esta"]
        hour = _PART.get(said) if said else None
        clock = time(hour) if hour else time(20) if "tonight" in match[0] else _part(match)
        # "This evening", said at six, is now; said in the morning it is still to come.
        local = now.time()
        if clock is not None and clock > local and local.hour >= clock.hour - _BEGINS_BEFORE:
            clock = None
        found.append(When(today, clock))
    if match := cloth.take(_OF_LAST_WEEK):
        number = _WEEKDAY[match["wd"] or match["wd2"]]
        found.append(When(today - timedelta(days=today.weekday() + 7 - number)))
    if match := cloth.take(_VAGUE):
        found.append(When(vague=match[0]))
    if match := cloth.take(_ON_WEEKDAY):
        number = _WEEKDAY[match["wd"]] if match["wd"] else _WEEKDAY_SHORT[match["short"]]
        back = (today.weekday() - number) % 7
        if not back and (match["last"] or match["last2"] or match["last3"]):
            back = 7
        found.append(When(today - timedelta(days=back), _part(match)))
    if cloth.take(re.compile(r"(?<!por la )(?<!de la )\b(?:morgen|manana)\b(?! (?:hat|war))")):
        found.append(When(today + timedelta(days=1)))
    return found


def _part(match: re.Match[str]) -> time | None:
    return time(_PART[match["part"]]) if match["part"] else None


def _dated(cloth: Cloth, today: date) -> list[When]:
    """Days by number: 3 March, 3.3., 13/3/2026, on the 3rd."""
    for pattern in (_DAY_MONTH, _MONTH_DAY, _DOTTED):
        if match := cloth.take(pattern):
            month = int(match["m"]) if match["m"].isdecimal() else _MONTH[match["m"]]
            return [_nearest(match["y"], month, int(match["d"]), today, match[0])]
    if match := cloth.take(_SLASHED):
        first, second = int(match["a"]), int(match["b"])
        # 3/4 is in March to some and in April to others; only one above twelve tells.
        if first > 12 >= second or first == second:
            return [_nearest(match["y"], second, first, today, match[0])]
        if second > 12 >= first:
            return [_nearest(match["y"], first, second, today, match[0])]
        return [When(vague=match[0])]
    if match := cloth.take(_DAY_OF_MONTH):
        number = int(match[1] or match[2] or match[3])
        months = ((today.year, today.month), _month_before(today))
        days = [day for year, month in months if (day := _date(year, month, number))]
        past = [day for day in days if day <= today]
        return [When(past[0]) if past else When(vague=match[0])]
    return []


def _nearest(year: str | None, month: int, day: int, today: date, said: str) -> When:
    """A date without a year is the nearest one: in January, 20 December was."""
    if year:
        found = _date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        return When(found, vague="" if found else said.strip())
    years = (today.year - 1, today.year, today.year + 1)
    days = [one for y in years if (one := _date(y, month, day))]
    if not days:
        return When(vague=said.strip())
    return When(min(days, key=lambda one: abs(one - today)))


def _clock(cloth: Cloth) -> time | None:
    for match in _CLOCK.finditer(cloth.plain):
        hour = int(next(match[k] for k in ("h", "h2", "h3", "h4", "h5", "h6") if match[k]))
        half = match["x"] or match["x2"]
        if half and not 1 <= hour <= 12:
            continue
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif 1 <= hour <= _AFTERNOON and not (match["h"] or match["h3"]):
            hour += 12  # nobody has coffee "at 3" in the night
        found = _time(hour, int(match["m"] or 0))
        if found is not None:
            cloth.cut(*match.span())
            # The word before the number goes with it.
            cloth.take(re.compile(r"\b(?:at|um|a las|a)\s*(?=\x1f)"))
            return found
    return time(12) if cloth.take(_NOON) else None


def _month_before(day: date) -> tuple[int, int]:
    return (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)


def _date(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None
