"""Links and telephone numbers in the text of a calendar entry.

The text itself is looked at and never kept.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from connectors.formats.words import clean

_LINK_LIMIT: Final = 500
_URL_LIMIT: Final = 4_000
_TEXT_LIMIT: Final = 64 * 1024
_URL: Final = re.compile(r"https?://[^\s<>\"'\\\])}|]+", re.IGNORECASE)
# RFC 3986, without a user and password, which nobody else should read.
_PAGE: Final = re.compile(
    r"https?://[^\s/?#@<>\"\\^`{|}]+(?:[/?#][^\s<>\"\\^`{|}]*)?", re.IGNORECASE
)
_HOST: Final = re.compile(r"https?://(?:[^/@\s]*@)?([^/:?#\s]+)", re.IGNORECASE)
# Hosts (and what must follow, where the host has other pages too) of the services in use.
_SERVICES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(.+\.)?zoom(gov)?\.(us|com|com\.cn)$",
        r"^meet\.google\.com$",
        r"^hangouts\.google\.com$",
        r"^teams\.(microsoft|live)\.(com|us)$",
        r"^(.+\.)?teams\.microsoft\.(com|us)$",
        r"^(.+\.)?webex\.com$",
        r"^(.+\.)?whereby\.com$",
        r"^(.+\.)?jit\.si$",
        r"^(.+\.)?8x8\.vc$",
        r"^(.+\.)?goto(meeting|meet|webinar)?\.(com|me)$",
        r"^(join|meet|web)\.skype\.com$",
        r"^(.+\.)?lync\.com$",
        r"^facetime\.apple\.com$",
        r"^(.+\.)?bluejeans\.com$",
        r"^(.+\.)?chime\.aws$",
        r"^(.+\.)?(starleaf|lifesizecloud|livestorm|dialpad|daily|gather)\.(com|co|town)$",
        r"^meeting\.zoho\.(com|eu|in)$",
        r"^(.+\.)?(senfcall|fairmeeting)\.(de|net)$",
        r"^(.+\.)?discord\.(gg|com)$",
        r"^(meet\.)?around\.co$",
        r"^(.+\.)?bigbluebutton\.[a-z]+$",
        r"^(.+\.)?ringcentral\.com$",
        r"^(meet|meeting|video|visio|webconf|videoconf|call|bbb|jitsi)\.",
    )
)
# Mail gateways and calendars wrap links: the real one is inside.
_WRAPPED: Final = re.compile(
    r"https?://(?:[\w-]+\.safelinks\.protection\.outlook\.com/.*?[?&]url="
    r"|(?:www\.)?google\.[a-z.]{2,6}/url\?(?:.*?&)?q=|urldefense\.com/v3/__)"
    r"(https?(?::|%3A)[^&\s]+)",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"(?:^|[\s:,;(])"
    r"(?P<lead>(?:tel|telephone|telefon|telefone|t[eé]l[eé]phone|tel[eé]fono|phone|call|mobile|cell)"
    r"[.:]?\s*)?"
    r"(?P<number>\+?\(?\d[\d\s().\-/]{5,22}\d)(?![\w-])",
    re.IGNORECASE,
)
_TEL: Final = re.compile(r"\btel:(?://)?([+\d][\d().\-]{4,24})", re.IGNORECASE)


def is_conference(url: str) -> bool:
    """Whether the URL's host is a conference service, or calls itself meet., video. or call."""
    match = _HOST.match(url)
    if match is None:
        return False
    host = match[1].lower().rstrip(".")
    return any(service.search(host) for service in _SERVICES)


def conference_link(text: str) -> str:
    """The first conference URL in `text`, or ""."""
    if "://" not in text:
        return ""
    for match in _URL.finditer(text[:_TEXT_LIMIT]):
        url = unwrapped(match[0].rstrip(".,;:!?&"))
        if is_conference(url):
            return clean(url)[:_LINK_LIMIT]
    return ""


def unwrapped(url: str) -> str:
    """The URL inside one of a link checker (Safe Links, URL Defense) or of Google's redirect."""
    url = url[:_URL_LIMIT].replace("&amp;", "&")
    match = _WRAPPED.match(url)
    if match is None:
        return url
    inner = match[1]
    if "urldefense" in match[0].lower():
        return inner.partition("__;")[0].removesuffix("__")
    return unquote(inner)


def any_link(text: str) -> str:
    """The first URL in a property that holds nothing but a conference, or ""."""
    match = _URL.search(text[:_TEXT_LIMIT])
    return clean(unwrapped(match[0]))[:_LINK_LIMIT] if match else ""


def page_link(text: str) -> str:
    """The web page that a URL property (RFC 5545 section 3.8.4.6) names, or "": half a link opens
    nothing, so one that is too long is none."""
    url = text[: 2 * _LINK_LIMIT].strip()
    fits = len(url) <= _LINK_LIMIT and url.isprintable()
    return url if fits and _PAGE.fullmatch(url) else ""


def phone_number(text: str) -> str:
    """A telephone number in a place or a title, or "".

    Digits alone may be a room, a postcode or a date: a number begins with + or 0, stands behind a
    word such as "Tel", or is all there is; it has 7 to 15 digits (E.164).
    """
    text = text[:500]
    if match := _TEL.search(text):
        return _digits(match[1])
    without_links = _URL.sub(" ", text)
    for match in _NUMBER.finditer(without_links):
        number = match["number"].strip()
        alone = number == without_links.strip()
        meant = match["lead"] or number.startswith(("+", "0", "(0", "(+")) or alone
        if meant and not _is_date(number) and (digits := _digits(number)):
            return digits
    return ""


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    if not 7 <= len(digits) <= 15:
        return ""
    return "+" + digits if number.lstrip("(").startswith("+") else digits


def _is_date(number: str) -> bool:
    return re.fullmatch(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}", number) is not None
