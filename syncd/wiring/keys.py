"""What one account signs in with: asked anew for each sign-in, and not tried twice in vain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final, Protocol

from connectors.errors import NoSecret, SignInNeeded
from syncd import secrets
from syncd.wiring.refusals import Refusals

# Below the hour after which a refused sign-in is tried again: one try an hour for all the sources
# of an account together, because servers lock out whoever tries often.
APART: Final = 3300.0
# A command that failed is not asked again for each source: a keyring that is locked may ask its
# owner each time.
_PAUSE: Final = 45.0


class Secret(Protocol):
    """What an account signs in with, as connectors want it."""

    def __call__(self) -> str:
        """The password or the token. Raises the errors of the contract."""

    def refused(self, secret: str, words: str) -> None:
        """A server did not accept it, and what is said of that."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Which, what was said, and until when it is not shown, by the clock of its `Key`."""

    secret: str = field(repr=False)
    words: str
    until: float


class Key:
    """Called for the secret `name` of an account; by `command` where the owner gave one. `folder`
    is the configuration's. Raises `SignInNeeded` where there is none, and for one that was refused,
    within an hour and until `again`, also by another process as far as `refusals` say; `NoSecret`
    where the command did not give it, which may have reasons that pass."""

    def __init__(
        self,
        name: str,
        folder: Path,
        command: Sequence[str] | None = None,
        clock: Callable[[], float] = monotonic,
        refusals: Refusals | None = None,
    ) -> None:
        self._name = name
        self._folder = folder
        self._command = command
        self._clock = clock
        self._refusals = refusals
        self._refused: _Refused | None = None
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
            refused = self._refused_before(found)
        if refused is not None and self._clock() < refused.until:
            raise SignInNeeded(refused.words)
        return found

    def refused(self, secret: str, words: str) -> None:
        """A server did not accept it. From any thread."""
        self._refused = _Refused(secret, words, self._clock() + APART)
        if self._refusals is not None:
            self._refusals.note(secret, words)

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
        self._refused = _Refused(secret, standing.words, self._clock() + standing.left)
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
