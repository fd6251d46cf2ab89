"""Signing in: Basic (RFC 7617), a bearer token (RFC 6750), or Digest where nothing else is taken.

Nothing that HTTP could not carry is sent, or repeated in words: http.client quotes it in its error.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Final

from connectors.caldav.digest import digest_answer
from connectors.caldav.urls import shown, split, target_of
from connectors.errors import Refused, SignInNeeded, Unavailable
from connectors.hosts import is_loopback

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_TOKEN: Final = re.compile(r"[!-~]+")  # what is seen of ASCII: more than RFC 6750 section 2.1 has


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in. `secret` is asked when it is needed first, and again when it was refused: a
    password, or with `bearer` an access token (RFC 6750). It may raise the contract's errors.
    `refused` is told that it was not accepted, and what is said of that; it says whether to believe
    it. `accepted` is told that it was."""

    user: str
    secret: Callable[[], str]
    bearer: bool = False
    refused: Callable[[str, str], bool] = lambda _secret, _words: True
    accepted: Callable[[str], None] | None = None


class Signer:
    """Signs the requests of one account."""

    def __init__(self, login: Login | None) -> None:
        self._login = login
        self._secret: str | None = None
        self._challenge = ""  # of a server that takes nothing but Digest

    def header(self, method: str, url: str) -> str | None:
        """The Authorization of a request; None where nobody signs in. Raises `Refused` where it
        would be read on the way, `SignInNeeded` for a secret that cannot be one."""
        if self._login is None:
            return None
        parts = split(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Refused(f"{shown(url)} would get the password unencrypted: use an https:// URL")
        secret = self._secret = self._checked(self._secret)
        if self._login.bearer:
            return f"Bearer {secret.strip()}"
        if self._challenge:
            return header_value(
                digest_answer(
                    self._challenge, method, target_of(parts), self._login.user, secret
                )
            )  # fmt: skip
        return "Basic " + b64encode(f"{self._login.user}:{secret}".encode()).decode()

    def another_try(self, headers: Message) -> bool:
        """Whether after a 401 there is something new to show: a token that was renewed, or a
        Digest."""
        if self._login is None:
            return False
        offers = headers.get_all("WWW-Authenticate") or []
        digest = next((one for one in offers if one.lower().startswith("digest")), "")
        if digest and not any(one.lower().startswith("basic") for one in offers):
            # A nonce ends, and not every server says `stale` then (RFC 7616 section 3.3).
            fresh, self._challenge = _text(digest) != self._challenge, _text(digest)
            if fresh and not self._login.bearer:
                return True
        used, self._secret = self._secret, None
        if used is None:
            return False
        self._secret = self._login.secret()
        return self._secret != used

    @property
    def wants_proof(self) -> bool:
        """Whether somebody wants to know that the secret was accepted."""
        return self._login is not None and self._login.accepted is not None

    def let_in(self) -> None:
        """The secret proved good; the login is told."""
        if self._login is not None and self._login.accepted and self._secret is not None:
            self._login.accepted(self._secret)

    def no_entry(self, url: str) -> SignInNeeded | Unavailable:
        """What is wrong where a 401 is the last word; the login is told."""
        host, used = shown(url), self._secret
        self._secret, self._challenge = None, ""
        if self._login is None:
            return SignInNeeded(f"{host} asks who is there: set `user` and a password")
        words = (
            f"{host} refuses {self._login.user or 'us'}: check `user`, and set the {self._what} "
            "anew (many providers want an app password)"
        )
        if used is not None and not self._login.refused(used, words):
            return Unavailable(
                f"{host} refuses a sign-in that it accepted before; it is tried once more in some "
                "minutes"
            )
        return SignInNeeded(words)

    @property
    def _what(self) -> str:
        return "access token" if self._login is not None and self._login.bearer else "password"

    def _checked(self, secret: str | None) -> str:
        """The secret, asked for where there is none yet."""
        assert self._login is not None
        found = self._login.secret() if secret is None else secret
        if self._login.bearer:
            good = _TOKEN.fullmatch(found.strip()) is not None
        else:
            good = _CONTROL.search(found) is None and _is_text(found)
        if good:
            return found
        words = f"the {self._what} holds characters that none can have: correct it where it is kept"
        self._login.refused(found, words)
        raise SignInNeeded(words)


def header_value(text: str) -> str:
    """Text as http.client takes it for a header: UTF-8, without what would end one."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode("latin-1")


def _text(value: str) -> str:
    """What a header says: http.client reads it as Latin-1, and names of realms are UTF-8 today."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _is_text(found: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in found)
