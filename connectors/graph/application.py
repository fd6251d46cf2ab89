"""An application that acts by itself, for an organisation: client credentials (RFC 6749 section
4.4), with a secret or a certificate (RFC 7523)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final

from connectors.errors import SignInNeeded
from connectors.graph.grant import Client, Dead
from connectors.graph.refusals import Asked, refusal
from connectors.graph.scopes import DEFAULT, Scope

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----")
_EARLY: Final = 120.0  # seconds before its end a token is no longer used


def credential_of(text: str) -> str | dict[str, str]:
    """What msal takes: a secret as it is, or from PEM the key and its certificate. Raises
    ValueError, in words for the owner."""
    if "-----BEGIN" not in text:
        if not (secret := text.strip()):
            raise ValueError("is empty")
        return secret
    blocks = {match[1]: match[0] for match in reversed([*_BLOCK.finditer(text)])}
    if "ENCRYPTED PRIVATE KEY" in blocks:
        raise ValueError("holds a private key with a passphrase: take it off (`openssl pkey`)")
    key = next((blocks[one] for one in blocks if one.endswith("PRIVATE KEY")), "")
    if not key or "CERTIFICATE" not in blocks:
        raise ValueError("has to hold both the private key and its certificate, in PEM")
    return {"private_key": key, "public_certificate": blocks["CERTIFICATE"]}


class Application:
    """The `Bearer` of an application. `secret` gives its secret, or key and certificate in PEM, and
    raises `SignInNeeded`; `clock` goes in seconds; `name` is the account's."""

    def __init__(
        self,
        client: Client,
        secret: Callable[[], str],
        wanted: Sequence[Scope],
        clock: Callable[[], float],
        *,
        name: str,
    ) -> None:
        self._client = client
        self._secret = secret
        self._asked = Asked(client, wanted, name, alone=True)
        self._clock = clock
        self._alone = Lock()
        self._token = ""
        self._until = 0.0
        self._dead = Dead(clock)

    def token(self) -> str:
        """See `connectors.graph.bearer.Bearer`."""
        with self._alone:
            if not self._token or self._clock() >= self._until:
                text = self._secret()
                with self._dead.known(text):
                    self._ask(text)
            return self._token

    def refused(self, token: str) -> None:
        """See `connectors.graph.bearer.Bearer`."""
        if token == self._token:
            self._until = 0.0

    def again(self) -> None:
        """The owner wants it tried again."""
        self._dead.forget()

    def renewed(self) -> bool:
        """Whether there is another secret than the one that was no use."""
        try:
            return self._dead.is_other(self._secret())
        except SignInNeeded:
            return False

    def lacks(self) -> str:
        """Why nobody can sign in with what is there; "" where Microsoft has to be asked."""
        try:
            _credential(self._secret())
        except SignInNeeded as error:
            return str(error)
        return ""

    def _ask(self, text: str) -> None:
        from connectors.graph.entra import Door, application

        credential = _credential(text)
        try:
            # A new one each time: it would give the token again that was refused.
            app = application(self._client, Door(self._client.authority), credential)
            told: dict[str, Any] = app.acquire_token_for_client([DEFAULT])
        except (ValueError, TypeError) as error:
            raise _useless("cannot be used: make it anew") from error
        if "access_token" not in told:
            raise refusal(told, self._asked)
        seconds = told.get("expires_in")
        lasting = float(seconds) - _EARLY if isinstance(seconds, int | float) else 0.0
        self._token, self._until = str(told["access_token"]), self._clock() + max(0.0, lasting)


def _credential(text: str) -> str | dict[str, str]:
    try:
        return credential_of(text)
    except ValueError as error:
        raise _useless(str(error)) from error


def _useless(why: str) -> SignInNeeded:
    return SignInNeeded(f"the secret or certificate of the application {why} (docs/microsoft.md)")
