"""Dates of mail headers (RFC 5322 section 3.3, with the obsolete and the merely wrong forms)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from connectors.formats.words import raw_text

_USUAL: Final = re.compile(
    rb"\s*(?:[A-Za-z]{3},)?\s*(\d{1,2} [A-Za-z]{3} \d{4}) "
    rb"(\d\d):(\d\d)(?::(\d\d))?(?: ([+-])(\d\d)(\d\d)(?!\d)| (?:GMT|UTC|UT|Z)\b|\s*$)"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_FOREIGN_MONTHS: Final = tuple(  # as mailers of other languages began them, longer ones first
    (start, number)
    for starts, number in (
        ("janv gen ene sty янв led", 1), ("fév fev feb lut фев úno", 2),
        ("mär mrz maer mrt mars março marzo марта мар bře", 3), ("avr abr kwi апр dub", 4),
        ("mai maj mei maggio mayo maio мая май kvě", 5), ("juin giu cze июн čer", 6),
        ("juil lug lip июл", 7), ("aoû aou ago sie авг srp", 8), ("set wrz сен zář", 9),
        ("okt out ott paź окт říj", 10), ("lis ноя", 11), ("déc dez dic gru дек pro", 12),
    )
    for start in starts.split()
)  # fmt: skip
# RFC 5322 section 4.3, and the names that are no other zone's as well.
_ZONES: Final = {
    name: round(60 * hours)
    for hours, names in (
        (0, "UT UTC GMT Z WET"), (1, "CET MET MEZ BST WEST"), (2, "CEST MEST MESZ EET SAST"),
        (3, "EEST MSK"), (4, "MSD"), (8, "AWST HKT SGT"), (9, "JST KST"), (9.5, "ACST"),
        (10, "AEST"), (11, "AEDT"), (12, "NZST"), (13, "NZDT"), (-3, "BRT ADT"), (-2.5, "NDT"),
        (-3.5, "NST"), (-4, "EDT AST"), (-5, "EST CDT"), (-6, "CST MDT"), (-7, "MST PDT"),
        (-8, "PST AKDT"), (-9, "AKST"), (-10, "HST"),
    )
    for name in names.split()
}  # fmt: skip
_FARTHEST: Final = 16 * 60  # minutes: no zone on earth is that far away, what is beyond is noise
_COMMENT: Final = re.compile(r"\([^()]{0,100}\)")
_CLOCK: Final = re.compile(
    r"(?<![\d:.])(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d{1,9})?)?(?: ?([AaPp])\.?[Mm]\b\.?)?"
)
_WORD: Final = re.compile(r"(?<!\w)[+-]\d{1,2}:?\d\d(?!\d)|\d+|[^\W\d_]+")
_ISO: Final = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d{1,9})?"
    r" ?([+-]\d\d:?\d\d|Z|UTC|GMT)?)?"
)
_ENVELOPE: Final = re.compile(rb"\s*>?From (?:\S+ )?(.{0,80})")  # the separator of an mbox
_CLOCK_SKEW: Final = timedelta(days=2)
_ON_THE_WAY: Final = timedelta(days=7)
OLDEST: Final = datetime(1980, 1, 1, tzinfo=UTC)


def mail_date(value: bytes) -> datetime | None:
    """The moment in UTC, or None where there is none to be read. Without a zone it is UTC."""
    match = _USUAL.match(value)
    if match is None:
        return _unusual(value)
    day, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    midnight = _midnight(day)
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if midnight is None or hours > 23 or minutes > 59 or seconds > 59:
        return _unusual(value)
    if sign is not None:
        offset = int(off_hours) * 60 + int(off_minutes)
        if offset <= _FARTHEST:
            minutes -= offset if sign == b"+" else -offset
    try:
        return midnight + timedelta(0, seconds, 0, 0, minutes, hours)
    except OverflowError:
        return _unusual(value)


@lru_cache(maxsize=4096)
def _midnight(day: bytes) -> datetime | None:
    # Mails of one day lie together: each day is worked out once.
    number, month, year = day.split(b" ")
    try:
        return datetime(int(year), _MONTHS[month.lower()], int(number), tzinfo=UTC)
    except (KeyError, ValueError):
        return None


@lru_cache(maxsize=256)
def _unusual(value: bytes) -> datetime | None:
    """Any other spelling: obsolete, in another language, or ISO 8601."""
    text = _COMMENT.sub(" ", " ".join(raw_text(value[:200]).split()))
    if match := _ISO.match(text):
        year, month, day, hour, minute, second, zone = match.groups()
        return _moment(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            _offset(zone or ""),
        )  # fmt: skip
    clock = _CLOCK.search(text)
    if clock is None:
        return None
    rest = f"{text[: clock.start()]} {text[clock.end() :]}"
    month, day, year = 0, 0, 0
    zone = ""
    for word in _WORD.findall(rest):
        if word.isdecimal():
            if not day and len(word) <= 2:
                day = int(word)
            elif not year and len(word) in (2, 3, 4):
                year = _full_year(word)
        elif word[0] in "+-":
            zone = zone or word
        elif number := _month(word):
            month = number  # the last one: "mar." is a Tuesday as well
        elif word.upper() in _ZONES and month:
            zone = zone or word.upper()
    if not (month and day and year):
        return None
    hour = int(clock[1])
    if clock[4]:
        hour = hour % 12 + (12 if clock[4].lower() == "p" else 0)
    return _moment(year, month, day, hour, int(clock[2]), int(clock[3] or 0), _offset(zone))


def _moment(
    year: int, month: int, day: int, hour: int, minute: int, second: int, offset: int
) -> datetime | None:
    try:
        midnight = datetime(year, month, day, tzinfo=UTC)
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
            return None
        # 24:00 is the next day's 00:00; a leap second is the one before it.
        clock = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
        return midnight + clock - timedelta(minutes=offset)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> int:
    """Minutes east of Greenwich; 0 where the zone is unknown, or farther off than any on earth."""
    if match := re.fullmatch(r"([+-])(\d{1,2}):?(\d\d)?", zone):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes <= _FARTHEST:
            return minutes if match[1] == "+" else -minutes
        return 0
    return _ZONES.get(zone.upper(), 0)


def _full_year(word: str) -> int:
    """RFC 5322 section 4.3: 00 to 49 are of this century, other two or three digits count from 1900
    (a clock that says 102 means 2002)."""
    year = int(word)
    if len(word) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(word) == 3 else year


def _month(word: str) -> int:
    word = word.lower().rstrip(".")
    if len(word) < 3:
        return 0
    if (number := _MONTHS.get(word[:3].encode("utf-8", "replace"))) and word.isascii():
        return number
    return next((number for start, number in _FOREIGN_MONTHS if word.startswith(start)), 0)


def received_date(value: bytes) -> datetime | None:
    """The date at the end of a `Received` (RFC 5321 section 4.4); None where it is no use."""
    at = mail_date(value.rpartition(b";")[2].strip())
    return None if at is None or at < OLDEST else at


def written_at(
    fields: Mapping[bytes, Sequence[bytes]], data: bytes, fallback: datetime | None
) -> datetime | None:
    """When it was written: `Date`, unless the servers it passed (`Received`) contradict it.

    More than two days after its arrival, or more than a week before it was first handed on, it
    lies. A mail fetched late has a young Received on top, so the bottom one is the witness there;
    one that was sent on (Resent-Date) is as old as it says.
    """
    single = fields.get(b"date")
    at = mail_date(single[0]) if single else None
    # Each server puts its own on top, so the first is the newest.
    hops = fields.get(b"received", ())
    arrived = received_date(hops[0]) if hops else None
    if arrived is None and hops:
        arrived = next((found for hop in hops if (found := received_date(hop))), None)
    if at is not None and at >= OLDEST:
        if arrived is None:
            return at
        if at - arrived > _CLOCK_SKEW:
            return arrived
        if arrived - at <= _ON_THE_WAY or b"resent-date" in fields:
            return at
        first = next((found for hop in reversed(hops) if (found := received_date(hop))), arrived)
        # A first hop younger than the last one is absurd itself.
        return first if first - at > _ON_THE_WAY and first - arrived <= _CLOCK_SKEW else at
    if arrived is not None:
        return arrived
    for other in (b"delivery-date", b"resent-date"):
        for value in fields.get(other, ()):
            if (at := mail_date(value)) is not None and at >= OLDEST:
                return at
    if (match := _ENVELOPE.match(data)) and (at := mail_date(match[1])) and at >= OLDEST:
        return at
    return fallback
