"""A support module: what becomes an access token, and what does not."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fakes.graph import aadsts
from fakes.graph.call import Json, Reply, json_reply
from fakes.graph.entra import IDLE, MANY, OPENID, App, Entra

if TYPE_CHECKING:
    from fakes.graph.tokens import Token

_LOGIN: Final = "https://login.microsoftonline.com"
_GRAPH: Final = "https://graph.microsoft.com/"
_DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE: Final = 3_599
_SKEW: Final = 300.0


class Grants:
    """The token endpoint behind its first checks."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    def answer(self, tenant: str, grant: str, app: App, asked: Mapping[str, str]) -> Reply:
        """By grant_type."""
        if refused := self._proof(app, asked, alone=grant == "client_credentials"):
            return refused
        if grant == "authorization_code":
            return self._of_code(asked)
        if grant == "refresh_token":
            return self._of_refresh(asked)
        if grant == "client_credentials":
            return self._of_app(tenant, app, asked)
        if grant == _DEVICE:
            return self._of_device(asked)
        return aadsts.error(70003, "unsupported_grant_type")

    def client_info(self, address: str) -> str:
        """Who signed in and where, as msal takes it."""
        told = {"uid": object_id(address), "utid": self._entra.home(address)}
        return _encoded(json.dumps(told).encode())

    def _proof(self, app: App, asked: Mapping[str, str], *, alone: bool) -> Reply | None:
        """What is wrong with how a client proves itself."""
        secret, assertion = asked.get("client_secret"), asked.get("client_assertion")
        if not app.confidential and not alone:
            given = secret is not None or assertion is not None
            return aadsts.error(700025, "invalid_client", 401) if given else None
        if secret is not None:
            if secret not in app.secrets:
                return aadsts.error(7000215, "invalid_client", 401)
            return None if app.secrets[secret] else aadsts.error(7000222, "invalid_client", 401)
        if assertion is None or asked.get("client_assertion_type") != _ASSERTION:
            return aadsts.error(7000218, "invalid_client", 401)
        return None if self._is_signed(app, assertion) else _no_key()

    def _is_signed(self, app: App, assertion: str) -> bool:
        """Whether an assertion (RFC 7523) was signed by one of its certificates, for us, just now
        (by the real clock, as it is msal's)."""
        try:
            head, body, signature = (_decoded(part) for part in assertion.split("."))
            header, claims = json.loads(head), json.loads(body)
        except ValueError:
            return False
        audience = str(claims.get("aud", ""))
        if not (audience.startswith(f"{_LOGIN}/") and audience.endswith("/oauth2/v2.0/token")):
            return False
        if not claims.get("iss") == claims.get("sub") == app.id or "jti" not in claims:
            return False
        now = time.time()
        if not float(claims.get("nbf", now)) - _SKEW <= now < float(claims.get("exp", 0)) + _SKEW:
            return False
        if not header.keys() & {"x5t", "x5t#S256"}:
            return False
        signed = assertion.rpartition(".")[0].encode()
        return any(_verified(one, header.get("alg"), signed, signature) for one in app.certificates)

    def _of_code(self, asked: Mapping[str, str]) -> Reply:
        entra, text = self._entra, asked.get("code", "")
        if text in entra.used:
            return aadsts.error(54005, "invalid_grant")
        code = entra.codes.pop(text, None)
        if code is None or code.client != asked["client_id"]:
            return aadsts.error(70000, "invalid_grant")
        entra.used.add(text)
        if code.until <= entra.now():
            return aadsts.error(70008, "invalid_grant")
        if code.redirect != asked.get("redirect_uri"):
            return aadsts.error(50011, "invalid_request")
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if _encoded(digest) != code.challenge:
            return aadsts.error(501481, "invalid_grant")
        return self._given(code.address, code.client, code.scopes, long=code.long, nonce=code.nonce)

    def _of_refresh(self, asked: Mapping[str, str]) -> Reply:
        entra, text = self._entra, asked.get("refresh_token", "")
        if text in entra.dead:
            number, suberror = entra.dead[text]
            return aadsts.error(number, "invalid_grant", suberror=suberror)
        known = entra.refresh.get(text)
        if known is None or known.client != asked["client_id"]:
            return aadsts.error(70000, "invalid_grant", suberror="bad_token")
        if known.made + IDLE <= entra.now():
            return aadsts.error(700082, "invalid_grant", suberror="token_expired")
        wanted = _scopes(asked) or known.scopes
        if wanted - OPENID - entra.granted.get((known.client, known.address), frozenset()):
            return aadsts.error(65001, "invalid_grant", suberror="consent_required")
        long = _GRAPH in asked.get("scope", "")
        return self._given(known.address, known.client, wanted | {"offline_access"}, long=long)

    def _of_device(self, asked: Mapping[str, str]) -> Reply:
        entra, text = self._entra, asked.get("device_code", "")
        device = entra.devices.get(text)
        if device is None or device.client != asked["client_id"]:
            return aadsts.error(70018, "bad_verification_code")
        device.polls += 1
        if device.until <= entra.now():
            return aadsts.error(70019, "expired_token")
        if entra.slow_downs:
            entra.slow_downs -= 1
            return aadsts.error(70016, "slow_down")
        if device.state == "declined":
            return aadsts.error(65004, "authorization_declined")
        if device.state == "pending":
            return aadsts.error(70016, "authorization_pending")
        del entra.devices[text]
        return self._given(device.address, device.client, device.scopes, long=device.long)

    def _of_app(self, tenant: str, app: App, asked: Mapping[str, str]) -> Reply:
        if tenant in MANY:
            return aadsts.error(50059, "invalid_request")
        if asked.get("scope") != f"{_GRAPH}.default":
            return aadsts.error(1002012, "invalid_scope")
        token = self._entra.give_access("", app.roles, app.id, "")
        told = {"token_type": "Bearer", "expires_in": _LIFE, "ext_expires_in": _LIFE}
        return json_reply({**told, "access_token": token.text})

    def _given(
        self, address: str, client: str, scopes: frozenset[str], *, long: bool, nonce: str = ""
    ) -> Reply:
        """A token carries all that was ever consented to, not just what is asked for now; scopes
        are told as they were asked for, with the name of the service before them or without."""
        entra = self._entra
        rights = entra.granted.get((client, address), frozenset()) | (scopes - OPENID)
        refresh = ""
        if "offline_access" in scopes:
            refresh = entra.give_refresh(address, rights, client).text
        token = entra.give_access(address, rights, client, refresh)
        shown = [f"{_GRAPH}{one}" if long else one for one in sorted(rights)]
        told: Json = {
            "token_type": "Bearer",
            "scope": " ".join([*shown, *sorted(scopes & OPENID - {"offline_access"})]),
            "expires_in": _LIFE,
            "ext_expires_in": _LIFE,
            "access_token": token.text,
            "client_info": self.client_info(address),
        }
        if refresh:
            told["refresh_token"] = refresh
        if "openid" in scopes:
            told["id_token"] = self._id_token(token, nonce)
        return json_reply(told)

    def _id_token(self, token: Token, nonce: str) -> str:
        """Its claims; nobody checks the signature of what comes from the token endpoint itself."""
        now, home = int(time.time()), self._entra.home(token.address)
        claims = {
            "aud": token.client,
            "iss": f"{_LOGIN}/{home}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + _LIFE,
            "name": token.address.partition("@")[0].title(),
            "oid": object_id(token.address),
            "preferred_username": token.address,
            "sub": hashlib.sha256(f"{token.client}{token.address}".encode()).hexdigest()[:43],
            "tid": home,
            "ver": "2.0",
            **({"nonce": nonce} if nonce else {}),
        }
        header = {"typ": "JWT", "alg": "RS256", "kid": "fake"}
        parts = [_encoded(json.dumps(one).encode()) for one in (header, claims)]
        return ".".join([*parts, _encoded(b"signature")])


def object_id(address: str) -> str:
    """Of somebody in the directory."""
    return str(uuid.UUID(int=zlib.crc32(address.lower().encode()) << 64))


def _verified(pem: bytes, algorithm: object, signed: bytes, signature: bytes) -> bool:
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("an application has an RSA key")
    hashed = hashes.SHA256()
    pads: dict[object, padding.AsymmetricPadding] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(padding.MGF1(hashed), padding.PSS.DIGEST_LENGTH),
    }
    if algorithm not in pads:
        return False
    try:
        key.verify(signature, signed, pads[algorithm], hashed)
    except InvalidSignature:
        return False
    return True


def _scopes(asked: Mapping[str, str]) -> frozenset[str]:
    return frozenset(one.removeprefix(_GRAPH) for one in asked.get("scope", "").split())


def _no_key() -> Reply:
    return aadsts.error(700027, "invalid_client", 401)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
