"""A support module: the methods of Gmail for messages, labels and the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fakes.google import pages
from fakes.google.call import Call, Refused, invalid, not_found
from fakes.google.mailbox import SYSTEM_LABELS, Letter, Mailbox
from fakes.google.payload import attachment, encoded, payload, snippet
from fakes.google.search import finder

if TYPE_CHECKING:
    from fakes.google.documents import Json

METADATA_SCOPE: Final = "https://www.googleapis.com/auth/gmail.metadata"
_MOST: Final = 500
# Of more than that Gmail says this number, which is no count.
_ESTIMATE: Final = 201


def mailbox_of(call: Call) -> Mailbox:
    """That of the user who is named, which has to be the one who calls."""
    if call.parameters["userId"] not in {"me", call.account.address}:
        raise Refused(403, "forbidden", f"Delegation denied for {call.account.address}")
    return call.account.mailbox


def get_profile(call: Call) -> Json:
    """users.getProfile"""
    mailbox = mailbox_of(call)
    return {
        "emailAddress": call.account.address,
        "messagesTotal": len(mailbox.letters),
        "threadsTotal": len({one.thread for one in mailbox.letters.values()}),
        "historyId": str(mailbox.history),
    }


def list_labels(call: Call) -> Json:
    """users.labels.list"""
    own = mailbox_of(call).labels.items()
    shown = {"messageListVisibility": "show", "labelListVisibility": "labelShow"}
    return {
        "labels": [
            *({"id": one, "name": one, "type": "system"} for one in SYSTEM_LABELS),
            *({"id": found, "name": name, "type": "user", **shown} for found, name in own),
        ]
    }


def get_label(call: Call) -> Json:
    """users.labels.get, with how many messages have it."""
    mailbox, found = mailbox_of(call), call.parameters["id"]
    own = found in mailbox.labels
    if not own and found not in SYSTEM_LABELS:
        raise not_found()
    having = [one for one in mailbox.letters.values() if found in one.labels]
    unread = [one for one in having if "UNREAD" in one.labels]
    return {
        "id": found,
        "name": mailbox.labels.get(found, found),
        "type": "user" if own else "system",
        "messagesTotal": len(having),
        "messagesUnread": len(unread),
        "threadsTotal": len({one.thread for one in having}),
        "threadsUnread": len({one.thread for one in unread}),
    }


def list_send_as(call: Call) -> Json:
    """users.settings.sendAs.list"""
    mailbox = mailbox_of(call)
    main: Json = {"sendAsEmail": mailbox.address, "isPrimary": True, "isDefault": True}
    also = [
        {"sendAsEmail": one, "treatAsAlias": True, "verificationStatus": "accepted"}
        for one in mailbox.aliases
    ]
    return {"sendAs": [{"displayName": "", "replyToAddress": "", **one} for one in (main, *also)]}


def list_messages(call: Call) -> Json:
    """users.messages.list. A page begins behind the last message of the one before, whatever was
    deleted or came in between."""
    mailbox = mailbox_of(call)
    query, labels = call.asked("q") or "", call.asked("labelIds") or []
    if query and _only_metadata(call):
        raise Refused(403, "forbidden", "Metadata scope does not support 'q' parameter")
    found, everywhere = finder(query, mailbox)
    everywhere |= bool(call.asked("includeSpamTrash")) or bool({"SPAM", "TRASH"} & set(labels))
    same = {"q": query, "labels": labels, "everywhere": everywhere}
    listed = [
        one
        for one in mailbox.newest_first()
        if (everywhere or not one.labels & {"SPAM", "TRASH"})
        and set(labels) <= one.labels
        and found(one)
    ]
    if (given := call.asked("pageToken")) is not None:
        about = pages.read(given, "messages")
        if about is None or about["same"] != same:
            raise invalid("Invalid pageToken")
        listed = [one for one in listed if [_stamp(one), one.id] < about["behind"]]
    shown = listed[: min(call.parameters["maxResults"], _MOST)]
    answer: Json = {"resultSizeEstimate": min(len(listed), _ESTIMATE)}
    if shown:
        answer["messages"] = [{"id": one.id, "threadId": one.thread} for one in shown]
    if len(shown) < len(listed):
        behind = [_stamp(shown[-1]), shown[-1].id]
        about = {"kind": "messages", "behind": behind, "same": same}
        answer["nextPageToken"] = pages.token(about)
    return answer


def get_message(call: Call) -> Json:
    """users.messages.get"""
    letter = _letter(call, "id")
    form = call.parameters["format"]
    if form in {"full", "raw"} and _only_metadata(call):
        raise Refused(403, "forbidden", f"Metadata scope doesn't allow format {form.upper()}")
    return shown(letter, form, call.asked("metadataHeaders") or ())


def get_attachment(call: Call) -> Json:
    """users.messages.attachments.get"""
    data = attachment(_letter(call, "messageId"), call.parameters["id"])
    if data is None:
        raise invalid("Invalid attachment token")
    return {"size": len(data), "data": encoded(data)}


def shown(letter: Letter, form: str, headers: tuple[str, ...] | list[str] = ()) -> Json:
    """A message in one of the four formats."""
    answer: Json = {
        "id": letter.id,
        "threadId": letter.thread,
        **({"labelIds": sorted(letter.labels)} if letter.labels else {}),
        "snippet": snippet(letter),
        "historyId": str(letter.history),
        "internalDate": str(_stamp(letter)),
        "sizeEstimate": len(letter.raw),
    }
    if form == "raw":
        answer["raw"] = encoded(letter.raw)
    elif form != "minimal":
        answer["payload"] = payload(letter, form == "full", headers)
    return answer


def _letter(call: Call, name: str) -> Letter:
    letters = mailbox_of(call).letters
    found = call.parameters[name]
    if found not in letters:
        try:
            int(found, 16)
        except ValueError:
            raise invalid("Invalid id value") from None
        raise not_found()
    return letters[found]


def _only_metadata(call: Call) -> bool:
    """Whether the token is refused searches and bodies."""
    return {one for one in call.scopes if "gmail" in one or "mail.google" in one} == {
        METADATA_SCOPE
    }


def _stamp(letter: Letter) -> int:
    return int(letter.at.timestamp() * 1000)


METHODS: Final = {
    "gmail.users.getProfile": get_profile,
    "gmail.users.labels.list": list_labels,
    "gmail.users.labels.get": get_label,
    "gmail.users.settings.sendAs.list": list_send_as,
    "gmail.users.messages.list": list_messages,
    "gmail.users.messages.get": get_message,
    "gmail.users.messages.attachments.get": get_attachment,
}
