"""Entra by msal: tokens for people and for applications. `msal` is loaded here alone.

It is handed our own HTTP, with limits and without a second try; asks one authority and looks for no
other; and is kept from logging answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msal

from connectors.errors import Unavailable
from connectors.graph.errors import Answered, Lost, asked_wait
from connectors.graph.grant import Client
from connectors.graph.http import Http
from connectors.graph.refusals import LOGIN, wrong_tenant
from connectors.hosts import is_loopback

_LIMIT: Final = 1 << 20


class _Reply:
    """What msal takes for an answer."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        self.status_code = status
        self.headers = dict(headers)
        self.text = text


class Door:
    """The `http_client` of msal. An answer that is none of Entra's is `Unavailable` at once: msal
    would log it, or take it for a wrong tenant."""

    def __init__(self, authority: str = "") -> None:
        if authority and not is_loopback(urlsplit(authority).hostname or ""):
            raise ValueError("another Entra than the real one is on this machine only")
        self._authority = authority.rstrip("/")
        self._http = Http()

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Reply:
        """A form is posted."""
        own = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._asked("POST", url, params, own, urlencode(data or {}).encode())

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Reply:
        """What is at an address."""
        return self._asked("GET", url, params, headers or {}, None)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def at(self, url: str) -> str:
        """Where an address of Entra really is."""
        if self._authority and url.startswith(f"{LOGIN}/"):
            return self._authority + url.removeprefix(LOGIN)
        return url

    def _asked(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> _Reply:
        where = self.at(url) + (f"?{urlencode(params)}" if params else "")
        if urlsplit(where).scheme != "https" and not is_loopback(urlsplit(where).hostname or ""):
            raise Unavailable("Microsoft leads to a page without encryption: nothing was sent")
        try:
            answer = self._http.request(method, where, headers, body, _LIMIT)
        except Lost as error:
            raise Unavailable(f"{error} while signing in; it is tried again") from error
        finally:
            self._http.close()  # for one question an hour no connection is kept
        wait = asked_wait(Answered(*answer))
        if answer.status == 429 or answer.status >= 500:
            words = f"Microsoft lets nobody sign in now (HTTP {answer.status})"
            raise Unavailable(words, wait)
        text = answer.body.decode("utf-8", "replace")
        try:
            told = json.loads(text)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise Unavailable(
                "something between us and Microsoft answers in its place "
                f"(HTTP {answer.status}): check the network"
            )
        return _Reply(answer.status, answer.headers, text)


def person(client: Client, door: Door, cache: Any = None) -> Any:
    """msal for one who signs in. Raises `SignInNeeded` for a tenant that is not there, and
    `Unavailable`."""
    return _made(msal.PublicClientApplication, client, door, token_cache=cache)


def application(client: Client, door: Door, credential: Any) -> Any:
    """msal for an application by itself. `credential`: its secret, or {"private_key":
    "public_certificate":} in PEM. Raises ValueError where that is none, else as `person`."""
    return _made(msal.ConfidentialClientApplication, client, door, client_credential=credential)


def cache_of(text: str) -> Any:
    """msal's cache, "" for an empty one."""
    cache = msal.SerializableTokenCache()
    cache.deserialize(text)
    return cache


def _made(kind: Any, client: Client, door: Door, **more: Any) -> Any:
    try:
        return kind(
            client.client_id,
            authority=f"{LOGIN}/{client.tenant}",
            http_client=door,
            instance_discovery=False,
            **more,
        )
    except ValueError as error:
        if "authority configuration" not in str(error):
            raise
        raise wrong_tenant(client) from error
