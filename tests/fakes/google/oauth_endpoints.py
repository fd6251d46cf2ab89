"""A support module: the addresses at which tokens are asked for, given, told about and taken back.

RFC 6749 (codes, refreshing, errors), RFC 7636 (PKCE), RFC 7523 (assertions of service accounts),
RFC 7009 (revocation), as far as Google follows them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fakes.google.call import Refused, Reply, Request, json_reply
from fakes.google.oauth import Code, Oauth, Token

if TYPE_CHECKING:
    from fakes.google.documents import Json

_LOOPBACK: Final = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?")
_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_EMAIL: Final = {"email", "openid email", "https://www.googleapis.com/auth/userinfo.email"}
_CODE: Final = timedelta(minutes=10)


class Endpoints:
    """By path; all of them take a request and answer it."""

    def __init__(self, oauth: Oauth, audiences: Callable[[], set[str]]) -> None:
        self._oauth = oauth
        self._audiences = audiences
        self.paths: Final[Mapping[str, tuple[str, Callable[[Request], Reply]]]] = {
            "/o/oauth2/v2/auth": ("oauth.authorize", self.authorize),
            "/token": ("oauth.token", self.token),
            "/revoke": ("oauth.revoke", self.revoke),
            "/tokeninfo": ("oauth.tokeninfo", self.tokeninfo),
            "/oauth2/v3/userinfo": ("oauth.userinfo", self.userinfo),
        }

    def authorize(self, request: Request) -> Reply:
        """The consent is given or refused at once: a redirect. What the app asks wrongly is a page
        that says so, and no redirect."""
        asked, oauth = _form(request.query), self._oauth
        if asked.get("client_id") not in oauth.clients:
            return _page("Error 401: invalid_client", 401)
        if not _LOOPBACK.fullmatch(asked.get("redirect_uri", "")):
            return _page("Error 400: redirect_uri_mismatch")
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return _page("Error 400: invalid_request")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return _page("Error 400: invalid_request (this fake wants PKCE with S256)")
        consent, state = oauth.consent, asked.get("state")
        told = {"state": state} if state is not None else {}
        if consent.denied:
            return _redirect(asked["redirect_uri"], {**told, "error": "access_denied"})
        wanted = frozenset(asked["scope"].split())
        scopes = wanted if consent.scopes is None else wanted & consent.scopes
        known = (asked["client_id"], consent.address)
        fresh = known not in oauth.consented or "consent" in asked.get("prompt", "").split()
        offline = asked.get("access_type") == "offline" and fresh
        oauth.consented.add(known)
        code = oauth.new("4/0A")
        oauth.codes[code] = Code(
            consent,
            asked["client_id"],
            asked["redirect_uri"],
            asked["code_challenge"],
            scopes,
            offline,
            oauth.now() + _CODE,
        )
        told |= {"code": code, "scope": " ".join(sorted(scopes))}
        return _redirect(asked["redirect_uri"], told)

    def token(self, request: Request) -> Reply:
        """A code, a refresh token or an assertion becomes an access token."""
        asked = _form(request.body.decode()) | _basic(request.headers.get("authorization", ""))
        grant = asked.get("grant_type")
        if grant == _BEARER:
            return self._of_assertion(asked.get("assertion", ""))
        if self._oauth.clients.get(asked.get("client_id", "")) is None:
            return _error(401, "invalid_client", "The OAuth client was not found.")
        if self._oauth.clients[asked["client_id"]] != asked.get("client_secret"):
            return _error(401, "invalid_client", "Unauthorized")
        if grant == "authorization_code":
            return self._of_code(asked)
        if grant == "refresh_token":
            return self._of_refresh(asked)
        return _error(400, "unsupported_grant_type", f"Invalid grant_type: {grant}")

    def revoke(self, request: Request) -> Reply:
        """Either kind of token."""
        asked = _form(request.body.decode()) | _form(request.query)
        if self._oauth.revoke(asked.get("token", "")):
            return json_reply({})
        return _error(400, "invalid_token", "Token expired or revoked")

    def tokeninfo(self, request: Request) -> Reply:
        """What an access token is good for."""
        asked = _form(request.body.decode()) | _form(request.query)
        token = self._oauth.access.get(asked.get("access_token", ""))
        if token is None or self._oauth.seconds(token) <= 0:
            return _error(400, "invalid_token", "Invalid Value")
        left = self._oauth.seconds(token)
        told = {"azp": token.client, "aud": token.client, "scope": " ".join(sorted(token.scopes))}
        told |= {"expires_in": str(left), "access_type": "offline" if token.parent else "online"}
        return json_reply(told | ({"email": token.address} if token.scopes & _EMAIL else {}))

    def userinfo(self, request: Request) -> Reply:
        """Who signed in; the address only with the scope for it."""
        try:
            token = self._oauth.holder(request.headers.get("authorization", ""))
        except Refused as refused:
            return _error(401, "invalid_request", refused.message)
        sub = str(int(hashlib.sha256(token.address.encode()).hexdigest(), 16))[:21]
        email = {"email": token.address, "email_verified": True}
        return json_reply({"sub": sub, **(email if token.scopes & _EMAIL else {})})

    def _of_code(self, asked: Mapping[str, str]) -> Reply:
        code = self._oauth.codes.pop(asked.get("code", ""), None)
        if code is None or code.until <= self._oauth.now() or code.client != asked["client_id"]:
            return _error(400, "invalid_grant", "Malformed auth code.")
        if code.redirect != asked.get("redirect_uri"):
            return _error(400, "redirect_uri_mismatch", "Bad Request")
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
            return _error(400, "invalid_grant", "Invalid code verifier.")
        address, refresh = code.consent.address, ""
        if code.offline:
            refresh = self._oauth.give_refresh(address, code.scopes, code.client).text
        token = self._oauth.give_access(address, code.scopes, code.client, refresh)
        return self._given(token, {"refresh_token": refresh} if refresh else {})

    def _of_refresh(self, asked: Mapping[str, str]) -> Reply:
        parent = self._oauth.renewable(asked.get("refresh_token", ""))
        if parent is None or parent.client != asked["client_id"]:
            return _error(400, "invalid_grant", "Token has been expired or revoked.")
        wanted = frozenset(asked.get("scope", "").split()) or parent.scopes
        if wanted - parent.scopes:
            return _error(400, "invalid_scope", "Some requested scopes were not granted.")
        token = self._oauth.give_access(parent.address, wanted, parent.client, parent.text)
        return self._given(token, {})

    def _of_assertion(self, assertion: str) -> Reply:
        try:
            claims = json.loads(_decoded(assertion.split(".")[1]))
            _verify(assertion, self._oauth.robots[claims["iss"]])
            # google-auth writes the real time there: only the span of it can be checked.
            span = int(claims["exp"]) - int(claims["iat"])
        except (IndexError, KeyError, ValueError, InvalidSignature):
            return _error(400, "invalid_grant", "Invalid JWT Signature.")
        if claims.get("aud") not in self._audiences() or span > 3_600:
            return _error(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token.")
        scopes = frozenset(str(claims.get("scope", "")).split())
        subject = claims.get("sub", claims["iss"])
        if subject in self._oauth.strangers:
            return _error(400, "invalid_grant", "Invalid email or User ID")
        allowed = self._oauth.delegated.get(claims["iss"], frozenset())
        if subject != claims["iss"] and (not scopes or scopes - allowed):
            words = (
                "Client is unauthorized to retrieve access tokens using this method, or client "
                "not authorized for any of the scopes requested."
            )
            return _error(401, "unauthorized_client", words)
        return self._given(self._oauth.give_access(subject, scopes, claims["iss"]), {})

    def _given(self, token: Token, more: Json) -> Reply:
        told: Json = {"access_token": token.text, "expires_in": self._oauth.seconds(token)}
        return json_reply(
            {**told, "scope": " ".join(sorted(token.scopes)), "token_type": "Bearer", **more}
        )


def _verify(assertion: str, public: bytes) -> None:
    """Raise InvalidSignature unless the private key that belongs to it signed this (RS256)."""
    signed, _, signature = assertion.rpartition(".")
    key = serialization.load_pem_public_key(public)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("a service account has an RSA key")
    key.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _basic(header: str) -> dict[str, str]:
    """A client may name itself in a header as well (RFC 6749, 2.3.1)."""
    if not header.startswith("Basic "):
        return {}
    name, _, secret = _decoded(header.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": name, "client_secret": secret}


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _redirect(to: str, told: Mapping[str, str]) -> Reply:
    return Reply(302, b"", {"Location": f"{to}{'&' if '?' in to else '?'}{urlencode(told)}"})


def _page(words: str, status: int = 400) -> Reply:
    return Reply(status, f"<html><p>{words}</html>".encode(), {"Content-Type": "text/html"})


def _error(status: int, error: str, description: str) -> Reply:
    return json_reply({"error": error, "error_description": description}, status)
