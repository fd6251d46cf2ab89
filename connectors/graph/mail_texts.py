"""What mails say, for the few that inference wants to read.

The body comes as it was written, in HTML: as text Microsoft would give it without the marks of what
is quoted. Where there is none (S/MIME), the mail itself is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from connectors.contract import Text
from connectors.errors import BadItem, ConnectorError
from connectors.graph.api import Api
from connectors.graph.errors import Declined, NotThere
from connectors.graph.mail_fetch import WHAT
from connectors.graph.odata import path

_AT_ONCE: Final = 20
_ONE: Final = {"$select": "body,hasAttachments"}
_AS_WRITTEN: Final = ('outlook.body-content-type="html"',)
_MIME_LIMIT: Final = 4 * 1024 * 1024


def read_texts(api: Api, wanted: Mapping[str, str]) -> Iterator[Text]:
    """The text of each, in any order; `wanted`: ids and their refs. Raises the errors of the
    contract; what was read before was told."""
    ids = list(wanted)
    for at in range(0, len(ids), _AT_ONCE):
        yield from _some(api, ids[at : at + _AT_ONCE], wanted)


def _some(api: Api, ids: Sequence[str], wanted: Mapping[str, str]) -> Iterator[Text]:
    asked = {one: path("messages", one, query=_ONE) for one in ids}
    trouble: ConnectorError | None = None
    for one, answer in api.batch(asked, WHAT, prefer=_AS_WRITTEN):
        if isinstance(answer, NotThere):
            yield Text(wanted[one], None)
        elif isinstance(answer, Declined):
            yield Text(wanted[one], "")  # there is no way to it
        elif isinstance(answer, ConnectorError):
            trouble = answer
        else:
            yield Text(wanted[one], _plain(api, one, answer))
    if trouble is not None:
        raise trouble


def _plain(api: Api, one: str, message: Mapping[str, Any]) -> str | None:
    from connectors.formats.text import plain_text  # costs 40 ms, and headers do without

    told = message.get("body")
    body = told if isinstance(told, dict) else {}
    kind = "html" if str(body.get("contentType")).lower() == "html" else "plain"
    head = f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    content = str(body.get("content") or "")
    try:
        text = plain_text((head + content).encode("utf-8", "replace"))
        if not text.strip() and message.get("hasAttachments"):
            text = plain_text(api.raw(path("messages", one, "$value"), WHAT, _MIME_LIMIT))
    except BadItem:
        return ""
    except NotThere:
        return None
    return text
