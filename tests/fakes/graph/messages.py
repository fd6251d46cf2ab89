"""A support module: the methods of Graph that read messages."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from fakes.graph import changes, extended, times
from fakes.graph.call import Answer, Call, Json, Refused, not_found
from fakes.graph.folders import folder_of, lost
from fakes.graph.letters import Letter, attached, properties, told
from fakes.graph.routes import PAGES, TOKENS, Route, need

_READ: Final = need("Mail.Read", "Mail.ReadWrite")
_SIZE: Final = 10
_SINCE: Final = re.compile(r"receivedDateTime (ge|gt) (\S+)", re.IGNORECASE)
_EXPANDED: Final = frozenset({extended.NAME, "attachments"})
_HIDDEN: Final = frozenset({"internetMessageHeaders", "uniqueBody"})


def delta_messages(call: Call) -> Answer:
    """Changes in one folder."""
    folder, mailbox = folder_of(call), call.account.mailbox
    if call.options.get("$orderby", "receivedDateTime desc").lower() != "receiveddatetime desc":
        raise _unsupported("$orderby")
    _oldest(call.options)
    _change_type(call.options)

    def since(at: int | None, options: Mapping[str, str]) -> Iterable[str]:
        oldest = _oldest(options)
        found = [one for one in folder.letters.since(at) if _is_new(call, one, oldest)]
        if at is None and oldest is not None:
            newest = sorted(found, key=lambda one: mailbox.letters[one].at, reverse=True)
            return newest[: mailbox.filtered_most]
        if at is not None and (wanted := options.get("changeType")):
            return [one for one in found if (one in folder.letters.gone) == (wanted == "deleted")]
        return found

    def tell(item: str, options: Mapping[str, str]) -> Json | None:
        if item in folder.letters.items:
            return _shown(call, mailbox.letters[item], options)
        if item not in folder.letters.gone:
            return None
        reason = call.whims.pick("deleted", folder.letters.gone[item][1])
        found = item if call.immutable else f"AAMkAD{item[6:]}"
        return {"@odata.type": "#microsoft.graph.message", "id": found,
                "@removed": {"reason": reason}}  # fmt: skip

    body = changes.delta(
        call,
        call.account.rounds,
        f"messages:{folder.id}",
        revision=call.account.revisions.now,
        since=since,
        tell=tell,
        size=_SIZE,
        lost=lost("messages"),
    )
    return Answer(body, _EXPANDED)


def list_messages(call: Call) -> Answer:
    """The messages of a folder, or of all of them."""
    mailbox = call.account.mailbox
    found = list(mailbox.letters.values())
    if "folder" in call.path:
        folder = folder_of(call)
        found = [one for one in found if one.folder == folder.id]
    if "$filter" in call.options:
        fits = filtered(call.options["$filter"])
        found = [one for one in found if fits(one)]
    ascending = call.options.get("$orderby", "").lower() == "receiveddatetime asc"
    found.sort(key=lambda one: one.at, reverse=not ascending)
    expanded = frozenset(extended.expansions(call.options, _EXPANDED))

    def tell(one: str) -> Json:
        return _shown(call, mailbox.letters[one], call.options)

    return Answer(changes.paged(call, [one.id for one in found], tell, _SIZE), expanded)


def get_message(call: Call) -> Answer:
    """One message."""
    expanded = frozenset(extended.expansions(call.options, _EXPANDED))
    return Answer(_shown(call, letter_of(call), call.options), expanded)


def get_mime(call: Call) -> bytes:
    """As it was sent, with CRLF."""
    return letter_of(call).raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def list_attachments(call: Call) -> Json:
    """The files of a message."""
    return {"value": _files(letter_of(call))}


def letter_of(call: Call, name: str = "message") -> Letter:
    """The one that is named, by either kind of id."""
    letters, named = call.account.mailbox.letters, call.path[name]
    found = letters.get(named)
    if found is None:
        found = next((one for one in letters.values() if one.passing_id == named), None)
    if found is None or ("folder" in call.path and found.folder != folder_of(call).id):
        raise not_found()
    return found


def filtered(text: str) -> Callable[[Letter], bool]:
    """Whether a letter is what `$filter` says; the few filters that are known here."""
    tests = [_clause(clause.strip()) for clause in re.split(r" and (?![^(]*\))", text)]
    return lambda letter: all(test(letter) for test in tests)


def _clause(text: str) -> Callable[[Letter], bool]:
    if match := re.fullmatch(r"internetMessageId eq '(.*)'", text):
        wanted = match[1].replace("''", "'")
        return lambda letter: (letter.parsed.get("Message-ID") or "").strip() == wanted
    if match := re.fullmatch(r"isDraft eq (true|false)", text):
        draft = match[1] == "true"
        return lambda letter: letter.draft == draft
    if match := re.fullmatch(r"receivedDateTime (ge|gt|le|lt) (\S+)", text):
        at, late = times.moment(match[2]), match[1] in {"ge", "gt"}
        return lambda letter: letter.at >= at if late else letter.at <= at
    if match := re.fullmatch(r"conversationId eq '(.*)'", text):
        thread = match[1]
        return lambda letter: letter.thread == thread
    if (wanted_property := extended.asked(text)) is not None:
        name, value = wanted_property
        return lambda letter: any(
            one["value"] == value for one in extended.shown(properties(letter), [name])
        )
    if match := re.fullmatch(r"categories/any\((\w+): ?\1 eq '([^']+)'\)", text, re.IGNORECASE):
        category = match[2]
        return lambda letter: category in letter.categories
    raise Refused(400, "ErrorInvalidUrlQueryFilter", f"The query filter is not known: {text}")


def _shown(call: Call, letter: Letter, options: Mapping[str, str]) -> Json:
    """A message with what was expanded, and without what has to be selected."""
    as_text = call.prefer.get("outlook.body-content-type", "") == "text"
    body = told(letter, immutable=call.immutable, as_text=as_text)
    if "$select" not in options:
        body = {name: value for name, value in body.items() if name not in _HIDDEN}
    for name, wanted in extended.expansions(options, _EXPANDED).items():
        if name == "attachments":
            body[name] = _files(letter)
        elif found := extended.shown(properties(letter), wanted):
            body[name] = found
    return body


def _files(letter: Letter) -> list[Json]:
    made = []
    for number, part in enumerate(attached(letter)):
        data = part.get_payload(decode=True)
        raw = data if isinstance(data, bytes) else b""
        made.append(
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "@odata.mediaContentType": part.get_content_type(),
                "id": f"{letter.id}-{number}",
                "lastModifiedDateTime": times.instant(letter.made),
                "name": part.get_filename() or "file",
                "contentType": part.get_content_type(),
                "size": len(raw),
                "isInline": False,
                "contentBytes": base64.b64encode(raw).decode(),
            }
        )
    return made


def _is_new(call: Call, item: str, oldest: datetime | None) -> bool:
    letter = call.account.mailbox.letters.get(item)
    return letter is None or oldest is None or letter.at >= oldest


def _oldest(options: Mapping[str, str]) -> datetime | None:
    if "$filter" not in options:
        return None
    match = _SINCE.fullmatch(options["$filter"].strip())
    if match is None:
        raise _unsupported("$filter")
    return times.moment(match[2])


def _change_type(options: Mapping[str, str]) -> None:
    if options.get("changeType", "created") not in {"created", "updated", "deleted"}:
        raise Refused(400, "ErrorInvalidUrlQuery", "changeType is created, updated or deleted.")


def _unsupported(name: str) -> Refused:
    message = (
        "The following parameters are not supported with change tracking over the 'Messages' "
        f"resource: '{name}'."
    )
    return Refused(400, "ErrorInvalidUrlQuery", message)


_ONE: Final = frozenset({"$select", "$expand"})
_IN: Final = "/mailFolders/{folder}/messages"
_MESSAGE: Final = "/messages/{message}"

ROUTES: Final = (
    Route("messages.delta", "GET", f"{_IN}/delta", delta_messages, "message", many=True, ids=True,
          options=_ONE | TOKENS | {"$top", "$filter", "$orderby", "changeType"}, rights=_READ),
    Route("messages.list", "GET", _IN, list_messages, "message", many=True, ids=True,
          options=PAGES, rights=_READ),
    Route("messages.list", "GET", "/messages", list_messages, "message", many=True, ids=True,
          options=PAGES, rights=_READ),
    Route("messages.get", "GET", _MESSAGE, get_message, "message", options=_ONE, ids=True,
          rights=_READ),
    Route("messages.get", "GET", f"{_IN}/{{message}}", get_message, "message", options=_ONE,
          ids=True, rights=_READ),
    Route("messages.mime", "GET", f"{_MESSAGE}/$value", get_mime, ids=True, rights=_READ),
    Route("attachments.list", "GET", f"{_MESSAGE}/attachments", list_attachments, "attachment",
          many=True, options=frozenset({"$select"}), ids=True, rights=_READ),
)  # fmt: skip
