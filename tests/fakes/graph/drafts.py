"""A support module: the methods of Graph that write messages: drafts, and nothing else.

A draft comes as JSON or as MIME in Base64; Exchange gives it a Message-ID where it has none. There
is nothing here that sends.

Whether the Message-ID of a MIME stays is nowhere written: by seed it is another one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from fakes.graph import extended
from fakes.graph.call import Call, Json, Refused, Undocumented
from fakes.graph.folders import folder_of
from fakes.graph.letters import Letter, told
from fakes.graph.messages import letter_of
from fakes.graph.routes import Route, need

_WRITE: Final = need("Mail.ReadWrite")
_DEEP: Final = frozenset({extended.NAME})
_PEOPLE: Final = {
    "toRecipients": "To",
    "ccRecipients": "Cc",
    "bccRecipients": "Bcc",
    "replyTo": "Reply-To",
}


_MESSAGE_ID: Final = re.compile(rb"^Message-ID:.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)


def create_draft(call: Call) -> Json:
    """A draft in Drafts, or in the folder that is named."""
    folder = folder_of(call).id if "folder" in call.path else "drafts"
    raw = _mime(call) if _is_mime(call) else _made(call, call.body)
    return _stored(call, raw, folder)


def create_reply(call: Call) -> Json:
    """The draft of an answer: addressed, quoted and in the thread of what it answers."""
    asked = letter_of(call)
    if _is_mime(call):
        return _stored(call, _mime(call), "drafts")
    message, comment = call.body.get("message") or {}, str(call.body.get("comment") or "")
    if comment and "body" in message:
        raise Refused(400, "ErrorInvalidArgument", "Comment and body cannot both be specified.")
    mail = asked.parsed
    name, address = parseaddr(str(mail.get("Reply-To") or mail.get("From") or ""))
    subject = asked.text("Subject")
    quoted = told(asked, immutable=True, as_text=True)["body"]["content"]
    about: Json = {
        "subject": subject if subject.lower().startswith("re:") else f"RE: {subject}",
        "toRecipients": [{"emailAddress": {"name": name, "address": address}}],
        "body": {"contentType": "text", "content": f"{comment}\r\n\r\n________\r\n{quoted}"},
        **message,
    }
    raw = _made(call, about, answers=str(mail.get("Message-ID") or ""))
    return _stored(call, raw, "drafts")


def update_draft(call: Call) -> Json:
    """Members of a draft."""
    letter = _draft(call)
    before = told(letter, immutable=True)
    kept = {name: before[name] for name in (*_PEOPLE, "subject", "body", "importance")}
    answers = str(letter.parsed.get("In-Reply-To") or "")
    known = [
        one
        for one in before.get("internetMessageHeaders", ())
        if one["name"].lower().startswith("x-")
    ]
    body = {**kept, "internetMessageHeaders": known, **call.body}
    named = body.get("internetMessageId") or letter.parsed.get("Message-ID")
    if call.body.keys() <= {"internetMessageId", "categories", extended.NAME}:
        letter.raw = _MESSAGE_ID.sub(f"Message-ID: {named}".encode(), letter.raw, count=1)
    else:
        letter.raw = _made(call, body, answers=answers, message_id=named)
    _keep(call, letter)
    call.account.mailbox.touch(letter.id)
    return told(letter, immutable=call.immutable)


def delete_draft(call: Call) -> None:
    """To the deleted items, as Graph does it."""
    call.account.mailbox.trash(_draft(call).id)


def _stored(call: Call, raw: bytes, folder: str) -> Json:
    mailbox = call.account.mailbox
    letter = mailbox.letters[mailbox.deliver(raw, folder, draft=True)]
    _keep(call, letter)
    made = told(letter, immutable=call.immutable)
    return {name: value for name, value in made.items() if name != "internetMessageHeaders"}


def _keep(call: Call, letter: Letter) -> None:
    letter.categories = tuple(call.body.get("categories") or letter.categories)
    letter.extended.update(extended.kept(call.body))


def _draft(call: Call) -> Letter:
    letter = letter_of(call)
    if not letter.draft:
        raise Undocumented(400, "ErrorInvalidOperation", "this is no draft: it is left alone")
    return letter


def _is_mime(call: Call) -> bool:
    return call.headers.get("content-type", "").startswith("text/plain")


def _mime(call: Call) -> bytes:
    try:
        raw = base64.b64decode(call.raw, validate=True)
    except (ValueError, binascii.Error):
        code = "ErrorMimeContentInvalidBase64String"
        raise Refused(400, code, "Invalid base64 string for MIME content.") from None
    raw = raw.replace(b"\r\n", b"\n")
    head = raw.partition(b"\n\n")[0]
    if not _MESSAGE_ID.search(head):
        return f"Message-ID: {_message_id(call)}\n".encode() + raw
    if call.whims.pick(False, False, True):
        return _MESSAGE_ID.sub(f"Message-ID: {_message_id(call)}".encode(), raw, count=1)
    return raw


def _made(call: Call, body: Json, *, answers: str = "", message_id: object | None = None) -> bytes:
    mail = EmailMessage()
    owner = Address(call.account.name, addr_spec=call.account.address)
    mail["From"] = str(owner)
    for name, header in _PEOPLE.items():
        if people := _addresses(body.get(name) or ()):
            mail[header] = ", ".join(people)
    mail["Subject"] = str(body.get("subject") or "")
    mail["Date"] = format_datetime(call.account.now())
    mail["Message-ID"] = str(message_id or _message_id(call))
    if answers:
        mail["In-Reply-To"] = answers
        mail["References"] = answers
    if body.get("importance") in {"low", "high"}:
        mail["Importance"] = body["importance"]
    for one in body.get("internetMessageHeaders") or ():
        if not str(one["name"]).lower().startswith("x-"):
            message = f"The internet message header name '{one['name']}' should start with 'x-'."
            raise Refused(400, "InvalidInternetMessageHeader", message)
        mail[one["name"]] = one["value"]
    content = body.get("body") or {}
    subtype = "html" if content.get("contentType") == "html" else "plain"
    text = str(content.get("content") or "").replace("\r\n", "\n")
    mail.set_content(text, subtype=subtype, charset="utf-8")
    return mail.as_bytes()


def _addresses(people: Iterable[Json]) -> list[str]:
    found = []
    for one in people:
        about = one["emailAddress"]
        name = str(about.get("name") or "")
        if "@" not in str(about.get("address") or ""):
            raise Refused(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        found.append(str(Address(name, addr_spec=about["address"])))
    return found


def _message_id(call: Call) -> str:
    return f"<DB9P{call.account.revisions.advance():06}@DB9P.eurprd02.prod.outlook.com>"


_IN: Final = "/mailFolders/{folder}/messages"
_MESSAGE: Final = "/messages/{message}"

ROUTES: Final = (
    Route("drafts.create", "POST", "/messages", create_draft, "message", takes="message",
          deep=_DEEP, status=201, ids=True, rights=_WRITE),
    Route("drafts.create", "POST", _IN, create_draft, "message", takes="message", deep=_DEEP,
          status=201, ids=True, rights=_WRITE),
    Route("drafts.reply", "POST", f"{_MESSAGE}/createReply", create_reply, "message", status=201,
          ids=True, rights=_WRITE),
    Route("drafts.update", "PATCH", _MESSAGE, update_draft, "message", takes="message",
          deep=_DEEP, ids=True, rights=_WRITE),
    Route("drafts.delete", "DELETE", _MESSAGE, delete_draft, status=204, ids=True, rights=_WRITE),
)  # fmt: skip
