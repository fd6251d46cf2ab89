"""A support module: the methods of Gmail for history, watches and drafts."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from fakes.google import pages
from fakes.google.call import Call, Refused, invalid, not_found
from fakes.google.gmail import mailbox_of, shown
from fakes.google.mailbox import Draft, Event, Mailbox, Watch
from fakes.google.search import finder

if TYPE_CHECKING:
    from fakes.google.documents import Json

_WATCH: Final = timedelta(days=7)
_MEMBERS: Final = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


def list_history(call: Call) -> Json:
    """users.history.list. Ids that have expired are not found (404). A page begins behind the last
    record of the one before, and the id that each page tells is that of the moment."""
    mailbox = mailbox_of(call)
    if (start := call.asked("startHistoryId")) is None:
        raise invalid("Missing/invalid parameter: startHistoryId")
    if int(start) < mailbox.oldest():
        raise not_found()
    kinds, label = call.asked("historyTypes") or list(_MEMBERS), call.asked("labelId")
    records = [
        one
        for one in mailbox.log
        if one.id > int(start) and one.kind in kinds and (label is None or label in one.stands)
    ]
    same = {"start": start, "kinds": kinds, "label": label}
    if (given := call.asked("pageToken")) is not None:
        about = pages.read(given, "history")
        if about is None or about["same"] != same:
            raise invalid("Invalid pageToken")
        records = [one for one in records if one.id > about["behind"]]
    part = records[: min(call.parameters["maxResults"], 500)]
    if mailbox.hollow and given is None:
        part = []
    answer: Json = {"historyId": str(mailbox.history)}
    if part:
        answer["history"] = [_record(mailbox, one) for one in part]
    if len(part) < len(records):
        about = {"kind": "history", "behind": part[-1].id if part else int(start), "same": same}
        answer["nextPageToken"] = pages.token(about)
    return answer


def _record(mailbox: Mailbox, one: Event) -> Json:
    short = {"id": one.message, "threadId": one.thread}
    letter = mailbox.letters.get(one.message)
    labels = sorted(letter.labels) if letter else list(one.stands)
    change: Json = {"message": {**short, **({"labelIds": labels} if labels else {})}}
    if one.labels:
        change["labelIds"] = list(one.labels)
    return {"id": str(one.id), "messages": [short], _MEMBERS[one.kind]: [change]}


def watch(call: Call) -> Json:
    """users.watch. Says where the history stands at once, through the topic too."""
    mailbox = mailbox_of(call)
    topic = call.body.get("topicName", "")
    if not call.account.pubsub.has_topic(topic):
        raise invalid(f"Invalid topicName does not match projects/PROJECT/topics/*: {topic}")
    if not call.account.pubsub.may_publish(topic):
        raise Refused(
            403,
            "forbidden",
            "Error sending test message to Cloud PubSub "
            f"{topic} : User not authorized to perform this action.",
        )
    exclude = call.body.get("labelFilterBehavior", call.body.get("labelFilterAction")) == "exclude"
    until = mailbox.now() + _WATCH
    mailbox.watch = Watch(topic, until, frozenset(call.body.get("labelIds", ())), exclude)
    call.account.pubsub.publish(topic, call.account.address, mailbox.history)
    return {"historyId": str(mailbox.history), "expiration": str(int(until.timestamp() * 1000))}


def stop(call: Call) -> None:
    """users.stop"""
    mailbox_of(call).watch = None


def create_draft(call: Call) -> Json:
    """users.drafts.create, with the message in `raw`."""
    mailbox = mailbox_of(call)
    message = call.body.get("message", {})
    if not message.get("raw"):
        raise invalid(
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        )
    try:
        raw = base64.urlsafe_b64decode(message["raw"])
    except binascii.Error:
        raise invalid("Invalid value for ByteString") from None
    thread = message.get("threadId")
    if thread is not None and all(one.thread != thread for one in mailbox.letters.values()):
        raise not_found()
    return _draft(mailbox, mailbox.drafts[mailbox.save_draft(raw, thread)])


def list_drafts(call: Call) -> Json:
    """users.drafts.list, newest first."""
    mailbox = mailbox_of(call)
    found, _ = finder(call.asked("q") or "", mailbox)
    drafts = [one for one in mailbox.drafts.values() if found(mailbox.letters[one.message])][::-1]
    size = min(call.parameters["maxResults"], 500)
    part, more = pages.page(drafts, "drafts", call.asked("pageToken"), size)
    answer: Json = {"resultSizeEstimate": len(drafts)}
    if part:
        answer["drafts"] = [_draft(mailbox, one, labels=False) for one in part]
    if more:
        answer["nextPageToken"] = more
    return answer


def get_draft(call: Call) -> Json:
    """users.drafts.get"""
    mailbox = mailbox_of(call)
    draft = mailbox.drafts.get(call.parameters["id"])
    if draft is None:
        raise not_found()
    letter = mailbox.letters[draft.message]
    return {"id": draft.id, "message": shown(letter, call.parameters["format"])}


def delete_draft(call: Call) -> None:
    """users.drafts.delete"""
    mailbox = mailbox_of(call)
    draft = mailbox.drafts.get(call.parameters["id"])
    if draft is None:
        raise not_found()
    mailbox.delete(draft.message)


def _draft(mailbox: Mailbox, draft: Draft, labels: bool = True) -> Json:
    letter = mailbox.letters[draft.message]
    message: Json = {"id": letter.id, "threadId": letter.thread}
    return {"id": draft.id, "message": {**message, "labelIds": ["DRAFT"]} if labels else message}


METHODS: Final = {
    "gmail.users.history.list": list_history,
    "gmail.users.watch": watch,
    "gmail.users.stop": stop,
    "gmail.users.drafts.create": create_draft,
    "gmail.users.drafts.list": list_drafts,
    "gmail.users.drafts.get": get_draft,
    "gmail.users.drafts.delete": delete_draft,
}
