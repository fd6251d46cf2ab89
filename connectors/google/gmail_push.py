"""The mail of a Gmail account that says when something changed, through Cloud Pub/Sub.

users.watch makes Gmail publish to a topic, for seven days at most: it is renewed every day. Posts
may be late or lost (Gmail promises no more), so a look is taken now and then all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from threading import Condition
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.contract import Known
from connectors.errors import Refused
from connectors.google.api import Api
from connectors.google.gmail import GmailSource
from connectors.google.gmail_past import Past
from connectors.google.pubsub import Post, Puller
from connectors.records import Batch

_RENEWED: Final = 86_400.0  # seconds after which the watch is renewed
_AGAIN: Final = 3_600.0  # the same where it was refused
_ANYWAY: Final = 900.0  # seconds after which a look is taken whatever was said
_WHAT: Final = "the watch of the mailbox"


class PushedGmail(GmailSource):
    """See above. `topic` and `subscription` are full names: "projects/P/topics/T",
    "projects/P/subscriptions/S"; the subscription is this account's alone."""

    def __init__(
        self,
        api: Api,
        *,
        topic: str,
        subscription: str,
        zone: ZoneInfo | None = None,
        history: date | None = None,
        text_budget: int | None = None,
        past: Past | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(
            api, zone=zone, history=history, text_budget=text_budget, past=past, clock=clock
        )
        self._topic = topic
        self._subscription = subscription
        self._changed = Condition()
        self._puller: Puller | None = None
        self._renew_at = clock()
        self._asked_at = clock()
        self._address = ""
        self._heard = 0  # the newest history id that was said
        self._missed = True  # something may have happened that nobody said
        self._woken = False
        self._refusal = ""  # why nothing is said
        self._shared = False

    def changes(self, cursor: str | None, known: Known, now: datetime) -> Iterator[Batch]:
        """See `connectors.contract.Source`."""
        self._asked_at = self._clock()
        yield from super().changes(cursor, known, now)

    def wait(self, timeout: float) -> bool:
        """See `connectors.contract.Waiting`."""
        if not self._woken:
            self._attend()
        seconds = max(0.0, min(timeout, self._asked_at + _ANYWAY - self._clock()))
        with self._changed:
            self._changed.wait_for(self._is_over, seconds)
            woken, self._woken = self._woken, False
            news, self._missed = self._is_news() or self._missed, False
            self.told_to = max(self.told_to, self._heard)  # it is said once
        if self._puller is not None and self._puller.trouble is not None:
            self._attend()
        late = self._clock() >= self._asked_at + _ANYWAY
        return news or (not woken and (bool(self.hindrance) or late))

    def wake(self) -> None:
        """See `connectors.contract.Waiting`."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    @property
    def hindrance(self) -> str:
        """See `connectors.contract.Hindered`."""
        if self._shared:
            return (
                f"the Pub/Sub subscription {self._subscription} tells of other mailboxes too: give "
                "each account a subscription of its own"
            )
        return self._refusal

    def close(self) -> None:
        """Stop listening and close the connections. It may be used again."""
        if self._puller is not None:
            self._puller.stop()
            self._puller = None
        self._missed = True
        super().close()

    def _is_over(self) -> bool:
        gone = self._puller is not None and self._puller.trouble is not None
        return self._woken or self._missed or gone or self._is_news()

    def _is_news(self) -> bool:
        return self._heard > self.told_to

    def _attend(self) -> None:
        """See to it that everything is said from now on. Raises `Unavailable`, `SignInNeeded`."""
        try:
            self._listen()
        except Refused as error:
            self._refusal = (
                f"{error}; so Gmail is polled: docs/google.md says how to set up Pub/Sub for the "
                f"topic {self._topic}"
            )
            self._renew_at = self._clock() + _AGAIN

    def _listen(self) -> None:
        puller = self._puller
        if puller is not None and puller.trouble is not None:
            self._puller, self._missed = None, True
            raise puller.trouble
        if self._clock() >= self._renew_at:
            users = self._api.service("gmail").users()
            if not self._address:
                profile: Any = self._api.ask(users.getProfile(userId="me"), "the mailbox")
                self._address = str(profile["emailAddress"]).lower()
            self._api.ask(users.watch(userId="me", body={"topicName": self._topic}), _WHAT)
            self._renew_at = self._clock() + _RENEWED
            self._missed |= bool(self._refusal)
            self._refusal = ""
        if puller is None and not self._refusal:
            self._puller = Puller(self._api, self._subscription, self._tell, self._ended)
            self._puller.start()

    def _tell(self, post: Post) -> bool:
        """From the puller's thread. Whether it is about our mailbox."""
        with self._changed:
            if post.address and post.address.lower() != self._address:
                self._shared = True
                return False
            self._heard = max(self._heard, post.history)
            self._missed |= not post.address
            self._changed.notify_all()
        return True

    def _ended(self) -> None:
        with self._changed:
            self._changed.notify_all()
