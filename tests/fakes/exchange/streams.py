"""A support module: streaming subscriptions, and the connections that events go out on.

How long a connection lasts is by the fake's clock; heart-beats are by the real one. Tests make
events wait, beat, end and break by the methods of `Streams`.
"""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from fakes.exchange.call import Call, SoapFault, Trouble, failed, message, response
from fakes.exchange.store import Store
from fakes.exchange.targets import folder_of
from fakes.exchange.xml import Element, find, m, t, told

# How often a connection looks at the clock while nothing happens, really.
_LOOK: Final = 0.1
# A subscription without a connection is forgotten after this long.
IDLE: Final = timedelta(minutes=30)

Answers = Callable[[Callable[[], bool]], Generator[Element, None, None]]


@dataclass
class Subscription:
    """`folders`: ids; None: all. `connection`: the number of the one that listens."""

    id: str
    address: str
    folders: frozenset[str] | None
    kinds: frozenset[str]
    used: datetime
    events: list[Element] = field(default_factory=list)
    connection: int = 0


class Streams:
    """All subscriptions and connections of a server."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.subscriptions: dict[str, Subscription] = {}
        self.heartbeat = 30.0  # real seconds
        self.most = 20  # subscriptions of one account
        self._numbers = itertools.count(1)
        self._something = threading.Condition()
        self._orders: dict[int, list[str]] = {}  # of each connection: "beat", "end", "cut"

    # --- what tests do ---

    def beat(self) -> None:
        """Every connection gets a heart-beat now."""
        self._order("beat")

    def end(self) -> None:
        """Every connection is closed, as after ConnectionTimeout."""
        self._order("end")

    def cut(self) -> None:
        """Every connection breaks."""
        self._order("cut")

    def forget(self) -> None:
        """The server restarts: no subscription is known any more, every connection breaks."""
        self.subscriptions.clear()
        self.cut()

    def listening(self, count: int = 1, most: float = 20) -> bool:
        """Wait until so many connections listen; False: not within `most` seconds."""
        with self._something:
            return self._something.wait_for(lambda: len(self._orders) >= count, most)

    # --- what the mailbox tells ---

    def watch(self, store: Store) -> None:
        """Whatever changes there is told to whoever subscribed."""
        store.changed = partial(self._tell, store)

    def _tell(
        self, store: Store, event: str, folder: str, item: str, old_folder: str, old_item: str
    ) -> None:
        with self._something:
            for one in self.subscriptions.values():
                if one.address != store.address:
                    continue
                made = _event(store, event, folder, item, old_folder, old_item, self.now())
                places = {folder, old_folder} if item else {old_folder or folder, folder}
                if one.folders is not None and not places & one.folders:
                    continue
                kinds = [event] if event != "NewMail" else ["Created", "NewMail"]
                one.events += [
                    make(kind) for kind in kinds for make in [made] if f"{kind}Event" in one.kinds
                ]
            self._something.notify_all()

    # --- operations ---

    def subscribe(self, call: Call) -> Element:
        """Subscribe, to a stream."""
        asked = find(call.body, "StreamingSubscriptionRequest")
        if asked is None:
            raise SoapFault("ErrorInvalidOperation", "Only streaming subscriptions are served.")
        try:
            named = find(asked, "FolderIds")
            every = asked.get("SubscribeToAllFolders") == "true"
            if every == (named is not None):
                raise Trouble("ErrorInvalidSubscriptionRequest")
            folders = None
            if named is not None:
                folders = frozenset(folder_of(call, one)[1].id for one in named)
            addresses = [one.address for one in self.subscriptions.values()]
            if addresses.count(call.account.address) >= self.most:
                raise Trouble("ErrorExceededSubscriptionCount")
            kinds = frozenset(one.text for one in find(asked, "EventTypes"))
        except Trouble as trouble:
            return response(call.name, [failed(call.name, trouble)])
        number = next(self._numbers)
        found = "JwBleGNo" + base64.b64encode(f"{call.account.address} {number}".encode()).decode()
        with self._something:
            self.subscriptions[found] = Subscription(
                found, call.account.address, folders, kinds, self.now()
            )
        return response(call.name, [message(call.name, m("SubscriptionId", found))])

    def unsubscribe(self, call: Call) -> Element:
        """Unsubscribe"""
        found = told(call.body, "SubscriptionId")
        with self._something:
            if self.subscriptions.pop(found, None) is None:
                return response(
                    call.name, [failed(call.name, Trouble("ErrorSubscriptionNotFound"))]
                )
            self._something.notify_all()
        return response(call.name, [message(call.name)])

    def stream(self, call: Call) -> Answers:
        """GetStreamingEvents: what makes its answers, one after the other; None ends the
        connection. It is told how to find out whether anybody still listens."""
        ids = [one.text for one in find(call.body, "SubscriptionIds")]
        now = self.now()
        unknown = []
        with self._something:
            for one in ids:
                known = self.subscriptions.get(one)
                if known is None or known.address != call.account.address:
                    unknown.append(one)
                elif known.connection == 0 and now - known.used > IDLE:
                    del self.subscriptions[one]
                    unknown.append(one)
            if unknown:
                return partial(_unknown, call, unknown)
            number = next(self._numbers)
            for one in ids:
                self.subscriptions[one].connection = number
            self._something.notify_all()
        minutes = int(told(call.body, "ConnectionTimeout"))
        return partial(self._listen, call, ids, number, now + timedelta(minutes=minutes))

    def _listen(
        self,
        call: Call,
        ids: list[str],
        number: int,
        until: datetime,
        alive: Callable[[], bool],
    ) -> Generator[Element, None, None]:
        with self._something:
            self._orders[number] = []
            self._something.notify_all()
        try:
            yield _status(call, "OK")
            quiet = 0.0
            while True:
                with self._something:
                    order, events, lost = self._next(ids, number)
                    if not (order or events or lost or self.now() >= until):
                        self._something.wait(_LOOK)
                        quiet += _LOOK
                        order, events, lost = self._next(ids, number)
                if not alive():
                    return
                if events:
                    quiet = 0.0
                    yield _notification(call, events)
                if lost:
                    yield _lost(call, lost)
                    return
                if order == "cut":
                    yield None
                    return
                if order == "end" or self.now() >= until:
                    yield _status(call, "Closed")
                    return
                if order == "beat" or quiet >= self.heartbeat:
                    quiet = 0.0
                    yield _status(call, "OK")
        finally:
            with self._something:
                del self._orders[number]
                for one in ids:
                    known = self.subscriptions.get(one)
                    if known and known.connection == number:
                        known.connection, known.used = 0, self.now()
                self._something.notify_all()

    def _next(
        self, ids: list[str], number: int
    ) -> tuple[str, list[tuple[str, list[Element]]], str]:
        orders = self._orders[number]
        order = orders.pop(0) if orders else ""
        events, lost = [], ""
        for one in ids:
            known = self.subscriptions.get(one)
            if known is None:
                lost = lost or ("" if order == "cut" else "ErrorSubscriptionNotFound")
            elif known.connection != number:
                lost = "ErrorNewEventStreamConnectionOpened"
            elif known.events:
                events.append((one, known.events))
                known.events = []
        return order, events, lost

    def _order(self, what: str) -> None:
        with self._something:
            for orders in self._orders.values():
                orders.append(what)
            self._something.notify_all()


def _event(
    store: Store,
    event: str,
    folder: str,
    item: str,
    old_folder: str,
    old_item: str,
    now: datetime,
) -> Callable[[str], Element]:
    def where(tag: str, found: str) -> Element:
        known = store.folders.get(found)
        return t(tag, Id=found, ChangeKey=known.change_key if known else "AQAAAA==")

    def make(kind: str) -> Element:
        made = t(f"{kind}Event", t("TimeStamp", now))
        if item:
            known = store.items.get(item)
            key = known.change_key if known else "AAAAAA=="
            made.append(t("ItemId", Id=item, ChangeKey=key))
            made.append(where("ParentFolderId", folder))
            if kind == "Moved":
                made.append(t("OldItemId", Id=old_item, ChangeKey="AAAAAA=="))
                made.append(where("OldParentFolderId", old_folder))
            return made
        found = store.folders.get(folder)
        parent = found.parent if found else old_folder
        made.append(where("FolderId", folder))
        made.append(where("ParentFolderId", parent or folder))
        if kind == "Moved":
            made.append(where("OldFolderId", folder))
            made.append(where("OldParentFolderId", old_folder or parent or folder))
        return made

    return make


def _unknown(
    call: Call, ids: list[str], alive: Callable[[], bool]
) -> Generator[Element, None, None]:
    told_so = m("ErrorSubscriptionIds", [t("SubscriptionId", one) for one in ids])
    more = told_so, m("ConnectionStatus", "Closed")
    yield response(call.name, [failed(call.name, Trouble("ErrorSubscriptionNotFound"), *more)])


def _lost(call: Call, code: str) -> Element:
    made = failed(call.name, Trouble(code), m("ConnectionStatus", "Closed"))
    return response(call.name, [made])


def _status(call: Call, status: str) -> Element:
    return response(call.name, [message(call.name, m("ConnectionStatus", status))])


def _notification(call: Call, events: list[tuple[str, list[Element]]]) -> Element:
    told_so = [t("Notification", t("SubscriptionId", found), several) for found, several in events]
    return response(call.name, [message(call.name, m("Notifications", told_so))])
