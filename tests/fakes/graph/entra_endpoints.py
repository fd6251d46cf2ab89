"""A support module: the addresses at which Entra is asked.

RFC 6749 (codes, refreshing), RFC 7636 (PKCE), RFC 8628 (devices), RFC 7523 (assertions), OpenID
Connect, as far as login.microsoftonline.com follows them. It always calls itself by that name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from fakes.graph import aadsts
from fakes.graph.call import Json, Reply, Request, json_reply
from fakes.graph.entra import CODE, DEVICE, MANY, OPENID, PERSONAL, App, Code, Device, Entra
from fakes.graph.grants import Grants

LOGIN: Final = "https://login.microsoftonline.com"
_GRAPH: Final = "https://graph.microsoft.com/"
_PATH: Final = re.compile(
    r"/([^/]+)/(oauth2/v2\.0/(?:authorize|token|devicecode)|v2\.0/\.well-known/openid-configuration"
    r"|discovery/v2\.0/keys|discovery/instance|adminconsent|v2\.0/adminconsent)"
)
_NAMES: Final = {
    "authorize": "login.authorize",
    "token": "login.token",
    "devicecode": "login.devicecode",
    "openid-configuration": "login.config",
    "keys": "login.keys",
    "instance": "login.discovery",
    "adminconsent": "login.adminconsent",
}


class Endpoints:
    """All of them take a request and answer it."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra
        self._grants = Grants(entra)

    def find(self, path: str) -> tuple[str, Callable[[Request], Reply]] | None:
        """By what faults call it, and what answers."""
        if path == "/common/oauth2/authorize":
            return None
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        name = _NAMES[match[2].rpartition("/")[2]]
        made = getattr(self, f"_{name.removeprefix('login.')}")
        return name, lambda request: made(match[1], request)

    def _config(self, tenant: str, _: Request) -> Reply:
        if not self._entra.knows(tenant):
            return aadsts.error(90002, "invalid_tenant")
        known = tenant if tenant in MANY else self._entra.tenant
        root = f"{LOGIN}/{known}"
        issuer = "{tenantid}" if known in MANY else known
        return json_reply(
            {
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "jwks_uri": f"{root}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "response_types_supported": ["code", "id_token", "code id_token"],
                "scopes_supported": sorted(OPENID),
                "issuer": f"{LOGIN}/{issuer}/v2.0",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{root}/oauth2/v2.0/logout",
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
                "msgraph_host": "graph.microsoft.com",
            }
        )

    def _discovery(self, _: str, request: Request) -> Reply:
        asked = _form(request.query)
        where = urlsplit(asked.get("authorization_endpoint", ""))
        if where.hostname != urlsplit(LOGIN).hostname:
            return aadsts.error(50049, "invalid_instance")
        tenant = where.path.split("/")[1] if where.path.count("/") else "common"
        aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"]
        alike = {"preferred_network": aliases[0], "preferred_cache": aliases[1], "aliases": aliases}
        about = f"{LOGIN}/{tenant}/v2.0/.well-known/openid-configuration"
        return json_reply(
            {"tenant_discovery_endpoint": about, "api-version": "1.1", "metadata": [alike]}
        )

    def _keys(self, _: str, __: Request) -> Reply:
        return json_reply({"keys": []})

    def _adminconsent(self, _: str, request: Request) -> Reply:
        asked = _form(request.query)
        if asked.get("client_id") not in self._entra.apps:
            return aadsts.page(700016)
        return Reply(200, b"<html>Permissions granted</html>", {"Content-Type": "text/html"})

    def _authorize(self, tenant: str, request: Request) -> Reply:
        """Whoever is at the browser acts at once (`Entra.consent`). What the app asks wrongly is a
        page that says so, and no redirect."""
        asked, entra = _form(request.query), self._entra
        app = entra.apps.get(asked.get("client_id", ""))
        refused = self._unusable(tenant, app)
        if refused or app is None:
            return aadsts.page(refused)
        redirect = asked.get("redirect_uri", "")
        if not any(_is_at(redirect, one) for one in app.redirects):
            return aadsts.page(50011)
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return aadsts.page(900144)
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return aadsts.page(9002325)
        consent, told = entra.consent, {}
        if "state" in asked:
            told["state"] = asked["state"]
        if consent.address in entra.strangers:
            return aadsts.page(50020)
        personal = entra.home(consent.address) == PERSONAL
        if tenant != "common" and personal != (tenant == "consumers"):
            return aadsts.page(500200 if personal else 50020)
        if consent.denied or consent.needs_admin or consent.number:
            number = consent.number or (90094 if consent.needs_admin else 65004)
            about = {"error": "access_denied", "error_description": aadsts.words(number)}
            return _sent(asked, redirect, {**told, **about})
        scopes = scopes_of(asked["scope"])
        entra.grant(app.id, consent.address, scopes - OPENID)
        code = entra.tokens.new("1.AX")
        entra.codes[code] = Code(
            address=consent.address,
            client=app.id,
            redirect=redirect,
            challenge=asked["code_challenge"],
            scopes=scopes,
            nonce=asked.get("nonce", ""),
            until=entra.now() + CODE,
            long=_GRAPH in asked["scope"],
        )
        told |= {"code": code, "session_state": "00000000-fake"}
        if asked.get("client_info") == "1":
            told["client_info"] = self._grants.client_info(consent.address)
        return _sent(asked, redirect, told)

    def _token(self, tenant: str, request: Request) -> Reply:
        """A code, a device's code, a refresh token or a secret becomes an access token."""
        if request.verb != "POST":
            return aadsts.error(900561, "invalid_request")
        asked = _form(request.body.decode())
        grant = asked.get("grant_type", "")
        app = self._entra.apps.get(asked.get("client_id", ""))
        refused = self._unusable(tenant, app)
        if refused or app is None:
            kind = "unauthorized_client" if refused == 700016 else "invalid_request"
            return aadsts.error(refused, kind)
        if trouble := self._entra.met(grant):
            return aadsts.error(trouble.number, trouble.error, suberror=trouble.suberror)
        return self._grants.answer(tenant, grant, app, asked)

    def _devicecode(self, tenant: str, request: Request) -> Reply:
        """A code to type elsewhere."""
        asked, entra = _form(request.body.decode()), self._entra
        app = entra.apps.get(asked.get("client_id", ""))
        refused = self._unusable(tenant, app)
        if refused or app is None:
            return aadsts.error(refused, "unauthorized_client")
        if trouble := entra.met("devicecode"):
            return aadsts.error(trouble.number, trouble.error, suberror=trouble.suberror)
        if not app.public:
            return aadsts.error(7000218, "invalid_client", 401)
        user = f"F{entra.number():03}KE7"
        code = entra.tokens.new("DAQ")
        until = entra.now() + DEVICE
        scopes = asked.get("scope", "")
        entra.devices[code] = Device(user, app.id, scopes_of(scopes), until, _GRAPH in scopes)
        uri = "https://login.microsoft.com/device"
        told: Json = {
            "user_code": user,
            "device_code": code,
            "verification_uri": uri,
            "expires_in": int(DEVICE.total_seconds()),
            "interval": entra.interval,
            "message": f"To sign in, open the page {uri} and enter the code {user}.",
        }
        return json_reply(told)

    def _unusable(self, tenant: str, app: App | None) -> int:
        """The AADSTS number of what is wrong with an application in a tenant, 0 if nothing is."""
        if not self._entra.knows(tenant):
            return 90002
        if app is None:
            return 700016
        return 50194 if app.single and tenant in MANY else 0


def scopes_of(text: str) -> frozenset[str]:
    """Short names: `https://graph.microsoft.com/Mail.Read` is the same as `Mail.Read`."""
    return frozenset(one.removeprefix(_GRAPH) for one in text.split())


def _is_at(given: str, registered: str) -> bool:
    """Whether a redirect URI is a registered one; ports of localhost do not matter."""
    one, other = urlsplit(given), urlsplit(registered)
    if (one.scheme, one.hostname) != (other.scheme, other.hostname):
        return False
    same_path = (one.path or "/") == (other.path or "/")
    return same_path and (one.hostname == "localhost" or one.port == other.port)


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _sent(asked: Mapping[str, str], to: str, told: Mapping[str, str]) -> Reply:
    """Back to the app: by a redirect, or a form that the browser posts."""
    if asked.get("response_mode", "query") == "form_post":
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}"/>'
            for name, value in told.items()
        )
        page = f'<html><form method="POST" action="{html.escape(to)}">{fields}</form></html>'
        return Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
    return Reply(302, b"", {"Location": f"{to}{'&' if '?' in to else '?'}{urlencode(told)}"})
