"""What one account signs in with: asked anew for each sign-in, and not tried twice in vain."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from connectors.errors import NoSecret, SignInNeeded, Unavailable
from syncd import secrets
from syncd.wiring.refusals import Refusals

# Below the hour after which a refused sign-in is tried again: one try an hour for all the sources
# of an account together, because servers lock out whoever tries often.
APART: Final = 3300.0
# A command that failed is not asked again for each source: a keyring that is locked may ask its
# owner each time.
_PAUSE: Final = 45.0


def since_boot() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Secret(Protocol):
    """What an account signs in with, as connectors want it."""

    def __call__(self) -> str:
        """The password or the token. Raises the errors of the contract."""

    def refused(self, secret: str, words: str) -> bool:
        """A server did not accept it, and what is said of that; whether to believe it."""

    def accepted(self, secret: str) -> None:
        """A server did."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Which, what was said, and until when it is not shown, by the clock of its `Key`. `doubted`:
    it may be right all the same."""

    secret: str = field(repr=False)
    words: str
    until: float
    doubted: bool = False


class Key:
    """Called for the secret `name` of an account; by `command` where the owner gave one. `folder`
    is the configuration's. Raises `SignInNeeded` where there is none, and for one that was refused,
    within an hour and until `again`, also by another process as far as `refusals` say;
    `Unavailable` for minutes where it was accepted before; `NoSecret` where the command did not
    give it, which may have reasons that pass."""

    def __init__(
        self,
        name: str,
        folder: Path,
        command: Sequence[str] | None = None,
        clock: Callable[[], float] = since_boot,
        refusals: Refusals | None = None,
    ) -> None:
        self._name = name
        self._folder = folder
        self._command = command
        self._clock = clock
        self._refusals = refusals
        self._refused: _Refused | None = None
        self._let_in: str | None = None  # by what
        self._lacked = False  # there was none
        self._failed: tuple[str, float] | None = None  # what the command's failure was, and when
        self._alone = Lock()  # somebody may be asked to unlock a keyring, and once is enough

    def __call__(self) -> str:
        try:
            found = self._printed() if self._command else self._kept()
            self._lacked = False
        except SignInNeeded:
            self._lacked = True
            raise
        refused = self._refused
        if refused is None or refused.secret != found:
            # Who was let in by it knows better than another process.
            refused = None if self._let_in == found else self._refused_before(found)
        left = 0.0 if refused is None else refused.until - self._clock()
        if refused is None or left <= 0:
            return found
        if refused.doubted:
            raise Unavailable(refused.words, wait=left)
        raise SignInNeeded(refused.words)

    def refused(self, secret: str, words: str) -> bool:
        """A server did not accept it; whether that is believed. From any thread."""
        self._let_in = None
        left, doubted = APART, False
        if self._refusals is not None:
            standing = self._refusals.note(secret, words)
            doubted = standing.doubted
            if doubted:
                left, words = standing.left, standing.words
        self._refused = _Refused(secret, words, self._clock() + left, doubted)
        return not doubted

    def accepted(self, secret: str) -> None:
        """A server let us in by it. From any thread."""
        if self._let_in == secret:
            return
        self._let_in = secret
        if self._refused is not None and self._refused.secret == secret:
            self._refused = None
        if self._refusals is not None:
            self._refusals.accepted(secret)

    def again(self) -> None:
        """The owner wants it tried again."""
        self._refused = self._failed = None
        self._lacked = False
        if self._refusals is not None:
            self._refusals.drop()

    def _refused_before(self, secret: str) -> _Refused | None:
        """What another process was told of it."""
        standing = None if self._refusals is None else self._refusals.of(secret)
        if standing is None:
            return None
        until = self._clock() + standing.left
        self._refused = _Refused(secret, standing.words, until, standing.doubted)
        return self._refused

    def renewed(self) -> bool:
        """Whether there is one where there was none, or another one than was refused. Commands are
        not asked for it."""
        if self._command or not (self._lacked or self._refused is not None):
            return False
        try:
            found = self._kept()
        except SignInNeeded:
            return False
        return self._refused is None or found != self._refused.secret

    @property
    def _what(self) -> str:
        return self._name.rpartition(".")[2]

    def _printed(self) -> str:
        from syncd.wiring.printed import NoCommand, NotPrinted, printed  # files need no commands

        assert self._command is not None
        with self._alone:
            if self._failed is not None and self._clock() < self._failed[1] + _PAUSE:
                raise NoSecret(self._failed[0])
            try:
                return printed(self._command, self._folder)
            except NotPrinted as error:
                words = (
                    f"{error}: correct `{self._what}_command:`, or what it needs to print the "
                    f"{self._what}"
                )
                if isinstance(error, NoCommand):
                    raise SignInNeeded(words) from error
                self._failed = (words, self._clock())
                raise NoSecret(words) from error

    def _kept(self) -> str:
        try:
            found = secrets.secret(self._name, self._folder)
        except secrets.SecretWrong as error:
            raise SignInNeeded(str(error)) from error
        if found is None:
            raise SignInNeeded(
                f"there is no {self._what} to sign in with: write it into "
                f"{self._folder / 'secrets' / self._name} (chmod 600), give it as the credential "
                f"{self._name}, or set `{self._what}_command:`"
            )
        return found.get_secret_value()

    def lacks(self) -> str:
        """Why there is nothing to sign in with, "" where there is, or where a command has to be
        asked: it is not asked here."""
        if self._command:
            return ""
        try:
            self._kept()
        except SignInNeeded as error:
            return str(error)
        return ""
