"""HTML as lines of text: blocks end lines, quotes get "> ", what nobody sees is dropped."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

HTML_LIMIT: Final = 512 * 1024  # characters; Gmail shows 102 kB
_QUOTES_LIMIT: Final = 20
# The parser takes quadratic time for elements inside elements: 200,000 of them cost minutes.
_MANY_TAGS: Final = 4_000
_NESTED_LIMIT: Final = 150
_TAG_LIMIT: Final = 8 * 1024
_OUT_LIMIT: Final = 128 * 1024  # characters; nobody reads on

_BLOCKS: Final = frozenset(
    (
        "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
        "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    )
)  # fmt: skip
_PARAGRAPHS: Final = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol"))
_DROPPED: Final = frozenset(
    ("head", "title", "meta", "link", "script", "style", "template", "noscript", "object", "svg")
)
_CLOSE_THEMSELVES: Final = frozenset(
    (
        "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img",
        "input", "li", "link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot",
        "th", "thead", "tr", "wbr",
    )
)  # fmt: skip
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:_-]{0,40}+)[^<>]*+>?")
_LONG_TAG: Final = re.compile(rf"<[^<>]{{{_TAG_LIMIT},}}+>?")
_EMBEDDED: Final = re.compile(r"data:[\w/+.-]{1,80}+;base64,[A-Za-z0-9+/=\s%]*+", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f\v]+")
# The preview line of newsletters, and whatever else is written to be indexed and not to be read.
_HIDDEN: Final = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|opacity:0(?:\.0+)?(?:[;!]|$)|"
    r"max-height:0(?:px)?(?:[;!]|$))"
)
_PREVIEW: Final = re.compile(r"(?:^|[\s_-])pre-?header(?:$|[\s_-])", re.IGNORECASE)


def html_lines(html: str) -> str:
    """The text that a reader of `html` sees; trailing blanks and empty lines may be left."""
    root = LexborHTMLParser(_bounded(html)).root
    return "" if root is None else "".join(_html(root))


def _bounded(html: str) -> str:
    """HTML that is parsed in a moment. Ordinary mail comes out as it went in."""
    if len(html) > HTML_LIMIT:
        html = _EMBEDDED.sub("", html[: 8 * HTML_LIMIT])[:HTML_LIMIT]
    html = _LONG_TAG.sub("", html)
    if html.count("<") <= _MANY_TAGS:
        return html
    nested = 0
    depths: Counter[str] = Counter()

    def shallow(match: re.Match[str]) -> str:
        nonlocal nested
        tag = match[2].lower()
        if tag in _CLOSE_THEMSELVES:
            return match[0]
        if match[1]:
            if not depths[tag]:
                return ""
            depths[tag] -= 1
            nested -= 1
            return match[0]
        if nested >= _NESTED_LIMIT:
            return " "
        depths[tag] += 1
        nested += 1
        return match[0]

    return _TAG.sub(shallow, html)


def _html(root: LexborNode) -> list[str]:
    """Text chunks in document order. Iterative: mail nests tables deeper than Python recurses."""
    out = _Lines()
    stack: list[tuple[LexborNode | None, str]] = [(root, "")]
    while stack and out.size < _OUT_LIMIT:
        node, closing = stack.pop()
        if node is None:
            out.close(closing)
            continue
        tag = node.tag or ""
        if tag == "-text":
            out.text(node.text_content or "")
            continue
        if tag in _DROPPED or tag.startswith(("-", "!")) or _hidden(node):
            continue
        if tag == "br":
            out.line()
            continue
        out.open(tag)
        stack.append((None, tag))
        child = node.last_child
        while child is not None:
            stack.append((child, ""))
            child = child.prev
    return out.finish()


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    style = attributes.get("style")
    if style and _HIDDEN.search("".join(style[:2000].split()).lower()):
        return True
    return "hidden" in attributes or _PREVIEW.search(attributes.get("class") or "") is not None


class _Lines:
    """Lines under construction, each begun with the quote marks of where it stands."""

    def __init__(self) -> None:
        self.size = 0
        self._done: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._last_depth = 0
        self._pre = 0

    def open(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end(tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._depth += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "li":
            self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")

    def close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end(tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._depth -= 1
        elif tag == "pre":
            self._pre -= 1

    def text(self, text: str) -> None:
        self.size += len(text)
        if self._pre:
            first, *rest = text.replace("\r", "").split("\n")
            self._line.append(first)
            for line in rest:
                self.line()
                self._line.append(line)
        else:
            self._line.append(_BLANKS.sub(" ", text))

    def line(self) -> None:
        """End the line, empty or not."""
        marks = "> " * min(self._depth, _QUOTES_LIMIT)
        text = "".join(self._line)
        if not self._pre:
            text = " ".join(text.replace("\xa0", " ").split(" ")).strip()
            text = re.sub(r" {2,}", " ", text)
        self._done.append(marks + text + "\n")
        self.size += len(marks)
        self._last_depth = self._depth
        self._line.clear()

    def _end(self, blank: bool) -> None:
        """End the line where there is one; after a paragraph leave an empty line."""
        if "".join(self._line).strip():
            self.line()
        self._line.clear()
        # A quote begins right below what stands before it.
        same = self._depth <= self._last_depth
        if blank and same and self._done and self._done[-1].strip("> \n"):
            self._done.append("> " * min(self._depth, _QUOTES_LIMIT) + "\n")

    def finish(self) -> list[str]:
        self._end(False)
        return self._done
