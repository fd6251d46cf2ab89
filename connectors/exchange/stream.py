"""One subscription, and the thread that reads what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import Any, Final, Protocol

from connectors.errors import ConnectorError
from connectors.exchange.session import Exchange

_MINUTES: Final = 29  # that a stream lasts: 30 are the most
_STOPPING: Final = 5.0  # seconds
_MOMENT: Final = 0.02
_EVENTS: Final = ("NewMailEvent", "CreatedEvent", "DeletedEvent", "MovedEvent", "CopiedEvent")
# Of these a subscription is made anew; something may have been lost.
_OVER: Final = frozenset(
    ("ErrorSubscriptionNotFound", "ErrorExpiredSubscription", "ErrorInvalidSubscription",
     "ErrorSubscriptionUnsubscribed", "ErrorMissedNotificationEvents", "ErrorReadEventsFailed",
     "ErrorNewEventStreamConnectionOpened", "ErrorInvalidWatermark", "ErrorEventNotFound",
     "ErrorProxiedSubscriptionCallFailure")
)  # fmt: skip
_WHAT: Final = "the notifications"


class Tell(Protocol):
    """Called with the ids of folders that there is news of; `missed`: of any may be."""

    def __call__(self, folders: Sequence[str], *, missed: bool) -> None: ...


class Puller(Thread):
    """Reads until it is told to stop, or is in trouble; everything from when it `subscribe`d on.
    `exchange` is its own. `tell` is called from it, `missed` where something may have been; `ended`
    when nothing more is told."""

    def __init__(
        self,
        exchange: Exchange,
        folders: tuple[str, ...],
        tell: Tell,
        ended: Callable[[], None],
    ) -> None:
        super().__init__(name="stream", daemon=True)
        self.folders = folders
        self.trouble: ConnectorError | None = None
        self._exchange = exchange
        self._tell = tell
        self._ended = ended
        self._over = Event()
        self._subscription = ""
        self._response: Any = None

    def subscribe(self) -> None:
        """Before it is started. Raises the errors of the contract."""
        try:
            self._subscription = self._subscribed()
        finally:
            self._exchange.close()  # of this thread

    def run(self) -> None:
        """See `threading.Thread`."""
        try:
            while not self._over.is_set():
                if not self._subscription:
                    self._subscription = self._subscribed()
                if not self._heard(self._subscription):
                    self._subscription = ""
                self._tell((), missed=True)
        except ConnectorError as error:
            self.trouble = error
        finally:
            if self._subscription:
                with suppress(ConnectorError):  # it ends by itself after half an hour
                    self._unsubscribe(self._subscription)
            self._exchange.close()
            self._ended()

    def stop(self) -> None:
        """End it: what is under way is cut off."""
        self._over.set()
        end = monotonic() + _STOPPING
        while self.is_alive() and monotonic() < end:
            self._cut()
            self.join(_MOMENT)  # it may have been about to ask

    def _cut(self) -> None:
        response = self._response
        if response is not None:
            with suppress(OSError, RuntimeError, ValueError, AttributeError):
                response.raw.shutdown()

    def _subscribed(self) -> str:
        """The id of a new subscription."""
        from connectors.exchange import raw
        from connectors.exchange import request as ask
        from connectors.exchange.element import MESSAGES

        folders = ask.typed("FolderIds", *(ask.typed("FolderId", Id=one) for one in self.folders))
        events = ask.typed("EventTypes", *(ask.typed("EventType", text=one) for one in _EVENTS))
        wanted = ask.message("StreamingSubscriptionRequest", folders, events)
        asked = ask.message("Subscribe", wanted)
        answer = raw.only(self._exchange, "Subscribe", asked, _WHAT)
        return (answer.findtext(f"{MESSAGES}SubscriptionId") or "").strip()

    def _unsubscribe(self, subscription: str) -> None:
        from connectors.exchange import raw
        from connectors.exchange import request as ask

        asked = ask.message("Unsubscribe", ask.message("SubscriptionId", text=subscription))
        raw.only(self._exchange, "Unsubscribe", asked, _WHAT)

    def _heard(self, subscription: str) -> bool:
        """Tell what a stream says, up to its end; False where the subscription is no use any more.
        Raises the errors of the contract."""
        from connectors.exchange.wire import Stream

        begun = False

        def doing(account: Any) -> bool:
            nonlocal begun
            for message in Stream(account=account).documents(_asked(subscription), self._opened):
                begun = True
                if not self._read(message):
                    return False
                if self._over.is_set() or _is_closed(message):
                    break
            return True

        try:
            return self._exchange.ask(_WHAT, doing, lasting=True)
        except ConnectorError:
            # A stream that ran may be cut off: it goes on with the next one.
            if not begun and not self._over.is_set():
                raise
            return True
        finally:
            self._response = None

    def _opened(self, response: Any) -> None:
        self._response = response

    def _read(self, message: Any) -> bool:
        from connectors.exchange import raw
        from connectors.exchange.element import MESSAGES

        code = (message.findtext(f"{MESSAGES}ResponseCode") or "NoError").strip()
        if code in _OVER:
            return False
        error = raw.wrong(self._exchange, message, _WHAT)
        if error is not None:
            raise error
        news = list(dict.fromkeys(_folders(message)))
        if news:
            self._tell(news, missed=False)
        return True


def _asked(subscription: str) -> Any:
    from connectors.exchange import request as ask

    ids = ask.message("SubscriptionIds", ask.typed("SubscriptionId", text=subscription))
    timeout = ask.message("ConnectionTimeout", text=str(_MINUTES))
    return ask.message("GetStreamingEvents", ids, timeout)


def _is_closed(message: Any) -> bool:
    from connectors.exchange.element import MESSAGES

    return (message.findtext(f"{MESSAGES}ConnectionStatus") or "").strip() == "Closed"


def _folders(message: Any) -> Iterator[str]:
    """The ids of the folders that a message tells of."""
    from connectors.exchange.element import TYPES, name_of

    for event in message.iter():
        name = name_of(event)
        if name.endswith("Event") and name != "StatusEvent":
            found = [event.find(f"{TYPES}{one}") for one in ("ParentFolderId", "OldParentFolderId")]
            ids = [one.get("Id") or "" for one in found if one is not None]
            yield from ids or [""]
