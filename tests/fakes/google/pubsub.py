"""A support module: Pub/Sub as far as Gmail's watches use it, and its two methods for pulling."""

from __future__ import annotations

import base64
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from fakes.google import pages
from fakes.google.call import Call, Refused, invalid
from fakes.google.mailbox import Mailbox

if TYPE_CHECKING:
    from fakes.google.documents import Json

_DEADLINE: Final = timedelta(seconds=10)


@dataclass
class Held:
    """A message in a subscription. `free`: when it is delivered again, if nobody acknowledges."""

    body: Json
    free: datetime
    ack: str = ""


@dataclass
class PubSub:
    """Topics and subscriptions of the project. `hold`: seconds (really) that a pull waits for a
    message; it is let go by the first one."""

    now: Callable[[], datetime]
    lock: threading.RLock
    hold: float = 0
    topics: dict[str, list[str]] = field(default_factory=dict)  # names of subscriptions
    granted: set[str] = field(default_factory=set)  # topics to which Gmail may publish
    held: dict[str, list[Held]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _arrived: threading.Condition = field(init=False)

    def __post_init__(self) -> None:
        self._arrived = threading.Condition(self.lock)

    def add(self, name: str = "syncd", *, granted: bool = True) -> tuple[str, str]:
        """A topic with one subscription: their full names."""
        topic, subscription = f"projects/fake/topics/{name}", f"projects/fake/subscriptions/{name}"
        self.topics[topic] = [subscription]
        self.held[subscription] = []
        if granted:
            self.granted.add(topic)
        return topic, subscription

    def has_topic(self, topic: str) -> bool:
        """Whether there is one of that full name."""
        return topic in self.topics

    def may_publish(self, topic: str) -> bool:
        """Whether gmail-api-push@system.gserviceaccount.com was made its publisher."""
        return topic in self.granted

    def publish(self, topic: str, address: str, history: int) -> None:
        """What Gmail says of a mailbox."""
        told = json.dumps({"emailAddress": address, "historyId": history}).encode()
        with self._arrived:
            for subscription in self.topics[topic]:
                body = {
                    "data": base64.b64encode(told).decode(),
                    "messageId": str(next(self._numbers)),
                    "publishTime": pages.instant(self.now()),
                }
                self.held[subscription].append(Held(body, self.now()))
            self._arrived.notify_all()

    def mailbox_changed(self, mailbox: Mailbox) -> None:
        """Tell whoever watches it."""
        watch, last = mailbox.watch, mailbox.log[-1]
        if watch is None or watch.until <= self.now():
            return
        meant = watch.labels & {*last.stands, *last.labels}
        if watch.labels and bool(meant) is watch.exclude:
            return
        self.publish(watch.topic, mailbox.address, mailbox.history)

    def pull(self, subscription: str, most: int, wait: bool) -> list[Held]:
        """Up to `most` messages that nobody holds."""

        def ready() -> list[Held]:
            held = self.held.get(subscription, ())  # it may be deleted while somebody waits
            return [one for one in held if one.free <= self.now()][:most]

        with self._arrived:
            if wait and self.hold:
                self._arrived.wait_for(ready, self.hold)
            found = ready()
            for one in found:
                one.ack, one.free = f"ack-{next(self._numbers)}", self.now() + _DEADLINE
            return found


def pull(call: Call) -> Json:
    """projects.subscriptions.pull"""
    pubsub, name = call.account.pubsub, _subscription(call)
    most = call.body.get("maxMessages", 0)
    if most < 1:
        raise invalid("The value for message_count is too small. You passed 0 in the request.")
    found = pubsub.pull(name, most, not call.body.get("returnImmediately", False))
    received: list[Json] = [{"ackId": one.ack, "message": one.body} for one in found]
    return {"receivedMessages": received} if received else {}


def acknowledge(call: Call) -> Json:
    """projects.subscriptions.acknowledge"""
    pubsub, name = call.account.pubsub, _subscription(call)
    acks = call.body.get("ackIds", [])
    if not acks:
        raise invalid("No ack ids specified.")
    pubsub.held[name] = [one for one in pubsub.held[name] if one.ack not in acks]
    return {}


def _subscription(call: Call) -> str:
    name: Any = call.parameters["subscription"]
    if name not in call.account.pubsub.held:
        resource = name.rpartition("/")[2]
        raise Refused(404, "notFound", f"Resource not found (resource={resource}).")
    return str(name)


METHODS: Final = {
    "pubsub.projects.subscriptions.pull": pull,
    "pubsub.projects.subscriptions.acknowledge": acknowledge,
}
