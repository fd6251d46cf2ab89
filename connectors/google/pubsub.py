"""What Gmail says through Cloud Pub/Sub: pulled, so that nothing of ours has to be reachable.

A pull is held by Google until there is something, a minute and a half at most. It is done in a
thread of its own, because whoever waits has to be woken by more than that.
(cloud.google.com/pubsub/docs/pull, developers.google.com/gmail/api/guides/push)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connectors.errors import ConnectorError, Unavailable
from connectors.google.api import Api

if TYPE_CHECKING:
    from connectors.google.http import Http


_HELD: Final = 100.0  # seconds: longer than Google holds a pull
_SOON: Final = 1.0  # an empty answer that comes sooner was not held at all
_PAUSE: Final = 5.0  # seconds until the next pull then
_MOMENT: Final = 0.02
_LONG: Final = 20.0  # a pull that was held so long and broke off is no trouble
_AT_ONCE: Final = 100
_WHAT: Final = "the Pub/Sub subscription"


class Post(NamedTuple):
    """What was said: up to where the history of a mailbox has come. Both are empty where it cannot
    be read."""

    address: str
    history: int


class Puller(Thread):
    """Pulls a subscription until it is told to stop, or is in trouble. `tell` is called from it
    with each post and says whether it was for us: else it is left to others. `ended` is called
    when nothing more is pulled."""

    def __init__(
        self,
        api: Api,
        subscription: str,
        tell: Callable[[Post], bool],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(name=f"pull {subscription.rpartition('/')[2]}", daemon=True)
        self._api = api
        self._subscription = subscription
        self._tell = tell
        self._ended = ended
        self._over = Event()
        self._http: Http | None = None
        self.trouble: ConnectorError | None = None

    def run(self) -> None:
        """See `threading.Thread`."""
        self._http = http = self._api.http(_HELD)
        try:
            while not self._over.is_set():
                self._pull(http)
        except ConnectorError as error:
            self.trouble = error
        finally:
            http.close()
            self._ended()

    def stop(self) -> None:
        """End it: what is under way is cut off."""
        self._over.set()
        end = monotonic() + _PAUSE
        while self.is_alive() and monotonic() < end:
            if self._http is not None:
                self._http.cut()
            self.join(_MOMENT)  # it may have been about to ask

    def _pull(self, http: Http) -> None:
        begun = monotonic()
        body = {"maxMessages": _AT_ONCE}
        request = self._subscriptions().pull(subscription=self._subscription, body=body)
        try:
            answer = self._api.ask(request, _WHAT, http=http)
        except Unavailable:
            if not self._over.is_set() and monotonic() - begun < _LONG:
                raise
            self._tell(Post("", 0))  # something may have been lost with it
            return
        received = answer.get("receivedMessages", ())
        ours = [one["ackId"] for one in received if self._tell(_post(one.get("message", {})))]
        if ours:
            self._acknowledge(ours, http)
        elif monotonic() - begun < _SOON:
            self._over.wait(_PAUSE)

    def _acknowledge(self, ids: Iterable[str], http: Http) -> None:
        body = {"ackIds": list(ids)}
        request = self._subscriptions().acknowledge(subscription=self._subscription, body=body)
        with suppress(Unavailable):  # else it is said again, which does no harm
            self._api.ask(request, _WHAT, http=http)

    def _subscriptions(self) -> Any:
        return self._api.service("pubsub").projects().subscriptions()


def _post(message: Any) -> Post:
    try:
        told = json.loads(base64.b64decode(message["data"]))
        return Post(str(told["emailAddress"]), int(told["historyId"]))
    except (KeyError, ValueError, TypeError):
        return Post("", 0)
