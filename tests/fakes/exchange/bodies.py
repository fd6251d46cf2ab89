"""A support module: a body as text and as HTML, as Exchange turns one into the other."""

from __future__ import annotations

import html
import re
from typing import Final

from fakes.exchange.xml import Element, t

_HEAD: Final = (
    '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n'
)
_BREAK: Final = re.compile(r"(?i)<br\s*/?>|</p>|</div>|</li>|</tr>")
_HIDDEN: Final = re.compile(r"(?is)<(style|script|head)\b.*?</\1>|<!--.*?-->")
_TAG: Final = re.compile(r"(?s)<[^>]*>")


def body(stored: Element, wanted: str) -> Element:
    """The Body of an item in the form that a request wants: Best, HTML or Text."""
    kind, words = stored.get("BodyType"), stored.text or ""
    if wanted == "Text" and kind == "HTML":
        return t("Body", as_text(words), BodyType="Text")
    if wanted == "HTML" and kind == "Text":
        return t("Body", as_html(words), BodyType="HTML")
    if kind == "HTML" and "<html" not in words.lower():
        return t(
            "Body", f"{_HEAD}</head>\r\n<body>\r\n{words}\r\n</body>\r\n</html>\r\n", BodyType=kind
        )
    return t("Body", _lines(words) if kind == "Text" else words, BodyType=kind)


def as_text(words: str) -> str:
    """Without its tags."""
    flat = " ".join(_HIDDEN.sub("", words).split())
    lines = _TAG.sub("", _BREAK.sub("\n", flat)).split("\n")
    return "\r\n".join(html.unescape(one).strip() for one in lines).strip() + "\r\n"


def as_html(words: str) -> str:
    """As Exchange shows plain text."""
    shown = "<br>\r\n".join(html.escape(one) for one in words.splitlines())
    style = "<style><!-- .EmailQuote { margin-left: 1pt; } --></style>\r\n</head>\r\n<body>\r\n"
    text = f'<font size="2"><span style="font-size:10pt;"><div class="PlainText">{shown}</div>'
    return f"{_HEAD}{style}{text}</span></font>\r\n</body>\r\n</html>\r\n"


def _lines(words: str) -> str:
    return "\r\n".join(words.splitlines()) + ("\r\n" if words.endswith("\n") else "")
