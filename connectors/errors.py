"""What can go wrong outside, grouped by what has to be done about it.

A connector raises one of these and does nothing else about its trouble: it never sleeps, retries
or logs in again. The core decides. `str(error)` is one sentence for the owner, says what to do
next, and holds no secret and no message text.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of all trouble that a connector may report."""


class SignInNeeded(ConnectorError):
    """The account refuses our credentials: the owner has to sign in again (exit code 77)."""


class Unavailable(ConnectorError):
    """The other side cannot answer now. Try again, not before `wait` seconds.

    Give `wait` only where the other side named it (Retry-After, RFC 9110 section 10.2.3): it is
    kept exactly. Else it is tried again later each time.
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.asked = wait is not None
        self.wait = 30.0 if wait is None else wait


class NoSecret(Unavailable):
    """What to sign in with cannot be had now: nobody was asked to let us in."""


class Vanished(Unavailable):
    """A whole task list that was there is not: nothing of it was deleted one by one."""


class Paused(Unavailable):
    """Nothing is wrong: what the other side allows in a time is used up, by our own count or its.

    What was yielded before counts. It is asked again after `wait` seconds, and until then it fares
    as well as before. A write that ends so was not made. `advice`: what the owner can do should it
    never let anything through.
    """

    def __init__(self, message: str, wait: float, advice: str = "") -> None:
        super().__init__(message, wait)
        self.advice = advice


class CursorExpired(ConnectorError):
    """The cursor means nothing to the source any more: start over from None and reconcile."""


class BadItem(ConnectorError):
    """This one item cannot be read or written, and never will be: set it aside and go on."""

    def __init__(self, ref: str, message: str) -> None:
        super().__init__(message)
        self.ref = ref


class Refused(ConnectorError):
    """The other side will never do this (missing right, over quota, read-only): tell the owner."""


class Ambiguous(ConnectorError):
    """A write may or may not have happened: look for its key before writing again."""


class Conflict(ConnectorError):
    """The item changed since it was read: read it again, then decide again."""

    def __init__(self, ref: str, message: str) -> None:
        super().__init__(message)
        self.ref = ref
