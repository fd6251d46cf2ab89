"""A service account that acts for people of its organisation: domain-wide delegation, RFC 7523."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

from google.auth import crypt, jwt

from connectors.errors import ConnectorError, SignInNeeded, Unavailable
from connectors.google.grant import TOKENS, googles, lasting, token_of
from connectors.google.scopes import Scope
from connectors.google.tokens import Dead

_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_NOT_ALLOWED: Final = frozenset(
    ("access_denied", "invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client",
     "deleted_client", "disabled_client")
)  # fmt: skip
_LIFE: Final = 3_600  # seconds, the longest that Google takes


@dataclass(frozen=True, slots=True)
class Robot:
    """A key of a service account, as the Cloud console gives it."""

    email: str
    number: str  # the client ID, by which an administrator allows it
    token_uri: str
    info: Mapping[str, str] = field(repr=False)

    @classmethod
    def of_text(cls, text: str) -> Robot:
        """Raises ValueError, in words for the owner."""
        try:
            told = json.loads(text)
        except ValueError:
            raise ValueError("is no JSON: download the key anew") from None
        if not isinstance(told, dict) or told.get("type") != "service_account":
            raise ValueError(
                "is no key of a service account: in the Cloud console, under the service account, "
                "Keys, make one of type JSON"
            )
        words = {name: told.get(name) for name in ("client_email", "private_key")}
        if not all(isinstance(one, str) and one for one in words.values()):
            raise ValueError("is no whole key of a service account: download it anew")
        try:
            uri = googles(str(told.get("token_uri") or TOKENS))
        except ValueError as error:
            raise ValueError(f"is not as Google gives it ({error}): download it anew") from None
        robot = cls(str(told["client_email"]), str(told.get("client_id") or ""), uri, told)
        robot.signer()
        return robot

    def signer(self) -> Any:
        """Who signs with the key. Raises ValueError."""
        try:
            make: Any = crypt.RSASigner
            return make.from_service_account_info(self.info)
        except ValueError:
            raise ValueError("holds a private key that is damaged: download it anew") from None


class Delegate:
    """The `Bearer` that acts as `subject`. `key` gives the text of the key file, and raises
    `SignInNeeded`; `clock` goes in seconds, `now` tells the time."""

    def __init__(
        self,
        key: Callable[[], str],
        subject: str,
        wanted: Sequence[Scope],
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._key = key
        self._subject = subject
        self._scopes = " ".join(one.url for one in wanted)
        self._clock = clock
        self._now = now
        self._alone = Lock()
        self._token = ""
        self._until = 0.0
        self._dead = Dead(clock)

    def token(self) -> str:
        """See `connectors.google.bearer.Bearer`."""
        with self._alone:
            if not self._token or self._clock() >= self._until:
                text = self._key()
                with self._dead.known(text):
                    self._ask(_robot(text))
            return self._token

    def again(self) -> None:
        """The owner wants it tried again."""
        self._dead.forget()

    def renewed(self) -> bool:
        """Whether there is another key than the one that was no use."""
        try:
            return self._dead.is_other(self._key())
        except SignInNeeded:
            return False

    def lacks(self) -> str:
        """Why nobody can sign in with what is there; "" where Google has to be asked."""
        try:
            _robot(self._key())
        except SignInNeeded as error:
            return str(error)
        return ""

    def refused(self, token: str) -> None:
        """See `connectors.google.bearer.Bearer`."""
        if token == self._token:
            self._until = 0.0

    def _ask(self, robot: Robot) -> None:
        issued = int(self._now().timestamp())
        claims = {
            "iss": robot.email,
            "sub": self._subject,
            "scope": self._scopes,
            "aud": robot.token_uri,
            "iat": issued,
            "exp": issued + _LIFE,
        }
        assertion = jwt.encode(robot.signer(), claims).decode()  # type: ignore[no-untyped-call]
        form = {"grant_type": _GRANT, "assertion": assertion}
        told = token_of(robot.token_uri, form, "", lambda told: self._refusal(robot, told))
        self._token, self._until = str(told["access_token"]), self._clock() + lasting(told)

    def _refusal(self, robot: Robot, told: Mapping[str, Any]) -> ConnectorError | None:
        """What Google refuses an assertion for, as developers.google.com/identity/protocols/oauth2
        (service accounts, error codes) has it."""
        if told.get("error") not in _NOT_ALLOWED:
            return None
        words = str(told.get("error_description", ""))
        if "JWT" in words and ("timeframe" in words or "iat" in words):
            return Unavailable(
                f"Google holds the request of {robot.email} for one of another time: the clock of "
                "this machine is wrong, set it"
            )
        if "JWT Signature" in words:
            return SignInNeeded(
                f"the key of {robot.email} is no longer good at Google: make another one in the "
                "Cloud console, under the service account, Keys"
            )
        if "user id" in words.lower():
            return SignInNeeded(
                f"{self._subject} is nobody there, as the service account {robot.email} is told: "
                "correct `login:`, it is an address of the organisation"
            )
        return SignInNeeded(
            f"the service account {robot.email} may not act for {self._subject}: look whether its "
            "key and `login:` are right, and have the administrator allow client ID "
            f"{robot.number} under Security, API controls, Domain-wide delegation, with: "
            f"{self._scopes.replace(' ', ',')}"
        )


def _robot(text: str) -> Robot:
    try:
        return Robot.of_text(text)
    except ValueError as error:
        raise SignInNeeded(f"the file of `service_account:` {error}") from error
