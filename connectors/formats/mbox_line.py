"""The "From " lines between the mails of an mbox, as mailers write them, and their dates."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from connectors.formats.dates import mail_date

LINE_LIMIT: Final = 1024  # bytes; no such line is longer

_MONTH: Final = rb"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK: Final = rb"(\d{1,2}:\d\d(?::\d\d)?)(?:\.\d+)?"
_ZONE: Final = rb"(?:[A-Za-z]{1,5}(?:[+-]\d{1,2})?|[+-]\d\d:?\d\d|\([^)]{0,40}\))"
# asctime with a zone on either side of the year; RFC 5322; ISO 8601. Then only zones, and UUCP's
# "remote from host".
_END: Final = rb"(?: +" + _ZONE + rb"){0,2}(?: remote from \S+)? *$"
_ASCTIME: Final = re.compile(
    rb"(?:^| )(?:[A-Z][a-z]{2},? +)?" + _MONTH + rb" +(\d{1,2}),? +" + _CLOCK
    + rb"((?: +" + _ZONE + rb"){0,2}) +(\d{4})" + _END
)  # fmt: skip
_RFC: Final = re.compile(
    rb"(?:^| )(\d{1,2})[ -]" + _MONTH + rb"[ -](\d{4}) +" + _CLOCK + rb"(" + _END[:-1] + rb")$"
)
_ISO: Final = re.compile(
    rb"(?:^| )(\d{4})-(\d\d)-(\d\d)[T ]" + _CLOCK + rb" ?(?:Z|[+-]\d\d:?\d\d)?$"
)
_FROM: Final = re.compile(rb"From ([^\r\n]{0,500})\r?\n")
# What follows the "From " line of a mail: a field, perhaps after more such lines of other mailers.
_FIELD: Final = re.compile(rb"(?:>From [^\n]*\n){0,3}[!-9;-~]{1,100}[ \t]*:")
# The same where a first line is spoilt.
_NEAR: Final = re.compile(
    rb"(?:[^\r\n]+\r?\n){1,3}(?:From|To|Subject|Date|Received|Return-Path|Message-ID)[ \t]*:",
    re.IGNORECASE,
)
_NUMERIC_ZONE: Final = re.compile(rb"[+-]\d\d:?\d\d")


def separator_of(data: bytes, blank: bool) -> bytes | None:
    """The "From " line that `data` begins with, if a mail begins there: with a date in it, and a
    header field in the next line or near. `blank`: an empty line or nothing stands before it."""
    match = _FROM.match(data)
    if match is None:
        return None
    field = _FIELD.match(data, match.end())
    if field is None and not (blank and _NEAR.match(data, match.end())):
        return None
    rest = match[1].rstrip()
    # Thunderbird wrote "From - date", later "From -" and "From " alone.
    bare = blank and field and rest in (b"", b"-")
    if bare or _ASCTIME.search(rest) or _RFC.search(rest) or _ISO.search(rest):
        return match[0]
    return None


def written(separator: bytes) -> datetime | None:
    """The date of a "From " line in UTC, None where it has none. Without a zone it is UTC
    (RFC 4155)."""
    rest = separator.removeprefix(b"From ").rstrip()
    if match := _ASCTIME.search(rest):
        month, day, clock, before, year = match.groups()
        zone = before + rest[match.end(5) :]
    elif match := _RFC.search(rest):
        day, month, year, clock, zone = match.groups()
    elif match := _ISO.search(rest):
        year, number, day, clock = match.groups()
        if not 1 <= int(number) <= 12:
            return None
        month, zone = _MONTH[1:-1].split(b"|")[int(number) - 1], rest[match.end(4) :]
    else:
        return None
    clock = clock.rjust(8 if clock.count(b":") == 2 else 5, b"0")
    numeric = _NUMERIC_ZONE.search(zone)
    zone = numeric[0].replace(b":", b"") if numeric else zone.strip()
    return mail_date(b" ".join((day, month, year, clock, zone)).strip())
