"""Zones of a mail body: what its author wrote anew, without the rest.

Off go quotes with their attribution lines, what was forwarded, signatures, disclaimers, banners of
gateways and footers of lists; answers written between quoted lines stay. Telling these zones apart
before reading a mail improves what is read by 16 % (Lampert, Dale & Paris, NAACL 2010).
"""

from __future__ import annotations

import re
from typing import Final

from syncd.inference.zones_words import (
    ATTRIBUTION,
    BANNER,
    CLOSING,
    DEVICE,
    DISCLAIMER,
    FOOTER,
    FORWARDED,
    HEADER_LINE,
    HEADER_START,
    LOTUS_START,
)

_LONGEST: Final = 60_000  # characters; nobody writes more by hand
_MOST_LINES: Final = 3_000
_QUOTED: Final = re.compile(r"\s{0,3}(?:[>|]|[A-Z]{1,3}>)")
_DASHES: Final = re.compile(r"\s*(?:--|—|–) ?$")
_RULE: Final = re.compile(r"\s*[_=*#-]{5,}\s*$")
_POSTSCRIPT: Final = re.compile(r"\s*p\.?\s?s\b", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.!?]\s*$")
_INVISIBLE: Final = str.maketrans(
    {"\r": "\n", "\u00a0": " ", "\u202f": " ", "\u200b": None, "\ufeff": None, "\u200e": None}
)

_HEADER_DEPTH: Final = 8  # lines within which a quoted header says enough to be one
_SIGNATURE_LINES: Final = 12
_SIGNATURE_WIDTH: Final = 90


def new_text(plain: str) -> str:
    """The part of a plain body that its author wrote for this mail; "" when there is none."""
    return "\n".join(_without_signature(own_lines(plain))).strip()


def signature_of(plain: str) -> list[str]:
    """The lines below a plain body's closing or its "-- ", without talk; none where there is no
    such place. A postscript is no part of it."""
    lines = own_lines(plain)
    for at, line in enumerate(lines):
        if _DASHES.match(line) or (at and CLOSING.match(line) and _is_signature(lines[at + 1 :])):
            below = lines[at + 1 :]
            ps = _postscript(below)
            return [one.strip() for one in (below[: len(below) - len(ps) + 1] if ps else below)]
    return []


def own_lines(plain: str) -> list[str]:
    """What its author wrote for this mail, signature included, line by line."""
    text = plain[:_LONGEST].replace("\r\n", "\n").translate(_INVISIBLE)
    lines = [line.rstrip() for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    lines = lines[: _end_of_new(lines)]
    lines = _without_quotes(lines)
    return _without_paragraphs(lines)


def _end_of_new(lines: list[str]) -> int:
    """The index of the first line that begins a message below this one."""
    for at, line in enumerate(lines):
        if not line:
            continue
        if FORWARDED.match(line):
            return at
        if HEADER_START.match(line) and _header_lines(lines, at + 1) >= 2:
            return at
        if LOTUS_START.match(line) and _is_lotus(lines, at):
            # The author and the date stand on the lines above.
            return _before_paragraph(lines, at)
        if (end := _attribution_end(lines, at)) and not _quote_follows(lines, end):
            # A mailer that does not mark quoted lines: all that follows is old.
            return at
    return len(lines)


def _header_lines(lines: list[str], start: int) -> int:
    return sum(bool(HEADER_LINE.match(line)) for line in lines[start : start + _HEADER_DEPTH])


def _is_lotus(lines: list[str], at: int) -> bool:
    below = lines[at + 1 : at + 1 + 2 * _HEADER_DEPTH]
    return any(re.match(r"\s*subject:", line, re.IGNORECASE) for line in below)


def _before_paragraph(lines: list[str], at: int) -> int:
    start = at
    while start and lines[start - 1] and at - start < 4:
        start -= 1
    return start


def _attribution_end(lines: list[str], at: int) -> int:
    """The index after an attribution ("On Monday Ana wrote:") that begins at `at`, else 0.

    Mailers wrap it, so it may go on for four lines.
    """
    joined = ""
    for end in range(at, min(at + 4, len(lines))):
        line = lines[end].strip()
        if not line or _QUOTED.match(lines[end]):
            return 0
        joined = f"{joined} {line}" if joined else line
        if line.endswith(":") and ATTRIBUTION.fullmatch(joined):
            return end + 1
    return 0


def _quote_follows(lines: list[str], start: int) -> bool:
    following = next((line for line in lines[start:] if line), "")
    return bool(_QUOTED.match(following))


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _QUOTED.match(lines[at]):
            # Text above and below a quote are two paragraphs, not one sentence.
            kept.append("")
        elif end := _attribution_end(lines, at):
            kept.append("")
            at = end
            continue
        else:
            kept.append(lines[at])
        at += 1
    return kept


def _without_paragraphs(lines: list[str]) -> list[str]:
    """Without banners on top, and without disclaimers and footers and what follows them."""
    kept: list[str] = []
    for paragraph in _paragraphs(lines):
        joined = " ".join(line.strip() for line in paragraph)
        if BANNER.match(joined):
            continue
        if DISCLAIMER.search(joined[:400]) or FOOTER.search(joined[:400]):
            break
        kept += paragraph
        kept.append("")
    return kept


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """Runs of lines; blank lines and rules ("______") end one."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line and not _RULE.match(line):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _without_signature(lines: list[str]) -> list[str]:
    lines = [line for line in lines if not DEVICE.match(line)]
    for at, line in enumerate(lines):
        if _DASHES.match(line):
            # What stands alone above it is a list's prefix rather than a mail.
            return lines[:at] + _postscript(lines[at + 1 :])
        if at and CLOSING.match(line) and _is_signature(lines[at + 1 :]):
            return lines[:at] + _postscript(lines[at + 1 :])
    return lines


def _is_signature(lines: list[str]) -> bool:
    """Whether what follows a closing is names, titles and numbers, and no more talk."""
    below = [line for line in lines if line]
    if (ps := _postscript(lines)) and below:
        below = below[: -len([line for line in ps if line])]
    return (
        len(below) <= _SIGNATURE_LINES
        and all(len(line) <= _SIGNATURE_WIDTH for line in below)
        and sum(bool(_SENTENCE_END.search(line)) and len(line) > 30 for line in below) <= 1
        and not any("?" in line and "http" not in line for line in below)
    )


def _postscript(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if _POSTSCRIPT.match(line):
            return ["", *lines[at:]]
    return []
